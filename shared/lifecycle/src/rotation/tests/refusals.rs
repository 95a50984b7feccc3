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
    insta::assert_snapshot!(told(&refusal), @"rotation is not switched on for this secret; configure it, then rotate again [stays]");
}

#[test]
fn a_secret_of_another_service_is_told() {
    let refusal = Refusal::OwnedByService { service: "rds".to_owned() };
    insta::assert_snapshot!(told(&refusal), @"the secret is managed by rds; only that service may rotate it [stays]");
}

#[test]
fn an_unknown_token_is_told() {
    let refusal = Refusal::TokenUnknown { token: TOKEN.into() };
    insta::assert_snapshot!(told(&refusal), @"the secret has no labelled version token; start a new rotation instead of replaying an old event [stays]");
}

#[test]
fn an_abandoned_token_is_told() {
    let refusal = Refusal::TokenNotPending { token: TOKEN.into() };
    insta::assert_snapshot!(told(&refusal), @"version token is neither AWSPENDING nor AWSCURRENT; this rotation was abandoned, start a new one [stays]");
}

#[test]
fn an_empty_secret_is_told() {
    let refusal = Refusal::CurrentEmpty;
    insta::assert_snapshot!(told(&refusal), @"the secret has no current value, so nobody knows whose key to rotate; store a key of the user in it first, then rotate again [stays]");
}

#[test]
fn a_user_without_the_tag_is_told() {
    let refusal = Refusal::NotBound { user: "ci".into(), secret: secret() };
    insta::assert_snapshot!(told(&refusal), @"IAM user ci does not carry the tag keysteward:secret, so no secret may hold its keys; if this one should, tag the user with keysteward:secret = arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf [stays]");
}

