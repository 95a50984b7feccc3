//! Hands notices to an SNS topic.

use aws_sdk_sns::types::MessageAttributeValue;
use aws_types::SdkConfig;
use lifecycle::identifiers::Arn;
use sdk_error::{Cause, ErrorKind};

use crate::Notice;

/// Publishes notices to one topic.
#[derive(Clone, Debug)]
pub struct NoticePublisher {
    client: aws_sdk_sns::Client,
    topic: Arn,
}

/// A notice that SNS did not take; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
#[error("failed to publish a notice to topic {topic}{}", hint(cause))]
pub struct PublishError {
    topic: Arn,
    #[source]
    cause: Cause,
}

impl PublishError {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }
}

impl NoticePublisher {
    /// A publisher that tries again within the limits that `sdk-error` sets; a notice may then arrive twice.
    pub fn new(config: &SdkConfig, topic: Arn) -> Self {
        let config = aws_sdk_sns::config::Builder::from(config)
            .retry_config(sdk_error::retries())
            .timeout_config(sdk_error::timeouts())
            .build();
        Self { client: aws_sdk_sns::Client::from_conf(config), topic }
    }

    /// Publishes one notice.
    ///
    /// # Errors
    ///
    /// When SNS does not confirm it; it may have been delivered all the same.
    pub async fn publish(&self, notice: &Notice) -> Result<(), PublishError> {
        let failed = |cause| PublishError { topic: self.topic.clone(), cause };
        let message = serde_json::to_string(notice)
            .map_err(|_| failed(Cause::malformed("a text form of the notice")))?;
        let mut call = self
            .client
            .publish()
            .topic_arn(self.topic.as_str())
            .subject(notice.subject())
            .message(message);
        for (name, value) in notice.attributes() {
            let value =
                MessageAttributeValue::builder().data_type("String").string_value(value).build();
            call = call.message_attributes(
                name,
                value.map_err(|_| failed(Cause::malformed("an attribute")))?,
            );
        }
        call.send().await.map(|_| ()).map_err(|error| failed(error.into()))
    }
}

fn hint(cause: &Cause) -> &'static str {
    match cause.kind() {
        ErrorKind::Denied => " (does the function's role allow sns:Publish on it?)",
        ErrorKind::NotFound => " (KEYSTEWARD_NOTICE_TOPIC_ARN names a topic that does not exist)",
        _ => "",
    }
}
