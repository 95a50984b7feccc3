//! The Simple Queue Service: standard queues, their messages, and queues of dead letters.

mod event_source;
mod operations;
mod queue;
mod settings;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::authorization::{Context, Scope};
use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::message_attributes::Attributes;
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::services::Account;
use crate::wire::JsonFormat;
use crate::world::World;
pub(crate) use queue::{Queue, Stored};

pub(crate) const SERVICE: Service = Service {
    errors: Errors {
        internal: "InternalFailure",
        throttled: (403, "RequestThrottled", "Request is throttled."),
        // SQS alone spells actions in small letters.
        spelled: |action| action.to_ascii_lowercase(),
        ..Errors::QUERY
    },
    ..Service::new("sqs", Protocol::Json(JsonFormat::RpcAfterXml), judged_by, perform)
};

/// The SQS part of one account: its queues by ARN.
#[derive(Debug, Default)]
pub(crate) struct Sqs {
    queues: BTreeMap<String, Queue>,
}

/// Fills in what IAM judges a call by: the queue.
fn judged_by(context: &mut Context, asked: &Asked, _: Option<&Account>, scope: Scope<'_>) {
    // Who may delete a message may delete several at once.
    if let Some(single) = context.action.strip_suffix("Batch") {
        context.action = single.to_owned();
    }
    let Some(input) = asked.json() else { return };
    let text = |name: &str| input.get(name).and_then(Value::as_str);
    let (account, name) = match (text("QueueUrl"), text("QueueName")) {
        (Some(url), _) => owner_and_name(url),
        (None, Some(name)) => (text("QueueOwnerAWSAccountId").unwrap_or(scope.account), name),
        (None, None) => return,
    };
    context.resource = arn(scope.region, account, name);
}

pub(crate) fn arn(region: &str, account: &str, name: &str) -> String {
    format!("arn:aws:sqs:{region}:{account}:{name}")
}

/// The account and the name at the end of a queue's URL.
fn owner_and_name(url: &str) -> (&str, &str) {
    let (before, name) = url.rsplit_once('/').unwrap_or(("", url));
    (before.rsplit_once('/').map_or(before, |(_, account)| account), name)
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let input = asked.json()?;
    let (account, ids) = world.account_and_ids(&caller.account);
    let answer = account.sqs.call(&asked.operation, input, caller, ids)?;
    Some(answer.map(Body::Json))
}

fn invalid(code: &str, message: impl Into<String>) -> ApiError {
    ApiError::new(400, code, message)
}

fn no_such_queue() -> ApiError {
    let message = "The specified queue does not exist.";
    invalid("AWS.SimpleQueueService.NonExistentQueue", message)
}

impl Sqs {
    pub(crate) fn add_queue(&mut self, arn: &str, now: Timestamp) -> &mut Queue {
        self.queues.entry(arn.to_owned()).or_insert_with(|| Queue::new(arn, now))
    }

    pub(crate) fn queue_mut(&mut self, arn: &str) -> Option<&mut Queue> {
        self.queues.get_mut(arn)
    }

    /// The queue of a name, in whatever Region.
    pub(crate) fn named(&self, name: &str) -> Option<&Queue> {
        self.queues.values().find(|queue| queue.name() == name)
    }

    /// Puts a message into a queue, if the queue is there.
    pub(crate) fn deliver(
        &mut self,
        arn: &str,
        body: &str,
        attributes: Attributes,
        sender: &str,
        now: Timestamp,
        ids: &mut Ids,
    ) {
        if let Some(queue) = self.queues.get_mut(arn) {
            queue.messages.push(Stored::new(ids.uuid(), body, attributes, sender, now));
        }
    }

    /// Receives visible messages, oldest first, up to the first one that `takes` does not take.
    ///
    /// Those that were received too often go to the queue of dead letters instead.
    pub(crate) fn receive(
        &mut self,
        arn: &str,
        visibility: Option<SignedDuration>,
        now: Timestamp,
        ids: &mut Ids,
        takes: impl FnMut(&Stored) -> bool,
    ) -> Vec<Stored> {
        let Some(queue) = self.queues.get_mut(arn) else { return Vec::new() };
        queue.forget_expired(now);
        let dead = queue.remove_dead(now);
        let received = queue.receive(visibility, now, ids, takes);
        if let Some((target, letters)) = dead
            && let Some(target) = self.queues.get_mut(&target)
        {
            target.bury(letters, arn, now);
        }
        received
    }

    fn call(
        &mut self,
        operation: &str,
        input: &Value,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Option<Result<Value, ApiError>> {
        Some(match operation {
            "CreateQueue" => self.create_queue(input, caller),
            "GetQueueUrl" => self.get_queue_url(input, caller),
            "GetQueueAttributes" => self.get_queue_attributes(input, caller),
            "SetQueueAttributes" => self.set_queue_attributes(input, caller),
            "SendMessage" => self.send_message(input, caller, ids),
            "ReceiveMessage" => self.receive_message(input, caller, ids),
            "DeleteMessage" => self.delete_message(input, caller),
            "DeleteMessageBatch" => self.delete_message_batch(input, caller),
            "ChangeMessageVisibility" => self.change_message_visibility(input, caller),
            _ => return None,
        })
    }
}
