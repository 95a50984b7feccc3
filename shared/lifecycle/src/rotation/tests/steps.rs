//! `setSecret`, `testSecret`, `finishSecret`, steps out of order, and the guards before all of them.

use super::*;
use RotationStep::{CreateSecret, FinishSecret, SetSecret, TestSecret};

#[test]
fn identities_agree_when_both_keys_are_listed_and_active() {
    let world = World::healthy().with(key("N")).pending("N");
    check(SetSecret, &world, "nothing: IdentitiesAgree");
    // Other keys, records and attempts do not matter.
    let crowded = world.with(key("F")).previous(key("P").record_unreadable());
    check(SetSecret, &crowded, "nothing: IdentitiesAgree");
}

#[test]
fn the_set_step_refuses_keys_that_are_not_the_users_or_do_not_work() {
    let both = World::healthy().with(key("N")).pending("N");
    let none = both.clone().without_keys();
    let missing = "refuse KeyMissing { key: C, stage: \"AWSCURRENT\" }";
    check(SetSecret, &none, missing);
    check(SetSecret, &none.clone().with(key("N")), missing);
    check(SetSecret, &none.clone().with(key("C")), "refuse PendingKeyMissing { key: N }");
    check(
        SetSecret,
        &none.clone().with(key("C").inactive()).with(key("N")),
        "refuse KeyNotActive { key: C, stage: \"AWSCURRENT\", status: Inactive }",
    );
    check(
        SetSecret,
        &none.with(key("C")).with(key("N").inactive()),
        "refuse PendingKeyNotActive { key: N, status: Inactive }",
    );
}

#[test]
fn every_step_before_its_predecessor_is_refused_or_does_nothing() {
    let empty = World::healthy();
    check(SetSecret, &empty, "refuse PendingEmpty { token: token }");
    check(TestSecret, &empty, "nothing: NothingToTest");
    check(FinishSecret, &empty, "refuse PendingEmpty { token: token }");
}

#[test]
fn a_copy_of_the_current_value_is_tested_and_never_promoted() {
    let copy = World::healthy().pending("C");
    check(SetSecret, &copy, "refuse PendingIsCurrent { key: C }");
    check(TestSecret, &copy, "test C");
    check(FinishSecret, &copy, "refuse PendingIsCurrent { key: C }");
}

#[test]
fn the_test_step_tests_the_pending_key_whatever_the_keys() {
    let world = World::healthy().pending("N");
    check(TestSecret, &world, "test N");
    check(TestSecret, &world.without_keys(), "test N");
}

#[test]
fn the_finish_step_promotes_the_pending_key_from_the_version_that_is_current() {
    let world = World::healthy().pending("N");
    let expected = "promote N from version first, superseding C";
    check(FinishSecret, &world, expected);
    check(FinishSecret, &world.clone().without_keys(), expected);
    check(FinishSecret, &world.attempt_an_hour_ago(), expected);
}

#[test]
fn steps_that_are_repeated_in_any_order_before_the_label_moves_decide_the_same() {
    let world = World::healthy().attempt_an_hour_ago().with(key("N")).pending("N");
    for _ in 0..2 {
        check(FinishSecret, &world, "promote N from version first, superseding C");
        check(TestSecret, &world, "test N");
        check(SetSecret, &world, "nothing: IdentitiesAgree");
        check(CreateSecret, &world, "nothing: AlreadyCreated");
    }
}

#[test]
fn once_the_token_is_current_no_step_but_the_last_does_anything() {
    for world in [
        World::promoted(),
        World::promoted().attempt_an_hour_ago(),
        World::promoted().without_keys(),
        World::promoted().pending("C"),
        World::promoted().with(key("F")),
    ] {
        for step in [CreateSecret, SetSecret, TestSecret] {
            check(step, &world, "nothing: AlreadyFinished");
        }
    }
}

#[test]
fn a_promotion_is_completed_while_its_attempt_is_there() {
    let world = World::promoted();
    check(FinishSecret, &world.clone().attempt_an_hour_ago(), "complete C, superseding P");
    check(FinishSecret, &world, "nothing: AlreadyFinished");
    let foreign = world.clone().attempt("another token", now(), now());
    check(FinishSecret, &foreign, "nothing: AlreadyFinished");
}

