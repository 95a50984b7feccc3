//! The credentials of users, of every kind.

use aws_sdk_iam::types::{ServiceSpecificCredentialMetadata, SigningCertificate};
use jiff::Timestamp;
use lifecycle::credential::{AccessKey, Credential, LastUse};
use lifecycle::identifiers::{CredentialId, UserName};
use sdk_error::{Cause, ErrorKind};
use x509_cert::Certificate;
use x509_cert::der::DecodePem;

use crate::IamReader;
use crate::convert::{identifier, named, recorded, status};
use crate::error::{Error, Operation};
use crate::pages::{PAGE_SIZE, Pages};

impl IamReader {
    /// The access keys of a user; of those that are `wanted`, with their last use. That of the others is unknown.
    ///
    /// A key that is deleted between the two calls is left out.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when the account has no such user, and [`Malformed`](ErrorKind::Malformed) when IAM
    /// says that a key is another user's: that user's use of it is no use by this one.
    pub async fn access_key_credentials(
        &self,
        user: &UserName,
        wanted: &(dyn Fn(&AccessKey) -> bool + Sync),
    ) -> Result<Vec<Credential>, Error> {
        let mut credentials = Vec::new();
        for key in self.access_keys(user).await? {
            let mut credential = Credential {
                id: (&key.id).into(),
                status: key.status.clone(),
                created: key.created,
                expires: None,
                service: None,
                last_use: LastUse::Unknown,
                last_used_with: None,
            };
            if wanted(&key) {
                let owner = match self.key_owner(&key.id).await {
                    Err(error) if error.kind() == ErrorKind::NotFound => continue,
                    owner => owner?,
                };
                if !owner.user.as_str().eq_ignore_ascii_case(user.as_str()) {
                    let cause = Cause::malformed("the user whose key it is");
                    let operation = Operation::GetAccessKeyLastUsed;
                    return Err(Error::new(operation, key.id.as_str(), cause));
                }
                credential.last_use = owner.last_use;
                credential.last_used_with = owner.last_used_with;
            }
            credentials.push(credential);
        }
        Ok(credentials)
    }

    /// When the user was first given a console password, or `None` if there is none; a later change does not move the date.
    ///
    /// # Errors
    ///
    /// When IAM does not answer; a user that does not exist has no password.
    pub async fn login_profile(&self, user: &UserName) -> Result<Option<Timestamp>, Error> {
        let failed = |cause| Error::new(Operation::GetLoginProfile, user.as_str(), cause);
        self.limiter.pass().await;
        let answer = self.client.get_login_profile().user_name(user.as_str()).send().await;
        match answer.map_err(Cause::from) {
            Ok(answer) => {
                let profile = answer.login_profile();
                let profile = profile.ok_or_else(|| failed(Cause::malformed("LoginProfile")))?;
                recorded(profile.create_date(), "CreateDate").map(Some).map_err(failed)
            }
            Err(cause) if cause.kind() == ErrorKind::NotFound => Ok(None),
            Err(cause) => Err(failed(cause)),
        }
    }

    /// The SSH public keys of a user.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when the account has no such user; a page that fails fails the list.
    pub async fn ssh_public_keys(&self, user: &UserName) -> Result<Vec<Credential>, Error> {
        let failed = |cause| Error::new(Operation::ListSshPublicKeys, user.as_str(), cause);
        let (mut keys, mut pages) = (Vec::new(), Pages::default());
        loop {
            let call = self.client.list_ssh_public_keys().user_name(user.as_str());
            let call = call.max_items(PAGE_SIZE).set_marker(pages.marker());
            self.limiter.pass().await;
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for key in page.ssh_public_keys() {
                let id = identifier(key.ssh_public_key_id(), "SSHPublicKeyId").map_err(failed)?;
                let uploaded = recorded(key.upload_date(), "UploadDate").map_err(failed)?;
                let id = CredentialId::SshPublicKey(id);
                keys.push(credential(id, key.status().as_str(), uploaded));
            }
            if !pages.turn(page.is_truncated(), page.marker()).map_err(failed)? {
                return Ok(keys);
            }
        }
    }

