//! What a hostile reader of `notify-owner` asked for: whom it believes, and what must not get lost.
//!
//! `CrashBefore` outside of `Simulator::run` is a call that never answers.

use aws_simulator::{ACCOUNT, Fault, REGION, Times, What, When};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::desk::{Desk, FROM, topic};
use crate::support::{Account, SECRET, USER};

pub(crate) fn label(secret: &str, version: &str) -> Value {
    json!({"version": "0", "id": "1", "detail-type": "Secret Label Updated", "source": "aws.secretsmanager",
        "account": ACCOUNT, "time": "2026-04-01T00:00:00Z", "region": REGION, "resources": [secret],
        "detail": {"name": SECRET, "labelUpdated": "AWSCURRENT", "versionId": version}})
}

fn rotation_failed(secret: &str, id: &str) -> Value {
    json!({"version": "0", "id": id, "detail-type": "AWS Service Event via CloudTrail", "source": "aws.secretsmanager",
        "account": ACCOUNT, "time": "2026-04-01T00:00:00Z", "region": REGION, "resources": [],
        "detail": {"eventSource": "secretsmanager.amazonaws.com", "eventName": "RotationFailed", "eventID": id,
            "additionalEventData": {"SecretId": secret}}})
}

pub(crate) fn queued(bodies: impl IntoIterator<Item = Value>) -> Value {
    let records: Vec<_> = bodies.into_iter().enumerate().map(|(n, body)| {
        json!({"messageId": n.to_string(), "eventSource": "aws:sqs", "body": body.to_string()})
    }).collect();
    json!({ "Records": records })
}

pub(crate) fn bounce(mail: &str, to: &str, kind: &str, diagnostic: &str) -> Value {
    let message = json!({"eventType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": to, "diagnosticCode": diagnostic}]},
        "mail": {"timestamp": "2026-11-01T02:00:00Z", "source": FROM, "messageId": mail,
            "destination": [to], "commonHeaders": {"subject": "Access key will be deactivated"}}});
    json!({"Type": "Notification", "MessageId": mail, "TopicArn": topic("mail-events"), "Message": message.to_string()})
}

fn current(account: &Account) -> String {
    account.simulator.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().id
}

#[tokio::test(start_paused = true)]
async fn until_when_the_replaced_key_works_is_told_although_the_label_event_came_first() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.tag_secret(SECRET, "owner", "team@example.com");
    account.rotate().await;
    desk.handle(label(&account.secret, &current(&account))).await.unwrap();
    assert_eq!(desk.deliver().await, 0);
    let all: String = desk.mails().into_iter().map(|mail| mail.text.unwrap()).collect();
    assert!(all.contains("which it replaced, works until"), "{all}");
}

#[tokio::test(start_paused = true)]
async fn a_label_that_is_moved_back_to_an_earlier_version_is_told() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.tag_secret(SECRET, "owner", "team@example.com");
    for version in ["v1", "v2", "v1"] {
        let mut event = label(&account.secret, version);
        event["id"] = desk.simulator.now().to_string().into();
        desk.handle(event).await.unwrap();
        desk.advance(SignedDuration::from_hours(24));
    }
    assert_eq!(desk.mails().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_cannot_be_read_for_a_moment_does_not_cost_its_owner_the_news() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.tag_secret(SECRET, "owner", "team@example.com");
    let when = When::Operation("DescribeSecret");
    account.simulator.plan(Fault { when, times: Times::Always, what: What::Throttle });
    let event = queued([rotation_failed(&account.secret, "e-1")]);
    let answer = desk.handle(event.clone()).await.unwrap();
    account.simulator.forget_faults();
    if answer != json!({ "batchItemFailures": [] }) {
        desk.handle(event).await.unwrap();
    }
    assert!(desk.readers().contains(&"team@example.com".to_owned()), "{:?}", desk.readers());
}

