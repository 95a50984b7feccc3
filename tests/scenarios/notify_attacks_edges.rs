//! What a hostile reader of mails, settings and logs looks for at the edges of `notify-owner`.

use aws_simulator::{Fault, Times, What, When};
use jiff::SignedDuration;
use notify_owner::Config;
use serde_json::{Value, json};

use crate::desk::{ADMINISTRATOR, Desk, FROM, topic};

fn queued(bodies: impl IntoIterator<Item = Value>) -> Value {
    let records: Vec<_> = bodies.into_iter().enumerate().map(|(n, body)| {
        json!({"messageId": n.to_string(), "eventSource": "aws:sqs", "body": body.to_string()})
    }).collect();
    json!({ "Records": records })
}

fn bounce(mail: &str, to: &str, kind: &str, diagnostic: &str) -> Value {
    let message = json!({"eventType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": "General",
            "bouncedRecipients": [{"emailAddress": to, "diagnosticCode": diagnostic}]},
        "mail": {"timestamp": "2026-11-01T02:00:00Z", "source": FROM, "messageId": mail,
            "destination": [to], "commonHeaders": {"subject": "Access key will be deactivated"}}});
    json!({"Type": "Notification", "MessageId": mail, "TopicArn": topic("mail-events"), "Message": message.to_string()})
}

#[tokio::test(start_paused = true)]
async fn a_real_bounce_after_an_automatic_reply_to_the_same_mail_is_told() {
    let desk = Desk::open();
    desk.handle(queued([bounce("m-1", "ana@example.com", "Transient", "out of office")]))
        .await
        .unwrap();
    desk.handle(queued([bounce("m-1", "ana@example.com", "Permanent", "550 no such user")]))
        .await
        .unwrap();
    let all: String = desk.mails().into_iter().map(|mail| mail.text.unwrap()).collect();
    assert!(all.contains("550 no such user"), "{all}");
}

#[tokio::test(start_paused = true)]
async fn an_automatic_reply_is_not_reported_as_mail_that_did_not_arrive() {
    let desk = Desk::open();
    desk.handle(queued([bounce("m-1", "ana@example.com", "Transient", "out of office")]))
        .await
        .unwrap();
    let all: String = desk.mails().into_iter().map(|mail| mail.text.unwrap()).collect();
    assert!(!all.contains("Correct the tag"), "{all}");
}

