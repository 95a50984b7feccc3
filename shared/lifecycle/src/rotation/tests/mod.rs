//! Tables of decisions. Each test starts from a healthy world and changes one thing.

mod bindings;
mod boundaries;
mod create;
mod daily_round;
mod leases;
mod named;
mod orphans;
mod refusals;
mod retirement;
mod steps;
mod unattributed;
mod whole_moves;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::*;
use crate::credential::{AccessKey, CredentialStatus, LastUse};
use crate::identifiers::{AccessKeyId, Arn, CredentialId};
use crate::memory::{Attempt, RotationMemory, UserMemory};
use crate::record::{Cause, Record, Remembered, Replacement, State};
use crate::sweep::{Decision, SECRET_TAG, UserFacts};

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ci-AbCdEf";
const TOKEN: &str = "token";
const OVERLAP: SignedDuration = days(7);
const GRACE: SignedDuration = days(30);
const LIFETIME: SignedDuration = SignedDuration::from_secs(180);

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

fn key_id(id: &str) -> AccessKeyId {
    id.parse().unwrap()
}

fn secret() -> Arn {
    SECRET.parse().unwrap()
}

fn replacement(version: &str) -> Replacement {
    Replacement { secret: secret(), version: version.into() }
}

/// An active key that was made 180 days ago, never used and never recorded.
fn key(id: &str) -> KeySlot {
    let created = ago(days(180));
    KeySlot {
        key: AccessKey { id: key_id(id), status: CredentialStatus::Active, created },
        last_use: LastUse::NoneRecorded,
        last_used_with: None,
        record: Remembered::Absent,
    }
}

impl KeySlot {
    fn created(mut self, at: Timestamp) -> Self {
        self.key.created = at;
        self
    }

    fn status(mut self, status: CredentialStatus) -> Self {
        self.key.status = status;
        self
    }

    fn inactive(self) -> Self {
        self.status(CredentialStatus::Inactive)
    }

    fn used(mut self, at: Timestamp) -> Self {
        self.last_use = LastUse::At(at);
        self
    }

    fn last_use_unknown(mut self) -> Self {
        self.last_use = LastUse::Unknown;
        self
    }

    fn in_state(mut self, state: State) -> Self {
        let created = Some(self.key.created);
        self.record = Remembered::Readable(Record { user: "ci".into(), created, state });
        self
    }

    fn warned(self, since: Timestamp) -> Self {
        let due = since + days(14);
        self.in_state(State::Warned { since, due, reminded: None, cause: Cause::Stale })
    }

    /// Superseded by the promotion of the version that is current in a healthy world.
    fn superseded(self, at: Timestamp) -> Self {
        self.superseded_by("first", at)
    }

    fn superseded_by(self, version: &str, since: Timestamp) -> Self {
        self.in_state(State::Superseded { since, by: replacement(version), reminded: None })
    }

    /// Deactivated by the sweep, before the user was bound.
    fn deactivated(self, at: Timestamp) -> Self {
        self.deactivated_for(Cause::Stale, at)
    }

    fn deactivated_for(self, cause: Cause, since: Timestamp) -> Self {
        self.inactive().in_state(State::Deactivated { since, due: None, cause })
    }

    fn record_unreadable(mut self) -> Self {
        self.record = Remembered::Unreadable("from a newer version".to_owned());
        self
    }
}

/// Everything `next` is given but the step.
#[derive(Clone, Debug)]
struct World {
    tags: BTreeMap<String, String>,
    versions: Versions,
    keys: Vec<KeySlot>,
    rotation: Remembered<RotationMemory>,
    policy: Policy,
    now: Timestamp,
}

impl World {
    /// Key `C` is current, 90 days old and active; the token is pending and empty; nothing else exists.
    fn healthy() -> Self {
        let current = CurrentVersion { version: "first".into(), key: key_id("C") };
        let others = Vec::new();
        Self {
            tags: BTreeMap::new(),
            versions: Versions { token: TOKEN.into(), current, pending: None, others },
            keys: vec![key("C").created(ago(days(90)))],
            rotation: Remembered::Absent,
            policy: Policy { overlap: OVERLAP, grace: GRACE, attempt_lifetime: LIFETIME },
            now: now(),
        }
    }

