#![doc = include_str!("../README.md")]

mod news;
mod publisher;
#[cfg(test)]
mod tests;
mod wire;
#[cfg(test)]
mod wire_tests;
mod words;

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifecycle::credential::CredentialKind;
use serde::{Deserialize, Serialize};

pub use news::{Exposure, FailedRotation, LimitReached, NewVersion, News, Rotation, Undelivered};
pub use publisher::{NoticePublisher, PublishError, TextPublisher};
pub use wire::{InvalidNotice, LARGEST, SCHEMA};
pub use words::{day, subject_line};

/// One piece of news about one credential; the wire type between the functions, `keysteward/notice/v1`.
///
/// `events/notice.schema.json` describes its JSON form. It has no field that could hold a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which version of the wire type it is: [`SCHEMA`].
    pub schema: String,
    /// The same when the same news is told twice on one day.
    pub id: String,
    /// What the news is.
    pub kind: Kind,
    /// What became of it.
    pub outcome: Outcome,
    /// How soon somebody should look.
    pub severity: Severity,
    /// The account: twelve digits, or `unknown`.
    pub account: String,
    /// The account's alias, where one is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account_alias: Option<String>,
    /// The IAM user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// The credential it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
    /// Whether the credential was deactivated because its secret is known to others.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exposed: bool,
    /// When the next thing happens to it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub due: Option<Timestamp>,
    /// The rule behind it, or why nothing was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
    /// What went wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// The owner, as tags name one.
    #[serde(default, skip_serializing_if = "Owner::is_unknown")]
    pub owner: Owner,
    /// The key that a rotation replaced.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<Credential>,
    /// Until when the replaced key is kept at least.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded_kept_until: Option<Timestamp>,
    /// Whom a mail did not reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// The ARN of the secret that was rotated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// The version of the secret that is current since then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The news in plain sentences, for subscribers who read the topic itself.
    pub text: String,
}

/// What the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A secret has a new current key; the old one works until its overlap is over.
    Rotated,
    /// A credential will be deactivated on a day.
    DeactivationAhead,
    /// An inactive credential will be deleted on a day.
    DeletionAhead,
    /// A key that a rotation replaced is still in use.
    SupersededInUse,
    /// A credential was deactivated, or a console password deleted.
    Deactivated,
    /// A credential was deleted.
    Deleted,
    /// AWS reports that a credential's secret is known to others.
    Exposed,
    /// An operator took a deactivation back.
    Reactivated,
    /// A sweep wanted to take away more than it may, and so took away nothing.
    LimitReached,
    /// A mail to an owner came back.
    MailUndelivered,
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 10] = [
        Self::Rotated,
        Self::DeactivationAhead,
        Self::DeletionAhead,
        Self::SupersededInUse,
        Self::Deactivated,
        Self::Deleted,
        Self::Exposed,
        Self::Reactivated,
        Self::LimitReached,
        Self::MailUndelivered,
    ];

    /// The kind as notices and their attributes spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::DeactivationAhead => "deactivation-ahead",
            Self::DeletionAhead => "deletion-ahead",
            Self::SupersededInUse => "superseded-in-use",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
            Self::Exposed => "exposed",
            Self::Reactivated => "reactivated",
            Self::LimitReached => "limit-reached",
            Self::MailUndelivered => "mail-undelivered",
        }
    }

    fn severity(self, outcome: Outcome) -> Severity {
        match self {
            Self::Rotated | Self::Reactivated if outcome != Outcome::Failed => Severity::Info,
            Self::Rotated
            | Self::Reactivated
            | Self::DeactivationAhead
            | Self::DeletionAhead
            | Self::SupersededInUse
            | Self::Deactivated
            | Self::Deleted
            | Self::MailUndelivered => Severity::Warning,
            Self::Exposed | Self::LimitReached => Severity::Critical,
        }
    }
}

/// What became of it. The words of a notice follow from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was tried, and failed.
    Failed,
    /// It was not tried, because it was not needed, or not right any more.
    Skipped,
    /// It was not tried, because the deployment only reports.
    DryRun,
}

impl Outcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Done, Self::Failed, Self::Skipped, Self::DryRun];

    /// The outcome as notices spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::DryRun => "dry-run",
        }
    }
}

/// How soon somebody should look; the more urgent is the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is to be done.
    Info,
    /// The owner should act in time.
    Warning,
    /// Somebody should act now.
    Critical,
}

impl Severity {
    /// The severity as notices and their attributes spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// A credential as a notice names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credential {
    /// Its kind.
    #[serde(with = "wire::credential_kind")]
    pub kind: CredentialKind,
    /// Its id; `password` for a console password, and what AWS calls it where that is no id.
    pub id: String,
    /// The service it is for, if it is for one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// When it was created.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<Timestamp>,
    /// When AWS itself ends it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<Timestamp>,
    /// When it was last used; `None` when that is unknown, or IAM records no uses of its kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_used: Option<LastUsed>,
}

/// The last use that IAM has recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastUsed {
    /// When; `None` when IAM has no record of a use.
    pub at: Option<Timestamp>,
    /// Which service was called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// In which Region.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Whom tags name as owner; the words are the tags' and are not checked here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The value of the owner tag of this one credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// The value of the user's owner tag.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The value of the owner tag of the secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
    /// What the IAM console keeps as the key's description: a tag whose key is the key's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Owner {
    /// Whom a user's tags name: for one credential in `<owner tag>:<id>`, for the user in `<owner tag>`.
    ///
    /// IAM compares tag keys without regard to case. The IAM console keeps the description of an access key in a tag whose key is the key's id.
    pub fn of_tags(tags: &BTreeMap<String, String>, owner_tag: &str, id: Option<&str>) -> Self {
        let value = |tag: &str| {
            let found = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag));
            found.map(|(_, value)| value.clone())
        };
        Self {
            credential: id.and_then(|id| value(&format!("{owner_tag}:{id}"))),
            user: value(owner_tag),
            secret: None,
            description: id.and_then(value),
        }
    }

    /// These names, and where there is none, those of `other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            credential: self.credential.or(other.credential),
            user: self.user.or(other.user),
            secret: self.secret.or(other.secret),
            description: self.description.or(other.description),
        }
    }

    fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

impl Notice {
    /// Attributes that subscribers can filter by.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("kind", self.kind.as_str().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("account", self.account.clone()),
        ];
        if let Some(credential) = &self.credential {
            attributes.push(("credential", credential.kind.as_str().to_owned()));
        }
        attributes
    }
}
