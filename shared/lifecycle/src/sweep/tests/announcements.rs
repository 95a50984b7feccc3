//! The last announcement before a deletion.

use super::*;
use Recorded::{Announced, Deactivated, Deleting};

const WAITS: &str = "keep grace-running";
const AHEAD: &str = "warn deletion-ahead, writes deletion-announced";
const DELETED: &str = "delete grace-over";

fn at() -> Timestamp {
    ago(days(10))
}

/// Deactivated at `at()`, under this grace.
fn deactivated(credential: Credential, grace: SignedDuration) -> World {
    World::of(credential.inactive()).with_policy(|policy| policy.grace = grace).recorded_due(
        Deactivated,
        at(),
        Some(at() + grace),
    )
}

#[test]
fn a_deletion_is_announced_in_its_last_week() {
    for kind in CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated()) {
        let world = deactivated(credential(kind).old(days(200)), GRACE);
        check_around(at() + days(23), &world, [WAITS, AHEAD, AHEAD]);
        check_around(at() + GRACE, &world, [AHEAD, AHEAD, AHEAD]);
    }
}

#[test]
fn a_short_grace_is_announced_at_half_of_it() {
    let hours = SignedDuration::from_hours;
    for (grace, announced) in [
        (days(1), hours(12)),
        (days(2), days(1)),
        (days(13), hours(6 * 24 + 12)),
        (days(14), days(7)),
        (days(15), days(8)),
        (days(3650), days(3643)),
    ] {
        let world = deactivated(key().old(days(200)), grace);
        check_around(at() + announced, &world, [WAITS, AHEAD, AHEAD]);
    }
}

#[test]
fn an_announcement_leaves_the_whole_window_before_the_deletion() {
    for (late, due) in [
        (days(-7), days(30)),
        (seconds(1) - days(7), days(30) + seconds(1)),
        (days(-1), days(36)),
        (days(0), days(37)),
        (days(300), days(337)),
    ] {
        let told = at() + GRACE + late;
        let world = carried_out(deactivated(key().old(days(200)), GRACE), told);
        check(&world, WAITS);
        check_around(at() + due, &world, [WAITS, DELETED, DELETED]);
    }
}

#[test]
fn a_grace_of_a_day_is_announced_and_over_by_the_second_daily_run() {
    let world = deactivated(key().old(days(200)), days(1));
    check(&world.clone().at(at()), WAITS);
    let told = at() + days(1);
    let world = carried_out(world, told);
    check(&world, WAITS);
    check_around(told + SignedDuration::from_hours(12), &world, [WAITS, DELETED, DELETED]);
    check(&world.at(told + days(1)), DELETED);
}

#[test]
fn an_announcement_is_written_over_the_deactivation_and_keeps_its_start_and_cause() {
    let since = "2026-10-25T03:00:00Z".parse().unwrap();
    for cause in [Cause::Stale, Cause::ByHand, Cause::Superseded(replacement()), exposed_cause()] {
        let before = Deactivated.state(since, Some(since + GRACE), cause.clone());
        let world = World::of(key().old(days(200)).inactive()).in_state(before);
        let decision = world.decision();
        let record = written(&decision);
        let due = now() + days(7);
        assert_eq!(record.state, State::DeletionAnnounced { since, due, told: now(), cause });
        assert_eq!((record.created, record.user), (Some(ago(days(200))), "Alice".into()));
        let text = decision.reason.to_string();
        assert_eq!(text, "it is inactive, and is deleted on 2026-11-28");
        assert!(!decision.takes_away());
    }
}

#[test]
fn what_was_announced_is_not_announced_again() {
    for state in [Announced, Deleting] {
        let world = World::of(key().old(days(200)).inactive());
        let world = world.recorded_due(state, at(), Some(at() + GRACE));
        for day in 0..30 {
            check(&world.clone().at(at() + days(day)), WAITS);
        }
    }
}

#[test]
fn a_deactivation_past_its_date_is_announced_before_it_is_deleted() {
    for age in [30, 31, 365] {
        let at = ago(days(age));
        let world = World::of(key().old(days(4000)).inactive());
        check(&world.recorded_due(Deactivated, at, Some(at + GRACE)), AHEAD);
    }
}

#[test]
fn a_use_meanwhile_puts_the_announcement_off() {
    let used = ago(days(2));
    let world = deactivated(key().old(days(200)).used(used), GRACE);
    check_around(at() + days(23), &world, [WAITS, WAITS, WAITS]);
    check_around(used + days(23), &world, [WAITS, AHEAD, AHEAD]);
}

#[test]
fn a_use_after_the_announcement_asks_for_another_one() {
    let used = at() + days(25);
    for state in [Announced, Deleting] {
        let world = World::of(key().old(days(200)).used(used).inactive());
        let world = world.recorded_due(state, at(), Some(at() + GRACE));
        check_around(used + days(23), &world, [WAITS, AHEAD, AHEAD]);
        let again = carried_out(world, used + days(23));
        check_around(used + GRACE, &again, [WAITS, DELETED, DELETED]);
    }
}

#[test]
fn an_announcement_that_was_made_of_an_active_key_is_about_the_past() {
    let world = World::of(key().old(days(200)));
    let world = world.recorded_due(Announced, at(), Some(at() + GRACE));
    check(&world, "warn stale, writes warned");
    let fresh = World::of(key()).recorded_due(Announced, ago(days(1)), Some(now() + GRACE));
    check(&fresh, "keep fresh-again, removes the record");
}

#[test]
fn an_announcement_lapses_two_weeks_after_its_date() {
    let world = |overdue| {
        let due = Some(ago(overdue));
        World::of(key().old(days(400)).inactive()).recorded_due(Announced, ago(days(100)), due)
    };
    check(&world(days(14)), "delete grace-over");
    check(&world(days(14) + seconds(1)), "warn deletion-ahead, writes deletion-announced");
}
