//! An account that lives through years of sweeps, and checks every decision against what really happened in it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use lifecycle::identifiers::CredentialId;
use lifecycle::memory::UserMemory;
use lifecycle::record::{Cause, Record, Remembered, State};
use lifecycle::sweep::{
    Action, Binding, Decision, Holding, Inventory, Plan, Policy, Reason, SECRET_TAG, Step,
    UserFacts, evaluate,
};
use lifecycle::undo::{Undo, Undone, undo};

use crate::events::Event;
use crate::worlds::{DAY, days, now, replacement, rotation, user};

/// An owner was told of a deletion to come.
#[derive(Clone, Debug)]
pub(crate) struct Announcement {
    pub(crate) id: CredentialId,
    pub(crate) at: Timestamp,
    pub(crate) due: Timestamp,
    /// Whether the credential was inactive then.
    pub(crate) inactive: bool,
}

/// A sweep deleted something.
#[derive(Clone, Debug)]
pub(crate) struct Deletion {
    pub(crate) id: CredentialId,
    pub(crate) at: Timestamp,
    pub(crate) last_use: LastUse,
    /// When a sweep last saw it active.
    pub(crate) seen_active: Option<Timestamp>,
}

#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) policy: Policy,
    pub(crate) user: UserFacts,
    pub(crate) memory: UserMemory,
    pub(crate) credentials: Vec<Credential>,
    pub(crate) now: Timestamp,
    made: u32,
    /// When warnings of a deactivation were published.
    pub(crate) warned: BTreeMap<CredentialId, Vec<Timestamp>>,
    /// Since when a deactivation is on record, for what no sweep that decides on it has seen active since.
    pub(crate) on_record: BTreeMap<CredentialId, Timestamp>,
    /// What is on record as exposed, and nobody took back.
    pub(crate) exposed: BTreeSet<CredentialId>,
    pub(crate) seen_active: BTreeMap<CredentialId, Timestamp>,
    pub(crate) announcements: Vec<Announcement>,
    pub(crate) deletions: Vec<Deletion>,
}

impl Account {
    pub(crate) fn new(policy: Policy) -> Self {
        let mut new = Self {
            policy,
            user: user(),
            memory: UserMemory::default(),
            credentials: Vec::new(),
            now: now(),
            made: 0,
            warned: BTreeMap::new(),
            on_record: BTreeMap::new(),
            exposed: BTreeSet::new(),
            seen_active: BTreeMap::new(),
            announcements: Vec::new(),
            deletions: Vec::new(),
        };
        CredentialKind::ALL.into_iter().for_each(|kind| new.create(kind));
        new
    }

    fn create(&mut self, kind: CredentialKind) {
        let taken =
            self.credentials.iter().filter(|credential| credential.id.kind() == kind).count();
        if taken >= if kind == CredentialKind::Password { 1 } else { 2 } {
            return;
        }
        self.made += 1;
        let id = match kind {
            CredentialKind::AccessKey => format!("AKIA{}", self.made),
            CredentialKind::Password => "password".to_owned(),
            CredentialKind::SshPublicKey => format!("APKA{}", self.made),
            CredentialKind::SigningCertificate => format!("TA7{}", self.made),
            CredentialKind::ServiceSpecific => format!("ACCA{}", self.made),
        };
        let ends =
            matches!(kind, CredentialKind::SigningCertificate | CredentialKind::ServiceSpecific);
        let id = CredentialId::new(kind, &id).unwrap();
        self.warned.remove(&id);
        self.credentials.push(Credential {
            id,
            status: CredentialStatus::Active,
            created: self.now,
            expires: (ends && self.made.is_multiple_of(2)).then(|| self.now + days(100)),
            service: None,
            last_use: if kind.has_last_use() { LastUse::NoneRecorded } else { LastUse::Unknown },
            last_used_with: None,
        });
    }

