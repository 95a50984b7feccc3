//! Every kind of credential climbs the same ladder, as far as its kind allows.

use aws_simulator::{ApiError, Fault, Settings, Times, What, When};
use jiff::SignedDuration;
use serde_json::json;

use crate::estate::{BUCKET, Estate};
use crate::support::days;

const DAY_OF_NOTICE: i64 = 14;

fn with_kind(kind: &str) -> Estate {
    let estate = Estate::ideal();
    estate.set("CREDENTIALS", kind);
    estate.set("REPORT_BUCKET", BUCKET);
    estate.simulator.add_user("ana", "/", &[]);
    estate
}

async fn climbs_the_ladder(estate: &Estate, id: &str) {
    estate.advance(90);
    estate.sweep_for(1 + DAY_OF_NOTICE).await;
    assert_eq!(estate.status("ana", id).as_deref(), Some("Inactive"));
    estate.sweep_for(30).await;
    assert_eq!(estate.status("ana", id), None);
    let warned = ["deactivation-ahead"; 3];
    let announced = ["deletion-ahead"; 2];
    let rungs = [&warned[..], &["deactivated"], &announced, &["deleted"]];
    assert_eq!(estate.told(id), rungs.concat());
    assert_eq!(estate.table(), []);
}

#[tokio::test(start_paused = true)]
async fn an_ssh_key_is_judged_by_its_age() {
    let estate = with_kind("ssh-public-key");
    let id = estate.simulator.add_ssh_key("ana");
    climbs_the_ladder(&estate, &id).await;
    let because = estate.notices()[0]["because"].as_str().unwrap().to_owned();
    assert_eq!(because, "91 days old (limit 90 days); IAM records no use of its kind");
}

#[tokio::test(start_paused = true)]
async fn service_specific_credentials_of_every_service_are_judged_by_their_age() {
    for service in [
        "codecommit.amazonaws.com",
        "cassandra.amazonaws.com",
        "bedrock.amazonaws.com",
        "brand-new.amazonaws.com",
    ] {
        let estate = with_kind("service-specific");
        let id = estate.simulator.add_service_credential("ana", service, None);
        climbs_the_ladder(&estate, &id).await;
        assert_eq!(estate.notices()[0]["credential"]["service"], service);
    }
}

/// A status that came late to IAM, and that other tools trip over.
#[tokio::test(start_paused = true)]
async fn a_service_specific_credential_that_expired_is_deleted_after_the_grace() {
    let estate = with_kind("service-specific");
    let id = estate.simulator.add_service_credential("ana", "bedrock.amazonaws.com", Some(30));
    estate.advance(31);
    assert_eq!(estate.status("ana", &id).as_deref(), Some("Expired"));
    estate.swept().await;
    assert_eq!(estate.told(&id), ["deletion-ahead"]);
    estate.sweep_for(30).await;
    assert_eq!(estate.told(&id), ["deletion-ahead", "deletion-ahead", "deletion-ahead", "deleted"]);
}

#[tokio::test(start_paused = true)]
async fn a_credential_that_expires_before_it_could_be_deactivated_is_left_to_expire() {
    let estate = with_kind("service-specific");
    let id = estate.simulator.add_service_credential("ana", "bedrock.amazonaws.com", Some(100));
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.told(&id), Vec::<String>::new());
    assert_eq!(estate.decision("ana")["reason"], "expires-first");
}

/// A self-signed certificate that was valid from January 2026 to March 2026.
const CERTIFICATE: &str = include_str!("certificate.pem");

