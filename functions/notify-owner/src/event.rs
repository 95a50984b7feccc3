//! The events that the function takes, and which messages in them it accepts.

use jiff::Timestamp;
use lifecycle::identifiers::{Arn, VersionId};
use notice::{InvalidNotice, Notice};
use serde_json::Value;

use crate::bounce::{self, Undelivered};

/// Which topics the function listens to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sources {
    /// The topic of notices.
    pub notices: Arn,
    /// The topic of SES's events about mail.
    pub mail_events: Option<Arn>,
    /// Who mail is sent from: events about other senders' mail are not ours.
    pub mail_from: Option<String>,
    /// Who is notified of mail that bounced, where nobody can be notified that their own mail did.
    pub administrator: Option<String>,
}

/// What one invocation brings.
#[derive(Debug)]
pub struct Event {
    /// Whether it came through a queue, which takes an answer for each message.
    pub queued: bool,
    /// The messages, in order.
    pub messages: Vec<Message>,
}

/// One message of an invocation.
#[derive(Debug)]
pub struct Message {
    /// What the queue calls it; empty where there is no queue.
    pub id: String,
    /// What it says, or why it is refused.
    pub content: Result<Content, EventError>,
}

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// News from a function.
    News(Vec<Notice>),
    /// Something happened to a secret.
    Secret(SecretEvent),
    /// A mail was not delivered, or not wanted.
    Undelivered(Undelivered),
    /// Something that is news to nobody.
    NotOurs,
}

/// What happened to a secret, as EventBridge reports it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretEvent {
    /// The secret.
    pub secret: Arn,
    /// What EventBridge calls the event.
    pub id: String,
    /// What happened.
    pub what: SecretNews,
    /// When.
    pub at: Timestamp,
}

/// What may happen to a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretNews {
    /// A version became the current one.
    Current(VersionId),
    /// Secrets Manager gave a rotation up.
    RotationFailed {
        /// What it says.
        error: Option<String>,
    },
}

