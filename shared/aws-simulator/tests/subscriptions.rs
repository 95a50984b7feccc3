//! What becomes of a published message: which queues get it, and in which form.

use aws_sdk_sns::types::MessageAttributeValue;
use aws_simulator::Simulator;
use serde_json::{Value, json};

use crate::support::{account, code, config};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:notices";
const QUEUE: &str = "arn:aws:sqs:eu-west-1:123456789012:inbox";

fn sns(simulator: &Simulator) -> aws_sdk_sns::Client {
    aws_sdk_sns::Client::new(&config(simulator))
}

fn attribute(data_type: &str, value: &str) -> MessageAttributeValue {
    MessageAttributeValue::builder().data_type(data_type).string_value(value).build().unwrap()
}

async fn publish(simulator: &Simulator, kind: Option<MessageAttributeValue>) {
    let mut call = sns(simulator).publish().topic_arn(TOPIC).message("body");
    if let Some(kind) = kind {
        call = call.message_attributes("kind", kind);
    }
    call.send().await.unwrap();
}

fn inbox(simulator: &Simulator) -> Vec<String> {
    let messages = simulator.view(|view| view.queue("inbox"));
    messages.into_iter().map(|message| message.body).collect()
}

fn subscribed(attributes: &[(&str, &str)]) -> Simulator {
    let simulator = account();
    simulator.subscribe_queue_with("notices", "inbox", attributes);
    assert_eq!(simulator.violations(), Vec::<String>::new());
    simulator
}

// SNS developer guide, fanout to Amazon SQS: the envelope.
#[tokio::test(start_paused = true)]
async fn a_queue_gets_the_message_in_an_envelope() {
    let simulator = account();
    simulator.subscribe_queue("notices", "inbox");
    let call = sns(&simulator).publish().topic_arn(TOPIC).subject("Rotated").message("body");
    let call = call.message_attributes("kind", attribute("String", "rotated"));
    let id = call.send().await.unwrap().message_id;
    let envelope: Value = serde_json::from_str(&inbox(&simulator)[0]).unwrap();
    let unsubscribe = envelope["UnsubscribeURL"].as_str().unwrap();
    let start =
        format!("https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe&SubscriptionArn={TOPIC}:");
    assert!(unsubscribe.starts_with(&start), "{unsubscribe}");
    let expected = json!({
        "Type": "Notification",
        "MessageId": id,
        "TopicArn": TOPIC,
        "Subject": "Rotated",
        "Message": "body",
        "Timestamp": "2026-01-01T00:00:00.000Z",
        "SignatureVersion": "1",
        "Signature": "EXAMPLE",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0000.pem",
        "UnsubscribeURL": unsubscribe,
        "MessageAttributes": {"kind": {"Type": "String", "Value": "rotated"}},
    });
    assert_eq!(envelope, expected);
    publish(&simulator, None).await;
    let plain: Value = serde_json::from_str(&inbox(&simulator)[1]).unwrap();
    assert!(plain.get("Subject").is_none() && plain.get("MessageAttributes").is_none());
}

// SNS developer guide, raw message delivery: the message alone, its attributes as those of the queue's message.
#[tokio::test(start_paused = true)]
async fn raw_delivery_leaves_the_envelope_out() {
    let simulator = subscribed(&[("RawMessageDelivery", "true")]);
    publish(&simulator, Some(attribute("String", "rotated"))).await;
    let [message] = simulator.view(|view| view.queue("inbox")).try_into().unwrap();
    assert_eq!(message.body, "body");
    assert_eq!(message.attributes.get("kind").map(String::as_str), Some("rotated"));
}

// SNS API reference, Publish, MessageStructure: each protocol gets its own text.
#[tokio::test(start_paused = true)]
async fn a_message_by_protocol_arrives_as_the_text_for_queues() {
    let simulator = subscribed(&[("RawMessageDelivery", "true")]);
    for message in [r#"{"default": "a", "sqs": "b"}"#, r#"{"default": "c"}"#] {
        let call = sns(&simulator).publish().topic_arn(TOPIC).message(message);
        call.message_structure("json").send().await.unwrap();
    }
    assert_eq!(inbox(&simulator), ["b", "c"]);
}

