//! Hands notices, and text for people, to SNS topics.

use aws_sdk_sns::types::MessageAttributeValue;
use aws_types::SdkConfig;
use lifecycle::identifiers::Arn;
use sdk_error::{Cause, ErrorKind};

use crate::Notice;

/// Publishes notices to one topic.
#[derive(Clone, Debug)]
pub struct NoticePublisher(TextPublisher);

/// Publishes text to one topic.
#[derive(Clone, Debug)]
pub struct TextPublisher {
    client: aws_sdk_sns::Client,
    topic: Arn,
}

/// A call about a topic that failed; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
#[error("failed to {} topic {topic}{}", operation.words(), hint(*operation, cause))]
pub struct TopicError {
    operation: Operation,
    topic: Arn,
    #[source]
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Publish,
    CountSubscriptions,
}

impl Operation {
    fn words(self) -> &'static str {
        match self {
            Self::Publish => "publish to",
            Self::CountSubscriptions => "count the subscriptions of",
        }
    }
}

impl TopicError {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }
}

impl NoticePublisher {
    /// A publisher that tries again within the limits that `sdk-error` sets; a notice may then arrive twice.
    pub fn new(config: &SdkConfig, topic: Arn) -> Self {
        Self(TextPublisher::new(config, topic))
    }

    /// Publishes one notice.
    ///
    /// # Errors
    ///
    /// When SNS does not confirm it; it may have been delivered all the same.
    pub async fn publish(&self, notice: &Notice) -> Result<(), TopicError> {
        let message = serde_json::to_string(notice);
        let message = message.map_err(|_| self.0.failed(Cause::malformed("a text form")))?;
        self.0.publish(Some(&notice.subject()), &message, &notice.attributes()).await
    }
}

impl TextPublisher {
    /// A publisher that tries again within the limits that `sdk-error` sets; a message may then arrive twice.
    pub fn new(config: &SdkConfig, topic: Arn) -> Self {
        let config = aws_sdk_sns::config::Builder::from(config)
            .retry_config(sdk_error::retries())
            .timeout_config(sdk_error::timeouts())
            .build();
        Self { client: aws_sdk_sns::Client::from_conf(config), topic }
    }

    /// The topic.
    pub fn topic(&self) -> &Arn {
        &self.topic
    }

    /// Publishes one message; `subject` is that of the mail SNS makes of it.
    ///
    /// # Errors
    ///
    /// When SNS does not confirm it; it may have been delivered all the same.
    pub async fn publish(
        &self,
        subject: Option<&str>,
        message: &str,
        attributes: &[(&'static str, String)],
    ) -> Result<(), TopicError> {
        let mut call = self
            .client
            .publish()
            .topic_arn(self.topic.as_str())
            .set_subject(subject.map(ToOwned::to_owned))
            .message(message);
        for (name, value) in attributes {
            let value = MessageAttributeValue::builder().data_type("String").string_value(value);
            let value = value.build().map_err(|_| self.failed(Cause::malformed("an attribute")))?;
            call = call.message_attributes(*name, value);
        }
        call.send().await.map(|_| ()).map_err(|error| self.failed(error.into()))
    }

    /// How many confirmed subscriptions the topic has: without one, SNS accepts a message and delivers it to nobody.
    ///
    /// # Errors
    ///
    /// When SNS does not answer, or refuses.
    pub async fn confirmed_subscriptions(&self) -> Result<u64, TopicError> {
        let failed = |cause| self.error(Operation::CountSubscriptions, cause);
        let call = self.client.get_topic_attributes().topic_arn(self.topic.as_str());
        let answer = call.send().await.map_err(|error| failed(error.into()))?;
        let count = answer.attributes().and_then(|all| all.get("SubscriptionsConfirmed"));
        count
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| failed(Cause::malformed("SubscriptionsConfirmed")))
    }

    fn failed(&self, cause: Cause) -> TopicError {
        self.error(Operation::Publish, cause)
    }

    fn error(&self, operation: Operation, cause: Cause) -> TopicError {
        TopicError { operation, topic: self.topic.clone(), cause }
    }
}

fn hint(operation: Operation, cause: &Cause) -> &'static str {
    match (cause.kind(), operation) {
        (ErrorKind::Denied, Operation::Publish) => {
            " (does the function's role allow sns:Publish on it?)"
        }
        (ErrorKind::Denied, Operation::CountSubscriptions) => {
            " (does the function's role allow sns:GetTopicAttributes on it?)"
        }
        (ErrorKind::NotFound, _) => " (there is no such topic: check the setting that names it)",
        _ => "",
    }
}
