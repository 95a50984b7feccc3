//! What an alarm or a dashboard needs, in CloudWatch's embedded metric format.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lambda_shell::metrics_of_account;
use lifecycle::identifiers::AccountId;
use lifecycle::sweep::{Action, Decision, Reason};
use serde_json::Value;

use crate::ledger::Outcome;
use crate::report::Report;

/// The lines to print: one for the run, one for each kind and rung, one for each kind and age.
pub(crate) fn lines(report: &Report<'_>, calls: u64) -> Vec<Value> {
    let ledger = report.ledger;
    let done = |action| ledger.count(action, Outcome::Done.as_str());
    let run = [
        ("Credentials", ledger.credentials),
        ("Warned", done(Action::Warn)),
        ("Deactivated", done(Action::Deactivate)),
        ("Deleted", done(Action::Delete)),
        ("Failures", ledger.failures.len()),
        ("Findings", ledger.findings.len()),
        ("UsersLeft", ledger.users_left),
        ("LimitReached", usize::from(ledger.over_limit.is_some())),
        ("SweepCompleted", usize::from(ledger.users_left == 0)),
        ("ApiCalls", usize::try_from(calls).unwrap_or(usize::MAX)),
    ];
    let mut lines = vec![line(report, &[], &run)];
    let mut rungs: BTreeMap<_, usize> = BTreeMap::new();
    let mut ages: BTreeMap<_, usize> = BTreeMap::new();
    for entry in &ledger.entries {
        let kind = entry.decision.subject.kind.as_str();
        *rungs.entry((kind, rung(&entry.decision))).or_default() += 1;
        let age = report.now.duration_since(entry.decision.subject.created).as_hours() / 24;
        *ages.entry((kind, bracket(age))).or_default() += 1;
    }
    for ((kind, rung), count) in rungs {
        lines.push(line(
            report,
            &[("Kind", kind), ("Rung", rung)],
            &[("CredentialsByRung", count)],
        ));
    }
    for ((kind, age), count) in ages {
        lines.push(line(report, &[("Kind", kind), ("Age", age)], &[("CredentialsByAge", count)]));
    }
    lines
}

/// The line of a run that failed before it looked at anybody.
pub(crate) fn failure(account: Option<&AccountId>, now: Timestamp) -> Value {
    // Without an answer of STS the function does not know its own account.
    let account = account.map_or("own", |account| account.as_str());
    metrics_of_account(account, now, &[], &[("Failures", 1), ("SweepCompleted", 0)])
}

fn line(report: &Report<'_>, dimensions: &[(&str, &str)], metrics: &[(&str, usize)]) -> Value {
    let mut line = metrics_of_account(report.account.as_str(), report.now, dimensions, metrics);
    if let Some(object) = line.as_object_mut() {
        object.insert("Mode".to_owned(), report.mode.as_str().into());
    }
    line
}

/// Where on the ladder a credential stands.
fn rung(decision: &Decision) -> &'static str {
    match (&decision.reason, decision.action()) {
        (Reason::Exempt(_), _) => "exempt",
        (Reason::HeldBySecret | Reason::RotationOverdue(_) | Reason::BindingTagGone { .. }, _) => {
            "held-by-secret"
        }
        (Reason::NoticeRunning { .. }, _) => "warned",
        (
            Reason::GraceRunning { .. }
            | Reason::DeletionOff
            | Reason::DeletionAhead { .. }
            | Reason::DeletionReminder { .. },
            _,
        ) => "deactivated",
        (_, Action::Keep) => "fresh",
        (_, Action::Report) => "unclear",
        (_, Action::Warn) => "warned",
        (_, Action::Deactivate) => "due-for-deactivation",
        (_, Action::Delete) => "due-for-deletion",
    }
}

/// The age bracket, in days.
fn bracket(days: i64) -> &'static str {
    match days {
        ..30 => "under-30",
        30..90 => "30-to-89",
        90..180 => "90-to-179",
        180..365 => "180-to-364",
        _ => "365-and-over",
    }
}
