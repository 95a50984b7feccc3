//! The daily round: what becomes of the keys of one bound user between two rotations.
//!
//! **Invariant:** the round never touches a key under `AWSCURRENT`, `AWSPENDING` or a label of the user's own.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::facts::later;
use super::next::{superseded_record, whole_seconds};
use super::spare::{PATIENT_GRACE, outdated};
use super::{Facts, KeySlot, Policy, VersionStage};
use crate::credential::{CredentialKind, CredentialStatus, LastUse};
use crate::identifiers::{Arn, CredentialId};
use crate::memory::{RotationMemory, UserMemory};
use crate::record::{Cause, Record, Remembered, State};
use crate::sweep::exempt::exempted_by_tag;
use crate::sweep::ladder::{Case, Verdict, keep, report};
use crate::sweep::{
    self, Binding, ConfiguredExemptions, Decision, Holding, Limits, Memory, News, PlannedNotice,
    Reason, Reminders, Step, Subject, UserFacts, record_of_gone,
};

/// How often the owner of a superseded key that is still in use is reminded, and how often somebody hears of a lost binding.
const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

/// For how long a key that no version holds and no rotation made, as far as anybody remembers, goes unused before its owner is warned.
///
/// A person may have made it, so it is judged as patiently as any other key; and a lost record must not refuse rotations for good.
const UNATTRIBUTED_IDLE: SignedDuration = SignedDuration::from_hours(90 * 24);

/// How long that warning runs.
const UNATTRIBUTED_NOTICE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// Decides on every key of a bound user, and on the records of those that are gone.
///
/// `facts.versions.pending` is the key under `AWSPENDING`, whichever rotation it belongs to. `facts.keys` are all keys of the user.
pub fn round(user: &UserFacts, facts: &Facts<'_>) -> Vec<Decision> {
    let of_key = |slot: &KeySlot| {
        let Verdict { step, reason } = Key { user, facts, slot }.judge();
        let (name, user_id) = (user.name.clone(), user.id.clone());
        Decision { user: name, user_id, subject: Subject::from(slot), step, reason }
    };
    let mut decisions: Vec<_> = facts.keys.iter().map(of_key).collect();
    let listed: BTreeSet<_> =
        facts.keys.iter().map(|slot| CredentialId::from(&slot.key.id)).collect();
    let gone = facts
        .memory
        .records
        .iter()
        .filter(|(id, _)| id.kind() == CredentialKind::AccessKey && !listed.contains(id));
    decisions.extend(gone.filter_map(|(id, record)| record_of_gone(user, id, record)));
    decisions.sort_by(|a, b| a.subject.id.cmp(&b.subject.id));
    decisions
}

impl From<&KeySlot> for Subject {
    fn from(slot: &KeySlot) -> Self {
        Self {
            kind: CredentialKind::AccessKey,
            id: Some(CredentialId::from(&slot.key.id)),
            status: slot.key.status.clone(),
            created: slot.key.created,
            expires: None,
            service: None,
            last_use: slot.last_use.clone(),
            last_used_with: slot.last_used_with.clone(),
        }
    }
}

/// One key and all that bears on it.
struct Key<'a> {
    user: &'a UserFacts,
    facts: &'a Facts<'a>,
    slot: &'a KeySlot,
}

