//! The daily round: keys that no version holds and no rotation made, as far as anybody remembers.

use super::*;
use crate::sweep::{News, Step};

const FRESH: &str = "keep fresh";
const WARNED: &str = "warn stale, writes warned";
const RUNS: &str = "keep notice-running";
const OFF: &str = "deactivate stale";
const ATTEMPT: &str = "keep attempt-unfinished";

fn alone(slot: KeySlot) -> World {
    World::healthy().with(slot)
}

#[test]
fn an_unattributed_key_is_warned_after_ninety_days_without_use() {
    let created = ago(days(300));
    let never = alone(key("P").created(created));
    check_round_around(created + days(90), &never, [FRESH, WARNED, WARNED]);
    let used = ago(days(200));
    let once = alone(key("P").created(created).used(used));
    check_round_around(used + days(90), &once, [FRESH, WARNED, WARNED]);
    check_round(&alone(key("P").last_use_unknown()), "P", "report last-use-unknown");
}

#[test]
fn age_alone_is_no_reason_to_deactivate_an_unattributed_key() {
    check_round(&alone(key("P").created(ago(days(4000))).used(ago(days(1)))), "P", FRESH);
}

#[test]
fn the_notice_of_an_unattributed_key_is_fourteen_days() {
    let world = alone(key("P"));
    let decision = world.judged("P");
    let Step::Warn { notice, after } = &decision.step else { panic!("{decision:?}") };
    let due = now() + days(14);
    assert_eq!(notice.news, News::DeactivationAhead { due });
    let warned = alone(key("P").in_state(after.state.clone()));
    check_round_around(due, &warned, [RUNS, OFF, OFF]);
    let mut used = warned;
    used.keys[1].last_use = LastUse::At(now() + days(1));
    check_round(&used.at(due), "P", "keep fresh-again, removes the record");
}

#[test]
fn an_unattributed_key_is_deleted_thirty_days_after_its_deactivation_and_announced_a_week_before() {
    let mut world = alone(key("P").warned(ago(days(14))));
    // The grace of superseded keys is not that of keys that a person may have made.
    world.policy.grace = days(1);
    let decision = world.judged("P");
    let Step::Deactivate { after: Some(after), .. } = &decision.step else { panic!() };
    assert_eq!(after.due(), Some(now() + days(30)));
    let mut world = alone(key("P").inactive().in_state(after.state.clone()));
    world.policy.grace = days(1);
    let (waits, ahead) = ("keep grace-running", "warn deletion-ahead, writes deletion-announced");
    check_round_around(now() + days(23), &world, [waits, ahead, ahead]);
    let told = world.at(now() + days(23)).judged("P");
    let Step::Warn { after, .. } = &told.step else { panic!() };
    let world = alone(key("P").inactive().in_state(after.state.clone()));
    let deleted = "delete grace-over";
    check_round_around(now() + days(30), &world, [waits, deleted, deleted]);
}

#[test]
fn an_unattributed_key_that_somebody_deactivated_gets_the_whole_grace() {
    let decision = alone(key("P").inactive()).judged("P");
    let Step::Warn { notice, after } = &decision.step else { panic!("{decision:?}") };
    let due = now() + days(30);
    assert_eq!(notice.news, News::DeletionAhead { due });
    let cause = Cause::ByHand;
    assert_eq!(after.state, State::Deactivated { since: now(), due: Some(due), cause });
}

#[test]
fn a_key_that_is_too_young_may_be_that_of_an_attempt() {
    let created = ago(days(1));
    let world = alone(key("P").created(created));
    let edge = created + Policy::LONGEST_ATTEMPT + Policy::CLOCK_SLACK;
    check_round_around(edge, &world, [ATTEMPT, ATTEMPT, FRESH]);
}

#[test]
fn the_key_that_an_attempt_names_is_left_to_the_rotation_however_old_or_used() {
    let from = ago(days(200));
    for slot in [
        key("P").created(from),
        key("P").created(from).inactive(),
        key("P").created(from).used(ago(days(100))),
        key("P").created(from).last_use_unknown(),
        key("P").created(from - days(100)),
    ] {
        let named = alone(slot.clone()).attempt(TOKEN, from, from + LIFETIME).names("P");
        check_round(&named, "P", ATTEMPT);
    }
    let another = alone(key("P").created(from)).attempt(TOKEN, from, from + LIFETIME).names("N");
    check_round(&another, "P", WARNED);
}

#[test]
fn a_key_in_the_span_of_an_attempt_that_names_none_is_left_to_the_rotation() {
    let from = ago(days(200));
    let until = from + LIFETIME;
    for (created, expected) in [
        (from - seconds(61), WARNED),
        (from - seconds(60), ATTEMPT),
        (from, ATTEMPT),
        (until + seconds(60), ATTEMPT),
        (until + seconds(61), WARNED),
    ] {
        let world = alone(key("P").created(created)).attempt(TOKEN, from, until);
        check_round(&world, "P", expected);
    }
}

#[test]
fn a_used_key_in_the_span_of_an_attempt_that_names_none_is_somebodys_once_the_lease_is_over() {
    // Else every rotation would refuse it for good, and nobody would ever warn its owner.
    let from = ago(days(200));
    let slot = key("P").created(from).used(from + seconds(5));
    let world = alone(slot).attempt(TOKEN, from, from + LIFETIME);
    check_create(&world, "refuse ForeignKeyUsed { key: P, used: 2026-05-05T03:00:05Z }");
    check_round(&world, "P", WARNED);
    let leased = from + LIFETIME + Policy::CLOCK_SLACK;
    check_round_around(leased.max(from + seconds(960)), &world, [ATTEMPT, ATTEMPT, FRESH]);
}

#[test]
fn an_unattributed_key_gives_way_to_a_rotation_in_the_end() {
    let world = alone(key("P"));
    check_create(&world, "refuse ForeignKey { key: P }");
    check_create(&alone(key("P").warned(ago(days(1)))), "refuse ForeignKey { key: P }");
    let state =
        State::Deactivated { since: ago(days(31)), due: Some(ago(days(1))), cause: Cause::Stale };
    let off = alone(key("P").inactive().in_state(state));
    check_create(&off, "create after removing inactive P (Deactivated)");
}

#[test]
fn a_key_that_the_sweep_deactivated_before_the_user_was_bound_stays_on_the_ladder() {
    let (since, due) = (ago(days(40)), ago(days(1)));
    for (state, expected) in [
        (
            State::Deactivated { since, due: Some(due), cause: Cause::Stale },
            "warn deletion-ahead, writes deletion-announced",
        ),
        (
            State::DeletionAnnounced { since, due, told: ago(days(8)), cause: Cause::Stale },
            "delete grace-over",
        ),
        (State::Deleting { since, due, cause: Cause::Stale }, "delete grace-over"),
    ] {
        check_round(&alone(key("P").inactive().in_state(state.clone())), "P", expected);
        // Activated since, it is stale anew.
        check_round(&alone(key("P").in_state(state)), "P", WARNED);
    }
}
