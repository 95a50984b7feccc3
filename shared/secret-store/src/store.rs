//! The calls to Secrets Manager.

use std::collections::BTreeMap;
use std::fmt;

use aws_types::SdkConfig;
use jiff::Timestamp;
use lifecycle::identifiers::{Arn, VersionId};
use lifecycle::rotation::{Stages, VersionStage};
use lifecycle::sweep::Holding;
use sdk_error::{Cause, ErrorKind};
use zeroize::Zeroizing;

use crate::document::{DocumentError, SecretDocument};
use crate::error::{Error, Operation};

/// Reads and writes the versions of secrets; every call may be repeated without harm, and is retried.
#[derive(Clone, Debug)]
pub struct SecretStore {
    client: aws_sdk_secretsmanager::Client,
}

/// Proof that a rotation was started by Secrets Manager; as secret as the value it lets one store.
pub struct RotationToken(Zeroizing<String>);

impl RotationToken {
    /// Takes the token over from an event.
    pub fn new(token: String) -> Self {
        Self(Zeroizing::new(token))
    }
}

impl fmt::Debug for RotationToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RotationToken(redacted)")
    }
}

/// What a secret says about its rotation and its owner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretSettings {
    /// The ARN of the function that rotates it.
    pub rotation_function: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The version that a rotation prepares, or prepared last: it carries `AWSPENDING`.
    pub pending: Option<VersionId>,
    /// When its last rotation was finished.
    pub last_rotated: Option<Timestamp>,
}

impl SecretStore {
    /// A store whose calls are retried, within the limits that `sdk-error` sets.
    pub fn new(config: &SdkConfig) -> Self {
        let config = aws_sdk_secretsmanager::config::Builder::from(config)
            .retry_config(sdk_error::retries())
            .timeout_config(sdk_error::timeouts())
            .build();
        Self { client: aws_sdk_secretsmanager::Client::from_conf(config) }
    }

    /// The versions of a secret and their labels; reads no value.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is no such secret.
    pub async fn describe(&self, secret: &Arn) -> Result<Stages, Error> {
        let answer = self.client.describe_secret().secret_id(secret.as_str()).send().await;
        let answer = answer.map_err(|error| failed(Operation::DescribeSecret, secret, error))?;
        let versions = answer.version_ids_to_stages().into_iter().flatten();
        let stages = |labels: &Vec<String>| {
            labels.iter().map(|label| VersionStage::from(label.as_str())).collect()
        };
        Ok(Stages {
            rotation_enabled: answer.rotation_enabled().unwrap_or(false),
            owning_service: answer.owning_service().map(ToOwned::to_owned),
            versions: versions.map(|(id, labels)| (VersionId::new(id), stages(labels))).collect(),
        })
    }

    /// Whether a secret still rotates the keys of its user; reads no value.
    ///
    /// A secret that is gone, is about to be deleted, or does not rotate any more has given its user's keys up.
    pub async fn holding(&self, secret: &Arn) -> Holding {
        let answer = self.client.describe_secret().secret_id(secret.as_str()).send().await;
        match answer.map_err(|error| failed(Operation::DescribeSecret, secret, error)) {
            Ok(answer) if answer.deleted_date().is_some() => Holding::Ended,
            Ok(answer) if answer.rotation_enabled() == Some(true) => Holding::Holds,
            Ok(_) => Holding::Ended,
            Err(error) if error.kind() == ErrorKind::NotFound => Holding::Ended,
            Err(_) => Holding::Unknown,
        }
    }

