//! What Lambda does between a queue and a function: it receives batches, and deletes what the function is done with.

use std::collections::BTreeSet;

use md5::{Digest, Md5};
use serde_json::{Map, Value, json};

use super::arn;
use super::queue::Stored;
use crate::REGION;
use crate::signature::hex;
use crate::simulator::Simulator;

/// The largest event that Lambda hands to a function at once.
const LARGEST_EVENT: usize = 6 * 1024 * 1024;
/// What a record grows by when its message is received: the receipt handle, counts, times.
const GROWTH: usize = 256;

impl Simulator {
    /// Receives up to `batch_size` messages, and makes them the event that Lambda hands to a function.
    ///
    /// Nothing when no message is visible. What was received too often moves to the queue of dead letters.
    pub fn receive_batch(&self, queue: &str, batch_size: usize) -> Option<Value> {
        let arn = arn(REGION, self.account_id(), queue);
        let (mut count, mut bytes) = (0, 0);
        let received = self.with(|world| {
            let now = world.clock.now();
            let (account, ids) = world.account_and_ids(self.account_id());
            account.sqs.receive(&arn, now, ids, |message| {
                count += 1;
                bytes += record(message, &arn).to_string().len() + GROWTH;
                count <= batch_size && (count == 1 || bytes <= LARGEST_EVENT)
            })
        });
        if received.is_empty() {
            return None;
        }
        let records: Vec<_> = received.iter().map(|message| record(message, &arn)).collect();
        Some(json!({ "Records": records }))
    }

    /// Deletes the messages of an event that the function is done with, as its answer says.
    ///
    /// The mapping reports failures of single messages (`ReportBatchItemFailures`). What failed becomes visible again
    /// when its timeout ends.
    pub fn settle_batch(&self, queue: &str, event: &Value, result: Result<&Value, ()>) {
        let Ok(answer) = result else { return };
        let records: Vec<_> =
            event.get("Records").and_then(Value::as_array).into_iter().flatten().collect();
        let text = |record: &Value, name: &str| {
            record.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let batch = records.iter().map(|record| text(record, "messageId")).collect();
        let Some(failed) = failed(answer, &batch) else { return };
        let arn = arn(REGION, self.account_id(), queue);
        self.with(|world| {
            let Some(queue) = world.account(self.account_id()).sqs.queue_mut(&arn) else { return };
            for record in &records {
                if !failed.contains(&text(record, "messageId")) {
                    queue.delete(&text(record, "receiptHandle"));
                }
            }
        });
    }
}

/// The ids that an answer names, or nothing when the whole batch counts as failed.
fn failed(answer: &Value, batch: &BTreeSet<String>) -> Option<BTreeSet<String>> {
    let failures = match answer {
        Value::Null => return Some(BTreeSet::new()),
        Value::Object(members) => members.get("batchItemFailures").unwrap_or(&Value::Null),
        _ => return None,
    };
    match failures {
        Value::Null => Some(BTreeSet::new()),
        Value::Array(failures) => failures
            .iter()
            .map(|failure| {
                let id = failure.get("itemIdentifier")?.as_str()?;
                batch.contains(id).then(|| id.to_owned())
            })
            .collect(),
        _ => None,
    }
}

fn record(message: &Stored, arn: &str) -> Value {
    let attributes: Map<_, _> = message
        .system_attributes()
        .into_iter()
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    let message_attributes: Map<_, _> = message
        .attributes
        .iter()
        .map(|(name, own)| {
            let value = if own.is_binary() { "binaryValue" } else { "stringValue" };
            let own = json!({
                value: own.value, "stringListValues": [], "binaryListValues": [],
                "dataType": own.data_type,
            });
            (name.clone(), own)
        })
        .collect();
    json!({
        "messageId": message.id,
        "receiptHandle": message.receipt,
        "body": message.body,
        "attributes": attributes,
        "messageAttributes": message_attributes,
        "md5OfBody": hex(&Md5::digest(&message.body)),
        "eventSource": "aws:sqs",
        "eventSourceARN": arn,
        "awsRegion": REGION,
    })
}
