//! The keys of items.

use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use lifecycle::identifiers::{AccountId, CredentialId, UserId};
use sha2::{Digest, Sha256};

const CREDENTIAL: &str = "credential#";
const ROTATION: &str = "rotation#";
const RECEIPT: &str = "receipt#";

/// The key of one item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) partition: String,
    pub(crate) sort: String,
}

/// What an item of an account's partition is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Record(UserId, CredentialId),
    Rotation(UserId),
    Receipt(String),
}

impl Key {
    /// The record of one credential. The kind is in the key, because an id does not say of which kind it is.
    pub(crate) fn record(account: &AccountId, user: &UserId, credential: &CredentialId) -> Self {
        let sort = format!("{}{}#{credential}", credentials_of(user), credential.kind().as_str());
        Self { partition: account_partition(account), sort }
    }

    pub(crate) fn rotation(account: &AccountId, user: &UserId) -> Self {
        Self { partition: account_partition(account), sort: format!("{ROTATION}{user}") }
    }

    pub(crate) fn receipt(account: &AccountId, notice: &str) -> Self {
        Self { partition: account_partition(account), sort: format!("{RECEIPT}{notice}") }
    }

    /// That a reader was sent a notice. Addresses do not belong into keys, which appear in logs and metrics.
    pub(crate) fn sent(reader: &str, notice: &str) -> Self {
        Self { partition: reader_partition(reader), sort: hash(notice) }
    }

    pub(crate) fn mail(mail: &str) -> Self {
        Self { partition: format!("mail#{mail}"), sort: "mail".to_owned() }
    }

    pub(crate) fn partition_attribute(&self) -> AttributeValue {
        AttributeValue::S(self.partition.clone())
    }

    pub(crate) fn sort_attribute(&self) -> AttributeValue {
        AttributeValue::S(self.sort.clone())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}", self.sort, self.partition)
    }
}

impl Subject {
    /// What the item with this sort key is about; `None` if this version writes no such key.
    pub(crate) fn parse(sort: &str) -> Option<Self> {
        if let Some(notice) = sort.strip_prefix(RECEIPT) {
            return Some(Self::Receipt(notice.to_owned()));
        }
        if let Some(user) = sort.strip_prefix(ROTATION) {
            return user.parse().ok().map(Self::Rotation);
        }
        let mut parts = sort.strip_prefix(CREDENTIAL)?.splitn(3, '#');
        let (user, kind, credential) = (parts.next()?, parts.next()?, parts.next()?);
        let credential = CredentialId::new(kind.parse().ok()?, credential).ok()?;
        Some(Self::Record(user.parse().ok()?, credential))
    }
}

pub(crate) fn account_partition(account: &AccountId) -> String {
    format!("account#{account}")
}

pub(crate) fn reader_partition(reader: &str) -> String {
    format!("reader#{}", hash(reader))
}

/// What the sort keys of a user's records start with.
pub(crate) fn credentials_of(user: &UserId) -> String {
    format!("{CREDENTIAL}{user}#")
}

/// Half of SHA-256, in hexadecimal: enough to keep ids apart.
pub(crate) fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use lifecycle::credential::CredentialKind;

    use super::*;

    #[test]
    fn every_key_says_what_its_item_is_about() {
        let account: AccountId = "123456789012".parse().unwrap();
        let user: UserId = "AIDAEXAMPLE".parse().unwrap();
        for kind in CredentialKind::ALL {
            let id = if kind == CredentialKind::Password { "password" } else { "AKIAEXAMPLE" };
            let id = CredentialId::new(kind, id).unwrap();
            let key = Key::record(&account, &user, &id);
            assert_eq!(key.partition, "account#123456789012");
            assert_eq!(key.sort, format!("credential#AIDAEXAMPLE#{}#{id}", kind.as_str()));
            assert_eq!(Subject::parse(&key.sort), Some(Subject::Record(user.clone(), id)));
        }
        let key = Key::rotation(&account, &user);
        assert_eq!(key.sort, "rotation#AIDAEXAMPLE");
        assert_eq!(Subject::parse(&key.sort), Some(Subject::Rotation(user)));
        for notice in ["warned/123456789012/ana/2026-01-01", "a#b", ""] {
            let key = Key::receipt(&account, notice);
            assert_eq!(Subject::parse(&key.sort), Some(Subject::Receipt(notice.to_owned())));
        }
    }

    #[test]
    fn a_key_that_this_version_does_not_write_is_about_nothing() {
        for sort in [
            "",
            "credential#",
            "credential#AIDAEXAMPLE",
            "credential#AIDAEXAMPLE#access-key",
            "credential#AIDAEXAMPLE#access-key#",
            "credential#AIDAEXAMPLE#passkey#AKIAEXAMPLE",
            "credential#AIDAEXAMPLE#password#AKIAEXAMPLE",
            "credential#AIDAEXAMPLE#access-key#AKIA#EXAMPLE",
            "credential##access-key#AKIAEXAMPLE",
            "rotation#",
            "rotation#AIDA EXAMPLE",
            "something#AIDAEXAMPLE",
        ] {
            assert_eq!(Subject::parse(sort), None, "{sort}");
        }
    }
}
