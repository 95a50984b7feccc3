//! What is to be done, and why: one decision for every credential, kept ones included.

use std::fmt;

use jiff::Timestamp;

use super::reason::Reason;
use crate::credential::{Credential, CredentialKind, CredentialStatus, LastUse, ServiceUse};
use crate::identifiers::{CredentialId, UserName};
use crate::record::Record;

/// What is done to a credential, in the order of the ladder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Nothing.
    Keep,
    /// Nothing, but somebody should look.
    Report,
    /// Its owner is told what will become of it, and when.
    Warn,
    /// It is made inactive; a console password, which knows no such state, is deleted.
    Deactivate,
    /// It is deleted.
    Delete,
}

impl Action {
    /// Every action.
    pub const ALL: [Self; 5] =
        [Self::Keep, Self::Report, Self::Warn, Self::Deactivate, Self::Delete];

    /// The action as reports and metrics spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Report => "report",
            Self::Warn => "warn",
            Self::Deactivate => "deactivate",
            Self::Delete => "delete",
        }
    }

    /// Whether it is one of the rungs that take something away.
    pub fn takes_away(self) -> bool {
        matches!(self, Self::Deactivate | Self::Delete)
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What happens to the credential's record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Note {
    /// It becomes this.
    Write(Record),
    /// It is removed, because it is about the past.
    Remove,
}

/// The credential a decision is about, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What it is.
    pub kind: CredentialKind,
    /// Its id; `None` where the credential report, which has no ids, was enough to decide.
    pub id: Option<CredentialId>,
    /// Its status.
    pub status: CredentialStatus,
    /// When it was created; for a password, when it was last changed.
    pub created: Timestamp,
    /// When it stops working by itself.
    pub expires: Option<Timestamp>,
    /// The service of a service-specific credential.
    pub service: Option<String>,
    /// Its last use.
    pub last_use: LastUse,
    /// Where it was last used.
    pub last_used_with: Option<ServiceUse>,
}

impl From<&Credential> for Subject {
    fn from(credential: &Credential) -> Self {
        Self {
            kind: credential.kind,
            id: Some(credential.id.clone()),
            status: credential.status.clone(),
            created: credential.created,
            expires: credential.expires,
            service: credential.service.clone(),
            last_use: credential.last_use.clone(),
            last_used_with: credential.last_used_with.clone(),
        }
    }
}

/// What becomes of one credential, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// Whose it is.
    pub user: UserName,
    /// What it is.
    pub subject: Subject,
    /// What is done to it.
    pub action: Action,
    /// Why.
    pub reason: Reason,
    /// What happens to its record.
    pub note: Option<Note>,
}

impl Decision {
    /// Whether it takes away something that is still there, and so counts against the limits.
    ///
    /// What an interrupted run took away already is only told of and recorded.
    pub fn takes_away(&self) -> bool {
        self.action.takes_away()
            && !matches!(self.reason, Reason::Gone | Reason::Interrupted { .. })
    }

    /// Whether nothing at all is to be done.
    pub fn changes_nothing(&self) -> bool {
        matches!(self.action, Action::Keep | Action::Report) && self.note.is_none()
    }
}

/// The decisions for a set of users.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use = "a plan that nobody reads changes nothing"]
pub struct Plan {
    /// One for each credential, ordered by user, kind and id.
    pub decisions: Vec<Decision>,
}

impl Plan {
    /// How many credentials it would deactivate or delete.
    pub fn taken_away(&self) -> usize {
        self.decisions.iter().filter(|decision| decision.takes_away()).count()
    }
}
