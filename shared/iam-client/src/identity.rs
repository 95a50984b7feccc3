//! Who AWS says the holder of a key is, and where the key belongs.

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{Credentials, IdentityCache};
use aws_types::SdkConfig;
use lifecycle::identifiers::{AccessKeyId, AccountId};
use sdk_error::Cause;

use crate::error::{Error, Operation};

/// The answer of `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The ARN of the user.
    pub arn: String,
    /// The user's id; that of a role is followed by the name of the session.
    pub user_id: String,
    /// The account.
    pub account: AccountId,
}

/// Signs one request with the key and asks AWS who that is; needs no permission, and changes nothing but the key's last use.
///
/// The call is not retried and no credentials are cached: each call is one honest probe of the key.
///
/// # Errors
///
/// [`InvalidCredentials`](sdk_error::ErrorKind::InvalidCredentials) while the key is unknown, inactive or wrong.
pub async fn caller_identity(
    config: &SdkConfig,
    key: &AccessKeyId,
    secret: &str,
) -> Result<CallerIdentity, Error> {
    let failed = |cause| Error::new(Operation::GetCallerIdentity, key.as_str(), cause);
    let config = aws_sdk_sts::config::Builder::from(config)
        .credentials_provider(Credentials::new(
            key.as_str(),
            secret,
            None,
            None,
            "keysteward-pending-key",
        ))
        .identity_cache(IdentityCache::no_cache())
        .retry_config(RetryConfig::disabled())
        .timeout_config(sdk_error::timeouts())
        .build();
    ask(&aws_sdk_sts::Client::from_conf(config)).await.map_err(failed)
}

/// Who the holder of `sdk`'s own credentials is: for a function, the session of its role.
///
/// # Errors
///
/// When STS does not answer within the limits that `sdk-error` sets.
pub async fn own_identity(sdk: &SdkConfig) -> Result<CallerIdentity, Error> {
    let failed = |cause| Error::new(Operation::GetCallerIdentity, "of the function's role", cause);
    ask(&crate::sts(sdk)).await.map_err(failed)
}

/// The account that a key belongs to, be it this one or any other, the key active or not.
///
/// # Errors
///
/// [`Rejected`](sdk_error::ErrorKind::Rejected) when no account has the key.
pub async fn account_of_key(sdk: &SdkConfig, key: &AccessKeyId) -> Result<AccountId, Error> {
    let failed = |cause| Error::new(Operation::GetAccessKeyInfo, key.as_str(), cause);
    let answer = crate::sts(sdk).get_access_key_info().access_key_id(key.as_str()).send().await;
    let account = answer.map_err(|error| failed(error.into()))?.account;
    let account = account.and_then(|account| AccountId::new(account).ok());
    account.ok_or_else(|| failed(Cause::malformed("Account")))
}

async fn ask(client: &aws_sdk_sts::Client) -> Result<CallerIdentity, Cause> {
    let answer = client.get_caller_identity().send().await?;
    Ok(CallerIdentity {
        arn: answer.arn.ok_or_else(|| Cause::malformed("Arn"))?,
        user_id: answer.user_id.ok_or_else(|| Cause::malformed("UserId"))?,
        account: answer
            .account
            .and_then(|account| AccountId::new(account).ok())
            .ok_or_else(|| Cause::malformed("Account"))?,
    })
}
