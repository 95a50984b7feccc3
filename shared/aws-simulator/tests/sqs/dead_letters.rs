//! Messages that were received too often.

use aws_sdk_sqs::types::{MessageSystemAttributeName, QueueAttributeName};
use jiff::SignedDuration;
use serde_json::json;

use super::{URL, receive, send, sqs, system};
use crate::support::account;

const TIMEOUT: SignedDuration = SignedDuration::from_secs(30);

// SQS developer guide, dead-letter queues; API reference, ReceiveMessage: the count goes on, the age stays.
#[tokio::test(start_paused = true)]
async fn a_message_becomes_a_dead_letter_after_so_many_receives() {
    let simulator = account();
    let arn = simulator.add_queue_with_dead_letters("notices", "letters", 2);
    let id = send(&simulator, "x").await;
    for _ in 0..2 {
        assert_eq!(receive(&simulator, URL).await.len(), 1);
        simulator.advance(TIMEOUT);
    }
    assert_eq!(simulator.view(|view| view.queue("letters").len()), 0);
    assert!(receive(&simulator, URL).await.is_empty());
    assert!(simulator.view(|view| view.queue("notices").is_empty()));
    let [letter] = simulator.view(|view| view.queue("letters")).try_into().unwrap();
    assert_eq!((letter.message_id, letter.receives, letter.visible), (id, 2, true));
    let [message] =
        receive(&simulator, &URL.replace("notices", "letters")).await.try_into().unwrap();
    use MessageSystemAttributeName as Name;
    assert_eq!(system(&message, Name::ApproximateReceiveCount), "3");
    assert_eq!(system(&message, Name::SentTimestamp), "1767225600000");
    assert_eq!(system(&message, Name::DeadLetterQueueSourceArn), arn);
}

// SQS API reference, SetQueueAttributes, RedrivePolicy: the count may be written as a text.
#[tokio::test(start_paused = true)]
async fn a_redrive_policy_can_be_set_and_taken_away() {
    let simulator = account();
    simulator.add_queue("notices");
    let letters = simulator.add_queue("letters");
    let set = async |policy: String| {
        let call = sqs(&simulator).set_queue_attributes().queue_url(URL);
        call.attributes(QueueAttributeName::RedrivePolicy, policy).send().await.unwrap();
    };
    set(json!({"deadLetterTargetArn": letters, "maxReceiveCount": "1"}).to_string()).await;
    send(&simulator, "dies").await;
    receive(&simulator, URL).await;
    simulator.advance(TIMEOUT);
    receive(&simulator, URL).await;
    set(String::new()).await;
    send(&simulator, "lives").await;
    receive(&simulator, URL).await;
    simulator.advance(TIMEOUT);
    receive(&simulator, URL).await;
    let bodies = |queue: &str| {
        let messages = simulator.view(|view| view.queue(queue));
        messages.into_iter().map(|message| message.body).collect::<Vec<_>>()
    };
    assert_eq!((bodies("letters"), bodies("notices")), (vec!["dies".into()], vec!["lives".into()]));
}

// SQS developer guide, dead-letter queues: a message that is deleted in time is none.
#[tokio::test(start_paused = true)]
async fn a_message_deleted_at_its_last_receive_is_no_dead_letter() {
    let simulator = account();
    simulator.add_queue_with_dead_letters("notices", "letters", 1);
    send(&simulator, "x").await;
    let [message] = receive(&simulator, URL).await.try_into().unwrap();
    let call = sqs(&simulator).delete_message().queue_url(URL);
    call.receipt_handle(message.receipt_handle.unwrap()).send().await.unwrap();
    simulator.advance(TIMEOUT);
    receive(&simulator, URL).await;
    assert!(simulator.view(|view| view.queue("letters").is_empty()));
}
