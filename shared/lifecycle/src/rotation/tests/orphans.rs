//! Keys that no version and no record names.

use super::*;

#[test]
fn a_young_key_in_the_span_of_an_attempt_may_be_in_flight() {
    let world = World::healthy()
        .attempt(TOKEN, ago(seconds(30)), ago(seconds(30)) + LIFETIME)
        .with(key("O").created(ago(seconds(20))));
    check_create(&world, "refuse AttemptRunning { user: ci, until: 2026-11-21T03:03:30Z }");
}

#[test]
fn an_old_unused_key_in_the_span_of_an_attempt_is_an_orphan() {
    let orphan = key("O").created(ago(SignedDuration::from_hours(1)));
    let world = World::healthy().attempt_an_hour_ago();
    let expected = "create after removing active O (Orphan)";
    check_create(&world.clone().with(orphan.clone()), expected);
    let warned = orphan.clone().warned(ago(days(1)));
    check_create(&world.clone().with(warned), expected);
    check_create(&world.with(orphan.inactive()), "create after removing inactive O (Orphan)");
}

#[test]
fn the_attempt_of_another_rotation_names_its_orphan_too() {
    let from = ago(days(2));
    let world = World::healthy().attempt("an older token", from, from + LIFETIME);
    check_create(
        &world.with(key("O").created(from + seconds(10))),
        "create after removing active O (Orphan)",
    );
}

#[test]
fn an_attempt_at_replacing_another_key_than_the_current_one_names_no_orphan() {
    let from = ago(days(60));
    let world = World::healthy().attempt("an older token", from, from + LIFETIME).names("O");
    let mut world = world.with(key("O").created(from + seconds(10)));
    check_create(&world, "create after removing active O (Orphan)");
    // The table was restored to a state from before O was promoted, and C made after it.
    world.keys[0].key.created = ago(days(30));
    check_create(&world, "refuse ForeignKey { key: O }");
}

#[test]
fn a_key_in_the_span_of_an_attempt_that_somebody_used_is_kept() {
    let created = ago(SignedDuration::from_hours(1));
    let orphan = key("O").created(created);
    let world = World::healthy().attempt_an_hour_ago();
    check_create(
        &world.clone().with(orphan.clone().used(created + seconds(60))),
        "refuse ForeignKeyUsed { key: O, used: 2026-11-21T02:01:00Z }",
    );
    check_create(&world.with(orphan.last_use_unknown()), "refuse LastUseUnknown { key: O }");
}

#[test]
fn an_attempt_covers_no_more_than_the_longest_attempt() {
    // A damaged tag that covers everything claims no key, neither as an orphan nor as one in flight.
    for until in [now() - seconds(61), Timestamp::MAX] {
        let world = World::healthy().attempt(TOKEN, ago(days(365)), until).with(key("O"));
        check_create(&world, "refuse ForeignKey { key: O }");
    }
}

#[test]
fn a_foreign_key_is_kept_and_a_young_one_might_be_in_flight() {
    check_create(&World::healthy().with(key("O")), "refuse ForeignKey { key: O }");
    check_create(&World::healthy().with(key("O").inactive()), "refuse ForeignKey { key: O }");
    check_create(&World::healthy().with(key("O").used(now())), "refuse ForeignKey { key: O }");
    let warned = key("O").warned(ago(days(30)));
    check_create(&World::healthy().with(warned), "refuse ForeignKey { key: O }");
    check_create(
        &World::healthy().with(key("O").created(ago(seconds(10)))),
        "refuse MaybeInFlight { key: O, until: 2026-11-21T03:03:50Z }",
    );
}

#[test]
fn a_foreign_key_made_before_or_after_the_attempt_is_foreign() {
    let world = World::healthy().attempt_an_hour_ago();
    check_create(&world.clone().with(key("O")), "refuse ForeignKey { key: O }");
    let later = ago(SignedDuration::from_mins(30));
    check_create(&world.with(key("O").created(later)), "refuse ForeignKey { key: O }");
}

#[test]
fn orphans_of_a_lost_race_are_removed_once_the_pending_key_is_stored() {
    let world = World::healthy().attempt_an_hour_ago().with(key("N")).pending("N");
    let orphan = key("O").created(ago(SignedDuration::from_hours(1)));
    check_create(&world.clone().with(orphan.clone()), "remove active O (Orphan)");
    // Other keys are none of a finished creation's business.
    let crowded = world
        .clone()
        .with(orphan.clone())
        .with(key("F"))
        .with(key("D").deactivated(ago(days(31))))
        .previous(key("P").superseded(ago(days(60))));
    check_create(&crowded, "remove active O (Orphan)");
    for kept in [
        key("O"),
        orphan.clone().used(now()),
        orphan.clone().last_use_unknown(),
        orphan.clone().record_unreadable(),
        orphan.clone().status(CredentialStatus::Expired),
        key("O").superseded(ago(days(60))),
    ] {
        check_create(&world.clone().with(kept), "nothing: AlreadyCreated");
    }
    check_create(&world.with(orphan).holds("blue", "O"), "nothing: AlreadyCreated");
}

#[test]
fn a_stored_pending_key_still_waits_for_an_attempt_in_flight() {
    let world = World::healthy()
        .attempt(TOKEN, ago(seconds(30)), ago(seconds(30)) + LIFETIME)
        .with(key("N").created(ago(seconds(25))))
        .pending("N")
        .with(key("O").created(ago(seconds(20))));
    check_create(&world, "refuse MaybeInFlight { key: O, until: 2026-11-21T03:03:30Z }");
}
