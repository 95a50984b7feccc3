//! The half of IAM that changes nothing.

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use lifecycle::credential::{AccessKey, LastUse};
use lifecycle::identifiers::{AccessKeyId, UserName};
use lifecycle::record::SECRET_TAG;
use lifecycle::rotation::Identity;
use sdk_error::Cause;

use crate::convert::{access_key, timestamp};
use crate::error::{Error, Operation};

/// Reads users and access keys.
#[derive(Clone, Debug)]
pub struct IamReader {
    client: aws_sdk_iam::Client,
}

/// Whose key it is, and when it was last used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyOwner {
    /// The name of the user.
    pub user: UserName,
    /// The key's last use.
    pub last_use: LastUse,
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
        Self { client: crate::client(config) }
    }

    /// The user who owns a key of this account, active or not.
    ///
    /// # Errors
    ///
    /// [`NotFound`](sdk_error::ErrorKind::NotFound) when no user of the account has the key.
    pub async fn key_owner(&self, key: &AccessKeyId) -> Result<KeyOwner, Error> {
        let failed = |cause| Error::new(Operation::GetAccessKeyLastUsed, key.as_str(), cause);
        let answer =
            self.client.get_access_key_last_used().access_key_id(key.as_str()).send().await;
        let answer = answer.map_err(|error| failed(error.into()))?;
        let user = answer.user_name().ok_or_else(|| failed(Cause::malformed("UserName")))?;
        let last_used = answer
            .access_key_last_used()
            .ok_or_else(|| failed(Cause::malformed("AccessKeyLastUsed")))?;
        let last_use = match last_used.last_used_date() {
            None => LastUse::NoneRecorded,
            Some(at) => LastUse::At(timestamp(at).map_err(failed)?),
        };
        Ok(KeyOwner { user: UserName::new(user), last_use })
    }

    /// A user with its tags.
    ///
    /// # Errors
    ///
    /// [`NotFound`](sdk_error::ErrorKind::NotFound) when the account has no such user.
    pub async fn user(&self, name: &UserName) -> Result<User, Error> {
        let failed = |cause| Error::new(Operation::GetUser, name.as_str(), cause);
        let answer = self.client.get_user().user_name(name.as_str()).send().await;
        let answer = answer.map_err(|error| failed(error.into()))?;
        let user = answer.user().ok_or_else(|| failed(Cause::malformed("User")))?;
        let tags: BTreeMap<String, String> =
            user.tags().iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect();
        let identity = Identity {
            name: UserName::new(user.user_name()),
            id: user.user_id().into(),
            arn: user.arn().parse().map_err(|_| failed(Cause::malformed("Arn")))?,
            secret: tags.get(SECRET_TAG).cloned(),
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
        let mut pages =
            self.client.list_access_keys().user_name(user.as_str()).into_paginator().items().send();
        let mut keys = Vec::new();
        while let Some(key) = pages.next().await {
            let key = key.map_err(|error| failed(error.into()))?;
            keys.push(access_key(&key).map_err(failed)?);
        }
        Ok(keys)
    }
}
