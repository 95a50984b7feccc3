//! One call as the services see it, and the log of all calls.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::settings::Settings;

/// Who signed a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Principal {
    /// An IAM user, by an access key of its own.
    User { name: String, id: String, arn: String },
    /// A session of a role.
    Role { name: String, session: String },
}

/// What every operation is told besides its parameters.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) principal: Principal,
    pub(crate) account: String,
    pub(crate) region: String,
    pub(crate) now: Timestamp,
    pub(crate) settings: Settings,
}

impl Caller {
    pub(crate) fn arn(&self) -> String {
        match &self.principal {
            Principal::User { arn, .. } => arn.clone(),
            Principal::Role { name, session } => {
                format!("arn:aws:sts::{}:assumed-role/{name}/{session}", self.account)
            }
        }
    }

    /// The ARN that a trust policy names: the user's, or the role's rather than the session's.
    pub(crate) fn principal_arn(&self) -> String {
        match &self.principal {
            Principal::User { arn, .. } => arn.clone(),
            Principal::Role { name, .. } => format!("arn:aws:iam::{}:role/{name}", self.account),
        }
    }

    pub(crate) fn user_id(&self) -> String {
        match &self.principal {
            Principal::User { id, .. } => id.clone(),
            Principal::Role { name, session } => {
                format!("{}:{session}", crate::ids::shaped("AROA", name))
            }
        }
    }
}

/// One call that reached the simulated account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedCall {
    /// The call's number, counted from one.
    pub number: u64,
    /// Who made it: the label of the client, or the role or user that signed it.
    pub caller: String,
    /// The account the call acted in; empty when the signer belongs to none.
    pub account: String,
    /// The service, by the name that signatures and actions have for it.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// The ARN that IAM judges the call by, or `*` when the action has no resource.
    pub resource: String,
    /// The condition keys that IAM sees: tags of the resource and of the request, and what is special to the action.
    pub conditions: BTreeMap<String, String>,
    /// When, by the simulated clock.
    pub at: Timestamp,
    /// The error code the caller was answered, or what became of the call instead of an answer.
    pub error: Option<String>,
}

impl LoggedCall {
    /// Whether the operation changes anything in the account.
    pub fn is_write(&self) -> bool {
        !["Get", "List", "Describe", "Generate", "Head", "AssumeRole", "Query"]
            .iter()
            .any(|read| self.operation.starts_with(read))
    }
}