#[tokio::test(start_paused = true)]
async fn whose_mail_came_back_is_told_for_every_one_of_thirty() {
    let desk = Desk::open();
    let all = (0..30)
        .map(|n| bounce(&format!("m-{n}"), &format!("gone-{n}@example.com"), "Permanent", "550"));
    desk.handle(queued(all)).await.unwrap();
    let text: String = desk.mails().into_iter().map(|mail| mail.text.unwrap()).collect();
    let missing: Vec<_> = (0..30).filter(|n| !text.contains(&format!("gone-{n}@"))).collect();
    assert_eq!(missing, Vec::<i32>::new());
}

pub(crate) fn chat_only(desk: &Desk) {
    desk.send_no_mail();
    desk.simulator.add_topic("chat");
    desk.set("CHAT_TOPIC_ARN", &topic("chat"));
}

#[tokio::test(start_paused = true)]
async fn a_chat_that_is_the_only_way_names_every_one_of_thirty_users() {
    let desk = Desk::open();
    chat_only(&desk);
    let all: Vec<_> = (0..30).map(|n| desk.warning(&format!("user-{n}x"), "")).collect();
    desk.publish(&all).await;
    assert_eq!(desk.deliver().await, 0);
    let text = desk.published("chat").concat();
    let missing: Vec<_> = (0..30).filter(|n| !text.contains(&format!("user-{n}x"))).collect();
    assert_eq!(missing, Vec::<i32>::new());
}

#[tokio::test(start_paused = true)]
async fn a_chat_says_whose_mail_came_back() {
    let desk = Desk::open();
    desk.simulator.add_topic("chat");
    desk.set("CHAT_TOPIC_ARN", &topic("chat"));
    desk.handle(queued([bounce("m-1", "gone@example.com", "Permanent", "550")])).await.unwrap();
    let text = desk.published("chat").concat();
    assert!(text.contains("gone@example.com"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_is_told_to_its_owner_alone_although_two_sources_tell_it_apart() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.rotate().await;
    assert_eq!(desk.deliver().await, 0);
    desk.handle(label(&account.secret, &current(&account))).await.unwrap();
    assert_eq!(desk.readers(), ["team@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_that_keeps_failing_is_one_mail_a_day() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    for n in 0..10 {
        desk.handle(rotation_failed(&account.secret, &format!("e-{n}"))).await.unwrap();
    }
    assert_eq!(desk.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rotation_goes_to_the_owner_of_the_secret_where_the_user_names_none() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.tag_user(USER, "owner", "nobody");
    account.simulator.tag_secret(SECRET, "owner", "secret-owner@example.com");
    account.rotate().await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(desk.readers(), ["secret-owner@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn secrets_that_nobody_rotates_are_nobodys_news_where_the_rotation_function_is_set() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    desk.set(
        "ROTATION_FUNCTION_ARN",
        &format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:rotate-key"),
    );
    let other = account.simulator.add_secret("db/password", "{}");
    desk.handle(label(&other, "v")).await.unwrap();
    assert_eq!(desk.readers(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn the_owner_tag_of_a_secret_as_it_is_spelt_in_the_settings_counts_before_another_spelling() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.tag_secret(SECRET, "Owner", "Payments");
    account.simulator.tag_secret(SECRET, "owner", "team@example.com");
    desk.handle(label(&account.secret, "v")).await.unwrap();
    assert_eq!(desk.readers(), ["team@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn an_event_of_another_account_is_not_believed() {
    let desk = Desk::open();
    let foreign = format!("arn:aws:secretsmanager:{REGION}:999999999999:secret:prod/db-AbCdEf");
    let mut event = rotation_failed(&foreign, "e-1");
    event["account"] = json!("999999999999");
    event["detail"]["errorMessage"] =
        json!("call +1 555 0100 and read the new key to the operator");
    let _ = desk.handle(queued([event])).await;
    assert_eq!(desk.mails(), []);
}
