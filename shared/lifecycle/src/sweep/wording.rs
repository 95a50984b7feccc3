//! Why a notice is sent, in words.

use super::plan::{News, PlannedNotice};
use super::policy::Policy;
use super::reason::{Reason, date};
use crate::record::Record;

/// The rule behind a decision; that of a deletion is the grace since the deactivation.
pub(super) fn because(policy: &Policy, record: Option<&Record>, reason: &Reason) -> String {
    let ahead = matches!(reason, Reason::DeletionAhead { .. } | Reason::DeletionReminder { .. });
    if !ahead {
        return reason.to_string();
    }
    let since =
        record.map_or_else(String::new, |record| format!(" since {}", date(record.since())));
    let days = policy.grace.as_hours() / 24;
    format!("it is recorded as inactive{since}, and is then kept for {days} days")
}

/// The notice that a credential was deleted by a run that was interrupted before it could send one.
pub(crate) fn deleted(record: &Record) -> PlannedNotice {
    let because = Reason::GraceOver { since: record.since() }.to_string();
    PlannedNotice { news: News::Deleted, because, exposed: record.is_of_exposure() }
}

/// The notice that a password was deleted by a run that was interrupted before it could send one.
pub(super) fn password_deleted(record: &Record) -> PlannedNotice {
    let because = Reason::Interrupted { rules: Vec::new() }.to_string();
    let news = News::Deactivated { kept_until: None };
    PlannedNotice { news, because, exposed: record.is_of_exposure() }
}
