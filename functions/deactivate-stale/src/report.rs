//! The report of a run: every decision with its inputs, its rule and its outcome.

use jiff::Timestamp;
use lifecycle::credential::LastUse;
use lifecycle::identifiers::AccountId;
use serde_json::{Value, json};

use crate::config::Mode;
use crate::ledger::{Entry, Ledger};

/// The schema of the reports this version writes; `report.schema.json` describes it.
pub const SCHEMA: &str = "keysteward/report/v1";

/// The columns of the CSV form, in order.
const COLUMNS: [&str; 19] = [
    "account",
    "user",
    "kind",
    "id",
    "service",
    "status",
    "created",
    "age_days",
    "last_used",
    "last_used_service",
    "last_used_region",
    "expires",
    "action",
    "reason",
    "text",
    "due",
    "outcome",
    "error",
    "run_at",
];

/// A run, ready to be written down.
#[derive(Debug)]
pub struct Report<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// Whether the run acted.
    pub mode: Mode,
    /// When it began.
    pub now: Timestamp,
    /// What it decided and did.
    pub ledger: &'a Ledger,
}

impl Report<'_> {
    /// The name under which the report is stored, without extension: `keysteward/account=…/date=…/<instant>`.
    pub fn name(&self) -> String {
        let (date, instant) = (self.date(), self.now.to_string().replace(':', "-"));
        format!("keysteward/account={}/date={date}/{instant}", self.account)
    }

    fn date(&self) -> String {
        self.now.to_string().chars().take(10).collect()
    }

    /// The summary: counts, what went wrong, what is left.
    pub fn summary(&self) -> Value {
        const SHOWN: usize = 20;
        let ledger = self.ledger;
        let mut actions = serde_json::Map::new();
        for ((action, outcome), count) in ledger.counts() {
            let entry = actions.entry(action.as_str()).or_insert_with(|| json!({}));
            if let Some(counts) = entry.as_object_mut() {
                counts.insert(outcome.to_owned(), count.into());
            }
        }
        let failures: Vec<_> = ledger
            .failures
            .iter()
            .take(SHOWN)
            .map(|failure| json!({ "subject": failure.subject, "error": failure.error }))
            .collect();
        json!({
            "account": self.account.as_str(),
            "mode": self.mode.as_str(),
            "at": self.now.to_string(),
            "credentials": ledger.credentials,
            "actions": actions,
            "limit": { "allowed": ledger.allowed, "exceeded_with": ledger.over_limit },
            "findings": ledger.findings.len(),
            "failed": ledger.failures.len(),
            "failures": failures,
            "users_left": ledger.users_left,
        })
    }

    /// The whole report as JSON.
    pub fn json(&self) -> Value {
        let ledger = self.ledger;
        let findings = ledger.findings.iter().map(|finding| {
            let user = finding.user().map(|user| user.as_str());
            json!({ "finding": finding.as_str(), "user": user, "text": finding.to_string() })
        });
        let failures = ledger
            .failures
            .iter()
            .map(|failure| json!({ "subject": failure.subject, "error": failure.error }));
        json!({
            "schema": SCHEMA,
            "summary": self.summary(),
            "decisions": ledger.entries.iter().map(|entry| self.entry(entry)).collect::<Vec<_>>(),
            "findings": findings.collect::<Vec<_>>(),
            "failures": failures.collect::<Vec<_>>(),
        })
    }

    fn entry(&self, entry: &Entry) -> Value {
        let Entry { decision, outcome } = entry;
        let subject = &decision.subject;
        let with = subject.last_used_with.as_ref();
        json!({
            "user": decision.user.as_str(),
            "kind": subject.kind.as_str(),
            "id": subject.id.as_ref().map(|id| id.as_str()),
            "service": subject.service,
            "status": subject.status.to_string(),
            "created": subject.created.to_string(),
            "age_days": self.now.duration_since(subject.created).as_hours() / 24,
            "last_used": last_used(&subject.last_use),
            "last_used_service": with.map(|with| with.service.clone()),
            "last_used_region": with.and_then(|with| with.region.clone()),
            "expires": subject.expires.map(|at| at.to_string()),
            "action": decision.action().as_str(),
            "reason": decision.reason.as_str(),
            "rules": decision.reason.rules().iter().map(|rule| rule.as_str()).collect::<Vec<_>>(),
            "text": decision.reason.to_string(),
            "due": decision.due().map(|at| at.to_string()),
            "outcome": outcome.as_str(),
            "error": outcome.detail(),
        })
    }

    /// The decisions as CSV, for spreadsheets: no cell can be taken for a formula.
    ///
    /// # Errors
    ///
    /// Never in practice; the writer's error type allows for it.
    pub fn csv(&self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for entry in &self.ledger.entries {
            let mut value = self.entry(entry);
            if let Some(object) = value.as_object_mut() {
                object.insert("account".to_owned(), self.account.as_str().into());
                object.insert("run_at".to_owned(), self.now.to_string().into());
            }
            let cell = |column: &&str| match value.get(*column) {
                Some(Value::String(text)) => defused(text),
                Some(Value::Null) | None => String::new(),
                Some(other) => other.to_string(),
            };
            writer.write_record(COLUMNS.iter().map(cell))?;
        }
        writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
    }
}

/// `never-recorded`, `unknown`, or the instant.
fn last_used(last_use: &LastUse) -> String {
    match last_use {
        LastUse::At(at) => at.to_string(),
        LastUse::NoneRecorded => "none-recorded".to_owned(),
        LastUse::Unknown => "unknown".to_owned(),
    }
}

/// A text that a spreadsheet takes for text: a leading `=`, `+`, `-`, `@`, tab or return would begin a formula (OWASP, "CSV Injection").
fn defused(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_that_begins_like_a_formula_is_defused() {
        for text in ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)", "\tx", "\rx"] {
            assert_eq!(defused(text), format!("'{text}"));
        }
        assert_eq!(defused("a=b"), "a=b");
    }
}
