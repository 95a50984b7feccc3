//! `createSecret`, by the user's key slots.

use super::*;

#[test]
fn a_user_with_one_key_gets_a_second() {
    check_create(&World::healthy(), "create");
}

#[test]
fn a_stored_and_listed_pending_key_is_not_made_again() {
    let world = World::healthy().with(key("N")).pending("N");
    check_create(&world, "nothing: AlreadyCreated");
    check_create(&world.attempt_an_hour_ago(), "nothing: AlreadyCreated");
}

#[test]
fn a_pending_key_that_is_not_listed_is_given_up() {
    check_create(&World::healthy().pending("N"), "abandon N: KeyGone");
}

#[test]
fn a_copy_of_the_current_value_is_given_up() {
    check_create(&World::healthy().pending("C"), "abandon C: CopyOfCurrent");
}

#[test]
fn a_pending_key_that_does_not_work_is_refused_and_kept() {
    for status in [
        CredentialStatus::Inactive,
        CredentialStatus::Expired,
        CredentialStatus::Unrecognized("New".into()),
    ] {
        let world = World::healthy().with(key("N").status(status.clone())).pending("N");
        let expected = format!("refuse PendingKeyNotActive {{ key: N, status: {status:?} }}");
        check_create(&world, &expected);
    }
}

#[test]
fn a_missing_current_key_is_refused_whatever_else_exists() {
    let expected = "refuse KeyMissing { key: C, stage: \"AWSCURRENT\" }";
    let none = World::healthy().without_keys();
    check_create(&none, expected);
    check_create(&none.clone().previous(key("P").superseded(ago(days(60)))), expected);
    check_create(&none.clone().with(key("O")), expected);
    check_create(&none.clone().pending("N"), expected);
    check_create(&none.clone().with(key("N")).pending("N"), expected);
    check_create(&none.pending("C"), expected);
}

#[test]
fn a_current_key_that_does_not_work_is_refused_whatever_else_exists() {
    for status in [
        CredentialStatus::Inactive,
        CredentialStatus::Expired,
        CredentialStatus::Unrecognized("New".into()),
    ] {
        let none = World::healthy().without_keys().with(key("C").status(status.clone()));
        let expected =
            format!("refuse KeyNotActive {{ key: C, stage: \"AWSCURRENT\", status: {status:?} }}");
        check_create(&none, &expected);
        check_create(&none.clone().previous(key("P").superseded(ago(days(60)))), &expected);
        check_create(&none.clone().with(key("N")).pending("N"), &expected);
        check_create(&none.pending("C"), &expected);
    }
}

#[test]
fn a_superseded_key_in_its_overlap_blocks_the_rotation() {
    check_create(
        &World::healthy().previous(key("P").superseded(ago(days(6)))),
        "refuse OverlapNotOver { key: P, until: 2026-11-22T03:00:00Z }",
    );
}

#[test]
fn a_superseded_key_that_was_used_lately_blocks_the_rotation() {
    check_create(
        &World::healthy().previous(key("P").superseded(ago(days(60))).used(ago(days(1)))),
        "refuse SupersededKeyInUse { key: P, used: 2026-11-20T03:00:00Z, quiet: 2026-11-28T03:00:00Z }",
    );
}

#[test]
fn a_superseded_key_past_its_overlap_and_unused_makes_room() {
    let expected = "create after removing active P (Superseded)";
    let superseded = key("P").superseded(ago(days(60)));
    check_create(&World::healthy().previous(superseded.clone()), expected);
    check_create(&World::healthy().previous(superseded.clone().used(ago(days(60)))), expected);
    // Its version lost the label meanwhile; the record still tells what it is.
    check_create(&World::healthy().with(superseded.clone()), expected);
    let inactive = superseded.inactive();
    check_create(
        &World::healthy().previous(inactive),
        "create after removing inactive P (Superseded)",
    );
}

#[test]
fn an_exempt_key_is_kept_whatever_its_record_until_its_exemption_ends() {
    for slot in [
        key("P").superseded(ago(days(60))),
        key("P").deactivated_for(Cause::Superseded(replacement("first")), ago(days(60))),
        key("P").deactivated(ago(days(60))),
    ] {
        let world = World::healthy().previous(slot);
        let exempt = world.clone().tagged("keysteward:exempt:P", "until=2026-11-21");
        assert!(exempt.next(RotationStep::CreateSecret).starts_with("refuse Exempt"));
        let all = world.clone().tagged("keysteward:exempt", "");
        assert!(all.next(RotationStep::CreateSecret).starts_with("refuse Exempt"));
        let over = world.clone().tagged("keysteward:exempt:P", "until=2026-11-19");
        assert_eq!(over.next(RotationStep::CreateSecret), world.next(RotationStep::CreateSecret));
    }
}

