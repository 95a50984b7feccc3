//! Whom tags name as owner.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

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

    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}