    /// The signing certificates of a user, with the end of their validity where the certificate can be read.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when the account has no such user; a page that fails fails the list.
    pub async fn signing_certificates(&self, user: &UserName) -> Result<Vec<Credential>, Error> {
        let failed = |cause| Error::new(Operation::ListSigningCertificates, user.as_str(), cause);
        let (mut certificates, mut pages) = (Vec::new(), Pages::default());
        loop {
            let call = self.client.list_signing_certificates().user_name(user.as_str());
            let call = call.max_items(PAGE_SIZE).set_marker(pages.marker());
            self.limiter.pass().await;
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for certificate in page.certificates() {
                certificates.push(signing_certificate(certificate).map_err(failed)?);
            }
            if !pages.turn(page.is_truncated(), page.marker()).map_err(failed)? {
                return Ok(certificates);
            }
        }
    }

    /// The service-specific credentials of all users of the account.
    ///
    /// # Errors
    ///
    /// A page that fails fails the list.
    pub async fn service_specific_credentials(&self) -> Result<Vec<(UserName, Credential)>, Error> {
        self.service_specific(None).await
    }

    /// The service-specific credentials of one user.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when the account has no such user; a page that fails fails the list.
    pub async fn service_specific_credentials_of(
        &self,
        user: &UserName,
    ) -> Result<Vec<Credential>, Error> {
        let credentials = self.service_specific(Some(user)).await?;
        Ok(credentials.into_iter().map(|(_, credential)| credential).collect())
    }

    async fn service_specific(
        &self,
        user: Option<&UserName>,
    ) -> Result<Vec<(UserName, Credential)>, Error> {
        let subject =
            user.map_or_else(|| "all IAM users".to_owned(), |user| format!("IAM user {user}"));
        let failed =
            |cause| Error::new(Operation::ListServiceSpecificCredentials, subject.clone(), cause);
        let (mut credentials, mut pages) = (Vec::new(), Pages::default());
        loop {
            let call = self.client.list_service_specific_credentials();
            let call = match user {
                Some(user) => call.user_name(user.as_str()),
                None => call.all_users(true),
            };
            let call = call.max_items(PAGE_SIZE).set_marker(pages.marker());
            self.limiter.pass().await;
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for credential in page.service_specific_credentials() {
                credentials.push(service_specific(credential).map_err(failed)?);
            }
            if !pages.turn(page.is_truncated(), page.marker()).map_err(failed)? {
                return Ok(credentials);
            }
        }
    }
}

/// A credential of a kind whose last use IAM does not record.
fn credential(id: CredentialId, state: &str, created: Timestamp) -> Credential {
    Credential {
        id,
        status: status(state),
        created,
        expires: None,
        service: None,
        last_use: LastUse::Unknown,
        last_used_with: None,
    }
}

fn signing_certificate(certificate: &SigningCertificate) -> Result<Credential, Cause> {
    let id = identifier(certificate.certificate_id(), "CertificateId")?;
    let uploaded = certificate.upload_date().ok_or_else(|| Cause::malformed("UploadDate"))?;
    let uploaded = recorded(uploaded, "UploadDate")?;
    let state = certificate.status().as_str();
    Ok(Credential {
        expires: not_after(certificate.certificate_body()),
        ..credential(CredentialId::SigningCertificate(id), state, uploaded)
    })
}

/// The end of a certificate's validity; `None` where it cannot be read, for a credential without a known end is no expired one.
fn not_after(pem: &str) -> Option<Timestamp> {
    let certificate = Certificate::from_pem(pem.trim()).ok()?;
    let end = certificate.tbs_certificate().validity().not_after.to_unix_duration();
    Timestamp::from_second(end.as_secs().try_into().ok()?).ok()
}

fn service_specific(
    metadata: &ServiceSpecificCredentialMetadata,
) -> Result<(UserName, Credential), Cause> {
    let user = named(metadata.user_name(), "UserName")?;
    let id = identifier(metadata.service_specific_credential_id(), "ServiceSpecificCredentialId")?;
    let service = named(metadata.service_name(), "ServiceName")?;
    let created = recorded(metadata.create_date(), "CreateDate")?;
    let expires = metadata.expiration_date().map(|at| recorded(at, "ExpirationDate"));
    let state = metadata.status().as_str();
    let credential = Credential {
        expires: expires.transpose()?,
        service: Some(service.to_owned()),
        ..credential(CredentialId::ServiceSpecific(id), state, created)
    };
    Ok((user.into(), credential))
}