#[test]
fn a_user_of_another_secret_is_told() {
    let refusal =
        Refusal::BoundElsewhere { user: "ci".into(), secret: secret(), bound: "x\ny".to_owned() };
    insta::assert_snapshot!(told(&refusal), @r#"IAM user ci is bound to "x\ny" by its tag keysteward:secret, not to arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf; remove its key from this secret, or correct the tag [stays]"#);
}

#[test]
fn a_user_of_another_account_is_told() {
    let refusal = Refusal::OtherAccount { user: user(), secret: secret() };
    insta::assert_snapshot!(told(&refusal), @"arn:aws:iam::999999999999:user/ci lives in another account than arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf; rotate it with a function and a secret of its own account [stays]");
}

#[test]
fn a_recreated_user_is_told() {
    let refusal = Refusal::IdentityChanged { what: "user id", actual: "AIDA2".to_owned() };
    insta::assert_snapshot!(told(&refusal), @r#"the secret names another user id than "AIDA2", which is what IAM says; the user was renamed, moved or recreated: correct the secret if the user is still the right one [stays]"#);
}

#[test]
fn a_missing_current_key_is_told() {
    let refusal = Refusal::KeyMissing { key: key_id("AKIA1"), stage: "AWSCURRENT" };
    insta::assert_snapshot!(told(&refusal), @"key AKIA1, held under AWSCURRENT, is not a key of the user any more; create a key by hand and store it in the secret, then rotate again [stays]");
}

#[test]
fn a_current_key_that_does_not_work_is_told() {
    let refusal = Refusal::KeyNotActive {
        key: key_id("AKIA1"),
        stage: "AWSCURRENT",
        status: CredentialStatus::Inactive,
    };
    insta::assert_snapshot!(told(&refusal), @"key AKIA1, held under AWSCURRENT, is Inactive, so its consumers are cut off already; activate it if it should work, or switch rotation off [stays]");
}

#[test]
fn a_key_of_unclear_status_is_told() {
    let refusal = Refusal::KeyStatusUnclear {
        key: key_id("AKIA2"),
        status: CredentialStatus::Unrecognized("New".to_owned()),
    };
    insta::assert_snapshot!(told(&refusal), @"the user's other key AKIA2 has status New; decide by hand whether to delete it, then rotate again [stays]");
}

#[test]
fn a_key_under_another_label_is_told() {
    let refusal = Refusal::HeldByStage {
        key: key_id("AKIA2"),
        stage: VersionStage::Custom("blue".to_owned()),
    };
    insta::assert_snapshot!(told(&refusal), @"the user's other key AKIA2 is held by the secret's version labelled blue; remove that label when nobody needs the key, then rotate again [stays]");
}

#[test]
fn an_unreadable_record_is_told() {
    let refusal = Refusal::RecordUnreadable {
        key: key_id("AKIA2"),
        fault: "it is from a newer version".to_owned(),
    };
    insta::assert_snapshot!(told(&refusal), @"the record of key AKIA2 cannot be read: it is from a newer version; update Keysteward, or remove the item from the table, then rotate again [stays]");
}

#[test]
fn an_overlap_is_told() {
    let refusal = Refusal::OverlapNotOver { key: key_id("AKIA2"), until: now() };
    insta::assert_snapshot!(told(&refusal), @"both key slots are taken, and superseded key AKIA2 is kept until 2026-11-21T03:00:00Z; rotate again after that, or delete the key by hand when nobody uses it [passes with time]");
}

#[test]
fn a_superseded_key_in_use_is_told() {
    let refusal =
        Refusal::SupersededKeyInUse { key: key_id("AKIA2"), used: ago(days(7)), quiet: now() };
    insta::assert_snapshot!(told(&refusal), @"superseded key AKIA2 was still used at 2026-11-14T03:00:00Z; find the consumer that did not read the secret again, then rotate again after 2026-11-21T03:00:00Z [passes with time]");
}

#[test]
fn an_unknown_last_use_is_told() {
    let refusal = Refusal::LastUseUnknown { key: key_id("AKIA2") };
    insta::assert_snapshot!(told(&refusal), @"nothing is known of the last use of the user's other key AKIA2; rotate again when IAM answers [passes with time]");
}

#[test]
fn a_reactivated_key_is_told() {
    let refusal = Refusal::Reactivated { key: key_id("AKIA2"), deactivated: now() };
    insta::assert_snapshot!(told(&refusal), @"the user's other key AKIA2 was deactivated at 2026-11-21T03:00:00Z and has been activated again since; deactivate it, or move its consumer to the secret, then rotate again [stays]");
}

#[test]
fn a_grace_is_told() {
    let refusal = Refusal::GraceNotOver { key: key_id("AKIA2"), until: now() };
    insta::assert_snapshot!(told(&refusal), @"both key slots are taken, and deactivated key AKIA2 is kept until 2026-11-21T03:00:00Z; rotate again after that, or delete the key by hand when nobody uses it [passes with time]");
}

#[test]
fn an_attempt_in_flight_is_told() {
    let refusal = Refusal::MaybeInFlight { key: key_id("AKIA2"), until: now() };
    insta::assert_snapshot!(told(&refusal), @"key AKIA2 is too young to tell whether another attempt at this rotation is about to store it; Secrets Manager tries again, and after 2026-11-21T03:00:00Z it can be told [passes with time]");
}

#[test]
fn a_foreign_key_is_told() {
    let refusal = Refusal::ForeignKey { key: key_id("AKIA2") };
    insta::assert_snapshot!(told(&refusal), @"the user's other key AKIA2 was not made by a rotation, and there is no slot for a new one; find out who made it and delete it when nobody uses it, then rotate again [stays]");
}

#[test]
fn a_used_orphan_is_told() {
    let refusal = Refusal::ForeignKeyUsed { key: key_id("AKIA2"), used: now() };
    insta::assert_snapshot!(told(&refusal), @"the user's other key AKIA2 looks like one a failed rotation left behind, but it was used at 2026-11-21T03:00:00Z, so somebody holds it; delete it when nobody uses it, then rotate again [stays]");
}

#[test]
fn an_abandoned_key_in_use_is_told() {
    let refusal =
        Refusal::AbandonedKeyUsed { key: key_id("AKIA2"), used: ago(days(8)), quiet: now() };
    insta::assert_snapshot!(told(&refusal), @"the user's other key AKIA2 belongs to a rotation that was given up, and was last used at 2026-11-13T03:00:00Z, perhaps only by that rotation's own test; rotate again after 2026-11-21T03:00:00Z, or delete the key by hand when nobody uses it [passes with time]");
}

#[test]
fn an_unreadable_rotation_is_told() {
    let fault = "it is from a newer version".to_owned();
    let refusal = Refusal::MemoryUnreadable { user: "ci".into(), fault };
    insta::assert_snapshot!(told(&refusal), @"what is remembered of the rotation of IAM user ci cannot be read: it is from a newer version; update Keysteward, or remove the item from the table, then rotate again [stays]");
}

#[test]
fn a_running_attempt_is_told() {
    let refusal = Refusal::AttemptRunning { user: "ci".into(), until: now() };
    insta::assert_snapshot!(told(&refusal), @"another attempt at the keys of IAM user ci may still be running, until 2026-11-21T03:00:00Z at the latest; Secrets Manager tries again [passes with time]");
}

#[test]
fn an_empty_pending_version_is_told() {
    let refusal = Refusal::PendingEmpty { token: TOKEN.into() };
    insta::assert_snapshot!(told(&refusal), @"the pending version token holds no key yet; createSecret must succeed first [passes with time]");
}

#[test]
fn a_missing_pending_key_is_told() {
    let refusal = Refusal::PendingKeyMissing { key: key_id("AKIA2") };
    insta::assert_snapshot!(told(&refusal), @"key AKIA2, held by the pending version, is not listed among the user's keys; a new key is listed within seconds, and if somebody deleted it, createSecret gives the version up at the next attempt [passes with time]");
}

#[test]
fn a_pending_key_that_does_not_work_is_told() {
    let refusal =
        Refusal::PendingKeyNotActive { key: key_id("AKIA2"), status: CredentialStatus::Inactive };
    insta::assert_snapshot!(told(&refusal), @"key AKIA2, held by the pending version, is Inactive, so it cannot become current; activate it, or delete it so that the next rotation makes another [stays]");
}

#[test]
fn a_pending_copy_of_the_current_key_is_told() {
    let refusal = Refusal::PendingIsCurrent { key: key_id("AKIA1") };
    insta::assert_snapshot!(told(&refusal), @"the pending version holds key AKIA1, which is current already; start a new rotation [stays]");
}
