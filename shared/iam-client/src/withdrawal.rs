//! Deactivates, deletes and reactivates credentials of every kind.

use aws_sdk_iam::types::StatusType;
use lifecycle::identifiers::{CredentialId, UserName};
use sdk_error::{Cause, ErrorKind};

use crate::IamWriter;
use crate::error::{Error, Operation};

/// Whether there was anything to withdraw.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existed {
    /// IAM confirmed the change.
    Yes,
    /// IAM knows no such credential: it was gone already, or went when an attempt was made whose answer was lost.
    No,
}

impl IamWriter {
    /// Makes a credential inactive; a password, which knows no such state, is deleted.
    ///
    /// # Errors
    ///
    /// When IAM does not confirm it. [`Conflict`](ErrorKind::Conflict) means that IAM is still at work on an earlier change,
    /// such as a password that was just set: try again in some minutes.
    pub async fn deactivate(&self, user: &UserName, id: &CredentialId) -> Result<Existed, Error> {
        match id {
            CredentialId::Password => self.delete(user, id).await,
            _ => {
                let changed = self.set_status(user, id, StatusType::Inactive).await;
                changed.map_or_else(gone, existed)
            }
        }
    }

    /// Makes a credential active again.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when it is gone, and [`Rejected`](ErrorKind::Rejected), without a call, for a password:
    /// nobody can bring back one that was deleted.
    pub async fn reactivate(&self, user: &UserName, id: &CredentialId) -> Result<(), Error> {
        self.set_status(user, id, StatusType::Active).await
    }

    /// Deletes a credential for good.
    ///
    /// # Errors
    ///
    /// As [`IamWriter::deactivate`].
    pub async fn delete(&self, user: &UserName, id: &CredentialId) -> Result<Existed, Error> {
        let (client, name) = (&self.client, user.as_str());
        self.limiter.pass().await;
        let (operation, answer) = match id {
            CredentialId::Password => {
                let call = client.delete_login_profile().user_name(name);
                (Operation::DeleteLoginProfile, call.send().await.map(drop).map_err(Cause::from))
            }
            CredentialId::AccessKey(id) => {
                let call = client.delete_access_key().user_name(name).access_key_id(id.as_str());
                (Operation::DeleteAccessKey, call.send().await.map(drop).map_err(Cause::from))
            }
            CredentialId::SshPublicKey(id) => {
                let call =
                    client.delete_ssh_public_key().user_name(name).ssh_public_key_id(id.as_str());
                (Operation::DeleteSshPublicKey, call.send().await.map(drop).map_err(Cause::from))
            }
            CredentialId::SigningCertificate(id) => {
                let call =
                    client.delete_signing_certificate().user_name(name).certificate_id(id.as_str());
                let answer = call.send().await.map(drop).map_err(Cause::from);
                (Operation::DeleteSigningCertificate, answer)
            }
            CredentialId::ServiceSpecific(id) => {
                let call = client.delete_service_specific_credential().user_name(name);
                let call = call.service_specific_credential_id(id.as_str());
                let answer = call.send().await.map(drop).map_err(Cause::from);
                (Operation::DeleteServiceSpecificCredential, answer)
            }
        };
        let answer = answer.map_err(|cause| Error::new(operation, subject(user, id), cause));
        answer.map_or_else(gone, existed)
    }

    async fn set_status(
        &self,
        user: &UserName,
        id: &CredentialId,
        status: StatusType,
    ) -> Result<(), Error> {
        let (client, name) = (&self.client, user.as_str());
        self.limiter.pass().await;
        let (operation, answer) = match id {
            CredentialId::Password => {
                let cause = Cause::new(
                    ErrorKind::Rejected,
                    "a password that was deleted cannot come back; an administrator has to create a new one",
                );
                return Err(Error::new(Operation::CreateLoginProfile, name, cause));
            }
            CredentialId::AccessKey(id) => {
                let call = client.update_access_key().user_name(name).access_key_id(id.as_str());
                let answer = call.status(status).send().await.map(drop).map_err(Cause::from);
                (Operation::UpdateAccessKey, answer)
            }
            CredentialId::SshPublicKey(id) => {
                let call =
                    client.update_ssh_public_key().user_name(name).ssh_public_key_id(id.as_str());
                let answer = call.status(status).send().await.map(drop).map_err(Cause::from);
                (Operation::UpdateSshPublicKey, answer)
            }
            CredentialId::SigningCertificate(id) => {
                let call =
                    client.update_signing_certificate().user_name(name).certificate_id(id.as_str());
                let answer = call.status(status).send().await.map(drop).map_err(Cause::from);
                (Operation::UpdateSigningCertificate, answer)
            }
            CredentialId::ServiceSpecific(id) => {
                let call = client.update_service_specific_credential().user_name(name);
                let call = call.service_specific_credential_id(id.as_str()).status(status);
                let answer = call.send().await.map(drop).map_err(Cause::from);
                (Operation::UpdateServiceSpecificCredential, answer)
            }
        };
        answer.map_err(|cause| Error::new(operation, subject(user, id), cause))
    }
}

fn subject(user: &UserName, id: &CredentialId) -> String {
    match id {
        CredentialId::Password => user.to_string(),
        _ => format!("{id} of IAM user {user}"),
    }
}

fn existed((): ()) -> Result<Existed, Error> {
    Ok(Existed::Yes)
}

fn gone(error: Error) -> Result<Existed, Error> {
    if error.kind() == ErrorKind::NotFound { Ok(Existed::No) } else { Err(error) }
}
