//! Messages that were received too often.

use serde_json::Value;

use super::{TIMEOUT, left, queue_of, receive, records};

// SQS developer guide, dead-letter queues: the message moves at the receive after its last one.
#[tokio::test(start_paused = true)]
async fn a_message_becomes_a_dead_letter_after_so_many_receives() {
    let simulator = queue_of(1).await;
    for _ in 0..2 {
        assert_eq!(receive(&simulator, "notices"), ["0"]);
        simulator.advance(TIMEOUT);
    }
    assert_eq!(left(&simulator, "notices"), ["0"]);
    assert!(receive(&simulator, "notices").is_empty());
    assert!(left(&simulator, "notices").is_empty());
    let [letter] = simulator.view(|view| view.queue("letters")).try_into().unwrap();
    assert_eq!((letter.body.as_str(), letter.receives, letter.visible), ("0", 2, true));
}

// SQS API reference, ReceiveMessage: the id, the count and the age go on, and the source is told.
#[tokio::test(start_paused = true)]
async fn a_dead_letter_keeps_its_id_its_count_and_its_age_and_names_its_source() {
    let simulator = queue_of(1).await;
    let first = simulator.receive_batch("notices", 10).unwrap();
    for _ in 0..2 {
        simulator.advance(TIMEOUT);
        receive(&simulator, "notices");
    }
    let event = simulator.receive_batch("letters", 10).unwrap();
    let letter = &records(&event)[0];
    assert_eq!(letter["messageId"], records(&first)[0]["messageId"]);
    let told = &letter["attributes"];
    assert_eq!(told["ApproximateReceiveCount"], "3");
    assert_eq!(told["SentTimestamp"], "1767225600000");
    let source = "arn:aws:sqs:eu-west-1:123456789012:notices";
    assert_eq!(told["DeadLetterQueueSourceArn"], source);
}

// SQS developer guide, dead-letter queues: a message that is deleted in time is none.
#[tokio::test(start_paused = true)]
async fn a_message_deleted_at_its_last_receive_is_no_dead_letter() {
    let simulator = queue_of(1).await;
    receive(&simulator, "notices");
    simulator.advance(TIMEOUT);
    let event = simulator.receive_batch("notices", 10).unwrap();
    simulator.settle_batch("notices", &event, Ok(&Value::Null));
    simulator.advance(TIMEOUT);
    assert!(receive(&simulator, "notices").is_empty());
    assert!(left(&simulator, "letters").is_empty());
}

// SQS developer guide, dead-letter queues: without a redrive policy a message comes again until it is too old.
#[tokio::test(start_paused = true)]
async fn a_queue_without_dead_letters_offers_a_message_again_and_again() {
    let simulator = queue_of(1).await;
    for _ in 0..2 {
        receive(&simulator, "notices");
        simulator.advance(TIMEOUT);
    }
    receive(&simulator, "notices");
    for _ in 0..5 {
        assert_eq!(receive(&simulator, "letters"), ["0"]);
        simulator.advance(TIMEOUT);
    }
}
