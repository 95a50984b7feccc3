//! Messages: what a queue tells of them, and how long they are invisible and kept.

use aws_sdk_sns::primitives::Blob;
use aws_sdk_sns::types::MessageAttributeValue;
use jiff::SignedDuration;
use serde_json::json;

use super::{TIMEOUT, left, publish, queue_of, receive, records, subscribed};
use crate::support::start;

#[tokio::test(start_paused = true)]
async fn a_test_sees_a_message_with_its_time_its_receives_and_its_visibility() {
    let simulator = queue_of(1).await;
    let seen = || {
        let [message] = simulator.view(|view| view.queue("notices")).try_into().unwrap();
        message
    };
    let new = seen();
    assert_eq!((new.body.as_str(), new.sent, new.receives), ("0", start(), 0));
    assert!(new.visible && new.attributes.is_empty());
    let event = simulator.receive_batch("notices", 10).unwrap();
    assert_eq!(records(&event)[0]["messageId"], json!(new.message_id));
    assert_eq!((seen().receives, seen().visible), (1, false));
    simulator.advance(TIMEOUT);
    assert_eq!((seen().receives, seen().visible), (1, true));
}

// SQS developer guide, visibility timeout: 30 seconds unless it is set.
#[tokio::test(start_paused = true)]
async fn a_received_message_is_invisible_for_thirty_seconds() {
    let simulator = queue_of(1).await;
    assert_eq!(receive(&simulator, "notices"), ["0"]);
    simulator.advance(SignedDuration::from_secs(29));
    assert!(receive(&simulator, "notices").is_empty());
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(receive(&simulator, "notices"), ["0"]);
}

// SQS API reference, ReceiveMessage, MessageSystemAttributeName: times in milliseconds, the first receive stays.
#[tokio::test(start_paused = true)]
async fn a_received_message_says_when_it_was_sent_and_how_often_it_was_received() {
    let simulator = queue_of(1).await;
    simulator.advance(SignedDuration::from_secs(5));
    for count in ["1", "2"] {
        let event = simulator.receive_batch("notices", 10).unwrap();
        let told = &records(&event)[0]["attributes"];
        assert_eq!(told["SentTimestamp"], "1767225600000");
        assert_eq!(told["ApproximateFirstReceiveTimestamp"], "1767225605000");
        assert_eq!(told["ApproximateReceiveCount"], count);
        simulator.advance(TIMEOUT);
    }
}

// SQS API reference, MessageRetentionPeriod: four days unless it is set.
#[tokio::test(start_paused = true)]
async fn a_message_is_kept_for_four_days() {
    let simulator = queue_of(1).await;
    simulator.advance(SignedDuration::from_hours(96) - SignedDuration::from_secs(31));
    assert_eq!(receive(&simulator, "notices"), ["0"]);
    simulator.advance(SignedDuration::from_secs(31));
    assert!(left(&simulator, "notices").is_empty());
    assert!(receive(&simulator, "notices").is_empty());
}

// Lambda developer guide, Amazon SQS: bytes are under binaryValue, in Base64.
#[tokio::test(start_paused = true)]
async fn an_attribute_of_bytes_arrives_as_a_binary_value() {
    let simulator = subscribed();
    let bytes = MessageAttributeValue::builder().data_type("Binary");
    let bytes = bytes.binary_value(Blob::new([0_u8, 255])).build().unwrap();
    publish(&simulator, "x", Some(bytes)).await;
    let event = simulator.receive_batch("notices", 10).unwrap();
    let kind = &records(&event)[0]["messageAttributes"]["kind"];
    assert_eq!((&kind["dataType"], &kind["binaryValue"]), (&json!("Binary"), &json!("AP8=")));
    assert!(kind.get("stringValue").is_none());
}
