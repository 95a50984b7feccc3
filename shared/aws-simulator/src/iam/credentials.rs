//! What a user can have besides access keys, and which user has which credential.

use jiff::{SignedDuration, Timestamp};

use super::{Iam, User};
use crate::call::Caller;
use crate::clock::{add, whole_seconds};
use crate::error::ApiError;
use crate::wire::Form;

/// A password for the console.
#[derive(Clone, Debug)]
pub(crate) struct Password {
    /// When the user got a password; a changed one keeps it.
    pub(crate) created: Timestamp,
    pub(crate) changed: Timestamp,
    pub(crate) reset_required: bool,
}

/// An SSH public key or a signing certificate.
#[derive(Clone, Debug)]
pub(crate) struct Uploaded {
    pub(crate) id: String,
    pub(crate) body: String,
    pub(crate) status: String,
    pub(crate) uploaded: Timestamp,
}

impl Uploaded {
    pub(crate) fn new(id: String, body: &str, now: Timestamp) -> Self {
        let (status, uploaded) = ("Active".to_owned(), whole_seconds(now));
        Self { id, body: body.to_owned(), status, uploaded }
    }
}

/// A credential for one service, such as `CodeCommit` or Bedrock.
#[derive(Clone)]
pub(crate) struct ServiceCredential {
    pub(crate) id: String,
    pub(crate) service: String,
    /// The name it signs in with; it outlives a change of the user's name.
    pub(crate) login: String,
    pub(crate) secret: String,
    pub(crate) status: String,
    pub(crate) created: Timestamp,
    pub(crate) expires: Option<Timestamp>,
}

impl std::fmt::Debug for ServiceCredential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceCredential")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

impl ServiceCredential {
    /// The status, which time alone makes `Expired`.
    pub(crate) fn status_at(&self, now: Timestamp) -> &str {
        match self.expires {
            Some(expires) if now >= expires => "Expired",
            _ => &self.status,
        }
    }
}

impl User {
    pub(super) fn credential_ids(&self) -> impl Iterator<Item = &str> {
        let keys = self.keys.iter().map(|key| key.id.as_str());
        let uploaded = self.ssh_keys.iter().chain(&self.certificates).map(|own| own.id.as_str());
        let services = self.service_credentials.iter().map(|own| own.id.as_str());
        keys.chain(uploaded).chain(services)
    }

    /// Records a use of the password; those within five minutes of one count as that one.
    pub(crate) fn signed_in(&mut self, at: Timestamp) {
        const COALESCED: SignedDuration = SignedDuration::from_mins(5);
        if self.sign_ins.last().is_none_or(|last| at >= add(*last, COALESCED)) {
            self.sign_ins.push(whole_seconds(at));
        }
    }

    /// The last use of a password that shows by now.
    pub(super) fn last_sign_in(&self, caller: &Caller) -> Option<Timestamp> {
        let lag = caller.settings.last_used_lag;
        self.sign_ins.iter().rev().copied().find(|at| caller.now >= add(*at, lag))
    }

    /// What has to go before the user can, if anything.
    pub(super) fn child(&self) -> Option<&'static str> {
        let children = [
            (self.keys.is_empty(), "delete access keys"),
            (self.password.is_none(), "delete login profile"),
            (self.certificates.is_empty(), "delete signing certificates"),
            (self.ssh_keys.is_empty(), "delete SSH public keys"),
            (self.service_credentials.is_empty(), "delete service specific credentials"),
            (self.mfa_devices == 0, "deactivate MFA devices"),
            (self.groups.is_empty(), "remove users from group"),
            (self.policies.is_empty(), "delete policies"),
            (self.attached.is_empty(), "detach all policies"),
        ];
        children.into_iter().find(|(gone, _)| !gone).map(|(_, child)| child)
    }

    fn set_status(&mut self, id: &str, status: &str) {
        let keys = self.keys.iter_mut().map(|key| (&key.id, &mut key.status));
        let uploaded = self.ssh_keys.iter_mut().chain(&mut self.certificates);
        let uploaded = uploaded.map(|own| (&own.id, &mut own.status));
        let services = self.service_credentials.iter_mut().map(|own| (&own.id, &mut own.status));
        for (own, current) in keys.chain(uploaded).chain(services) {
            if own == id {
                status.clone_into(current);
            }
        }
    }
}

impl Iam {
    /// The user that has the credential `id`.
    pub(crate) fn owner(&self, id: &str) -> Option<&User> {
        self.users.get(self.owners.get(id)?)
    }

    pub(crate) fn owner_mut(&mut self, id: &str) -> Option<&mut User> {
        self.users.get_mut(self.owners.get(id)?)
    }

    /// Remembers whose credential `id` is.
    pub(super) fn enter(&mut self, user: &str, id: &str) {
        self.owners.insert(id.to_owned(), user.to_ascii_lowercase());
    }

    /// Forgets a credential that is gone.
    pub(super) fn forget(&mut self, id: &str) {
        self.owners.remove(id);
    }

    /// Removes a credential of any kind that has an id.
    pub(crate) fn remove_credential(&mut self, id: &str) {
        if let Some(user) = self.owner_mut(id) {
            user.keys.retain(|own| own.id != id);
            user.ssh_keys.retain(|own| own.id != id);
            user.certificates.retain(|own| own.id != id);
            user.service_credentials.retain(|own| own.id != id);
        }
        self.forget(id);
    }

    /// Sets the status of a credential to anything, even to a word that IAM does not know.
    pub(crate) fn set_status(&mut self, id: &str, status: &str) {
        if let Some(user) = self.owner_mut(id) {
            user.set_status(id, status);
        }
    }

    pub(crate) fn service_credential(&self, id: &str) -> Option<&ServiceCredential> {
        self.owner(id)?.service_credentials.iter().find(|own| own.id == id)
    }
}

/// The status a call wants to set; only time makes a credential expire.
pub(super) fn asked_status(form: &Form) -> Result<&str, ApiError> {
    match form.required("Status")? {
        "Expired" => Err(ApiError::new(400, "InvalidInput", "The status Expired cannot be set.")),
        status @ ("Active" | "Inactive") => Ok(status),
        _ => Err(ApiError::validation(
            "Value at 'status' failed to satisfy constraint: Member must satisfy enum value set: [Active, Inactive, Expired]",
        )),
    }
}
