//! The settings of the function.

use std::time::Duration;

use iam_client::{ExternalId, RoleName};
use jiff::SignedDuration;
use lambda_shell::{Environment, InvalidConfiguration};
use lifecycle::identifiers::{Arn, UserPath};
use record_store::TableArn;

/// Settings, read once at cold start.
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `KEYSTEWARD_TABLE_ARN` | the ARN of the DynamoDB table that keeps records and attempts | none: it must be set |
/// | `KEYSTEWARD_OVERLAP_DAYS` | how long a superseded key stays active, 0 to 90; never under a day after its last use | 7 |
/// | `KEYSTEWARD_SUPERSEDED_GRACE_DAYS` | how long a superseded key stays inactive before it is deleted, 0 to 365 | 7 |
/// | `KEYSTEWARD_TEST_TIMEOUT_SECONDS` | how long `testSecret` waits for the new key to work, 10 to 600 | 90 |
/// | `KEYSTEWARD_NOTICE_TOPIC_ARN` | the SNS topic that notices are published to | none: rotations go on without notices, and the daily round fails |
/// | `KEYSTEWARD_USER_PATH` | the daily round decides on users at or below this path only, such as `/service/` | `/`: everybody |
/// | `KEYSTEWARD_OWNER_TAG` | the tag that names a user's owner | `owner` |
/// | `KEYSTEWARD_MEMBER_ROLE_NAME` | the role to assume in the account of a key that is not the secret's own, without a path | none: such keys are refused |
/// | `KEYSTEWARD_EXTERNAL_ID` | the external id that the role asks for | none |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The table that keeps records and attempts.
    pub table: TableArn,
    /// How long a superseded key stays active.
    pub overlap: SignedDuration,
    /// How long a superseded key stays inactive.
    pub superseded_grace: SignedDuration,
    /// How long to wait for a new key to work.
    pub test_timeout: Duration,
    /// Where notices go.
    pub notice_topic: Option<Arn>,
    /// The path of the users whom the round decides on: the role may change no others.
    pub user_path: UserPath,
    /// The tag that names a user's owner.
    pub owner_tag: String,
    /// The role that leads into other accounts.
    pub member_role: Option<RoleName>,
    /// What that role asks for.
    pub external_id: Option<ExternalId>,
}

const KNOWN: [&str; 9] = [
    "TABLE_ARN",
    "OVERLAP_DAYS",
    "SUPERSEDED_GRACE_DAYS",
    "TEST_TIMEOUT_SECONDS",
    "NOTICE_TOPIC_ARN",
    "USER_PATH",
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
        let table = environment.required("TABLE_ARN", "the ARN of a DynamoDB table");
        let overlap = days(environment.number("OVERLAP_DAYS", 0..=90, 7));
        let superseded_grace = days(environment.number("SUPERSEDED_GRACE_DAYS", 0..=365, 7));
        let test_timeout = environment.number("TEST_TIMEOUT_SECONDS", 10..=600, 90);
        let notice_topic = environment.optional("NOTICE_TOPIC_ARN", "the ARN of an SNS topic");
        let user_path = environment.optional::<UserPath>(
            "USER_PATH",
            "one path, such as /service/, of letters, digits and _.@+=-",
        );
        let owner_tag = environment.optional("OWNER_TAG", "the key of a tag");
        let member_role =
            environment.optional("MEMBER_ROLE_NAME", "the name of an IAM role, without a path");
        let external_id = environment
            .optional("EXTERNAL_ID", "an external id of 2 to 1224 letters, digits and _+=,.@:/-");
        let config = table.map(|table| Self {
            table,
            overlap,
            superseded_grace,
            test_timeout: Duration::from_secs(test_timeout.into()),
            notice_topic,
            user_path: user_path.unwrap_or_default(),
            owner_tag: owner_tag.unwrap_or_else(|| "owner".to_owned()),
            member_role,
            external_id,
        });
        environment.finish_with(&KNOWN, config)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward";

    /// The settings in `variables`, and the table.
    fn config(variables: &[(&str, &str)]) -> Result<Config, InvalidConfiguration> {
        let table = [("KEYSTEWARD_TABLE_ARN", TABLE)];
        let variables = variables.iter().chain(&table);
        Config::from_variables(
            variables.map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn only_the_table_needs_to_be_set() {
        let config = config(&[]).unwrap();
        assert_eq!(config.table.as_str(), TABLE);
        assert_eq!(config.overlap, SignedDuration::from_hours(7 * 24));
        assert_eq!(config.superseded_grace, SignedDuration::from_hours(7 * 24));
        assert_eq!(config.test_timeout, Duration::from_secs(90));
        assert_eq!(config.notice_topic, None);
        assert_eq!((config.member_role, config.external_id), (None, None));
    }

    #[test]
    fn every_setting_is_read() {
        let config = config(&[
            ("KEYSTEWARD_OVERLAP_DAYS", "1"),
            ("KEYSTEWARD_SUPERSEDED_GRACE_DAYS", "2"),
            ("KEYSTEWARD_TEST_TIMEOUT_SECONDS", "30"),
            ("KEYSTEWARD_NOTICE_TOPIC_ARN", "arn:aws-cn:sns:cn-north-1:123456789012:keys"),
            ("KEYSTEWARD_MEMBER_ROLE_NAME", "keysteward-member"),
            ("KEYSTEWARD_EXTERNAL_ID", "team-42"),
        ])
        .unwrap();
        assert_eq!(config.overlap, SignedDuration::from_hours(24));
        assert_eq!(config.superseded_grace, SignedDuration::from_hours(2 * 24));
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
    fn a_missing_table_and_an_arn_of_something_else_are_errors_that_name_the_setting() {
        let error = Config::from_variables([]).unwrap_err().to_string();
        assert!(error.contains("KEYSTEWARD_TABLE_ARN is missing"), "{error}");
        for arn in [
            "keysteward",
            "arn:aws:s3:::keysteward",
            "arn:aws:dynamodb:eu-west-1:123456789012:index/x",
        ] {
            let variables = [("KEYSTEWARD_TABLE_ARN".to_owned(), arn.to_owned())];
            let error = Config::from_variables(variables).unwrap_err().to_string();
            assert!(error.contains("expected the ARN of a DynamoDB table"), "{error}");
        }
    }

    #[test]
    fn a_typo_or_a_setting_of_another_function_is_an_error_that_names_it() {
        let error =
            config(&[("KEYSTEWARD_GRACE_DAYS", "1"), ("KEYSTEWARD_SUPERSEDED_GRACE_DAYS", "-1")])
                .unwrap_err();
        insta::assert_snapshot!(error, @r#"invalid configuration: KEYSTEWARD_SUPERSEDED_GRACE_DAYS is "-1", expected a whole number from 0 to 365; KEYSTEWARD_GRACE_DAYS is not a setting of this function, which takes KEYSTEWARD_TABLE_ARN, KEYSTEWARD_OVERLAP_DAYS, KEYSTEWARD_SUPERSEDED_GRACE_DAYS, KEYSTEWARD_TEST_TIMEOUT_SECONDS, KEYSTEWARD_NOTICE_TOPIC_ARN, KEYSTEWARD_USER_PATH, KEYSTEWARD_OWNER_TAG, KEYSTEWARD_MEMBER_ROLE_NAME, KEYSTEWARD_EXTERNAL_ID"#);
    }
}