#[test]
fn a_key_that_no_rotation_replaced_is_kept_for_a_month_however_short_the_grace() {
    let mut world = World::healthy();
    world.policy.grace = days(7);
    let exposed = Cause::Exposed { event: None };
    for (cause, kept) in [
        (Cause::Superseded(replacement("first")), 7),
        (Cause::Stale, 30),
        (Cause::ByHand, 30),
        (exposed, 30),
    ] {
        let world = world.clone().with(key("O").deactivated_for(cause.clone(), ago(days(kept))));
        assert!(world.next(RotationStep::CreateSecret).starts_with("create"), "{cause:?}");
        let world = world.at(now() - seconds(1));
        assert!(
            world.next(RotationStep::CreateSecret).starts_with("refuse GraceNotOver"),
            "{cause:?}"
        );
    }
}

#[test]
fn a_superseded_key_of_unknown_last_use_is_kept_active_or_not() {
    let superseded = key("P").superseded(ago(days(60))).last_use_unknown();
    let expected = "refuse LastUseUnknown { key: P }";
    check_create(&World::healthy().previous(superseded.clone()), expected);
    check_create(&World::healthy().previous(superseded.inactive()), expected);
}

#[test]
fn a_deactivated_key_in_its_grace_blocks_the_rotation() {
    check_create(
        &World::healthy().previous(key("P").deactivated(ago(days(29)))),
        "refuse GraceNotOver { key: P, until: 2026-11-22T03:00:00Z }",
    );
}

#[test]
fn a_deactivated_key_past_its_grace_makes_room() {
    let expected = "create after removing inactive P (Deactivated)";
    let deactivated = key("P").deactivated(ago(days(31)));
    check_create(&World::healthy().previous(deactivated.clone()), expected);
    check_create(&World::healthy().with(deactivated.clone()), expected);
    check_create(&World::healthy().previous(deactivated.last_use_unknown()), expected);
}

#[test]
fn a_key_that_was_activated_again_is_kept() {
    let reactivated = key("P").deactivated(ago(days(60))).status(CredentialStatus::Active);
    check_create(
        &World::healthy().previous(reactivated),
        "refuse Reactivated { key: P, deactivated: 2026-09-22T03:00:00Z }",
    );
}

#[test]
fn the_grace_of_a_key_that_was_activated_for_a_while_starts_with_its_last_use() {
    let deactivated_again = key("P").deactivated(ago(days(60))).used(ago(days(1)));
    check_create(
        &World::healthy().previous(deactivated_again),
        "refuse GraceNotOver { key: P, until: 2026-12-20T03:00:00Z }",
    );
}

#[test]
fn a_previous_key_without_a_record_is_recorded_first() {
    check_create(&World::healthy().previous(key("P")), "record P");
    check_create(&World::healthy().previous(key("P").inactive()), "record P");
    check_create(&World::healthy().previous(key("P").used(now())), "record P");
    let warned = key("P").warned(ago(days(1)));
    check_create(&World::healthy().previous(warned), "record P");
    // Even in the span of an attempt it is nobody's orphan.
    let young = key("P").created(ago(SignedDuration::from_hours(1)));
    check_create(&World::healthy().attempt_an_hour_ago().previous(young), "record P");
}

#[test]
fn a_key_that_was_rolled_back_to_and_replaced_again_is_recorded_anew() {
    // Recorded 100 days ago, current again until 90 days ago at the earliest: its overlap starts anew.
    for outdated in [
        key("P").superseded(ago(days(100))),
        key("P").deactivated(ago(days(100))),
        key("P").deactivated(ago(days(100))).status(CredentialStatus::Active),
        key("P").warned(ago(days(100))),
    ] {
        check_create(&World::healthy().previous(outdated), "record P");
    }
    // Without the label there is no telling that it was current since.
    check_create(
        &World::healthy().with(key("P").superseded(ago(days(100)))),
        "create after removing active P (Superseded)",
    );
}

#[test]
fn nothing_is_done_while_the_rotation_that_is_remembered_cannot_be_read() {
    let refused = r#"refuse MemoryUnreadable { user: ci, fault: "from a newer version" }"#;
    let orphan = key("O").created(ago(SignedDuration::from_hours(1)));
    for world in [
        World::healthy(),
        World::healthy().with(orphan),
        World::healthy().previous(key("P").superseded(ago(days(60)))),
        World::healthy().with(key("N")).pending("N"),
        World::promoted(),
    ] {
        for step in RotationStep::ALL {
            check(step, &world.clone().rotation_unreadable(), refused);
        }
    }
}

#[test]
fn an_unreadable_record_keeps_the_key_whatever_its_label() {
    let damaged = key("P").record_unreadable();
    for world in [
        World::healthy().previous(damaged.clone()),
        World::healthy().with(damaged.clone()),
        World::healthy().attempt_an_hour_ago().with(damaged.created(ago(days(1)))),
    ] {
        let refused = world.next(RotationStep::CreateSecret);
        assert!(refused.starts_with("refuse RecordUnreadable { key: P"), "{refused}");
    }
}

