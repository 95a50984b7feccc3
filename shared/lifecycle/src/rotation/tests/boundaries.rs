//! Every waiting time, a second before its end, at it, and a second after it.

use super::*;

const REMOVED: &str = "create after removing active P (Superseded)";
const ORPHAN: &str = "create after removing active O (Orphan)";

#[test]
fn the_overlap_ends_exactly_when_it_is_over() {
    let at = ago(days(60));
    let kept = "refuse OverlapNotOver { key: P, until: 2026-09-29T03:00:00Z }";
    let world = World::healthy().previous(key("P").superseded(at));
    check_around(at + OVERLAP, &world, [kept, REMOVED, REMOVED]);
    assert_eq!(world.policy.kept_until(at), at + OVERLAP);
}

#[test]
fn the_quiet_time_ends_exactly_when_it_is_over() {
    let used = ago(days(20));
    let kept = "refuse SupersededKeyInUse { key: P, used: 2026-11-01T03:00:00Z, quiet: 2026-11-09T03:00:00Z }";
    let world = World::healthy().previous(key("P").superseded(ago(days(21))).used(used));
    check_around(used + OVERLAP + days(1), &world, [kept, REMOVED, REMOVED]);
}

#[test]
fn the_quiet_time_is_the_overlap_and_a_day() {
    let used = ago(days(20));
    let mut world = World::healthy().previous(key("P").superseded(ago(days(21))).used(used));
    for (hours, quiet) in [
        (0, "2026-11-02T03:00:00Z"),
        (1, "2026-11-02T04:00:00Z"),
        (23, "2026-11-03T02:00:00Z"),
        (24, "2026-11-03T03:00:00Z"),
        (48, "2026-11-04T03:00:00Z"),
    ] {
        world.policy.overlap = SignedDuration::from_hours(hours);
        assert_eq!(world.policy.quiet_time(), SignedDuration::from_hours(hours + 24));
        let kept = format!(
            "refuse SupersededKeyInUse {{ key: P, used: 2026-11-01T03:00:00Z, quiet: {quiet} }}"
        );
        check_around(quiet.parse().unwrap(), &world, [&kept, REMOVED, REMOVED]);
    }
    world.policy.overlap = SignedDuration::MAX;
    assert_eq!(world.policy.quiet_time(), SignedDuration::MAX);
}

#[test]
fn a_superseded_key_that_was_used_after_its_overlap_gets_another() {
    let at = ago(days(60));
    let over = at + OVERLAP;
    for (used, expected) in
        [(over - seconds(1), REMOVED), (over, REMOVED), (over + seconds(1), "record P")]
    {
        let slot = key("P").superseded(at).used(used);
        check_create(&World::healthy().previous(slot.clone()), expected);
        check_create(&World::healthy().with(slot), expected);
    }
    let used = ago(days(20));
    let kept = "refuse SupersededKeyInUse { key: P, used: 2026-11-01T03:00:00Z, quiet: 2026-11-09T03:00:00Z }";
    let world = World::healthy().previous(key("P").superseded(at).used(used));
    check_around(used + OVERLAP + days(1), &world, [kept, "record P", "record P"]);
}

#[test]
fn a_superseded_key_is_kept_for_its_overlap_and_never_less_than_a_day() {
    let at = ago(days(60));
    for (hours, kept) in [(-24, 24), (0, 24), (23, 24), (24, 24), (25, 25)] {
        let overlap = SignedDuration::from_hours(hours);
        let policy = Policy { overlap, ..World::healthy().policy };
        assert_eq!(policy.kept_until(at), at + SignedDuration::from_hours(kept));
    }
}

