//! What a test sees of the account, without a call.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::ACCOUNT;
use crate::settings::Settings;
use crate::sns::Published;
use crate::world::{Account, World};

/// The account at one moment.
#[derive(Debug)]
pub struct View<'a> {
    account: Option<&'a Account>,
    now: Timestamp,
    settings: Settings,
}

/// An access key as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyView {
    /// The key's id.
    pub id: String,
    /// Its status.
    pub status: String,
    /// When it was created.
    pub created: Timestamp,
}

/// A version of a secret as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct VersionView {
    /// The version's id.
    pub id: String,
    /// Its labels, in alphabetical order.
    pub labels: Vec<String>,
    /// Its value; it holds a secret.
    pub value: Option<String>,
}

impl std::fmt::Debug for VersionView {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("VersionView")
            .field("id", &self.id)
            .field("labels", &self.labels)
            .finish_non_exhaustive()
    }
}

impl<'a> View<'a> {
    pub(crate) fn of(world: &'a World) -> Self {
        Self {
            account: world.accounts.get(ACCOUNT),
            now: world.clock.now(),
            settings: world.settings,
        }
    }

    /// The access keys of a user, oldest first.
    pub fn keys(&self, user: &str) -> Vec<KeyView> {
        let user = self.account.and_then(|account| account.iam.user(user).ok());
        user.into_iter()
            .flat_map(|user| &user.keys)
            .map(|key| KeyView {
                id: key.id.clone(),
                status: key.status.clone(),
                created: key.created,
            })
            .collect()
    }

    /// Whether every request signed with this key and secret is accepted now, at every endpoint.
    pub fn key_works(&self, user: &str, id: &str, secret: &str) -> bool {
        let user = self.account.and_then(|account| account.iam.user(user).ok());
        let key = user.and_then(|user| user.keys.iter().find(|key| key.id == id));
        key.is_some_and(|key| key.works_with(secret, self.now, &self.settings))
    }

    /// The secret of every key that was ever created through the API, deleted ones included.
    pub fn issued_secrets(&self) -> Vec<String> {
        self.account.map(|account| account.iam.issued.clone()).unwrap_or_default()
    }

    /// The tags of a user.
    pub fn tags(&self, user: &str) -> BTreeMap<String, String> {
        let user = self.account.and_then(|account| account.iam.user(user).ok());
        user.map(|user| user.tags.now.clone()).unwrap_or_default()
    }

    /// The versions of a secret.
    pub fn versions(&self, secret: &str) -> Vec<VersionView> {
        let secret = self.account.and_then(|account| account.secrets.secret(secret).ok());
        secret
            .into_iter()
            .flat_map(|secret| &secret.versions)
            .map(|(id, version)| VersionView {
                id: id.clone(),
                labels: version.labels.keys().cloned().collect(),
                value: version.value.clone(),
            })
            .collect()
    }

    /// The version of a secret that carries `label`.
    pub fn version(&self, secret: &str, label: &str) -> Option<VersionView> {
        self.versions(secret)
            .into_iter()
            .find(|version| version.labels.iter().any(|own| own == label))
    }

    /// Every message published so far.
    pub fn published(&self) -> &'a [Published] {
        self.account.map(|account| account.sns.published.as_slice()).unwrap_or_default()
    }
}