#[tokio::test(start_paused = true)]
async fn an_address_that_some_mail_servers_hand_on_to_another_domain_names_nobody() {
    for poison in ["evil%example.net@example.com", "example.net!evil@example.com"] {
        let desk = Desk::open();
        desk.publish(&[desk.warning("ana", poison)]).await;
        desk.deliver().await;
        assert_eq!(desk.readers(), [ADMINISTRATOR], "{poison}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_web_address_in_a_tag_is_no_link_that_mail_programs_make() {
    let desk = Desk::open();
    let mut notice = desk.warning("ana", "ana@example.com");
    notice.owner.description = Some("keep it: https://evil.example.net/keysteward".to_owned());
    desk.publish(&[notice]).await;
    desk.deliver().await;
    let mail = desk.mails().remove(0);
    assert!(!mail.text.unwrap().contains("https://evil.example.net"));
}

#[tokio::test(start_paused = true)]
async fn the_error_of_a_message_that_is_no_notice_names_the_member_and_never_its_value() {
    let desk = Desk::open();
    let mut notice = serde_json::to_value(desk.warning("ana", "ana@example.com")).unwrap();
    notice["owner"] = json!("ana@example.com");
    let mut second = serde_json::to_value(desk.warning("ana", "ana@example.com")).unwrap();
    second["at"] = json!("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
    for notice in [notice, second] {
        let event = json!({"Records": [{"EventSource": "aws:sns",
            "Sns": {"Type": "Notification", "TopicArn": topic("keysteward"), "Message": notice.to_string()}}]});
        let error = lambda_shell::chain(&desk.handle(event).await.unwrap_err());
        assert!(!error.contains("ana@example.com") && !error.contains("wJalr"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn fourteen_days_are_fourteen_days_some_minutes_later() {
    let desk = Desk::open();
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    desk.advance(SignedDuration::from_mins(5));
    desk.deliver().await;
    let text = desk.mails().remove(0).text.unwrap();
    assert!(text.contains("2026-11-15 (in 14 days)"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_mail_after_its_date_does_not_say_that_it_is_ahead() {
    let desk = Desk::open();
    let mut reminder = desk.warning("ana", "ana@example.com");
    let due = desk.simulator.now() + SignedDuration::from_hours(24);
    reminder = crate::desk::rewritten(&reminder, |value| value["due"] = due.to_string().into());
    desk.publish(&[reminder]).await;
    // The mail waits for SES, or came back from the dead letters.
    desk.advance(SignedDuration::from_hours(72));
    desk.deliver().await;
    let mail = desk.mails().remove(0);
    assert!(
        !mail.subject.contains("will be") || mail.text.clone().unwrap().contains("late"),
        "{}\n{}",
        mail.subject,
        mail.text.unwrap()
    );
}

#[tokio::test(start_paused = true)]
async fn an_answer_of_ses_about_one_address_that_is_not_known_stops_no_other_mail() {
    let desk = Desk::open();
    let when = When::OperationOn("SendEmail", "o-0@example.com".to_owned());
    let what = What::Refuse(aws_simulator::ApiError::new(
        400,
        "ValidationException",
        "Value at 'destination' failed",
    ));
    desk.simulator.plan(Fault { when, times: Times::Always, what });
    let all: Vec<_> =
        (0..50).map(|n| desk.warning(&format!("u-{n}"), &format!("o-{n}@example.com"))).collect();
    desk.publish(&all).await;
    assert_eq!(desk.deliver().await, 0);
    let readers = desk.readers();
    assert_eq!(readers.iter().filter(|reader| *reader == ADMINISTRATOR).count(), 1);
    assert_eq!(readers.len(), 50);
}

#[tokio::test(start_paused = true)]
async fn settings_that_cannot_work_are_refused_at_start() {
    let folder = std::env::temp_dir().join("keysteward-attack-templates");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("mail.htm"), "x").unwrap();
    let ours = topic("keysteward");
    let base = [
        ("NOTICE_TOPIC_ARN", ours.as_str()),
        ("TABLE_ARN", aws_simulator::TABLE_ARN),
        ("MAIL_FROM", FROM),
        ("MAIL_ADMIN", ADMINISTRATOR),
        ("MAIL_DOMAINS", "example.com"),
    ];
    let mut accepted = Vec::new();
    let events = topic("mail-events");
    for extra in [
        vec![("TABLE_ARN", "arn:aws:dynamodb:::table/x")],
        vec![("ROTATION_FUNCTION_ARN", "arn:aws:sns:eu-central-1:123456789012:oops")],
        vec![(
            "ROTATION_FUNCTION_ARN",
            "arn:aws:lambda:eu-central-1:123456789012:function:rotate-key:live",
        )],
        vec![("MAIL_EVENTS_TOPIC_ARN", ours.as_str())],
        vec![("MAIL_EVENTS_TOPIC_ARN", events.as_str()), ("TEXT_TOPIC_ARN", events.as_str())],
        vec![("TEXT_TOPIC_ARN", events.as_str()), ("CHAT_TOPIC_ARN", events.as_str())],
        vec![("TEMPLATES", folder.to_str().unwrap())],
        vec![("OWNER_TAG", "own er, \u{1}")],
        vec![("TEXT_TOPIC_ARN", "arn:aws:sns:eu-central-1:123456789012:a b\u{7f}")],
        vec![("NOTICE_TOPIC_ARN", "arn:aws:sns:::keysteward")],
    ] {
        let mut all: Vec<(&str, &str)> = base.to_vec();
        all.retain(|(name, _)| !extra.iter().any(|(other, _)| name == other));
        all.extend(extra.clone());
        let variables = all.into_iter().map(|(n, v)| (format!("KEYSTEWARD_{n}"), v.to_owned()));
        if Config::from_variables(variables).is_ok() {
            accepted.push(extra);
        }
    }
    assert!(accepted.is_empty(), "{accepted:#?}");
}

#[tokio::test(start_paused = true)]
async fn a_faulty_address_in_the_settings_is_not_logged() {
    let base = [
        ("NOTICE_TOPIC_ARN", topic("keysteward")),
        ("MAIL_FROM", FROM.to_owned()),
        ("MAIL_ADMIN", "ana@example.com, bo@example.com".to_owned()),
        ("MAIL_DOMAINS", "example.com".to_owned()),
    ];
    let variables = base.map(|(name, value)| (format!("KEYSTEWARD_{name}"), value));
    let error = Config::from_variables(variables).unwrap_err().to_string();
    assert!(!error.contains("ana@example.com"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_reminder_of_the_last_day_says_one_day() {
    let estate = crate::estate::Estate::ideal();
    let desk = Desk::over(&estate.simulator);
    estate.stale_user("ana");
    for _ in 0..103 {
        estate.simulator.advance(SignedDuration::from_hours(24));
        estate.swept().await;
        desk.advance(SignedDuration::from_secs(60));
        desk.deliver().await;
        estate.simulator.advance(SignedDuration::from_secs(-60));
    }
    let said: Vec<_> = desk
        .mails()
        .into_iter()
        .map(|mail| {
            let text = mail.text.unwrap();
            text.lines().find(|line| line.contains("Will be")).unwrap_or_default().to_owned()
        })
        .collect();
    assert!(
        said.iter().any(|line| line.contains("(in 14 days)"))
            && said.iter().any(|line| line.contains("(in 1 day)")),
        "{said:#?}"
    );
}
