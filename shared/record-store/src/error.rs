//! What went wrong, with which operation, on what.

use sdk_error::{Cause, ErrorKind};

use crate::attributes::Fault;

/// An operation of DynamoDB.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the operation of that name in the DynamoDB API reference"
)]
pub enum Operation {
    GetItem,
    PutItem,
    UpdateItem,
    DeleteItem,
    Query,
}

impl Operation {
    /// What is attempted, and the permission it takes.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::GetItem => ("read", "dynamodb:GetItem"),
            Self::PutItem => ("write", "dynamodb:PutItem"),
            Self::UpdateItem => ("update", "dynamodb:UpdateItem"),
            Self::DeleteItem => ("delete", "dynamodb:DeleteItem"),
            Self::Query => ("read", "dynamodb:Query"),
        }
    }
}

/// An item that could not be read or written; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A call failed.
    #[error("failed to {} {subject}{}", operation.words().0, hint(*operation, cause))]
    Call {
        /// What was attempted.
        operation: Operation,
        /// On which item or items of which table.
        subject: String,
        /// Why it failed.
        #[source]
        cause: Cause,
    },
    /// The item is one that this version cannot read; it was left as it is.
    #[error(
        "{subject} cannot be read, and was left as it is: \
         update Keysteward if a newer version wrote it, else correct or delete the item"
    )]
    Unreadable {
        /// Which item of which table.
        subject: String,
        /// What is wrong with it.
        #[source]
        fault: Fault,
    },
}

impl Error {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Call { cause, .. } => cause.kind(),
            Self::Unreadable { .. } => ErrorKind::Rejected,
        }
    }
}

fn hint(operation: Operation, cause: &Cause) -> String {
    let hint = match cause.kind() {
        ErrorKind::Conflict => ": another run changed it meanwhile; the next run decides anew",
        ErrorKind::NotFound => " (does KEYSTEWARD_TABLE_ARN name a table that exists?)",
        ErrorKind::Throttled => {
            " (is the table's capacity on demand, without a maximum that is too low?)"
        }
        ErrorKind::Denied => {
            let permission = operation.words().1;
            return format!(
                " (does the function's role allow {permission} on the table, and kms:Decrypt on the table's key if it has one of its own?)"
            );
        }
        ErrorKind::Rejected if cause.to_string().contains("maximum allowed size") => {
            " (an item holds 400 KB at most)"
        }
        _ => "",
    };
    hint.to_owned()
}
