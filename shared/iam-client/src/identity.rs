//! Who AWS says the holder of a key is.

use aws_sdk_sts::config::retry::RetryConfig;
use aws_sdk_sts::config::{Credentials, IdentityCache};
use aws_types::SdkConfig;
use lifecycle::identifiers::{AccessKeyId, AccountId, UserId};
use sdk_error::Cause;

use crate::error::{Error, Operation};

/// The answer of `GetCallerIdentity`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallerIdentity {
    /// The ARN of the user.
    pub arn: String,
    /// The user's id.
    pub user_id: UserId,
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
    let answer = aws_sdk_sts::Client::from_conf(config).get_caller_identity().send().await;
    let answer = answer.map_err(|error| failed(error.into()))?;
    Ok(CallerIdentity {
        arn: answer.arn.ok_or_else(|| failed(Cause::malformed("Arn")))?,
        user_id: answer.user_id.ok_or_else(|| failed(Cause::malformed("UserId")))?.into(),
        account: answer.account.ok_or_else(|| failed(Cause::malformed("Account")))?.into(),
    })
}
