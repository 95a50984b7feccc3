//! From the deactivation to the deletion; the announcement in between has tables of its own.

use super::*;
use Recorded::{Announced, Deactivated, Deleting, Reactivated, Warned};

const CLOCK_STARTS: &str = "warn deletion-ahead, writes deactivated";
const WAITS: &str = "keep grace-running";
const AHEAD: &str = "warn deletion-ahead, writes deletion-announced";
const DELETED: &str = "delete grace-over";

/// Deactivated on record `at`, and due after the grace.
fn deactivated(credential: Credential, at: Timestamp) -> World {
    World::of(credential.inactive()).recorded_due(Deactivated, at, Some(at + GRACE))
}

/// The same, and its owner was told once more.
fn announced(credential: Credential, at: Timestamp) -> World {
    World::of(credential.inactive()).recorded_due(Announced, at, Some(at + GRACE))
}

#[test]
fn the_grace_ends_exactly_when_it_is_over() {
    let at = ago(days(10));
    for kind in CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated()) {
        let world = announced(credential(kind).old(days(200)), at);
        check_around(at + GRACE, &world, [WAITS, DELETED, DELETED]);
    }
}

#[test]
fn a_deletion_that_was_promised_later_waits() {
    let at = ago(days(10));
    let world = World::of(key().old(days(200)).inactive());
    let later = world.clone().recorded_due(Announced, at, Some(at + days(60)));
    check_around(at + days(60), &later, [WAITS, DELETED, DELETED]);
    // One that was announced too early, under a shorter grace, is announced again.
    let earlier = world.recorded_due(Announced, at, Some(at + days(1)));
    check_around(at + GRACE - days(7), &earlier, [WAITS, AHEAD, AHEAD]);
    check_around(at + GRACE, &earlier, [AHEAD, AHEAD, AHEAD]);
}

#[test]
fn a_use_after_the_deactivation_starts_the_grace_again() {
    let at = ago(days(50));
    let used = ago(days(10));
    for world in [deactivated, announced].map(|it| it(key().old(days(200)).used(used), at)) {
        check_around(used + GRACE - days(7), &world, [WAITS, AHEAD, AHEAD]);
        check_around(used + GRACE, &world, [AHEAD, AHEAD, AHEAD]);
    }
    let before = announced(key().old(days(200)).used(at - days(1)), at);
    check_around(at + GRACE, &before, [WAITS, DELETED, DELETED]);
}

#[test]
fn an_inactive_key_of_unknown_last_use_is_not_deleted() {
    for at in [ago(days(100)), ago(days(1))] {
        let unknown = key().old(days(200)).last_use_unknown();
        check(&deactivated(unknown.clone(), at), "report last-use-unknown");
        check(&announced(unknown, at), "report last-use-unknown");
    }
}

#[test]
fn an_inactive_key_without_record_gets_one_and_no_more() {
    let world = World::of(key().old(days(4000)).inactive());
    check(&world, CLOCK_STARTS);
    let record = written(&world.decision());
    let due = Some(now() + GRACE);
    assert_eq!(record.state, State::Deactivated { since: now(), due, cause: Cause::ByHand });
    assert_eq!(record.created, Some(ago(days(4000))));
}

#[test]
fn a_key_deactivated_by_hand_yesterday_is_not_deleted_today() {
    for key in [key().old(days(4000)), key().old(days(4000)).used(ago(days(1)))] {
        check(&World::of(key.clone().inactive()), CLOCK_STARTS);
        // Not even when it was warned of long ago, or when its record is about an earlier time.
        for state in [Warned, Reactivated] {
            let due = Some(ago(days(380)));
            let world = World::of(key.clone().inactive()).recorded_due(state, ago(days(400)), due);
            check(&world, CLOCK_STARTS);
        }
    }
    let used = deactivated(key().old(days(4000)).used(ago(days(1))), ago(days(400)));
    check(&used, WAITS);
}

#[test]
fn a_deactivation_that_announced_no_deletion_announces_it_first() {
    let at = ago(days(200));
    let world = World::of(key().old(days(400)).inactive()).recorded(Deactivated, at);
    check(&world, CLOCK_STARTS);
    let record = written(&world.decision());
    let dates = (record.since(), record.due());
    assert_eq!(dates, (at, Some(now() + GRACE)), "the clock keeps its start");
    let clock = world.in_state(record.state);
    check_around(now() + GRACE - days(7), &clock, [WAITS, AHEAD, AHEAD]);
}

#[test]
fn nothing_is_deleted_while_deletion_is_off() {
    for kind in CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated()) {
        let off = |policy: &mut Policy| policy.delete = false;
        let inactive = credential(kind).old(days(400)).inactive();
        check(&World::of(inactive.clone()).with_policy(off), "keep deletion-off");
        for state in [Deactivated, Announced, Deleting] {
            let world = World::of(inactive.clone()).with_policy(off);
            let world = world.recorded_due(state, ago(days(100)), Some(ago(days(70))));
            check(&world, "keep deletion-off");
        }
    }
}

#[test]
fn a_deletion_that_was_interrupted_is_made_again() {
    let at = ago(days(40));
    let world = World::of(key().old(days(200)).inactive());
    let world = world.recorded_due(Deleting, at, Some(at + GRACE));
    check_around(at + GRACE, &world, [WAITS, DELETED, DELETED]);
}

#[test]
fn an_active_key_is_never_deleted_whatever_its_record_says() {
    for state in [Deactivated, Announced, Deleting] {
        let world = World::of(key().old(days(400)));
        let world = world.recorded_due(state, ago(days(100)), Some(ago(days(70))));
        check(&world, "warn stale, writes warned");
    }
}

#[test]
fn the_record_of_another_creation_does_not_start_the_clock() {
    let mut world = announced(key().old(days(200)), ago(days(40)));
    check(&world, DELETED);
    world.credentials[0].created = ago(days(199));
    check(&world, CLOCK_STARTS);
}

#[test]
fn a_record_that_says_nothing_of_the_creation_counts() {
    let world = World::of(key().old(days(200)).inactive());
    let (at, due) = (ago(days(81)), ago(days(1)));
    for (state, due, expected) in
        [(Deactivated, at + GRACE, AHEAD), (Announced, due, DELETED), (Deleting, due, DELETED)]
    {
        let state = state.state(at, Some(due), Cause::Stale);
        let record = Record { user: "Alice".into(), created: None, state };
        check(&world.clone().remember(key().id, record), expected);
    }
}

#[test]
fn a_record_dated_ahead_of_its_time_is_not_believed() {
    for at in [now() + days(1) + seconds(1), Timestamp::MAX] {
        check(&deactivated_at_most(at), CLOCK_STARTS);
    }
    check(&deactivated_at_most(now() + days(1)), WAITS);
}

fn deactivated_at_most(at: Timestamp) -> World {
    World::of(key().old(days(200)).inactive()).recorded_due(Deactivated, at, Some(at))
}

#[test]
fn an_expired_credential_waits_for_its_deletion_like_an_inactive_one() {
    let service = credential(CredentialKind::ServiceSpecific).status(CredentialStatus::Expired);
    check(&World::of(service.clone()), CLOCK_STARTS);
    let at = ago(days(10));
    let world = World::of(service).recorded_due(Announced, at, Some(at + GRACE));
    check_around(at + GRACE, &world, [WAITS, DELETED, DELETED]);
}
