//! Keys of users whose keys a secret holds, and keys that a rotation replaced.

use super::*;
use crate::record::RecordedState::{
    Announced, Deactivated, Deactivating, Deleting, Superseded, Warned,
};

const OVERLAPS: &str = "keep overlap-running";
const OFF: &str = "deactivate superseded";
const REMINDED: &str = "warn superseded-in-use, writes superseded";

/// Replaced `at`, by the version that is still current.
fn superseded(key: Credential, at: Timestamp) -> World {
    let world = World::of(key).held_by_secret().recorded(Superseded, at);
    world.supersession(Supersession::Stands)
}

#[test]
fn a_key_under_a_secret_is_never_deactivated_for_age() {
    for key in [key().old(days(4000)), key().old(days(4000)).used(now())] {
        let world = World::of(key).held_by_secret();
        check(&world, "report rotation-overdue");
        check(&world.clone().with_policy(|it| it.notice = days(0)), "report rotation-overdue");
    }
    check(&World::of(key()).held_by_secret(), "keep held-by-secret");
    check(
        &World::of(key().old(days(90)).last_use_unknown()).held_by_secret(),
        "report last-use-unknown",
    );
}

#[test]
fn an_inactive_key_under_a_secret_is_its_operators_affair() {
    let world = World::of(key().old(days(400)).inactive()).held_by_secret();
    check(&world, "keep held-by-secret");
}

#[test]
fn a_key_under_a_secret_that_the_sweep_deactivated_stays_on_the_ladder() {
    let world = World::of(key().old(days(400)).inactive()).held_by_secret();
    check(&world.clone().recorded(Deactivating, ago(days(1))), "deactivate interrupted");
    let due = Some(ago(days(10)));
    for (state, expected) in [
        (Deactivated, "warn deletion-ahead, writes announced"),
        (Announced, "delete grace-over"),
        (Deleting, "delete grace-over"),
    ] {
        check(&world.clone().recorded_due(state, ago(days(40)), due), expected);
    }
}

#[test]
fn a_secret_holds_keys_and_nothing_else() {
    for kind in CredentialKind::ALL.into_iter().filter(|&kind| kind != CredentialKind::AccessKey) {
        let world = World::of(credential(kind).old(days(400))).held_by_secret();
        check(&world, "warn stale, writes warned");
    }
}

#[test]
fn the_overlap_ends_exactly_when_it_is_over() {
    let at = ago(days(20));
    let world = superseded(key().old(days(60)), at);
    check_around(at + OVERLAP, &world, [OVERLAPS, OFF, OFF]);
    // IAM takes a day to record a use, so there is no shorter overlap.
    let short = world.with_policy(|policy| policy.overlap = days(0));
    check_around(at + days(1), &short, [OVERLAPS, OFF, OFF]);
}

#[test]
fn the_quiet_time_ends_exactly_when_it_is_over() {
    let used = ago(days(20));
    let world = superseded(key().old(days(60)).used(used), ago(days(40)));
    check_around(used + OVERLAP + days(1), &world, [REMINDED, OFF, OFF]);
}

#[test]
fn the_owner_of_a_superseded_key_in_use_is_reminded_every_week() {
    let at = ago(days(40));
    let world = superseded(key().old(days(60)).used(ago(days(1))), at);
    let reminded = written(&world.decision());
    assert_eq!((reminded.state, reminded.at), (Superseded, at), "the record stays what it is");
    assert_eq!(reminded.due, Some(now() + days(7)));
    let mut world = world.recorded_due(Superseded, at, reminded.due);
    world.credentials[0].credential.last_use = LastUse::At(now() + days(6));
    check_around(now() + days(7), &world, [OVERLAPS, REMINDED, REMINDED]);
}

#[test]
fn a_reminder_does_not_keep_a_superseded_key_that_nothing_uses() {
    let world = superseded(key().old(days(60)), ago(days(20)));
    check(&world.recorded_due(Superseded, ago(days(20)), Some(now() + days(3))), OFF);
}

#[test]
fn the_version_that_a_key_was_superseded_by_stays_in_its_record() {
    let text = "state=superseded at=2026-10-01T03:00:00Z version=a8e3f6c2 by=rotate-key";
    let world = superseded(key().old(days(60)).used(ago(days(1))), ago(days(40)));
    let record = written(&world.tag(record_tag(&key().id), text).decision());
    assert_eq!(
        record.to_string(),
        "state=superseded at=2026-10-01T03:00:00Z due=2026-11-28T03:00:00Z version=a8e3f6c2 by=rotate-key"
    );
}

#[test]
fn a_superseded_key_is_only_taken_away_while_its_secret_stands() {
    let world = superseded(key().old(days(400)), ago(days(20)));
    check(&world.clone().supersession(Supersession::Undone), "keep supersession-undone");
    check(&world.supersession(Supersession::Unknown), "report secret-unreadable");
    // Inactive ones are deleted in the end, so the same holds for them.
    let world = superseded(key().old(days(400)).inactive(), ago(days(20)));
    check(&world.clone().supersession(Supersession::Undone), "keep supersession-undone");
    check(&world.supersession(Supersession::Unknown), "report secret-unreadable");
}

#[test]
fn a_retired_key_is_only_deleted_while_its_secret_stands() {
    let text = "state=announced at=2026-10-01T03:00:00Z due=2026-11-20T03:00:00Z version=a8e3f6c2 by=sweep";
    let world = World::of(key().old(days(400)).inactive()).held_by_secret();
    let world = world.tag(record_tag(&key().id), text);
    for (supersession, expected) in [
        (Supersession::Stands, "delete grace-over"),
        (Supersession::Undone, "keep supersession-undone"),
        (Supersession::Unknown, "report secret-unreadable"),
    ] {
        check(&world.clone().supersession(supersession), expected);
    }
}

#[test]
fn a_superseded_key_of_unknown_last_use_is_reported() {
    let world = superseded(key().old(days(400)).last_use_unknown(), ago(days(20)));
    check(&world, "report last-use-unknown");
}

#[test]
fn a_superseded_key_that_somebody_deactivated_waits_for_its_deletion() {
    let world = superseded(key().old(days(60)).inactive(), ago(days(20)));
    check(&world, "warn deletion-ahead, writes deactivated");
    check(&world.with_policy(|policy| policy.delete = false), "keep deletion-off");
}

#[test]
fn a_superseded_key_without_a_secret_is_a_key_like_any_other() {
    let world = World::of(key()).recorded(Superseded, ago(days(9)));
    check(&world, "keep fresh");
    let world = World::of(key().old(days(400))).recorded(Superseded, ago(days(20)));
    check(&world.supersession(Supersession::Stands), "warn stale, writes warned");
}

#[test]
fn the_record_of_a_warning_does_not_supersede() {
    let world = World::of(key().old(days(400))).held_by_secret().recorded(Superseded, now());
    check(&world, OVERLAPS);
    let world = World::of(key().old(days(400))).held_by_secret();
    let fate = world.recorded(Warned, ago(days(60))).supersession(Supersession::Stands).decision();
    assert_eq!(fate.action, Action::Report);
}

#[test]
fn the_case_of_the_tag_that_names_the_secret_does_not_matter() {
    for tag in ["Keysteward:Secret", "KEYSTEWARD:SECRET"] {
        let world = World::of(key().old(days(400))).recorded(Warned, ago(days(60)));
        let decision = world.tag(tag, SECRET).decision();
        assert_eq!(decision.reason.as_str(), "rotation-overdue", "{tag}");
    }
}