/// A message that is refused, or not understood.
#[derive(Debug, thiserror::Error)]
pub enum EventError {
    /// The invocation is none that a queue, a topic or EventBridge makes.
    #[error(
        "the event is not one this function takes: it takes messages of SNS, alone or through SQS, and EventBridge events of AWS Secrets Manager"
    )]
    Unknown,
    /// The body of a message in the queue is neither from SNS nor from EventBridge.
    #[error(
        "a message in the queue is neither an SNS notification nor an EventBridge event; switch raw message delivery off, so that the topic it comes from can be checked"
    )]
    Envelope,
    /// It came through a topic this function does not listen to.
    #[error("a message came through a topic this function does not listen to")]
    Topic,
    /// The notice is none.
    #[error("a message on the topic of notices is none")]
    Notice(#[source] InvalidNotice),
    /// The topic's attributes contradict the notice.
    #[error("the attribute {0} of a message contradicts the notice in it")]
    Attribute(&'static str),
    /// An event of Secrets Manager lacks something that AWS documents.
    #[error("an event of AWS Secrets Manager lacks {0}, or it cannot be read")]
    Secret(&'static str),
    /// The administrator cannot be notified by mail that their own mail bounced.
    #[error(
        "a mail to the administrator was not delivered: correct KEYSTEWARD_MAIL_ADMIN, or remove the address from the suppression list of SES"
    )]
    Administrator,
    /// An event of SES lacks something that AWS documents.
    #[error("an event of SES about a mail lacks {0}, or it cannot be read")]
    Mail(&'static str),
}

impl Event {
    /// Reads an invocation's event, message by message; one that is refused does not affect the others.
    ///
    /// # Errors
    ///
    /// When it is no event of the function's at all.
    pub fn parse(event: &Value, sources: &Sources) -> Result<Self, EventError> {
        if let Some(records) = event.get("Records").and_then(Value::as_array) {
            let queued =
                records.iter().all(|record| text(record, "eventSource") == Some("aws:sqs"));
            let direct =
                records.iter().all(|record| text(record, "EventSource") == Some("aws:sns"));
            return match (queued, direct) {
                (true, _) => {
                    let read = |record| queued_message(record, sources);
                    Ok(Self { queued: true, messages: records.iter().map(read).collect() })
                }
                (_, true) => {
                    let read = |record: &Value| Message {
                        id: String::new(),
                        content: record
                            .get("Sns")
                            .ok_or(EventError::Envelope)
                            .and_then(|envelope| from_topic(envelope, sources)),
                    };
                    Ok(Self { queued: false, messages: records.iter().map(read).collect() })
                }
                (false, false) => Err(EventError::Unknown),
            };
        }
        if text(event, "source").is_none() || text(event, "detail-type").is_none() {
            return Err(EventError::Unknown);
        }
        let content = from_bus(event, sources);
        Ok(Self { queued: false, messages: vec![Message { id: String::new(), content }] })
    }
}

fn queued_message(record: &Value, sources: &Sources) -> Message {
    let body = text(record, "body").map(serde_json::from_str::<Value>);
    let content = match body {
        Some(Ok(body)) if text(&body, "Type") == Some("Notification") => from_topic(&body, sources),
        Some(Ok(body)) if text(&body, "detail-type").is_some() => from_bus(&body, sources),
        Some(_) | None => Err(EventError::Envelope),
    };
    Message { id: text(record, "messageId").unwrap_or_default().to_owned(), content }
}

/// Reads what a topic handed over. Only SNS can write the name of the topic into it: the queue's policy sees to that.
fn from_topic(envelope: &Value, sources: &Sources) -> Result<Content, EventError> {
    let topic = text(envelope, "TopicArn").ok_or(EventError::Envelope)?;
    let message = text(envelope, "Message").ok_or(EventError::Envelope)?;
    if topic == sources.notices.as_str() {
        let notice = Notice::parse(message).map_err(EventError::Notice)?;
        agree(envelope, &notice)?;
        return Ok(Content::News(vec![notice]));
    }
    if sources.mail_events.as_ref().is_some_and(|known| known.as_str() == topic) {
        let undelivered = bounce::read(message, sources)?;
        return Ok(undelivered.map_or(Content::NotOurs, Content::Undelivered));
    }
    Err(EventError::Topic)
}

/// Whether the attributes, by which people filter, say what the notice says.
fn agree(envelope: &Value, notice: &Notice) -> Result<(), EventError> {
    let attributes = envelope.get("MessageAttributes");
    let expected = notice.attributes();
    for name in ["kind", "severity", "account", "credential"] {
        let given = attributes.and_then(|all| text(all.get(name)?, "Value"));
        let expected = expected.iter().find(|(expected, _)| *expected == name);
        if given.is_some_and(|given| expected.is_none_or(|(_, value)| value != given)) {
            return Err(EventError::Attribute(name));
        }
    }
    Ok(())
}

fn from_bus(event: &Value, sources: &Sources) -> Result<Content, EventError> {
    let kind = (text(event, "source"), text(event, "detail-type"));
    let detail = event.get("detail").unwrap_or(&Value::Null);
    let (secret, what) = match kind {
        (Some("aws.secretsmanager"), Some("Secret Label Updated")) => {
            if text(detail, "labelUpdated") != Some("AWSCURRENT") {
                return Ok(Content::NotOurs);
            }
            let version = text(detail, "versionId").ok_or(EventError::Secret("a version"))?;
            let secret = event.get("resources").and_then(|all| all.get(0)).and_then(Value::as_str);
            (secret, SecretNews::Current(VersionId::new(version)))
        }
        (Some("aws.secretsmanager"), Some("AWS Service Event via CloudTrail")) => {
            if !matches!(text(detail, "eventName"), Some("RotationFailed" | "RotationAbandoned")) {
                return Ok(Content::NotOurs);
            }
            let named = |name| text(detail.get("additionalEventData")?, name);
            let error = text(detail, "errorMessage").map(ToOwned::to_owned);
            (named("SecretId"), SecretNews::RotationFailed { error })
        }
        _ => return Ok(Content::NotOurs),
    };
    let secret: Option<Arn> = secret.and_then(|secret| secret.parse().ok());
    let secret = secret
        .filter(|arn| {
            // An event of this account is about this account's secrets; others are not ours.
            arn.service() == "secretsmanager"
                && arn.account() == sources.notices.account()
                && Some(arn.account().as_str()) == text(event, "account")
        })
        .ok_or(EventError::Secret("the ARN of a secret of its account"))?;
    let at = text(event, "time").and_then(|at| at.parse().ok());
    let at = at.ok_or(EventError::Secret("a time"))?;
    let id = text(event, "id").ok_or(EventError::Secret("an id"))?.to_owned();
    Ok(Content::Secret(SecretEvent { secret, id, what, at }))
}

pub(crate) fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name)?.as_str()
}
