//! Sessions of roles in other accounts.

use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_types::SdkConfig;
use lifecycle::identifiers::{AccountId, Arn, NotAnArn};
use sdk_error::Cause;

use crate::convert::{named, recorded};
use crate::error::{Error, Operation};

/// The name of a role that is the same in every account, without a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleName(String);

impl RoleName {
    /// The ARN of the role of this name in an account.
    ///
    /// # Errors
    ///
    /// When `partition` is no partition, or `account` is no account.
    pub fn in_account(&self, partition: &str, account: &AccountId) -> Result<Arn, NotAnArn> {
        format!("arn:{partition}:iam::{account}:role/{}", self.0).parse()
    }
}

impl FromStr for RoleName {
    type Err = NotOfThisForm;

    fn from_str(text: &str) -> Result<Self, NotOfThisForm> {
        check(text, 1..=64, "_+=,.@-").map(Self)
    }
}

/// What a role may ask for before it lets itself be assumed; AWS does not treat it as a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExternalId(String);

impl ExternalId {
    /// The id as it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ExternalId {
    type Err = NotOfThisForm;

    fn from_str(text: &str) -> Result<Self, NotOfThisForm> {
        check(text, 2..=1224, "_+=,.@:/-").map(Self)
    }
}

/// A text that IAM would not accept for a role's name or an external id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too short, too long, or with a character that IAM does not accept")]
pub struct NotOfThisForm;

fn check(
    text: &str,
    lengths: RangeInclusive<usize>,
    special: &str,
) -> Result<String, NotOfThisForm> {
    let legal = |c: char| c.is_ascii_alphanumeric() || special.contains(c);
    let good = lengths.contains(&text.len()) && text.chars().all(legal);
    good.then(|| text.to_owned()).ok_or(NotOfThisForm)
}

/// `sdk` with the credentials of a session of `role`; all else is as in `sdk`.
///
/// A function's role that assumes another one may ask for 900 to 3600 seconds. The session is not renewed: clients made from it
/// are refused when it ends. The STS of the Region is asked.
///
/// # Errors
///
/// [`Denied`](sdk_error::ErrorKind::Denied) when the role is missing, does not trust the caller, or the external id is wrong.
pub async fn member_session(
    sdk: &SdkConfig,
    role: &Arn,
    external_id: Option<&str>,
    session_name: &str,
    seconds: i32,
) -> Result<SdkConfig, Error> {
    let failed = |cause| Error::new(Operation::AssumeRole, role.as_str(), cause);
    let call = crate::sts(sdk).assume_role().role_arn(role.as_str());
    let call = call.role_session_name(session_name).duration_seconds(seconds);
    let answer = call.set_external_id(external_id.map(ToOwned::to_owned)).send().await;
    let answer = answer.map_err(|error| failed(error.into()))?;
    let credentials = SharedCredentialsProvider::new(credentials(answer).map_err(failed)?);
    Ok(sdk.clone().into_builder().credentials_provider(credentials).build())
}

fn credentials(answer: AssumeRoleOutput) -> Result<Credentials, Cause> {
    let session = answer.credentials.ok_or_else(|| Cause::malformed("Credentials"))?;
    let end = recorded(&session.expiration, "Expiration")?;
    let end = Duration::try_from(end.as_duration()).map_err(|_| Cause::malformed("Expiration"))?;
    Ok(Credentials::new(
        named(&session.access_key_id, "AccessKeyId")?,
        named(&session.secret_access_key, "SecretAccessKey")?,
        Some(named(&session.session_token, "SessionToken")?.to_owned()),
        SystemTime::UNIX_EPOCH.checked_add(end),
        "keysteward-member",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_name_leads_to_the_role_in_any_account_and_partition() {
        let role: RoleName = "keysteward-member".parse().unwrap();
        let arn = role.in_account("aws-cn", &"123456789012".parse().unwrap()).unwrap();
        assert_eq!(arn.as_str(), "arn:aws-cn:iam::123456789012:role/keysteward-member");
        assert_eq!(arn.account().as_str(), "123456789012");
    }

    #[test]
    fn what_iam_does_not_accept_is_refused() {
        for text in ["", "path/role", "role*", "a b", "arn:aws:iam::1:role/x", &"x".repeat(65)] {
            assert_eq!(text.parse::<RoleName>(), Err(NotOfThisForm), "{text}");
        }
        for text in ["", "x", "a b", "ä-42", &"x".repeat(1225)] {
            assert_eq!(text.parse::<ExternalId>(), Err(NotOfThisForm), "{text}");
        }
        assert_eq!("a:b/c".parse::<ExternalId>().unwrap().as_str(), "a:b/c");
    }
}
