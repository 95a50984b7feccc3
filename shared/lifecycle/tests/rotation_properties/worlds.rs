//! Arbitrary worlds, most of them near the edges where decisions turn.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{AccessKey, CredentialStatus, LastUse};
use lifecycle::identifiers::{AccessKeyId, Arn, CredentialId};
use lifecycle::memory::{Attempt, RotationMemory, UserMemory};
use lifecycle::record::{Cause, Record, Remembered, Replacement, State};
use lifecycle::rotation::{
    CurrentVersion, Facts, KeySlot, Move, Policy, RotationStep, StagedKey, Versions, next, round,
};
use lifecycle::sweep::{Decision, SECRET_TAG, UserFacts};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Everything `next` is given.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) step: RotationStep,
    pub(crate) versions: Versions,
    pub(crate) keys: Vec<KeySlot>,
    pub(crate) rotation: Remembered<RotationMemory>,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn next(&self) -> Move {
        self.ask(|facts| next(self.step, facts))
    }

    pub(crate) fn round(&self) -> Vec<Decision> {
        self.ask(|facts| round(&user(), facts))
    }

    /// Asks with everything that is known here.
    fn ask<T>(&self, ask: impl FnOnce(&Facts<'_>) -> T) -> T {
        let records = self.keys.iter().filter(|slot| slot.record != Remembered::Absent);
        let records = records.map(|slot| (CredentialId::from(&slot.key.id), slot.record.clone()));
        let memory = UserMemory { records: records.collect(), rotation: self.rotation.clone() };
        let (secret, user, tags) = (secret(), "ci".into(), user().tags);
        let Self { versions, keys, policy, now, .. } = self;
        ask(&Facts {
            secret: &secret,
            user: &user,
            tags: &tags,
            versions,
            keys,
            memory: &memory,
            policy,
            now: *now,
        })
    }

    pub(crate) fn attempt(&self) -> Option<&Attempt> {
        self.rotation.readable()?.attempt.as_ref()
    }

    pub(crate) fn slot(&self, id: &AccessKeyId) -> &KeySlot {
        self.keys.iter().find(|slot| slot.key.id == *id).expect("only listed keys are removed")
    }

    pub(crate) fn spares(&self) -> BTreeSet<&AccessKeyId> {
        let ids = self.keys.iter().map(|slot| &slot.key.id);
        ids.filter(|id| **id != self.versions.current.key).collect()
    }
}

const SECRET: &str = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:ci-AbCdEf";

fn secret() -> Arn {
    SECRET.parse().unwrap()
}

pub(crate) fn user() -> UserFacts {
    UserFacts {
        name: "ci".into(),
        id: "AIDAEXAMPLE".parse().unwrap(),
        arn: "arn:aws:iam::123456789012:user/ci".parse().unwrap(),
        created: now() - SignedDuration::from_secs(1000 * DAY),
        path: "/".to_owned(),
        tags: [(SECRET_TAG.to_owned(), SECRET.to_owned())].into(),
        groups: BTreeSet::new(),
        password_last_used: None,
    }
}

const IDS: [&str; 8] = ["K0", "K1", "K2", "K3", "K4", "K5", "K6", "K7"];
const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;

fn now() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

/// Mostly times of the last half year and edges of the waiting times, and now and then the ends of time.
fn time() -> impl Strategy<Value = Timestamp> {
    let edge = |(span, off): (i64, i64)| now() - SignedDuration::from_secs(span + off);
    let edges = [0, 60, 180, 240, 900, 960, HOUR, DAY, 7 * DAY, 8 * DAY, 30 * DAY, 60 * DAY];
    prop_oneof![
        6 => (select(edges.to_vec()), -61_i64..=61).prop_map(edge),
        3 => (-DAY..180 * DAY, 0..=0_i64).prop_map(edge),
        1 => select(vec![Timestamp::MIN, Timestamp::UNIX_EPOCH, Timestamp::MAX]),
    ]
}

fn span() -> impl Strategy<Value = SignedDuration> {
    let spans = [0, 1, 60, 180, 900, HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, -DAY];
    prop_oneof![
        9 => select(spans.to_vec()).prop_map(SignedDuration::from_secs),
        1 => select(vec![SignedDuration::MIN, SignedDuration::MAX]),
    ]
}

fn policy() -> impl Strategy<Value = Policy> {
    (span(), span(), span()).prop_map(|(overlap, grace, attempt_lifetime)| Policy {
        overlap,
        grace,
        attempt_lifetime,
    })
}

fn status() -> impl Strategy<Value = CredentialStatus> {
    prop_oneof![
        12 => Just(CredentialStatus::Active),
        6 => Just(CredentialStatus::Inactive),
        1 => Just(CredentialStatus::Expired),
        1 => Just(CredentialStatus::Unrecognized("New".to_owned())),
    ]
}

fn last_use() -> impl Strategy<Value = LastUse> {
    prop_oneof![
        3 => Just(LastUse::NoneRecorded),
        3 => time().prop_map(LastUse::At),
        1 => Just(LastUse::Unknown),
    ]
}

fn replacement() -> impl Strategy<Value = Replacement> {
    let version = prop_oneof![7 => Just("first"), 1 => Just("other")];
    version.prop_map(|version| Replacement { secret: secret(), version: version.into() })
}

fn cause() -> impl Strategy<Value = Cause> {
    prop_oneof![
        3 => Just(Cause::Stale),
        3 => replacement().prop_map(Cause::Superseded),
        1 => Just(Cause::ByHand),
        1 => Just(Cause::Exposed { event: None }),
    ]
}

