//! The settings of the function.

use std::collections::BTreeSet;

use iam_client::{ExternalId, RoleName};
use jiff::SignedDuration;
use lambda_shell::{Environment, InvalidConfiguration};
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::{Arn, UserPath};
use lifecycle::sweep::{ConfiguredExemptions, Limits, Policy, Reminders};
use record_store::TableArn;

/// Settings, read once at cold start.
///
/// | variable | meaning | default |
/// |---|---|---|
/// | `KEYSTEWARD_MODE` | `dry-run` only reports; `enforce` acts | `dry-run` |
/// | `KEYSTEWARD_CREDENTIALS` | kinds to act on: `access-key`, `password`, `ssh-public-key`, `signing-certificate`, `service-specific` | `access-key,service-specific` |
/// | `KEYSTEWARD_MAX_AGE_DAYS` | from this age on a credential is stale, 0 (off) to 3650 | 90 |
/// | `KEYSTEWARD_MAX_IDLE_DAYS` | unused for so long it is stale, 0 (off) to 3650 | 90 |
/// | `KEYSTEWARD_NOTICE_DAYS` | how long a warning runs, 0 (no warning) to 365 | 14 |
/// | `KEYSTEWARD_REMINDER_DAYS` | how many days before a deactivation or an announced deletion the owner is told again, each 1 to 365, or `none`; comma-separated | `14,7,1` |
/// | `KEYSTEWARD_GRACE_DAYS` | from deactivation to deletion, 1 to 3650 | 30 |
/// | `KEYSTEWARD_DELETE` | whether anything is deleted: `off` or `on` | `off` |
/// | `KEYSTEWARD_MAX_ACTIONS` | most deactivations and deletions of one run, 1 to 100000 | 50 |
/// | `KEYSTEWARD_MAX_ACTIONS_PERCENT` | the same in percent of the account's credentials, rounded up, 1 to 100 | 10 |
/// | `KEYSTEWARD_USER_PATH` | only users at or below this path are judged, such as `/service/` | `/`: everybody |
/// | `KEYSTEWARD_EXEMPT_USERS`, `…_PATHS`, `…_GROUPS` | who is left alone: names, paths (`/a/`), group names; comma-separated | none |
/// | `KEYSTEWARD_OWNER_TAG` | the tag that names a user's owner | `owner` |
/// | `KEYSTEWARD_NOTICE_TOPIC_ARN` | the SNS topic for notices; needed to enforce | none |
/// | `KEYSTEWARD_TABLE_ARN` | the DynamoDB table that holds the records; its Region may be another one | none: required |
/// | `KEYSTEWARD_REPORT_BUCKET` | the S3 bucket for reports | none |
/// | `KEYSTEWARD_MEMBER_ROLE_NAME` | the role to assume in other accounts | none |
/// | `KEYSTEWARD_EXTERNAL_ID` | the external id to assume it with | none |
/// | `KEYSTEWARD_IAM_CALLS_PER_SECOND` | most IAM calls in a second, 0 (no limit) to 100 | 5 |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Whether it acts.
    pub mode: Mode,
    /// The rules.
    pub policy: Policy,
    /// The tag that names a user's owner.
    pub owner_tag: String,
    /// Where notices go.
    pub notice_topic: Option<Arn>,
    /// Where records are kept.
    pub table: TableArn,
    /// Where reports go.
    pub report_bucket: Option<String>,
    /// The role to assume in other accounts.
    pub member_role: Option<RoleName>,
    /// The external id to assume it with.
    pub external_id: Option<ExternalId>,
    /// Most IAM calls in a second; 0 is no limit.
    pub iam_calls_per_second: u32,
}

/// Whether the function acts or only reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It reports what it would do.
    DryRun,
    /// It does it.
    Enforce,
}

impl Mode {
    /// The mode as the setting spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::DryRun => "dry-run",
            Self::Enforce => "enforce",
        }
    }
}

