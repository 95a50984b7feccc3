//! Why a round did not do everything for one user.

use lifecycle::identifiers::{AccessKeyId, Arn};
use lifecycle::rotation::Refusal;
use lifecycle::sweep::Reason;
use plan_executor::StepFailed;

/// A part that failed; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub(super) enum UserFailed {
    /// The tag holds something else than the ARN of a secret.
    #[error(
        "its tag keysteward:secret does not hold the ARN of a secret; correct the tag, or remove it"
    )]
    NotASecret,
    /// The secret lies in an account that the round has no way into.
    #[error(
        "its secret {secret} lies in an account that this round does not reach; keep the secret in the account of the function"
    )]
    OutOfReach { secret: Arn },
    /// What is remembered of its rotation cannot be read.
    #[error(
        "what is remembered of its rotation cannot be read: {fault}; update Keysteward, or remove the item from the table"
    )]
    MemoryUnreadable { fault: String },
    /// The secret has no value.
    #[error(
        "its secret {secret} has no current value; store a key of the user in it, or remove the tag keysteward:secret from the user"
    )]
    NoCurrentValue { secret: Arn },
    /// The secret holds a key that the user does not have.
    #[error(
        "its secret {secret} holds key {key}, which is not a key of the user; none of the user's keys is touched: \
         create a key by hand and store it in the secret, or correct the tag"
    )]
    ForeignSecret { secret: Arn, key: AccessKeyId },
    /// The secret's value names another user.
    #[error(transparent)]
    Identity(#[from] Refusal),
    #[error(transparent)]
    Iam(#[from] iam_client::Error),
    #[error(transparent)]
    Secret(#[from] secret_store::Error),
    #[error(transparent)]
    Memory(#[from] record_store::Error),
    #[error(
        "the notice that its tag keysteward:secret is gone was not sent; the next round tries again"
    )]
    Unnotified(#[from] notice::TopicError),
    /// Nothing can be decided on one of its keys.
    #[error("access key {key} is left as it is: {reason}")]
    Undecided { key: String, reason: Reason },
    /// A decision on one of its keys was not carried out wholly.
    #[error("access key {key}")]
    Step {
        key: String,
        #[source]
        cause: StepFailed,
    },
}