    pub(crate) fn undergo(&mut self, event: Event) {
        let now = self.now;
        match event {
            Event::Sweep { days, effects } => {
                self.pass(days);
                self.sweep(effects);
            }
            Event::Pass(days) => self.pass(days),
            Event::Use(one) => self.change(one, |it| {
                if it.id.kind().has_last_use() && it.status == CredentialStatus::Active {
                    it.last_use = LastUse::At(now);
                }
            }),
            Event::Activate(one) => self.change(one, |it| it.status = CredentialStatus::Active),
            Event::Deactivate(one) => self.change(one, |it| {
                if it.id.kind().can_be_deactivated() {
                    it.status = CredentialStatus::Inactive;
                }
            }),
            Event::Delete(one) => {
                if one < self.credentials.len() {
                    self.credentials.remove(one);
                }
            }
            Event::Create(kind) => self.create(kind),
            Event::ChangePassword => {
                for it in &mut self.credentials {
                    if it.id.kind() == CredentialKind::Password {
                        it.created = now;
                    }
                }
            }
            Event::LoseRecord(one) => {
                if let Some(id) = self.credentials.get(one).map(|it| it.id.clone()) {
                    self.exposed.remove(&id);
                    self.memory.records.remove(&id);
                }
            }
            Event::Exempt(on) => self.tag("keysteward:exempt", on),
            Event::Bind(on) => self.tag(SECRET_TAG, on),
            Event::Supersede(one) => {
                let active = |it: &&Credential| it.status == CredentialStatus::Active;
                if let Some(it) = self.credentials.get(one).filter(active) {
                    let (since, by) = (now, replacement());
                    let record = self.write(it, State::Superseded { since, by, reminded: None });
                    let id = it.id.clone();
                    self.exposed.remove(&id);
                    self.memory.records.insert(id, record);
                    self.memory.rotation = Remembered::Readable(rotation());
                    self.tag(SECRET_TAG, true);
                }
            }
            Event::EndRotation => {
                self.memory.rotation = Remembered::Absent;
                self.tag(SECRET_TAG, false);
            }
            Event::Expose { key, interrupted } => self.expose(key, interrupted),
            Event::Undo(one) => self.undo(one),
            Event::Borrow(one) => {
                self.undergo(Event::Activate(one));
                self.undergo(Event::Use(one));
                self.undergo(Event::Deactivate(one));
            }
            Event::AllowDeletion(on) => self.policy.delete = on,
        }
    }

    /// What the answer to an exposure does.
    fn expose(&mut self, key: usize, interrupted: bool) {
        let keys = |it: &&mut Credential| it.id.kind() == CredentialKind::AccessKey;
        let Some(it) = self.credentials.get_mut(key).filter(keys) else { return };
        it.status = CredentialStatus::Inactive;
        let (since, it) = (self.now, it.clone());
        let cause = Cause::Exposed { event: Some("AWS_RISK_CREDENTIALS_EXPOSED".to_owned()) };
        let state = if interrupted {
            State::Deactivating { since, cause }
        } else {
            State::Deactivated { since, due: None, cause }
        };
        let record = self.write(&it, state);
        self.memory.records.insert(it.id.clone(), record);
        self.on_record.insert(it.id.clone(), self.now);
        self.exposed.insert(it.id);
    }

    fn write(&self, it: &Credential, state: State) -> Remembered<Record> {
        let user = self.user.name.clone();
        Remembered::Readable(Record { user, created: Some(it.created), state })
    }

    /// What an undo does; it may take an exposure back as well.
    fn undo(&mut self, one: usize) {
        let Some(id) = self.credentials.get(one).map(|it| it.id.clone()) else { return };
        let record = self.memory.record(&id);
        let asked =
            Undo { credential: Some((&id, &record)), although_exposed: true, enforces: true };
        if let Ok(Undone::Activate { record: after, .. }) = undo(&asked, self.now) {
            self.change(one, |it| it.status = CredentialStatus::Active);
            self.memory.records.insert(id.clone(), Remembered::Readable(after));
            self.on_record.remove(&id);
            self.exposed.remove(&id);
        }
    }

    fn pass(&mut self, days: i64) {
        self.now += SignedDuration::from_secs(days * DAY);
        for it in &mut self.credentials {
            if it.id.kind() == CredentialKind::ServiceSpecific
                && it.expires.is_some_and(|at| at <= self.now)
            {
                it.status = CredentialStatus::Expired;
            }
        }
    }

    fn change(&mut self, one: usize, change: impl FnOnce(&mut Credential)) {
        if let Some(it) =
            self.credentials.get_mut(one).filter(|it| it.status != CredentialStatus::Expired)
        {
            change(it);
        }
    }

    fn tag(&mut self, tag: &str, on: bool) {
        if on {
            self.user.tags.insert(tag.to_owned(), "x".to_owned());
        } else {
            self.user.tags.remove(tag);
        }
    }

    pub(crate) fn plan(&self) -> Plan {
        let inventory = Inventory {
            user: self.user.clone(),
            memory: self.memory.clone(),
            binding: Binding::of(&self.user, &self.memory, Holding::Holds),
            credentials: self.credentials.clone(),
        };
        evaluate(&self.policy, &[inventory], self.now)
    }

    fn sweep(&mut self, mut effects: usize) {
        for decision in self.plan().decisions {
            self.check(&decision);
            if decision.action() == Action::Deactivate {
                self.saw(&decision);
            }
            for effect in self.effects(&decision) {
                if effects == 0 {
                    return;
                }
                effects -= 1;
                self.apply(effect);
            }
            if decision.action() != Action::Deactivate {
                self.saw(&decision);
            }
        }
        for decision in self.plan().decisions {
            // The record of a password that was just deleted is all that is left to do.
            let tidies = decision.reason == Reason::Gone && decision.action() == Action::Keep;
            // The deletion of evidence is announced by a run that found it on record as inactive.
            let ahead = matches!(decision.reason, Reason::DeletionAhead { .. });
            let id = decision.subject.id.as_ref().expect("live facts have ids");
            let evidence =
                self.record(id).is_some_and(|it| it.is_of_exposure() && it.due().is_none());
            let done = decision.changes_nothing() || tidies || (ahead && evidence);
            assert!(done, "done already: {decision:?}");
        }
    }

