//! More that a hostile reader of `notify-owner` asked for: time, floods, and words that are true.
//!
//! `CrashBefore` outside of `Simulator::run` is a call that never answers.

use std::time::Duration;

use aws_simulator::{Fault, Times, What, When};
use jiff::SignedDuration;
use notice::Answer;
use serde_json::{Value, json};

use crate::desk::{ADMINISTRATOR, Desk, FROM, TIMEOUT, rewritten, topic};
use crate::notify_attacks::{bounce, chat_only, label, queued};
use crate::support::Account;

#[tokio::test(start_paused = true)]
async fn text_for_five_hundred_users_with_long_names_and_tags_fits_into_a_message_of_sns() {
    let desk = Desk::open();
    chat_only(&desk);
    desk.set("CHAT_TOPIC_ARN", "");
    desk.simulator.add_topic("people");
    desk.set("TEXT_TOPIC_ARN", &topic("people"));
    let all: Vec<_> = (0..500)
        .map(|n| {
            let mut one = desk.warning(&format!("{n:0>64}"), "");
            one.owner.description = Some("\u{4e2d}".repeat(256));
            rewritten(&one, |value| value["because"] = "\u{1}".repeat(400).into())
        })
        .collect();
    desk.publish(&all).await;
    assert_eq!(desk.deliver().await, 0);
    let size = desk.published("people").iter().map(String::len).max();
    assert!(size.unwrap() <= 262_144, "{size:?}");
}

#[tokio::test(start_paused = true)]
async fn more_news_for_one_reader_than_one_mail_holds_that_comes_again_is_not_sent_again() {
    let desk = Desk::open();
    let all: Vec<_> = (0..501).map(|n| desk.warning(&format!("user-{n}"), "")).collect();
    desk.publish(&all).await;
    let event = desk.simulator.receive_batch("notify-owner", 10_000).unwrap();
    desk.handle(event.clone()).await.unwrap();
    let first = desk.mails().len();
    desk.handle(event).await.unwrap();
    assert_eq!(desk.mails().len(), first);
}

#[tokio::test(start_paused = true)]
async fn the_administrator_gets_one_mail_about_one_exposed_key() {
    let desk = Desk::open();
    let when = When::OperationOn("SendEmail", "ana@example.com".to_owned());
    let what = What::Refuse(aws_simulator::ApiError::new(
        400,
        "MessageRejected",
        "Email address is not verified.",
    ));
    desk.simulator.plan(Fault { when, times: Times::Always, what });
    desk.publish(&[desk.exposed("ana", "ana@example.com", Answer::DryRun)]).await;
    desk.deliver().await;
    assert_eq!(desk.readers(), [ADMINISTRATOR]);
}

#[tokio::test(start_paused = true)]
async fn a_table_that_does_not_answer_leaves_time_for_the_answer_to_the_queue() {
    let desk = Desk::open();
    for operation in ["Query", "PutItem"] {
        let when = When::Operation(operation);
        desk.simulator.plan(Fault { when, times: Times::Always, what: What::CrashBefore });
    }
    let all: Vec<_> =
        (0..500).map(|n| desk.warning(&format!("u-{n}"), &format!("o-{n}@example.com"))).collect();
    desk.publish(&all).await;
    let event = desk.simulator.receive_batch("notify-owner", 10_000).unwrap();
    let started = tokio::time::Instant::now();
    desk.handle(event).await.unwrap();
    assert!(started.elapsed() < TIMEOUT, "{:?}, {} mails", started.elapsed(), desk.mails().len());
}

