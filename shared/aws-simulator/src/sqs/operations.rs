//! The operations of the API.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde_json::{Map, Value, json};

use super::queue::{Queue, Stored};
use super::settings::Settings;
use super::{Sqs, arn, invalid, no_such_queue, owner_and_name};
use crate::call::Caller;
use crate::clock::add;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::md5::md5;
use crate::message_attributes::{Attribute, Attributes, digest, size};
use crate::signature::hex;

/// The longest that a message can be invisible: twelve hours.
const LONGEST_VISIBILITY: i64 = 43_200;
const ENTRIES_PER_BATCH: usize = 10;
const ATTRIBUTES_PER_MESSAGE: usize = 10;

impl Sqs {
    /// The queue that the URL in the input names; without a policy on it, nobody else may use it.
    fn asked_for(&mut self, input: &Value, caller: &Caller) -> Result<&mut Queue, ApiError> {
        let url = required(input, "QueueUrl")?;
        let (account, name) = owner_and_name(url);
        if account != caller.account {
            let message = format!("Access to the resource {url} is denied.");
            return Err(ApiError::new(403, "AccessDenied", message));
        }
        self.queue_mut(&arn(&caller.region, account, name)).ok_or_else(no_such_queue)
    }

    /// Settings with the attributes of the input set on them.
    fn changed(&self, mut settings: Settings, input: &Value) -> Result<Settings, ApiError> {
        let attributes = input.get("Attributes").and_then(Value::as_object);
        for (name, value) in attributes.into_iter().flatten() {
            let value = value.as_str().unwrap_or_default();
            settings.set(name, value, |arn| self.queues.contains_key(arn))?;
        }
        Ok(settings)
    }

    pub(super) fn create_queue(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let name = required(input, "QueueName")?;
        let legal = |c: char| c.is_ascii_alphanumeric() || "_-".contains(c);
        if name.len() > 80 || !name.chars().all(legal) {
            let message = "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length";
            return Err(invalid("InvalidParameterValue", message));
        }
        let arn = arn(&caller.region, &caller.account, name);
        if let Some(queue) = self.queues.get(&arn) {
            if self.changed(queue.settings.clone(), input)? != queue.settings {
                let message = "A queue already exists with the same name and a different value for an attribute.";
                return Err(invalid("QueueAlreadyExists", message));
            }
            return Ok(json!({ "QueueUrl": queue.url() }));
        }
        let settings = self.changed(Settings::default(), input)?;
        let queue = self.add_queue(&arn, caller.now);
        queue.settings = settings;
        Ok(json!({ "QueueUrl": queue.url() }))
    }

    pub(super) fn get_queue_url(&self, input: &Value, caller: &Caller) -> Result<Value, ApiError> {
        let name = required(input, "QueueName")?;
        let owner = input.get("QueueOwnerAWSAccountId").and_then(Value::as_str);
        let arn = arn(&caller.region, owner.unwrap_or(&caller.account), name);
        let queue = self.queues.get(&arn).ok_or_else(no_such_queue)?;
        Ok(json!({ "QueueUrl": queue.url() }))
    }