#[test]
fn a_promotion_supersedes_nothing_but_another_key_under_awsprevious() {
    let mut world = World::promoted().attempt_an_hour_ago();
    world.versions.others.clear();
    check(FinishSecret, &world, "complete C, superseding nothing");
    // The value was edited by hand since: both versions hold the current key.
    check(
        FinishSecret,
        &world.clone().holds("AWSPREVIOUS", "C"),
        "complete C, superseding nothing",
    );
    check(FinishSecret, &world.holds("blue", "P"), "complete C, superseding nothing");
}

fn stages(versions: &[(&str, &[&str])]) -> Stages {
    let labels = |labels: &[&str]| labels.iter().map(|label| VersionStage::from(*label)).collect();
    Stages {
        rotation_enabled: true,
        owning_service: None,
        versions: versions.iter().map(|(id, of)| ((*id).into(), labels(of))).collect(),
    }
}

#[test]
fn a_token_is_admitted_by_its_own_labels_alone() {
    let unknown = Admission::Refuse(Refusal::TokenUnknown { token: TOKEN.into() });
    let abandoned = Admission::Refuse(Refusal::TokenNotPending { token: TOKEN.into() });
    for (versions, expected) in [
        (&[(TOKEN, &["AWSPENDING"] as &[_]), ("first", &["AWSCURRENT"])][..], Admission::Proceed),
        (&[(TOKEN, &["AWSPENDING", "blue"])], Admission::Proceed),
        (&[(TOKEN, &["AWSCURRENT"])], Admission::AlreadyCurrent),
        (&[(TOKEN, &["blue", "AWSPENDING", "AWSCURRENT"])], Admission::AlreadyCurrent),
        (&[(TOKEN, &[]), ("first", &["AWSCURRENT"])], abandoned.clone()),
        (&[(TOKEN, &["AWSPREVIOUS"])], abandoned.clone()),
        (&[(TOKEN, &["awspending"])], abandoned.clone()),
        (&[(TOKEN, &["blue"]), ("other", &["AWSPENDING"])], abandoned),
        (&[("other", &["AWSPENDING"]), ("first", &["AWSCURRENT"])], unknown.clone()),
        (&[], unknown),
    ] {
        assert_eq!(admit(&TOKEN.into(), &stages(versions)), expected, "{versions:?}");
    }
}

#[test]
fn the_owner_of_the_secret_is_looked_at_first_and_the_switch_second() {
    let nothing_right = Stages {
        rotation_enabled: false,
        owning_service: Some("rds".to_owned()),
        versions: BTreeMap::new(),
    };
    let owned = Refusal::OwnedByService { service: "rds".to_owned() };
    assert_eq!(admit(&TOKEN.into(), &nothing_right), Admission::Refuse(owned));
    let ours = Stages { owning_service: None, ..nothing_right };
    assert_eq!(admit(&TOKEN.into(), &ours), Admission::Refuse(Refusal::RotationDisabled));
}

#[test]
fn a_label_is_found_on_the_version_that_carries_it() {
    let stages = stages(&[("a", &["AWSCURRENT", "blue"]), ("b", &["AWSPENDING"])]);
    assert_eq!(stages.holder(&VersionStage::Current), Some(&"a".into()));
    assert_eq!(stages.holder(&VersionStage::Custom("blue".to_owned())), Some(&"a".into()));
    assert_eq!(stages.holder(&VersionStage::Previous), None);
    assert!(stages.has(&"b".into(), &VersionStage::Pending));
    assert!(!stages.has(&"c".into(), &VersionStage::Pending));
}

#[test]
fn a_step_is_read_as_the_service_or_its_guide_spells_it() {
    for (text, step) in [
        ("createSecret", CreateSecret),
        ("set_secret", SetSecret),
        ("testSecret", TestSecret),
        ("finish_secret", FinishSecret),
    ] {
        assert_eq!(text.parse(), Ok(step));
    }
    for text in ["", "CreateSecret", "createsecret", "create-secret", "createSecret "] {
        assert_eq!(text.parse::<RotationStep>(), Err(UnknownStep), "{text}");
    }
    for step in RotationStep::ALL {
        assert_eq!(step.to_string().parse(), Ok(step));
    }
}
