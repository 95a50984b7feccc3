//! The settings of the function.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use lambda_shell::{Environment, InvalidConfiguration};

/// Settings, read once at cold start; the README has their names and defaults.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// The S3 bucket.
    pub report_bucket: String,
    /// Only accounts in these units, and below them; empty is the whole organization.
    pub units: BTreeSet<UnitId>,
    /// Only these accounts; empty is all.
    pub accounts: BTreeSet<AccountId>,
    /// No account in these units, or below them.
    pub exclude_units: BTreeSet<UnitId>,
    /// None of these accounts.
    pub exclude_accounts: BTreeSet<AccountId>,
    /// Most calls to Organizations in a second; 0 is no limit.
    pub calls_per_second: u32,
}

/// The twelve digits of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AccountId(String);

/// The id of an organizational unit: `ou-`, four to 32 characters of its root, and eight to 32 of its own.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct UnitId(String);

/// The text is not of the form that the setting needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotOfThisForm;

impl AccountId {
    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl UnitId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for AccountId {
    type Err = NotOfThisForm;

    fn from_str(text: &str) -> Result<Self, NotOfThisForm> {
        let digits = text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit());
        if digits { Ok(Self(text.to_owned())) } else { Err(NotOfThisForm) }
    }
}

impl FromStr for UnitId {
    type Err = NotOfThisForm;

    fn from_str(text: &str) -> Result<Self, NotOfThisForm> {
        let parts = text.strip_prefix("ou-").and_then(|rest| rest.split_once('-'));
        let (root, own) = parts.ok_or(NotOfThisForm)?;
        let small = |part: &str| {
            part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let fits = (4..=32).contains(&root.len()) && (8..=32).contains(&own.len());
        if fits && small(root) && small(own) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotOfThisForm)
        }
    }
}

const KNOWN: [&str; 6] = [
    "REPORT_BUCKET",
    "ORGANIZATIONAL_UNITS",
    "ACCOUNTS",
    "EXCLUDE_ORGANIZATIONAL_UNITS",
    "EXCLUDE_ACCOUNTS",
    "ORGANIZATIONS_CALLS_PER_SECOND",
];

