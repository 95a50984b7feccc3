//! Access keys as facts.

use std::fmt;

use jiff::Timestamp;

use crate::identifiers::AccessKeyId;

/// One access key as IAM lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The key's id.
    pub id: AccessKeyId,
    /// Whether requests signed with it are accepted.
    pub status: KeyStatus,
    /// When it was created, in whole seconds.
    pub created: Timestamp,
}

/// The status IAM reports for a credential.
///
/// A status that IAM adds one day is [`KeyStatus::Unrecognized`]: neither active nor safe to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KeyStatus {
    /// Requests signed with the key are accepted.
    Active,
    /// Requests signed with the key are refused; it can be made active again.
    Inactive,
    /// The credential passed an expiry date that AWS keeps.
    Expired,
    /// A status this program does not know.
    Unrecognized(String),
}

impl fmt::Display for KeyStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("Active"),
            Self::Inactive => f.write_str("Inactive"),
            Self::Expired => f.write_str("Expired"),
            Self::Unrecognized(status) => f.write_str(status),
        }
    }
}

/// What IAM knows of a key's last use.
///
/// IAM records a use minutes to hours after it happened, so the newest uses may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastUse {
    /// IAM holds no record: the key was never used, or not since April 2015, or only just now.
    NoneRecorded,
    /// The last use that IAM recorded.
    At(Timestamp),
    /// Nobody asked, or the answer could not be read: never to be taken for "unused".
    Unknown,
}
