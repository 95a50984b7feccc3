//! What holds for every rotation decision, whatever the facts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic outside its own function too"
)]

mod round;
mod worlds;

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifecycle::credential::{CredentialStatus, LastUse};
use lifecycle::record::{Record, Remembered, State};
use lifecycle::rotation::{
    Done, Move, Policy, Removal, RemovalReason, RotationStep, VersionStage, Versions,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use worlds::{World, world};

fn removals(decided: &Move) -> &[Removal] {
    match decided {
        Move::CreateKey { after_removing: removals, .. } | Move::RemoveOrphans(removals) => {
            removals
        }
        Move::Nothing(_)
        | Move::RecordSuperseded { .. }
        | Move::AbandonPending { .. }
        | Move::TestKey(_)
        | Move::Promote { .. }
        | Move::CompletePromotion(_)
        | Move::Refuse(_) => &[],
    }
}

fn by_key(decided: Move) -> Move {
    let sorted = |mut removals: Vec<Removal>| {
        removals.sort_by(|one, other| one.key.cmp(&other.key));
        removals
    };
    match decided {
        Move::CreateKey { after_removing, lease } => {
            Move::CreateKey { after_removing: sorted(after_removing), lease }
        }
        Move::RemoveOrphans(orphans) => Move::RemoveOrphans(sorted(orphans)),
        same @ (Move::Nothing(_)
        | Move::RecordSuperseded { .. }
        | Move::AbandonPending { .. }
        | Move::TestKey(_)
        | Move::Promote { .. }
        | Move::CompletePromotion(_)
        | Move::Refuse(_)) => same,
    }
}

/// Whether `step` may decide on `decided` at all.
fn fits(step: RotationStep, decided: &Move) -> bool {
    let steps: &[RotationStep] = match decided {
        Move::Refuse(_) | Move::Nothing(Done::AlreadyFinished) => &RotationStep::ALL,
        Move::CreateKey { .. }
        | Move::RemoveOrphans(_)
        | Move::RecordSuperseded { .. }
        | Move::AbandonPending { .. }
        | Move::Nothing(Done::AlreadyCreated) => &[RotationStep::CreateSecret],
        Move::Nothing(Done::IdentitiesAgree) => &[RotationStep::SetSecret],
        Move::TestKey(_) | Move::Nothing(Done::NothingToTest) => &[RotationStep::TestSecret],
        Move::Promote { .. } | Move::CompletePromotion(_) => &[RotationStep::FinishSecret],
    };
    steps.contains(&step)
}

/// Failures are remembered in a file next to this one.
fn config() -> ProptestConfig {
    let beside = FileFailurePersistence::WithSource("regressions");
    ProptestConfig {
        cases: 1024,
        failure_persistence: Some(Box::new(beside)),
        max_shrink_time: 3000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn neither_the_current_nor_the_pending_key_is_ever_removed_or_superseded(world in world()) {
        let decided = world.next();
        let current = &world.versions.current.key;
        for removal in removals(&decided) {
            prop_assert_ne!(&removal.key, current);
            prop_assert_ne!(Some(&removal.key), world.versions.pending.as_ref());
        }
        if let Move::RecordSuperseded { key, .. } = &decided {
            prop_assert_ne!(key, current);
            prop_assert_ne!(Some(key), world.versions.pending.as_ref());
        }
        if let Move::CompletePromotion(then) = &decided
            && let Some(superseded) = &then.superseded
        {
            prop_assert_ne!(&superseded.key, current);
        }
        if let Move::Promote { then, .. } = &decided {
            let superseded = then.superseded.as_ref().map(|superseded| &superseded.key);
            prop_assert_eq!(superseded, Some(current));
            prop_assert_ne!(&then.key, current);
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
    fn nothing_active_and_used_or_superseded_too_lately_is_ever_removed(world in world()) {
        let decided = world.next();
        let quiet = world.policy.quiet_time();
        for removal in removals(&decided) {
            let slot = world.slot(&removal.key);
            prop_assert_eq!(removal.active, slot.key.status == CredentialStatus::Active);
            if removal.reason != RemovalReason::Deactivated
                && let LastUse::At(used) = slot.last_use
            {
                prop_assert!(world.now >= used.saturating_add(quiet).unwrap(), "{slot:?}");
            }
            if slot.key.status == CredentialStatus::Active
                && let Remembered::Readable(record) = &slot.record
                && matches!(record.state, State::Superseded { .. })
            {
                prop_assert!(world.now >= world.policy.kept_until(record.since()), "{slot:?}");
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
                prop_assert_eq!(&slot.key.status, &CredentialStatus::Inactive);
                let Remembered::Readable(record) = &slot.record else { panic!("no record: {slot:?}") };
                prop_assert!(record.says_inactive());
                prop_assert!(record.due().is_none_or(|due| due <= world.now));
                // A deletion that was begun was decided after the grace.
                let over = record.since().saturating_add(world.policy.grace).unwrap();
                let begun = matches!(record.state, State::Deleting { .. });
                prop_assert!(begun || world.now >= over);
            }
        }
    }

    #[test]
    fn a_superseded_key_is_removed_only_if_its_record_names_the_current_version_and_its_overlap_ended_its_use(world in world()) {
        let decided = world.next();
        for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Superseded) {
            let slot = world.slot(&removal.key);
            let Remembered::Readable(record) = &slot.record else { panic!("no record: {slot:?}") };
            let State::Superseded { by, .. } = &record.state else { panic!("{record:?}") };
            prop_assert_eq!(&by.version, &world.versions.current.version);
            if let LastUse::At(used) = slot.last_use {
                prop_assert!(used <= world.policy.kept_until(record.since()), "{slot:?}");
            }
        }
    }

    #[test]
    fn once_an_attempt_names_a_key_no_other_is_taken_for_its_orphan(world in world()) {
        let decided = world.next();
        if let Some(own) = world.attempt().and_then(|attempt| attempt.key.as_ref()) {
            for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Orphan) {
                prop_assert_eq!(&removal.key, own);
            }
        }
        for removal in removals(&decided) {
            let counts = |record: &Record| !matches!(record.state, State::Warned { .. } | State::Reactivated { .. });
            let recorded = world.slot(&removal.key).record.readable().is_some_and(counts);
            prop_assert_eq!(recorded, removal.reason != RemovalReason::Orphan);
        }
    }

    #[test]
    fn an_orphan_is_older_than_the_attempt_it_belongs_to_and_was_used_only_if_that_names_it(world in world()) {
        let decided = world.next();
        for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Orphan) {
            let slot = world.slot(&removal.key);
            let Some(attempt) = world.attempt() else { panic!("no attempt: {slot:?}") };
            let current = world.slot(&world.versions.current.key);
            prop_assert_eq!(attempt.created, current.key.created, "it was to replace another key");
            let longest = attempt.from.saturating_add(Policy::LONGEST_ATTEMPT).unwrap();
            let until = attempt.until.min(longest);
            let slack = |at: Timestamp| at.saturating_add(Policy::CLOCK_SLACK).unwrap();
            if attempt.key.is_none() {
                prop_assert_eq!(&slot.last_use, &LastUse::NoneRecorded);
                prop_assert!(attempt.from <= slack(slot.key.created));
                prop_assert!(slot.key.created <= slack(until));
            }
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
        if let Move::CreateKey { after_removing, lease } = &decided {
            let removed: BTreeSet<_> = after_removing.iter().map(|removal| &removal.key).collect();
            prop_assert_eq!(removed.len(), after_removing.len(), "no key is removed twice");
            prop_assert_eq!(removed, world.spares());
            prop_assert_eq!(&world.slot(&world.versions.current.key).key.status, &CredentialStatus::Active);
            prop_assert_eq!(&world.versions.pending, &None);
            // And only while no other attempt can be at work.
            prop_assert!(world.attempt().is_none_or(|attempt| attempt.leased_until() < world.now));
            let attempt = lease.attempt.as_ref().unwrap();
            prop_assert_eq!((&attempt.token, &attempt.key), (&world.versions.token, &None));
        }
    }

    #[test]
    fn a_move_fits_its_step_and_its_token(world in world()) {
        let decided = world.next();
        prop_assert!(fits(world.step, &decided), "{}: {decided:?}", world.step);
        if world.versions.token_is_current() {
            let completes = matches!(decided, Move::CompletePromotion(_));
            let unreadable = matches!(world.rotation, Remembered::Unreadable(_));
            let refused = unreadable && matches!(decided, Move::Refuse(_));
            prop_assert!(completes || refused || decided == Move::Nothing(Done::AlreadyFinished));
        } else {
            let completes = matches!(decided, Move::CompletePromotion(_));
            prop_assert!(!completes);
        }
        if let Move::Promote { then, from } = &decided {
            prop_assert_eq!(Some(&then.key), world.versions.pending.as_ref());
            prop_assert_eq!(from, &world.versions.current.version);
        }
    }

    #[test]
    fn a_removal_is_recorded_before_it_is_made_unless_it_is_of_an_orphan(world in world()) {
        for removal in removals(&world.next()) {
            let orphan = removal.reason == RemovalReason::Orphan;
            prop_assert_eq!((removal.before.is_none(), removal.notice.is_none()), (orphan, orphan));
            if let Some(before) = &removal.before {
                let earlier = world.slot(&removal.key).record.readable().unwrap();
                prop_assert_eq!(before.cause(), earlier.cause());
                let deleting = matches!(before.state, State::Deleting { .. });
                prop_assert!(deleting);
            }
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
    let all = "AbandonPending AbandonedKeyUsed AlreadyCreated AlreadyFinished AttemptRunning CompletePromotion CreateKey Deactivated \
        ForeignKey ForeignKeyUsed GraceNotOver HeldByStage IdentitiesAgree KeyMissing KeyNotActive \
        KeyStatusUnclear LastUseUnknown MaybeInFlight MemoryUnreadable NothingToTest Orphan OverlapNotOver PendingEmpty \
        PendingIsCurrent PendingKeyMissing PendingKeyNotActive Promote Reactivated RecordSuperseded \
        RecordUnreadable RemoveOrphans Superseded SupersededKeyInUse TestKey";
    let seen: Vec<_> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen.join(" "), all);
}
