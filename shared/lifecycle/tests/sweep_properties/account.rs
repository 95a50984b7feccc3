//! An account that lives through years of sweeps, and checks every decision against what really happened in it.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use lifecycle::identifiers::CredentialId;
use lifecycle::record::{Record, RecordedState, SECRET_TAG, record_tag};
use lifecycle::sweep::{
    Action, Decision, Held, Inventory, Note, Plan, Policy, Reason, Supersession, UserFacts,
    evaluate,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::worlds::{DAY, days, now, user};

/// What happens in an account; numbers pick one of its credentials.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// Days pass, and at the end of them a sweep runs; it may stop after some of its effects.
    Sweep {
        days: i64,
        effects: usize,
    },
    /// Days pass without one.
    Pass(i64),
    Use(usize),
    Activate(usize),
    Deactivate(usize),
    Delete(usize),
    Create(CredentialKind),
    ChangePassword,
    LoseRecord(usize),
    Exempt(bool),
    Bind(bool),
    Supersede(usize),
    AllowDeletion(bool),
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let pick = || 0..8_usize;
    prop_oneof![
        24 => (prop_oneof![Just(1), 1..40_i64], prop_oneof![3 => Just(usize::MAX), 1 => 0..6_usize])
            .prop_map(|(days, effects)| Event::Sweep { days, effects }),
        1 => (1..200_i64).prop_map(Event::Pass),
        4 => pick().prop_map(Event::Use),
        3 => pick().prop_map(Event::Activate),
        2 => pick().prop_map(Event::Deactivate),
        1 => pick().prop_map(Event::Delete),
        3 => select(CredentialKind::ALL.to_vec()).prop_map(Event::Create),
        1 => Just(Event::ChangePassword),
        1 => pick().prop_map(Event::LoseRecord),
        1 => any::<bool>().prop_map(Event::Exempt),
        1 => any::<bool>().prop_map(Event::Bind),
        2 => pick().prop_map(Event::Supersede),
        1 => any::<bool>().prop_map(Event::AllowDeletion),
    ]
}

pub(crate) fn rules() -> impl Strategy<Value = Policy> {
    let limit = || prop::option::of(select(vec![days(30), days(45), days(90)]));
    let wait = |least: i64| (least..30_i64).prop_map(days);
    (limit(), limit(), wait(0), wait(1), wait(0)).prop_map(
        |(max_age, max_idle, notice, grace, overlap)| Policy {
            kinds: CredentialKind::ALL.into(),
            max_age,
            max_idle,
            notice,
            grace,
            overlap,
            delete: true,
            limits: lifecycle::sweep::Limits { actions: 50, percent: 10 },
            exempt: lifecycle::sweep::ConfiguredExemptions::default(),
        },
    )
}

/// What the executor does, one call each.
#[derive(Debug)]
enum Effect {
    Publish(CredentialId, Action),
    Write(CredentialId, Record),
    Deactivate(CredentialId),
    Delete(CredentialId),
    Untag(CredentialId),
}

#[derive(Debug)]
pub(crate) struct Account {
    policy: Policy,
    user: UserFacts,
    credentials: Vec<Credential>,
    now: Timestamp,
    made: u32,
    /// When warnings were published.
    warned: BTreeMap<CredentialId, Vec<Timestamp>>,
    /// Since when a deactivation is on record, for what no sweep has seen active since.
    on_record: BTreeMap<CredentialId, Timestamp>,
}

impl Account {
    pub(crate) fn new(policy: Policy) -> Self {
        let (warned, on_record) = (BTreeMap::new(), BTreeMap::new());
        let (user, credentials, now) = (user(), Vec::new(), now());
        let mut new = Self { policy, user, credentials, now, made: 0, warned, on_record };
        CredentialKind::ALL.into_iter().for_each(|kind| new.create(kind));
        new
    }

    fn create(&mut self, kind: CredentialKind) {
        let taken = self.credentials.iter().filter(|credential| credential.kind == kind).count();
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
        self.warned.remove(&id.as_str().into());
        self.credentials.push(Credential {
            kind,
            id: id.into(),
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
                if it.kind.has_last_use() && it.status == CredentialStatus::Active {
                    it.last_use = LastUse::At(now);
                }
            }),
            Event::Activate(one) => self.change(one, |it| it.status = CredentialStatus::Active),
            Event::Deactivate(one) => self.change(one, |it| {
                if it.kind.can_be_deactivated() {
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
                    if it.kind == CredentialKind::Password {
                        it.created = now;
                    }
                }
            }
            Event::LoseRecord(one) => {
                if let Some(id) = self.credentials.get(one).map(|it| it.id.clone()) {
                    self.user.tags.insert(record_tag(id), "lost".to_owned());
                }
            }
            Event::Exempt(on) => self.tag("keysteward:exempt", on),
            Event::Bind(on) => self.tag(SECRET_TAG, on),
            Event::Supersede(one) => {
                let active = |it: &&Credential| it.status == CredentialStatus::Active;
                if let Some(it) = self.credentials.get(one).filter(active) {
                    let (created, by) = (Some(it.created), "rotate-key".to_owned());
                    let state = RecordedState::Superseded;
                    let record = Record {
                        state,
                        at: now,
                        due: None,
                        created,
                        version: None,
                        event: None,
                        by,
                    };
                    self.user.tags.insert(record_tag(&it.id), record.to_string());
                    self.tag(SECRET_TAG, true);
                }
            }
            Event::AllowDeletion(on) => self.policy.delete = on,
        }
    }