    /// As after `finishSecret`: the token is current with key `C`, and `P` is what it replaced.
    fn promoted() -> Self {
        let mut world = Self::healthy().with(key("P")).holds("AWSPREVIOUS", "P");
        world.versions.current.version = TOKEN.into();
        world
    }

    fn with(mut self, slot: KeySlot) -> Self {
        self.keys.push(slot);
        self
    }

    fn tagged(mut self, key: &str, value: &str) -> Self {
        self.tags.insert(key.to_owned(), value.to_owned());
        self
    }

    fn without_keys(mut self) -> Self {
        self.keys.clear();
        self
    }

    fn holds(mut self, label: &str, key: &str) -> Self {
        self.versions.others.push(StagedKey { stage: label.into(), key: key_id(key) });
        self
    }

    /// With the previous key `P` in its slot.
    fn previous(self, slot: KeySlot) -> Self {
        let id = slot.key.id.clone();
        self.with(slot).holds("AWSPREVIOUS", id.as_str())
    }

    fn pending(mut self, key: &str) -> Self {
        self.versions.pending = Some(key_id(key));
        self
    }

    fn attempt(mut self, token: &str, from: Timestamp, until: Timestamp) -> Self {
        let created = ago(days(90));
        let token = token.into();
        self.rotation = Remembered::Readable(RotationMemory {
            user: "ci".into(),
            secret: secret(),
            attempt: Some(Attempt { token, from, until, created, key: None }),
            last_success: None,
            unbound_told: None,
        });
        self
    }

    /// The attempt names the key it led to.
    fn names(mut self, key: &str) -> Self {
        if let Remembered::Readable(RotationMemory { attempt: Some(attempt), .. }) =
            &mut self.rotation
        {
            attempt.key = Some(key_id(key));
        }
        self
    }

    /// An attempt that began an hour ago.
    fn attempt_an_hour_ago(self) -> Self {
        let from = ago(SignedDuration::from_hours(1));
        self.attempt(TOKEN, from, from + LIFETIME)
    }

    fn rotation_unreadable(mut self) -> Self {
        self.rotation = Remembered::Unreadable("from a newer version".to_owned());
        self
    }

    fn at(mut self, now: Timestamp) -> Self {
        self.now = now;
        self
    }

    /// What is remembered: the rotation, and the records that the slots show.
    fn memory(&self) -> UserMemory {
        let records = self.keys.iter().filter(|slot| slot.record != Remembered::Absent);
        let records = records.map(|slot| (CredentialId::from(&slot.key.id), slot.record.clone()));
        UserMemory { records: records.collect(), rotation: self.rotation.clone() }
    }

    /// Asks with everything that is known here.
    fn ask<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let (secret, user, memory) = (secret(), "ci".into(), self.memory());
        let Self { tags, versions, keys, policy, now, .. } = self;
        let (secret, user, memory, now) = (&secret, &user, &memory, *now);
        ask(&Facts { secret, user, tags, versions, keys, memory, policy, now })
    }

    fn decide(&self, step: RotationStep) -> Move {
        self.ask(|facts| next(step, facts))
    }

    fn next(&self, step: RotationStep) -> String {
        describe(&self.decide(step))
    }
}

/// The user, bound to the secret.
fn ci() -> UserFacts {
    UserFacts {
        name: "ci".into(),
        id: "AIDAEXAMPLEEXAMPLE01".parse().unwrap(),
        arn: "arn:aws:iam::123456789012:user/ci".parse().unwrap(),
        created: ago(days(1000)),
        path: "/".to_owned(),
        tags: [(SECRET_TAG.to_owned(), SECRET.to_owned())].into(),
        groups: std::collections::BTreeSet::new(),
        password_last_used: None,
    }
}

