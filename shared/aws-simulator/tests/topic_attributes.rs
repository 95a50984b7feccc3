//! How many subscriptions a topic has, and which of them are confirmed.

use std::collections::HashMap;

use aws_simulator::Simulator;
use serde_json::json;

use crate::support::{account, code, config};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:texts";
const MAILBOX: &str = "team@example.com";

fn sns(simulator: &Simulator) -> aws_sdk_sns::Client {
    aws_sdk_sns::Client::new(&config(simulator))
}

fn with_topic() -> Simulator {
    let simulator = account();
    assert_eq!(simulator.add_topic("texts"), TOPIC);
    simulator
}

async fn attributes(simulator: &Simulator) -> HashMap<String, String> {
    let answer = sns(simulator).get_topic_attributes().topic_arn(TOPIC).send().await;
    answer.unwrap().attributes.unwrap()
}

/// The numbers of confirmed and pending subscriptions.
async fn counts(simulator: &Simulator) -> (String, String) {
    let attributes = attributes(simulator).await;
    let count = |name: &str| attributes.get(name).cloned().unwrap_or_default();
    (count("SubscriptionsConfirmed"), count("SubscriptionsPending"))
}

fn of(confirmed: &str, pending: &str) -> (String, String) {
    (confirmed.to_owned(), pending.to_owned())
}

// API reference, GetTopicAttributes.
#[tokio::test(start_paused = true)]
async fn a_new_topic_has_an_owner_and_no_subscription() {
    let simulator = with_topic();
    let attributes = attributes(&simulator).await;
    assert_eq!(attributes["TopicArn"], TOPIC);
    assert_eq!(attributes["Owner"], "123456789012");
    assert_eq!(counts(&simulator).await, of("0", "0"));
}

// API reference, Subscribe: endpoints other than queues and functions of the same account have to confirm.
#[tokio::test(start_paused = true)]
async fn queues_and_functions_of_the_account_are_confirmed_at_once_and_others_pend() {
    for (protocol, endpoint, expected) in [
        ("sqs", "arn:aws:sqs:eu-west-1:123456789012:inbox", of("1", "0")),
        ("sqs", "arn:aws:sqs:eu-west-1:210987654321:inbox", of("0", "1")),
        ("lambda", "arn:aws:lambda:eu-west-1:123456789012:function:chat", of("1", "0")),
        ("email", MAILBOX, of("0", "1")),
        ("https", "https://example.com/hook", of("0", "1")),
    ] {
        let simulator = with_topic();
        let call = sns(&simulator).subscribe().topic_arn(TOPIC).protocol(protocol);
        call.endpoint(endpoint).send().await.unwrap();
        assert_eq!(counts(&simulator).await, expected, "{protocol} {endpoint}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_mailbox_is_counted_as_confirmed_once_it_confirms_and_until_it_unsubscribes() {
    let simulator = with_topic();
    simulator.subscribe(TOPIC, "email", MAILBOX);
    simulator.subscribe(TOPIC, "email", MAILBOX);
    assert_eq!(counts(&simulator).await, of("0", "1"));
    simulator.confirm_subscription(TOPIC, MAILBOX);
    assert_eq!(counts(&simulator).await, of("1", "0"));
    simulator.end_subscription(TOPIC, MAILBOX);
    assert_eq!(counts(&simulator).await, of("0", "0"));
    assert_eq!(simulator.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_subscription_that_sns_would_refuse_is_a_violation() {
    let simulator = with_topic();
    simulator.subscribe(TOPIC, "email", "nobody");
    assert_eq!(simulator.violations().len(), 1);
    assert_eq!(counts(&simulator).await, of("0", "0"));
}

#[tokio::test(start_paused = true)]
async fn a_topic_that_is_not_there_is_not_found() {
    let answer = sns(&account()).get_topic_attributes().topic_arn(TOPIC).send().await;
    assert_eq!(code(answer), "NotFound");
}

// Service authorization reference, SNS: the permission is on the topic.
#[tokio::test(start_paused = true)]
async fn the_attributes_take_a_permission_on_the_topic() {
    for (action, expected) in
        [("sns:GetTopicAttributes", "accepted"), ("sns:Publish", "AuthorizationError")]
    {
        let simulator = with_topic();
        let statement = json!({"Effect": "Allow", "Action": action, "Resource": TOPIC});
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
        simulator.set_role_policy("tester", &policy);
        let answer = sns(&simulator).get_topic_attributes().topic_arn(TOPIC).send().await;
        assert_eq!(code(answer), expected, "{action}");
    }
}
