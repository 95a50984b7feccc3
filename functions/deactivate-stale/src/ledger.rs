//! What a run decided, and what became of it.

use std::collections::{BTreeMap, BTreeSet};

use lambda_shell::chain;
use lifecycle::sweep::{Action, Decision, Finding, Reason};

/// What became of one decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// There was nothing to do.
    NothingToDo,
    /// It was done.
    Done,
    /// It would have been done; the function only reports.
    DryRun,
    /// It was not done, because a fact had changed by then.
    Changed(String),
    /// It was not done: more was due than one run may take away.
    OverLimit,
    /// It was not done, or not completed: the time of the invocation was over. The next run does the rest, and tells of it.
    OutOfTime,
    /// It was not done, because a closer look brought up a rung that this run no longer climbs. The next run does it.
    NextRun,
    /// It failed, with the text of the error.
    Failed(String),
}

impl Outcome {
    /// The outcome as reports and metrics spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::NothingToDo => "nothing-to-do",
            Self::Done => "done",
            Self::DryRun => "dry-run",
            Self::Changed(_) => "changed",
            Self::OverLimit => "over-limit",
            Self::OutOfTime => "out-of-time",
            Self::NextRun => "next-run",
            Self::Failed(_) => "failed",
        }
    }

    /// What there is to say besides.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Changed(text) | Self::Failed(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn failed(error: &dyn std::error::Error) -> Self {
        Self::Failed(chain(error))
    }
}

/// A decision and its outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// What was decided.
    pub decision: Decision,
    /// What became of it.
    pub outcome: Outcome,
}

/// Something that went wrong and belongs to no decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// What it is about.
    pub subject: String,
    /// What went wrong.
    pub error: String,
}

/// Everything a run did and found.
#[derive(Clone, Debug, Default)]
pub struct Ledger {
    /// Every decision with its outcome.
    pub entries: Vec<Entry>,
    /// What is reported and not acted upon.
    pub findings: Vec<Finding>,
    /// What went wrong.
    pub failures: Vec<Failure>,
    /// How many credentials of the swept kinds the account has.
    pub credentials: usize,
    /// How many of them one run may take away.
    pub allowed: usize,
    /// How many were due to be taken away, if that was more than allowed.
    pub over_limit: Option<usize>,
    /// How many users were left for the next run.
    pub users_left: usize,
}

impl Ledger {
    pub(crate) fn record(&mut self, decision: Decision, outcome: Outcome) {
        if let Outcome::Failed(error) = &outcome {
            self.failures.push(Failure { subject: subject(&decision), error: error.clone() });
        }
        self.entries.push(Entry { decision, outcome });
    }

    pub(crate) fn failed(&mut self, subject: impl Into<String>, error: &dyn std::error::Error) {
        self.failures.push(Failure { subject: subject.into(), error: chain(error) });
    }

    /// Sorts the entries, counts the users with anything left undone, and makes what must not be overlooked a failure.
    pub(crate) fn conclude(&mut self) {
        let left = self.entries.iter().filter(|entry| entry.outcome == Outcome::OutOfTime);
        let left: BTreeSet<_> = left.map(|entry| entry.decision.user.clone()).collect();
        self.users_left += left.len();
        for entry in &self.entries {
            if entry.decision.reason == Reason::ExposedAndActive {
                let subject = subject(&entry.decision);
                self.failures.push(Failure { subject, error: entry.decision.reason.to_string() });
            }
        }
        self.entries.sort_by_cached_key(sort_key);
        self.failures.sort_by(|a, b| a.subject.cmp(&b.subject));
    }

    /// How many entries have this action and outcome.
    pub fn count(&self, action: Action, outcome: &str) -> usize {
        let matches =
            |entry: &&Entry| entry.decision.action() == action && entry.outcome.as_str() == outcome;
        self.entries.iter().filter(matches).count()
    }

    /// How many entries there are of each action and outcome, but for those where nothing was to be done.
    pub fn counts(&self) -> BTreeMap<(Action, &'static str), usize> {
        let mut counts = BTreeMap::new();
        for entry in &self.entries {
            *counts.entry((entry.decision.action(), entry.outcome.as_str())).or_insert(0) += 1;
        }
        counts
    }
}

/// The credential in words.
fn subject(decision: &Decision) -> String {
    let id = decision.subject.id.as_ref().map_or("", |id| id.as_str());
    format!("{} {id} of user {}", decision.subject.kind, decision.user)
}

fn sort_key(entry: &Entry) -> impl Ord + use<> {
    let decision = &entry.decision;
    let subject = &decision.subject;
    (decision.user.clone(), subject.kind, subject.id.clone(), subject.created)
}
