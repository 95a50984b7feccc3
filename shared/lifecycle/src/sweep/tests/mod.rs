//! Tables of decisions. Each test starts from one credential of one user and changes one thing.

mod announcements;
mod exemptions;
mod exposures;
mod findings;
mod inactive;
mod interrupted;
mod plans;
mod records;
mod reminders;
mod secrets;
mod staleness;
mod triage;
mod warnings;
mod wording;

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use crate::identifiers::{Arn, CredentialId};
use crate::memory::{RotationMemory, UserMemory};
use crate::record::{Cause, Record, Remembered, Replacement, State};

const NOTICE: SignedDuration = days(14);
const GRACE: SignedDuration = days(30);
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:alice-AbCdEf";
const EVENT: &str = "AWS_RISK_CREDENTIALS_EXPOSED";

const fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

const fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}

fn now() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

/// So long before `now()`.
fn ago(span: SignedDuration) -> Timestamp {
    now() - span
}

/// Everything is swept; 90 days of age, 45 without use; deletion is on.
fn policy() -> Policy {
    Policy {
        kinds: CredentialKind::ALL.into(),
        max_age: Some(days(90)),
        max_idle: Some(days(45)),
        notice: NOTICE,
        reminders: Reminders::default(),
        grace: GRACE,
        delete: true,
        limits: Limits { actions: 50, percent: 10 },
        exempt: ConfiguredExemptions::default(),
        user_path: "/".to_owned(),
    }
}

/// An active credential that was made ten days ago and never used, as far as IAM records that.
fn credential(kind: CredentialKind) -> Credential {
    let id = match kind {
        CredentialKind::AccessKey => "AKIAEXAMPLEEXAMPLE01",
        CredentialKind::Password => "password",
        CredentialKind::SshPublicKey => "APKAEXAMPLEEXAMPLE01",
        CredentialKind::SigningCertificate => "TA7SMP42TDN5Z26OBPJE7EXAMPLE",
        CredentialKind::ServiceSpecific => "ACCAEXAMPLEEXAMPLE01",
    };
    let last_use = if kind.has_last_use() { LastUse::NoneRecorded } else { LastUse::Unknown };
    Credential {
        id: CredentialId::new(kind, id).unwrap(),
        status: CredentialStatus::Active,
        created: ago(days(10)),
        expires: None,
        service: None,
        last_use,
        last_used_with: None,
    }
}

fn key_id(id: &str) -> CredentialId {
    CredentialId::new(CredentialKind::AccessKey, id).unwrap()
}

fn secret() -> Arn {
    SECRET.parse().unwrap()
}

/// What a rotation replaces a key with.
fn replacement() -> Replacement {
    Replacement { secret: secret(), version: "a8e3f6c2".into() }
}

fn exposed_cause() -> Cause {
    Cause::Exposed { event: Some(EVENT.to_owned()) }
}

/// The states of a record, by name alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Recorded {
    Warned,
    Superseded,
    Deactivating,
    Deactivated,
    Announced,
    Deleting,
    Reactivated,
}

impl Recorded {
    /// The state since then; a date that the state needs and that is not given is that of its start, which is too early to count.
    fn state(self, since: Timestamp, due: Option<Timestamp>, cause: Cause) -> State {
        let date = due.unwrap_or(since);
        match self {
            Self::Warned => State::Warned { since, due: date, reminded: None, cause },
            Self::Superseded => State::Superseded { since, by: replacement(), reminded: None },
            Self::Deactivating => State::Deactivating { since, cause },
            Self::Deactivated => State::Deactivated { since, due, cause },
            Self::Announced => State::DeletionAnnounced { since, due: date, told: since, cause },
            Self::Deleting => State::Deleting { since, due: date, cause },
            Self::Reactivated => State::Reactivated { since, cause },
        }
    }
}

fn key() -> Credential {
    credential(CredentialKind::AccessKey)
}

impl Credential {
    fn old(mut self, age: SignedDuration) -> Self {
        self.created = ago(age);
        self
    }

    fn used(mut self, at: Timestamp) -> Self {
        self.last_use = LastUse::At(at);
        self
    }

    fn last_use_unknown(mut self) -> Self {
        self.last_use = LastUse::Unknown;
        self
    }

    fn inactive(mut self) -> Self {
        self.status = CredentialStatus::Inactive;
        self
    }

    fn status(mut self, status: CredentialStatus) -> Self {
        self.status = status;
        self
    }

    fn expires(mut self, at: Timestamp) -> Self {
        self.expires = Some(at);
        self
    }
}

/// Somebody without tags and groups, at the root of all paths.
fn alice() -> UserFacts {
    UserFacts {
        name: "Alice".into(),
        id: "AIDAEXAMPLEEXAMPLE01".parse().unwrap(),
        arn: "arn:aws:iam::123456789012:user/Alice".parse().unwrap(),
        created: ago(days(1000)),
        path: "/".to_owned(),
        tags: BTreeMap::new(),
        groups: BTreeSet::new(),
        password_last_used: None,
    }
}

impl UserFacts {
    fn tag(mut self, tag: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.insert(tag.into(), value.into());
        self
    }
}

