//! Queues as topics fill them and Lambda empties them: visibility, retention, dead letters, batches.

mod dead_letters;
mod event_source;
mod messages;

use aws_sdk_sns::types::MessageAttributeValue;
use aws_simulator::Simulator;
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::{account, config};

/// The time that a received message is invisible.
const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

/// A queue that gets what is published, as it is; a message that is received twice becomes a dead letter.
fn subscribed() -> Simulator {
    let simulator = account();
    simulator.add_queue_with_dead_letters("notices", "letters", 2);
    simulator.subscribe_queue_with("topic", "notices", &[("RawMessageDelivery", "true")]);
    simulator
}

async fn publish(simulator: &Simulator, body: &str, kind: Option<MessageAttributeValue>) {
    let topic = simulator.add_topic("topic");
    let call = aws_sdk_sns::Client::new(&config(simulator)).publish();
    let kind = kind.map(|kind| [("kind".to_owned(), kind)].into());
    call.topic_arn(topic).message(body).set_message_attributes(kind).send().await.unwrap();
}

/// Such a queue with messages `0`, `1` and so on.
async fn queue_of(messages: usize) -> Simulator {
    let simulator = subscribed();
    for n in 0..messages {
        publish(&simulator, &n.to_string(), None).await;
    }
    simulator
}

fn records(event: &Value) -> &[Value] {
    event["Records"].as_array().unwrap()
}

/// The bodies of the messages that the next batch has.
fn receive(simulator: &Simulator, queue: &str) -> Vec<String> {
    let Some(event) = simulator.receive_batch(queue, 10) else { return Vec::new() };
    records(&event).iter().map(|record| record["body"].as_str().unwrap().to_owned()).collect()
}

/// The bodies of the messages in a queue, visible or not.
fn left(simulator: &Simulator, queue: &str) -> Vec<String> {
    let messages = simulator.view(|view| view.queue(queue));
    messages.into_iter().map(|message| message.body).collect()
}
