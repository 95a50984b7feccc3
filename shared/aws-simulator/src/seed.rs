//! Fills the account, past the APIs and at any time of the past.

use std::collections::BTreeMap;
use std::fmt;

use jiff::Timestamp;
use serde_json::json;

use crate::call::{Caller, Principal};
use crate::iam::access_keys::AccessKey;
use crate::simulator::Simulator;
use crate::world::{Session, World};
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
            let World { accounts, ids, .. } = world;
            let account = accounts.entry(ACCOUNT.to_owned()).or_default();
            let _ = account.iam.add_user(name, path, tags, now, ids);
        });
    }

    /// Sets a tag of a user, at once for every reader.
    pub fn tag_user(&self, name: &str, key: &str, value: &str) {
        self.with(|world| {
            if let Ok(user) = world.account(ACCOUNT).iam.user_mut(name) {
                user.tags.change(Timestamp::MIN, |tags| {
                    tags.insert(key.to_owned(), value.to_owned());
                });
            }
        });
    }

    /// Removes a tag of a user, at once for every reader.
    pub fn untag_user(&self, name: &str, key: &str) {
        self.with(|world| {
            if let Ok(user) = world.account(ACCOUNT).iam.user_mut(name) {
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
            let key =
                NewKey { id: world.ids.access_key("AKIA"), secret: world.ids.secret_access_key() };
            if let Ok(user) = world.account(ACCOUNT).iam.user_mut(user) {
                user.keys.push(AccessKey::new(key.id.clone(), key.secret.clone(), created));
            }
            key
        })
    }

    /// Sets the status of an access key to anything, even to a word that IAM does not know.
    pub fn set_key_status(&self, id: &str, status: &str) {
        self.with(|world| {
            if let Some((_, key)) = world.account(ACCOUNT).iam.key_mut(id) {
                status.clone_into(&mut key.status);
            }
        });
    }

    /// Removes an access key.
    pub fn remove_access_key(&self, id: &str) {
        self.with(|world| {
            let owner = world.account(ACCOUNT).iam.key_owner(id).map(|user| user.name.clone());
            if let Some(Ok(user)) = owner.map(|name| world.account(ACCOUNT).iam.user_mut(&name)) {
                user.keys.retain(|key| key.id != id);
            }
        });
    }

    /// Records that a key was used now.
    pub fn use_key(&self, id: &str, service: &str) {
        self.with(|world| {
            let now = world.clock.now();
            if let Some((_, key)) = world.account(ACCOUNT).iam.key_mut(id) {
                key.used(now, service, REGION);
            }
        });
    }

    /// Adds a secret whose current value is `value`, and answers its ARN.
    pub fn add_secret(&self, name: &str, value: &str) -> String {
        self.with(|world| {
            let caller = world.seeder();
            let World { accounts, ids, .. } = world;
            let account = accounts.entry(ACCOUNT.to_owned()).or_default();
            let secret =
                account.secrets.add_secret(name, Some(value.to_owned()), None, &caller, ids);
            secret.map(|secret| secret.arn.clone()).unwrap_or_default()
        })
    }

    /// Makes a secret belong to an AWS service, which then alone may rotate it.
    pub fn set_owning_service(&self, secret: &str, service: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(ACCOUNT).secrets.secret_mut(secret) {
                secret.owning_service = Some(service.to_owned());
            }
        });
    }

    /// Switches rotation on, every `days` days, without rotating.
    pub fn enable_rotation(&self, secret: &str, days: u32) {
        let function = self.add_function("rotate-key");
        self.with(|world| {
            if let Ok(secret) = world.account(ACCOUNT).secrets.secret_mut(secret) {
                let rules = json!({ "AutomaticallyAfterDays": days });
                let input = json!({"RotationLambdaARN": function, "RotationRules": rules});
                let _ = secret.configure_rotation(&input, std::slice::from_ref(&function));
            }
        });
    }

    /// Switches rotation off.
    pub fn disable_rotation(&self, secret: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(ACCOUNT).secrets.secret_mut(secret) {
                secret.rotation.enabled = Some(false);
            }
        });
    }

    /// Takes `AWSPENDING` off whatever version has it, and forgets the rotation.
    pub fn end_rotation(&self, secret: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(ACCOUNT).secrets.secret_mut(secret) {
                secret.abandon_rotation();
            }
        });
    }

    /// Fills a version behind the back of the rotation function.
    pub fn fill_version(&self, secret: &str, version: &str, value: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(ACCOUNT).secrets.secret_mut(secret)
                && let Some(version) = secret.versions.get_mut(version)
            {
                version.value = Some(value.to_owned());
            }
        });
    }

    /// Stages a rotation of `secret` under a token of the caller's choice, as `RotateSecret` would.
    pub fn stage_token(&self, secret: &str, token: &str, rotation_token: &str) {
        self.with(|world| {
            let now = world.clock.now();
            let World { accounts, ids, .. } = world;
            let account = accounts.entry(ACCOUNT.to_owned()).or_default();
            if let Ok(secret) = account.secrets.secret_mut(secret) {
                let _ = secret.start_rotation(false, Some(token), now, ids);
                if let Some(version) = secret.versions.get_mut(token) {
                    version.rotation_token = Some(rotation_token.to_owned());
                }
            }
        });
    }

    /// Gives a secret the ARN that fixed events name.
    pub fn set_secret_arn(&self, secret: &str, arn: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(ACCOUNT).secrets.secret_mut(secret) {
                arn.clone_into(&mut secret.arn);
            }
        });
    }

    /// Makes Secrets Manager know a Lambda function, and answers its ARN.
    pub fn add_function(&self, name: &str) -> String {
        let arn = format!("arn:aws:lambda:{REGION}:{ACCOUNT}:function:{name}");
        self.with(|world| {
            if !world.functions.contains(&arn) {
                world.functions.push(arn.clone());
            }
        });
        arn
    }

    /// Adds an SNS topic and answers its ARN.
    pub fn add_topic(&self, name: &str) -> String {
        self.with(|world| world.account(ACCOUNT).sns.add_topic(name, ACCOUNT, REGION))
    }

    /// Accepts long-term credentials of somebody who may do everything, as an operator or a script has them.
    pub fn accept_credentials(&self, access_key_id: &str, secret: &str) {
        self.with(|world| {
            let session = Session {
                secret: secret.to_owned(),
                token: None,
                account: ACCOUNT.to_owned(),
                role: "operator".to_owned(),
            };
            world.sessions.insert(access_key_id.to_owned(), session);
        });
    }
}

impl World {
    fn seeder(&self) -> Caller {
        Caller {
            principal: Principal::Role { name: "seed".to_owned(), session: "seed".to_owned() },
            account: ACCOUNT.to_owned(),
            region: REGION.to_owned(),
            now: self.clock.now(),
            settings: self.settings,
        }
    }

    pub(crate) fn session(&mut self, id: &str, role: &str, account: &str) -> Session {
        let Self { sessions, ids, .. } = self;
        let session = sessions.entry(id.to_owned()).or_insert_with(|| Session {
            secret: ids.secret_access_key(),
            token: Some(ids.secret_access_key()),
            account: account.to_owned(),
            role: role.to_owned(),
        });
        session.clone()
    }
}
