//! What a sweep knows when it decides.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::credential::{Credential, LastUse};
use crate::identifiers::{Arn, UserId, UserName};
use crate::memory::UserMemory;
use crate::record::Remembered;

/// The tag that names the one secret which may hold the user's keys; its value is the secret's ARN.
pub const SECRET_TAG: &str = "keysteward:secret";

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

impl UserFacts {
    /// The value of the tag that binds the user's keys to a secret, whatever it says.
    pub fn bound_to(&self) -> Option<&str> {
        bound_to(&self.tags)
    }
}

/// The value of the tag that binds the keys of a user with these tags to a secret; IAM compares tag keys without regard to case.
pub fn bound_to(tags: &BTreeMap<String, String>) -> Option<&str> {
    let tag = tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(SECRET_TAG));
    tag.map(|(_, value)| value.as_str())
}

/// Whose affair the access keys of a user are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Binding {
    /// The sweep's.
    None,
    /// The rotation's: the user carries the tag of a secret.
    Bound,
    /// The user does not carry the tag any more, and a secret that rotates still holds the user's keys.
    TagGone {
        /// The secret.
        secret: Arn,
    },
    /// What is remembered of the user's rotation cannot be read, so nobody can tell.
    Unreadable(String),
}

/// Whether a secret still holds the keys of a user without the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holding {
    /// The secret is there, and its rotation is switched on.
    Holds,
    /// The secret is gone, is about to be deleted, or does not rotate any more: that is how a binding is ended.
    Ended,
    /// Nobody could tell.
    Unknown,
}

impl Binding {
    /// The binding of a user; `holding` answers for the secret that [`secret_to_ask`] names, and may be anything for the others.
    pub fn of(user: &UserFacts, memory: &UserMemory, holding: Holding) -> Self {
        match (user.bound_to(), &memory.rotation, holding) {
            (Some(_), ..) => Self::Bound,
            (None, Remembered::Absent, _) | (None, Remembered::Readable(_), Holding::Ended) => {
                Self::None
            }
            (None, Remembered::Readable(rotation), Holding::Holds | Holding::Unknown) => {
                Self::TagGone { secret: rotation.secret.clone() }
            }
            (None, Remembered::Unreadable(fault), _) => Self::Unreadable(fault.clone()),
        }
    }

    /// Whether rotate-key alone decides on the user's access keys.
    pub fn leaves_to_rotation(&self) -> bool {
        !matches!(self, Self::None)
    }
}

/// The secret that has to be asked whether it still holds the user's keys: the tag is gone, and a rotation is remembered.
pub fn secret_to_ask<'a>(user: &UserFacts, memory: &'a UserMemory) -> Option<&'a Arn> {
    let rotation = memory.rotation.readable().filter(|_| user.bound_to().is_none())?;
    Some(&rotation.secret)
}

/// A user, what is remembered of it, and the credentials to decide on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inventory {
    /// The user.
    pub user: UserFacts,
    /// What is remembered.
    pub memory: UserMemory,
    /// Whose affair the access keys are.
    pub binding: Binding,
    /// The credentials.
    pub credentials: Vec<Credential>,
}
