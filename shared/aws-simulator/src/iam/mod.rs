//! Identity and Access Management: users, their tags and credentials, groups, and what IAM tells of an account.

pub(crate) mod access_keys;
mod account;
mod authorization;
mod authorization_details;
mod certificates;
pub(crate) mod credentials;
mod groups;
mod login_profiles;
mod page;
mod report;
mod service_credentials;
mod ssh_keys;
mod users;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use jiff::Timestamp;

use crate::call::{Caller, Principal};
use crate::error::ApiError;
use crate::ids::Ids;
use crate::rate::Rate;
use crate::request::Asked;
use crate::service::{Body, Protocol, Service};
use crate::wire::{Form, Xml};
use crate::world::World;
use access_keys::AccessKey;
pub(crate) use account::Root;
use credentials::{Password, ServiceCredential, Uploaded};
pub(crate) use groups::Group;
use page::page;
use report::Report;

pub(crate) const SERVICE: Service = Service::new(
    "iam",
    Protocol::Query("https://iam.amazonaws.com/doc/2010-05-08/"),
    authorization::judged_by,
    perform,
);

/// An IAM user of the simulated account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) created: Timestamp,
    pub(crate) tags: Tags,
    pub(crate) keys: Vec<AccessKey>,
    pub(crate) password: Option<Password>,
    /// When passwords of the user were used, oldest first; it outlives them.
    pub(crate) sign_ins: Vec<Timestamp>,
    /// How many devices for the second factor it has.
    pub(crate) mfa_devices: usize,
    pub(crate) ssh_keys: Vec<Uploaded>,
    pub(crate) certificates: Vec<Uploaded>,
    pub(crate) service_credentials: Vec<ServiceCredential>,
    /// The names of the groups the user is in, in lower case.
    pub(crate) groups: BTreeSet<String>,
    /// Inline policies, by name.
    pub(crate) policies: BTreeMap<String, String>,
    /// The ARNs of attached policies.
    pub(crate) attached: BTreeSet<String>,
}

impl User {
    pub(crate) fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:user{}{}", self.path, self.name)
    }
}

/// A user's tags, and what they were before the last change, for reads that lag behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    pub(crate) now: BTreeMap<String, String>,
    before: BTreeMap<String, String>,
    changed: Option<Timestamp>,
}

impl Tags {
    pub(crate) fn new(tags: BTreeMap<String, String>) -> Self {
        Self { before: tags.clone(), now: tags, changed: None }
    }

    pub(crate) fn change(
        &mut self,
        now: Timestamp,
        change: impl FnOnce(&mut BTreeMap<String, String>),
    ) {
        self.before = self.now.clone();
        self.changed = Some(now);
        change(&mut self.now);
    }

    pub(crate) fn seen_by(&self, caller: &Caller) -> &BTreeMap<String, String> {
        match self.changed {
            Some(changed) if caller.now < crate::clock::add(changed, caller.settings.tag_lag) => {
                &self.before
            }
            _ => &self.now,
        }
    }
}

/// The IAM half of one account.
#[derive(Debug, Default)]
pub(crate) struct Iam {
    /// The secret of every key that was ever created through the API, and every password that passed through it.
    pub(crate) issued: Vec<String>,
    pub(crate) root: Root,
    users: BTreeMap<String, User>,
    /// The user of every credential that has an id, by the name that `users` has.
    owners: HashMap<String, String>,
    groups: BTreeMap<String, Group>,
    pub(crate) alias: Option<String>,
    /// The days a password may live, if the account's password policy has an end to it.
    pub(crate) password_policy: Option<u32>,
    pub(crate) report: Report,
    /// The calls to IAM.
    rate: Rate,
}

impl Iam {
    /// The IAM of an account that was opened at `opened`.
    pub(crate) fn new(opened: Timestamp) -> Self {
        Self { root: Root { opened, ..Root::default() }, ..Self::default() }
    }

    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Finds a user; names differ by more than the case of their letters.
    pub(crate) fn user(&self, name: &str) -> Result<&User, ApiError> {
        self.users
            .get(&name.to_ascii_lowercase())
            .ok_or_else(|| ApiError::no_such_entity("user", name))
    }

