//! What holds for every rotation decision, whatever the facts.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use lifecycle::identifiers::AccessKeyId;
use lifecycle::key::{AccessKey, KeyStatus, LastUse};
use lifecycle::record::{Intent, Record, RecordedState};
use lifecycle::rotation::{
    CurrentVersion, Done, KeySlot, Move, Policy, Removal, RemovalReason, RotationStep, StagedKey,
    Tagged, VersionStage, Versions, next,
};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

/// Everything `next` is given.
#[derive(Clone, Debug)]
struct World {
    step: RotationStep,
    versions: Versions,
    keys: Vec<KeySlot>,
    intent: Tagged<Intent>,
    policy: Policy,
    now: Timestamp,
}

impl World {
    fn next(&self) -> Move {
        next(self.step, &self.versions, &self.keys, &self.intent, &self.policy, self.now)
    }

    fn slot(&self, id: &AccessKeyId) -> &KeySlot {
        self.keys.iter().find(|slot| slot.key.id == *id).expect("only listed keys are removed")
    }

    fn spares(&self) -> BTreeSet<&AccessKeyId> {
        let ids = self.keys.iter().map(|slot| &slot.key.id);
        ids.filter(|id| **id != self.versions.current.key).collect()
    }
}

fn removals(decided: &Move) -> &[Removal] {
    match decided {
        Move::CreateKey { after_removing: removals } | Move::RemoveOrphans(removals) => removals,
        Move::Nothing(_)
        | Move::RecordSuperseded(_)
        | Move::AbandonPending { .. }
        | Move::TestKey(_)
        | Move::Promote { .. }
        | Move::CompletePromotion { .. }
        | Move::Refuse(_) => &[],
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

fn status() -> impl Strategy<Value = KeyStatus> {
    prop_oneof![
        12 => Just(KeyStatus::Active),
        6 => Just(KeyStatus::Inactive),
        1 => Just(KeyStatus::Expired),
        1 => Just(KeyStatus::Unrecognized("New".to_owned())),
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
    let recorded = (select(states.to_vec()), time()).prop_map(|(state, at)| {
        Tagged::Readable(Record { state, at, due: None, created: None, by: "test".to_owned() })
    });
    prop_oneof![4 => Just(Tagged::Absent), 12 => recorded, 1 => Just(Tagged::read(Some("?")))]
}

fn intent() -> impl Strategy<Value = Tagged<Intent>> {
    let token = select(vec!["token", "another"]);
    let length = select(vec![180_i64, 900, 30 * DAY]);
    let written = (token, time(), length).prop_map(|(token, from, length)| {
        let until = from.saturating_add(SignedDuration::from_secs(length)).unwrap();
        Tagged::Readable(Intent { token: token.into(), from, until, created: from })
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
            slot.key.status = KeyStatus::Active;
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

fn world() -> impl Strategy<Value = World> {
    let create = RotationStep::CreateSecret;
    let step = prop_oneof![5 => Just(create), 2 => select(RotationStep::ALL.to_vec())];
    let at = prop_oneof![5 => Just(now()), 1 => time()];
    (step, versions(), keys(), intent(), policy(), at).prop_map(
        |(step, versions, keys, intent, policy, now)| World {
            step,
            versions,
            keys,
            intent,
            policy,
            now,
        },
    )
}

fn by_key(decided: Move) -> Move {
    let sorted = |mut removals: Vec<Removal>| {
        removals.sort_by(|one, other| one.key.cmp(&other.key));
        removals
    };
    match decided {
        Move::CreateKey { after_removing } => {
            Move::CreateKey { after_removing: sorted(after_removing) }
        }
        Move::RemoveOrphans(orphans) => Move::RemoveOrphans(sorted(orphans)),
        same @ (Move::Nothing(_)
        | Move::RecordSuperseded(_)
        | Move::AbandonPending { .. }
        | Move::TestKey(_)
        | Move::Promote { .. }
        | Move::CompletePromotion { .. }
        | Move::Refuse(_)) => same,
    }
}

/// Whether `step` may decide on `decided` at all.
fn fits(step: RotationStep, decided: &Move) -> bool {
    let steps: &[RotationStep] = match decided {
        Move::Refuse(_) | Move::Nothing(Done::AlreadyFinished) => &RotationStep::ALL,
        Move::CreateKey { .. }
        | Move::RemoveOrphans(_)
        | Move::RecordSuperseded(_)
        | Move::AbandonPending { .. }
        | Move::Nothing(Done::AlreadyCreated) => &[RotationStep::CreateSecret],
        Move::Nothing(Done::IdentitiesAgree) => &[RotationStep::SetSecret],
        Move::TestKey(_) | Move::Nothing(Done::NothingToTest) => &[RotationStep::TestSecret],
        Move::Promote { .. } | Move::CompletePromotion { .. } => &[RotationStep::FinishSecret],
    };
    steps.contains(&step)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn neither_the_current_nor_the_pending_key_is_ever_removed_or_superseded(world in world()) {
        let decided = world.next();
        let current = &world.versions.current.key;
        for removal in removals(&decided) {
            prop_assert_ne!(&removal.key, current);
            prop_assert_ne!(Some(&removal.key), world.versions.pending.as_ref());
        }
        if let Move::RecordSuperseded(key) = &decided {
            prop_assert_ne!(key, current);
            prop_assert_ne!(Some(key), world.versions.pending.as_ref());
        }
        if let Move::CompletePromotion { superseded: Some(key), .. } = &decided {
            prop_assert_ne!(key, current);
        }
        if let Move::Promote { key, superseded, .. } = &decided {
            prop_assert_ne!(key, superseded);
            prop_assert_eq!(superseded, current);
        }
    }

    #[test]
    fn no_key_under_a_label_other_than_awsprevious_is_ever_removed(world in world()) {
        let decided = world.next();
        for removal in removals(&decided) {
            for held in world.versions.others.iter().filter(|held| held.key == removal.key) {
                prop_assert_eq!(&held.stage, &VersionStage::Previous);
                prop_assert_ne!(removal.reason, RemovalReason::Orphan);
            }
        }
    }

    #[test]
    fn nothing_active_and_used_or_superseded_within_the_quiet_time_is_ever_removed(world in world()) {
        let decided = world.next();
        let quiet = world.policy.quiet_time();
        let quiet_since = |at: Timestamp| world.now >= at.saturating_add(quiet).unwrap();
        for removal in removals(&decided) {
            let slot = world.slot(&removal.key);
            prop_assert_eq!(removal.active, slot.key.status == KeyStatus::Active);
            if slot.key.status == KeyStatus::Active {
                if let LastUse::At(used) = slot.last_use {
                    prop_assert!(quiet_since(used), "{slot:?}");
                }
                if let Tagged::Readable(record) = &slot.record
                    && record.state == RecordedState::Superseded
                {
                    prop_assert!(quiet_since(record.at), "{slot:?}");
                }
            }
        }
    }

    #[test]
    fn a_key_of_unknown_last_use_is_removed_only_when_deactivated_and_past_its_grace(world in world()) {
        let decided = world.next();
        for removal in removals(&decided) {
            let slot = world.slot(&removal.key);
            if slot.last_use == LastUse::Unknown {
                prop_assert_eq!(removal.reason, RemovalReason::Deactivated);
            }
            if removal.reason == RemovalReason::Deactivated {
                prop_assert_eq!(&slot.key.status, &KeyStatus::Inactive);
                let Tagged::Readable(record) = &slot.record else { panic!("no record: {slot:?}") };
                prop_assert_eq!(record.state, RecordedState::Deactivated);
                prop_assert!(world.now >= record.at.saturating_add(world.policy.grace).unwrap());
            }
        }
    }

    #[test]
    fn an_orphan_was_never_used_and_is_older_than_the_intent_it_belongs_to(world in world()) {
        let decided = world.next();
        for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Orphan) {
            let slot = world.slot(&removal.key);
            prop_assert_eq!(&slot.last_use, &LastUse::NoneRecorded);
            let Tagged::Readable(intent) = &world.intent else { panic!("no intent: {slot:?}") };
            let longest = intent.from.saturating_add(Policy::LONGEST_ATTEMPT).unwrap();
            let until = intent.until.min(longest);
            let slack = |at: Timestamp| at.saturating_add(Policy::CLOCK_SLACK).unwrap();
            prop_assert!(intent.from <= slack(slot.key.created) && slot.key.created <= slack(until));
            prop_assert!(world.now > slack(until) && world.now > slack(slot.key.created));
        }
    }

    #[test]
    fn the_order_of_the_facts_does_not_change_the_move(
        (world, keys, others) in world().prop_flat_map(|world| {
            let keys = Just(world.keys.clone()).prop_shuffle();
            let others = Just(world.versions.others.clone()).prop_shuffle();
            (Just(world), keys, others)
        })
    ) {
        let decided = world.next();
        prop_assert_eq!(&decided, &world.next(), "the same facts give the same move");
        let versions = Versions { others, ..world.versions.clone() };
        let shuffled = World { keys, versions, ..world };
        prop_assert_eq!(by_key(decided), by_key(shuffled.next()));
    }

    #[test]
    fn a_key_is_created_only_when_exactly_the_working_current_key_is_left(world in world()) {
        let decided = world.next();
        if let Move::CreateKey { after_removing } = &decided {
            let removed: BTreeSet<_> = after_removing.iter().map(|removal| &removal.key).collect();
            prop_assert_eq!(removed.len(), after_removing.len(), "no key is removed twice");
            prop_assert_eq!(removed, world.spares());
            prop_assert_eq!(&world.slot(&world.versions.current.key).key.status, &KeyStatus::Active);
            prop_assert_eq!(&world.versions.pending, &None);
        }
    }

    #[test]
    fn a_move_fits_its_step_and_its_token(world in world()) {
        let decided = world.next();
        prop_assert!(fits(world.step, &decided), "{}: {decided:?}", world.step);
        if world.versions.token_is_current() {
            let completes = matches!(decided, Move::CompletePromotion { .. });
            prop_assert!(completes || decided == Move::Nothing(Done::AlreadyFinished));
        } else {
            prop_assert!(!matches!(decided, Move::CompletePromotion { .. }));
        }
        if let Move::Promote { key, from, .. } = &decided {
            prop_assert_eq!(Some(key), world.versions.pending.as_ref());
            prop_assert_eq!(from, &world.versions.current.version);
        }
    }

    #[test]
    fn after_the_record_and_the_longest_wait_the_rotation_goes_on(world in world()) {
        // Nothing but time and a person's hand is needed: what is refused for a time is not refused for ever.
        let created = world.keys.iter().map(|slot| slot.key.created).max();
        let in_time = |at: Timestamp| at <= now() + SignedDuration::from_secs(2 * DAY);
        prop_assume!(created.is_none_or(in_time) && world.policy.overlap < SignedDuration::MAX);
        if let Move::RecordSuperseded(key) = world.next() {
            let mut later = world.clone();
            for slot in later.keys.iter_mut().filter(|slot| slot.key.id == key) {
                let record = Record {
                    state: RecordedState::Superseded,
                    at: world.now.max(now() + SignedDuration::from_secs(2 * DAY)),
                    due: None,
                    created: None,
                    by: "test".to_owned(),
                };
                later.now = world.policy.kept_until(record.at);
                slot.record = Tagged::Readable(record);
                slot.last_use = LastUse::NoneRecorded;
            }
            prop_assert_ne!(later.next(), Move::RecordSuperseded(key));
        }
    }
}

#[test]
fn the_worlds_of_these_properties_reach_every_kind_of_move() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..4096 {
        let decided = world().new_tree(&mut runner).unwrap().current().next();
        let name = |text: String| text.split(['(', ' ']).next().unwrap_or_default().to_owned();
        let kind = match &decided {
            Move::Refuse(refusal) => name(format!("{refusal:?}")),
            Move::Nothing(done) => format!("{done:?}"),
            other => name(format!("{other:?}")),
        };
        seen.insert(kind);
        seen.extend(removals(&decided).iter().map(|removal| format!("{:?}", removal.reason)));
    }
    let seen: Vec<_> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen.join(" "), "");
}