    pub(super) fn get_queue_attributes(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let asked = names(input, "AttributeNames");
        let now = caller.now;
        let queue = self.asked_for(input, caller)?;
        let (visible, hidden): (Vec<_>, Vec<_>) =
            queue.kept(now).partition(|message| message.visible <= now);
        let in_flight = hidden.iter().filter(|message| message.is_in_flight(now)).count();
        let own = [
            ("QueueArn", queue.arn.clone()),
            ("CreatedTimestamp", queue.created.as_second().to_string()),
            ("ApproximateNumberOfMessages", visible.len().to_string()),
            ("ApproximateNumberOfMessagesNotVisible", in_flight.to_string()),
            ("ApproximateNumberOfMessagesDelayed", (hidden.len() - in_flight).to_string()),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        let set = queue.settings.iter().map(|(name, value)| (name.clone(), value.clone()));
        let attributes: Map<_, _> = own
            .chain(set)
            .filter(|(name, _)| asked.iter().any(|asked| asked == "All" || asked == name))
            .map(|(name, value)| (name, json!(value)))
            .collect();
        Ok(json!({ "Attributes": attributes }))
    }

    pub(super) fn set_queue_attributes(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let settings = self.asked_for(input, caller)?.settings.clone();
        let settings = self.changed(settings, input)?;
        self.asked_for(input, caller)?.settings = settings;
        Ok(json!({}))
    }

    pub(super) fn send_message(
        &mut self,
        input: &Value,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Value, ApiError> {
        let queue = self.asked_for(input, caller)?;
        let body = required(input, "MessageBody")?;
        let attributes = message_attributes(input)?;
        check_content(body, &attributes, queue.settings.maximum_size())?;
        let delay = match seconds(input, "DelaySeconds", 900)? {
            Some(delay) => delay,
            None => queue.settings.delay(),
        };
        let mut message = Stored::new(ids.uuid(), body, attributes, &caller.user_id(), caller.now);
        message.visible = add(caller.now, delay);
        let mut answer =
            json!({"MessageId": message.id, "MD5OfMessageBody": hex(&md5(body.as_bytes()))});
        if let (Some(answer), false) = (answer.as_object_mut(), message.attributes.is_empty()) {
            let digest = json!(digest(&message.attributes));
            answer.insert("MD5OfMessageAttributes".to_owned(), digest);
        }
        queue.messages.push(message);
        Ok(answer)
    }

    /// Answers at once, however long the caller would wait for a message.
    pub(super) fn receive_message(
        &mut self,
        input: &Value,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Value, ApiError> {
        let arn = self.asked_for(input, caller)?.arn.clone();
        let most = input.get("MaxNumberOfMessages").and_then(Value::as_i64).unwrap_or(1);
        if !(1..=10).contains(&most) {
            let message = format!(
                "Value {most} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
            );
            return Err(invalid("InvalidParameterValue", message));
        }
        let visibility = seconds(input, "VisibilityTimeout", LONGEST_VISIBILITY)?;
        let mut left = most;
        let received = self.receive(&arn, visibility, caller.now, ids, |_| {
            left -= 1;
            left >= 0
        });
        let mut system = names(input, "MessageSystemAttributeNames");
        system.extend(names(input, "AttributeNames"));
        let own = names(input, "MessageAttributeNames");
        let messages: Vec<_> =
            received.iter().map(|message| shown(message, &system, &own)).collect();
        Ok(if messages.is_empty() { json!({}) } else { json!({ "Messages": messages }) })
    }

    pub(super) fn delete_message(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let receipt = receipt(input)?;
        self.asked_for(input, caller)?.delete(receipt);
        Ok(json!({}))
    }

    pub(super) fn delete_message_batch(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let queue = self.asked_for(input, caller)?;
        let entries = input.get("Entries").and_then(Value::as_array).map(Vec::as_slice);
        let entries = entries.unwrap_or_default();
        let refused = |what: &str, message: &str| {
            Err(invalid(&format!("AWS.SimpleQueueService.{what}"), message))
        };
        let id =
            |entry: &Value| entry.get("Id").and_then(Value::as_str).unwrap_or_default().to_owned();
        let distinct: BTreeSet<_> = entries.iter().map(id).collect();
        match entries.len() {
            0 => return refused("EmptyBatchRequest", "There should be at least one entry."),
            1..=ENTRIES_PER_BATCH => {}
            _ => {
                let message = "Maximum number of entries per request are 10.";
                return refused("TooManyEntriesInBatchRequest", message);
            }
        }
        if distinct.len() < entries.len() {
            return refused("BatchEntryIdsNotDistinct", "Two or more entries have the same Id.");
        }
        let (mut successful, mut failed) = (Vec::new(), Vec::new());
        for entry in entries {
            match receipt(entry) {
                Ok(receipt) => {
                    queue.delete(receipt);
                    successful.push(json!({ "Id": id(entry) }));
                }
                Err(error) => failed.push(json!({
                    "Id": id(entry), "SenderFault": true,
                    "Code": error.code, "Message": error.message,
                })),
            }
        }
        Ok(json!({"Successful": successful, "Failed": failed}))
    }

    pub(super) fn change_message_visibility(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let receipt = receipt(input)?;
        let queue = self.asked_for(input, caller)?;
        let visibility = seconds(input, "VisibilityTimeout", LONGEST_VISIBILITY)?
            .ok_or_else(|| missing("VisibilityTimeout"))?;
        let mut messages = queue.messages.iter_mut();
        let message = messages.find(|message| message.receipt.as_deref() == Some(receipt));
        match message.filter(|message| message.is_in_flight(caller.now)) {
            Some(message) => message.visible = add(caller.now, visibility),
            None => {
                let message = "The specified message isn't in flight.";
                return Err(invalid("AWS.SimpleQueueService.MessageNotInflight", message));
            }
        }
        Ok(json!({}))
    }
}

fn missing(name: &str) -> ApiError {
    let message = format!("The request must contain the parameter {name}.");
    invalid("MissingParameter", message)
}

fn required<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    let text = input.get(name).and_then(Value::as_str);
    text.filter(|text| !text.is_empty()).ok_or_else(|| missing(name))
}

fn names(input: &Value, name: &str) -> Vec<String> {
    let listed = input.get(name).and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn seconds(input: &Value, name: &str, most: i64) -> Result<Option<SignedDuration>, ApiError> {
    match input.get(name).and_then(Value::as_i64) {
        None => Ok(None),
        Some(seconds) if (0..=most).contains(&seconds) => {
            Ok(Some(SignedDuration::from_secs(seconds)))
        }
        Some(seconds) => {
            let message = format!(
                "Value {seconds} for parameter {name} is invalid. Reason: Must be >= 0 and <= {most}, if provided."
            );
            Err(invalid("InvalidParameterValue", message))
        }
    }
}

fn receipt(input: &Value) -> Result<&str, ApiError> {
    let receipt = required(input, "ReceiptHandle")?;
    if receipt.starts_with("AQEB") {
        return Ok(receipt);
    }
    let message = "The input receipt handle is invalid.";
    Err(ApiError::new(404, "ReceiptHandleIsInvalid", message))
}

fn message_attributes(input: &Value) -> Result<Attributes, ApiError> {
    let attributes = input.get("MessageAttributes").and_then(Value::as_object);
    let parsed = attributes.into_iter().flatten().map(|(name, attribute)| {
        let text = |name: &str| attribute.get(name).and_then(Value::as_str);
        let data_type = text("DataType").unwrap_or_default().to_owned();
        let known = ["String", "Number", "Binary"]
            .iter()
            .any(|kind| data_type.split('.').next() == Some(kind));
        match text("StringValue").or_else(|| text("BinaryValue")) {
            Some(value) if known && !value.is_empty() => {
                Ok((name.clone(), Attribute { data_type, value: value.to_owned() }))
            }
            _ => {
                let message = format!("The message attribute '{name}' is invalid.");
                Err(invalid("InvalidParameterValue", message))
            }
        }
    });
    parsed.collect()
}

fn check_content(body: &str, attributes: &Attributes, most: usize) -> Result<(), ApiError> {
    if attributes.len() > ATTRIBUTES_PER_MESSAGE {
        let message = "Number of message attributes exceeds the allowed maximum [10].";
        return Err(invalid("InvalidParameterValue", message));
    }
    if body.len() + size(attributes) > most {
        let message = format!(
            "One or more parameters are invalid. Reason: Message must be shorter than {most} bytes."
        );
        return Err(invalid("InvalidParameterValue", message));
    }
    let legal = |c: char| matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{FFFD}' | '\u{10000}'..='\u{10FFFF}');
    if !body.chars().all(legal) {
        let message = "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | #xE000 to #xFFFD | #x10000 to #x10FFFF.";
        return Err(invalid("InvalidMessageContents", message));
    }
    Ok(())
}

/// A message as `ReceiveMessage` answers it, with those attributes that were asked for.
fn shown(message: &Stored, system: &[String], own: &[String]) -> Value {
    let asked = |name: &str, patterns: &[String]| {
        patterns.iter().any(|pattern| match pattern.strip_suffix(".*") {
            Some(start) => name.starts_with(start),
            None => pattern == "All" || pattern == name,
        })
    };
    let mut answer = json!({
        "MessageId": message.id, "ReceiptHandle": message.receipt, "Body": message.body,
        "MD5OfBody": hex(&md5(message.body.as_bytes())),
    });
    let Some(members) = answer.as_object_mut() else { return answer };
    let told: Map<_, _> = message
        .system_attributes()
        .into_iter()
        .filter(|(name, _)| asked(name, system))
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    if !told.is_empty() {
        members.insert("Attributes".to_owned(), Value::Object(told));
    }
    let mut attributes = message.attributes.clone();
    attributes.retain(|name, _| asked(name, own));
    if !attributes.is_empty() {
        let digest = json!(digest(&attributes));
        members.insert("MD5OfMessageAttributes".to_owned(), digest);
        let attributes: Map<_, _> =
            attributes.iter().map(|(name, own)| (name.clone(), own.to_json())).collect();
        members.insert("MessageAttributes".to_owned(), Value::Object(attributes));
    }
    answer
}
