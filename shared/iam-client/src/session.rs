//! Sessions of roles in other accounts.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::AssumeRoleOutput;
use aws_types::SdkConfig;
use lifecycle::identifiers::Arn;
use sdk_error::Cause;

use crate::convert::{named, recorded};
use crate::error::{Error, Operation};

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