/// Which of some messages arrive under a filter policy: by attribute `kind`, none, or of another type.
async fn arrived(policy: &str) -> Vec<&'static str> {
    let mut arrived = Vec::new();
    let messages = [
        ("rotated", Some(attribute("String", "rotated"))),
        ("rotation-failed", Some(attribute("String", "rotation-failed"))),
        ("warned", Some(attribute("String", "warned"))),
        ("list", Some(attribute("String.Array", r#"["other", "warned"]"#))),
        ("number", Some(attribute("Number", "1"))),
        ("none", None),
    ];
    for (name, kind) in messages {
        let simulator = subscribed(&[("FilterPolicy", policy)]);
        publish(&simulator, kind).await;
        if !inbox(&simulator).is_empty() {
            arrived.push(name);
        }
    }
    arrived
}

// SNS developer guide, filter policies: exact values, anything-but, prefix; an attribute that is missing passes none.
#[tokio::test(start_paused = true)]
async fn a_filter_policy_decides_by_the_attributes() {
    assert_eq!(arrived(r#"{"kind": ["rotated", "warned"]}"#).await, ["rotated", "warned", "list"]);
    assert_eq!(arrived(r#"{"kind": [{"prefix": "rotat"}]}"#).await, ["rotated", "rotation-failed"]);
    let others = arrived(r#"{"kind": [{"anything-but": ["rotated", "warned"]}]}"#).await;
    assert_eq!(others, ["rotation-failed", "list"]);
    let others = arrived(r#"{"kind": [{"anything-but": "rotated"}]}"#).await;
    assert_eq!(others, ["rotation-failed", "warned", "list"]);
    assert!(arrived(r#"{"kind": ["rotated"], "account": ["1"]}"#).await.is_empty());
    assert_eq!(arrived("{}").await.len(), 6);
}

// SNS API reference, Subscribe: a queue of the same account is confirmed at once, and subscribed only once.
#[tokio::test(start_paused = true)]
async fn a_queue_of_the_same_account_is_confirmed_at_once() {
    let simulator = account();
    simulator.add_topic("notices");
    simulator.add_queue("inbox");
    let subscribe = async || {
        let call = sns(&simulator).subscribe().topic_arn(TOPIC).protocol("sqs").endpoint(QUEUE);
        let call = call.attributes("RawMessageDelivery", "true");
        call.send().await.unwrap().subscription_arn.unwrap()
    };
    let arn = subscribe().await;
    assert!(arn.starts_with(&format!("{TOPIC}:")));
    assert_eq!(subscribe().await, arn);
    publish(&simulator, None).await;
    assert_eq!(inbox(&simulator), ["body"]);
    let call = &simulator.calls()[0];
    assert_eq!((call.resource.as_str(), call.operation.as_str()), (TOPIC, "Subscribe"));
    assert_eq!(call.conditions["sns:Endpoint"], QUEUE);
}

// SNS API reference, Subscribe: a mailbox, or a queue of others, has to confirm first.
#[tokio::test(start_paused = true)]
async fn an_endpoint_that_did_not_confirm_gets_nothing() {
    let simulator = account();
    simulator.add_topic("notices");
    let other = simulator.account("210987654321");
    let theirs = other.add_queue("inbox");
    for (protocol, endpoint) in [("email", "ann@example.org"), ("sqs", theirs.as_str())] {
        let call = sns(&simulator).subscribe().topic_arn(TOPIC).protocol(protocol);
        let answer = call.endpoint(endpoint).send().await.unwrap().subscription_arn;
        assert_eq!(answer.as_deref(), Some("pending confirmation"));
    }
    publish(&simulator, None).await;
    assert!(other.view(|view| view.queue("inbox").is_empty()));
    assert_eq!(simulator.view(|view| view.published().len()), 1);
}

// SNS API reference, Subscribe, InvalidParameter; what is not simulated is refused rather than ignored.
#[tokio::test(start_paused = true)]
async fn subscriptions_are_checked() {
    let simulator = account();
    simulator.add_topic("notices");
    let subscribe = async |protocol: &str, endpoint: &str, name: &str, value: &str| {
        let call = sns(&simulator).subscribe().topic_arn(TOPIC).protocol(protocol);
        code(call.endpoint(endpoint).attributes(name, value).send().await)
    };
    assert_eq!(subscribe("sqs", "inbox", "RawMessageDelivery", "true").await, "InvalidParameter");
    assert_eq!(subscribe("email", "ann", "FilterPolicy", "{}").await, "InvalidParameter");
    assert_eq!(subscribe("http", "http://x", "FilterPolicy", "{}").await, "InvalidParameter");
    for policy in [
        "no JSON",
        "[]",
        r#"{"kind": "x"}"#,
        r#"{"kind": []}"#,
        r#"{"kind": [{"numeric": ["=", 1]}]}"#,
        r#"{"a": ["x"], "b": ["x"], "c": ["x"], "d": ["x"], "e": ["x"], "f": ["x"]}"#,
    ] {
        let answer = subscribe("sqs", QUEUE, "FilterPolicy", policy).await;
        assert_eq!(answer, "InvalidParameter", "{policy}");
    }
    let answer = subscribe("sqs", QUEUE, "FilterPolicyScope", "MessageBody").await;
    assert_eq!(answer, "InvalidParameter");
    simulator.subscribe_queue_with("notices", "inbox", &[("FilterPolicy", "no JSON")]);
    assert_eq!(simulator.violations().len(), 1);
    publish(&simulator, None).await;
    assert!(inbox(&simulator).is_empty());
}

// SNS developer guide, message attributes: a type, and a value that is not empty.
#[tokio::test(start_paused = true)]
async fn an_attribute_without_a_value_or_a_known_type_is_refused() {
    let simulator = subscribed(&[]);
    for bad in [attribute("String", ""), attribute("Text", "x")] {
        let call = sns(&simulator).publish().topic_arn(TOPIC).message("body");
        let answer = code(call.message_attributes("kind", bad).send().await);
        assert_eq!(answer, "ParameterValueInvalid");
    }
    assert!(inbox(&simulator).is_empty());
}

// SES developer guide, event publishing: bounces arrive at the queue that is subscribed to the topic.
#[tokio::test(start_paused = true)]
async fn events_of_mail_reach_a_subscribed_queue() {
    use aws_sdk_sesv2::types::{Body, Content, Destination, EmailContent, Message};
    let simulator = account();
    simulator.verify_identity("example.com");
    simulator.add_configuration_set("set", Some("notices"));
    simulator.subscribe_queue_with("notices", "inbox", &[("RawMessageDelivery", "true")]);
    simulator.suppress("ann@example.com");
    let text = Content::builder().data("Hello").build().unwrap();
    let body = Body::builder().text(text.clone()).build();
    let message = Message::builder().subject(text).body(body).build();
    let call = aws_sdk_sesv2::Client::new(&config(&simulator)).send_email();
    let call = call.from_email_address("keys@example.com").configuration_set_name("set");
    let call = call.destination(Destination::builder().to_addresses("ann@example.com").build());
    call.content(EmailContent::builder().simple(message).build()).send().await.unwrap();
    let event: Value = serde_json::from_str(&inbox(&simulator)[0]).unwrap();
    assert_eq!(event["bounce"]["bounceSubType"], "OnAccountSuppressionList");
}