    pub(crate) fn user_mut(&mut self, name: &str) -> Result<&mut User, ApiError> {
        self.users
            .get_mut(&name.to_ascii_lowercase())
            .ok_or_else(|| ApiError::no_such_entity("user", name))
    }

    fn call(
        &mut self,
        operation: &str,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Option<Result<Option<Xml>, ApiError>> {
        let changed = match operation {
            "UpdateUser" => self.update_user(form),
            "DeleteUser" => self.delete_user(form),
            "TagUser" => self.tag_user(form, caller),
            "UntagUser" => self.untag_user(form, caller),
            "UpdateAccessKey" => self.update_access_key(form, caller),
            "DeleteAccessKey" => self.delete_access_key(form, caller),
            "UpdateLoginProfile" => self.update_login_profile(form, caller),
            "DeleteLoginProfile" => self.delete_login_profile(form, caller),
            "UpdateSSHPublicKey" => self.update_ssh_public_key(form, caller),
            "DeleteSSHPublicKey" => self.delete_ssh_public_key(form, caller),
            "UpdateSigningCertificate" => self.update_signing_certificate(form, caller),
            "DeleteSigningCertificate" => self.delete_signing_certificate(form, caller),
            "UpdateServiceSpecificCredential" => self.update_service_credential(form, caller),
            "DeleteServiceSpecificCredential" => self.delete_service_credential(form, caller),
            "AddUserToGroup" => self.add_user_to_group(form),
            "RemoveUserFromGroup" => self.remove_user_from_group(form),
            _ => return self.answer(operation, form, caller, ids).map(|answer| answer.map(Some)),
        };
        Some(changed.map(|()| None))
    }

    fn answer(
        &mut self,
        operation: &str,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Option<Result<Xml, ApiError>> {
        Some(match operation {
            "CreateUser" => self.create_user(form, caller, ids),
            "GetUser" => self.get_user(form, caller),
            "ListUsers" => self.list_users(form, caller),
            "ListUserTags" => self.list_user_tags(form, caller),
            "GetAccountAuthorizationDetails" => self.authorization_details(form, caller),
            "CreateAccessKey" => self.create_access_key(form, caller, ids),
            "ListAccessKeys" => self.list_access_keys(form, caller),
            "GetAccessKeyLastUsed" => self.get_access_key_last_used(form, caller),
            "CreateLoginProfile" => self.create_login_profile(form, caller),
            "GetLoginProfile" => self.get_login_profile(form, caller),
            "UploadSSHPublicKey" => self.upload_ssh_public_key(form, caller, ids),
            "ListSSHPublicKeys" => self.list_ssh_public_keys(form, caller),
            "UploadSigningCertificate" => self.upload_signing_certificate(form, caller, ids),
            "ListSigningCertificates" => self.list_signing_certificates(form, caller),
            "CreateServiceSpecificCredential" => self.create_service_credential(form, caller, ids),
            "ListServiceSpecificCredentials" => self.list_service_credentials(form, caller),
            "ResetServiceSpecificCredential" => self.reset_service_credential(form, caller, ids),
            "CreateGroup" => self.create_group(form, caller, ids),
            "ListGroupsForUser" => self.list_groups_for_user(form, caller),
            "ListAccountAliases" => self.list_account_aliases(form, caller),
            "GenerateCredentialReport" => self.generate_credential_report(caller),
            "GetCredentialReport" => self.get_credential_report(caller),
            _ => return None,
        })
    }
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let form = asked.form()?;
    let (account, ids) = world.account_and_ids(&caller.account);
    let iam = &mut account.iam;
    if iam.rate.is_exceeded(caller.now, caller.settings.iam_calls_per_second) {
        return Some(Err(SERVICE.errors.throttled()));
    }
    let answer = iam.call(&asked.operation, form, caller, ids)?;
    Some(answer.map(Body::Xml))
}

/// The user a call is about: the one it names, else the one who signed it.
fn subject<'a>(form: &'a Form, caller: &'a Caller) -> Result<&'a str, ApiError> {
    match (form.get("UserName"), &caller.principal) {
        (Some(name), _) => Ok(name),
        (None, Principal::User { name, .. }) => Ok(name),
        (None, Principal::Role { .. }) => Err(ApiError::validation(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}
