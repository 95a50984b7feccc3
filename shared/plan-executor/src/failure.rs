//! What failed, and what becomes of it.

use lifecycle::sweep::Action;
use sdk_error::ErrorKind;

/// A step that failed; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum StepFailed {
    /// IAM did not confirm the change.
    #[error(transparent)]
    Iam(#[from] iam_client::Error),
    /// The record could not be written. Before a change, nothing was changed then.
    #[error(transparent)]
    Records(record_store::Error),
    /// The warning was not sent.
    #[error(
        "nothing was recorded: a warning starts no notice period before it gets through, a reminder moves no date, and the next run tries again"
    )]
    Unwarned(#[source] notice::TopicError),
    /// The change is done, and its notice was not sent.
    #[error("the {0} is done, and the next run notifies its owner")]
    Unnotified(Action, #[source] notice::TopicError),
    /// Another run changed the record meanwhile.
    #[error("its record was changed by another run meanwhile: the next run decides anew")]
    Overtaken,
    /// There is nowhere to send notices.
    #[error("KEYSTEWARD_NOTICE_TOPIC_ARN is not set, and nothing is done without a notice")]
    NoTopic,
}

impl StepFailed {
    pub(crate) fn unwarned(_: Action, cause: notice::TopicError) -> Self {
        Self::Unwarned(cause)
    }

    pub(crate) fn unnotified(action: Action, cause: notice::TopicError) -> Self {
        Self::Unnotified(action, cause)
    }

    /// Whether a permission is missing.
    pub fn is_denied(&self) -> bool {
        let kind = match self {
            Self::Iam(error) => error.kind(),
            Self::Records(error) => error.kind(),
            Self::Unwarned(error) | Self::Unnotified(_, error) => error.kind(),
            Self::Overtaken | Self::NoTopic => return false,
        };
        kind == ErrorKind::Denied
    }
}

impl From<record_store::Error> for StepFailed {
    fn from(error: record_store::Error) -> Self {
        if error.kind() == ErrorKind::Conflict { Self::Overtaken } else { Self::Records(error) }
    }
}
