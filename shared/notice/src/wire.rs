//! The JSON form of a notice: what is written, and what is accepted when it is read.

use jiff::Timestamp;
use lifecycle::identifiers::AccountId;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize, Serializer};

use crate::news::{Kind, News};
use crate::{Notice, Owner, Severity};

/// The schema of the notices this version writes and reads.
pub const SCHEMA: &str = "keysteward/notice/v1";

/// The largest message that is read, in bytes: SNS's own default limit.
pub const LARGEST: usize = 262_144;

/// The longest id that is read, in bytes: a receipt is stored under it, and the sort key of a table has 1024 bytes at most.
pub const LONGEST_ID: usize = 1000;

/// A message that is no notice of this version.
#[derive(Debug, thiserror::Error)]
pub enum InvalidNotice {
    /// It is larger than any notice.
    #[error("the message has {bytes} bytes, a notice has {LARGEST} at most")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is not JSON, or lacks a member, or has one of another type; what it holds instead must not get into a log.
    #[error("the message is no notice of {SCHEMA}: {fault}, at line {line} column {column}")]
    Malformed {
        /// What is wrong, by the name of the member.
        fault: String,
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// It is of another schema.
    #[error(
        "the message is of another schema than {SCHEMA}: update the function that reads it before those that write it"
    )]
    Schema,
    /// A member has a value that no notice has.
    #[error("the notice's {0} is not one: {1}")]
    Member(&'static str, &'static str),
}

/// The members that every notice has, as they are read.
#[derive(Deserialize)]
struct Common {
    id: String,
    kind: Kind,
    severity: Severity,
    #[serde(default, deserialize_with = "as_optional_text::deserialize")]
    account: Option<AccountId>,
    #[serde(default)]
    account_alias: Option<String>,
    at: Timestamp,
    #[serde(default)]
    owner: Owner,
    text: String,
}

/// The members of a notice, as they are written.
#[derive(Serialize)]
struct Written<'a> {
    schema: &'static str,
    id: &'a str,
    severity: Severity,
    #[serde(skip_serializing_if = "Option::is_none")]
    account: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_alias: Option<&'a str>,
    at: Timestamp,
    #[serde(flatten)]
    news: &'a News,
    #[serde(skip_serializing_if = "Owner::is_unknown")]
    owner: &'a Owner,
    text: &'a str,
}

impl Serialize for Notice {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { id, severity, account, account_alias, at, owner, news, text } = self;
        Written {
            schema: SCHEMA,
            id,
            severity: *severity,
            account: account.as_ref().map(AccountId::as_str),
            account_alias: account_alias.as_deref(),
            at: *at,
            news,
            owner,
            text,
        }
        .serialize(serializer)
    }
}

impl Notice {
    /// Reads a notice; members this version does not know are ignored.
    ///
    /// Names, tags and reasons are whatever AWS let somebody write: they are not judged here, and have to be shown with care.
    ///
    /// # Errors
    ///
    /// When it is too large, not of this schema, or lacks what its kind needs.
    pub fn parse(message: &str) -> Result<Self, InvalidNotice> {
        if message.len() > LARGEST {
            return Err(InvalidNotice::TooLarge { bytes: message.len() });
        }
        let value: serde_json::Value = serde_json::from_str(message)
            .map_err(|error| malformed("it is not JSON".to_owned(), &error))?;
        if value.get("schema").and_then(serde_json::Value::as_str) != Some(SCHEMA) {
            return Err(InvalidNotice::Schema);
        }
        let common: Common = read(message)?;
        let Common { id, kind, severity, account, account_alias, at, owner, text } = common;
        if id.is_empty() {
            return Err(InvalidNotice::Member("id", "it is empty"));
        }
        if id.len() > LONGEST_ID {
            return Err(InvalidNotice::Member("id", "it is too long"));
        }
        // Kind by kind rather than as one tagged type, whose errors would not say which member is at fault.
        let news = match kind {
            Kind::Rotated => News::Rotated(read(message)?),
            Kind::RotationFailed => News::RotationFailed(read(message)?),
            Kind::NewVersion => News::NewVersion(read(message)?),
            Kind::DeactivationAhead => News::DeactivationAhead(read(message)?),
            Kind::DeletionAhead => News::DeletionAhead(read(message)?),
            Kind::SupersededInUse => News::SupersededInUse(read(message)?),
            Kind::Deactivated => News::Deactivated(read(message)?),
            Kind::Deleted => News::Deleted(read(message)?),
            Kind::Exposed => News::Exposed(read(message)?),
            Kind::Reactivated => News::Reactivated(read(message)?),
            Kind::LimitReached => News::LimitReached(read(message)?),
            Kind::MailUndelivered => News::MailUndelivered(read(message)?),
            Kind::BindingTagGone => News::BindingTagGone(read(message)?),
        };
        Ok(Self { id, severity, account, account_alias, at, owner, news, text })
    }
}

fn read<T: DeserializeOwned>(message: &str) -> Result<T, InvalidNotice> {
    let mut text = serde_json::Deserializer::from_str(message);
    serde_path_to_error::deserialize(&mut text).map_err(|error| {
        let member = error.path().to_string();
        let error = error.into_inner();
        let fault = match lacking(&error.to_string()) {
            Some(lacking) if member == "." => format!("it lacks {lacking}"),
            Some(lacking) => format!("{member} lacks {lacking}"),
            None if member == "." => "it is no object of known members, each once".to_owned(),
            None => format!("{member} has another type or value than it may have"),
        };
        malformed(fault, &error)
    })
}

fn malformed(fault: String, error: &serde_json::Error) -> InvalidNotice {
    InvalidNotice::Malformed { fault, line: error.line(), column: error.column() }
}

/// The name of the member that is missing, in the words of serde; every other error of its may quote a value.
fn lacking(error: &str) -> Option<&str> {
    let (name, _) = error.strip_prefix("missing field `")?.split_once('`')?;
    Some(name)
}

/// A value that has a form as text, such as an ARN.
pub(crate) mod as_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(crate) fn serialize<T: Display, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<T, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom("another form"))
    }
}

/// The same for a member that may be missing.
mod as_optional_text {
    use std::str::FromStr;

    use serde::Deserializer;

    pub(crate) fn deserialize<'de, T: FromStr, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        super::as_text::deserialize(deserializer).map(Some)
    }
}

/// The kind of a credential, spelt as everywhere else.
pub(crate) mod credential_kind {
    use lifecycle::credential::CredentialKind;
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
    pub(crate) fn serialize<S: Serializer>(
        kind: &CredentialKind,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(kind.as_str())
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<CredentialKind, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}
