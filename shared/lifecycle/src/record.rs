//! What Keysteward remembers of one credential: the state it was brought to, and why.
//!
//! Records are kept in a table (crate `record-store`), never in tags: other tools remove tags that they did not set.

use std::fmt;

use jiff::Timestamp;

use crate::identifiers::{Arn, UserName, VersionId};

/// What is remembered of something.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Remembered<T> {
    /// Nothing.
    #[default]
    Absent,
    /// This.
    Readable(T),
    /// Something that this version cannot read, and why: it is never overwritten, and never acted upon.
    Unreadable(String),
}

impl<T> Remembered<T> {
    /// What is remembered, if it can be read.
    pub fn readable(&self) -> Option<&T> {
        match self {
            Self::Readable(value) => Some(value),
            Self::Absent | Self::Unreadable(_) => None,
        }
    }
}

/// The record of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The user's name when the record was written, for people who read the table.
    pub user: UserName,
    /// When the credential was created: matches a row of the credential report, which has no ids, to its record. `None` if nobody could tell.
    pub created: Option<Timestamp>,
    /// The state the credential was brought to.
    pub state: State,
}

/// The state a credential was brought to, with what that state needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Its owner was warned that it will be deactivated.
    Warned {
        /// When the owner was first warned.
        since: Timestamp,
        /// When it may be deactivated.
        due: Timestamp,
        /// When the owner was last reminded of that date.
        reminded: Option<Timestamp>,
        /// Why it is on the ladder.
        cause: Cause,
    },
    /// A rotation replaced it; it still works.
    Superseded {
        /// When it was replaced.
        since: Timestamp,
        /// What replaced it.
        by: Replacement,
        /// When its owner was last told that something still uses it.
        reminded: Option<Timestamp>,
    },
    /// It is about to be deactivated; written before the call, so that an interrupted one is recognised.
    Deactivating {
        /// When.
        since: Timestamp,
        /// Why.
        cause: Cause,
    },
    /// It is inactive.
    Deactivated {
        /// Since when, as far as anybody knows.
        since: Timestamp,
        /// When it may be deleted; `None` while no deletion is intended.
        due: Option<Timestamp>,
        /// Why.
        cause: Cause,
    },
    /// It is inactive, and its owner was told lately that it will be deleted.
    DeletionAnnounced {
        /// Since when it is inactive.
        since: Timestamp,
        /// When it may be deleted.
        due: Timestamp,
        /// When the owner was last told of that date.
        told: Timestamp,
        /// Why it was deactivated.
        cause: Cause,
    },
    /// It is about to be deleted; written before the call.
    Deleting {
        /// Since when it is inactive.
        since: Timestamp,
        /// The date that the owner was told.
        due: Timestamp,
        /// Why it was deactivated.
        cause: Cause,
    },
    /// An operator activated it again.
    Reactivated {
        /// When.
        since: Timestamp,
        /// Why it had been deactivated.
        cause: Cause,
    },
}

/// Why a credential is on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cause {
    /// It broke a rule of the sweep.
    Stale,
    /// A rotation replaced it.
    Superseded(Replacement),
    /// Its secret is known to others.
    Exposed {
        /// What AWS calls the event, where it has a name.
        event: Option<String>,
    },
    /// It was found inactive, and Keysteward did not deactivate it.
    ByHand,
}

/// The version of a secret whose promotion replaced a key. A record of it counts only while that version is current.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replacement {
    /// The secret.
    pub secret: Arn,
    /// The version that became current.
    pub version: VersionId,
}

impl Record {
    /// When the credential was brought to its state; of an inactive one, since when it is inactive.
    pub fn since(&self) -> Timestamp {
        match &self.state {
            State::Warned { since, .. }
            | State::Superseded { since, .. }
            | State::Deactivating { since, .. }
            | State::Deactivated { since, .. }
            | State::DeletionAnnounced { since, .. }
            | State::Deleting { since, .. }
            | State::Reactivated { since, .. } => *since,
        }
    }

    /// When the next thing may happen to it.
    pub fn due(&self) -> Option<Timestamp> {
        match &self.state {
            State::Warned { due, .. }
            | State::DeletionAnnounced { due, .. }
            | State::Deleting { due, .. } => Some(*due),
            State::Deactivated { due, .. } => *due,
            State::Superseded { .. } | State::Deactivating { .. } | State::Reactivated { .. } => {
                None
            }
        }
    }

    /// Why it is in its state; a superseded key is in use or not, and on its way out for being superseded.
    pub fn cause(&self) -> Cause {
        match &self.state {
            State::Superseded { by, .. } => Cause::Superseded(by.clone()),
            State::Warned { cause, .. }
            | State::Deactivating { cause, .. }
            | State::Deactivated { cause, .. }
            | State::DeletionAnnounced { cause, .. }
            | State::Deleting { cause, .. }
            | State::Reactivated { cause, .. } => cause.clone(),
        }
    }

    /// Whether the credential's secret is known to others, as far as the record says; that never changes.
    pub fn is_of_exposure(&self) -> bool {
        matches!(self.cause(), Cause::Exposed { .. })
    }

    /// Whether the record says that the credential is inactive, or about to be.
    pub fn says_inactive(&self) -> bool {
        match &self.state {
            State::Deactivating { .. }
            | State::Deactivated { .. }
            | State::DeletionAnnounced { .. }
            | State::Deleting { .. } => true,
            State::Warned { .. } | State::Superseded { .. } | State::Reactivated { .. } => false,
        }
    }

    /// The record in another state; user and creation stay.
    #[must_use]
    pub fn in_state(&self, state: State) -> Self {
        Self { state, ..self.clone() }
    }
}

impl State {
    /// The state as the table, reports and logs spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Warned { .. } => "warned",
            Self::Superseded { .. } => "superseded",
            Self::Deactivating { .. } => "deactivating",
            Self::Deactivated { .. } => "deactivated",
            Self::DeletionAnnounced { .. } => "deletion-announced",
            Self::Deleting { .. } => "deleting",
            Self::Reactivated { .. } => "reactivated",
        }
    }
}

impl Cause {
    /// The cause as the table, reports and logs spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Stale => "stale",
            Self::Superseded(_) => "superseded",
            Self::Exposed { .. } => "exposed",
            Self::ByHand => "by-hand",
        }
    }

    /// The cause of the next state: an exposure stays one, because the secret stays known.
    #[must_use]
    pub fn or_exposure_of(self, earlier: Option<&Record>) -> Self {
        match earlier.map(Record::cause) {
            Some(exposed @ Self::Exposed { .. }) => exposed,
            _ => self,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
