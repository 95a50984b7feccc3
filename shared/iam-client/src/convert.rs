//! From the SDK's types, where everything is optional, to total ones.

use aws_sdk_iam::types::AccessKeyMetadata;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use lifecycle::credential::{AccessKey, CredentialStatus};
use lifecycle::identifiers::AccessKeyId;
use sdk_error::Cause;

pub(crate) fn timestamp(at: &DateTime) -> Result<Timestamp, Cause> {
    Timestamp::from_second(at.secs()).map_err(|_| Cause::malformed("a date within the calendar"))
}

pub(crate) fn status(status: &str) -> CredentialStatus {
    match status {
        "Active" => CredentialStatus::Active,
        "Inactive" => CredentialStatus::Inactive,
        "Expired" => CredentialStatus::Expired,
        other => CredentialStatus::Unrecognized(other.to_owned()),
    }
}

pub(crate) fn access_key(key: &AccessKeyMetadata) -> Result<AccessKey, Cause> {
    let id = key.access_key_id().ok_or_else(|| Cause::malformed("AccessKeyId"))?;
    let state = key.status().ok_or_else(|| Cause::malformed("Status"))?;
    let created = key.create_date().ok_or_else(|| Cause::malformed("CreateDate"))?;
    Ok(AccessKey {
        id: AccessKeyId::new(id),
        status: status(state.as_str()),
        created: timestamp(created)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_that_iam_adds_one_day_is_kept_as_it_is() {
        assert_eq!(status("Expired"), CredentialStatus::Expired);
        assert_eq!(status("Quarantined"), CredentialStatus::Unrecognized("Quarantined".to_owned()));
    }

    #[test]
    fn a_key_without_a_date_is_an_error_not_a_young_key() {
        let key = AccessKeyMetadata::builder()
            .access_key_id("AKIAEXAMPLE")
            .status("Active".into())
            .build();
        assert!(access_key(&key).unwrap_err().to_string().contains("CreateDate"));
    }
}
