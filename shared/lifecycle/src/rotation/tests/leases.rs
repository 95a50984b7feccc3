//! The lease: while one attempt may be at work on a user's keys, no other makes one.

use super::*;

const CREATED: &str = "create";

#[test]
fn another_attempt_waits_until_the_lease_is_over_and_then_makes_a_key() {
    let from = ago(days(1));
    let waits = "refuse AttemptRunning { user: ci, until: 2026-11-20T03:04:00Z }";
    for token in [TOKEN, "another token"] {
        let world = World::healthy().attempt(token, from, from + LIFETIME);
        check_around(from + LIFETIME + seconds(60), &world, [waits, waits, CREATED]);
        check_around(from, &world, [waits; 3]);
    }
}

#[test]
fn a_lease_that_names_its_key_keeps_others_out_as_well() {
    let from = ago(days(1));
    let waits = "refuse AttemptRunning { user: ci, until: 2026-11-20T03:04:00Z }";
    let world = World::healthy().attempt("another token", from, from + LIFETIME).names("O");
    check_around(from + LIFETIME + seconds(60), &world, [waits, waits, CREATED]);
}

#[test]
fn no_lease_is_longer_than_a_function_can_run() {
    let from = ago(days(1));
    let waits = "refuse AttemptRunning { user: ci, until: 2026-11-20T03:16:00Z }";
    for until in [from + Policy::LONGEST_ATTEMPT, from + days(30), Timestamp::MAX] {
        let world = World::healthy().attempt(TOKEN, from, until);
        check_around(from + seconds(960), &world, [waits, waits, CREATED]);
    }
}

#[test]
fn a_lease_comes_before_every_other_reason_to_wait() {
    let from = ago(seconds(10));
    let world = World::healthy().attempt("another token", from, from + LIFETIME);
    let waits = "refuse AttemptRunning { user: ci, until: 2026-11-21T03:03:50Z }";
    for slot in [
        key("P"),
        key("P").superseded(ago(days(1))),
        key("P").superseded(ago(days(60))),
        key("P").record_unreadable(),
    ] {
        check_create(&world.clone().with(slot.clone()), waits);
        check_create(&world.clone().previous(slot), waits);
    }
}

#[test]
fn a_stored_key_needs_no_lease() {
    let from = ago(seconds(10));
    let world = World::healthy().attempt(TOKEN, from, from + LIFETIME).names("N");
    check_create(&world.with(key("N")).pending("N"), "nothing: AlreadyCreated");
}
