//! The JSON document in a secret, and the access key in it.

use std::fmt;

use lifecycle::identifiers::AccessKeyId;
use lifecycle::rotation::Claims;
use serde_json::Value;
use zeroize::Zeroizing;

use crate::json_object::{JsonObject, quoted};
use crate::smtp::{SMTP_REGIONS, smtp_password};

/// The names that the key id and the secret go by, in pairs.
const DIALECTS: [(&str, &str); 8] = [
    ("AccessKeyId", "SecretAccessKey"),
    ("access_key_id", "secret_access_key"),
    ("accessKeyId", "secretAccessKey"),
    ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
    ("aws_access_key_id", "aws_secret_access_key"),
    ("access_key", "secret_key"),
    ("AccessKey", "SecretKey"),
    ("accessKey", "secretKey"),
];
/// Not `username`, which is as often the user of a database, or the key id that SES over SMTP asks for.
const USER_NAMES: [&str; 3] = ["UserName", "user_name", "userName"];
const USER_IDS: [&str; 3] = ["UserId", "user_id", "userId"];
const ACCOUNTS: [&str; 3] = ["AccountId", "account_id", "accountId"];
const USER_ARNS: [&str; 3] = ["UserArn", "user_arn", "userArn"];
const SMTP_PASSWORDS: [&str; 6] = [
    "smtp_password",
    "SMTP_PASSWORD",
    "SmtpPassword",
    "smtpPassword",
    "ses_smtp_password",
    "SES_SMTP_PASSWORD",
];
const REGIONS: [&str; 6] =
    ["region", "Region", "AWS_REGION", "smtp_region", "SMTP_REGION", "ses_region"];

/// A JSON object with an access key in it; it cannot be printed.
///
/// Fields keep their order, their names and the text of their values, numbers of any length included.
pub struct SecretDocument {
    object: JsonObject,
    key: HeldKey,
}

/// The access key in a document.
#[derive(Clone)]
pub struct HeldKey {
    /// The key's id.
    pub id: AccessKeyId,
    secret: Zeroizing<String>,
}

impl HeldKey {
    /// The key's secret, to be signed with, and never to be printed.
    pub fn expose_secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for HeldKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl fmt::Debug for SecretDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SecretDocument").field("key", &self.key.id).finish_non_exhaustive()
    }
}

/// Why a value is not a document with an access key, or cannot be given a new one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DocumentError {
    /// The value is binary.
    #[error(
        "its value is binary; store a JSON object with the fields AccessKeyId and SecretAccessKey"
    )]
    Binary,
    /// The value is no JSON object.
    #[error(
        "its value is not a JSON object with unique field names; store one with the fields AccessKeyId and SecretAccessKey"
    )]
    NotAnObject,
    /// No field holds an access key.
    #[error(
        "it has no access key at its top level; add the fields AccessKeyId and SecretAccessKey \
         (access_key_id, AWS_ACCESS_KEY_ID and the like are understood too)"
    )]
    NoAccessKey,
    /// One half of the key is missing, empty or no string.
    #[error(
        "its field {id_field} or {secret_field} is missing, empty or not a string; correct the secret's value"
    )]
    HalfAKey {
        /// The field for the id.
        id_field: &'static str,
        /// The field for the secret.
        secret_field: &'static str,
    },
    /// The id has characters that no id has, such as a line break that was copied along.
    #[error(
        "its field {field} does not hold the id of an access key: letters, digits and underscores, and nothing around them; correct the secret's value"
    )]
    NotAKeyId {
        /// The field for the id.
        field: &'static str,
    },
    /// Two pairs of fields hold different keys.
    #[error(
        "its fields {first} and {second} hold different access keys; remove the one that is not in use"
    )]
    TwoKeys {
        /// A field for an id.
        first: &'static str,
        /// Another.
        second: &'static str,
    },
    /// The secret key occurs inside another field.
    #[error(
        "its field {field:?} contains the secret access key, or an SMTP password made from it, among other text, which a rotation would leave stale; move that text elsewhere"
    )]
    BuriedCopy {
        /// The field.
        field: String,
    },
    /// An SMTP password that does not come from this key.
    #[error(
        "its field {field:?} is not the SES SMTP password of its access key in any Region known here; \
         correct it, or name the Region in a field \"smtp_region\""
    )]
    ForeignSmtpPassword {
        /// The field.
        field: String,
    },
}

impl SecretDocument {
    /// Reads a secret's value.
    ///
    /// # Errors
    ///
    /// When it is no object, or does not hold exactly one access key. The error never quotes the value.
    pub fn parse(text: &str) -> Result<Self, DocumentError> {
        let object: JsonObject =
            serde_json::from_str(text).map_err(|_| DocumentError::NotAnObject)?;
        let key = find_key(&object)?;
        Ok(Self { object, key })
    }

    /// The access key in it.
    pub fn key(&self) -> &HeldKey {
        &self.key
    }

