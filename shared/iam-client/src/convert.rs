//! From the SDK's types, where everything is optional, to total ones.

use std::collections::BTreeMap;
use std::str::FromStr;

use aws_sdk_iam::types::{AccessKeyMetadata, Tag};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use lifecycle::credential::{AccessKey, CredentialStatus, ServiceUse};
use sdk_error::Cause;

pub(crate) fn timestamp(at: &DateTime) -> Result<Timestamp, Cause> {
    Timestamp::from_second(at.secs()).map_err(|_| Cause::malformed("a date within the calendar"))
}

/// A date that must be there. Where AWS leaves it out, the SDK puts 1970, which would make the credential a very old one.
pub(crate) fn recorded(at: &DateTime, member: &str) -> Result<Timestamp, Cause> {
    if at.secs() <= 0 {
        return Err(Cause::malformed(member));
    }
    timestamp(at)
}

/// A text that must be there. Where AWS leaves it out, the SDK puts an empty one.
pub(crate) fn named<'a>(text: &'a str, member: &str) -> Result<&'a str, Cause> {
    if text.is_empty() { Err(Cause::malformed(member)) } else { Ok(text) }
}

/// An identifier that must be there, in the shape that AWS gives it.
pub(crate) fn identifier<T: FromStr>(text: &str, member: &str) -> Result<T, Cause> {
    text.parse().map_err(|_| Cause::malformed(member))
}

pub(crate) fn tags(tags: &[Tag]) -> BTreeMap<String, String> {
    tags.iter().map(|tag| (tag.key().to_owned(), tag.value().to_owned())).collect()
}

/// The service of a last use, and its Region unless the service is a global one.
pub(crate) fn service_use(service: &str, region: &str) -> Option<ServiceUse> {
    let known = |text: &str| (!text.is_empty() && text != "N/A").then(|| text.to_owned());
    Some(ServiceUse { service: known(service)?, region: known(region) })
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
        id: identifier(id, "AccessKeyId")?,
        status: status(state.as_str()),
        created: recorded(created, "CreateDate")?,
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