impl Key<'_> {
    /// Decides, and forgets what is over, like the sweep. What says that a rotation replaced the key stays: it gets another overlap.
    fn judge(&self) -> Verdict {
        let mut verdict = self.decide();
        let record = self.slot.record.readable();
        let replaced = record.is_some_and(|it| matches!(it.cause(), Cause::Superseded(_)));
        if let Step::Keep(memory @ Memory::Unchanged) | Step::Report(memory @ Memory::Unchanged) =
            &mut verdict.step
            && !replaced
            && !self.is_held()
        {
            *memory = self.ladder(self.policy()).case(|case| case.forget(&verdict.reason));
        }
        verdict
    }

    fn decide(&self) -> Verdict {
        let id = &self.slot.key.id;
        let (versions, now) = (self.facts.versions, self.facts.now);
        match &self.slot.key.status {
            CredentialStatus::Active | CredentialStatus::Inactive => {}
            CredentialStatus::Expired | CredentialStatus::Unrecognized(_) => {
                return report(Reason::StatusUnrecognized);
            }
        }
        if let Remembered::Unreadable(fault) = &self.slot.record {
            return report(Reason::RecordUnreadable { fault: fault.clone() });
        }
        // What an interrupted run deactivated is told of, whoever is exempt and whatever a version holds by now.
        if let Some(record) = self.slot.record.readable()
            && matches!(record.state, State::Deactivating { .. })
            && !self.is_active()
        {
            return self.ladder(self.policy()).interrupted(record);
        }
        if self.is_held() {
            return self.held();
        }
        let ahead = later(now, Policy::CLOCK_SLACK);
        let used_ahead = matches!(self.slot.last_use, LastUse::At(used) if used > ahead);
        if self.slot.key.created > ahead || used_ahead {
            return report(Reason::DateInFuture);
        }
        let stages = versions.others.iter().filter(|held| held.key == *id).map(|held| &held.stage);
        let (previous, labelled): (Vec<_>, Vec<_>) =
            stages.partition(|stage| **stage == VersionStage::Previous);
        if let Some(label) = labelled.into_iter().min() {
            return keep(Reason::HeldByLabel { label: label.to_string() });
        }
        if let Some(by) = exempted_by_tag(&self.user.tags, Some(&CredentialId::from(id)), now) {
            return keep(Reason::Exempt(by));
        }
        match self.slot.record.readable() {
            Some(record) if record.is_of_exposure() => self.exposed(record),
            Some(record) => self.recorded(record, !previous.is_empty()),
            None if !previous.is_empty() => self.supersede(),
            None if self.is_of_attempt() => keep(Reason::AttemptUnfinished),
            None => self.unattributed(),
        }
    }

    /// Whether consumers read it, or are about to.
    fn is_held(&self) -> bool {
        let (id, versions) = (&self.slot.key.id, self.facts.versions);
        *id == versions.current.key || versions.pending.as_ref() == Some(id)
    }

    fn is_active(&self) -> bool {
        self.slot.key.status == CredentialStatus::Active
    }

    /// A key that consumers read, or are about to. Only a warning from before the secret held it is void now: other records say what
    /// the key was when somebody rolls back to it.
    fn held(&self) -> Verdict {
        let warned = self
            .slot
            .record
            .readable()
            .is_some_and(|record| matches!(record.state, State::Warned { .. }));
        let memory = if warned { Memory::Remove } else { Memory::Unchanged };
        Verdict { step: Step::Keep(memory), reason: Reason::HeldBySecret }
    }

    /// Whether an attempt made the key, or may have made it: a key this young may be that of an attempt that began after the memory was read.
    fn is_of_attempt(&self) -> bool {
        let (key, now) = (&self.slot.key, self.facts.now);
        let youngest = Policy::LONGEST_ATTEMPT.saturating_add(Policy::CLOCK_SLACK);
        let rotation = self.facts.memory.rotation.readable();
        let attempt = rotation.and_then(|rotation| rotation.attempt.as_ref());
        // One at replacing another key explains none of today: a rotation would refuse the key as well.
        let current = &self.facts.versions.current.key;
        let current = self.facts.keys.iter().find(|slot| slot.key.id == *current);
        let attempt =
            attempt.filter(|attempt| current.is_some_and(|slot| attempt.replaces(&slot.key)));
        let made = attempt.is_some_and(|attempt| attempt.key.as_ref() == Some(&key.id));
        // One that was used is somebody's: no attempt uses a key before the attempt names it.
        let unused = !matches!(self.slot.last_use, LastUse::At(_));
        let may_have_made = attempt.is_some_and(|attempt| {
            attempt.key.is_none()
                && (unused || now <= attempt.leased_until())
                && key.created <= attempt.leased_until()
                && attempt.from <= later(key.created, Policy::CLOCK_SLACK)
        });
        made || may_have_made || now <= later(key.created, youngest)
    }

    fn exposed(&self, record: &Record) -> Verdict {
        match (self.is_active(), &record.state) {
            (true, _) if record.says_inactive() => report(Reason::ExposedAndActive),
            (true, _) => self.unattributed(),
            (false, _) => keep(Reason::HeldBySecret),
        }
    }

    fn recorded(&self, record: &Record, previous: bool) -> Verdict {
        let current = &self.facts.versions.current;
        let outdated = previous
            && self
                .facts
                .keys
                .iter()
                .find(|slot| slot.key.id == current.key)
                .is_some_and(|current| outdated(record, current));
        match &record.state {
            _ if outdated => self.supersede(),
            State::Superseded { by, .. } if by.version != current.version => self.supersede(),
            State::Superseded { since, reminded, .. } => self.superseded(record, *since, *reminded),
            // Somebody activated it again, so somebody uses it: it gets another overlap.
            State::Deactivating { cause: Cause::Superseded(_), .. }
            | State::Deactivated { cause: Cause::Superseded(_), .. }
            | State::DeletionAnnounced { cause: Cause::Superseded(_), .. }
            | State::Deleting { cause: Cause::Superseded(_), .. }
                if self.is_active() =>
            {
                self.supersede()
            }
            State::Deactivated { cause: Cause::Superseded(_), .. }
            | State::DeletionAnnounced { cause: Cause::Superseded(_), .. }
            | State::Deleting { cause: Cause::Superseded(_), .. } => {
                self.ladder(self.policy()).inactive()
            }
            State::Warned { .. } | State::Reactivated { .. } if previous => self.supersede(),
            State::Warned { .. }
            | State::Reactivated { .. }
            | State::Deactivating { .. }
            | State::Deactivated { .. }
            | State::DeletionAnnounced { .. }
            | State::Deleting { .. } => self.unattributed(),
        }
    }

    /// Starts the overlap of a key whose record does not say that the current version replaced it.
    fn supersede(&self) -> Verdict {
        let version = &self.facts.versions.current.version;
        let record = superseded_record(self.facts, version, Some(self.slot.key.created));
        let until = self.facts.policy.kept_until(record.since());
        let step = Step::Keep(Memory::Write(record));
        Verdict { step, reason: Reason::OverlapRunning { until } }
    }

    fn superseded(
        &self,
        record: &Record,
        since: Timestamp,
        reminded: Option<Timestamp>,
    ) -> Verdict {
        let (policy, now) = (self.facts.policy, self.facts.now);
        let kept_until = policy.kept_until(since);
        if now < kept_until {
            return keep(Reason::OverlapRunning { until: kept_until });
        }
        if !self.is_active() {
            return self.ladder(self.policy()).inactive();
        }
        match self.slot.last_use {
            LastUse::Unknown => report(Reason::LastUseUnknown),
            LastUse::At(used) if now < later(used, policy.quiet_time()) => {
                self.in_use(record, used, reminded)
            }
            LastUse::NoneRecorded | LastUse::At(_) => {
                self.ladder(self.policy()).deactivate(Reason::Superseded { at: since })
            }
        }
    }

    fn in_use(&self, record: &Record, used: Timestamp, reminded: Option<Timestamp>) -> Verdict {
        let with = self.slot.last_used_with.clone();
        let reason = Reason::SupersededInUse { used, with };
        let now = whole_seconds(self.facts.now);
        let lately = reminded.filter(|at| *at <= now && now.duration_since(*at) < WEEK);
        let (None, State::Superseded { since, by, .. }) = (lately, &record.state) else {
            return keep(reason);
        };
        // Consumers keep a secret for a while: a use on the day of the rotation is none that stays.
        if used <= later(*since, Policy::LAST_USE_LAG) {
            return keep(reason);
        }
        let notice = PlannedNotice {
            news: News::SupersededInUse,
            because: reason.to_string(),
            exposed: false,
        };
        let (since, by, reminded) = (*since, by.clone(), Some(now));
        let after = record.in_state(State::Superseded { since, by, reminded });
        Verdict { step: Step::Warn { notice, after }, reason }
    }

    /// No version holds it, and no rotation made it, as far as anybody remembers: it is judged like the key of a user without a secret, but patiently.
    fn unattributed(&self) -> Verdict {
        let policy = sweep::Policy {
            max_idle: Some(UNATTRIBUTED_IDLE),
            notice: UNATTRIBUTED_NOTICE,
            grace: PATIENT_GRACE,
            ..self.policy()
        };
        let ladder = self.ladder(policy);
        if self.is_active() { ladder.active() } else { ladder.inactive() }
    }

    fn ladder(&self, policy: sweep::Policy) -> Ladder<'_> {
        Ladder { policy, subject: Subject::from(self.slot), key: self }
    }

    /// The sweep's ladder with the waiting times of a rotation: nothing is stale by age, and what is inactive is deleted.
    fn policy(&self) -> sweep::Policy {
        sweep::Policy {
            kinds: [CredentialKind::AccessKey].into(),
            max_age: None,
            max_idle: None,
            notice: UNATTRIBUTED_NOTICE,
            reminders: Reminders::default(),
            grace: self.facts.policy.grace,
            delete: true,
            limits: Limits { actions: u32::MAX, percent: 100 },
            exempt: ConfiguredExemptions::default(),
            user_path: "/".to_owned(),
        }
    }
}

