//! Everybody is told once, in one mail.

use jiff::SignedDuration;
use notice::Answer;
use serde_json::{Value, json};

use crate::desk::{Desk, topic};

#[tokio::test(start_paused = true)]
async fn n4_five_hundred_users_of_one_owner_are_one_mail() {
    let desk = Desk::open();
    let notices: Vec<_> =
        (0..500).map(|n| desk.warning(&format!("user-{n}"), "owner@example.com")).collect();
    desk.publish(&notices).await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(desk.readers(), ["owner@example.com"]);
    let mail = desk.mails().remove(0);
    assert_eq!(
        mail.subject,
        "Access key will be deactivated on 2026-11-15: user-0 in 123456789012 and 499 more"
    );
    for n in 0..500 {
        let user = format!("of user user-{n} in");
        assert!(mail.text.as_ref().unwrap().contains(&user), "{user}");
        assert!(mail.html.as_ref().unwrap().contains(&user), "{user}");
    }
}

#[tokio::test(start_paused = true)]
async fn each_owner_gets_what_is_theirs_and_nothing_else() {
    let desk = Desk::open();
    desk.publish(&[
        desk.warning("ana", "ana@example.com"),
        desk.warning("bo", "bo@example.com"),
        desk.warning("ana-ci", "ANA@example.com"),
    ])
    .await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(desk.readers(), ["ana@example.com", "bo@example.com"]);
    let texts: Vec<_> = desk.mails().into_iter().map(|mail| mail.text.unwrap()).collect();
    assert!(texts[0].contains("user ana in") && texts[0].contains("user ana-ci in"));
    assert!(!texts[0].contains("user bo in") && !texts[1].contains("user ana"));
}

#[tokio::test(start_paused = true)]
async fn n5_the_same_news_twice_in_one_batch_is_told_once() {
    let desk = Desk::open();
    let warning = desk.warning("ana", "ana@example.com");
    desk.publish(&[warning.clone(), warning.clone(), warning]).await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(desk.readers(), ["ana@example.com"]);
    assert_eq!(desk.mails()[0].text.as_ref().unwrap().matches("Why:").count(), 1);
    assert_eq!(desk.waiting(), 0);
}

#[tokio::test(start_paused = true)]
async fn n5_news_that_comes_again_days_later_is_not_told_again() {
    let desk = Desk::open();
    let warning = desk.warning("ana", "ana@example.com");
    for _ in 0..3 {
        desk.publish(std::slice::from_ref(&warning)).await;
        assert_eq!(desk.deliver().await, 0);
        desk.advance(SignedDuration::from_hours(24));
    }
    assert_eq!(desk.readers(), ["ana@example.com"]);
    // A reminder is other news.
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    desk.deliver().await;
    assert_eq!(desk.mails().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn n5_a_batch_that_is_handed_over_again_after_its_mails_went_out_sends_none_again() {
    let desk = Desk::open();
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    let event = desk.simulator.receive_batch("notify-owner", 10).unwrap();
    desk.handle(event.clone()).await.unwrap();
    // Lambda never learned of it, and hands the same event over again.
    let again = desk.handle(event).await.unwrap();
    assert_eq!(again, json!({ "batchItemFailures": [] }));
    assert_eq!(desk.mails().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn without_its_memory_a_delivery_that_is_repeated_is_a_second_mail() {
    let desk = Desk::open();
    let warning = desk.warning("ana", "ana@example.com");
    desk.publish(std::slice::from_ref(&warning)).await;
    desk.deliver().await;
    desk.simulator.lose_items(|pk, _| pk.starts_with("reader#"));
    desk.publish(&[warning]).await;
    desk.deliver().await;
    assert_eq!(desk.mails().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_comes_from_the_topic_directly_is_told_as_well() {
    let desk = Desk::open();
    let notice = serde_json::to_string(&desk.warning("ana", "ana@example.com")).unwrap();
    let event = json!({"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0",
        "Sns": {"Type": "Notification", "MessageId": "1", "TopicArn": topic("keysteward"),
            "Message": notice, "MessageAttributes": {}}}]});
    assert_eq!(desk.handle(event).await.unwrap(), json!({ "told": 1 }));
    assert_eq!(desk.readers(), ["ana@example.com"]);
}

#[tokio::test(start_paused = true)]
async fn what_is_critical_goes_to_the_administrator_as_well() {
    let desk = Desk::open();
    desk.publish(&[desk.exposed("ana", "ana@example.com", Answer::DryRun)]).await;
    desk.deliver().await;
    assert_eq!(desk.readers(), ["ana@example.com", "security@example.com"]);
    for mail in desk.mails() {
        assert!(mail.subject.starts_with("EXPOSED access key STILL ACTIVE"), "{}", mail.subject);
    }
}

#[tokio::test(start_paused = true)]
async fn without_ses_readable_text_goes_to_a_topic_for_each_account() {
    let desk = Desk::open();
    desk.send_no_mail();
    desk.simulator.add_topic("people");
    desk.set("TEXT_TOPIC_ARN", &topic("people"));
    desk.publish(&[desk.warning("ana", "ana@example.com"), desk.warning("bo", "bo@example.com")])
        .await;
    assert_eq!(desk.deliver().await, 0);
    assert_eq!(desk.mails(), []);
    let published = desk.simulator.view(|view| view.published().to_vec());
    let text = published.iter().find(|one| one.topic == topic("people")).unwrap();
    assert_eq!(
        text.subject.as_deref(),
        Some("Access key will be deactivated on 2026-11-15: ana in 123456789012 and 1 more")
    );
    assert!(text.message.contains("user ana in") && text.message.contains("user bo in"));
    assert_eq!(text.attributes["severity"], "warning");
    assert_eq!(text.attributes["account"], "123456789012");
}

#[tokio::test(start_paused = true)]
async fn a_chat_gets_a_custom_notification() {
    let desk = Desk::open();
    desk.simulator.add_topic("chat");
    desk.set("CHAT_TOPIC_ARN", &topic("chat"));
    desk.publish(&[desk.warning("ana", "ana@example.com")]).await;
    assert_eq!(desk.deliver().await, 0);
    let message: Value = serde_json::from_str(&desk.published("chat")[0]).unwrap();
    assert_eq!((&message["version"], &message["source"]), (&json!("1.0"), &json!("custom")));
    let content = &message["content"];
    assert_eq!(content["textType"], "client-markdown");
    assert_eq!(
        content["title"],
        "Access key will be deactivated on 2026-11-15: ana in 123456789012"
    );
    assert_eq!(
        content["description"],
        "• Access key AKIAIOSFODNN7EXAMPLE of user ana in account 123456789012 will be deactivated on 2026-11-15."
    );
    assert_eq!(desk.readers(), ["ana@example.com"]);
}
