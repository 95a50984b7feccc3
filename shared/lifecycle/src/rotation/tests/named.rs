//! Records that name the version they count under, and attempts that name their key.

use super::*;

const REMOVED: &str = "create after removing active P (Superseded)";
const ORPHAN: &str = "create after removing active O (Orphan)";
const FOREIGN: &str = "refuse ForeignKey { key: O }";

/// An attempt of two days ago that names `O`.
fn named() -> World {
    World::healthy().attempt(TOKEN, ago(days(2)), ago(days(2)) + LIFETIME).names("O")
}

#[test]
fn a_superseded_record_counts_only_while_the_version_it_names_is_current() {
    let slot = |version| key("P").superseded_by(version, ago(days(60)));
    check_create(&World::healthy().with(slot("first")), REMOVED);
    check_create(&World::healthy().previous(slot("first")), REMOVED);
    for version in ["another", "First", "", TOKEN] {
        for slot in [slot(version), slot(version).inactive(), slot(version).used(now())] {
            check_create(&World::healthy().with(slot.clone()), "record P");
            check_create(&World::healthy().previous(slot), "record P");
        }
    }
}

#[test]
fn a_deactivated_record_counts_whatever_version_is_current() {
    let slot = key("P").deactivated(ago(days(31)));
    check_create(&World::healthy().with(slot), "create after removing inactive P (Deactivated)");
}

#[test]
fn a_key_whose_record_names_another_version_starts_a_new_overlap() {
    // Rolled back to and replaced again, by a key that is older than the record.
    let at = ago(days(60));
    let stale = key("P").superseded_by("rolled back", at);
    let kept = "refuse OverlapNotOver { key: P, until: 2026-11-28T03:00:00Z }";
    let world = World::healthy().previous(stale);
    check_around(at + OVERLAP, &world, ["record P"; 3]);
    check_create(&world.at(now() + SignedDuration::from_hours(1)), "record P");
    let world = World::healthy().previous(key("P").superseded(now()));
    check_around(now() + OVERLAP, &world, [kept, REMOVED, REMOVED]);
}

#[test]
fn a_key_that_came_back_while_the_current_one_was_superseded_starts_a_new_overlap() {
    // `C` replaced `P`, `P` came back and a rotation wrote that down, and then `C` came back under its old version.
    let back = ago(days(10));
    for (at, expected) in
        [(back - seconds(1), "record P"), (back, REMOVED), (back + seconds(1), REMOVED)]
    {
        let mut world = World::healthy().previous(key("P").superseded(at));
        for came_back in [
            key("C").superseded_by("of P", back),
            key("C").deactivated(back).status(CredentialStatus::Active),
        ] {
            world.keys[0] = came_back.created(ago(days(90)));
            check_create(&world, expected);
        }
        world.keys[0] = key("C").created(ago(days(90))).warned(back);
        check_create(&world, REMOVED);
    }
}

#[test]
fn a_key_used_while_it_was_current_again_is_kept_although_its_record_counts() {
    // `P` was current again for weeks, and then `C` came back under its old version: IAM tells of yesterday's use at least.
    let used = now() - SignedDuration::from_hours(24);
    let kept = "refuse SupersededKeyInUse { key: P, used: 2026-11-20T03:00:00Z, quiet: 2026-11-28T03:00:00Z }";
    let world = World::healthy().previous(key("P").superseded(ago(days(60))).used(used));
    check_create(&world.clone().at(now() + SignedDuration::from_hours(1)), kept);
    check_around(now() + OVERLAP, &world, [kept, "record P", "record P"]);
}

#[test]
fn a_key_that_its_attempt_names_is_in_flight_until_the_slack_is_over_whenever_it_was_made() {
    let from = ago(days(2));
    let kept = "refuse AttemptRunning { user: ci, until: 2026-11-19T03:04:00Z }";
    for created in [from - days(30), from - seconds(61), from, from + LIFETIME + seconds(60)] {
        let kept = if created > from + LIFETIME {
            "refuse MaybeInFlight { key: O, until: 2026-11-19T03:05:00Z }"
        } else {
            kept
        };
        let edge = (from + LIFETIME).max(created) + seconds(60);
        check_around(edge, &named().with(key("O").created(created)), [kept, kept, ORPHAN]);
    }
}