/// One user with one credential, or none.
#[derive(Clone, Debug)]
struct World {
    policy: Policy,
    user: UserFacts,
    memory: UserMemory,
    holding: Holding,
    credentials: Vec<Credential>,
    now: Timestamp,
}

impl World {
    fn of(credential: Credential) -> Self {
        Self { credentials: vec![credential], ..Self::empty() }
    }

    fn empty() -> Self {
        Self {
            policy: policy(),
            user: alice(),
            memory: UserMemory::default(),
            holding: Holding::Ended,
            credentials: Vec::new(),
            now: now(),
        }
    }

    fn tag(mut self, tag: impl Into<String>, value: impl Into<String>) -> Self {
        self.user = self.user.tag(tag, value);
        self
    }

    /// A record of the credential, with no further date.
    fn recorded(self, state: Recorded, at: Timestamp) -> Self {
        self.recorded_due(state, at, None)
    }

    fn recorded_due(self, state: Recorded, at: Timestamp, due: Option<Timestamp>) -> Self {
        self.in_state(state.state(at, due, Cause::Stale))
    }

    fn in_state(self, state: State) -> Self {
        let Credential { id, created, .. } = self.credentials[0].clone();
        self.remember(id, Record { user: "Alice".into(), created: Some(created), state })
    }

    fn remember(mut self, id: CredentialId, record: Record) -> Self {
        self.memory.records.insert(id, Remembered::Readable(record));
        self
    }

    /// The record of the credential cannot be read by this version.
    fn record_unreadable(mut self) -> Self {
        let unreadable = Remembered::Unreadable("from a newer version".to_owned());
        self.memory.records.insert(self.credentials[0].id.clone(), unreadable);
        self
    }

    /// A record that a deactivation for an exposure left, whatever became of the credential since.
    fn exposed(self, state: Recorded) -> Self {
        self.in_state(state.state(ago(days(3)), None, exposed_cause()))
    }

    fn held_by_secret(self) -> Self {
        self.tag(SECRET_TAG, SECRET)
    }

    /// A rotation of the user's keys is remembered, whatever the user's tags say.
    fn rotated(mut self, holding: Holding) -> Self {
        self.memory.rotation = Remembered::Readable(RotationMemory {
            user: "Alice".into(),
            secret: secret(),
            attempt: None,
            last_success: Some(ago(days(20))),
            unbound_told: None,
        });
        self.holding = holding;
        self
    }

    fn with_policy(mut self, change: impl FnOnce(&mut Policy)) -> Self {
        change(&mut self.policy);
        self
    }

    fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    fn binding(&self) -> Binding {
        Binding::of(&self.user, &self.memory, self.holding)
    }

    fn inventory(&self) -> Inventory {
        Inventory {
            user: self.user.clone(),
            memory: self.memory.clone(),
            binding: self.binding(),
            credentials: self.credentials.clone(),
        }
    }

    fn plan(&self) -> Plan {
        evaluate(&self.policy, &[self.inventory()], self.now)
    }

    fn decision(&self) -> Decision {
        let mut decisions = self.plan().decisions;
        assert_eq!(decisions.len(), 1, "{decisions:#?}");
        decisions.remove(0)
    }

    fn decide(&self) -> String {
        describe(&self.decision())
    }
}

/// The decision in a few words. What a deactivation and a deletion record has a table of its own.
pub(crate) fn describe(decision: &Decision) -> String {
    let memory = match &decision.step {
        Step::Keep(Memory::Unchanged)
        | Step::Report(Memory::Unchanged)
        | Step::Deactivate { .. }
        | Step::Delete { .. } => String::new(),
        Step::Keep(Memory::Write(record))
        | Step::Report(Memory::Write(record))
        | Step::Warn { after: record, .. }
        | Step::Complete { after: Some(record), .. } => format!(", writes {}", record.state),
        Step::Keep(Memory::Remove)
        | Step::Report(Memory::Remove)
        | Step::Complete { after: None, .. } => ", removes the record".to_owned(),
    };
    format!("{} {}{memory}", decision.action(), decision.reason.as_str())
}

#[track_caller]
fn check(world: &World, expected: &str) {
    assert_eq!(world.decide(), expected, "given {world:#?}");
}

/// What is decided a second before `edge`, at it, and a second after it.
#[track_caller]
fn check_around(edge: Timestamp, world: &World, expected: [&str; 3]) {
    for (offset, expected) in [-1, 0, 1].into_iter().zip(expected) {
        let world = world.clone().at(edge + seconds(offset));
        assert_eq!(world.decide(), expected, "{offset} s from the edge");
    }
}

/// The record after a decision that changes nothing else.
#[track_caller]
fn written(decision: &Decision) -> Record {
    let (Step::Keep(Memory::Write(record))
    | Step::Report(Memory::Write(record))
    | Step::Warn { after: record, .. }
    | Step::Complete { after: Some(record), .. }) = &decision.step
    else {
        panic!("no record is written but {:?}", decision.step)
    };
    record.clone()
}

/// The world after its decision at `now` is carried out.
#[track_caller]
fn carried_out(world: World, now: Timestamp) -> World {
    let world = world.at(now);
    let record = written(&world.decision());
    let id = world.credentials[0].id.clone();
    world.remember(id, record)
}
