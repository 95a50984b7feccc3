//! Tables of decisions. Each test starts from one credential of one user and changes one thing.

mod announcements;
mod exemptions;
mod exposures;
mod findings;
mod inactive;
mod interrupted;
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
use crate::identifiers::CredentialId;
use crate::record::{BY_EXPOSURE, Record, RecordedState, SECRET_TAG, record_tag};

const NOTICE: SignedDuration = days(14);
const GRACE: SignedDuration = days(30);
const OVERLAP: SignedDuration = days(7);
const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:alice-AbCdEf";

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
        overlap: OVERLAP,
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
        kind,
        id: id.into(),
        status: CredentialStatus::Active,
        created: ago(days(10)),
        expires: None,
        service: None,
        last_use,
        last_used_with: None,
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
        id: "AIDAEXAMPLEEXAMPLE01".into(),
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
    credentials: Vec<Held>,
    now: Timestamp,
}

impl World {
    fn of(credential: Credential) -> Self {
        Self { credentials: vec![credential.into()], ..Self::empty() }
    }

    fn empty() -> Self {
        Self { policy: policy(), user: alice(), credentials: Vec::new(), now: now() }
    }

    fn tag(mut self, tag: impl Into<String>, value: impl Into<String>) -> Self {
        self.user = self.user.tag(tag, value);
        self
    }

    /// A record of the credential, with no further date.
    fn recorded(self, state: RecordedState, at: Timestamp) -> Self {
        self.recorded_due(state, at, None)
    }

    fn recorded_due(self, state: RecordedState, at: Timestamp, due: Option<Timestamp>) -> Self {
        let Credential { id, created, .. } = self.credentials[0].credential.clone();
        let created = Some(created);
        let record = Record {
            state,
            at,
            due,
            told: None,
            created,
            version: None,
            event: None,
            by: "sweep".to_owned(),
        };
        self.tag(record_tag(id), record.to_string())
    }

    /// A record that a deactivation for an exposure left, whatever became of the credential since.
    fn exposed(self, state: RecordedState) -> Self {
        let Credential { id, created, .. } = self.credentials[0].credential.clone();
        let record = Record {
            state,
            at: ago(days(3)),
            due: None,
            told: None,
            created: Some(created),
            version: None,
            event: Some("AWS_RISK_CREDENTIALS_EXPOSED".to_owned()),
            by: BY_EXPOSURE.to_owned(),
        };
        self.tag(record_tag(id), record.to_string())
    }

    fn held_by_secret(self) -> Self {
        self.tag(SECRET_TAG, SECRET)
    }

    fn supersession(mut self, supersession: Supersession) -> Self {
        self.credentials[0].supersession = supersession;
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

    fn plan(&self) -> Plan {
        let (user, credentials) = (self.user.clone(), self.credentials.clone());
        evaluate(&self.policy, &[Inventory { user, credentials }], self.now)
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

/// The decision in a few words.
fn describe(decision: &Decision) -> String {
    let note = match &decision.note {
        None => String::new(),
        Some(Note::Write(record)) => format!(", writes {}", record.state.as_str()),
        Some(Note::Remove) => ", removes the record".to_owned(),
    };
    format!("{} {}{note}", decision.action, decision.reason.as_str())
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

/// The record a decision writes.
#[track_caller]
fn written(decision: &Decision) -> Record {
    match &decision.note {
        Some(Note::Write(record)) => record.clone(),
        other => panic!("no record is written but {other:?}"),
    }
}

/// The world after its decision at `now` is carried out.
#[track_caller]
fn carried_out(world: World, now: Timestamp) -> World {
    let world = world.at(now);
    let record = written(&world.decision());
    world.tag(record_tag(&key().id), record.to_string())
}

#[test]
fn a_run_may_take_away_the_smaller_of_its_two_limits() {
    for (actions, percent, credentials, allowed) in [
        (50, 10, 0, 0),
        (50, 10, 1, 1),
        (50, 10, 9, 1),
        (50, 10, 10, 1),
        (50, 10, 11, 2),
        (50, 10, 490, 49),
        (50, 10, 491, 50),
        (50, 10, 500, 50),
        (50, 10, 501, 50),
        (50, 10, 100_000, 50),
        (0, 10, 1000, 0),
        (50, 0, 1000, 0),
        (50, 100, 7, 7),
        (50, 1000, 7, 50),
        (u32::MAX, u32::MAX, 0, 0),
        (u32::MAX, u32::MAX, usize::MAX, u32::MAX as usize),
        (u32::MAX, 100, 12_345, 12_345),
    ] {
        let limits = Limits { actions, percent };
        assert_eq!(limits.allowed(credentials), allowed, "{limits:?} of {credentials}");
    }
}

#[test]
fn a_plan_counts_only_what_it_takes_away() {
    let counted: Vec<_> = Action::ALL.into_iter().filter(|action| action.takes_away()).collect();
    assert_eq!(counted, [Action::Deactivate, Action::Delete]);
    let world = World::of(key().old(days(100)));
    assert_eq!(world.plan().taken_away(), 0);
    let warned = world.recorded(RecordedState::Warned, ago(NOTICE));
    assert_eq!(warned.plan().taken_away(), 1);
}

#[test]
fn only_the_kinds_that_are_swept_are_decided_on() {
    for kind in CredentialKind::ALL {
        let world = World::of(credential(kind).old(days(4000)))
            .recorded(RecordedState::Warned, ago(days(20)));
        let only = |kinds: &[CredentialKind]| {
            let kinds = kinds.iter().copied().collect();
            world.clone().with_policy(|policy| policy.kinds = kinds).plan().decisions.len()
        };
        assert_eq!(only(&[kind]), 1, "{kind}");
        let others: Vec<_> = CredentialKind::ALL.into_iter().filter(|&it| it != kind).collect();
        assert_eq!(only(&others), 0, "{kind}");
    }
}

#[test]
fn decisions_are_ordered_by_user_kind_and_id() {
    let second = Credential { id: "AKIAEXAMPLEEXAMPLE02".into(), ..key() };
    let mut world = World::of(credential(CredentialKind::Password));
    world.credentials.push(second.into());
    world.credentials.push(key().into());
    let bob = UserFacts { name: "Bob".into(), ..alice() };
    let inventory = [
        Inventory { user: bob, credentials: world.credentials.clone() },
        Inventory { user: world.user.clone(), credentials: world.credentials.clone() },
    ];
    let plan = evaluate(&world.policy, &inventory, world.now);
    let name = |decision: &Decision| {
        let id = decision.subject.id.as_ref().map_or("?", CredentialId::as_str);
        format!("{} {id}", decision.user)
    };
    let order: Vec<_> = plan.decisions.iter().map(name).collect();
    assert_eq!(
        order,
        [
            "Alice AKIAEXAMPLEEXAMPLE01",
            "Alice AKIAEXAMPLEEXAMPLE02",
            "Alice password",
            "Bob AKIAEXAMPLEEXAMPLE01",
            "Bob AKIAEXAMPLEEXAMPLE02",
            "Bob password",
        ]
    );
}