impl Config {
    /// Parses the `KEYSTEWARD_…` variables.
    ///
    /// # Errors
    ///
    /// All faults together: malformed values, names that this function does not take, a bucket that is missing, and settings that contradict each other.
    pub fn from_variables(
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, InvalidConfiguration> {
        let mut environment = Environment::new(variables);
        let bucket: Option<String> =
            environment.optional("REPORT_BUCKET", "the name of an S3 bucket");
        let units = set(&mut environment, "ORGANIZATIONAL_UNITS", UNITS);
        let accounts: BTreeSet<AccountId> = set(&mut environment, "ACCOUNTS", ACCOUNTS);
        let exclude_units = set(&mut environment, "EXCLUDE_ORGANIZATIONAL_UNITS", UNITS);
        let exclude_accounts: BTreeSet<AccountId> =
            set(&mut environment, "EXCLUDE_ACCOUNTS", ACCOUNTS);
        let calls_per_second = environment.number("ORGANIZATIONS_CALLS_PER_SECOND", 0..=100, 5);
        if bucket.is_none() {
            environment
                .fault("KEYSTEWARD_REPORT_BUCKET is needed: the list of accounts goes there");
        }
        if !accounts.is_empty() && !units.is_empty() {
            environment.fault(
                "KEYSTEWARD_ACCOUNTS and KEYSTEWARD_ORGANIZATIONAL_UNITS are both set: name accounts, or units",
            );
        }
        for account in accounts.intersection(&exclude_accounts) {
            environment.fault(&format!(
                "account {account} is in KEYSTEWARD_ACCOUNTS and in KEYSTEWARD_EXCLUDE_ACCOUNTS"
            ));
        }
        let config = bucket.map(|report_bucket| Self {
            report_bucket,
            units,
            accounts,
            exclude_units,
            exclude_accounts,
            calls_per_second,
        });
        environment.finish_with(&KNOWN, config)
    }
}

const ACCOUNTS: &str = "account ids of twelve digits";
const UNITS: &str = "ids of organizational units, such as ou-ab12-34cd56ef";

fn set<T: FromStr + Ord>(environment: &mut Environment, name: &str, what: &str) -> BTreeSet<T> {
    environment.list(name, what).unwrap_or_default().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(variables: &[(&str, &str)]) -> Result<Config, InvalidConfiguration> {
        Config::from_variables(
            variables
                .iter()
                .map(|(name, value)| (format!("KEYSTEWARD_{name}"), (*value).to_owned())),
        )
    }

    #[test]
    fn the_bucket_alone_means_the_whole_organization() {
        let config = parse(&[("REPORT_BUCKET", "reports")]).unwrap();
        let expected = Config {
            report_bucket: "reports".to_owned(),
            units: BTreeSet::new(),
            accounts: BTreeSet::new(),
            exclude_units: BTreeSet::new(),
            exclude_accounts: BTreeSet::new(),
            calls_per_second: 5,
        };
        assert_eq!(config, expected);
    }

    #[test]
    fn lists_may_name_one_thing_twice() {
        let config = parse(&[
            ("REPORT_BUCKET", "reports"),
            ("ORGANIZATIONAL_UNITS", "ou-ab12-34cd56ef, ou-ab12-34cd56ef"),
            ("EXCLUDE_ACCOUNTS", "111111111111,222222222222"),
            ("ORGANIZATIONS_CALLS_PER_SECOND", "0"),
        ])
        .unwrap();
        assert_eq!((config.units.len(), config.exclude_accounts.len()), (1, 2));
        assert_eq!(config.calls_per_second, 0);
    }

    #[test]
    fn all_faults_are_told_together() {
        let text = parse(&[
            ("ACCOUNTS", "111111111111,22"),
            ("ORGANIZATIONAL_UNITS", "r-ab12"),
            ("EXCLUDE_ORGANIZATIONAL_UNITS", "ou-ab12-34CD56EF"),
            ("EXCLUDE_ACCOUNT", "111111111111"),
        ])
        .unwrap_err()
        .to_string();
        insta::assert_snapshot!(text, @r#"invalid configuration: KEYSTEWARD_ORGANIZATIONAL_UNITS is "r-ab12", expected ids of organizational units, such as ou-ab12-34cd56ef; KEYSTEWARD_ACCOUNTS is "111111111111,22", expected account ids of twelve digits; KEYSTEWARD_EXCLUDE_ORGANIZATIONAL_UNITS is "ou-ab12-34CD56EF", expected ids of organizational units, such as ou-ab12-34cd56ef; KEYSTEWARD_REPORT_BUCKET is needed: the list of accounts goes there; KEYSTEWARD_EXCLUDE_ACCOUNT is not a setting of this function, which takes KEYSTEWARD_REPORT_BUCKET, KEYSTEWARD_ORGANIZATIONAL_UNITS, KEYSTEWARD_ACCOUNTS, KEYSTEWARD_EXCLUDE_ORGANIZATIONAL_UNITS, KEYSTEWARD_EXCLUDE_ACCOUNTS, KEYSTEWARD_ORGANIZATIONS_CALLS_PER_SECOND"#);
    }

    #[test]
    fn settings_that_contradict_each_other_are_refused() {
        let text = parse(&[
            ("REPORT_BUCKET", "reports"),
            ("ACCOUNTS", "111111111111,222222222222"),
            ("EXCLUDE_ACCOUNTS", "222222222222"),
            ("ORGANIZATIONAL_UNITS", "ou-ab12-34cd56ef"),
        ])
        .unwrap_err()
        .to_string();
        insta::assert_snapshot!(text, @"invalid configuration: KEYSTEWARD_ACCOUNTS and KEYSTEWARD_ORGANIZATIONAL_UNITS are both set: name accounts, or units; account 222222222222 is in KEYSTEWARD_ACCOUNTS and in KEYSTEWARD_EXCLUDE_ACCOUNTS");
    }
}