#[test]
fn the_records_of_the_current_and_the_pending_key_are_nobodys_business() {
    let mut world = World::healthy().without_keys();
    for slot in [
        key("C").record_unreadable(),
        key("C").superseded(ago(days(400))),
        key("C").in_state(State::Deactivated {
            since: ago(days(400)),
            due: None,
            cause: Cause::Stale,
        }),
    ] {
        world.keys = vec![slot.clone()];
        check_create(&world, "create");
        let pending = KeySlot { key: key("N").key, ..slot };
        check_create(&world.clone().with(pending).pending("N"), "nothing: AlreadyCreated");
    }
}

#[test]
fn a_key_of_unclear_status_is_kept_whatever_its_record() {
    for status in [CredentialStatus::Expired, CredentialStatus::Unrecognized("New".into())] {
        let expected = format!("refuse KeyStatusUnclear {{ key: P, status: {status:?} }}");
        for slot in [
            key("P"),
            key("P").superseded(ago(days(60))),
            key("P").deactivated(ago(days(60))),
            key("P").created(ago(SignedDuration::from_hours(1))),
        ] {
            let world = World::healthy().attempt_an_hour_ago();
            check_create(&world.with(slot.status(status.clone())), &expected);
        }
    }
}

#[test]
fn a_key_under_any_label_but_awsprevious_is_kept_whatever_its_record() {
    for (label, stage) in
        [("blue", "Custom(\"blue\")"), ("AWSPENDING", "Pending"), ("AWSCURRENT", "Current")]
    {
        let expected = format!("refuse HeldByStage {{ key: P, stage: {stage} }}");
        for slot in [
            key("P"),
            key("P").record_unreadable(),
            key("P").superseded(ago(days(60))),
            key("P").deactivated(ago(days(60))),
            key("P").created(ago(SignedDuration::from_hours(1))),
        ] {
            let world = World::healthy().attempt_an_hour_ago().with(slot).holds(label, "P");
            check_create(&world, &expected);
            // A second version, or a second label of the same one, does not change that.
            check_create(&world.holds("AWSPREVIOUS", "P"), &expected);
        }
    }
}

#[test]
fn of_several_labels_the_first_by_name_is_told() {
    let world = World::healthy().with(key("P")).holds("green", "P").holds("blue", "P");
    check_create(&world, "refuse HeldByStage { key: P, stage: Custom(\"blue\") }");
}

#[test]
fn labels_on_keys_that_do_not_exist_any_more_are_no_obstacle() {
    let world = World::healthy().holds("AWSPREVIOUS", "gone").holds("blue", "gone_too");
    check_create(&world, "create");
    check_create(&world.holds("AWSPREVIOUS", "C").holds("blue", "C"), "create");
}

#[test]
fn three_or_eight_keys_that_nobody_relies_on_all_make_room() {
    let mut world = World::healthy().attempt_an_hour_ago();
    world = world
        .with(key("O").created(ago(SignedDuration::from_hours(1))))
        .previous(key("P").created(ago(days(170))).superseded(ago(days(60))));
    let three = "active P (Superseded), active O (Orphan)";
    check_create(&world, &format!("create after removing {three}"));
    for id in ["D1", "D2", "D3", "D4", "D5"] {
        world = world.with(key(id).deactivated(ago(days(31))));
    }
    assert_eq!(world.keys.len(), 8);
    let five = ["D1", "D2", "D3", "D4", "D5"].map(|id| format!("inactive {id} (Deactivated)"));
    check_create(&world, &format!("create after removing {}, {three}", five.join(", ")));
}

#[test]
fn one_key_that_must_stay_keeps_all_the_others() {
    let mut world = World::healthy().attempt_an_hour_ago();
    world = world
        .with(key("O").created(ago(SignedDuration::from_hours(1))))
        .with(key("F"))
        .previous(key("P").superseded(ago(days(60))));
    check_create(&world, "refuse ForeignKey { key: F }");
    for id in ["F2", "F3", "F4", "F5"] {
        world = world.with(key(id));
    }
    check_create(&world, "refuse ForeignKey { key: F }");
}

#[test]
fn a_refusal_that_time_does_not_lift_is_told_first() {
    let waiting = key("A").superseded(ago(days(1)));
    let world = World::healthy().with(waiting).with(key("F").created(ago(days(80))));
    check_create(&world, "refuse ForeignKey { key: F }");
}

#[test]
fn a_refusal_comes_before_a_record() {
    let world = World::healthy().previous(key("P")).with(key("F"));
    check_create(&world, "refuse ForeignKey { key: F }");
}
