//! The JSON form of a notice: what is written, and what is believed when it is read.

use crate::Notice;

/// The schema of the notices this version writes and reads.
pub const SCHEMA: &str = "keysteward/notice/v1";

/// The largest message that is read, in bytes: SNS's own default limit.
pub const LARGEST: usize = 262_144;

/// A message that is no notice of this version.
#[derive(Debug, thiserror::Error)]
pub enum InvalidNotice {
    /// It is larger than any notice.
    #[error("the message has {bytes} bytes, a notice has {LARGEST} at most")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// It is not JSON, or lacks a member, or has one of another type; what it says instead is nobody's business, such as a log's.
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

impl Notice {
    /// Reads a notice; members this version does not know are ignored.
    ///
    /// Names, tags and reasons are whatever AWS let somebody write: they are not judged here, and have to be shown with care.
    ///
    /// # Errors
    ///
    /// When it is too large, not of this schema, or about no account.
    pub fn parse(message: &str) -> Result<Self, InvalidNotice> {
        if message.len() > LARGEST {
            return Err(InvalidNotice::TooLarge { bytes: message.len() });
        }
        let value: serde_json::Value = serde_json::from_str(message)
            .map_err(|error| malformed("it is not JSON".to_owned(), &error))?;
        if value.get("schema").and_then(serde_json::Value::as_str) != Some(SCHEMA) {
            return Err(InvalidNotice::Schema);
        }
        let mut text = serde_json::Deserializer::from_str(message);
        let notice: Self = serde_path_to_error::deserialize(&mut text).map_err(|error| {
            let member = error.path().to_string();
            let error = error.into_inner();
            let fault = match lacking(&error.to_string()) {
                Some(lacking) if member == "." => format!("it lacks {lacking}"),
                Some(lacking) => format!("{member} lacks {lacking}"),
                None if member == "." => "it is no object of known members, each once".to_owned(),
                None => format!("{member} has another type or value than it may have"),
            };
            malformed(fault, &error)
        })?;
        if !is_account(&notice.account) && notice.account != "unknown" {
            return Err(InvalidNotice::Member("account", "it has twelve digits"));
        }
        if notice.id.is_empty() {
            return Err(InvalidNotice::Member("id", "it is empty"));
        }
        Ok(notice)
    }
}

fn malformed(fault: String, error: &serde_json::Error) -> InvalidNotice {
    InvalidNotice::Malformed { fault, line: error.line(), column: error.column() }
}

/// The name of the member that is missing, in the words of serde; every other error of its may quote a value.
fn lacking(error: &str) -> Option<&str> {
    let (name, _) = error.strip_prefix("missing field `")?.split_once('`')?;
    Some(name)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
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