    fn pass(&mut self, days: i64) {
        self.now += SignedDuration::from_secs(days * DAY);
        for it in &mut self.credentials {
            if it.kind == CredentialKind::ServiceSpecific
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

    fn plan(&self) -> Plan {
        let hold = |it: &Credential| {
            let supersession = Supersession::Stands;
            Held { credential: it.clone(), supersession }
        };
        let credentials = self.credentials.iter().map(hold).collect();
        evaluate(&self.policy, &[Inventory { user: self.user.clone(), credentials }], self.now)
    }

    fn sweep(&mut self, mut effects: usize) {
        for it in self.credentials.iter().filter(|it| it.status == CredentialStatus::Active) {
            self.on_record.remove(&it.id);
        }
        for decision in self.plan().decisions {
            self.check(&decision);
            for effect in self.effects(&decision) {
                if effects == 0 {
                    return;
                }
                effects -= 1;
                self.apply(effect);
            }
        }
        for decision in self.plan().decisions {
            // The record of a password that was just deleted is all that is left to do.
            let tidies = decision.reason == Reason::Gone && decision.action == Action::Keep;
            assert!(tidies || decision.changes_nothing(), "done already: {decision:?}");
        }
    }

    fn record(&self, id: &CredentialId) -> Option<Record> {
        self.user.tags.get(&record_tag(id))?.parse().ok()
    }

    fn effects(&self, decision: &Decision) -> Vec<Effect> {
        let id = decision.subject.id.clone().expect("live facts have ids");
        let write = |state, at, due| {
            let (created, by) = (Some(decision.subject.created), "sweep".to_owned());
            Effect::Write(
                id.clone(),
                Record { state, at, due, created, version: None, event: None, by },
            )
        };
        let note = decision.note.iter().map(|note| match note {
            Note::Write(record) => Effect::Write(id.clone(), record.clone()),
            Note::Remove => Effect::Untag(id.clone()),
        });
        let publish = Effect::Publish(id.clone(), decision.action);
        match decision.action {
            Action::Keep | Action::Report => note.collect(),
            Action::Warn => [publish].into_iter().chain(note).collect(),
            Action::Deactivate | Action::Delete if decision.reason == Reason::Gone => {
                vec![publish, Effect::Untag(id.clone())]
            }
            Action::Deactivate => {
                let due = self.policy.delete.then(|| self.now + self.policy.grace);
                vec![
                    write(RecordedState::Deactivating, self.now, None),
                    Effect::Deactivate(id.clone()),
                    publish,
                    write(RecordedState::Deactivated, self.now, due),
                ]
            }
            Action::Delete => {
                let record = self.record(&id).expect("only what is on record is deleted");
                vec![
                    write(RecordedState::Deleting, record.at, record.due),
                    Effect::Delete(id.clone()),
                    publish,
                    Effect::Untag(id.clone()),
                ]
            }
        }
    }

    fn apply(&mut self, effect: Effect) {
        match effect {
            Effect::Publish(id, Action::Warn) => self.warned.entry(id).or_default().push(self.now),
            Effect::Publish(..) => {}
            Effect::Write(id, record) => {
                if record.state == RecordedState::Deactivated {
                    self.on_record.entry(id.clone()).or_insert(self.now);
                }
                self.user.tags.insert(record_tag(id), record.to_string());
            }
            Effect::Deactivate(id) if id == CredentialId::password() => {
                self.credentials.retain(|it| it.id != id);
            }
            Effect::Deactivate(id) => {
                for it in self.credentials.iter_mut().filter(|it| it.id == id) {
                    it.status = CredentialStatus::Inactive;
                }
            }
            Effect::Delete(id) => self.credentials.retain(|it| it.id != id),
            Effect::Untag(id) => drop(self.user.tags.remove(&record_tag(id))),
        }
    }

    /// Holds a decision against what really happened.
    fn check(&self, decision: &Decision) {
        let id = decision.subject.id.as_ref().expect("live facts have ids");
        let Some(it) = self.credentials.iter().find(|it| it.id == *id) else {
            assert_eq!(decision.reason, Reason::Gone);
            return;
        };
        let bound = self.user.tags.contains_key(SECRET_TAG) && it.kind == CredentialKind::AccessKey;
        if decision.action > Action::Report {
            assert!(!self.user.tags.contains_key("keysteward:exempt"), "exempt: {decision:?}");
        }
        let used = match it.last_use {
            LastUse::At(used) => Some(used),
            LastUse::NoneRecorded | LastUse::Unknown => None,
        };
        match decision.action {
            Action::Keep | Action::Report | Action::Warn => {}
            Action::Deactivate if matches!(decision.reason, Reason::Interrupted { .. }) => {
                assert_ne!(it.status, CredentialStatus::Active);
            }
            Action::Deactivate => {
                assert_eq!(it.status, CredentialStatus::Active);
                if let Reason::Superseded { at } = decision.reason {
                    assert!(bound && self.now >= at + self.policy.overlap.max(days(1)));
                    let quiet = self.policy.overlap + days(1);
                    assert!(used.is_none_or(|used| self.now >= used + quiet), "{decision:?}");
                    return;
                }
                let Reason::Stale(staleness) = &decision.reason else {
                    unreachable!("{decision:?}")
                };
                assert!(!bound, "rotation takes care of it: {decision:?}");
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
