//! What went wrong, with which operation, on what.

use std::fmt;

use sdk_error::{Cause, ErrorKind};

/// An operation of Organizations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the operation of that name in the Organizations API reference"
)]
pub enum Operation {
    ListAccounts,
    ListAccountsForParent,
    ListOrganizationalUnitsForParent,
}

impl Operation {
    /// What is attempted, and the permission it takes.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::ListAccounts => ("list the accounts of", "organizations:ListAccounts"),
            Self::ListAccountsForParent => {
                ("list the accounts in", "organizations:ListAccountsForParent")
            }
            Self::ListOrganizationalUnitsForParent => {
                ("list the units in", "organizations:ListOrganizationalUnitsForParent")
            }
        }
    }
}

/// A failed call; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// What was attempted.
    pub operation: Operation,
    /// On what: the organization or a unit.
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
        let (attempt, permission) = self.operation.words();
        write!(f, "failed to {attempt} {}", self.subject)?;
        match (self.kind(), self.operation) {
            (ErrorKind::Denied, _) => write!(
                f,
                " (does the function's role allow {permission}, and does it run in the management account or a delegated administrator's?)"
            ),
            (_, Operation::ListAccountsForParent | Operation::ListOrganizationalUnitsForParent)
                if self.cause.code() == Some("ParentNotFoundException") =>
            {
                f.write_str(" (is there such a unit in this organization?)")
            }
            _ => Ok(()),
        }
    }
}
