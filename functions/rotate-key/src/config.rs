//! The settings of the function.

use std::time::Duration;

use iam_client::{ExternalId, RoleName};
use jiff::SignedDuration;
use lambda_shell::{Environment, InvalidConfiguration};
use lifecycle::identifiers::Arn;

/// Settings, read once at cold start.
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `KEYSTEWARD_OVERLAP_DAYS` | how long a superseded key stays before its slot may be reused, 0 to 90; never under a day after its last use | 7 |
/// | `KEYSTEWARD_GRACE_DAYS` | how long a deactivated key stays before its slot may be reused, 0 to 365 | 30 |
/// | `KEYSTEWARD_TEST_TIMEOUT_SECONDS` | how long `testSecret` waits for the new key to work, 10 to 600 | 90 |
/// | `KEYSTEWARD_NOTICE_TOPIC_ARN` | the SNS topic that is told of finished rotations | none |
/// | `KEYSTEWARD_OWNER_TAG` | the tag that names a user's owner, who is told | `owner` |
/// | `KEYSTEWARD_MEMBER_ROLE_NAME` | the role to assume in the account of a key that is not the secret's own, without a path | none: such keys are refused |
/// | `KEYSTEWARD_EXTERNAL_ID` | the external id that the role asks for | none |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// How long a superseded key stays.
    pub overlap: SignedDuration,
    /// How long a deactivated key stays.
    pub grace: SignedDuration,
    /// How long to wait for a new key to work.
    pub test_timeout: Duration,
    /// Where notices go.
    pub notice_topic: Option<Arn>,
    /// The tag that names a user's owner.
    pub owner_tag: String,
    /// The role that leads into other accounts.
    pub member_role: Option<RoleName>,
    /// What that role asks for.
    pub external_id: Option<ExternalId>,
}

const KNOWN: [&str; 7] = [
    "OVERLAP_DAYS",
    "GRACE_DAYS",
    "TEST_TIMEOUT_SECONDS",
    "NOTICE_TOPIC_ARN",
    "OWNER_TAG",
    "MEMBER_ROLE_NAME",
    "EXTERNAL_ID",
];

impl Config {
    /// Parses the `KEYSTEWARD_…` variables.
    ///
    /// # Errors
    ///
    /// All faults together: malformed values, and names that this function does not take.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidConfiguration> {
        let mut environment = Environment::new(variables);
        let days = |days: u32| SignedDuration::from_hours(24 * i64::from(days));
        let config = Self {
            overlap: days(environment.number("OVERLAP_DAYS", 0..=90, 7)),
            grace: days(environment.number("GRACE_DAYS", 0..=365, 30)),
            test_timeout: Duration::from_secs(
                environment.number("TEST_TIMEOUT_SECONDS", 10..=600, 90).into(),
            ),
            notice_topic: environment.optional("NOTICE_TOPIC_ARN", "the ARN of an SNS topic"),
            owner_tag: environment
                .optional("OWNER_TAG", "the key of a tag")
                .unwrap_or_else(|| "owner".to_owned()),
            member_role: environment
                .optional("MEMBER_ROLE_NAME", "the name of an IAM role, without a path"),
            external_id: environment.optional(
                "EXTERNAL_ID",
                "an external id of 2 to 1224 letters, digits and _+=,.@:/-",
            ),
        };
        environment.finish(&KNOWN)?;
        Ok(config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)]) -> Result<Config, InvalidConfiguration> {
        Config::from_variables(
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn nothing_needs_to_be_set() {
        let config = config(&[]).unwrap();
        assert_eq!(config.overlap, SignedDuration::from_hours(7 * 24));
        assert_eq!(config.grace, SignedDuration::from_hours(30 * 24));
        assert_eq!(config.test_timeout, Duration::from_secs(90));
        assert_eq!(config.notice_topic, None);
        assert_eq!((config.member_role, config.external_id), (None, None));
    }

    #[test]
    fn every_setting_is_read() {
        let config = config(&[
            ("KEYSTEWARD_OVERLAP_DAYS", "1"),
            ("KEYSTEWARD_GRACE_DAYS", "2"),
            ("KEYSTEWARD_TEST_TIMEOUT_SECONDS", "30"),
            ("KEYSTEWARD_NOTICE_TOPIC_ARN", "arn:aws-cn:sns:cn-north-1:123456789012:keys"),
            ("KEYSTEWARD_MEMBER_ROLE_NAME", "keysteward-member"),
            ("KEYSTEWARD_EXTERNAL_ID", "team-42"),
        ])
        .unwrap();
        assert_eq!(config.overlap, SignedDuration::from_hours(24));
        assert_eq!(config.notice_topic.unwrap().partition(), "aws-cn");
        assert_eq!(config.member_role, Some("keysteward-member".parse().unwrap()));
        assert_eq!(config.external_id.unwrap().as_str(), "team-42");
    }

    #[test]
    fn a_role_is_named_and_not_given_by_its_arn() {
        let arn = "arn:aws:iam::123456789012:role/keysteward-member";
        let error = config(&[("KEYSTEWARD_MEMBER_ROLE_NAME", arn)]).unwrap_err().to_string();
        assert!(error.contains("expected the name of an IAM role, without a path"), "{error}");
    }

    #[test]
    fn a_typo_or_a_setting_of_another_function_is_an_error_that_names_it() {
        let error = config(&[("KEYSTEWARD_OVERLAP_DAY", "1"), ("KEYSTEWARD_GRACE_DAYS", "-1")])
            .unwrap_err();
        insta::assert_snapshot!(error, @r#"invalid configuration: KEYSTEWARD_GRACE_DAYS is "-1", expected a whole number from 0 to 365; KEYSTEWARD_OVERLAP_DAY is not a setting of this function, which takes KEYSTEWARD_OVERLAP_DAYS, KEYSTEWARD_GRACE_DAYS, KEYSTEWARD_TEST_TIMEOUT_SECONDS, KEYSTEWARD_NOTICE_TOPIC_ARN, KEYSTEWARD_OWNER_TAG, KEYSTEWARD_MEMBER_ROLE_NAME, KEYSTEWARD_EXTERNAL_ID"#);
    }
}
