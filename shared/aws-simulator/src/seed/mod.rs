//! Fills the account, past the APIs and at any time of the past.

mod credentials;
mod mail;
mod organization;
mod queues;
mod secrets;
mod table;
mod topics;

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde_json::Value;

use crate::authentication::Session;
use crate::iam::access_keys::AccessKey;
use crate::policy::{of_role, of_user};
use crate::simulator::Simulator;
use crate::sts::TrustPolicy;
use crate::world::World;
use crate::{ACCOUNT, REGION};

/// An access key that was just made, with the secret that is shown only once.
#[derive(Clone)]
pub struct NewKey {
    /// The key's id.
    pub id: String,
    /// The key's secret.
    pub secret: String,
}

impl fmt::Debug for NewKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewKey").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Simulator {
    /// Adds an IAM user; a name that is taken or malformed is left out.
    pub fn add_user(&self, name: &str, path: &str, tags: &[(&str, &str)]) {
        let tags: BTreeMap<_, _> =
            tags.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        self.with(|world| {
            let now = world.clock.now();
            let (account, ids) = world.account_and_ids(self.account_id());
            let _ = account.iam.add_user(name, path, tags, now, ids);
        });
    }

    /// Sets a tag of a user, at once for every reader.
    pub fn tag_user(&self, name: &str, key: &str, value: &str) {
        self.with(|world| {
            if let Ok(user) = world.account(self.account_id()).iam.user_mut(name) {
                user.tags.change(Timestamp::MIN, |tags| {
                    tags.insert(key.to_owned(), value.to_owned());
                });
            }
        });
    }

    /// Removes a tag of a user, at once for every reader.
    pub fn untag_user(&self, name: &str, key: &str) {
        self.with(|world| {
            if let Ok(user) = world.account(self.account_id()).iam.user_mut(name) {
                user.tags.change(Timestamp::MIN, |tags| {
                    tags.remove(key);
                });
            }
        });
    }

    /// Adds an access key, created now, whatever the quota.
    pub fn add_access_key(&self, user: &str) -> NewKey {
        self.with(|world| {
            let created = world.clock.now();
            let (account, ids) = world.account_and_ids(self.account_id());
            let key = NewKey { id: ids.access_key("AKIA"), secret: ids.secret_access_key() };
            account
                .iam
                .add_access_key(user, AccessKey::new(key.id.clone(), key.secret.clone(), created));
            key
        })
    }

    /// Sets the status of an access key to anything, even to a word that IAM does not know.
    pub fn set_key_status(&self, id: &str, status: &str) {
        self.set_status(id, status);
    }

    /// Removes an access key.
    pub fn remove_access_key(&self, id: &str) {
        self.with(|world| world.account(self.account_id()).iam.remove_credential(id));
    }

    /// Records that a key was used now.
    pub fn use_key(&self, id: &str, service: &str) {
        self.with(|world| {
            let now = world.clock.now();
            if let Some((_, key)) = world.account(self.account_id()).iam.key_mut(id) {
                key.used(now, service, REGION);
            }
        });
    }

    /// Adds an S3 bucket.
    pub fn add_bucket(&self, name: &str) {
        self.with(|world| {
            world.account(self.account_id()).s3.buckets.entry(name.to_owned()).or_default();
        });
    }

    /// Adds a role that others may assume, or changes whom it trusts.
    pub fn add_role(&self, name: &str, trust: TrustPolicy) {
        self.with(|world| {
            world.account(self.account_id()).roles.entry(name.to_owned()).or_default().trust =
                Some(trust);
        });
    }

    /// Enforces a policy on every call of a role; without one, a role may do everything.
    ///
    /// A policy with anything that is not simulated refuses the calls, and is among [`Simulator::violations`].
    pub fn set_role_policy(&self, role: &str, policy: &Value) {
        self.with(|world| world.enforce(self.account_id(), of_role(role), policy));
    }

    /// Enforces a policy on every call of a user, as [`Simulator::set_role_policy`] does for a role.
    pub fn set_user_policy(&self, user: &str, policy: &Value) {
        self.with(|world| world.enforce(self.account_id(), of_user(user), policy));
    }

    /// Accepts long-term credentials of somebody who may do everything, as an operator or a script has them.
    pub fn accept_credentials(&self, access_key_id: &str, secret: &str) {
        self.with(|world| {
            let session = Session {
                secret: secret.to_owned(),
                token: None,
                account: self.account_id().to_owned(),
                role: "operator".to_owned(),
                name: "operator".to_owned(),
                expires: None,
                policy: None,
            };
            world.sessions.insert(access_key_id.to_owned(), session);
        });
    }

    /// The key id, secret and session token of a role, made the first time somebody asks.
    pub fn role_credentials(&self, role: &str) -> (String, String, String) {
        // The ids of the first account's roles do not depend on the account, so that outputs of demos stay the same.
        let seed = match self.account_id() {
            ACCOUNT => role.to_owned(),
            account => format!("{account}/{role}"),
        };
        let id: String = crate::ids::shaped("ASIA", &seed).chars().take(20).collect();
        self.with(|world| {
            let World { sessions, ids, .. } = world;
            let session = sessions.entry(id.clone()).or_insert_with(|| Session {
                secret: ids.secret_access_key(),
                token: Some(ids.secret_access_key()),
                account: self.account_id().to_owned(),
                role: role.to_owned(),
                name: role.to_owned(),
                expires: None,
                policy: None,
            });
            (id, session.secret.clone(), session.token.clone().unwrap_or_default())
        })
    }
}
