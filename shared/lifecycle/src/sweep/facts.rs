//! What a sweep knows when it decides.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::credential::{Credential, LastUse};
use crate::identifiers::{Arn, UserId, UserName};

/// The credential report of an account, parsed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialReport {
    /// When IAM made it; what it says is up to four hours older than what IAM knows.
    pub generated: Timestamp,
    /// The root user's row, if there is one.
    pub root: Option<RootRow>,
    /// One row for each IAM user whose row could be read.
    pub users: Vec<UserRow>,
    /// Rows that could not be read; their users are left alone.
    pub rejected: Vec<RejectedRow>,
}

/// The row of the root user. It is only ever reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RootRow {
    /// Whether the root user has a password, if the report tells.
    pub password_enabled: Option<bool>,
    /// Whether the root user has an MFA device.
    pub mfa_active: bool,
    /// How many active access keys the root user has.
    pub active_access_keys: usize,
}

/// The row of an IAM user.
///
/// The report holds no key ids, and its slots 1 and 2 are not the order in which `ListAccessKeys` shows keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// The user's name.
    pub user: UserName,
    /// The user's ARN, which ends in the name.
    pub arn: Arn,
    /// When the user was created.
    pub created: Timestamp,
    /// The console password, if there is one.
    pub password: Option<PasswordRow>,
    /// Whether the user has an MFA device.
    pub mfa_active: bool,
    /// The access keys, in the order of the report.
    pub access_keys: Vec<KeyRow>,
    /// How many signing certificates the row shows.
    pub certificates: usize,
    /// Whether the row says that there are more credentials than it shows.
    pub has_more: bool,
}

/// What the report says of a password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordRow {
    /// When it was last changed.
    pub changed: Timestamp,
    /// When it was last used.
    pub last_use: LastUse,
}

/// What the report says of one access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyRow {
    /// Whether the key is active.
    pub active: bool,
    /// When the key was created: the column `last_rotated`.
    pub created: Timestamp,
    /// When the key was last used.
    pub last_use: LastUse,
}

/// A row of the report that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RejectedRow {
    /// The row's number in the report; the header is number one.
    pub line: u64,
    /// The user, where the row at least says that.
    pub user: Option<UserName>,
    /// What is wrong with it.
    pub fault: String,
}

/// An IAM user with what is written on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFacts {
    /// The name.
    pub name: UserName,
    /// The id, which a user recreated under the same name does not share.
    pub id: UserId,
    /// The ARN.
    pub arn: Arn,
    /// When the user was created.
    pub created: Timestamp,
    /// The path: `/` or `/a/b/`.
    pub path: String,
    /// All tags.
    pub tags: BTreeMap<String, String>,
    /// The groups the user is in.
    pub groups: BTreeSet<String>,
    /// When IAM says the console password was last used; `None` says little, and so is no proof of anything.
    pub password_last_used: Option<Timestamp>,
}

/// Whether a superseded key is still the one that its secret's current version replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Supersession {
    /// The version that replaced it is current.
    Stands,
    /// Another version is current: somebody may have gone back to this key.
    Undone,
    /// Nobody looked, or the secret could not be read.
    Unknown,
}

/// A user and the credentials to decide on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The user.
    pub user: UserFacts,
    /// The credentials, with what was found out about each.
    pub credentials: Vec<Held>,
}

/// A credential, and what bears on it besides its own facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The credential.
    pub credential: Credential,
    /// For a key that is recorded as superseded.
    pub supersession: Supersession,
}

impl From<Credential> for Held {
    fn from(credential: Credential) -> Self {
        Self { credential, supersession: Supersession::Unknown }
    }
}
