//! The daily round: keys that a rotation replaced, from the promotion of the next one to their deletion.

use super::*;
use crate::sweep::{Memory, News, Reason, Step};

const OVERLAPS: &str = "keep overlap-running";
const SUPERSEDED: &str = "keep overlap-running, writes superseded";
const OFF: &str = "deactivate superseded";
const IN_USE: &str = "keep superseded-in-use";
const REMINDED: &str = "warn superseded-in-use, writes superseded";
const WAITS: &str = "keep grace-running";
const AHEAD: &str = "warn deletion-ahead, writes deletion-announced";
const DELETED: &str = "delete grace-over";

fn by_rotation() -> Cause {
    Cause::Superseded(replacement("first"))
}

fn reminded(slot: KeySlot, at: Timestamp) -> KeySlot {
    let Remembered::Readable(record) = &slot.record else { panic!("{slot:?}") };
    let State::Superseded { since, by, .. } = record.state.clone() else { panic!("{slot:?}") };
    slot.in_state(State::Superseded { since, by, reminded: Some(at) })
}

#[test]
fn the_overlap_ends_exactly_when_it_is_over() {
    let at = ago(days(20));
    let world = World::healthy().previous(key("P").superseded(at));
    check_round_around(at + OVERLAP, &world, [OVERLAPS, OFF, OFF]);
    // Its version lost the label meanwhile; the record still says what it is.
    let unlabelled = World::healthy().with(key("P").superseded(at));
    check_round_around(at + OVERLAP, &unlabelled, [OVERLAPS, OFF, OFF]);
    // IAM takes a day to record a use, so there is no shorter overlap.
    let mut short = world;
    short.policy.overlap = days(0);
    check_round_around(at + days(1), &short, [OVERLAPS, OFF, OFF]);
}

#[test]
fn the_quiet_time_ends_exactly_when_it_is_over() {
    let (at, used) = (ago(days(40)), ago(days(20)));
    let slot = reminded(key("P").superseded(at).used(used), used + days(2));
    let world = World::healthy().previous(slot);
    check_round_around(used + OVERLAP + days(1), &world, [IN_USE, OFF, OFF]);
}

#[test]
fn a_superseded_key_in_use_is_reported_to_its_owner_at_once_and_then_every_week() {
    let at = ago(days(40));
    let slot = key("P").superseded(at).used(now());
    let world = World::healthy().previous(slot.clone());
    check_round(&world, "P", REMINDED);
    let decision = world.judged("P");
    let Step::Warn { notice, after } = &decision.step else { panic!("{decision:?}") };
    assert_eq!((&notice.news, notice.exposed), (&News::SupersededInUse, false));
    assert_eq!(notice.because, decision.reason.to_string());
    let (by, reminded) = (replacement("first"), Some(now()));
    assert_eq!(after.state, State::Superseded { since: at, by, reminded });
    let told = World::healthy().previous(slot.in_state(after.state.clone()));
    check_round_around(now() + days(7), &told, [IN_USE, REMINDED, REMINDED]);
}

#[test]
fn a_reminder_dated_ahead_of_its_time_is_not_believed() {
    let slot = || key("P").superseded(ago(days(40))).used(ago(days(1)));
    for (at, expected) in
        [(now(), IN_USE), (now() + seconds(1), REMINDED), (Timestamp::MAX, REMINDED)]
    {
        check_round(&World::healthy().previous(reminded(slot(), at)), "P", expected);
    }
}

#[test]
fn a_reminder_does_not_keep_a_superseded_key_that_nothing_uses() {
    let slot = reminded(key("P").superseded(ago(days(20))), ago(days(1)));
    check_round(&World::healthy().previous(slot), "P", OFF);
}

#[test]
fn a_superseded_key_of_unknown_last_use_is_reported() {
    let at = ago(days(40));
    let slot = key("P").superseded(at).last_use_unknown();
    let world = World::healthy().previous(slot);
    let unknown = "report last-use-unknown";
    check_round_around(at + OVERLAP, &world, [OVERLAPS, unknown, unknown]);
}

#[test]
fn a_retirement_is_recorded_before_and_after_the_key_is_deactivated() {
    let world = World::healthy().previous(key("P").superseded(ago(days(20))));
    let decision = world.judged("P");
    let Step::Deactivate { before, notice, after } = &decision.step else { panic!("{decision:?}") };
    let (since, due, cause) = (now(), Some(now() + GRACE), by_rotation());
    assert_eq!(before.state, State::Deactivating { since, cause: cause.clone() });
    assert_eq!(after.as_ref().map(|it| &it.state), Some(&State::Deactivated { since, due, cause }));
    assert_eq!(notice.news, News::Deactivated { kept_until: due });
    assert_eq!(before.created, Some(ago(days(180))));
    assert_eq!(decision.reason, Reason::Superseded { at: ago(days(20)) });
}

#[test]
fn a_retired_key_is_announced_and_deleted_after_the_superseded_grace() {
    let at = ago(days(40));
    for (grace, announced) in [
        (days(30), days(23)),
        (days(14), days(7)),
        (days(7), SignedDuration::from_hours(84)),
        (days(1), SignedDuration::from_hours(12)),
    ] {
        let retired = |state| {
            let mut world = World::healthy().previous(key("P").inactive().in_state(state));
            world.policy.grace = grace;
            world
        };
        let (due, cause) = (at + grace, by_rotation());
        let world = retired(State::Deactivated { since: at, due: Some(due), cause });
        check_round_around(at + announced, &world, [WAITS, AHEAD, AHEAD]);
        let decision = world.at(at + announced).judged("P");
        let Step::Warn { notice, after } = &decision.step else { panic!("{decision:?}") };
        assert_eq!(notice.news, News::DeletionAhead { due });
        let world = retired(after.state.clone());
        check_round_around(due, &world, [WAITS, DELETED, DELETED]);
        let decision = world.at(due).judged("P");
        let Step::Delete { before, notice } = &decision.step else { panic!("{decision:?}") };
        let cause = by_rotation();
        assert_eq!(before.state, State::Deleting { since: at, due, cause });
        assert_eq!(notice.news, News::Deleted);
    }
}

