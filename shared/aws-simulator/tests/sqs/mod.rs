//! Queues: messages, their visibility, dead letters, and the batches that Lambda makes of them.

mod dead_letters;
mod event_source;
mod messages;
mod queues;

use aws_sdk_sqs::types::{Message, MessageSystemAttributeName, QueueAttributeName};
use aws_simulator::Simulator;

use crate::support::config;

const URL: &str = "https://sqs.eu-west-1.amazonaws.com/123456789012/notices";

fn sqs(simulator: &Simulator) -> aws_sdk_sqs::Client {
    aws_sdk_sqs::Client::new(&config(simulator))
}

async fn send(simulator: &Simulator, body: &str) -> String {
    let sent = sqs(simulator).send_message().queue_url(URL).message_body(body).send().await;
    sent.unwrap().message_id.unwrap()
}

/// Up to ten messages of a queue, with everything that SQS tells of them.
async fn receive(simulator: &Simulator, url: &str) -> Vec<Message> {
    let call = sqs(simulator).receive_message().queue_url(url).max_number_of_messages(10);
    let call = call.message_system_attribute_names(MessageSystemAttributeName::All);
    call.message_attribute_names("All").send().await.unwrap().messages.unwrap_or_default()
}

fn system(message: &Message, name: MessageSystemAttributeName) -> &str {
    &message.attributes.as_ref().unwrap()[&name]
}

async fn attribute(simulator: &Simulator, name: QueueAttributeName) -> Option<String> {
    let call = sqs(simulator).get_queue_attributes().queue_url(URL).attribute_names(name.clone());
    call.send().await.unwrap().attributes.and_then(|mut all| all.remove(&name))
}
