//! Arbitrary worlds, most of them near the edges where decisions turn.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{AccessKey, CredentialStatus, LastUse};
use lifecycle::identifiers::{AccessKeyId, VersionId};
use lifecycle::record::{Intent, Record, RecordedState};
use lifecycle::rotation::{
    CurrentVersion, KeySlot, Move, Policy, RotationStep, StagedKey, Tagged, Versions, next,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Everything `next` is given.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) step: RotationStep,
    pub(crate) versions: Versions,
    pub(crate) keys: Vec<KeySlot>,
    pub(crate) intent: Tagged<Intent>,
    pub(crate) policy: Policy,
    pub(crate) now: Timestamp,
}

impl World {
    pub(crate) fn next(&self) -> Move {
        next(self.step, &self.versions, &self.keys, &self.intent, &self.policy, self.now)
    }

    pub(crate) fn slot(&self, id: &AccessKeyId) -> &KeySlot {
        self.keys.iter().find(|slot| slot.key.id == *id).expect("only listed keys are removed")
    }

    pub(crate) fn spares(&self) -> BTreeSet<&AccessKeyId> {
        let ids = self.keys.iter().map(|slot| &slot.key.id);
        ids.filter(|id| **id != self.versions.current.key).collect()
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

fn record() -> impl Strategy<Value = Tagged<Record>> {
    let states = [
        RecordedState::Superseded,
        RecordedState::Superseded,
        RecordedState::Deactivated,
        RecordedState::Deactivated,
        RecordedState::Warned,
    ];
    let version = prop_oneof![6 => Just(Some("first")), 1 => Just(Some("other")), 1 => Just(None)];
    let recorded = (select(states.to_vec()), time(), version).prop_map(|(state, at, version)| {
        let (version, by) = (version.map(VersionId::from), "test".to_owned());
        Tagged::Readable(Record {
            state,
            at,
            due: None,
            told: None,
            created: None,
            version,
            by,
            event: None,
        })
    });
    prop_oneof![4 => Just(Tagged::Absent), 12 => recorded, 1 => Just(Tagged::read(Some("?")))]
}

fn intent() -> impl Strategy<Value = Tagged<Intent>> {
    let token = select(vec!["token", "another"]);
    let length = select(vec![180_i64, 900, 30 * DAY]);
    let key = prop_oneof![1 => Just(None), 1 => select(IDS.to_vec()).prop_map(Some)];
    let written = (token, time(), length, key).prop_map(|(token, from, length, key)| {
        let until = from.saturating_add(SignedDuration::from_secs(length)).unwrap();
        let (token, key) = (token.into(), key.map(AccessKeyId::from));
        Tagged::Readable(Intent { token, from, until, created: from, key })
    });
    prop_oneof![1 => Just(Tagged::Absent), 6 => written, 1 => Just(Tagged::read(Some("?")))]
}

fn slot(id: &'static str) -> impl Strategy<Value = KeySlot> {
    (status(), time(), last_use(), record()).prop_map(move |(status, created, last_use, record)| {
        KeySlot { key: AccessKey { id: id.into(), status, created }, last_use, record }
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
        .prop_map(|(stage, key)| StagedKey { stage: stage.into(), key: key.into() });
    let pending = prop_oneof![
        6 => Just(None),
        4 => Just(Some("K1")),
        1 => select(IDS.to_vec()).prop_map(Some),
    ];
    let version = prop_oneof![5 => Just("first"), 1 => Just("token")];
    (version, pending, prop::collection::vec(held, 0..3)).prop_map(|(version, pending, others)| {
        Versions {
            token: "token".into(),
            current: CurrentVersion { version: version.into(), key: "K0".into() },
            pending: pending.map(AccessKeyId::from),
            others,
        }
    })
}

pub(crate) fn world() -> impl Strategy<Value = World> {
    let create = RotationStep::CreateSecret;
    let step = prop_oneof![5 => Just(create), 2 => select(RotationStep::ALL.to_vec())];
    let at = prop_oneof![5 => Just(now()), 1 => time()];
    let orphans = prop_oneof![1 => Just(None), 1 => select(IDS[1..].to_vec()).prop_map(Some)];
    (step, versions(), keys(), intent(), policy(), at, orphans).prop_map(
        |(step, versions, mut keys, intent, policy, now, orphan)| {
            if let Tagged::Readable(intent) = &intent {
                let orphan =
                    intent.key.as_ref().map_or(orphan, |key| orphan.and(Some(key.as_str())));
                for slot in keys.iter_mut().filter(|slot| Some(slot.key.id.as_str()) == orphan) {
                    slot.key.created = intent.from;
                    slot.record = Tagged::Absent;
                }
            }
            World { step, versions, keys, intent, policy, now }
        },
    )
}
