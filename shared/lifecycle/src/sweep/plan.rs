//! What is to be done, and why: one decision for every credential, kept ones included.

use std::fmt;

use jiff::Timestamp;

use super::reason::Reason;
use crate::credential::{Credential, CredentialKind, CredentialStatus, LastUse, ServiceUse};
use crate::identifiers::{CredentialId, UserId, UserName};
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

/// What happens to the credential's record, where nothing happens to the credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memory {
    /// It stays as it is.
    Unchanged,
    /// It becomes this.
    Write(Record),
    /// It is removed, because it is about the past.
    Remove,
}

/// What is done, whole and in order: whoever carries it out has no choice left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing happens to the credential.
    Keep(Memory),
    /// Nothing happens to it, but somebody should look.
    Report(Memory),
    /// The notice goes out, then the record is written: a warning that nobody could be handed must not start the notice period.
    Warn {
        /// The notice.
        notice: PlannedNotice,
        /// The record after it.
        after: Record,
    },
    /// The record is written, the credential made inactive (a password deleted), the notice goes out, and the record is completed.
    Deactivate {
        /// The record before the change, by which an interrupted deactivation is recognised.
        before: Record,
        /// The notice.
        notice: PlannedNotice,
        /// The record after it; `None` removes it.
        after: Option<Record>,
    },
    /// The record is written unless it says so already, the credential deleted, the notice goes out, and the record is removed.
    Delete {
        /// The record before the change.
        before: Record,
        /// The notice.
        notice: PlannedNotice,
    },
    /// An interrupted run did it, and was interrupted before the notice, or before the record was completed: that is made up for.
    Complete {
        /// What was done.
        done: Action,
        /// The notice.
        notice: PlannedNotice,
        /// The record after it; `None` removes it.
        after: Option<Record>,
    },
}

impl Step {
    /// What it does to the credential, as reports count it.
    pub fn action(&self) -> Action {
        match self {
            Self::Keep(_) => Action::Keep,
            Self::Report(_) => Action::Report,
            Self::Warn { .. } => Action::Warn,
            Self::Deactivate { .. } => Action::Deactivate,
            Self::Delete { .. } => Action::Delete,
            Self::Complete { done, .. } => *done,
        }
    }
}

/// The notice of a step: what it says of the credential, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedNotice {
    /// What it says.
    pub news: News,
    /// The rule behind it, in words.
    pub because: String,
    /// Whether the credential's secret is known to others: then nobody should want it back.
    pub exposed: bool,
}

/// What a notice says of a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// It will be deactivated.
    DeactivationAhead {
        /// When.
        due: Timestamp,
    },
    /// It is inactive, and will be deleted.
    DeletionAhead {
        /// When.
        due: Timestamp,
    },
    /// It was replaced by a rotation, and something still uses it.
    SupersededInUse,
    /// It was deactivated; a password was deleted.
    Deactivated {
        /// Until when it is kept, if it is deleted then.
        kept_until: Option<Timestamp>,
    },
    /// It was deleted.
    Deleted,
    /// Its secret is known to others, and it was deactivated at once.
    ExposedAndDeactivated {
        /// What AWS calls the event, where it has a name.
        event: Option<String>,
    },
    /// An operator activated it again.
    Reactivated,
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
            kind: credential.id.kind(),
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
    /// The user's id.
    pub user_id: UserId,
    /// What it is.
    pub subject: Subject,
    /// What is done.
    pub step: Step,
    /// Why.
    pub reason: Reason,
}

impl Decision {
    /// What is done to the credential.
    pub fn action(&self) -> Action {
        self.step.action()
    }

    /// Whether it deactivates or deletes something that is still there, and so counts against the limits.
    pub fn takes_away(&self) -> bool {
        matches!(self.step, Step::Deactivate { .. } | Step::Delete { .. })
    }

    /// Whether nothing at all is to be done.
    pub fn changes_nothing(&self) -> bool {
        matches!(self.step, Step::Keep(Memory::Unchanged) | Step::Report(Memory::Unchanged))
    }

    /// When the next thing happens to the credential, as far as the decision says.
    pub fn due(&self) -> Option<Timestamp> {
        match (&self.step, &self.reason) {
            (Step::Warn { after, .. }, _) => after.due(),
            (
                Step::Keep(_) | Step::Report(_),
                Reason::NoticeRunning { until } | Reason::GraceRunning { until },
            ) => Some(*until),
            _ => None,
        }
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