/// A key on the sweep's ladder.
struct Ladder<'a> {
    policy: sweep::Policy,
    subject: Subject,
    key: &'a Key<'a>,
}

impl Ladder<'_> {
    fn case<T>(&self, judge: impl FnOnce(&Case<'_>) -> T) -> T {
        judge(&Case {
            policy: &self.policy,
            user: self.key.user,
            binding: &Binding::None,
            subject: &self.subject,
            record: &self.key.slot.record,
            now: self.key.facts.now,
        })
    }

    fn active(&self) -> Verdict {
        self.case(|case| case.active())
    }

    fn inactive(&self) -> Verdict {
        self.case(|case| case.inactive())
    }

    fn interrupted(&self, record: &Record) -> Verdict {
        self.case(|case| case.interrupted(record))
    }

    fn deactivate(&self, reason: Reason) -> Verdict {
        self.case(|case| case.deactivate(reason))
    }
}

/// What is done about a user who does not carry the tag any more, while a rotation is remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one is made for each decision, and none is kept")]
pub enum LostBinding {
    /// The rotation was ended: what is remembered of it is removed, and the sweep owns the keys.
    Forget,
    /// Somebody is told, and that is remembered, so that it is told at most weekly.
    Tell {
        /// The secret that still rotates the user's keys.
        secret: Arn,
        /// What is remembered then.
        after: RotationMemory,
    },
    /// Nothing: somebody was told lately, an attempt is under way, or nothing is remembered.
    Wait,
}