impl World {
    /// What the round decides on one key, for a user with one more tag.
    #[track_caller]
    fn judged_with(&self, id: &str, tag: Option<(&str, &str)>) -> Decision {
        let mut user = ci();
        user.tags.extend(tag.map(|(tag, value)| (tag.to_owned(), value.to_owned())));
        let decisions = self.ask(|facts| round(&user, facts));
        let id = CredentialId::from(&key_id(id));
        let of = |it: &Decision| it.subject.id.as_ref() == Some(&id);
        decisions.into_iter().find(of).unwrap_or_else(|| panic!("nothing of {id}: {self:#?}"))
    }

    #[track_caller]
    fn judged(&self, id: &str) -> Decision {
        self.judged_with(id, None)
    }
}

/// What the round decides on a key.
#[track_caller]
fn check_round(world: &World, id: &str, expected: &str) {
    let decided = crate::sweep::tests::describe(&world.judged(id));
    assert_eq!(decided, expected, "{id}, given {world:#?}");
}

/// What the round decides on `P` a second before `edge`, at it, and a second after it.
#[track_caller]
fn check_round_around(edge: Timestamp, world: &World, expected: [&str; 3]) {
    for (offset, expected) in [-1, 0, 1].into_iter().zip(expected) {
        let world = world.clone().at(edge + seconds(offset));
        let decided = crate::sweep::tests::describe(&world.judged("P"));
        assert_eq!(decided, expected, "{offset} s from the edge");
    }
}

/// The move in a few words.
fn describe(decided: &Move) -> String {
    let removals = |removals: &[Removal]| {
        let one = |removal: &Removal| {
            let Removal { key, active, reason, .. } = removal;
            format!("{} {key} ({reason:?})", if *active { "active" } else { "inactive" })
        };
        removals.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    let superseded = |then: &Completion| {
        then.superseded.as_ref().map_or_else(|| "nothing".to_owned(), |old| old.key.to_string())
    };
    match decided {
        Move::Nothing(done) => format!("nothing: {done:?}"),
        Move::CreateKey { after_removing, .. } if after_removing.is_empty() => "create".to_owned(),
        Move::CreateKey { after_removing, .. } => {
            format!("create after removing {}", removals(after_removing))
        }
        Move::RemoveOrphans(orphans) => format!("remove {}", removals(orphans)),
        Move::RecordSuperseded { key, .. } => format!("record {key}"),
        Move::AbandonPending { key, why } => format!("abandon {key}: {why:?}"),
        Move::TestKey(key) => format!("test {key}"),
        Move::Promote { from, then } => {
            format!("promote {} from version {from}, superseding {}", then.key, superseded(then))
        }
        Move::CompletePromotion(then) => {
            format!("complete {}, superseding {}", then.key, superseded(then))
        }
        Move::Refuse(refusal) => bare_ids(format!("refuse {refusal:?}")),
    }
}

/// `AccessKeyId("C")` as `C`.
fn bare_ids(mut text: String) -> String {
    for wrapper in ["AccessKeyId(\"", "VersionId(\"", "UserName(\""] {
        while let Some((before, rest)) = text.split_once(wrapper) {
            let (id, after) = rest.split_once("\")").unwrap();
            text = format!("{before}{id}{after}");
        }
    }
    text
}

#[track_caller]
fn check(step: RotationStep, world: &World, expected: &str) {
    assert_eq!(world.next(step), expected, "{step}, given {world:#?}");
}

#[track_caller]
fn check_create(world: &World, expected: &str) {
    check(RotationStep::CreateSecret, world, expected);
}

/// What `createSecret` does a second before `edge`, at it, and a second after it.
#[track_caller]
fn check_around(edge: Timestamp, world: &World, expected: [&str; 3]) {
    for (offset, expected) in [-1, 0, 1].into_iter().zip(expected) {
        let world = world.clone().at(edge + seconds(offset));
        assert_eq!(world.next(RotationStep::CreateSecret), expected, "{offset} s from the edge");
    }
}
