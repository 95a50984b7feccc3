//! Who gets what is published: queues of the same account at once; other endpoints are counted, and get nothing.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::filter::Filter;
use super::{Notification, Sns, invalid};
use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::{Ids, shaped};
use crate::message_attributes::Attributes;
use crate::services::Account;
use crate::wire::{Form, Xml};

/// A subscription to a topic.
#[derive(Clone, Debug)]
pub(crate) struct Subscription {
    arn: String,
    topic: String,
    protocol: String,
    endpoint: String,
    confirmed: bool,
    raw: bool,
    filter: Option<Filter>,
}

impl Subscription {
    fn set(&mut self, name: &str, value: &str) -> Result<(), ApiError> {
        match (name, value) {
            ("RawMessageDelivery", "true" | "false") => self.raw = value == "true",
            ("FilterPolicy", policy) => {
                let filter = Filter::parse(policy);
                self.filter =
                    Some(filter.map_err(|error| invalid(&format!("FilterPolicy: {error}")))?);
            }
            ("FilterPolicyScope", "MessageAttributes") => {}
            _ => return Err(invalid("AttributeName")),
        }
        Ok(())
    }

    /// What arrives at the queue: the message alone, or wrapped in an envelope.
    fn delivery(&self, notification: &Notification) -> (String, Attributes) {
        match self.raw {
            true => (notification.text_for("sqs"), notification.attributes.clone()),
            false => (self.envelope(notification), Attributes::new()),
        }
    }

    fn envelope(&self, notification: &Notification) -> String {
        let region = self.topic.split(':').nth(3).unwrap_or_default();
        let host = format!("https://sns.{region}.amazonaws.com");
        let mut envelope = json!({
            "Type": "Notification",
            "MessageId": notification.id,
            "TopicArn": notification.topic,
            "Message": notification.text_for("sqs"),
            "Timestamp": notification.at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string(),
            "SignatureVersion": "1",
            "Signature": "EXAMPLE",
            "SigningCertURL": format!("{host}/SimpleNotificationService-0000.pem"),
            "UnsubscribeURL": format!("{host}/?Action=Unsubscribe&SubscriptionArn={}", self.arn),
        });
        if let Some(members) = envelope.as_object_mut() {
            if let Some(subject) = &notification.subject {
                members.insert("Subject".to_owned(), json!(subject));
            }
            let attributes: Map<_, _> = notification
                .attributes
                .iter()
                .map(|(name, own)| {
                    (name.clone(), json!({"Type": own.data_type, "Value": own.value}))
                })
                .collect();
            if !attributes.is_empty() {
                members.insert("MessageAttributes".to_owned(), Value::Object(attributes));
            }
        }
        envelope.to_string()
    }
}

impl Sns {
    pub(super) fn subscribe_call(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let topic = form.required("TopicArn")?;
        self.check_topic(topic, caller, "Subscribe")?;
        let (protocol, endpoint) = (form.required("Protocol")?, form.required("Endpoint")?);
        let attributes = form.map("Attributes");
        let subscription = self.subscribe(topic, protocol, endpoint, &attributes, ids)?;
        let shown = subscription.confirmed || form.get("ReturnSubscriptionArn") == Some("true");
        let arn = if shown { subscription.arn.as_str() } else { "pending confirmation" };
        Ok(Xml::elements([("SubscriptionArn", Xml::text(arn))]))
    }

    /// Subscribes an endpoint once; one that is subscribed stays as it is.
    pub(crate) fn subscribe(
        &mut self,
        topic: &str,
        protocol: &str,
        endpoint: &str,
        attributes: &BTreeMap<String, String>,
        ids: &mut Ids,
    ) -> Result<&Subscription, ApiError> {
        let owner = |arn: &str| arn.split(':').nth(4).unwrap_or_default().to_owned();
        let confirmed = match protocol {
            "sqs" if endpoint.starts_with("arn:aws:sqs:") => owner(topic) == owner(endpoint),
            "sqs" => return Err(invalid("SQS endpoint ARN")),
            "email" if endpoint.contains('@') => false,
            "email" => return Err(invalid("Email address")),
            "https" if endpoint.starts_with("https://") => false,
            "https" => return Err(invalid("Endpoint must match the specified protocol")),
            "lambda" if endpoint.starts_with("arn:aws:lambda:") => owner(topic) == owner(endpoint),
            "lambda" => return Err(invalid("Lambda endpoint ARN")),
            protocol => {
                return Err(invalid(&format!("Protocol: {protocol} is not simulated")));
            }
        };
        let mut subscription = Subscription {
            arn: format!("{topic}:{}", ids.uuid()),
            topic: topic.to_owned(),
            protocol: protocol.to_owned(),
            endpoint: endpoint.to_owned(),
            confirmed,
            raw: false,
            filter: None,
        };
        for (name, value) in attributes {
            subscription.set(name, value)?;
        }
        let same = |own: &Subscription| {
            (&own.topic, &own.protocol, &own.endpoint)
                == (&subscription.topic, &subscription.protocol, &subscription.endpoint)
        };
        let known = self.subscriptions.iter().position(same);
        let at = known.unwrap_or_else(|| {
            self.subscriptions.push(subscription);
            self.subscriptions.len() - 1
        });
        self.subscriptions.get(at).ok_or_else(not_found)
    }

    /// Confirms the subscription of an endpoint, as the link in its mail does.
    pub(crate) fn confirm(&mut self, topic: &str, endpoint: &str) {
        for own in &mut self.subscriptions {
            own.confirmed |= own.topic == topic && own.endpoint == endpoint;
        }
    }

    /// Ends the subscription of an endpoint, as the link in its messages does.
    pub(crate) fn unsubscribe(&mut self, topic: &str, endpoint: &str) {
        self.subscriptions.retain(|own| own.topic != topic || own.endpoint != endpoint);
    }

    /// What SNS says of a topic, as far as anybody asks (`GetTopicAttributes`, Amazon SNS API Reference).
    pub(super) fn topic_attributes(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let topic = form.required("TopicArn")?;
        self.check_topic(topic, caller, "GetTopicAttributes")?;
        let count = |confirmed| {
            let all = self.subscriptions.iter();
            all.filter(|own| own.topic == topic && own.confirmed == confirmed).count().to_string()
        };
        let attributes = [
            ("TopicArn", topic.to_owned()),
            ("Owner", caller.account.clone()),
            ("SubscriptionsConfirmed", count(true)),
            ("SubscriptionsPending", count(false)),
        ];
        let entry = |(key, value)| {
            ("entry", Xml::elements([("key", Xml::text(key)), ("value", Xml::text(value))]))
        };
        Ok(Xml::elements([("Attributes", Xml::elements(attributes.map(entry)))]))
    }
}

fn not_found() -> ApiError {
    ApiError::new(404, "NotFound", "Subscription does not exist")
}

/// Puts what was published into every queue that wants it.
pub(super) fn deliver(account: &mut Account, notification: &Notification, ids: &mut Ids) {
    let wanting = account.sns.subscriptions.iter().filter(|own| {
        let wants = own.filter.as_ref().is_none_or(|filter| filter.wants(&notification.attributes));
        let queue = own.protocol == "sqs";
        queue && own.confirmed && own.topic == notification.topic && wants
    });
    for subscription in wanting {
        let (body, attributes) = subscription.delivery(notification);
        let sender = shaped("AIDA", "sns.amazonaws.com");
        let sqs = &mut account.sqs;
        sqs.deliver(&subscription.endpoint, &body, attributes, &sender, notification.at, ids);
    }
}
