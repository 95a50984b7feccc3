//! Everything that is remembered of an account: records, rotations and receipts.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::credential::AccessKey;
use crate::identifiers::{AccessKeyId, Arn, CredentialId, UserId, UserName, VersionId};
use crate::record::{Record, Remembered};
use crate::rotation::{Policy, later};

/// What is remembered of one account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccountMemory {
    /// By user: a user recreated under an old name has another id, and so nothing of the old one.
    pub users: BTreeMap<UserId, UserMemory>,
    /// The receipts, by the id of the notice.
    pub receipts: BTreeMap<String, Remembered<Receipt>>,
}

impl AccountMemory {
    /// What is remembered of one user; of most users, nothing.
    pub fn of(&self, user: &UserId) -> &UserMemory {
        static NOTHING: UserMemory =
            UserMemory { records: BTreeMap::new(), rotation: Remembered::Absent };
        self.users.get(user).unwrap_or(&NOTHING)
    }
}

/// What is remembered of one user.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserMemory {
    /// The records of the user's credentials, gone ones included.
    pub records: BTreeMap<CredentialId, Remembered<Record>>,
    /// What is remembered of the rotation of the user's keys.
    pub rotation: Remembered<RotationMemory>,
}

impl UserMemory {
    /// The record of one credential.
    pub fn record(&self, id: &CredentialId) -> Remembered<Record> {
        self.records.get(id).cloned().unwrap_or_default()
    }
}

/// What is remembered of the rotation of one user's keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RotationMemory {
    /// The user's name when this was written.
    pub user: UserName,
    /// The secret that holds the user's keys.
    pub secret: Arn,
    /// The attempt to make a key, from before the key is made until the rotation is finished.
    pub attempt: Option<Attempt>,
    /// When a rotation was last finished.
    pub last_success: Option<Timestamp>,
    /// When somebody was last told that the user does not carry the tag of the secret any more.
    pub unbound_told: Option<Timestamp>,
}

/// The promise that is recorded before a key is made, and the lease that keeps another attempt out.
///
/// A key that it names and that no version of the secret holds is an orphan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// The rotation that wants the key.
    pub token: VersionId,
    /// When the attempt started.
    pub from: Timestamp,
    /// When the attempt is certain to have ended: its Lambda deadline.
    pub until: Timestamp,
    /// When the key that the rotation replaces was created; goes into that key's record.
    pub created: Timestamp,
    /// The key, once it is made. Until then any key made in the span may be it; from then on no other is.
    pub key: Option<AccessKeyId>,
}

impl Attempt {
    /// Whether it is, or was, an attempt at replacing `key`; creation is known to the second.
    pub fn replaces(&self, key: &AccessKey) -> bool {
        self.created.as_second() == key.created.as_second()
    }

    /// Until when no other attempt may make a key: no Lambda function runs longer than its longest timeout, whatever is recorded.
    pub fn leased_until(&self) -> Timestamp {
        let until = self.until.min(later(self.from, Policy::LONGEST_ATTEMPT));
        later(until, Policy::CLOCK_SLACK)
    }
}

/// The proof that a notice was handed over to its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// When.
    pub at: Timestamp,
    /// How.
    pub by: Channel,
    /// When it turned out that the notice did not arrive after all.
    pub returned: Option<Timestamp>,
}

/// How a notice reached its reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Channel {
    /// SES accepted the mail.
    Mail,
    /// A topic with at least one confirmed subscription took the text.
    Text,
    /// A topic with at least one confirmed subscription took the message for a chat.
    Chat,
}

impl Channel {
    /// Every channel.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Text, Self::Chat];

    /// The channel as the table spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Text => "text",
            Self::Chat => "chat",
        }
    }
}

/// How long receipts are kept: longer than any notice period.
pub const RECEIPT_LIFETIME: SignedDuration = SignedDuration::from_hours(400 * 24);