impl std::str::FromStr for Mode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        [Self::DryRun, Self::Enforce].into_iter().find(|mode| mode.as_str() == text).ok_or(())
    }
}

const KNOWN: [&str; 21] = [
    "MODE",
    "CREDENTIALS",
    "MAX_AGE_DAYS",
    "MAX_IDLE_DAYS",
    "NOTICE_DAYS",
    "REMINDER_DAYS",
    "GRACE_DAYS",
    "DELETE",
    "MAX_ACTIONS",
    "MAX_ACTIONS_PERCENT",
    "USER_PATH",
    "EXEMPT_USERS",
    "EXEMPT_PATHS",
    "EXEMPT_GROUPS",
    "OWNER_TAG",
    "NOTICE_TOPIC_ARN",
    "TABLE_ARN",
    "REPORT_BUCKET",
    "MEMBER_ROLE_NAME",
    "EXTERNAL_ID",
    "IAM_CALLS_PER_SECOND",
];

impl Config {
    /// Parses the `KEYSTEWARD_…` variables.
    ///
    /// # Errors
    ///
    /// All faults together: malformed values, names that this function does not take, and a mode that cannot work.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidConfiguration> {
        let mut environment = Environment::new(variables);
        let kinds = [CredentialKind::AccessKey, CredentialKind::ServiceSpecific];
        let policy = Policy {
            kinds: environment
                .list("CREDENTIALS", kinds_expected())
                .map_or_else(|| kinds.into(), BTreeSet::from_iter),
            max_age: days(environment.number("MAX_AGE_DAYS", 0..=3650, 90)),
            max_idle: days(environment.number("MAX_IDLE_DAYS", 0..=3650, 90)),
            notice: hours(environment.number("NOTICE_DAYS", 0..=365, 14)),
            reminders: environment
                .optional::<ReminderDays>(
                    "REMINDER_DAYS",
                    "a list of whole days from 1 to 365, or none",
                )
                .unwrap_or_default()
                .0,
            grace: hours(environment.number("GRACE_DAYS", 1..=3650, 30)),
            delete: environment.optional::<Switch>("DELETE", "on or off").is_some_and(|on| on.0),
            limits: Limits {
                actions: environment.number("MAX_ACTIONS", 1..=100_000, 50),
                percent: environment.number("MAX_ACTIONS_PERCENT", 1..=100, 10),
            },
            exempt: ConfiguredExemptions {
                users: lower_case(environment.list("EXEMPT_USERS", "names of IAM users")),
                paths: environment
                    .list::<Path>("EXEMPT_PATHS", "paths that begin and end with a slash")
                    .unwrap_or_default()
                    .into_iter()
                    .map(|path| path.0)
                    .collect(),
                groups: lower_case(environment.list("EXEMPT_GROUPS", "names of IAM groups")),
            },
            user_path: environment
                .optional::<UserPath>(
                    "USER_PATH",
                    "one path, such as /service/, of letters, digits and _.@+=-",
                )
                .unwrap_or_default()
                .as_str()
                .to_owned(),
        };
        let calls = environment.number("IAM_CALLS_PER_SECOND", 0..=100, 5);
        let mode = environment.optional("MODE", "dry-run or enforce").unwrap_or(Mode::DryRun);
        let notice_topic: Option<Arn> =
            environment.optional("NOTICE_TOPIC_ARN", "the ARN of an SNS topic");
        if mode == Mode::Enforce && notice_topic.is_none() {
            environment.fault(
                "KEYSTEWARD_MODE is enforce, which needs KEYSTEWARD_NOTICE_TOPIC_ARN: nothing is deactivated without a notice",
            );
        }
        let table = environment.required("TABLE_ARN", "the ARN of a DynamoDB table");
        let config = table.map(|table| Self {
            mode,
            policy,
            table,
            owner_tag: environment
                .optional("OWNER_TAG", "the key of a tag")
                .unwrap_or_else(|| "owner".to_owned()),
            notice_topic,
            report_bucket: environment.optional("REPORT_BUCKET", "the name of an S3 bucket"),
            member_role: environment
                .optional("MEMBER_ROLE_NAME", "the name of a role, without path"),
            external_id: environment
                .optional("EXTERNAL_ID", "an external id of 2 to 1224 characters"),
            iam_calls_per_second: calls,
        });
        environment.finish_with(&KNOWN, config)
    }
}

