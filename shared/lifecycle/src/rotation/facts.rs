//! What a rotation step knows when it decides.

use jiff::{SignedDuration, Timestamp};

use super::VersionStage;
use crate::credential::{AccessKey, LastUse};
use crate::identifiers::{AccessKeyId, VersionId};
use crate::record::{Record, UnreadableTag};

/// The keys that the secret's versions hold, seen from one rotation's token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The rotation's token.
    pub token: VersionId,
    /// The version under `AWSCURRENT`.
    pub current: CurrentVersion,
    /// The key in the token's value; `None` while the version is empty.
    pub pending: Option<AccessKeyId>,
    /// Keys in every other version that carries a label.
    pub others: Vec<StagedKey>,
}

impl Versions {
    /// Whether an earlier invocation moved `AWSCURRENT` to the token already.
    pub fn token_is_current(&self) -> bool {
        self.current.version == self.token
    }
}

/// The version consumers read, and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CurrentVersion {
    /// The version's id.
    pub version: VersionId,
    /// The key in its value.
    pub key: AccessKeyId,
}

/// A key that a labelled version holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StagedKey {
    /// One label of the version.
    pub stage: VersionStage,
    /// The key in its value.
    pub key: AccessKeyId,
}

/// One access key of the user, with all that bears on removing it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySlot {
    /// The key as IAM lists it.
    pub key: AccessKey,
    /// Its last use; [`LastUse::Unknown`] where nobody asked.
    pub last_use: LastUse,
    /// Keysteward's own record of it.
    pub record: Tagged<Record>,
}

/// What was found in a tag of the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Tagged<T> {
    /// There is no such tag.
    Absent,
    /// The tag holds this.
    Readable(T),
    /// There is a tag, and nobody can tell what it means.
    Unreadable(UnreadableTag),
}

impl<T: std::str::FromStr<Err = UnreadableTag>> Tagged<T> {
    /// Reads a tag's value.
    pub fn read(value: Option<&str>) -> Self {
        match value.map(str::parse) {
            None => Self::Absent,
            Some(Ok(meaning)) => Self::Readable(meaning),
            Some(Err(error)) => Self::Unreadable(error),
        }
    }
}

/// The waiting times a rotation keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// How long a superseded key stays, and how long it must have gone unused, before a rotation may remove it.
    pub overlap: SignedDuration,
    /// How long a deactivated key stays before a rotation may remove it.
    pub grace: SignedDuration,
    /// How long one attempt can live: the function's timeout.
    pub attempt_lifetime: SignedDuration,
}

impl Policy {
    /// IAM records a use up to this much later: "usually within four hours", and a day to be safe.
    pub const LAST_USE_LAG: SignedDuration = SignedDuration::from_hours(24);

    /// How far the clocks of Lambda and IAM, and IAM's own replicas, may be apart.
    pub const CLOCK_SLACK: SignedDuration = SignedDuration::from_secs(60);

    /// A Lambda function cannot run longer than this, whatever an intent claims.
    pub const LONGEST_ATTEMPT: SignedDuration = SignedDuration::from_secs(900);

    /// How long ago the last recorded use of a key must be: an overlap without use, and the time IAM takes to record one.
    pub fn quiet_time(&self) -> SignedDuration {
        self.overlap.saturating_add(Self::LAST_USE_LAG)
    }

    /// Until when a key that was superseded `at` is kept at least.
    ///
    /// Never less than the time IAM takes to record a use: before that, "no use recorded" says nothing of the time the key was current.
    pub fn kept_until(&self, at: Timestamp) -> Timestamp {
        later(at, self.overlap.max(Self::LAST_USE_LAG))
    }
}

/// `at` plus `span`, or the end of time: a wait that overflows is never over.
pub(crate) fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// `at` minus `span`, or the beginning of time.
pub(crate) fn earlier(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_sub(span).unwrap_or(Timestamp::MIN)
}