    /// A run that got as far as this credential found it active: what was recorded earlier does not count any more.
    fn saw(&mut self, decision: &Decision) {
        let Some(id) = &decision.subject.id else { return };
        if decision.subject.status == CredentialStatus::Active {
            // What a secret may hold is the round's: the sweep looks away, and leaves the record.
            let others = matches!(
                decision.reason,
                Reason::HeldBySecret
                    | Reason::BindingTagGone { .. }
                    | Reason::RecordUnreadable { .. }
            );
            if !others {
                self.on_record.remove(id);
            }
            self.seen_active.insert(id.clone(), self.now);
        }
    }

    pub(crate) fn record(&self, id: &CredentialId) -> Option<Record> {
        self.memory.record(id).readable().cloned()
    }

    /// A reminder is of a date that the owner was told of before, and leaves everything but the time of telling as it is.
    fn check_reminder(&self, decision: &Decision) {
        let id = decision.subject.id.as_ref().expect("live facts have ids");
        let told_before = match decision.reason {
            Reason::DeactivationReminder(_) => self.warned.contains_key(id),
            Reason::DeletionReminder { .. } => self.announcements.iter().any(|it| it.id == *id),
            _ => return,
        };
        assert!(told_before, "nobody was told before: {decision:?}");
        let record = self.record(id).expect("only what is on record is reminded of");
        let Step::Warn { after, .. } = &decision.step else {
            unreachable!("a reminder is written down: {decision:?}")
        };
        let mut again = record.clone();
        match &mut again.state {
            State::Warned { reminded, .. } => *reminded = Some(self.now),
            State::DeletionAnnounced { told, .. } => *told = self.now,
            other => unreachable!("nobody is told of {other:?}"),
        }
        assert_eq!((after, record.due() > Some(self.now)), (&again, true));
    }

    /// Holds a decision against what really happened.
    fn check(&self, decision: &Decision) {
        let id = decision.subject.id.as_ref().expect("live facts have ids");
        let Some(it) = self.credentials.iter().find(|it| it.id == *id) else {
            assert_eq!(decision.reason, Reason::Gone);
            return;
        };
        let rotated = self.memory.rotation != Remembered::Absent;
        let bound = (self.user.tags.contains_key(SECRET_TAG) || rotated)
            && it.id.kind() == CredentialKind::AccessKey;
        if self.exposed.contains(id) && it.status == CredentialStatus::Active {
            assert_eq!(decision.reason, Reason::ExposedAndActive);
        }
        let interrupted = matches!(decision.reason, Reason::Interrupted { .. });
        let state = self.record(id).map(|record| record.state);
        let half_done = matches!(state, Some(State::Deactivating { .. }));
        // One that the rotation owns is for the rotation to complete, unless it was exposed.
        let ours = !bound || self.record(id).is_some_and(|record| record.is_of_exposure());
        let expected = half_done && ours && it.status != CredentialStatus::Active;
        assert_eq!(interrupted, expected, "{decision:?}");
        assert!(!bound || interrupted || decision.action() <= Action::Report, "{decision:?}");
        if decision.action() > Action::Report && !interrupted {
            assert!(!self.user.tags.contains_key("keysteward:exempt"), "exempt: {decision:?}");
        }
        let used = match it.last_use {
            LastUse::At(used) => Some(used),
            LastUse::NoneRecorded | LastUse::Unknown => None,
        };
        match decision.action() {
            Action::Warn => self.check_reminder(decision),
            Action::Keep | Action::Report => {}
            Action::Deactivate if interrupted => assert!(!decision.takes_away()),
            Action::Deactivate => {
                assert_eq!(it.status, CredentialStatus::Active);
                let Reason::Stale(staleness) = &decision.reason else {
                    unreachable!("{decision:?}")
                };
                assert!(!bound, "rotation takes care of it: {decision:?}");
                let promised = matches!(state, Some(State::Reactivated { .. }));
                assert!(!promised, "a warning was promised");
                let counts = |warned: &&Timestamp| {
                    staleness.since <= **warned && **warned + self.policy.notice <= self.now
                };
                let warned = self.warned.get(id).and_then(|times| times.iter().find(counts));
                assert!(warned.is_some() || self.policy.notice.is_zero(), "unwarned: {decision:?}");
            }
            Action::Delete => {
                assert!(self.policy.delete && it.status != CredentialStatus::Active);
                let since = *self.on_record.get(id).expect("only what is on record is deleted");
                assert!(self.now >= since + self.policy.grace, "too soon: {decision:?}");
                assert!(used.is_none_or(|used| self.now >= used + self.policy.grace));
            }
        }
    }
}
