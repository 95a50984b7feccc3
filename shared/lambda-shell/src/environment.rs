//! Configuration from environment variables: read once, parsed into types, all faults told together.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

const PREFIX: &str = "KEYSTEWARD_";

/// The `KEYSTEWARD_…` variables of the process.
///
/// A value that is not UTF-8 is kept with replacement characters, so that its parser refuses it by name.
pub fn variables() -> impl Iterator<Item = (String, String)> {
    let all = std::env::vars_os().map(|(name, value)| {
        (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned())
    });
    all.filter(|(name, _)| name.starts_with(PREFIX))
}

/// The variables that nobody has taken yet, and the faults found so far.
///
/// Each variable is taken by name; what is left in the end is unknown, and an error: a typo in the name of an exemption
/// must not mean that there is none.
#[derive(Debug, Default)]
pub struct Environment {
    variables: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Environment {
    /// An environment of these variables; those without the prefix `KEYSTEWARD_` are ignored.
    pub fn new(variables: impl IntoIterator<Item = (String, String)>) -> Self {
        let ours = variables
            .into_iter()
            .filter_map(|(name, value)| Some((name.strip_prefix(PREFIX)?.to_owned(), value)));
        Self { variables: ours.collect(), faults: Vec::new() }
    }

    /// Whether a variable that was not taken yet has a value, good or bad.
    pub fn has(&self, name: &str) -> bool {
        self.variables.get(name).is_some_and(|text| !text.trim().is_empty())
    }

    /// Takes a variable that may be missing or empty; `what` says what its value should be.
    pub fn optional<T: FromStr>(&mut self, name: &str, what: &str) -> Option<T> {
        let text = self.take(name)?;
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.unexpected(name, &text, what);
        }
        parsed
    }

    /// Takes a variable that must have a value; `None` adds a fault, so that [`Environment::finish_with`] fails.
    pub fn required<T: FromStr>(&mut self, name: &str, what: &str) -> Option<T> {
        let missing = !self.has(name);
        let value = self.optional(name, what);
        if missing {
            self.faults.push(format!("{PREFIX}{name} is missing, expected {what}"));
        }
        value
    }

    /// As [`Environment::optional`], for a value that names a person: a fault does not show it, since faults are logged.
    pub fn personal<T: FromStr>(&mut self, name: &str, what: &str) -> Option<T> {
        let text = self.take(name)?;
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.unexpected_person(name, what);
        }
        parsed
    }

    /// Takes a whole number within `range`, or its default.
    pub fn number(
        &mut self,
        name: &str,
        range: std::ops::RangeInclusive<u32>,
        default: u32,
    ) -> u32 {
        let what = format!("a whole number from {} to {}", range.start(), range.end());
        match self.optional::<u32>(name, &what) {
            Some(number) if !range.contains(&number) => {
                self.faults.push(format!("{PREFIX}{name} is {number}, expected {what}"));
                default
            }
            other => other.unwrap_or(default),
        }
    }

    /// Takes a comma-separated list that may be missing or empty; blanks around an entry do not count, an empty entry is a fault.
    pub fn list<T: FromStr>(&mut self, name: &str, what: &str) -> Option<Vec<T>> {
        let text = self.take(name)?;
        let entries = entries(&text);
        if entries.is_none() {
            self.unexpected(name, &text, what);
        }
        entries
    }

    /// As [`Environment::list`], for values that name persons: a fault does not show them.
    pub fn personal_list<T: FromStr>(&mut self, name: &str, what: &str) -> Option<Vec<T>> {
        let entries = entries(&self.take(name)?);
        if entries.is_none() {
            self.unexpected_person(name, what);
        }
        entries
    }

    fn take(&mut self, name: &str) -> Option<String> {
        self.variables.remove(name).filter(|text| !text.trim().is_empty())
    }

    fn unexpected(&mut self, name: &str, text: &str, what: &str) {
        self.faults.push(format!("{PREFIX}{name} is {text:?}, expected {what}"));
    }

    fn unexpected_person(&mut self, name: &str, what: &str) {
        self.faults.push(format!("{PREFIX}{name} is not what is expected, {what}"));
    }

    /// Adds a fault that lies in no single variable.
    pub fn fault(&mut self, fault: &str) {
        self.faults.push(fault.to_owned());
    }

    /// Ends the reading.
    ///
    /// # Errors
    ///
    /// All faults found, unknown names among them; `known` are the names the function takes.
    pub fn finish(self, known: &[&str]) -> Result<(), InvalidConfiguration> {
        self.finish_with(known, Some(()))
    }

    /// As [`Environment::finish`], for settings without which nothing can be made: answers what was `made` of them.
    ///
    /// # Errors
    ///
    /// All faults found; without `made` there is at least one.
    pub fn finish_with<T>(
        mut self,
        known: &[&str],
        made: Option<T>,
    ) -> Result<T, InvalidConfiguration> {
        for name in self.variables.keys() {
            self.faults.push(format!(
                "{PREFIX}{name} is not a setting of this function, which takes {}",
                list(known)
            ));
        }
        match made {
            Some(made) if self.faults.is_empty() => Ok(made),
            Some(_) => Err(InvalidConfiguration(self.faults)),
            None => {
                if self.faults.is_empty() {
                    self.faults.push("a setting that is needed is missing".to_owned());
                }
                Err(InvalidConfiguration(self.faults))
            }
        }
    }
}

