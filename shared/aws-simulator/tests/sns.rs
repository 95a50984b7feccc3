//! Topics and published messages.

use aws_sdk_sns::types::MessageAttributeValue;
use aws_simulator::{Fault, Simulator, Times, What, When};

use crate::support::{account, code, config, start};

fn sns(simulator: &Simulator) -> aws_sdk_sns::Client {
    aws_sdk_sns::Client::new(&config(simulator))
}

// SNS API reference, Publish.
#[tokio::test(start_paused = true)]
async fn a_published_message_can_be_read_back_with_its_subject_and_attributes() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    let kind = MessageAttributeValue::builder()
        .data_type("String")
        .string_value("rotated")
        .build()
        .unwrap();
    let publish = sns(&simulator)
        .publish()
        .topic_arn(&topic)
        .subject("Rotated")
        .message("body")
        .message_attributes("kind", kind);
    let answer = publish.send().await.unwrap();
    assert!(answer.message_id.is_some());
    simulator.view(|view| {
        let [message] = view.published() else { panic!("not one message: {:?}", view.published()) };
        assert_eq!(
            (message.topic.as_str(), message.subject.as_deref(), message.message.as_str()),
            (topic.as_str(), Some("Rotated"), "body")
        );
        assert_eq!(message.attributes.get("kind").map(String::as_str), Some("rotated"));
        assert_eq!(message.at, start());
    });
}

// SNS API reference, Publish, NotFound.
#[tokio::test(start_paused = true)]
async fn a_topic_that_is_not_there_is_not_found() {
    let simulator = account();
    let topic = "arn:aws:sns:eu-west-1:123456789012:missing";
    assert_eq!(
        code(sns(&simulator).publish().topic_arn(topic).message("x").send().await),
        "NotFound"
    );
    assert!(simulator.view(|view| view.published().is_empty()));
}

// SNS API reference, Publish: 262,144 bytes, the attributes included.
#[tokio::test(start_paused = true)]
async fn a_message_that_is_too_long_or_empty_is_an_invalid_parameter() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    let publish =
        |length: usize| sns(&simulator).publish().topic_arn(&topic).message("x".repeat(length));
    assert_eq!(code(publish(262_145).send().await), "InvalidParameter");
    assert_eq!(code(publish(0).send().await), "InvalidParameter");
    let one =
        MessageAttributeValue::builder().data_type("String").string_value("1").build().unwrap();
    assert_eq!(
        code(publish(262_144).message_attributes("a", one).send().await),
        "InvalidParameter"
    );
    assert_eq!(code(publish(262_144).send().await), "accepted");
}

// SNS API reference, Publish, Subject: less than 100 characters, no line breaks or control characters.
#[tokio::test(start_paused = true)]
async fn a_subject_is_short_and_on_one_line() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    let publish = |subject: &str| {
        sns(&simulator).publish().topic_arn(&topic).message("x").subject(subject).send()
    };
    assert_eq!(code(publish(&"x".repeat(100)).await), "InvalidParameter");
    assert_eq!(code(publish("two\nlines").await), "InvalidParameter");
    assert_eq!(code(publish(&"ü".repeat(99)).await), "accepted");
}

// SNS API reference, ThrottledException: the code on the wire is Throttled, the status 429.
#[tokio::test(start_paused = true)]
async fn a_topic_that_is_too_busy_answers_throttled() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    simulator.plan(Fault {
        when: When::Operation("Publish"),
        times: Times::Once,
        what: What::Throttle,
    });
    assert_eq!(
        code(sns(&simulator).publish().topic_arn(&topic).message("x").send().await),
        "Throttled"
    );
    assert!(simulator.view(|view| view.published().is_empty()));
}

async fn publish_with(simulator: &Simulator, topic: &str, names: &[String]) -> String {
    let value =
        MessageAttributeValue::builder().data_type("String").string_value("x").build().unwrap();
    let mut call = sns(simulator).publish().topic_arn(topic).message("x");
    for name in names {
        call = call.message_attributes(name, value.clone());
    }
    code(call.send().await)
}

// SNS developer guide, message attributes: names of letters, digits, underscore, hyphen and period, none of them AWS's own.
#[tokio::test(start_paused = true)]
async fn names_of_attributes_are_checked() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    for bad in ["a b", "ü", "AWS.x", "amazon.x", ".a", "a.", "a..b", &"x".repeat(257)] {
        let answer = publish_with(&simulator, &topic, &[bad.to_owned()]).await;
        assert_eq!(answer, "InvalidParameter", "{bad}");
    }
    for good in ["a-b_c.d", "AWSx", &"x".repeat(256)] {
        assert_eq!(
            publish_with(&simulator, &topic, &[good.to_owned()]).await,
            "accepted",
            "{good}"
        );
    }
}

// SNS developer guide, raw message delivery: a message with more than ten attributes is dropped on the way to a queue.
#[tokio::test(start_paused = true)]
async fn more_than_ten_attributes_are_refused() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    let names: Vec<_> = (0..11).map(|n| format!("name-{n}")).collect();
    assert_eq!(publish_with(&simulator, &topic, &names).await, "InvalidParameter");
    assert_eq!(publish_with(&simulator, &topic, &names[1..]).await, "accepted");
}

// SNS API reference, Publish, MessageStructure: json, with the entry default.
#[tokio::test(start_paused = true)]
async fn a_message_by_protocol_has_a_default() {
    let simulator = account();
    let topic = simulator.add_topic("notices");
    let publish = async |structure: &str, message: &str| {
        let call = sns(&simulator).publish().topic_arn(&topic).message(message);
        code(call.message_structure(structure).send().await)
    };
    assert_eq!(publish("json", r#"{"default": "x", "email": "y"}"#).await, "accepted");
    assert_eq!(publish("json", r#"{"email": "y"}"#).await, "InvalidParameter");
    assert_eq!(publish("json", "no JSON").await, "InvalidParameter");
    assert_eq!(publish("xml", "x").await, "InvalidParameter");
}

// SNS API reference, Publish: a topic belongs to an account and a Region; without a policy nobody else may publish.
#[tokio::test(start_paused = true)]
async fn a_topic_belongs_to_an_account_and_a_region() {
    let simulator = account();
    let other = simulator.account("210987654321");
    let (own, theirs) = (simulator.add_topic("notices"), other.add_topic("notices"));
    let elsewhere = simulator.add_topic_in("us-east-1", "notices");
    let publish = async |simulator: &Simulator, topic: &str| {
        code(sns(simulator).publish().topic_arn(topic).message("x").send().await)
    };
    assert_eq!(publish(&simulator, &own).await, "accepted");
    assert_eq!(publish(&simulator, &theirs).await, "AuthorizationError");
    assert_eq!(publish(&simulator, &elsewhere).await, "InvalidParameter");
    assert_eq!(publish(&simulator, "notices").await, "InvalidParameter");
    assert_eq!(publish(&other, &theirs).await, "accepted");
    assert_eq!(simulator.view(|view| view.published().len()), 1);
    assert_eq!(other.view(|view| view.published()[0].topic.clone()), theirs);
}
