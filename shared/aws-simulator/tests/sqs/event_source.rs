//! The batches that Lambda makes of messages, and what becomes of them.

use aws_sdk_sns::types::MessageAttributeValue;
use serde_json::{Value, json};

use super::{TIMEOUT, left, publish, queue_of, records, subscribed};

fn ids(event: &Value) -> Vec<&str> {
    records(event).iter().map(|record| record["messageId"].as_str().unwrap()).collect()
}

// Lambda developer guide, Amazon SQS: the event.
#[tokio::test(start_paused = true)]
async fn a_batch_has_the_shape_of_the_lambda_event() {
    let simulator = subscribed();
    assert_eq!(simulator.receive_batch("notices", 10), None);
    let kind = MessageAttributeValue::builder().data_type("String").string_value("rotated");
    publish(&simulator, "abc", Some(kind.build().unwrap())).await;
    let id = simulator.view(|view| view.queue("notices").remove(0).message_id);
    let event = simulator.receive_batch("notices", 10).unwrap();
    let [record] = records(&event) else { panic!("{event}") };
    assert!(record["receiptHandle"].is_string());
    let mut record = record.clone();
    record["receiptHandle"].take();
    record["attributes"]["SenderId"].take();
    let expected = json!({
        "messageId": id,
        "receiptHandle": null,
        "body": "abc",
        "attributes": {
            "ApproximateReceiveCount": "1",
            "SentTimestamp": "1767225600000",
            "SenderId": null,
            "ApproximateFirstReceiveTimestamp": "1767225600000",
        },
        "messageAttributes": {"kind": {
            "stringValue": "rotated", "stringListValues": [], "binaryListValues": [],
            "dataType": "String",
        }},
        "md5OfBody": "900150983cd24fb0d6963f7d28e17f72",
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:notices",
        "awsRegion": "eu-west-1",
    });
    assert_eq!(record, expected);
}

// Lambda developer guide, event source mappings: a batch ends at its size, or at 6 MB.
#[tokio::test(start_paused = true)]
async fn a_batch_ends_at_its_size_or_at_six_megabytes() {
    let simulator = queue_of(3).await;
    assert_eq!(ids(&simulator.receive_batch("notices", 2).unwrap()).len(), 2);
    assert_eq!(ids(&simulator.receive_batch("notices", 2).unwrap()).len(), 1);
    assert_eq!(simulator.receive_batch("notices", 2), None);
    let simulator = subscribed();
    for _ in 0..25 {
        publish(&simulator, &"x".repeat(262_144), None).await;
    }
    let event = simulator.receive_batch("notices", 10_000).unwrap();
    assert_eq!(ids(&event).len(), 23);
    assert!(event.to_string().len() <= 6 * 1024 * 1024);
    assert_eq!(ids(&simulator.receive_batch("notices", 10_000).unwrap()).len(), 2);
}

// Lambda developer guide, partial batch responses: success.
#[tokio::test(start_paused = true)]
async fn an_answer_without_failures_deletes_the_batch() {
    for answer in [
        json!(null),
        json!({}),
        json!({"batchItemFailures": null}),
        json!({"batchItemFailures": []}),
    ] {
        let simulator = queue_of(2).await;
        let event = simulator.receive_batch("notices", 10).unwrap();
        simulator.settle_batch("notices", &event, Ok(&answer));
        assert!(left(&simulator, "notices").is_empty(), "{answer}");
    }
}

// Lambda developer guide, partial batch responses: only what is named comes again.
#[tokio::test(start_paused = true)]
async fn what_an_answer_names_comes_again_when_its_timeout_ends() {
    let simulator = queue_of(3).await;
    let event = simulator.receive_batch("notices", 10).unwrap();
    let answer = json!({"batchItemFailures": [{"itemIdentifier": ids(&event)[1]}]});
    simulator.settle_batch("notices", &event, Ok(&answer));
    assert_eq!(left(&simulator, "notices"), ["1"]);
    assert_eq!(simulator.receive_batch("notices", 10), None);
    simulator.advance(TIMEOUT);
    let again = simulator.receive_batch("notices", 10).unwrap();
    assert_eq!(ids(&again), [ids(&event)[1]]);
    assert_eq!(again["Records"][0]["attributes"]["ApproximateReceiveCount"], "2");
}

// Lambda developer guide, partial batch responses: complete failure.
#[tokio::test(start_paused = true)]
async fn an_error_or_an_answer_that_makes_no_sense_fails_the_whole_batch() {
    let bad = [
        json!("done"),
        json!({"batchItemFailures": "x"}),
        json!({"batchItemFailures": [{"itemIdentifier": ""}]}),
        json!({"batchItemFailures": [{"itemIdentifier": null}]}),
        json!({"batchItemFailures": [{"itemIdentifier": "unknown"}]}),
        json!({"batchItemFailures": [{"itemId": "x"}]}),
        json!({"batchItemFailures": [null]}),
    ];
    let results = bad.iter().map(Ok).chain(std::iter::once(Err(())));
    for result in results {
        let simulator = queue_of(2).await;
        let event = simulator.receive_batch("notices", 10).unwrap();
        simulator.settle_batch("notices", &event, result);
        assert_eq!(left(&simulator, "notices").len(), 2, "{result:?}");
    }
    let simulator = queue_of(2).await;
    let event = simulator.receive_batch("notices", 10).unwrap();
    let known = ids(&event)[0];
    let mixed = json!({"batchItemFailures": [{"itemIdentifier": known}, {"itemIdentifier": "x"}]});
    simulator.settle_batch("notices", &event, Ok(&mixed));
    assert_eq!(left(&simulator, "notices").len(), 2);
}

// SQS developer guide, dead-letter queues.
#[tokio::test(start_paused = true)]
async fn what_fails_too_often_becomes_a_dead_letter() {
    let simulator = queue_of(1).await;
    for _ in 0..2 {
        let event = simulator.receive_batch("notices", 10).unwrap();
        simulator.settle_batch("notices", &event, Err(()));
        simulator.advance(TIMEOUT);
    }
    assert_eq!(simulator.receive_batch("notices", 10), None);
    assert!(left(&simulator, "notices").is_empty());
    assert_eq!(simulator.view(|view| view.queue("letters").len()), 1);
}

// SQS API reference, DeleteMessage: a function that took longer than the timeout deletes nothing that others have.
#[tokio::test(start_paused = true)]
async fn a_batch_that_was_received_again_is_not_deleted_by_the_first_answer() {
    let simulator = queue_of(1).await;
    let first = simulator.receive_batch("notices", 10).unwrap();
    simulator.advance(TIMEOUT);
    let second = simulator.receive_batch("notices", 10).unwrap();
    simulator.settle_batch("notices", &first, Ok(&Value::Null));
    assert_eq!(left(&simulator, "notices").len(), 1);
    simulator.settle_batch("notices", &second, Ok(&Value::Null));
    assert!(left(&simulator, "notices").is_empty());
}
