//! The Simple Notification Service: topics, and what was published to them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

pub(crate) const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
const MAXIMUM_MESSAGE_SIZE: usize = 262_144;
/// More of them are accepted by SNS, and make a queue with raw delivery drop the message.
const ATTRIBUTES_PER_MESSAGE: usize = 10;

/// A message that somebody published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The topic's ARN.
    pub topic: String,
    /// The subject, if there was one.
    pub subject: Option<String>,
    /// The body.
    pub message: String,
    /// The message attributes that have a string value.
    pub attributes: BTreeMap<String, String>,
    /// When, by the simulated clock.
    pub at: Timestamp,
}

/// The SNS part of one account.
#[derive(Debug, Default)]
pub(crate) struct Sns {
    topics: Vec<String>,
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

    pub(crate) fn call(
        &mut self,
        operation: &str,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Option<Result<Option<Xml>, ApiError>> {
        Some(match operation {
            "CreateTopic" => form.required("Name").map(|name| {
                let arn = self.add_topic(name, &caller.account, &caller.region);
                Some(Xml::elements([("TopicArn", Xml::text(arn))]))
            }),
            "Publish" => self.publish(form, caller, ids).map(Some),
            _ => return None,
        })
    }

    /// Checks that a topic is there, in the caller's account and in the Region that was asked.
    fn check_topic(&self, topic: &str, caller: &Caller) -> Result<(), ApiError> {
        let [_, _, _, region, account, _] = topic.split(':').collect::<Vec<_>>()[..] else {
            return Err(ApiError::new(400, "InvalidParameter", "Invalid parameter: TopicArn"));
        };
        if region != caller.region {
            return Err(ApiError::new(400, "InvalidParameter", "Invalid parameter: TopicArn"));
        }
        if account != caller.account {
            // Topics have no policies here, so nobody else may publish to them.
            let message = format!(
                "User: {} is not authorized to perform: SNS:Publish on resource: {topic} because no resource-based policy allows the SNS:Publish action",
                caller.arn()
            );
            return Err(ApiError::new(403, "AuthorizationError", message));
        }
        match self.topics.iter().any(|known| known == topic) {
            true => Ok(()),
            false => Err(ApiError::new(404, "NotFound", "Topic does not exist")),
        }
    }

    /// Publishes what a service has to say, without a caller.
    pub(crate) fn publish_event(
        &mut self,
        topic: &str,
        subject: &str,
        message: &str,
        at: Timestamp,
    ) {
        self.published.push(Published {
            topic: topic.to_owned(),
            subject: Some(subject.to_owned()),
            message: message.to_owned(),
            attributes: BTreeMap::new(),
            at,
        });
    }

    fn publish(&mut self, form: &Form, caller: &Caller, ids: &mut Ids) -> Result<Xml, ApiError> {
        let topic = form.required("TopicArn")?;
        self.check_topic(topic, caller)?;
        let invalid = |message: &str| {
            Err(ApiError::new(400, "InvalidParameter", format!("Invalid parameter: {message}")))
        };
        let subject = form.get("Subject");
        if subject.is_some_and(|subject| {
            subject.chars().count() >= 100 || subject.chars().any(char::is_control)
        }) {
            return invalid("Subject");
        }
        let Some(message) = form.get("Message").filter(|message| !message.is_empty()) else {
            return invalid("Empty message");
        };
        let attributes = form.message_attributes();
        if attributes.len() > ATTRIBUTES_PER_MESSAGE {
            return invalid("Too many message attributes");
        }
        if let Some(name) = attributes.keys().find(|name| !is_attribute_name(name)) {
            return invalid(&format!("The message attribute name '{name}' is invalid"));
        }
        match form.get("MessageStructure") {
            None => {}
            Some("json") if has_default(message) => {}
            Some("json") => {
                return invalid("Message Structure - No default entry in JSON message body");
            }
            Some(_) => return invalid("MessageStructure"),
        }
        let size = message.len()
            + attributes.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>();
        if size > MAXIMUM_MESSAGE_SIZE {
            return invalid("Message too long");
        }
        self.published.push(Published {
            topic: topic.to_owned(),
            subject: subject.map(ToOwned::to_owned),
            message: message.to_owned(),
            attributes,
            at: caller.now,
        });
        Ok(Xml::elements([("MessageId", Xml::text(ids.uuid()))]))
    }
}

/// Whether SNS takes a name of a message attribute.
fn is_attribute_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let lower = name.to_ascii_lowercase();
    (1..=256).contains(&name.len())
        && name.chars().all(legal)
        && !["aws.", "amazon.", "."].iter().any(|start| lower.starts_with(start))
        && !name.ends_with('.')
        && !name.contains("..")
}

/// Whether a message in the JSON structure has the entry for protocols that it does not name.
fn has_default(message: &str) -> bool {
    let message: Option<serde_json::Value> = serde_json::from_str(message).ok();
    message.is_some_and(|message| message.get("default").is_some_and(serde_json::Value::is_string))
}
