//! From the sweep and the rotation to the reader: the whole way.

use aws_simulator::{ACCOUNT, REGION, Settings};
use jiff::SignedDuration;
use serde_json::json;

use crate::desk::{ADMINISTRATOR, Desk};
use crate::estate::Estate;
use crate::support::{Account, SECRET, USER};

/// The subjects of the mails that one reader got, in order, and when.
fn got(desk: &Desk, reader: &str) -> Vec<(String, String)> {
    let mails = desk.mails().into_iter().filter(|mail| mail.to == [reader]);
    mails.map(|mail| (mail.at.strftime("%m-%d").to_string(), mail.subject)).collect()
}

#[tokio::test(start_paused = true)]
async fn the_owner_of_a_stale_key_is_told_of_every_rung_and_reminded_in_time() {
    let estate = Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    estate.simulator.set_account_alias("prod");
    let key = estate.stale_user("ana");
    for _ in 0..140 {
        estate.simulator.advance(SignedDuration::from_hours(24));
        estate.swept().await;
        assert_eq!(desk.deliver().await, 0);
    }
    assert_eq!(estate.status("ana", &key), None);
    for mail in desk.mails() {
        assert!(mail.text.unwrap().contains("Account: prod (123456789012)"));
    }
    let told: Vec<_> = got(&desk, "owner@example.com")
        .iter()
        .map(|(day, subject)| format!("{day} {subject}"))
        .collect();
    insta::assert_snapshot!(told.join("\n"), @r"
    04-01 Access key will be deactivated on 2026-04-15: ana in 123456789012
    04-08 Access key will be deactivated on 2026-04-15: ana in 123456789012
    04-14 Access key will be deactivated on 2026-04-15: ana in 123456789012
    04-15 Access key deactivated: ana in 123456789012
    05-08 Access key will be deleted on 2026-05-15: ana in 123456789012
    05-14 Access key will be deleted on 2026-05-15: ana in 123456789012
    05-15 Access key deleted: ana in 123456789012
    ");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_told_once_although_two_sources_tell_it() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.tag_secret(SECRET, "owner", "team@example.com");
    account.rotate().await;
    let version = account.simulator.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().id;
    let label = json!({"version": "0", "id": "1", "detail-type": "Secret Label Updated", "source": "aws.secretsmanager",
        "account": ACCOUNT, "time": "2026-04-01T00:00:00Z", "region": REGION, "resources": [account.secret],
        "detail": {"name": SECRET, "labelUpdated": "AWSCURRENT", "versionId": version}});
    // The rule hands it to the same queue, so that both are in one batch; a later one is known by the table.
    let mut event = desk.simulator.receive_batch("notify-owner", 10).unwrap();
    let records = event["Records"].as_array_mut().unwrap();
    records.insert(
        0,
        json!({"messageId": "bus", "eventSource": "aws:sqs", "body": label.to_string()}),
    );
    desk.handle(event).await.unwrap();
    let mails = desk.mails();
    assert_eq!(mails.len(), 1, "{mails:#?}");
    assert_eq!(mails[0].to, ["team@example.com"]);
    assert_eq!(mails[0].subject, format!("Access key rotated: {USER} in {ACCOUNT}"));
    assert_eq!(desk.handle(label).await.unwrap(), json!({ "told": 0 }));
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_was_given_up_is_told_to_the_owner_of_the_secret() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    let failed = json!({"version": "0", "id": "1", "detail-type": "AWS Service Event via CloudTrail", "source": "aws.secretsmanager",
        "account": ACCOUNT, "time": "2026-04-01T00:00:00Z", "region": REGION, "resources": [],
        "detail": {"eventSource": "secretsmanager.amazonaws.com", "eventName": "RotationFailed", "eventID": "e-1",
            "additionalEventData": {"SecretId": account.secret}}});
    desk.handle(failed.clone()).await.unwrap();
    account.simulator.tag_secret(SECRET, "Owner", "team@example.com");
    desk.handle(failed).await.unwrap();
    assert_eq!(desk.readers(), [ADMINISTRATOR, "team@example.com"]);
    let mail = desk.mails().remove(1);
    assert_eq!(mail.subject, format!("Rotation failed: {SECRET} in {ACCOUNT}"));
    assert!(mail.text.unwrap().contains("The key under AWSCURRENT stays in use"));
}

#[tokio::test(start_paused = true)]
async fn secrets_that_another_function_rotates_are_nobodys_news() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    desk.set(
        "ROTATION_FUNCTION_ARN",
        &format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:another-function"),
    );
    let label = json!({"id": "1", "detail-type": "Secret Label Updated", "source": "aws.secretsmanager",
        "account": ACCOUNT, "time": "2026-04-01T00:00:00Z", "resources": [account.secret],
        "detail": {"name": SECRET, "labelUpdated": "AWSCURRENT", "versionId": "v"}});
    assert_eq!(desk.handle(label).await.unwrap(), json!({ "told": 0 }));
    assert_eq!(desk.mails(), []);
}

/// Every key that IAM ever gave out, and what was written to people meanwhile.
#[tokio::test(start_paused = true)]
async fn n7_no_secret_is_in_any_mail_message_or_item() {
    let account = Account::new(Settings::IDEAL);
    let desk = Desk::over(&account.simulator);
    desk.simulator.add_topic("people");
    desk.simulator.add_topic("chat");
    desk.set("TEXT_TOPIC_ARN", &crate::desk::topic("people"));
    desk.set("CHAT_TOPIC_ARN", &crate::desk::topic("chat"));
    let estate = Estate::over(&account.simulator);
    estate.stale_user("ana");
    account.rotate().await;
    for _ in 0..120 {
        estate.simulator.advance(SignedDuration::from_hours(24));
        estate.swept().await;
        desk.deliver().await;
    }
    let secrets = desk.simulator.view(|view| view.issued_secrets());
    assert!(!secrets.is_empty());
    let mails = format!("{:?}", desk.mails());
    let messages = format!("{:?}", desk.simulator.view(|view| view.published().to_vec()));
    let table = format!("{:?}", desk.simulator.view(|view| view.table()));
    assert!(mails.contains("AKIA") && messages.contains("AKIA") && table.contains("receipt#"));
    for secret in secrets {
        for told in [&mails, &messages, &table] {
            assert!(!told.contains(&secret), "a secret was told");
        }
    }
}

/// The warning comes first: what nobody could be warned of is not done.
#[tokio::test(start_paused = true)]
async fn n6_a_warning_that_could_not_be_published_delays_the_deactivation() {
    use aws_simulator::{Fault, Times, What, When};
    let estate = Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    let key = estate.stale_user("ana");
    estate.advance(90);
    let when = When::Operation("Publish");
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
    for _ in 0..20 {
        estate.sweep().await.unwrap_err();
        estate.advance(1);
    }
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.simulator.forget_faults();
    for day in 0..14 {
        estate.swept().await;
        assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"), "day {day}");
        estate.advance(1);
    }
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    desk.deliver().await;
    assert_eq!(desk.readers()[0], "owner@example.com");
}
