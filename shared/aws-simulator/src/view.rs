//! What a test sees of the account, without a call.

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;

use crate::iam::User;
use crate::iam::credentials::Uploaded;
use crate::services::Account;
use crate::ses::Mail;
use crate::settings::Settings;
use crate::sns::Published;
use crate::world::World;

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

/// A credential of any kind as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialView {
    /// `access-key`, `password`, `ssh-public-key`, `signing-certificate` or `service-specific`.
    pub kind: &'static str,
    /// The credential's id; a password has none and is called `password`.
    pub id: String,
    /// Its status; a password is always `Active`.
    pub status: String,
    /// When it was created.
    pub created: Timestamp,
}

/// An object in a bucket as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectView {
    /// The object's key.
    pub key: String,
    /// The type it was put with, if any.
    pub content_type: Option<String>,
    /// Its content.
    pub body: Bytes,
}

/// An item of a table as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableItem {
    /// The partition key.
    pub pk: String,
    /// The sort key.
    pub sk: String,
    /// The other attributes: texts and numbers as texts, everything else in the form of the wire.
    pub attributes: BTreeMap<String, String>,
}

/// A message in a queue as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueuedMessage {
    /// The message's id.
    pub message_id: String,
    /// Its body.
    pub body: String,
    /// Its message attributes; bytes are written in Base64.
    pub attributes: BTreeMap<String, String>,
    /// When it was sent.
    pub sent: Timestamp,
    /// How often it was received, in this queue and the one it came from.
    pub receives: u64,
    /// Whether the next receive finds it.
    pub visible: bool,
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
    pub(crate) fn of(world: &'a World, account: &str) -> Self {
        Self {
            account: world.accounts.get(account),
            now: world.clock.now(),
            settings: world.settings,
        }
    }

    /// The moment, by the simulated clock.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The access keys of a user, oldest first.
    pub fn keys(&self, user: &str) -> Vec<KeyView> {
        let user = self.user(user);
        user.into_iter()
            .flat_map(|user| &user.keys)
            .map(|key| KeyView {
                id: key.id.clone(),
                status: key.status.clone(),
                created: key.created,
            })
            .collect()
    }

    /// Whether a user of this name exists.
    pub fn user_exists(&self, name: &str) -> bool {
        self.user(name).is_some()
    }

    /// Every credential of a user, kind by kind.
    pub fn credentials(&self, user: &str) -> Vec<CredentialView> {
        let Some(user) = self.user(user) else { return Vec::new() };
        let view = |kind, id: &str, status: &str, created| CredentialView {
            kind,
            id: id.to_owned(),
            status: status.to_owned(),
            created,
        };
        let uploaded = |kind, own: &Uploaded| view(kind, &own.id, &own.status, own.uploaded);
        let keys =
            user.keys.iter().map(|key| view("access-key", &key.id, &key.status, key.created));
        let password =
            user.password.iter().map(|own| view("password", "password", "Active", own.created));
        let ssh = user.ssh_keys.iter().map(|own| uploaded("ssh-public-key", own));
        let certificates = user.certificates.iter().map(|own| uploaded("signing-certificate", own));
        let services = user
            .service_credentials
            .iter()
            .map(|own| view("service-specific", &own.id, own.status_at(self.now), own.created));
        keys.chain(password).chain(ssh).chain(certificates).chain(services).collect()
    }

    fn user(&self, name: &str) -> Option<&'a User> {
        self.account?.iam.user(name).ok()
    }

    /// Whether every request signed with this key and secret is accepted now, at every endpoint.
    pub fn key_works(&self, user: &str, id: &str, secret: &str) -> bool {
        let user = self.user(user);
        let key = user.and_then(|user| user.keys.iter().find(|key| key.id == id));
        key.is_some_and(|key| key.works_with(secret, self.now, &self.settings))
    }

    /// The secret of every key that was ever created through the API, deleted ones included, and every password.
    pub fn issued_secrets(&self) -> Vec<String> {
        self.account.map(|account| account.iam.issued.clone()).unwrap_or_default()
    }

    /// The tags of a user.
    pub fn tags(&self, user: &str) -> BTreeMap<String, String> {
        let user = self.user(user);
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

    /// The objects in a bucket, by key.
    pub fn objects(&self, bucket: &str) -> Vec<ObjectView> {
        let objects = self.account.and_then(|account| account.s3.buckets.get(bucket));
        objects
            .into_iter()
            .flatten()
            .map(|(key, object)| ObjectView {
                key: key.clone(),
                content_type: object.content_type.clone(),
                body: object.body.clone(),
            })
            .collect()
    }

    /// The items of [`TABLE_ARN`](crate::TABLE_ARN), in order of their keys.
    pub fn table(&self) -> Vec<TableItem> {
        let table = self.account.and_then(|account| account.dynamodb.tables.get(crate::TABLE_ARN));
        let text = |value: &serde_json::Value| {
            let plain = ["S", "N"].iter().find_map(|kind| value.get(*kind)?.as_str());
            plain.map_or_else(|| value.to_string(), ToOwned::to_owned)
        };
        let items = table.into_iter().flat_map(|table| table.items());
        items
            .map(|((pk, sk), item)| TableItem {
                pk: pk.clone(),
                sk: sk.clone(),
                attributes: item
                    .iter()
                    .filter(|(name, _)| *name != "pk" && *name != "sk")
                    .map(|(name, value)| (name.clone(), text(value)))
                    .collect(),
            })
            .collect()
    }

    /// The messages in an SQS queue, oldest first.
    pub fn queue(&self, name: &str) -> Vec<QueuedMessage> {
        let queue = self.account.and_then(|account| account.sqs.named(name));
        queue
            .into_iter()
            .flat_map(|queue| queue.kept(self.now))
            .map(|message| QueuedMessage {
                message_id: message.id.clone(),
                body: message.body.clone(),
                attributes: message
                    .attributes
                    .iter()
                    .map(|(name, own)| (name.clone(), own.value.clone()))
                    .collect(),
                sent: message.sent,
                receives: message.receives,
                visible: message.visible <= self.now,
            })
            .collect()
    }

    /// Every mail that SES has accepted so far.
    pub fn mails(&self) -> &'a [Mail] {
        self.account.map(|account| account.ses.mails.as_slice()).unwrap_or_default()
    }

    /// Every message published so far.
    pub fn published(&self) -> &'a [Published] {
        self.account.map(|account| account.sns.published.as_slice()).unwrap_or_default()
    }
}
