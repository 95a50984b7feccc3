//! The half of IAM that changes nothing.

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use lifecycle::credential::{AccessKey, LastUse, ServiceUse};
use lifecycle::identifiers::{AccessKeyId, UserName};
use lifecycle::rotation::Identity;
use lifecycle::sweep::bound_to;
use sdk_error::Cause;

use crate::CallLimiter;
use crate::convert::{access_key, identifier, recorded, service_use, tags};
use crate::error::{Error, Operation};
use crate::pages::{PAGE_SIZE, Pages};

/// Reads users, their credentials, and the credential report.
#[derive(Clone, Debug)]
pub struct IamReader {
    pub(crate) client: aws_sdk_iam::Client,
    pub(crate) limiter: CallLimiter,
}

/// Whose key it is, and when it was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// The name of the user.
    pub user: UserName,
    /// The key's last use.
    pub last_use: LastUse,
    /// The service and Region of that use.
    pub last_used_with: Option<ServiceUse>,
}

/// An IAM user with its tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// Name, id, ARN, and the secret the user is bound to.
    pub identity: Identity,
    /// All tags.
    pub tags: BTreeMap<String, String>,
}

impl IamReader {
    /// A reader whose calls are retried, within the limits that `sdk-error` sets.
    pub fn new(config: &SdkConfig) -> Self {
        Self { client: crate::client(config), limiter: CallLimiter::per_second(0) }
    }

    /// A reader that keeps to `limiter`, and whose calls are retried for up to
    /// [`LONGEST_PATIENT_CALL`](sdk_error::LONGEST_PATIENT_CALL).
    pub fn limited(config: &SdkConfig, limiter: &CallLimiter) -> Self {
        Self { client: crate::limited_client(config, limiter), limiter: limiter.clone() }
    }

    /// The alias of the account, if it has one; an account has one at most.
    ///
    /// # Errors
    ///
    /// When it cannot be read.
    pub async fn account_alias(&self) -> Result<Option<String>, Error> {
        self.limiter.pass().await;
        let answer = self.client.list_account_aliases().send().await;
        let failed = |error| Error::new(Operation::ListAccountAliases, "the account", error);
        let answer = answer.map_err(failed)?;
        Ok(answer.account_aliases().first().cloned())
    }

    /// The user who owns a key of this account, active or not.
    ///
    /// # Errors
    ///
    /// [`NotFound`](sdk_error::ErrorKind::NotFound) when no user of the account has the key.
    pub async fn key_owner(&self, key: &AccessKeyId) -> Result<KeyOwner, Error> {
        let failed = |cause| Error::new(Operation::GetAccessKeyLastUsed, key.as_str(), cause);
        self.limiter.pass().await;
        let answer =
            self.client.get_access_key_last_used().access_key_id(key.as_str()).send().await;
        let answer = answer.map_err(|error| failed(error.into()))?;
        let user = answer.user_name().filter(|name| !name.is_empty());
        let user = user.ok_or_else(|| failed(Cause::malformed("UserName")))?;
        let last_used = answer
            .access_key_last_used()
            .ok_or_else(|| failed(Cause::malformed("AccessKeyLastUsed")))?;
        let last_used_with = service_use(last_used.service_name(), last_used.region());
        let last_use = match (last_used.last_used_date(), &last_used_with) {
            (Some(at), _) => LastUse::At(recorded(at, "LastUsedDate").map_err(failed)?),
            (None, None) => LastUse::NoneRecorded,
            // A service without a date: it was used, and nobody knows when.
            (None, Some(_)) => LastUse::Unknown,
        };
        Ok(KeyOwner { user: UserName::new(user), last_use, last_used_with })
    }

    /// A user with its tags.
    ///
    /// # Errors
    ///
    /// [`NotFound`](sdk_error::ErrorKind::NotFound) when the account has no such user.
    pub async fn user(&self, name: &UserName) -> Result<User, Error> {
        let failed = |cause| Error::new(Operation::GetUser, name.as_str(), cause);
        self.limiter.pass().await;
        let answer = self.client.get_user().user_name(name.as_str()).send().await;
        let answer = answer.map_err(|error| failed(error.into()))?;
        let user = answer.user().ok_or_else(|| failed(Cause::malformed("User")))?;
        let tags = tags(user.tags());
        let identity = Identity {
            name: UserName::new(user.user_name()),
            id: identifier(user.user_id(), "UserId").map_err(failed)?,
            arn: user.arn().parse().map_err(|_| failed(Cause::malformed("Arn")))?,
            secret: bound_to(&tags).map(str::to_owned),
        };
        Ok(User { identity, tags })
    }

    /// All access keys of a user.
    ///
    /// # Errors
    ///
    /// [`NotFound`](sdk_error::ErrorKind::NotFound) when the account has no such user; a page that fails fails the list.
    pub async fn access_keys(&self, user: &UserName) -> Result<Vec<AccessKey>, Error> {
        let failed = |cause| Error::new(Operation::ListAccessKeys, user.as_str(), cause);
        let (mut keys, mut pages) = (Vec::new(), Pages::default());
        loop {
            let call = self.client.list_access_keys().user_name(user.as_str());
            let call = call.max_items(PAGE_SIZE).set_marker(pages.marker());
            self.limiter.pass().await;
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for key in page.access_key_metadata() {
                keys.push(access_key(key).map_err(failed)?);
            }
            if !pages.turn(page.is_truncated(), page.marker()).map_err(failed)? {
                return Ok(keys);
            }
        }
    }
}
