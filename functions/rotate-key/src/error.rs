//! Why an invocation failed.

use std::time::Duration;

use iam_client::ErrorKind;
use lambda_shell::Failure;
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn};
use lifecycle::rotation::{Refusal, RotationStep};

use crate::event::EventError;
use crate::round::RoundError;

/// A failed step, or a failed round; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event is one that the function does not take.
    #[error("refused an event")]
    Event(#[from] EventError),
    /// The facts forbid to go on.
    #[error("{step} of secret {secret} went no further")]
    Refused {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// What was found.
        #[source]
        refusal: Refusal,
    },
    /// IAM or STS failed.
    #[error("{step} of secret {secret} failed")]
    Iam {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// What failed.
        #[source]
        cause: iam_client::Error,
    },
    /// The key belongs to an account that nothing leads into.
    #[error(
        "{step} of secret {secret} went no further: its current key {key} belongs to account {account}; \
         to rotate keys of other accounts, set KEYSTEWARD_MEMBER_ROLE_NAME to the role to assume there"
    )]
    OtherAccount {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// The key.
        key: AccessKeyId,
        /// The key's account.
        account: AccountId,
    },
    /// Secrets Manager failed, or a value in it is unusable.
    #[error("{step} of secret {secret} failed")]
    Store {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// What failed.
        #[source]
        cause: secret_store::Error,
    },
    /// The table failed, or another attempt changed an item of it meanwhile.
    #[error("{step} of secret {secret} failed")]
    Memory {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// What failed.
        #[source]
        cause: record_store::Error,
    },
    /// The rotation is done, and its notice was not sent.
    #[error(
        "the key in secret {secret} was rotated, and the notice to its owner was not sent; Secrets Manager tries the step again"
    )]
    Unnotified {
        /// The secret.
        secret: Arn,
        /// What failed.
        #[source]
        cause: notice::TopicError,
    },
    /// A key was deleted, and its notice was not sent.
    #[error(
        "{step} of secret {secret} deleted key {key}, and the notice to its owner was not sent; the next daily round sends it"
    )]
    RemovalUnnotified {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// The key.
        key: AccessKeyId,
        /// What failed.
        #[source]
        cause: notice::TopicError,
    },
    /// The pending key belongs to somebody else.
    #[error(
        "the pending key {key} of secret {secret} signs as {actual}, not as {expected}; \
         the pending version was tampered with or filled by hand: remove AWSPENDING from it, then rotate again"
    )]
    WrongIdentity {
        /// The secret.
        secret: Arn,
        /// The pending key.
        key: AccessKeyId,
        /// The user's ARN.
        expected: Arn,
        /// Who the key belongs to.
        actual: String,
    },
    /// The pending key does not work, or not yet.
    #[error("the pending key {key} of secret {secret} did not work within {} seconds; the current key stays in use, and Secrets Manager tries again", waited.as_secs())]
    KeyNotWorking {
        /// The secret.
        secret: Arn,
        /// The pending key.
        key: AccessKeyId,
        /// How long it was tried.
        waited: Duration,
        /// The last answer.
        #[source]
        cause: Option<iam_client::Error>,
    },
    /// The pending version was given up.
    #[error(
        "gave up the pending version of secret {secret}: {why}; the current key stays in use, \
         and the next rotation starts with a new version"
    )]
    Abandoned {
        /// The secret.
        secret: Arn,
        /// Why.
        why: &'static str,
    },
    /// Too little time is left to do the next thing and clean up after it.
    #[error("{step} of secret {secret} stopped before a change it might not have time to complete; give the function a timeout of at least {} seconds", needed.as_secs() + 60)]
    OutOfTime {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// How much time the change may take.
        needed: Duration,
    },
    /// A fact changed between the decision and the removal of a key.
    #[error(
        "{step} of secret {secret} did not remove key {key}: the secret changed meanwhile; Secrets Manager tries again"
    )]
    Overtaken {
        /// The step.
        step: RotationStep,
        /// The secret.
        secret: Arn,
        /// The key that stays.
        key: AccessKeyId,
    },
    /// A stored version holds another key than the one it should by now.
    #[error(
        "the new key of secret {secret} was stored, and cannot be read back yet; Secrets Manager tries again"
    )]
    NotReadBack {
        /// The secret.
        secret: Arn,
    },
    /// The daily round failed, or a part of it.
    #[error(transparent)]
    Round(#[from] RoundError),
}

impl Failure for Error {
    fn error_type(&self) -> String {
        match self {
            Self::Event(_) => "InvalidEvent".to_owned(),
            Self::Refused { refusal, .. } if refusal.passes_with_time() => {
                "Rotation.Waiting".to_owned()
            }
            Self::Refused { .. } | Self::OtherAccount { .. } => "Rotation.Refused".to_owned(),
            Self::Iam { cause, .. } => format!("Upstream.{}", cause.kind().as_str()),
            Self::Store { cause, .. } => format!("Upstream.{}", cause.kind().as_str()),
            Self::Memory { cause, .. } if cause.kind() == ErrorKind::Conflict => {
                "Rotation.Waiting".to_owned()
            }
            Self::Memory { cause, .. } => format!("Upstream.{}", cause.kind().as_str()),
            Self::Unnotified { cause, .. } | Self::RemovalUnnotified { cause, .. } => {
                format!("Upstream.{}", cause.kind().as_str())
            }
            Self::WrongIdentity { .. } => "Rotation.WrongIdentity".to_owned(),
            Self::KeyNotWorking { .. } => "Rotation.KeyNotWorking".to_owned(),
            Self::Abandoned { .. } => "Rotation.Abandoned".to_owned(),
            Self::OutOfTime { .. } => "Rotation.OutOfTime".to_owned(),
            Self::NotReadBack { .. } | Self::Overtaken { .. } => "Rotation.Waiting".to_owned(),
            Self::Round(error) => error.error_type(),
        }
    }
}
