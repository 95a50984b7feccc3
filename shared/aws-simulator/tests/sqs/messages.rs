//! Messages: what they may be, how long they are invisible, and how they are deleted.

use aws_sdk_sqs::primitives::Blob;
use aws_sdk_sqs::types::{
    DeleteMessageBatchRequestEntry, MessageAttributeValue, MessageSystemAttributeName,
    QueueAttributeName,
};
use jiff::SignedDuration;

use super::{URL, attribute, receive, send, sqs, system};
use crate::support::{account, code};

// SQS API reference, SendMessage, ReceiveMessage: digests of body and attributes, times in milliseconds.
#[tokio::test(start_paused = true)]
async fn a_message_is_received_as_it_was_sent() {
    let simulator = account();
    simulator.add_queue("notices");
    let text = MessageAttributeValue::builder().data_type("String").string_value("rotated");
    let bytes = MessageAttributeValue::builder().data_type("Binary");
    let bytes = bytes.binary_value(Blob::new([0_u8, 255])).build().unwrap();
    let call = sqs(&simulator).send_message().queue_url(URL).message_body("abc");
    let call = call.message_attributes("kind", text.build().unwrap());
    let sent = call.message_attributes("raw", bytes.clone()).send().await.unwrap();
    assert_eq!(sent.md5_of_message_body.as_deref(), Some("900150983cd24fb0d6963f7d28e17f72"));
    simulator.advance(SignedDuration::from_secs(5));
    let [message] = receive(&simulator, URL).await.try_into().unwrap();
    assert_eq!(message.message_id, sent.message_id);
    assert_eq!(message.body.as_deref(), Some("abc"));
    assert_eq!(message.md5_of_body, sent.md5_of_message_body);
    assert!(sent.md5_of_message_attributes.is_some());
    assert_eq!(message.md5_of_message_attributes, sent.md5_of_message_attributes);
    let attributes = message.message_attributes.as_ref().unwrap();
    assert_eq!(attributes["kind"].string_value.as_deref(), Some("rotated"));
    assert_eq!(attributes["raw"], bytes);
    use MessageSystemAttributeName as Name;
    assert_eq!(system(&message, Name::SentTimestamp), "1767225600000");
    assert_eq!(system(&message, Name::ApproximateReceiveCount), "1");
    assert_eq!(system(&message, Name::ApproximateFirstReceiveTimestamp), "1767225605000");
    assert!(system(&message, Name::SenderId).ends_with(":tester"));
}

// SQS developer guide, message attributes: how the digest is calculated.
#[tokio::test(start_paused = true)]
async fn the_digest_of_attributes_has_their_lengths_in_it() {
    let simulator = account();
    simulator.add_queue("notices");
    let one = MessageAttributeValue::builder().data_type("Number").string_value("230.000").build();
    let call = sqs(&simulator).send_message().queue_url(URL).message_body("x");
    let sent = call.message_attributes("timestamp", one.unwrap()).send().await.unwrap();
    assert_eq!(sent.md5_of_message_attributes.as_deref(), Some("86f8bb53a06bed60fe97a62d2e493069"));
}

// SQS API reference, ReceiveMessage: one message unless more are asked for, ten at most; attributes only on demand.
#[tokio::test(start_paused = true)]
async fn a_receive_answers_what_was_asked_for() {
    let simulator = account();
    simulator.add_queue("notices");
    for n in 0..12 {
        send(&simulator, &n.to_string()).await;
    }
    let call = || sqs(&simulator).receive_message().queue_url(URL);
    let messages = call().send().await.unwrap().messages.unwrap();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].attributes.is_none() && messages[0].message_attributes.is_none());
    for bad in [0, 11] {
        let answer = code(call().max_number_of_messages(bad).send().await);
        assert_eq!(answer, "InvalidParameterValue");
    }
    let bodies: Vec<_> =
        receive(&simulator, URL).await.into_iter().filter_map(|message| message.body).collect();
    assert_eq!(bodies, (1..11).map(|n| n.to_string()).collect::<Vec<_>>());
    assert_eq!(receive(&simulator, URL).await.len(), 1);
    assert!(receive(&simulator, URL).await.is_empty());
}