#[test]
fn a_key_superseded_minutes_ago_is_kept_although_no_use_is_recorded_yet() {
    // Without an overlap, a key that was current a minute ago would go before IAM recorded its uses.
    let at = ago(days(60));
    let kept = "refuse OverlapNotOver { key: P, until: 2026-09-23T03:00:00Z }";
    for slot in [key("P"), key("P").used(at - days(3))] {
        let mut world = World::healthy().previous(slot.superseded(at));
        world.policy.overlap = SignedDuration::ZERO;
        check_create(&world.clone().at(at), kept);
        check_create(&world.clone().at(at + seconds(60)), kept);
        check_around(at + days(1), &world, [kept, REMOVED, REMOVED]);
    }
}

#[test]
fn the_grace_ends_exactly_when_it_is_over() {
    let at = ago(days(60));
    let kept = "refuse GraceNotOver { key: P, until: 2026-10-22T03:00:00Z }";
    let removed = "create after removing inactive P (Deactivated)";
    let mut world = World::healthy().previous(key("P").deactivated(at));
    check_around(at + GRACE, &world, [kept, removed, removed]);
    let superseded = Cause::Superseded(replacement("first"));
    world.keys[1] = key("P").deactivated_for(superseded, at);
    world.policy.grace = SignedDuration::ZERO;
    let kept = "refuse GraceNotOver { key: P, until: 2026-09-22T03:00:00Z }";
    check_around(at, &world, [kept, removed, removed]);
}

#[test]
fn a_key_in_the_span_of_an_attempt_may_be_in_flight_until_the_slack_is_over() {
    let from = ago(days(1));
    let kept = "refuse AttemptRunning { user: ci, until: 2026-11-20T03:04:00Z }";
    let world = World::healthy()
        .attempt(TOKEN, from, from + LIFETIME)
        .with(key("O").created(from + seconds(5)));
    check_around(from + LIFETIME + seconds(60), &world, [kept, kept, ORPHAN]);
}

#[test]
fn a_key_from_the_slack_after_an_attempt_is_in_flight_for_a_slack_of_its_own() {
    // IAM's clock is behind: the key may be that of an attempt that began after the attempt was read.
    let from = ago(days(1));
    let created = from + LIFETIME + seconds(45);
    let kept = "refuse MaybeInFlight { key: O, until: 2026-11-20T03:04:45Z }";
    let world =
        World::healthy().attempt(TOKEN, from, from + LIFETIME).with(key("O").created(created));
    check_around(created + seconds(60), &world, [kept, kept, ORPHAN]);
}

#[test]
fn a_foreign_key_may_be_in_flight_for_the_life_of_an_attempt() {
    let created = ago(days(1));
    let kept = "refuse MaybeInFlight { key: O, until: 2026-11-20T03:04:00Z }";
    let foreign = "refuse ForeignKey { key: O }";
    let world = World::healthy().with(key("O").created(created));
    check_around(created + LIFETIME + seconds(60), &world, [kept, kept, foreign]);
}

#[test]
fn the_span_of_an_attempt_reaches_one_slack_beyond_both_ends() {
    let (from, until) = (ago(days(2)), ago(days(2)) + LIFETIME);
    let foreign = "refuse ForeignKey { key: O }";
    for (created, expected) in [
        (from - seconds(61), foreign),
        (from - seconds(60), ORPHAN),
        (from, ORPHAN),
        (until, ORPHAN),
        (until + seconds(60), ORPHAN),
        (until + seconds(61), foreign),
    ] {
        let world = World::healthy().attempt(TOKEN, from, until).with(key("O").created(created));
        assert_eq!(world.next(RotationStep::CreateSecret), expected, "created {created}");
    }
}

#[test]
fn an_attempt_reaches_no_further_than_the_longest_attempt() {
    let from = ago(days(2));
    let longest = Policy::LONGEST_ATTEMPT;
    for (created, expected) in [
        (from + longest + seconds(60), ORPHAN),
        (from + longest + seconds(61), "refuse ForeignKey { key: O }"),
    ] {
        for until in [from + longest, from + longest + days(1), Timestamp::MAX] {
            let world =
                World::healthy().attempt(TOKEN, from, until).with(key("O").created(created));
            assert_eq!(world.next(RotationStep::CreateSecret), expected, "until {until}");
        }
    }
}