    /// Which function rotates a secret, and its tags; reads no value.
    ///
    /// # Errors
    ///
    /// [`NotFound`](ErrorKind::NotFound) when there is no such secret.
    pub async fn settings(&self, secret: &Arn) -> Result<SecretSettings, Error> {
        let answer = self.client.describe_secret().secret_id(secret.as_str()).send().await;
        let answer = answer.map_err(|error| failed(Operation::DescribeSecret, secret, error))?;
        let tags = answer.tags().iter();
        let pending = VersionStage::Pending;
        let labels = answer.version_ids_to_stages().into_iter().flatten();
        let mut pending = labels.filter(|(_, labels)| {
            labels.iter().any(|label| VersionStage::from(label.as_str()) == pending)
        });
        let last_rotated = answer.last_rotated_date();
        Ok(SecretSettings {
            pending: pending.next().map(|(version, _)| VersionId::new(version)),
            last_rotated: last_rotated.and_then(|at| Timestamp::from_second(at.secs()).ok()),
            rotation_function: answer.rotation_lambda_arn().map(ToOwned::to_owned),
            tags: tags
                .filter_map(|tag| Some((tag.key()?.to_owned(), tag.value()?.to_owned())))
                .collect(),
        })
    }

    /// The document in a version; `None` while the version is empty.
    ///
    /// The version is named by its id, because a label that was just moved is not found for a while.
    ///
    /// # Errors
    ///
    /// When it cannot be read, or holds something else than a document with an access key.
    pub async fn document(
        &self,
        secret: &Arn,
        version: &VersionId,
    ) -> Result<Option<SecretDocument>, Error> {
        let answer = self
            .client
            .get_secret_value()
            .secret_id(secret.as_str())
            .version_id(version.as_str())
            .send()
            .await;
        let answer = match answer.map_err(Cause::from) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => return Ok(None),
            other => other.map_err(|cause| failed(Operation::GetSecretValue, secret, cause))?,
        };
        let document = match answer.secret_string.map(Zeroizing::new) {
            Some(text) => SecretDocument::parse(&text),
            None => Err(DocumentError::Binary),
        };
        let refused =
            |cause| Error::Document { secret: secret.clone(), version: version.clone(), cause };
        document.map(Some).map_err(refused)
    }

    /// Fills the pending version `token`; the same document may be stored again.
    ///
    /// # Errors
    ///
    /// [`Conflict`](ErrorKind::Conflict) when the version holds another value already.
    pub async fn put_pending(
        &self,
        secret: &Arn,
        token: &VersionId,
        document: &SecretDocument,
        proof: Option<&RotationToken>,
    ) -> Result<(), Error> {
        let call = self
            .client
            .put_secret_value()
            .secret_id(secret.as_str())
            .client_request_token(token.as_str());
        let call = call
            .version_stages(VersionStage::Pending.as_str())
            .secret_string(document.expose().as_str());
        let answer = call.set_rotation_token(proof.map(|proof| proof.0.to_string())).send().await;
        answer.map(|_| ()).map_err(|error| failed(Operation::PutSecretValue, secret, error))
    }

    /// Moves `AWSCURRENT` to version `token`, provided that `from` still has it.
    ///
    /// # Errors
    ///
    /// [`Rejected`](ErrorKind::Rejected) when another version is current by now.
    pub async fn promote(
        &self,
        secret: &Arn,
        token: &VersionId,
        from: &VersionId,
    ) -> Result<(), Error> {
        let call = self.client.update_secret_version_stage().secret_id(secret.as_str());
        let call = call.version_stage(VersionStage::Current.as_str());
        let call = call.move_to_version_id(token.as_str()).remove_from_version_id(from.as_str());
        call.send()
            .await
            .map(|_| ())
            .map_err(|error| failed(Operation::UpdateSecretVersionStage, secret, error))
    }

    /// Takes `AWSPENDING` off version `token`, which ends its rotation.
    ///
    /// # Errors
    ///
    /// When Secrets Manager does not confirm it.
    pub async fn abandon_pending(&self, secret: &Arn, token: &VersionId) -> Result<(), Error> {
        let call = self.client.update_secret_version_stage().secret_id(secret.as_str());
        let call = call
            .version_stage(VersionStage::Pending.as_str())
            .remove_from_version_id(token.as_str());
        call.send()
            .await
            .map(|_| ())
            .map_err(|error| failed(Operation::UpdateSecretVersionStage, secret, error))
    }
}

fn failed(operation: Operation, secret: &Arn, cause: impl Into<Cause>) -> Error {
    Error::Call { operation, secret: secret.clone(), cause: cause.into() }
}