fn state() -> impl Strategy<Value = State> {
    let dates = (time(), time(), prop::option::of(time()), cause(), replacement());
    (0..12_u8, dates).prop_map(|(which, (since, due, date, cause, by))| match which {
        0..=4 => State::Superseded { since, by, reminded: date },
        5 | 6 => State::Deactivated { since, due: date, cause },
        7 => State::DeletionAnnounced { since, due, told: date.unwrap_or(since), cause },
        8 => State::Deleting { since, due, cause },
        9 => State::Deactivating { since, cause },
        10 => State::Reactivated { since, cause },
        _ => State::Warned { since, due, reminded: date, cause },
    })
}

fn unreadable<T>() -> Remembered<T> {
    Remembered::Unreadable("from a newer version".to_owned())
}

fn record() -> impl Strategy<Value = Remembered<Record>> {
    let recorded = state()
        .prop_map(|state| Remembered::Readable(Record { user: "ci".into(), created: None, state }));
    let none = || Just(Remembered::Absent);
    prop_oneof![4 => none(), 12 => recorded, 1 => Just(()).prop_map(|()| unreadable())]
}

fn rotation() -> impl Strategy<Value = Remembered<RotationMemory>> {
    let token = select(vec!["token", "another"]);
    let length = select(vec![180_i64, 900, 30 * DAY]);
    let key = prop_oneof![1 => Just(None), 1 => select(IDS.to_vec()).prop_map(Some)];
    let attempt = (token, time(), length, key).prop_map(|(token, from, length, key)| {
        let until = from.saturating_add(SignedDuration::from_secs(length)).unwrap();
        let (token, key) = (token.into(), key.map(id));
        Attempt { token, from, until, created: from, key }
    });
    let written = prop::option::weighted(0.8, attempt).prop_map(|attempt| {
        let (user, secret) = ("ci".into(), secret());
        let (last_success, unbound_told) = (None, None);
        Remembered::Readable(RotationMemory { user, secret, attempt, last_success, unbound_told })
    });
    let none = || Just(Remembered::Absent);
    prop_oneof![2 => none(), 12 => written, 1 => Just(()).prop_map(|()| unreadable())]
}

fn id(id: &str) -> AccessKeyId {
    id.parse().unwrap()
}

fn slot(of: &'static str) -> impl Strategy<Value = KeySlot> {
    (status(), time(), last_use(), record()).prop_map(move |(status, created, last_use, record)| {
        KeySlot {
            key: AccessKey { id: id(of), status, created },
            last_use,
            last_used_with: None,
            record,
        }
    })
}

/// `K0` is current and mostly active, `K1` is mostly the pending key, if any; the others may be anything.
fn keys() -> impl Strategy<Value = Vec<KeySlot>> {
    let healthy = (slot("K0"), 0..8_u8).prop_map(|(mut slot, chance)| {
        if chance > 0 {
            slot.key.status = CredentialStatus::Active;
        }
        slot
    });
    let others = prop_oneof![
        4 => subsequence(IDS[1..].to_vec(), 0..=2),
        1 => subsequence(IDS[1..].to_vec(), 0..=7),
    ];
    let others = others.prop_flat_map(|ids| ids.into_iter().map(slot).collect::<Vec<_>>());
    (healthy, others, 0..16_u8).prop_map(|(current, mut slots, chance)| {
        if chance > 0 {
            slots.insert(0, current);
        }
        slots
    })
}

fn versions() -> impl Strategy<Value = Versions> {
    let stages = ["AWSPREVIOUS", "AWSPREVIOUS", "AWSPREVIOUS", "AWSPENDING", "AWSCURRENT", "blue"];
    let held = (select(stages.to_vec()), select(IDS.to_vec()))
        .prop_map(|(stage, key)| StagedKey { stage: stage.into(), key: id(key) });
    let pending = prop_oneof![
        6 => Just(None),
        4 => Just(Some("K1")),
        1 => select(IDS.to_vec()).prop_map(Some),
    ];
    let version = prop_oneof![5 => Just("first"), 1 => Just("token")];
    (version, pending, prop::collection::vec(held, 0..3)).prop_map(|(version, pending, others)| {
        Versions {
            token: "token".into(),
            current: CurrentVersion { version: version.into(), key: id("K0") },
            pending: pending.map(id),
            others,
        }
    })
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let create = RotationStep::CreateSecret;
    let step = prop_oneof![5 => Just(create), 2 => select(RotationStep::ALL.to_vec())];
    let at = prop_oneof![5 => Just(now()), 1 => time()];
    let orphans = prop_oneof![1 => Just(None), 1 => select(IDS[1..].to_vec()).prop_map(Some)];
    (step, versions(), keys(), rotation(), policy(), at, orphans).prop_map(
        |(step, versions, mut keys, mut rotation, policy, now, orphan)| {
            if let Remembered::Readable(RotationMemory { attempt: Some(attempt), .. }) =
                &mut rotation
            {
                // Mostly one at replacing the key that is current.
                if let Some(current) = keys.iter().find(|slot| slot.key.id == id("K0"))
                    && attempt.from.as_second() % 4 != 0
                {
                    attempt.created = current.key.created;
                }
                let orphan =
                    attempt.key.as_ref().map_or(orphan, |key| orphan.and(Some(key.as_str())));
                for slot in keys.iter_mut().filter(|slot| Some(slot.key.id.as_str()) == orphan) {
                    slot.key.created = attempt.from;
                    slot.record = Remembered::Absent;
                }
            }
            World { step, versions, keys, rotation, policy, now }
        },
    )
}
