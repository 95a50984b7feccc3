//! The half of IAM that changes things.

use std::time::Duration;

use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::types::StatusType;
use aws_types::SdkConfig;
use lifecycle::identifiers::{AccessKeyId, UserName};
use sdk_error::{Cause, ErrorKind};

use crate::error::{Error, Operation};
use crate::{CallLimiter, SecretAccessKey};

/// The pauses before a throttled creation is tried again.
const PAUSES_WHEN_THROTTLED: [Duration; 3] =
    [Duration::from_secs(1), Duration::from_secs(2), Duration::from_secs(4)];

/// Creates access keys, and deactivates, activates and deletes credentials; it has no call that writes a tag.
#[derive(Clone, Debug)]
pub struct IamWriter {
    pub(crate) client: aws_sdk_iam::Client,
    pub(crate) limiter: CallLimiter,
}

/// A key that was just created; IAM never shows its secret again.
#[derive(Debug)]
pub struct CreatedKey {
    /// The key's id.
    pub id: AccessKeyId,
    /// The key's secret.
    pub secret: SecretAccessKey,
}

impl IamWriter {
    /// A writer whose calls are retried where a repeated call does no harm.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: crate::client(config), limiter: CallLimiter::per_second(0) }
    }

    /// A writer that keeps to `limiter`, and whose calls are retried for up to
    /// [`LONGEST_PATIENT_CALL`](sdk_error::LONGEST_PATIENT_CALL) where a repeated call does no harm.
    pub fn limited(config: &SdkConfig, limiter: &CallLimiter) -> Self {
        Self { client: crate::limited_client(config, limiter), limiter: limiter.clone() }
    }

    /// Creates an access key; tried again only when IAM said that the rate was exceeded, for then it did nothing.
    ///
    /// After a lost answer a second attempt would create a second key, so the SDK's own retries are off.
    ///
    /// # Errors
    ///
    /// When the kind [may have happened](ErrorKind::may_have_happened), a key may exist whose secret nobody holds.
    pub async fn create_access_key(&self, user: &UserName) -> Result<CreatedKey, Error> {
        let mut pauses = PAUSES_WHEN_THROTTLED.into_iter();
        loop {
            match self.create_access_key_once(user).await {
                Err(error) if error.kind() == ErrorKind::Throttled => match pauses.next() {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => return Err(error),
                },
                other => return other,
            }
        }
    }

    async fn create_access_key_once(&self, user: &UserName) -> Result<CreatedKey, Error> {
        let failed = |cause| Error::new(Operation::CreateAccessKey, user.as_str(), cause);
        let call = self.client.create_access_key().user_name(user.as_str()).customize();
        let once = aws_sdk_iam::config::Builder::new().retry_config(RetryConfig::disabled());
        self.limiter.pass().await;
        let answer =
            call.config_override(once).send().await.map_err(|error| failed(error.into()))?;
        let key = answer.access_key.ok_or_else(|| failed(Cause::malformed("AccessKey")))?;
        let id = AccessKeyId::new(key.access_key_id);
        Ok(CreatedKey {
            id: id.map_err(|_| failed(Cause::malformed("AccessKeyId")))?,
            secret: SecretAccessKey::new(key.secret_access_key),
        })
    }

    /// Makes a key inactive; a key that is gone needs no deactivation.
    ///
    /// # Errors
    ///
    /// When IAM does not confirm it.
    pub async fn deactivate_access_key(
        &self,
        user: &UserName,
        key: &AccessKeyId,
    ) -> Result<(), Error> {
        let failed = |error: Error| match error.kind() {
            ErrorKind::NotFound => Ok(()),
            _ => Err(error),
        };
        self.update_access_key(user, key, StatusType::Inactive).await.or_else(failed)
    }

    /// Makes a key that this program deactivated active again.
    ///
    /// # Errors
    ///
    /// When IAM does not confirm it, or the key is gone.
    pub async fn reactivate_access_key(
        &self,
        user: &UserName,
        key: &AccessKeyId,
    ) -> Result<(), Error> {
        self.update_access_key(user, key, StatusType::Active).await
    }

    async fn update_access_key(
        &self,
        user: &UserName,
        key: &AccessKeyId,
        status: StatusType,
    ) -> Result<(), Error> {
        let call = self.client.update_access_key().user_name(user.as_str());
        self.limiter.pass().await;
        let answer = call.access_key_id(key.as_str()).status(status).send().await;
        answer
            .map(|_| ())
            .map_err(|error| Error::new(Operation::UpdateAccessKey, key.as_str(), error))
    }

    /// Deletes a key; a key that is gone is deleted already.
    ///
    /// # Errors
    ///
    /// When IAM does not confirm it.
    pub async fn delete_access_key(&self, user: &UserName, key: &AccessKeyId) -> Result<(), Error> {
        self.limiter.pass().await;
        let answer = self
            .client
            .delete_access_key()
            .user_name(user.as_str())
            .access_key_id(key.as_str())
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match Error::new(Operation::DeleteAccessKey, key.as_str(), error) {
                error if error.kind() == ErrorKind::NotFound => Ok(()),
                error => Err(error),
            },
        }
    }
}
