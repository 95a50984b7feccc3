//! The Simple Notification Service: topics, and what was published to them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

pub(crate) const NAMESPACE: &str = "http://sns.amazonaws.com/doc/2010-03-31/";
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

    fn publish(&mut self, form: &Form, caller: &Caller, ids: &mut Ids) -> Result<Xml, ApiError> {
        let topic = form.required("TopicArn")?;
        if !self.topics.iter().any(|known| known == topic) {
            return Err(ApiError::new(404, "NotFound", "Topic does not exist"));
        }
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
