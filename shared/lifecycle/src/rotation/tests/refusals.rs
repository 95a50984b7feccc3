//! The text of every refusal: what happened, to what, and what to do next.

use super::*;
use crate::identifiers::Arn;

fn secret() -> Arn {
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf".parse().unwrap()
}

fn user() -> Arn {
    "arn:aws:iam::999999999999:user/ci".parse().unwrap()
}

/// The text, and whether Secrets Manager's own retries may get past the refusal.
fn told(refusal: &Refusal) -> String {
    format!("{refusal} [{}]", if refusal.passes_with_time() { "passes with time" } else { "stays" })
}

#[test]
fn rotation_that_is_switched_off_is_told() {
    let refusal = Refusal::RotationDisabled;
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_secret_of_another_service_is_told() {
    let refusal = Refusal::OwnedByService { service: "rds".to_owned() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_unknown_token_is_told() {
    let refusal = Refusal::TokenUnknown { token: TOKEN.into() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_abandoned_token_is_told() {
    let refusal = Refusal::TokenNotPending { token: TOKEN.into() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_empty_secret_is_told() {
    let refusal = Refusal::CurrentEmpty;
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_user_without_the_tag_is_told() {
    let refusal = Refusal::NotBound { user: "ci".into(), secret: secret() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_user_of_another_secret_is_told() {
    let refusal =
        Refusal::BoundElsewhere { user: "ci".into(), secret: secret(), bound: "x\ny".to_owned() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_user_of_another_account_is_told() {
    let refusal = Refusal::OtherAccount { user: user(), secret: secret() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_recreated_user_is_told() {
    let refusal = Refusal::IdentityChanged {
        what: "user id",
        claimed: "AIDA1".to_owned(),
        actual: "AIDA2".to_owned(),
    };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_missing_current_key_is_told() {
    let refusal = Refusal::KeyMissing { key: "AKIA1".into(), stage: "AWSCURRENT" };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_current_key_that_does_not_work_is_told() {
    let refusal = Refusal::KeyNotActive {
        key: "AKIA1".into(),
        stage: "AWSCURRENT",
        status: KeyStatus::Inactive,
    };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_key_of_unclear_status_is_told() {
    let refusal = Refusal::KeyStatusUnclear {
        key: "AKIA2".into(),
        status: KeyStatus::Unrecognized("New".to_owned()),
    };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_key_under_another_label_is_told() {
    let refusal = Refusal::HeldByStage {
        key: "AKIA2".into(),
        stage: VersionStage::Custom("blue".to_owned()),
    };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_unreadable_record_is_told() {
    let refusal = Refusal::RecordUnreadable {
        key: "AKIA2".into(),
        error: "state=gone".parse::<Record>().unwrap_err(),
    };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_overlap_is_told() {
    let refusal = Refusal::OverlapNotOver { key: "AKIA2".into(), until: now() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_superseded_key_in_use_is_told() {
    let refusal =
        Refusal::SupersededKeyInUse { key: "AKIA2".into(), used: ago(days(7)), quiet: now() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_unknown_last_use_is_told() {
    let refusal = Refusal::LastUseUnknown { key: "AKIA2".into() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_reactivated_key_is_told() {
    let refusal = Refusal::Reactivated { key: "AKIA2".into(), deactivated: now() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_grace_is_told() {
    let refusal = Refusal::GraceNotOver { key: "AKIA2".into(), until: now() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_attempt_in_flight_is_told() {
    let refusal = Refusal::MaybeInFlight { key: "AKIA2".into(), until: now() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_foreign_key_is_told() {
    let refusal = Refusal::ForeignKey { key: "AKIA2".into() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_used_orphan_is_told() {
    let refusal = Refusal::ForeignKeyUsed { key: "AKIA2".into(), used: now() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn an_empty_pending_version_is_told() {
    let refusal = Refusal::PendingEmpty { token: TOKEN.into() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_missing_pending_key_is_told() {
    let refusal = Refusal::PendingKeyMissing { key: "AKIA2".into() };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_pending_key_that_does_not_work_is_told() {
    let refusal = Refusal::PendingKeyNotActive { key: "AKIA2".into(), status: KeyStatus::Inactive };
    insta::assert_snapshot!(told(&refusal), @"");
}

#[test]
fn a_pending_copy_of_the_current_key_is_told() {
    let refusal = Refusal::PendingIsCurrent { key: "AKIA1".into() };
    insta::assert_snapshot!(told(&refusal), @"");
}
