//! What a rotation step knows when it decides.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::VersionStage;
use crate::credential::{AccessKey, LastUse, ServiceUse};
use crate::identifiers::{AccessKeyId, Arn, UserName, VersionId};
use crate::memory::UserMemory;
use crate::record::{Record, Remembered};

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
    /// Where it was last used, if IAM says.
    pub last_used_with: Option<ServiceUse>,
    /// Keysteward's own record of it.
    pub record: Remembered<Record>,
}

/// Everything a step decides on.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The secret.
    pub secret: &'a Arn,
    /// The name of the user whose keys it holds.
    pub user: &'a UserName,
    /// The user's tags: an exempt key is not removed.
    pub tags: &'a BTreeMap<String, String>,
    /// The keys in the secret's versions.
    pub versions: &'a Versions,
    /// All access keys of the user; `setSecret` and `createSecret` need them, the other steps pass none.
    pub keys: &'a [KeySlot],
    /// What is remembered of the user.
    pub memory: &'a UserMemory,
    /// The waiting times.
    pub policy: &'a Policy,
    /// The time.
    pub now: Timestamp,
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
