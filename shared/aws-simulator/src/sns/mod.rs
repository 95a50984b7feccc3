//! The Simple Notification Service: topics, what was published to them, and the queues that get it.

mod attributes;
mod filter;
mod subscriptions;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::authorization::{Context, Scope};
use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::message_attributes::{self, Attributes};
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::services::Account;
use crate::wire::{Form, Xml};
use crate::world::World;
use subscriptions::{Subscription, deliver};

pub(crate) const SERVICE: Service = Service {
    errors: Errors {
        internal: "InternalError",
        throttled: (429, "Throttled", "Rate exceeded"),
        denied: (403, "AuthorizationError"),
        // SNS alone spells its own name in capitals.
        spelled: |action| action.replacen("sns:", "SNS:", 1),
        ..Errors::QUERY
    },
    ..Service::new(
        "sns",
        Protocol::Query("http://sns.amazonaws.com/doc/2010-03-31/"),
        judged_by,
        perform,
    )
};

const MAXIMUM_MESSAGE_SIZE: usize = 262_144;

/// A message that somebody published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The topic's ARN.
    pub topic: String,
    /// The subject, if there was one.
    pub subject: Option<String>,
    /// The body.
    pub message: String,
    /// The message attributes; bytes are written in Base64.
    pub attributes: BTreeMap<String, String>,
    /// When, by the simulated clock.
    pub at: Timestamp,
}

/// The SNS part of one account.
#[derive(Debug, Default)]
pub(crate) struct Sns {
    topics: Vec<String>,
    subscriptions: Vec<Subscription>,
    pub(crate) published: Vec<Published>,
}

impl Sns {
    pub(crate) fn add_topic(&mut self, name: &str, account: &str, region: &str) -> String {
        let arn = format!("arn:aws:sns:{region}:{account}:{name}");
        if !self.topics.contains(&arn) {
            self.topics.push(arn.clone());
        }
        arn
    }

    /// Checks that a topic is there, in the caller's account and in the Region that was asked.
    fn check_topic(&self, topic: &str, caller: &Caller, operation: &str) -> Result<(), ApiError> {
        let [_, _, _, region, account, _] = topic.split(':').collect::<Vec<_>>()[..] else {
            return Err(invalid("TopicArn"));
        };
        if region != caller.region {
            return Err(invalid("TopicArn"));
        }
        if account != caller.account {
            // Topics have no policies here, so nobody else may publish to them.
            let message = format!(
                "User: {} is not authorized to perform: SNS:{operation} on resource: {topic} because no resource-based policy allows the SNS:{operation} action",
                caller.arn()
            );
            return Err(ApiError::new(403, "AuthorizationError", message));
        }
        match self.topics.iter().any(|known| known == topic) {
            true => Ok(()),
            false => Err(ApiError::new(404, "NotFound", "Topic does not exist")),
        }
    }

    fn publish(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Notification, ApiError> {
        let topic = form.required("TopicArn")?;
        self.check_topic(topic, caller, "Publish")?;
        let subject = form.get("Subject");
        if subject.is_some_and(|subject| {
            subject.chars().count() >= 100 || subject.chars().any(char::is_control)
        }) {
            return Err(invalid("Subject"));
        }
        let message = form.get("Message").filter(|message| !message.is_empty());
        let message = message.ok_or_else(|| invalid("Empty message"))?;
        let attributes = attributes::of(form);
        attributes::check(&attributes)?;
        let by_protocol = match form.get("MessageStructure") {
            None => false,
            Some("json") if has_default(message) => true,
            Some("json") => {
                return Err(invalid("Message Structure - No default entry in JSON message body"));
            }
            Some(_) => return Err(invalid("MessageStructure")),
        };
        if message.len() + message_attributes::size(&attributes) > MAXIMUM_MESSAGE_SIZE {
            return Err(invalid("Message too long"));
        }
        Ok(Notification {
            id: ids.uuid(),
            topic: topic.to_owned(),
            subject: subject.map(ToOwned::to_owned),
            message: message.to_owned(),
            by_protocol,
            attributes,
            at: caller.now,
        })
    }
}

/// A message on its way to the subscriptions of a topic.
struct Notification {
    id: String,
    topic: String,
    subject: Option<String>,
    message: String,
    /// Whether the message is an object with a text for each protocol.
    by_protocol: bool,
    attributes: Attributes,
    at: Timestamp,
}

impl Notification {
    /// What a subscription of this protocol gets.
    fn text_for(&self, protocol: &str) -> String {
        let texts = if self.by_protocol { &self.message } else { "null" };
        let texts: serde_json::Value = serde_json::from_str(texts).unwrap_or_default();
        let text = texts.get(protocol).or_else(|| texts.get("default"));
        text.and_then(serde_json::Value::as_str).unwrap_or(&self.message).to_owned()
    }
}

/// Fills in what IAM judges a call by: the topic, and the endpoint that is subscribed to it.
fn judged_by(context: &mut Context, asked: &Asked, _: Option<&Account>, _: Scope<'_>) {
    let Some(form) = asked.form() else { return };
    if let Some(topic) = form.get("TopicArn") {
        topic.clone_into(&mut context.resource);
    }
    for (parameter, key) in [("Protocol", "sns:Protocol"), ("Endpoint", "sns:Endpoint")] {
        if let Some(value) = form.get(parameter) {
            context.set(key, value);
        }
    }
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let form = asked.form()?;
    let (account, ids) = world.account_and_ids(&caller.account);
    let sns = &mut account.sns;
    let answer = match asked.operation.as_str() {
        "Subscribe" => sns.subscribe_call(form, caller, ids),
        "GetTopicAttributes" => sns.topic_attributes(form, caller),
        "Publish" => sns.publish(form, caller, ids).map(|notification| {
            let id = Xml::text(&notification.id);
            publish(account, notification, ids);
            Xml::elements([("MessageId", id)])
        }),
        _ => return None,
    };
    Some(answer.map(|xml| Body::Xml(Some(xml))))
}

/// Publishes what a service has to say, without a caller.
pub(crate) fn publish_event(
    account: &mut Account,
    topic: &str,
    subject: &str,
    message: String,
    at: Timestamp,
    ids: &mut Ids,
) {
    let notification = Notification {
        id: ids.uuid(),
        topic: topic.to_owned(),
        subject: Some(subject.to_owned()),
        message,
        by_protocol: false,
        attributes: Attributes::new(),
        at,
    };
    publish(account, notification, ids);
}

fn publish(account: &mut Account, notification: Notification, ids: &mut Ids) {
    deliver(account, &notification, ids);
    let attributes = notification.attributes.into_iter();
    account.sns.published.push(Published {
        topic: notification.topic,
        subject: notification.subject,
        message: notification.message,
        attributes: attributes.map(|(name, attribute)| (name, attribute.value)).collect(),
        at: notification.at,
    });
}

fn invalid(what: &str) -> ApiError {
    ApiError::new(400, "InvalidParameter", format!("Invalid parameter: {what}"))
}

/// Whether a message in the JSON structure has the entry for protocols that it does not name.
fn has_default(message: &str) -> bool {
    let message: Option<serde_json::Value> = serde_json::from_str(message).ok();
    message.is_some_and(|message| message.get("default").is_some_and(serde_json::Value::is_string))
}
