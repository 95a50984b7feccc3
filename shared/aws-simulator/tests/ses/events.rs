//! Addresses that mail does not reach, and what a configuration set tells of them.

use aws_sdk_sesv2::types::MessageTag;
use aws_simulator::Simulator;
use serde_json::{Value, json};

use super::{mail, sender};

fn with_events() -> Simulator {
    let simulator = sender();
    simulator.add_configuration_set("notices", Some("mail-events"));
    simulator
}

fn events(simulator: &Simulator) -> Vec<Value> {
    simulator.view(|view| {
        let topic = "arn:aws:sns:eu-west-1:123456789012:mail-events";
        let own = view.published().iter().filter(|published| published.topic == topic);
        own.map(|published| serde_json::from_str(&published.message).unwrap()).collect()
    })
}

// SES developer guide, suppression list: SES accepts the mail, does not send it, and reports a bounce.
#[tokio::test(start_paused = true)]
async fn a_suppressed_address_is_accepted_and_not_delivered() {
    let simulator = with_events();
    simulator.suppress("ann@example.org");
    mail(&simulator, &["ann@example.org"]).send().await.unwrap();
    assert!(!simulator.view(|view| view.mails()[0].delivered));
    assert_eq!(events(&simulator), Vec::<Value>::new());
    let tag = MessageTag::builder().name("kind").value("warning").build().unwrap();
    let call = mail(&simulator, &["Ann <ann@example.org>", "bob@example.org"]);
    let call = call.email_tags(tag).configuration_set_name("notices");
    let id = call.reply_to_addresses("help@example.com").send().await.unwrap().message_id;
    let [event] = events(&simulator).try_into().unwrap();
    let bounce = &event["bounce"];
    assert_eq!(event["eventType"], "Bounce");
    assert_eq!(bounce["bounceType"], "Permanent");
    assert_eq!(bounce["bounceSubType"], "OnAccountSuppressionList");
    assert_eq!(bounce["timestamp"], "2026-01-01T00:00:00.000Z");
    assert!(bounce["feedbackId"].is_string());
    let [recipient] = bounce["bouncedRecipients"].as_array().unwrap().as_slice() else { panic!() };
    assert_eq!(recipient["emailAddress"], "ann@example.org");
    assert_eq!((&recipient["action"], &recipient["status"]), (&json!("failed"), &json!("5.1.1")));
    assert!(recipient["diagnosticCode"].as_str().unwrap().contains("suppression list"));
    let about = &event["mail"];
    assert_eq!(about["messageId"], json!(id));
    assert_eq!(about["timestamp"], "2026-01-01T00:00:00.000Z");
    assert_eq!(about["source"], "Keys <keys@example.com>");
    assert_eq!(about["sendingAccountId"], "123456789012");
    assert_eq!(about["destination"], json!(["ann@example.org", "bob@example.org"]));
    assert_eq!(about["headersTruncated"], false);
    assert_eq!(about["headers"][0], json!({"name": "From", "value": "Keys <keys@example.com>"}));
    assert_eq!(about["commonHeaders"]["to"], json!(["Ann <ann@example.org>", "bob@example.org"]));
    assert_eq!(about["commonHeaders"]["subject"], "Hello");
    assert_eq!(about["commonHeaders"]["replyTo"], json!(["help@example.com"]));
    assert_eq!(about["tags"]["ses:configuration-set"], json!(["notices"]));
    assert_eq!(about["tags"]["ses:from-domain"], json!(["example.com"]));
    assert_eq!(about["tags"]["kind"], json!(["warning"]));
}

// SES developer guide, event data: a hard bounce; its address is on the suppression list from then on.
#[tokio::test(start_paused = true)]
async fn a_mailbox_that_does_not_exist_bounces_and_is_suppressed() {
    let simulator = with_events();
    simulator.add_dead_mailbox("gone@example.org");
    for _ in 0..2 {
        let call = mail(&simulator, &["gone@example.org"]).configuration_set_name("notices");
        call.send().await.unwrap();
    }
    let subtypes: Vec<_> = events(&simulator)
        .iter()
        .map(|event| event["bounce"]["bounceSubType"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(subtypes, ["General", "OnAccountSuppressionList"]);
    let delivered: Vec<_> =
        simulator.view(|view| view.mails().iter().map(|mail| mail.delivered).collect());
    assert_eq!(delivered, [false, false]);
}

// SES developer guide, event publishing: a mail that arrives is no bounce.
#[tokio::test(start_paused = true)]
async fn a_delivered_mail_publishes_no_bounce() {
    let simulator = with_events();
    let call = mail(&simulator, &["ann@example.org"]).configuration_set_name("notices");
    call.send().await.unwrap();
    assert_eq!(events(&simulator), Vec::<Value>::new());
    assert!(simulator.view(|view| view.mails()[0].delivered));
}
