//! Passwords, devices, public keys, certificates, groups and policies of users, the root user and the account.

use jiff::Timestamp;

use crate::REGION;
use crate::call::{Caller, Principal};
use crate::clock::whole_seconds;
use crate::iam::credentials::{Password, Uploaded};
use crate::iam::{Iam, User};
use crate::simulator::Simulator;

impl Simulator {
    /// Gives a user a console password, created now.
    pub fn add_password(&self, user: &str) {
        self.change_user(user, |user, now| {
            let now = whole_seconds(now);
            user.password = Some(Password { created: now, changed: now, reset_required: false });
        });
    }

    /// Records that a user has changed its password now.
    pub fn change_password(&self, user: &str) {
        self.change_user(user, |user, now| {
            if let Some(password) = &mut user.password {
                password.changed = whole_seconds(now);
            }
        });
    }

    /// Takes the password away from a user.
    pub fn remove_password(&self, user: &str) {
        self.change_user(user, |user, _| user.password = None);
    }

    /// Records that a user signs in to the console now.
    pub fn use_password(&self, user: &str) {
        self.change_user(user, |user, now| user.signed_in(now));
    }

    /// Gives a user a virtual device for the second factor.
    pub fn add_mfa_device(&self, user: &str) {
        self.change_user(user, |user, _| user.mfa_devices += 1);
    }

    /// Adds a group under the path `/`.
    pub fn add_group(&self, name: &str) {
        self.with(|world| {
            let now = world.clock.now();
            let (account, ids) = world.account_and_ids(self.account_id());
            let _ = account.iam.add_group(name, "/", now, ids);
        });
    }

    /// Puts a user into a group.
    pub fn add_to_group(&self, user: &str, group: &str) {
        self.change_iam(|iam| {
            let _ = iam.join(user, group);
        });
    }

    /// Gives a user an inline policy.
    pub fn add_user_policy(&self, user: &str, name: &str, document: &str) {
        self.change_user(user, |user, _| {
            user.policies.insert(name.to_owned(), document.to_owned());
        });
    }

    /// Attaches a managed policy to a user.
    pub fn attach_user_policy(&self, user: &str, policy_arn: &str) {
        self.change_user(user, |user, _| {
            user.attached.insert(policy_arn.to_owned());
        });
    }

    /// Gives a user an SSH public key, whatever the quota, and answers its id.
    pub fn add_ssh_key(&self, user: &str) -> String {
        self.with(|world| {
            let now = world.clock.now();
            let (account, ids) = world.account_and_ids(self.account_id());
            let id = ids.entity("APKA");
            let body = format!("ssh-rsa {id}");
            account.iam.add_ssh_key(user, Uploaded::new(id.clone(), &body, now));
            id
        })
    }

    /// Gives a user a signing certificate with any text, whatever the quota, and answers its id.
    pub fn add_signing_certificate(&self, user: &str, body: &str) -> String {
        self.with(|world| {
            let now = world.clock.now();
            let (account, ids) = world.account_and_ids(self.account_id());
            let id = ids.certificate();
            account.iam.add_certificate(user, Uploaded::new(id.clone(), body, now));
            id
        })
    }

    /// Gives a user a credential for one service, whatever the quota, and answers its id.
    pub fn add_service_credential(
        &self,
        user: &str,
        service: &str,
        expires_after_days: Option<u32>,
    ) -> String {
        self.with(|world| {
            let caller = Caller {
                principal: Principal::Role { name: "seed".to_owned(), session: "seed".to_owned() },
                account: self.account_id().to_owned(),
                region: REGION.to_owned(),
                now: world.clock.now(),
                settings: world.settings,
            };
            let (account, ids) = world.account_and_ids(self.account_id());
            let iam = &mut account.iam;
            iam.add_service_credential(user, service, expires_after_days, &caller, ids)
                .map(|credential| credential.id.clone())
                .unwrap_or_default()
        })
    }

    /// Sets the status of a credential of any kind to anything, even to a word that IAM does not know.
    pub fn set_status(&self, credential_id: &str, status: &str) {
        self.change_iam(|iam| iam.set_status(credential_id, status));
    }

    /// Removes a user with everything that belongs to it.
    pub fn remove_user(&self, name: &str) {
        self.change_iam(|iam| iam.remove_user(name));
    }

    /// Sets what the root user has: a number of access keys, a second factor, a password.
    pub fn set_root(&self, access_keys: u8, mfa: bool, password: bool) {
        self.change_iam(|iam| {
            iam.root.access_keys = access_keys;
            iam.root.mfa = mfa;
            iam.root.password = password;
        });
    }

    /// Gives the account an alias, in place of the one it has.
    pub fn set_account_alias(&self, alias: &str) {
        self.change_iam(|iam| iam.alias = Some(alias.to_owned()));
    }

    /// Gives the account a password policy, under which passwords expire.
    pub fn set_password_policy(&self, max_age_days: u32) {
        self.change_iam(|iam| iam.password_policy = Some(max_age_days));
    }

    /// Serves `content` as a credential report made this very moment, until it is taken back with `None`.
    pub fn override_report(&self, content: Option<&[u8]>) {
        self.change_iam(|iam| iam.report.replace(content));
    }

    fn change_iam(&self, change: impl FnOnce(&mut Iam)) {
        self.with(|world| change(&mut world.account(self.account_id()).iam));
    }

    fn change_user(&self, name: &str, change: impl FnOnce(&mut User, Timestamp)) {
        self.with(|world| {
            let now = world.clock.now();
            if let Ok(user) = world.account(self.account_id()).iam.user_mut(name) {
                change(user, now);
            }
        });
    }
}
