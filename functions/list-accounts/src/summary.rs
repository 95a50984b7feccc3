//! What became of a run: a pure function of the list and of the results.

use std::collections::BTreeMap;

use report_store::{Child, Outcome};
use serde::Serialize;
use serde_json::{Value, json};

use crate::choose::Listed;

/// The name and version of the stored form.
pub const FORM: &str = "keysteward/organization/v1";

/// How much of an account's error is kept.
const LONGEST_TEXT: usize = 1000;

/// How much of an account's error stands in a message.
const SHOWN_TEXT: usize = 160;

/// The longest a message gets, in bytes: Step Functions keeps 32,768 characters of a cause, and this one is quoted in it.
const LONGEST_MESSAGE: usize = 20_000;

/// What became of a run over a list of accounts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many accounts the list has.
    pub accounts: usize,
    /// How many of them were swept.
    pub succeeded: usize,
    /// The others, in the order of their ids.
    pub failures: Vec<FailedAccount>,
}

/// An account that was not swept, or not wholly.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FailedAccount {
    /// Its twelve digits.
    pub account: String,
    /// Its name; it may be empty.
    pub name: String,
    /// The name of the error, such as `Sweep.LimitReached`.
    pub error: String,
    /// What the error says.
    pub message: String,
}

/// What became of one account.
#[derive(Debug)]
enum Fate {
    Swept,
    Failed { error: String, message: String },
}

impl Summary {
    /// Sums up what became of every account of the list.
    ///
    /// An account without a result has failed, and so has one with two results that differ: what is not known to be done is not.
    pub fn of(list: &[Listed], children: Vec<Child>) -> Self {
        let mut fates: BTreeMap<String, Fate> = BTreeMap::new();
        for child in children {
            let Some(account) = account_of(&child) else { continue };
            let fate = Fate::of(child.outcome);
            if let Some(Fate::Failed { .. }) = fates.get(&account) {
                continue;
            }
            fates.insert(account, fate);
        }
        let accounts: BTreeMap<&str, &str> =
            list.iter().map(|listed| (listed.account.as_str(), listed.name.as_str())).collect();
        let mut summary = Self { accounts: accounts.len(), ..Self::default() };
        for (account, name) in accounts {
            let (error, message) = match fates.remove(account) {
                Some(Fate::Swept) => {
                    summary.succeeded += 1;
                    continue;
                }
                Some(Fate::Failed { error, message }) => (error, message),
                None => {
                    ("NoResult".to_owned(), "the run has no result for this account".to_owned())
                }
            };
            let (account, name) = (account.to_owned(), name.to_owned());
            summary.failures.push(FailedAccount { account, name, error, message });
        }
        summary
    }

    /// The form that is stored; the list of failures is whole.
    pub fn document(&self, at: &str, results: &str) -> Value {
        json!({
            "form": FORM,
            "at": at,
            "results": results,
            "accounts": self.accounts,
            "succeeded": self.succeeded,
            "failed": self.failures.len(),
            "failures": self.failures,
        })
    }

    /// What failed, in words that fit into the cause of a failed execution; `place` has the rest.
    pub fn message(&self, place: &str) -> String {
        let mut text = format!(
            "{} of {} accounts were not swept, or not wholly",
            self.failures.len(),
            self.accounts
        );
        for (number, failure) in self.failures.iter().enumerate() {
            let entry = format!(
                "; {} ({}): {}: {}",
                failure.account,
                failure.name,
                failure.error,
                shortened(&failure.message, SHOWN_TEXT)
            );
            if text.len().saturating_add(entry.len()) > LONGEST_MESSAGE {
                let left = self.failures.len().saturating_sub(number);
                text.push_str(&format!("; and {left} more"));
                break;
            }
            text.push_str(&entry.replace(char::is_control, " "));
        }
        text.push_str(&format!("; all of it is in {place}"));
        text
    }
}

impl Fate {
    fn of(outcome: Outcome) -> Self {
        match outcome {
            Outcome::Succeeded => Self::Swept,
            Outcome::Failed { error, cause } => {
                Self::Failed { error, message: shortened(&words(&cause), LONGEST_TEXT) }
            }
            Outcome::Pending => Self::Failed {
                error: "NotStarted".to_owned(),
                message: "the run ended before this account's turn".to_owned(),
            },
        }
    }
}

/// The account that an execution was started for.
fn account_of(child: &Child) -> Option<String> {
    let input: Value = serde_json::from_str(child.input.as_deref()?).ok()?;
    input.get("account").and_then(Value::as_str).map(ToOwned::to_owned)
}

/// The words of a cause: a failed Lambda function's is a JSON object that quotes them.
fn words(cause: &str) -> String {
    let parsed: Option<Value> = serde_json::from_str(cause).ok();
    let quoted =
        parsed.as_ref().and_then(|cause| cause.get("errorMessage")).and_then(Value::as_str);
    quoted.unwrap_or(cause).to_owned()
}

fn shortened(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
    }
}

#[cfg(test)]
#[path = "summary_tests.rs"]
mod tests;
