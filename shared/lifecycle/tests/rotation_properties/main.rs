//! What holds for every rotation decision, whatever the facts.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic outside its own function too"
)]

mod worlds;

use std::collections::BTreeSet;

use jiff::Timestamp;
use lifecycle::credential::{CredentialStatus, LastUse};
use lifecycle::record::{Intent, RecordedState};
use lifecycle::rotation::{
    Done, Move, Policy, Removal, RemovalReason, RotationStep, Tagged, VersionStage, Versions,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use worlds::{World, world};

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

/// Failures are remembered in a file next to this one.
fn config() -> ProptestConfig {
    let beside = FileFailurePersistence::WithSource("regressions");
    ProptestConfig {
        cases: 4096,
        failure_persistence: Some(Box::new(beside)),
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
                && let Tagged::Readable(record) = &slot.record
                && record.state == RecordedState::Superseded
            {
                prop_assert!(world.now >= world.policy.kept_until(record.at), "{slot:?}");
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
                let Tagged::Readable(record) = &slot.record else { panic!("no record: {slot:?}") };
                prop_assert_eq!(record.state, RecordedState::Deactivated);
                prop_assert!(world.now >= record.at.saturating_add(world.policy.grace).unwrap());
            }
        }
    }

    #[test]
    fn a_superseded_key_is_removed_only_if_its_record_names_the_current_version_and_its_overlap_ended_its_use(world in world()) {
        let decided = world.next();
        for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Superseded) {
            let slot = world.slot(&removal.key);
            let Tagged::Readable(record) = &slot.record else { panic!("no record: {slot:?}") };
            prop_assert_eq!(record.state, RecordedState::Superseded);
            prop_assert_eq!(record.version.as_ref(), Some(&world.versions.current.version));
            if let LastUse::At(used) = slot.last_use {
                prop_assert!(used <= world.policy.kept_until(record.at), "{slot:?}");
            }
        }
    }

    #[test]
    fn once_an_intent_names_a_key_no_other_is_taken_for_its_orphan(world in world()) {
        let decided = world.next();
        if let Tagged::Readable(Intent { key: Some(own), .. }) = &world.intent {
            for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Orphan) {
                prop_assert_eq!(&removal.key, own);
            }
        }
        for removal in removals(&decided) {
            let recorded = matches!(&world.slot(&removal.key).record,
                Tagged::Readable(record) if record.state != RecordedState::Warned);
            prop_assert_eq!(recorded, removal.reason != RemovalReason::Orphan);
        }
    }

    #[test]
    fn an_orphan_is_older_than_the_intent_it_belongs_to_and_was_used_only_if_that_names_it(world in world()) {
        let decided = world.next();
        for removal in removals(&decided).iter().filter(|of| of.reason == RemovalReason::Orphan) {
            let slot = world.slot(&removal.key);
            let Tagged::Readable(intent) = &world.intent else { panic!("no intent: {slot:?}") };
            let longest = intent.from.saturating_add(Policy::LONGEST_ATTEMPT).unwrap();
            let until = intent.until.min(longest);
            let slack = |at: Timestamp| at.saturating_add(Policy::CLOCK_SLACK).unwrap();
            if intent.key.is_none() {
                prop_assert_eq!(&slot.last_use, &LastUse::NoneRecorded);
                prop_assert!(intent.from <= slack(slot.key.created));
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
        if let Move::CreateKey { after_removing } = &decided {
            let removed: BTreeSet<_> = after_removing.iter().map(|removal| &removal.key).collect();
            prop_assert_eq!(removed.len(), after_removing.len(), "no key is removed twice");
            prop_assert_eq!(removed, world.spares());
            prop_assert_eq!(&world.slot(&world.versions.current.key).key.status, &CredentialStatus::Active);
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
            let completes = matches!(decided, Move::CompletePromotion { .. });
            prop_assert!(!completes);
        }
        if let Move::Promote { key, from, .. } = &decided {
            prop_assert_eq!(Some(key), world.versions.pending.as_ref());
            prop_assert_eq!(from, &world.versions.current.version);
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
    let all = "AbandonPending AbandonedKeyUsed AlreadyCreated AlreadyFinished CompletePromotion CreateKey Deactivated \
        ForeignKey ForeignKeyUsed GraceNotOver HeldByStage IdentitiesAgree KeyMissing KeyNotActive \
        KeyStatusUnclear LastUseUnknown MaybeInFlight NothingToTest Orphan OverlapNotOver PendingEmpty \
        PendingIsCurrent PendingKeyMissing PendingKeyNotActive Promote Reactivated RecordSuperseded \
        RecordUnreadable RemoveOrphans Superseded SupersededKeyInUse TestKey";
    let seen: Vec<_> = seen.iter().map(String::as_str).collect();
    assert_eq!(seen.join(" "), all);
}