#[tokio::test(start_paused = true)]
async fn a_certificate_is_judged_by_its_age_and_by_its_own_last_day() {
    let estate = with_kind("signing-certificate");
    let id = estate.simulator.add_signing_certificate("ana", CERTIFICATE);
    estate.advance(50);
    estate.swept().await;
    assert_eq!(estate.told(&id), Vec::<String>::new());
    assert_eq!(estate.decision("ana")["expires"], "2026-03-01T00:00:00Z");
    estate.advance(9);
    estate.swept().await;
    assert_eq!(estate.told(&id), ["deactivation-ahead"]);
    assert_eq!(estate.notices()[0]["because"], "the certificate expired on 2026-03-01");
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_cannot_be_read_is_judged_by_its_age() {
    let estate = with_kind("signing-certificate");
    let id = estate.simulator.add_signing_certificate("ana", "-----BEGIN CERTIFICATE-----\nMIIx\n");
    climbs_the_ladder(&estate, &id).await;
}

#[tokio::test(start_paused = true)]
async fn passwords_are_not_touched_unless_they_are_named() {
    let estate = Estate::ideal();
    estate.simulator.add_user("ana", "/", &[]);
    estate.simulator.add_password("ana");
    estate.advance(400);
    estate.swept().await;
    assert_eq!(estate.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_password_that_nobody_used_is_warned_about_and_then_deleted() {
    let estate = with_kind("password");
    estate.simulator.add_password("ana");
    estate.advance(90);
    estate.sweep_for(DAY_OF_NOTICE).await;
    assert!(estate.status("ana", "password").is_some());
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", "password"), None);
    let texts: Vec<_> =
        estate.notices().iter().map(|n| n["text"].as_str().unwrap().to_owned()).collect();
    assert!(texts[0].contains("will be deleted on"), "{}", texts[0]);
    assert_eq!(texts.len(), 4, "a warning, two reminders, and the news itself");
    assert!(texts[3].contains("was deleted, which cannot be undone"), "{}", texts[3]);
    assert_eq!(estate.table(), []);
}

#[tokio::test(start_paused = true)]
async fn a_password_in_use_or_just_changed_is_kept_however_old() {
    let estate = with_kind("password");
    estate.simulator.add_password("ana");
    estate.advance(80);
    estate.simulator.change_password("ana");
    estate.sweep_for(80).await;
    estate.simulator.use_password("ana");
    estate.sweep_for(80).await;
    assert_eq!(estate.notices().len(), 0);
}

/// The report of this morning has not seen the sign-in of this noon.
#[tokio::test(start_paused = true)]
async fn a_password_used_after_the_report_is_kept() {
    let estate = with_kind("password");
    estate.simulator.add_password("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(DAY_OF_NOTICE);
    let admin = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("admin"));
    admin.generate_credential_report().send().await.unwrap();
    estate.simulator.advance(SignedDuration::from_mins(5));
    estate.simulator.use_password("ana");
    estate.swept().await;
    assert!(estate.status("ana", "password").is_some());
}

/// E16.
#[tokio::test(start_paused = true)]
async fn a_password_that_cannot_be_changed_just_now_is_tried_again_next_time() {
    let estate = with_kind("password");
    estate.simulator.add_password("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(DAY_OF_NOTICE);
    let busy = ApiError::new(
        409,
        "EntityTemporarilyUnmodifiable",
        "Login Profile for User ana cannot be modified while login profile is being created.",
    );
    let when = When::Operation("DeleteLoginProfile");
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(busy) });
    let error = estate.sweep().await.unwrap_err().to_string();
    assert!(error.contains("console password password of user ana"), "{error}");
    assert_eq!(estate.told("password"), ["deactivation-ahead"]);
    estate.simulator.forget_faults();
    estate.sweep_for(1).await;
    assert_eq!(estate.told("password"), ["deactivation-ahead", "deactivated"]);
}

#[tokio::test(start_paused = true)]
async fn a_password_without_mfa_is_reported_and_not_touched() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    for user in ["ana", "bo"] {
        estate.simulator.add_user(user, "/", &[]);
        estate.simulator.add_password(user);
    }
    estate.simulator.add_mfa_device("bo");
    estate.advance(1);
    estate.swept().await;
    let report = estate.report();
    let of = |user: &str| {
        let findings = report["findings"].as_array().unwrap();
        findings
            .iter()
            .filter(|f| f["user"] == user)
            .map(|f| f["finding"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(of("ana"), [json!("password-without-mfa")]);
    assert_eq!(of("bo"), Vec::<serde_json::Value>::new());
}

#[tokio::test(start_paused = true)]
async fn a_status_that_iam_adds_one_day_is_reported_and_not_touched() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.simulator.set_key_status(&key, "Quarantined");
    estate.sweep_for(60).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Quarantined"));
    assert_eq!(estate.told(&key), Vec::<String>::new());
}

/// More keys than the report has slots for.
#[tokio::test(start_paused = true)]
async fn a_user_with_eight_keys_is_swept_whole() {
    let settings = Settings { keys_per_user: 8, report_additional_column: true, ..Settings::IDEAL };
    let estate = Estate::new(settings);
    estate.simulator.add_user("ana", "/", &[]);
    for _ in 0..8 {
        estate.simulator.add_access_key("ana");
        estate.simulator.advance(days(1));
    }
    estate.advance(90);
    let summary = estate.swept().await;
    assert_eq!(summary["actions"]["warn"]["done"], 8);
}