#[tokio::test(start_paused = true)]
async fn secrets_that_cannot_be_described_leave_time_for_the_answer_to_the_queue() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    let when = When::Operation("DescribeSecret");
    account.simulator.plan(Fault { when, times: Times::Always, what: What::CrashBefore });
    let event = queued((0..40).map(|n| label(&account.secret, &format!("v-{n}"))));
    let started = tokio::time::Instant::now();
    desk.handle(event).await.unwrap();
    assert!(started.elapsed() < TIMEOUT, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_waits_for_its_turn_at_the_deadline_still_lets_the_answer_out() {
    let desk = Desk::open();
    desk.set("MAILS_PER_SECOND", "1");
    let all: Vec<_> =
        (0..500).map(|n| desk.warning(&format!("u-{n}"), &format!("o-{n}@example.com"))).collect();
    desk.publish(&all).await;
    let event = desk.simulator.receive_batch("notify-owner", 10_000).unwrap();
    let started = tokio::time::Instant::now();
    desk.handle(event).await.unwrap();
    assert!(started.elapsed() + Duration::from_secs(1) < TIMEOUT, "{:?}", started.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_administrator_is_not_told_that_a_tag_names_them_for_keys_of_others() {
    let desk = Desk::open();
    desk.publish(&[
        desk.warning("own", ADMINISTRATOR),
        desk.warning("orphan", ""),
        desk.exposed("ana", "ana@example.com", Answer::DryRun),
    ])
    .await;
    desk.deliver().await;
    let mail = desk.mails().into_iter().find(|mail| mail.to == [ADMINISTRATOR]).unwrap();
    let text = mail.text.unwrap();
    assert!(
        text.contains("user orphan in")
            && !text.contains("because the owner tag of the IAM user names you"),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_key_that_somebody_deleted_is_not_said_to_be_kept_nor_to_be_activated_again() {
    let estate = crate::estate::Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    // The run dies between the deactivation and the news, and somebody deletes the key before the next run.
    let when = When::Operation("Publish");
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
    estate.sweep().await.unwrap_err();
    estate.simulator.forget_faults();
    desk.deliver().await;
    let before = desk.mails().len();
    let iam = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("operator"));
    iam.delete_access_key().user_name("ana").access_key_id(&key).send().await.unwrap();
    estate.advance(1);
    estate.swept().await;
    desk.deliver().await;
    let text: String =
        desk.mails().into_iter().skip(before).map(|mail| mail.text.unwrap()).collect();
    assert!(!text.contains("It is kept") && !text.contains("aws lambda invoke"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn dates_at_the_ends_of_time_do_no_harm() {
    let desk = Desk::open();
    let dated = |id: &str, due: jiff::Timestamp, at: jiff::Timestamp| {
        rewritten(&desk.warning("ana", "ana@example.com"), |value| {
            value["id"] = id.into();
            value["due"] = due.to_string().into();
            value["at"] = jiff::Timestamp::MIN.to_string().into();
            value["credential"]["created"] = at.to_string().into();
        })
    };
    let notice = dated("x", jiff::Timestamp::MAX, jiff::Timestamp::MIN);
    let other = dated("y", jiff::Timestamp::MIN, jiff::Timestamp::MAX);
    desk.publish(&[notice, other]).await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(desk.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_happened_last_to_an_exposed_key_is_read_last() {
    let desk = Desk::open();
    let first = desk.exposed("ana", "ana@example.com", Answer::Failed { error: None });
    desk.advance(SignedDuration::from_mins(1));
    // Lambda invokes again after a minute, and the queue's window is longer.
    let second = desk.exposed("ana", "ana@example.com", Answer::Deactivated);
    desk.publish(&[first, second]).await;
    desk.deliver().await;
    let text = desk.mails().remove(0).text.unwrap();
    let failed = text.find("It could NOT be deactivated").unwrap_or(0);
    assert!(failed < text.find("It was deactivated at once").unwrap(), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_mail_about_a_rotation_names_the_alias_of_the_account() {
    let account = Account::healthy();
    let desk = Desk::over(&account.simulator);
    account.simulator.set_account_alias("prod");
    account.rotate().await;
    desk.deliver().await;
    let text = desk.mails().remove(0).text.unwrap();
    assert!(text.contains("Account: prod (123456789012)"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn that_the_administrators_mail_bounced_is_told_in_the_chat_where_there_is_one() {
    let desk = Desk::open();
    desk.simulator.add_topic("chat");
    desk.set("CHAT_TOPIC_ARN", &topic("chat"));
    desk.handle(queued([bounce("m-1", ADMINISTRATOR, "Permanent", "550")])).await.unwrap();
    assert_eq!(desk.published("chat").len(), 1);
}

/// The payload of the undo command in the last mail.
fn undo_in_last_mail(desk: &Desk) -> Value {
    let text = desk.mails().pop().unwrap().text.unwrap();
    let payload = text.split("--payload '").nth(1).unwrap_or_else(|| panic!("{text}"));
    serde_json::from_str(payload.split('\'').next().unwrap()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn the_undo_in_a_mail_about_a_key_that_its_owner_deactivated_works() {
    let estate = crate::estate::Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    let key = estate.stale_user("ana");
    let iam = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("operator"));
    let inactive = aws_sdk_iam::types::StatusType::Inactive;
    iam.update_access_key()
        .user_name("ana")
        .access_key_id(&key)
        .status(inactive)
        .send()
        .await
        .unwrap();
    estate.advance(100);
    estate.swept().await;
    desk.deliver().await;
    let undo = undo_in_last_mail(&desk);
    let answer = estate.handle(undo).await;
    assert!(answer.is_ok(), "{}", lambda_shell::chain(&answer.unwrap_err()));
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn the_undo_in_a_mail_about_a_stale_key_works() {
    let estate = crate::estate::Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    estate.swept().await;
    desk.deliver().await;
    estate.handle(undo_in_last_mail(&desk)).await.unwrap();
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn a_mail_that_announces_a_deletion_says_which_rule_is_behind_it() {
    let estate = crate::estate::Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    let key = estate.stale_user("ana");
    for _ in 0..130 {
        estate.simulator.advance(SignedDuration::from_hours(24));
        estate.swept().await;
        desk.deliver().await;
        if estate.state("ana", &key).as_deref() == Some("announced") {
            break;
        }
    }
    let text = desk.mails().pop().unwrap().text.unwrap();
    assert!(text.contains("limit") || text.contains("since"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn fifty_owners_whom_ses_does_not_write_to_are_not_fifty_mails_to_the_administrator() {
    let desk = Desk::open();
    // As in the sandbox of SES, where only the administrator is verified.
    desk.simulator.set_role_policy(
        "notify-owner",
        &json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "dynamodb:*", "Resource": "*"},
        {"Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*", "Condition": {
            "ForAllValues:StringLike": {"ses:Recipients": [ADMINISTRATOR]}}}]}),
    );
    let all: Vec<_> =
        (0..50).map(|n| desk.warning(&format!("u-{n}"), &format!("o-{n}@example.com"))).collect();
    desk.publish(&all).await;
    desk.deliver().await;
    assert_eq!(desk.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_complaint_is_not_said_to_be_mail_that_did_not_arrive() {
    let desk = Desk::open();
    let message = json!({"eventType": "Complaint",
        "complaint": {"complainedRecipients": [{"emailAddress": "ana@example.com"}]},
        "mail": {"timestamp": "2026-11-01T02:00:00Z", "source": FROM, "messageId": "m-1",
            "destination": ["ana@example.com"], "commonHeaders": {"subject": "S"}}});
    let event = json!({"Type": "Notification", "MessageId": "1", "TopicArn": topic("mail-events"), "Message": message.to_string()});
    desk.handle(queued([event])).await.unwrap();
    let mail = desk.mails().remove(0);
    let text = mail.text.unwrap();
    assert!(!text.contains("was not delivered") && !mail.subject.contains("bounced"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_table_that_cannot_be_reached_still_lets_everybody_be_told_within_three_deliveries() {
    let desk = Desk::open();
    for operation in ["Query", "PutItem"] {
        let when = When::Operation(operation);
        desk.simulator.plan(Fault { when, times: Times::Always, what: What::CrashBefore });
    }
    let all: Vec<_> =
        (0..500).map(|n| desk.warning(&format!("u-{n}"), &format!("o-{n}@example.com"))).collect();
    desk.publish(&all).await;
    for _ in 0..3 {
        let Some(event) = desk.simulator.receive_batch("notify-owner", 10_000) else { break };
        // Lambda ends the invocation at its timeout, and the queue learns nothing of what was told.
        let answer = tokio::time::timeout(TIMEOUT, desk.handle(event.clone())).await;
        let answer = answer.ok().and_then(Result::ok);
        desk.simulator.settle_batch("notify-owner", &event, answer.as_ref().ok_or(()));
        desk.advance(SignedDuration::from_mins(30));
    }
    let mut readers = desk.readers();
    let mails = readers.len();
    readers.sort();
    readers.dedup();
    assert_eq!(readers.len(), 500, "{mails} mails, {} readers", readers.len());
}