// SQS developer guide, visibility timeout.
#[tokio::test(start_paused = true)]
async fn a_received_message_is_invisible_until_its_timeout() {
    let simulator = account();
    simulator.add_queue("notices");
    send(&simulator, "x").await;
    let counts = async || {
        let visible = attribute(&simulator, QueueAttributeName::ApproximateNumberOfMessages);
        let hidden =
            attribute(&simulator, QueueAttributeName::ApproximateNumberOfMessagesNotVisible);
        (visible.await.unwrap(), hidden.await.unwrap())
    };
    let pair = |visible: &str, hidden: &str| (visible.to_owned(), hidden.to_owned());
    assert_eq!(counts().await, pair("1", "0"));
    receive(&simulator, URL).await;
    assert_eq!(counts().await, pair("0", "1"));
    simulator.advance(SignedDuration::from_secs(29));
    assert!(receive(&simulator, URL).await.is_empty());
    simulator.advance(SignedDuration::from_secs(1));
    let [again] = receive(&simulator, URL).await.try_into().unwrap();
    assert_eq!(system(&again, MessageSystemAttributeName::ApproximateReceiveCount), "2");
}

// SQS API reference, ChangeMessageVisibility: from now on, and only while the message is in flight.
#[tokio::test(start_paused = true)]
async fn the_visibility_of_a_message_in_flight_can_be_changed() {
    let simulator = account();
    simulator.add_queue("notices");
    send(&simulator, "x").await;
    let [message] = receive(&simulator, URL).await.try_into().unwrap();
    let receipt = message.receipt_handle.unwrap();
    let change = async |seconds: i32| {
        let call = sqs(&simulator).change_message_visibility().queue_url(URL);
        code(call.receipt_handle(&receipt).visibility_timeout(seconds).send().await)
    };
    assert_eq!(change(43_201).await, "InvalidParameterValue");
    assert_eq!(change(60).await, "accepted");
    simulator.advance(SignedDuration::from_secs(59));
    assert!(receive(&simulator, URL).await.is_empty());
    assert_eq!(change(0).await, "accepted");
    assert_eq!(change(60).await, "AWS.SimpleQueueService.MessageNotInflight");
    assert_eq!(receive(&simulator, URL).await.len(), 1);
}

// SQS API reference, DeleteMessage: the handle of an earlier receive is accepted, and deletes nothing.
#[tokio::test(start_paused = true)]
async fn only_the_latest_receipt_handle_deletes_a_message() {
    let simulator = account();
    simulator.add_queue("notices");
    send(&simulator, "x").await;
    let handle = async || {
        let [message] = receive(&simulator, URL).await.try_into().unwrap();
        message.receipt_handle.unwrap()
    };
    let delete = async |receipt: &str| {
        let call = sqs(&simulator).delete_message().queue_url(URL);
        code(call.receipt_handle(receipt).send().await)
    };
    let first = handle().await;
    simulator.advance(SignedDuration::from_secs(30));
    let second = handle().await;
    assert_eq!(delete(&first).await, "accepted");
    assert_eq!(simulator.view(|view| view.queue("notices").len()), 1);
    assert_eq!(delete(&second).await, "accepted");
    assert_eq!(delete(&second).await, "accepted");
    assert_eq!(simulator.view(|view| view.queue("notices").len()), 0);
    assert_eq!(delete("x").await, "ReceiptHandleIsInvalid");
}