#[test]
fn a_key_that_its_attempt_names_and_nobody_used_is_an_orphan() {
    check_create(&named().with(key("O")), ORPHAN);
    check_create(&named().with(key("O").warned(ago(days(1)))), ORPHAN);
    let inactive = "create after removing inactive O (Orphan)";
    check_create(&named().with(key("O").inactive()), inactive);
    let stored = named().with(key("N")).pending("N");
    check_create(&stored.with(key("O")), "remove active O (Orphan)");
}

#[test]
fn a_key_that_its_attempt_names_and_somebody_used_is_kept_for_the_quiet_time() {
    let used = ago(days(2)) + seconds(90);
    let kept = "refuse AbandonedKeyUsed { key: O, used: 2026-11-19T03:01:30Z, quiet: 2026-11-27T03:01:30Z }";
    let world = named().with(key("O").created(ago(days(2))).used(used));
    check_create(&world, kept);
    check_around(used + OVERLAP + days(1), &world, [kept, ORPHAN, ORPHAN]);
    let mut world = world;
    world.policy.overlap = SignedDuration::ZERO;
    let kept = "refuse AbandonedKeyUsed { key: O, used: 2026-11-19T03:01:30Z, quiet: 2026-11-20T03:01:30Z }";
    check_around(used + days(1), &world, [kept, ORPHAN, ORPHAN]);
    // A creation that succeeded since has no business with it.
    let stored = world.at(ago(days(1))).with(key("N")).pending("N");
    check_create(&stored, "nothing: AlreadyCreated");
}

#[test]
fn a_key_that_its_attempt_names_is_kept_while_nothing_is_known_of_its_last_use() {
    let world = named().with(key("O").last_use_unknown());
    check_create(&world, "refuse LastUseUnknown { key: O }");
}

#[test]
fn labels_and_records_tell_more_of_a_key_than_the_attempt_that_names_it() {
    check_create(&named().previous(key("O")), "record O");
    check_create(
        &named().with(key("O")).holds("blue", "O"),
        "refuse HeldByStage { key: O, stage: Custom(\"blue\") }",
    );
    check_create(
        &named().with(key("O").superseded(ago(days(1)))),
        "refuse OverlapNotOver { key: O, until: 2026-11-27T03:00:00Z }",
    );
    check_create(
        &named().with(key("O").deactivated(ago(days(1)))),
        "refuse GraceNotOver { key: O, until: 2026-12-20T03:00:00Z }",
    );
}

#[test]
fn once_an_attempt_names_a_key_any_other_in_its_span_is_foreign() {
    let from = ago(days(2));
    let world = named().names("another");
    let other = key("O").created(from + seconds(10));
    check_create(&world.clone().with(other.clone()), FOREIGN);
    check_create(&world.clone().with(other.clone().inactive()), FOREIGN);
    check_create(&world.clone().with(other.clone().used(now())), FOREIGN);
    check_create(&world.clone().with(other.clone().last_use_unknown()), FOREIGN);
    let stored = world.clone().with(key("another")).pending("another");
    check_create(&stored.with(other.clone()), "nothing: AlreadyCreated");
    let kept = "refuse MaybeInFlight { key: O, until: 2026-11-19T03:04:10Z }";
    let edge = from + seconds(10) + LIFETIME + seconds(60);
    check_around(edge, &world.with(other), [kept, kept, FOREIGN]);
}

#[test]
fn an_attempt_that_names_its_key_covers_no_more_than_the_longest_attempt() {
    let from = ago(days(2));
    let world = World::healthy().attempt(TOKEN, from, Timestamp::MAX).names("O").with(key("O"));
    let kept = "refuse AttemptRunning { user: ci, until: 2026-11-19T03:16:00Z }";
    check_around(from + Policy::LONGEST_ATTEMPT + seconds(60), &world, [kept, kept, ORPHAN]);
}
