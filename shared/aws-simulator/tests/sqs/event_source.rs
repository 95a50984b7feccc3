//! The batches that Lambda makes of messages, and what becomes of them.

use aws_sdk_sqs::types::MessageAttributeValue;
use aws_simulator::Simulator;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{URL, send, sqs};
use crate::support::account;

/// A queue with messages `0`, `1` and so on; the second failure of one makes it a dead letter.
async fn queue(messages: usize) -> Simulator {
    let simulator = account();
    simulator.add_queue_with_dead_letters("notices", "letters", 2);
    for n in 0..messages {
        send(&simulator, &n.to_string()).await;
    }
    simulator
}

fn ids(event: &Value) -> Vec<&str> {
    let records = event["Records"].as_array().unwrap();
    records.iter().map(|record| record["messageId"].as_str().unwrap()).collect()
}

fn left(simulator: &Simulator) -> Vec<String> {
    let messages = simulator.view(|view| view.queue("notices"));
    messages.into_iter().map(|message| message.body).collect()
}

// Lambda developer guide, Amazon SQS: the event.
#[tokio::test(start_paused = true)]
async fn a_batch_has_the_shape_of_the_lambda_event() {
    let simulator = queue(0).await;
    assert_eq!(simulator.receive_batch("notices", 10), None);
    let kind = MessageAttributeValue::builder().data_type("String").string_value("rotated").build();
    let call = sqs(&simulator).send_message().queue_url(URL).message_body("abc");
    let id = call.message_attributes("kind", kind.unwrap()).send().await.unwrap().message_id;
    let event = simulator.receive_batch("notices", 10).unwrap();
    let [record] = event["Records"].as_array().unwrap().as_slice() else { panic!("{event}") };
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
    let simulator = queue(3).await;
    assert_eq!(ids(&simulator.receive_batch("notices", 2).unwrap()).len(), 2);
    assert_eq!(ids(&simulator.receive_batch("notices", 2).unwrap()).len(), 1);
    assert_eq!(simulator.receive_batch("notices", 2), None);
    let simulator = queue(0).await;
    for _ in 0..7 {
        send(&simulator, &"x".repeat(1_048_576)).await;
    }
    let event = simulator.receive_batch("notices", 10).unwrap();
    assert_eq!(ids(&event).len(), 5);
    assert!(event.to_string().len() <= 6 * 1024 * 1024);
    assert_eq!(ids(&simulator.receive_batch("notices", 10).unwrap()).len(), 2);
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
        let simulator = queue(2).await;
        let event = simulator.receive_batch("notices", 10).unwrap();
        simulator.settle_batch("notices", &event, Ok(&answer));
        assert!(left(&simulator).is_empty(), "{answer}");
    }
}

// Lambda developer guide, partial batch responses: only what is named comes again.
#[tokio::test(start_paused = true)]
async fn what_an_answer_names_comes_again_when_its_timeout_ends() {
    let simulator = queue(3).await;
    let event = simulator.receive_batch("notices", 10).unwrap();
    let answer = json!({"batchItemFailures": [{"itemIdentifier": ids(&event)[1]}]});
    simulator.settle_batch("notices", &event, Ok(&answer));
    assert_eq!(left(&simulator), ["1"]);
    assert_eq!(simulator.receive_batch("notices", 10), None);
    simulator.advance(SignedDuration::from_secs(30));
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
        let simulator = queue(2).await;
        let event = simulator.receive_batch("notices", 10).unwrap();
        simulator.settle_batch("notices", &event, result);
        assert_eq!(left(&simulator).len(), 2, "{result:?}");
    }
    let simulator = queue(2).await;
    let event = simulator.receive_batch("notices", 10).unwrap();
    let known = ids(&event)[0];
    let mixed = json!({"batchItemFailures": [{"itemIdentifier": known}, {"itemIdentifier": "x"}]});
    simulator.settle_batch("notices", &event, Ok(&mixed));
    assert_eq!(left(&simulator).len(), 2);
}

// SQS developer guide, dead-letter queues.
#[tokio::test(start_paused = true)]
async fn what_fails_too_often_becomes_a_dead_letter() {
    let simulator = queue(1).await;
    for _ in 0..2 {
        let event = simulator.receive_batch("notices", 10).unwrap();
        simulator.settle_batch("notices", &event, Err(()));
        simulator.advance(SignedDuration::from_secs(30));
    }
    assert_eq!(simulator.receive_batch("notices", 10), None);
    assert!(left(&simulator).is_empty());
    assert_eq!(simulator.view(|view| view.queue("letters").len()), 1);
}

// SQS API reference, DeleteMessage: a function that took longer than the timeout deletes nothing that others have.
#[tokio::test(start_paused = true)]
async fn a_batch_that_was_received_again_is_not_deleted_by_the_first_answer() {
    let simulator = queue(1).await;
    let first = simulator.receive_batch("notices", 10).unwrap();
    simulator.advance(SignedDuration::from_secs(30));
    let second = simulator.receive_batch("notices", 10).unwrap();
    simulator.settle_batch("notices", &first, Ok(&Value::Null));
    assert_eq!(left(&simulator).len(), 1);
    simulator.settle_batch("notices", &second, Ok(&Value::Null));
    assert!(left(&simulator).is_empty());
}