fn hours(days: u32) -> SignedDuration {
    SignedDuration::from_hours(24 * i64::from(days))
}

/// A limit in days; 0 switches its rule off.
fn days(days: u32) -> Option<SignedDuration> {
    (days > 0).then(|| hours(days))
}

/// The value of `KEYSTEWARD_REMINDER_DAYS`.
struct ReminderDays(Reminders);

impl ReminderDays {
    /// How much earlier than its day a reminder is due: no schedule comes to the second, and the next run may come after the deadline.
    const EARLY: SignedDuration = SignedDuration::from_hours(1);

    fn new(days: impl IntoIterator<Item = u32>) -> Option<Self> {
        let ahead = |days| hours(days).saturating_add(Self::EARLY);
        Reminders::before(days.into_iter().map(ahead)).map(Self)
    }
}

impl Default for ReminderDays {
    fn default() -> Self {
        Self::new([14, 7, 1]).unwrap_or(Self(Reminders::default()))
    }
}

impl std::str::FromStr for ReminderDays {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "none" {
            return Ok(Self(Reminders::default()));
        }
        let day = |text: &str| text.trim().parse().ok().filter(|day| (1..=365).contains(day));
        let days: Option<Vec<u32>> = text.split(',').map(day).collect();
        days.and_then(Self::new).ok_or(())
    }
}

fn lower_case(names: Option<Vec<String>>) -> BTreeSet<String> {
    names.unwrap_or_default().iter().map(|name| name.to_lowercase()).collect()
}

fn kinds_expected() -> &'static str {
    "a list of access-key, password, ssh-public-key, signing-certificate, service-specific"
}

struct Switch(bool);

impl std::str::FromStr for Switch {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        match text {
            "on" => Ok(Self(true)),
            "off" => Ok(Self(false)),
            _ => Err(()),
        }
    }
}

struct Path(String);

impl std::str::FromStr for Path {
    type Err = ();