#[test]
fn an_attempt_that_ends_before_it_begins_claims_no_key() {
    let from = ago(days(2));
    let world = World::healthy().attempt(TOKEN, from, from - seconds(121));
    check_create(&world.with(key("O").created(from)), "refuse ForeignKey { key: O }");
}

#[test]
fn a_record_is_outdated_if_it_is_older_than_the_current_key_by_more_than_the_slack() {
    let current = ago(days(90));
    for (at, expected) in [
        (current - seconds(61), "record P"),
        (current - seconds(60), REMOVED),
        (current, REMOVED),
        (current + seconds(1), REMOVED),
    ] {
        let world = World::healthy().previous(key("P").superseded(at));
        assert_eq!(world.next(RotationStep::CreateSecret), expected, "recorded {at}");
    }
}

#[test]
fn a_key_that_is_recorded_now_makes_room_when_its_overlap_is_over() {
    for record in [key("P"), key("P").superseded(ago(days(100)))] {
        check_create(&World::healthy().previous(record.clone()), "record P");
        let kept = "refuse OverlapNotOver { key: P, until: 2026-11-28T03:00:00Z }";
        let world = World::healthy().previous(record.superseded(now()));
        check_around(now() + OVERLAP, &world, [kept, REMOVED, REMOVED]);
    }
}

#[test]
fn a_key_created_in_the_future_is_in_flight() {
    check_create(
        &World::healthy().with(key("O").created(now() + days(1))),
        "refuse MaybeInFlight { key: O, until: 2026-11-22T03:04:00Z }",
    );
    check_create(
        &World::healthy().with(key("O").created(Timestamp::MAX)),
        "refuse MaybeInFlight { key: O, until: 9999-12-30T22:00:00.999999999Z }",
    );
}

#[test]
fn records_and_uses_in_the_future_keep_the_key() {
    let tomorrow = now() + days(1);
    check_create(
        &World::healthy().previous(key("P").superseded(tomorrow)),
        "refuse OverlapNotOver { key: P, until: 2026-11-29T03:00:00Z }",
    );
    check_create(
        &World::healthy().previous(key("P").deactivated(tomorrow)),
        "refuse GraceNotOver { key: P, until: 2026-12-22T03:00:00Z }",
    );
    check_create(
        &World::healthy().previous(key("P").superseded(ago(days(60))).used(tomorrow)),
        "refuse SupersededKeyInUse { key: P, used: 2026-11-22T03:00:00Z, quiet: 2026-11-30T03:00:00Z }",
    );
}

#[test]
fn waits_that_overflow_are_not_over() {
    let mut world = World::healthy().previous(key("P").superseded(ago(days(60))));
    world.policy.overlap = SignedDuration::MAX;
    world.policy.grace = SignedDuration::MAX;
    world.policy.attempt_lifetime = SignedDuration::MAX;
    let never = "until: 9999-12-30T22:00:00.999999999Z }";
    check_create(&world, &format!("refuse OverlapNotOver {{ key: P, {never}"));
    world.keys.truncate(1);
    check_create(
        &world.clone().with(key("P").deactivated(ago(days(60)))),
        &format!("refuse GraceNotOver {{ key: P, {never}"),
    );
    check_create(&world.with(key("O")), &format!("refuse MaybeInFlight {{ key: O, {never}"));
}

#[test]
fn the_ends_of_time_are_times_like_any_other() {
    let ends = [Timestamp::MIN, now(), Timestamp::MAX];
    for at in ends {
        for other in ends {
            let world = World::healthy().attempt(TOKEN, at, other).at(other);
            for slot in [
                key("O").created(at),
                key("O").created(at).superseded(at).used(other),
                key("O").created(other).deactivated(at).used(at),
            ] {
                let mut world = world.clone().with(slot);
                world.keys[0].key.created = at;
                for step in RotationStep::ALL {
                    assert!(!world.next(step).is_empty());
                }
            }
        }
    }
}