fn entries<T: FromStr>(text: &str) -> Option<Vec<T>> {
    let entry = |entry: &str| if entry.is_empty() { None } else { entry.parse().ok() };
    text.split(',').map(str::trim).map(entry).collect()
}

fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("{PREFIX}{name}")).collect::<Vec<_>>().join(", ")
}

/// Everything that is wrong with the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidConfiguration(Vec<String>);

impl fmt::Display for InvalidConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "invalid configuration: {}", self.0.join("; "))
    }
}

impl std::error::Error for InvalidConfiguration {}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::new(
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())),
        )
    }

    #[test]
    fn all_faults_are_told_together() {
        let mut environment = environment(&[
            ("KEYSTEWARD_A", "x"),
            ("KEYSTEWARD_B", "400"),
            ("KEYSTEWARD_C", "1"),
            ("PATH", "/"),
        ]);
        assert_eq!(environment.number("A", 0..=9, 7), 7);
        assert_eq!(environment.number("B", 0..=9, 7), 7);
        let text = environment.finish(&["A", "B"]).unwrap_err().to_string();
        insta::assert_snapshot!(text, @r#"invalid configuration: KEYSTEWARD_A is "x", expected a whole number from 0 to 9; KEYSTEWARD_B is 400, expected a whole number from 0 to 9; KEYSTEWARD_C is not a setting of this function, which takes KEYSTEWARD_A, KEYSTEWARD_B"#);
    }

    #[test]
    fn a_fault_in_a_personal_value_does_not_show_it() {
        let variables =
            [("KEYSTEWARD_A", "ana"), ("KEYSTEWARD_B", "1, ana"), ("KEYSTEWARD_C", "1, 2")];
        let mut environment = environment(&variables);
        assert_eq!(environment.personal::<u32>("A", "a number"), None);
        assert_eq!(environment.personal_list::<u32>("B", "numbers"), None);
        assert_eq!(environment.personal_list("C", "numbers"), Some(vec![1, 2]));
        assert_eq!(environment.personal::<u32>("D", "a number"), None);
        let text = environment.finish(&[]).unwrap_err().to_string();
        insta::assert_snapshot!(text, @"invalid configuration: KEYSTEWARD_A is not what is expected, a number; KEYSTEWARD_B is not what is expected, numbers");
    }

    #[test]
    fn a_variable_is_there_until_it_is_taken() {
        let mut environment = environment(&[("KEYSTEWARD_A", "1"), ("KEYSTEWARD_B", " ")]);
        assert!(environment.has("A") && !environment.has("B") && !environment.has("C"));
        assert_eq!(environment.optional("A", "a number"), Some(1));
        assert!(!environment.has("A"));
    }

    #[test]
    fn what_could_not_be_made_is_a_fault() {
        assert_eq!(environment(&[]).finish_with(&[], Some(7)), Ok(7));
        assert!(environment(&[]).finish_with::<()>(&[], None).is_err());
        let mut faulty = environment(&[]);
        faulty.fault("broken");
        assert!(faulty.finish_with(&[], Some(7)).is_err());
    }

    #[test]
    fn a_missing_or_empty_variable_means_the_default() {
        let mut environment = environment(&[("KEYSTEWARD_A", " ")]);
        assert_eq!(environment.number("A", 0..=9, 7), 7);
        assert_eq!(environment.number("B", 0..=9, 8), 8);
        assert_eq!(environment.finish(&[]), Ok(()));
    }
}