    /// The path `/` would exempt everybody, which is what dry-run mode is for.
    fn from_str(text: &str) -> Result<Self, ()> {
        let whole = text.len() > 2 && text.starts_with('/') && text.ends_with('/');
        if whole { Ok(Self(text.to_owned())) } else { Err(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: (&str, &str) =
        ("KEYSTEWARD_TABLE_ARN", "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward");

    /// The settings, with a table.
    fn config(variables: &[(&str, &str)]) -> Result<Config, InvalidConfiguration> {
        exactly(&[&[TABLE], variables].concat())
    }

    fn exactly(variables: &[(&str, &str)]) -> Result<Config, InvalidConfiguration> {
        Config::from_variables(
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn without_a_setting_nothing_is_touched_and_nothing_is_deleted() {
        let config = config(&[]).unwrap();
        assert_eq!(config.mode, Mode::DryRun);
        assert!(!config.policy.delete);
        assert!(!config.policy.kinds.contains(&CredentialKind::Password));
        assert_eq!(config.policy.notice, hours(14));
    }

    #[test]
    fn enforcing_needs_a_topic() {
        let error = config(&[("KEYSTEWARD_MODE", "enforce")]).unwrap_err();
        assert!(error.to_string().contains("nothing is deactivated without a notice"));
    }

    #[test]
    fn every_mode_needs_a_table() {
        for mode in ["dry-run", "enforce"] {
            let error = exactly(&[("KEYSTEWARD_MODE", mode)]).unwrap_err().to_string();
            assert!(error.contains("KEYSTEWARD_TABLE_ARN"), "{error}");
        }
        for text in ["", "keysteward", "arn:aws:sns:eu-west-1:123456789012:keysteward"] {
            let error = exactly(&[(TABLE.0, text)]).unwrap_err().to_string();
            assert!(error.contains("KEYSTEWARD_TABLE_ARN"), "{text}: {error}");
        }
        let elsewhere = TABLE.1.replace("eu-west-1", "us-east-1");
        assert_eq!(exactly(&[(TABLE.0, &elsewhere)]).unwrap().table.region(), "us-east-1");
    }

    #[test]
    fn all_faults_are_named_together() {
        let error = config(&[
            ("KEYSTEWARD_MODE", "Enforce"),
            ("KEYSTEWARD_CREDENTIALS", "access-key,passwords"),
            ("KEYSTEWARD_EXEMPT_PATHS", "/"),
            ("KEYSTEWARD_EXEMPT_USER", "root-break-glass"),
            ("KEYSTEWARD_GRACE_DAYS", "0"),
            ("KEYSTEWARD_REMINDER_DAYS", "7,0"),
            ("KEYSTEWARD_DELETE", "true"),
            ("KEYSTEWARD_MEMBER_ROLE_NAME", "path/role"),
        ])
        .unwrap_err()
        .to_string();
        for name in [
            "MODE is \"Enforce\"",
            "CREDENTIALS",
            "EXEMPT_PATHS",
            "EXEMPT_USER is not",
            "GRACE_DAYS",
            "REMINDER_DAYS is \"7,0\", expected a list of whole days from 1 to 365, or none",
            "DELETE",
            "MEMBER_ROLE_NAME",
        ] {
            assert!(error.contains(&format!("KEYSTEWARD_{name}")), "{name}: {error}");
        }
    }

    #[test]
    fn an_empty_entry_in_a_list_is_a_fault() {
        assert!(config(&[("KEYSTEWARD_EXEMPT_USERS", "ana,,bo")]).is_err());
        let config = config(&[("KEYSTEWARD_EXEMPT_USERS", "Ana, bo")]).unwrap();
        assert_eq!(config.policy.exempt.users, BTreeSet::from(["ana".to_owned(), "bo".to_owned()]));
    }

    #[test]
    fn a_user_path_begins_and_ends_with_a_slash() {
        let path = |text: &str| {
            config(&[("KEYSTEWARD_USER_PATH", text)]).map(|config| config.policy.user_path).ok()
        };
        for (text, expected) in [("", "/"), ("/", "/"), ("/a/", "/a/"), ("/a/b/", "/a/b/")] {
            assert_eq!(path(text).as_deref(), Some(expected), "{text:?}");
        }
        for text in ["a", "/a", "a/", "//", "/a//b/", "/a/,/b/", "/*/", "/${aws:username}/"] {
            assert_eq!(path(text), None, "{text:?}");
        }
    }

    #[test]
    fn reminders_are_due_an_hour_before_the_days_that_are_named() {
        let reminders = |text: &str| {
            let config = config(&[("KEYSTEWARD_REMINDER_DAYS", text)]).map_err(drop)?;
            Ok(config.policy.reminders.spans().map(|span| span.as_hours()).collect::<Vec<_>>())
        };
        let default = Ok(vec![25, 7 * 24 + 1, 14 * 24 + 1]);
        for (text, hours) in [
            ("", default.clone()),
            ("14,7,1", default.clone()),
            ("1, 7,14 ,7", default),
            ("365", Ok(vec![365 * 24 + 1])),
            ("none", Ok(Vec::new())),
        ] {
            assert_eq!(reminders(text), hours, "{text:?}");
        }
        for text in ["0", "366", "7,", ",", "7,none", "None", "1.5", "-1", "7 1", "7;1", "14d"] {
            assert_eq!(reminders(text), Err(()), "{text:?}");
        }
    }
}
