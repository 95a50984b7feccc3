//! Secrets, rotations and the functions that do them.

use serde_json::json;

use crate::REGION;
use crate::call::{Caller, Principal};
use crate::simulator::Simulator;

impl Simulator {
    /// Adds a secret whose current value is `value`, and answers its ARN.
    pub fn add_secret(&self, name: &str, value: &str) -> String {
        self.with(|world| {
            let caller = Caller {
                principal: Principal::Role { name: "seed".to_owned(), session: "seed".to_owned() },
                account: self.account_id().to_owned(),
                region: REGION.to_owned(),
                now: world.clock.now(),
                settings: world.settings,
            };
            let (account, ids) = world.account_and_ids(self.account_id());
            let secret =
                account.secrets.add_secret(name, Some(value.to_owned()), None, &caller, ids);
            secret.map(|secret| secret.arn.clone()).unwrap_or_default()
        })
    }

    /// Sets a tag of a secret.
    pub fn tag_secret(&self, name_or_arn: &str, key: &str, value: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(name_or_arn) {
                secret.tags.insert(key.to_owned(), value.to_owned());
            }
        });
    }

    /// Makes a secret belong to an AWS service, which then alone may rotate it.
    pub fn set_owning_service(&self, secret: &str, service: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(secret) {
                secret.owning_service = Some(service.to_owned());
            }
        });
    }

    /// Switches rotation on, every `days` days, without rotating.
    pub fn enable_rotation(&self, secret: &str, days: u32) {
        let function = self.add_function("rotate-key");
        self.with(|world| {
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(secret) {
                let rules = json!({ "AutomaticallyAfterDays": days });
                let input = json!({"RotationLambdaARN": function, "RotationRules": rules});
                let _ = secret.configure_rotation(&input, std::slice::from_ref(&function));
            }
        });
    }

    /// Switches rotation off.
    pub fn disable_rotation(&self, secret: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(secret) {
                secret.rotation.enabled = Some(false);
            }
        });
    }

    /// Takes `AWSPENDING` off whatever version has it, and forgets the rotation.
    pub fn end_rotation(&self, secret: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(secret) {
                secret.abandon_rotation();
            }
        });
    }

    /// Fills a version behind the back of the rotation function.
    pub fn fill_version(&self, secret: &str, version: &str, value: &str) {
        self.with(|world| {
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(secret)
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
            let (account, ids) = world.account_and_ids(self.account_id());
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
            if let Ok(secret) = world.account(self.account_id()).secrets.secret_mut(secret) {
                arn.clone_into(&mut secret.arn);
            }
        });
    }

    /// Makes Secrets Manager know a Lambda function, and answers its ARN.
    pub fn add_function(&self, name: &str) -> String {
        let arn = format!("arn:aws:lambda:{REGION}:{}:function:{name}", self.account_id());
        self.with(|world| {
            if !world.shared.functions.contains(&arn) {
                world.shared.functions.push(arn.clone());
            }
        });
        arn
    }
}
