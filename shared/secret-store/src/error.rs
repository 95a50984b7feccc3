//! What went wrong, with which operation, on which secret.

use lifecycle::identifiers::{Arn, VersionId};
use sdk_error::{Cause, ErrorKind};

use crate::document::DocumentError;

/// An operation of Secrets Manager.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the operation of that name in the Secrets Manager API reference"
)]
pub enum Operation {
    DescribeSecret,
    GetSecretValue,
    PutSecretValue,
    UpdateSecretVersionStage,
}

impl Operation {
    fn attempt(self) -> &'static str {
        match self {
            Self::DescribeSecret => "describe",
            Self::GetSecretValue => "read a version of",
            Self::PutSecretValue => "store the pending version of",
            Self::UpdateSecretVersionStage => "move a staging label of",
        }
    }

    fn permissions(self) -> &'static str {
        match self {
            Self::DescribeSecret => "secretsmanager:DescribeSecret",
            Self::GetSecretValue => {
                "secretsmanager:GetSecretValue, and kms:Decrypt on its KMS key,"
            }
            Self::PutSecretValue => {
                "secretsmanager:PutSecretValue, and kms:GenerateDataKey and kms:Decrypt on its KMS key,"
            }
            Self::UpdateSecretVersionStage => "secretsmanager:UpdateSecretVersionStage",
        }
    }
}

/// A secret that could not be read or written; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A call failed.
    #[error("failed to {} secret {secret}{}", operation.attempt(), hint(*operation, cause))]
    Call {
        /// What was attempted.
        operation: Operation,
        /// On which secret.
        secret: Arn,
        /// Why it failed.
        #[source]
        cause: Cause,
    },
    /// A version holds something that is not a document with an access key.
    #[error(
        "version {version} of secret {secret} cannot be used; a version cannot be overwritten, \
         so store a corrected value, or remove the labels of this one if nobody needs it"
    )]
    Document {
        /// The secret.
        secret: Arn,
        /// The version.
        version: VersionId,
        /// What is wrong with it.
        #[source]
        cause: DocumentError,
    },
}

impl Error {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call { cause, .. } => cause.kind(),
            Self::Document { .. } => ErrorKind::Rejected,
        }
    }
}

/// Names the permission when the call was denied, or when the key that encrypts the secret could not be used.
fn hint(operation: Operation, cause: &Cause) -> String {
    let text = cause.to_string();
    let encryption =
        ["EncryptionFailure", "DecryptionFailure"].iter().any(|code| text.starts_with(code));
    if cause.kind() == ErrorKind::Denied || encryption {
        format!(" (does the function's role allow {} for it?)", operation.permissions())
    } else {
        String::new()
    }
}