// SQS API reference, DeleteMessageBatch: up to ten entries with ids of their own; each fails by itself.
#[tokio::test(start_paused = true)]
async fn a_batch_deletes_what_it_can() {
    let simulator = account();
    simulator.add_queue("notices");
    send(&simulator, "x").await;
    let [message] = receive(&simulator, URL).await.try_into().unwrap();
    let receipt = message.receipt_handle.unwrap();
    let delete = async |entries: &[(&str, &str)]| {
        let entries = entries.iter().map(|(id, receipt)| {
            let entry = DeleteMessageBatchRequestEntry::builder().id(*id);
            entry.receipt_handle(*receipt).build().unwrap()
        });
        let call = sqs(&simulator).delete_message_batch().queue_url(URL);
        call.set_entries(Some(entries.collect())).send().await
    };
    let prefix = "AWS.SimpleQueueService.";
    let twice = [("a", receipt.as_str()), ("a", "x")];
    assert_eq!(code(delete(&twice).await), format!("{prefix}BatchEntryIdsNotDistinct"));
    let many = [("a", "x"); 11];
    assert_eq!(code(delete(&many).await), format!("{prefix}TooManyEntriesInBatchRequest"));
    let answer = delete(&[("a", receipt.as_str()), ("b", "x")]).await.unwrap();
    assert_eq!(answer.successful[0].id, "a");
    assert_eq!((answer.failed[0].id.as_str(), answer.failed[0].sender_fault), ("b", true));
    assert_eq!(answer.failed[0].code, "ReceiptHandleIsInvalid");
    assert!(simulator.view(|view| view.queue("notices").is_empty()));
}

// SQS API reference, SendMessage: 1 MiB with attributes, legal characters, ten attributes.
#[tokio::test(start_paused = true)]
async fn messages_are_checked() {
    let simulator = account();
    simulator.add_queue("notices");
    let send = async |body: &str| {
        code(sqs(&simulator).send_message().queue_url(URL).message_body(body).send().await)
    };
    assert_eq!(send(&"x".repeat(1_048_577)).await, "InvalidParameterValue");
    assert_eq!(send(&"x".repeat(1_048_576)).await, "accepted");
    assert_eq!(send("").await, "MissingParameter");
    assert_eq!(send("\u{8}").await, "InvalidMessageContents");
    assert_eq!(send("\u{1F600}\n").await, "accepted");
    let one =
        MessageAttributeValue::builder().data_type("String").string_value("x").build().unwrap();
    let mut call = sqs(&simulator).send_message().queue_url(URL).message_body("x");
    for n in 0..11 {
        call = call.message_attributes(format!("name-{n}"), one.clone());
    }
    assert_eq!(code(call.send().await), "InvalidParameterValue");
}

// SQS developer guide, delay: a message is invisible before it is first received.
#[tokio::test(start_paused = true)]
async fn a_delayed_message_comes_later() {
    let simulator = account();
    simulator.add_queue("notices");
    let call = sqs(&simulator).send_message().queue_url(URL).message_body("x").delay_seconds(10);
    call.send().await.unwrap();
    let delayed = QueueAttributeName::ApproximateNumberOfMessagesDelayed;
    assert_eq!(attribute(&simulator, delayed).await.as_deref(), Some("1"));
    assert!(receive(&simulator, URL).await.is_empty());
    simulator.advance(SignedDuration::from_secs(10));
    assert_eq!(receive(&simulator, URL).await.len(), 1);
}

// SQS API reference, MessageRetentionPeriod: four days unless it is set.
#[tokio::test(start_paused = true)]
async fn a_message_is_kept_for_four_days() {
    let simulator = account();
    simulator.add_queue("notices");
    send(&simulator, "x").await;
    simulator.advance(SignedDuration::from_hours(96) - SignedDuration::from_secs(31));
    assert_eq!(receive(&simulator, URL).await.len(), 1);
    simulator.advance(SignedDuration::from_secs(31));
    assert!(simulator.view(|view| view.queue("notices").is_empty()));
    assert!(receive(&simulator, URL).await.is_empty());
}