#[test]
fn a_retired_key_that_was_used_meanwhile_is_kept_for_another_grace() {
    let (at, used) = (ago(days(60)), ago(days(20)));
    let state = State::Deactivated { since: at, due: Some(at + GRACE), cause: by_rotation() };
    let world = World::healthy().previous(key("P").inactive().used(used).in_state(state));
    check_round_around(used + GRACE - days(7), &world, [WAITS, AHEAD, AHEAD]);
    let unknown = World { keys: vec![key("C"), world.keys[1].clone().last_use_unknown()], ..world };
    check_round(&unknown, "P", "report last-use-unknown");
}

#[test]
fn a_retired_key_that_somebody_activated_gets_another_overlap() {
    let (since, due) = (ago(days(20)), ago(days(1)));
    for state in [
        State::Deactivating { since, cause: by_rotation() },
        State::Deactivated { since, due: Some(due), cause: by_rotation() },
        State::DeletionAnnounced { since, due, told: since, cause: by_rotation() },
        State::Deleting { since, due, cause: by_rotation() },
    ] {
        for world in [
            World::healthy().previous(key("P").in_state(state.clone())),
            World::healthy().with(key("P").in_state(state.clone())),
        ] {
            check_round(&world, "P", SUPERSEDED);
            let Step::Keep(Memory::Write(record)) = world.judged("P").step else { panic!() };
            let by = replacement("first");
            assert_eq!(record.state, State::Superseded { since: now(), by, reminded: None });
            let again = World::healthy().previous(key("P").in_state(record.state));
            check_round_around(now() + OVERLAP, &again, [OVERLAPS, OFF, OFF]);
        }
    }
}

#[test]
fn a_superseded_key_that_somebody_deactivated_is_announced_before_it_is_deleted() {
    let at = ago(days(20));
    let slot = key("P").inactive().superseded(at);
    let world = World::healthy().previous(slot.clone());
    let first = "warn deletion-ahead, writes deactivated";
    check_round_around(at + OVERLAP, &world, [OVERLAPS, first, first]);
    let decision = world.judged("P");
    let Step::Warn { notice, after } = &decision.step else { panic!("{decision:?}") };
    let due = now() + GRACE;
    assert_eq!(notice.news, News::DeletionAhead { due });
    let cause = by_rotation();
    assert_eq!(after.state, State::Deactivated { since: now(), due: Some(due), cause });
    // It gives way to a rotation all the same, because nothing can have used it since.
    check_create(&world, "create after removing inactive P (Superseded)");
}

#[test]
fn a_record_that_names_another_version_starts_a_new_overlap() {
    for version in ["another", "First", "", TOKEN] {
        let slot = key("P").superseded_by(version, ago(days(60)));
        for slot in [slot.clone(), slot.clone().inactive(), slot.used(now())] {
            check_round(&World::healthy().previous(slot.clone()), "P", SUPERSEDED);
            check_round(&World::healthy().with(slot), "P", SUPERSEDED);
        }
    }
}

#[test]
fn a_record_of_a_previous_key_is_outdated_if_it_is_older_than_the_current_key_by_more_than_the_slack()
 {
    let current = ago(days(90));
    for (at, expected) in [
        (current - seconds(61), SUPERSEDED),
        (current - seconds(60), OFF),
        (current, OFF),
        (current + seconds(1), OFF),
    ] {
        let world = World::healthy().previous(key("P").superseded(at));
        check_round(&world, "P", expected);
    }
}

#[test]
fn a_key_that_came_back_while_the_current_one_was_superseded_starts_a_new_overlap() {
    let back = ago(days(30));
    for (at, expected) in [(back - seconds(1), SUPERSEDED), (back, OFF), (back + seconds(1), OFF)] {
        let mut world = World::healthy().previous(key("P").superseded(at));
        world.keys[0] = key("C").created(ago(days(90))).superseded_by("of P", back);
        check_round(&world, "P", expected);
        world.keys[0] = key("C").created(ago(days(90))).warned(back);
        check_round(&world, "P", OFF);
    }
}

#[test]
fn a_previous_key_that_was_warned_or_taken_back_starts_its_overlap() {
    let since = ago(days(20));
    check_round(&World::healthy().previous(key("P").warned(since)), "P", SUPERSEDED);
    let reactivated = State::Reactivated { since, cause: by_rotation() };
    check_round(&World::healthy().previous(key("P").in_state(reactivated)), "P", SUPERSEDED);
}

#[test]
fn the_dates_of_a_new_overlap_are_whole_seconds_and_end_when_the_policy_says() {
    let odd = "2026-11-21T03:00:00.987654321Z".parse().unwrap();
    let decision = World::healthy().previous(key("P")).at(odd).judged("P");
    let Step::Keep(Memory::Write(record)) = &decision.step else { panic!("{decision:?}") };
    assert_eq!(record.since(), now());
    assert_eq!(decision.reason, Reason::OverlapRunning { until: now() + OVERLAP });
}
