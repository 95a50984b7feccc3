#![doc = include_str!("../README.md")]

mod make;
mod names;
mod news;
mod owner;
mod publisher;
#[cfg(test)]
mod tests;
mod wire;
#[cfg(test)]
mod wire_tests;
mod words;

use jiff::Timestamp;
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::AccountId;
use serde::{Deserialize, Serialize};

pub use make::{Exposure, Rotation};
pub use names::{day, subject_line};
pub use news::{
    Ahead, Answer, BindingTagGone, Deactivated, Exposed, Kind, LimitReached, MailFate,
    MailUndelivered, NewVersion, News, OfCredential, Rotated, RotationFailed, Superseded,
};
pub use owner::Owner;
pub use publisher::{NoticePublisher, TextPublisher, TopicError};
pub use wire::{InvalidNotice, LARGEST, LONGEST_ID, SCHEMA};
pub use words::Words;

/// One piece of news for people; the wire type between the functions, `keysteward/notice/v1`.
///
/// `events/notice.schema.json` describes its JSON form. It has no field that could hold a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notice {
    /// The same when the same news is published twice on one day.
    pub id: String,
    /// How soon somebody should look.
    pub severity: Severity,
    /// The account; `None` where nobody could name it.
    pub account: Option<AccountId>,
    /// The account's alias, where one is known.
    pub account_alias: Option<String>,
    /// When it happened.
    pub at: Timestamp,
    /// The owner, as tags name one.
    pub owner: Owner,
    /// What the news is.
    pub news: News,
    /// The news in plain sentences, for subscribers who read the topic itself.
    pub text: String,
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
    /// Every severity.
    pub const ALL: [Self; 3] = [Self::Info, Self::Warning, Self::Critical];

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
    /// Its id, as AWS names it; `None` for a console password, and where only the credential report was read, which has no ids.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
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

impl Notice {
    /// Attributes that subscribers can filter by.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("kind", self.news.kind().as_str().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
        ];
        if let Some(account) = &self.account {
            attributes.push(("account", account.to_string()));
        }
        if let Some(credential) = self.news.credential() {
            attributes.push(("credential", credential.kind.as_str().to_owned()));
        }
        attributes
    }

    /// The same news with the alias of its account.
    #[must_use]
    pub fn in_account_called(self, alias: Option<&str>) -> Self {
        Self { account_alias: alias.map(ToOwned::to_owned), ..self }
    }
}
