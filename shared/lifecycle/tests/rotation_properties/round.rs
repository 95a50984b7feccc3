//! What holds for every decision of the daily round, whatever the facts.

use jiff::SignedDuration;
use lifecycle::credential::{CredentialStatus, LastUse};
use lifecycle::identifiers::AccessKeyId;
use lifecycle::record::{Cause, Remembered, State};
use lifecycle::rotation::{KeySlot, VersionStage};
use lifecycle::sweep::{Action, Decision, Memory, Reason, Step};
use proptest::prelude::*;

use crate::config;
use crate::worlds::{World, world};

fn slot<'a>(world: &'a World, decision: &Decision) -> &'a KeySlot {
    let id: AccessKeyId = decision.subject.id.as_ref().unwrap().as_str().parse().unwrap();
    world.slot(&id)
}

/// Whether a version of the secret holds the key under any label but `AWSPREVIOUS`.
fn is_held(world: &World, slot: &KeySlot) -> bool {
    let (id, versions) = (&slot.key.id, &world.versions);
    let labelled = |held: &lifecycle::rotation::StagedKey| {
        held.key == *id && held.stage != VersionStage::Previous
    };
    *id == versions.current.key
        || versions.pending.as_ref() == Some(id)
        || versions.others.iter().any(labelled)
}

fn writes(decision: &Decision) -> bool {
    !matches!(decision.step, Step::Keep(Memory::Unchanged) | Step::Report(Memory::Unchanged))
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_held_key_is_never_touched_and_of_its_records_only_a_void_one_is_forgotten(world in world()) {
        for decision in world.round() {
            let slot = slot(&world, &decision);
            if !is_held(&world, slot) {
                continue;
            }
            let interrupted = matches!(decision.reason, Reason::Interrupted { .. });
            prop_assert!(!decision.takes_away(), "{decision:?}");
            prop_assert!(decision.action() <= Action::Report || interrupted, "{decision:?}");
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_is_neither_overwritten_nor_acted_upon(world in world()) {
        for decision in world.round() {
            let slot = slot(&world, &decision);
            if matches!(slot.record, Remembered::Unreadable(_)) {
                prop_assert!(!writes(&decision) && decision.action() == Action::Report, "{decision:?}");
            }
        }
    }

    #[test]
    fn only_inactive_keys_are_deleted_and_only_after_an_announcement_whose_date_is_over(world in world()) {
        for decision in world.round().iter().filter(|it| it.action() == Action::Delete) {
            let slot = slot(&world, decision);
            prop_assert_eq!(&slot.key.status, &CredentialStatus::Inactive);
            let record = slot.record.readable().unwrap();
            let announced = matches!(record.state, State::DeletionAnnounced { .. } | State::Deleting { .. });
            prop_assert!(announced && record.due().is_some_and(|due| due <= world.now), "{record:?}");
        }
    }

    #[test]
    fn an_active_key_is_deactivated_only_if_it_was_superseded_and_unused_or_warned_two_weeks_ago(world in world()) {
        for decision in world.round() {
            let Step::Deactivate { .. } = &decision.step else { continue };
            let slot = slot(&world, &decision);
            prop_assert_eq!(&slot.key.status, &CredentialStatus::Active);
            prop_assert_ne!(&slot.last_use, &LastUse::Unknown);
            let record = slot.record.readable().unwrap();
            let passed = |from: jiff::Timestamp, span| world.now >= from.saturating_add(span).unwrap_or(jiff::Timestamp::MAX);
            match &record.state {
                State::Superseded { since, by, .. } => {
                    prop_assert_eq!(&by.version, &world.versions.current.version);
                    prop_assert!(world.now >= world.policy.kept_until(*since));
                    if let LastUse::At(used) = slot.last_use {
                        prop_assert!(passed(used, world.policy.quiet_time()));
                    }
                }
                State::Warned { since, due, .. } => {
                    prop_assert!(passed(*since, SignedDuration::from_hours(14 * 24)) && *due <= world.now);
                    let unused = SignedDuration::from_hours(90 * 24);
                    let from = match slot.last_use {
                        LastUse::At(used) => used.max(slot.key.created),
                        LastUse::NoneRecorded | LastUse::Unknown => slot.key.created,
                    };
                    prop_assert!(passed(from, unused), "{decision:?}");
                }
                other => prop_assert!(false, "{other:?}"),
            }
        }
    }

    #[test]
    fn a_key_that_a_rotation_may_have_made_is_left_to_it_while_nothing_else_is_known(world in world()) {
        for decision in world.round() {
            let slot = slot(&world, &decision);
            let current = world.keys.iter().find(|slot| slot.key.id == world.versions.current.key);
            let attempt = world.attempt().filter(|attempt| current.is_some_and(|current| attempt.replaces(&current.key)));
            let named = attempt.and_then(|attempt| attempt.key.as_ref()) == Some(&slot.key.id);
            if named && slot.record == Remembered::Absent {
                prop_assert!(decision.action() <= Action::Report, "{decision:?}");
            }
        }
    }

    #[test]
    fn an_exposure_is_never_forgotten_while_it_stands(world in world()) {
        for decision in world.round() {
            let slot = slot(&world, &decision);
            let Some(record) = slot.record.readable() else { continue };
            if !(record.is_of_exposure() && record.says_inactive()) {
                continue;
            }
            let after = match &decision.step {
                Step::Keep(Memory::Write(after)) | Step::Report(Memory::Write(after)) => Some(after),
                Step::Complete { after, .. } => after.as_ref(),
                Step::Keep(Memory::Unchanged) | Step::Report(Memory::Unchanged) => continue,
                other => panic!("{other:?}"),
            };
            let stays = after.is_some_and(|after| matches!(after.cause(), Cause::Exposed { .. }));
            prop_assert!(stays);
        }
    }
}

#[test]
fn the_worlds_of_these_properties_reach_every_decision_of_a_round() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..8192 {
        for decision in world().new_tree(&mut runner).unwrap().current().round() {
            seen.insert(format!("{}:{}", decision.action(), decision.reason.as_str()));
        }
    }
    let all = "deactivate:interrupted deactivate:stale deactivate:superseded delete:grace-over keep:attempt-unfinished keep:fresh \
        keep:fresh-again keep:grace-running keep:held-by-label keep:held-by-secret keep:notice-running keep:overlap-running \
        keep:superseded-in-use report:date-in-future report:exposed-and-active report:last-use-unknown report:record-unreadable \
        report:status-unrecognized warn:deletion-ahead warn:stale warn:superseded-in-use";
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>().join(" "), all);
}
