//! What went wrong, with which operation, on what.

use std::fmt;

use sdk_error::{Cause, ErrorKind};

/// An operation of IAM or STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the operation of that name in the IAM or STS API reference"
)]
pub enum Operation {
    GetAccessKeyLastUsed,
    GetUser,
    ListAccessKeys,
    TagUser,
    UntagUser,
    CreateAccessKey,
    UpdateAccessKey,
    DeleteAccessKey,
    GetCallerIdentity,
}

impl Operation {
    fn attempt(self) -> &'static str {
        match self {
            Self::GetAccessKeyLastUsed => "look up the owner and last use of access key",
            Self::GetUser => "read IAM user",
            Self::ListAccessKeys => "list the access keys of IAM user",
            Self::TagUser => "tag IAM user",
            Self::UntagUser => "remove tags of IAM user",
            Self::CreateAccessKey => "create an access key for IAM user",
            Self::UpdateAccessKey => "change the status of access key",
            Self::DeleteAccessKey => "delete access key",
            Self::GetCallerIdentity => "sign a request with access key",
        }
    }

    fn permission(self) -> &'static str {
        match self {
            Self::GetAccessKeyLastUsed => "iam:GetAccessKeyLastUsed",
            Self::GetUser => "iam:GetUser",
            Self::ListAccessKeys => "iam:ListAccessKeys",
            Self::TagUser => "iam:TagUser",
            Self::UntagUser => "iam:UntagUser",
            Self::CreateAccessKey => "iam:CreateAccessKey",
            Self::UpdateAccessKey => "iam:UpdateAccessKey",
            Self::DeleteAccessKey => "iam:DeleteAccessKey",
            Self::GetCallerIdentity => "sts:GetCallerIdentity",
        }
    }
}

/// A failed call; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// What was attempted.
    pub operation: Operation,
    /// On which user or key.
    pub subject: String,
    #[source]
    cause: Cause,
}

impl Error {
    pub(crate) fn new(
        operation: Operation,
        subject: impl Into<String>,
        cause: impl Into<Cause>,
    ) -> Self {
        Self { operation, subject: subject.into(), cause: cause.into() }
    }

    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "failed to {} {}", self.operation.attempt(), self.subject)?;
        if self.kind() == ErrorKind::Denied {
            write!(f, " (does the function's role allow {} on it?)", self.operation.permission())?;
        }
        Ok(())
    }
}