/// Decides on a user without the tag; `holding` answers for the secret that is remembered.
pub fn lost_binding(memory: &UserMemory, holding: Holding, now: Timestamp) -> LostBinding {
    let Some(rotation) = memory.rotation.readable() else { return LostBinding::Wait };
    let leased = rotation.attempt.as_ref().is_some_and(|attempt| now <= attempt.leased_until());
    if leased {
        return LostBinding::Wait;
    }
    if holding == Holding::Ended {
        return LostBinding::Forget;
    }
    let lately = |at: &Timestamp| *at <= now && now.duration_since(*at) < WEEK;
    if rotation.unbound_told.as_ref().is_some_and(lately) {
        return LostBinding::Wait;
    }
    let after = RotationMemory { unbound_told: Some(whole_seconds(now)), ..rotation.clone() };
    LostBinding::Tell { secret: rotation.secret.clone(), after }
}

/// What is to be remembered of a bound user from the first round on, if that is not remembered yet: which secret holds the keys.
///
/// Without it, a tag that another tool removes before the first rotation would leave the keys to the sweep.
pub fn binding_to_remember(facts: &Facts<'_>) -> Option<RotationMemory> {
    let remembered = match &facts.memory.rotation {
        Remembered::Unreadable(_) => return None,
        Remembered::Readable(rotation) => Some(rotation),
        Remembered::Absent => None,
    };
    let same = remembered.filter(|rotation| rotation.secret == *facts.secret);
    match same {
        Some(rotation) if rotation.unbound_told.is_none() => None,
        Some(rotation) => Some(RotationMemory { unbound_told: None, ..rotation.clone() }),
        None => Some(RotationMemory {
            user: facts.user.clone(),
            secret: facts.secret.clone(),
            attempt: remembered.and_then(|rotation| rotation.attempt.clone()),
            last_success: None,
            unbound_told: None,
        }),
    }
}
