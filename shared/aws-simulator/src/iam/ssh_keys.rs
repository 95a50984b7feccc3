//! SSH public keys, for `CodeCommit`.

use sha2::{Digest, Sha256};

use super::credentials::{Uploaded, asked_status};
use super::{Iam, page, subject};
use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

const KEYS_PER_USER: usize = 5;

impl Iam {
    /// Gives an SSH public key to a user, whatever the quota.
    pub(crate) fn add_ssh_key(&mut self, user: &str, key: Uploaded) {
        self.enter(user, &key.id);
        if let Ok(user) = self.user_mut(user) {
            user.ssh_keys.push(key);
        }
    }

    pub(super) fn upload_ssh_public_key(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let body = form.required("SSHPublicKeyBody")?;
        let user = self.user(subject(form, caller)?)?;
        if user.ssh_keys.iter().any(|key| key.body == body) {
            return Err(ApiError::new(
                400,
                "DuplicateSSHPublicKey",
                "The SSH public key is already associated with the user.",
            ));
        }
        if user.ssh_keys.len() >= KEYS_PER_USER {
            return Err(ApiError::limit_exceeded(format!(
                "Cannot exceed quota for SSHPublicKeysPerUser: {KEYS_PER_USER}"
            )));
        }
        let name = user.name.clone();
        let key = Uploaded::new(ids.entity("APKA"), body, caller.now);
        let answer = describe(&name, &key, true);
        self.add_ssh_key(&name, key);
        Ok(Xml::elements([("SSHPublicKey", answer)]))
    }

    pub(super) fn list_ssh_public_keys(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let user = self.user(subject(form, caller)?)?;
        let mut keys: Vec<_> = user.ssh_keys.iter().map(|key| (key.id.as_str(), key)).collect();
        keys.sort_by_key(|(id, _)| *id);
        let (shown, tail) = page(keys.into_iter(), form, caller)?;
        let keys = Xml::members(shown.into_iter().map(|key| describe(&user.name, key, false)));
        Ok(Xml::elements([("SSHPublicKeys", keys)].into_iter().chain(tail)))
    }

    pub(super) fn update_ssh_public_key(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let (id, status) = (form.required("SSHPublicKeyId")?, asked_status(form)?);
        let keys = &mut self.user_mut(subject(form, caller)?)?.ssh_keys;
        let key = keys.iter_mut().find(|key| key.id == id).ok_or_else(|| no_such_key(id))?;
        status.clone_into(&mut key.status);
        Ok(())
    }

    pub(super) fn delete_ssh_public_key(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let id = form.required("SSHPublicKeyId")?;
        let keys = &mut self.user_mut(subject(form, caller)?)?.ssh_keys;
        let index = keys.iter().position(|key| key.id == id).ok_or_else(|| no_such_key(id))?;
        keys.remove(index);
        self.forget(id);
        Ok(())
    }
}

fn no_such_key(id: &str) -> ApiError {
    ApiError::no_such_entity("Public Key", id)
}

fn describe(user: &str, key: &Uploaded, with_body: bool) -> Xml {
    let mut elements = vec![("UserName", Xml::text(user)), ("SSHPublicKeyId", Xml::text(&key.id))];
    if with_body {
        elements.push(("Fingerprint", Xml::text(fingerprint(&key.body))));
        elements.push(("SSHPublicKeyBody", Xml::text(&key.body)));
    }
    elements.push(("Status", Xml::text(&key.status)));
    elements.push(("UploadDate", Xml::time(key.uploaded)));
    Xml::elements(elements)
}

/// Sixteen bytes in the shape of the fingerprints that IAM shows.
fn fingerprint(body: &str) -> String {
    let bytes = Sha256::digest(body);
    let pairs: Vec<_> = bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    pairs.join(":")
}