    /// What the document says of the user the key belongs to.
    pub fn claims(&self) -> Claims {
        // The user name of SES over SMTP is the key's id, not the name of an IAM user.
        let name = self.first(&USER_NAMES).filter(|name| **name != *self.key.id.as_str());
        Claims {
            name: name.map(|name| name.to_string()),
            id: self.first(&USER_IDS).map(|id| id.to_string()),
            account: self.first(&ACCOUNTS).map(|account| account.to_string()),
            arn: self.first(&USER_ARNS).map(|arn| arn.to_string()),
        }
    }

    /// The same document with another access key: wherever the old id, secret or SES SMTP password stands, the new one does.
    ///
    /// `region` is the Region of the secret, one of those an SMTP password is looked for in.
    ///
    /// # Errors
    ///
    /// When a copy of the old secret would stay behind, or an SMTP password does not come from the old key.
    pub fn with_key(
        &self,
        id: &AccessKeyId,
        secret: &str,
        region: &str,
    ) -> Result<Self, DocumentError> {
        let key = HeldKey { id: id.clone(), secret: Zeroizing::new(secret.to_owned()) };
        let passwords = self.smtp_passwords(region);
        let mut fields = Vec::with_capacity(self.object.0.len());
        for (name, raw) in &self.object.0 {
            let new = match string(raw) {
                Some(text) if *text == *self.key.id.as_str() => Some(quoted(id.as_str())),
                Some(text) if text == self.key.secret => Some(quoted(secret)),
                Some(text) => match passwords.iter().find(|(_, password)| *password == text) {
                    Some((region, _)) => Some(quoted(&smtp_password(secret, region))),
                    None if SMTP_PASSWORDS.contains(&name.as_str()) => {
                        return Err(DocumentError::ForeignSmtpPassword { field: name.clone() });
                    }
                    None => None,
                },
                None => None,
            };
            let stale = || passwords.iter().map(|(_, password)| password).chain([&self.key.secret]);
            if new.is_none() && stale().any(|secret| buries(raw, secret)) {
                return Err(DocumentError::BuriedCopy { field: name.clone() });
            }
            fields.push((name.clone(), new.unwrap_or_else(|| raw.clone())));
        }
        Ok(Self { object: JsonObject(fields), key })
    }

    /// The document as text, to be stored and never to be printed.
    pub fn expose(&self) -> Zeroizing<String> {
        self.object.to_text()
    }

    /// The old key's SMTP password in every Region it may have been derived for.
    fn smtp_passwords(&self, region: &str) -> Vec<(String, Zeroizing<String>)> {
        let named = REGIONS.iter().filter_map(|field| self.field(field));
        let named = named.map(|region| region.to_string()).chain([region.to_owned()]);
        let regions = named.chain(SMTP_REGIONS.map(ToOwned::to_owned));
        regions.map(|region| (region.clone(), smtp_password(&self.key.secret, &region))).collect()
    }

    fn field(&self, name: &str) -> Option<Zeroizing<String>> {
        field(&self.object, name)
    }

    fn first(&self, names: &[&str]) -> Option<Zeroizing<String>> {
        names.iter().find_map(|name| self.field(name)).filter(|text| !text.is_empty())
    }
}

fn find_key(object: &JsonObject) -> Result<HeldKey, DocumentError> {
    let mut found: Option<(&'static str, HeldKey)> = None;
    for (id_field, secret_field) in DIALECTS {
        // A secret field without an id may be another program's: `secret_key` is a common name.
        if !object.0.iter().any(|(known, _)| known == id_field) {
            continue;
        }
        let filled = |name| field(object, name).filter(|text| !text.is_empty());
        let (Some(id), Some(secret)) = (filled(id_field), filled(secret_field)) else {
            return Err(DocumentError::HalfAKey { id_field, secret_field });
        };
        match &found {
            Some((first, key)) if *key.id.as_str() != **id || key.secret != secret => {
                return Err(DocumentError::TwoKeys { first, second: id_field });
            }
            _ => {
                let id = AccessKeyId::new(id.as_str());
                let id = id.map_err(|_| DocumentError::NotAKeyId { field: id_field })?;
                found = Some((id_field, HeldKey { id, secret }));
            }
        }
    }
    found.map(|(_, key)| key).ok_or(DocumentError::NoAccessKey)
}

fn field(object: &JsonObject, name: &str) -> Option<Zeroizing<String>> {
    object.0.iter().find(|(known, _)| known == name).and_then(|(_, raw)| string(raw))
}

/// The text of a JSON string; `None` for anything else.
fn string(raw: &str) -> Option<Zeroizing<String>> {
    serde_json::from_str::<String>(raw).ok().map(Zeroizing::new)
}

/// Whether any string within the value contains `secret`.
fn buries(raw: &str, secret: &str) -> bool {
    fn contains(value: &Value, secret: &str) -> bool {
        match value {
            Value::String(text) => text.contains(secret),
            Value::Array(items) => items.iter().any(|item| contains(item, secret)),
            Value::Object(fields) => {
                fields.iter().any(|(name, value)| name.contains(secret) || contains(value, secret))
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    serde_json::from_str(raw).is_ok_and(|value| contains(&value, secret))
}

#[cfg(test)]
#[path = "document_tests.rs"]
mod tests;
