//! The notices of a sweep, made from a decision and what became of it.

use jiff::Timestamp;
use lifecycle::identifiers::CredentialId;
use lifecycle::record::Record;
use lifecycle::rotation::Tagged;
use lifecycle::sweep::{Decision, Reason, UserFacts, read_record};
use notice::{Exposure, Kind, News, Notice, Outcome, Owner};

use crate::Sweep;

/// The news that `decision` was carried out.
pub(crate) fn news(
    sweep: &Sweep<'_>,
    user: &UserFacts,
    decision: &Decision,
    kind: Kind,
    due: Option<Timestamp>,
) -> Notice {
    let notice = Notice::about(News {
        kind,
        outcome: Outcome::Done,
        account: &sweep.account.id,
        user: &user.name,
        owner: owner(&sweep.function.config.owner_tag, user, decision.subject.id.as_ref()),
        subject: &decision.subject,
        at: sweep.now,
        due,
        because: because(sweep, user, decision),
        error: None,
    });
    let record = decision.subject.id.as_ref().map(|id| read_record(user, id));
    let exposed = matches!(&record, Some(Tagged::Readable(record)) if record.is_of_exposure());
    if exposed { notice.of_exposure() } else { notice }
}

/// The rule behind a decision; that of a deletion is the grace since the deactivation.
fn because(sweep: &Sweep<'_>, user: &UserFacts, decision: &Decision) -> String {
    let ahead =
        matches!(decision.reason, Reason::DeletionAhead { .. } | Reason::DeletionReminder { .. });
    if !ahead {
        return decision.reason.to_string();
    }
    let record = decision.subject.id.as_ref().map(|id| read_record(user, id));
    let since = match record {
        Some(Tagged::Readable(record)) => format!(" since {}", notice::day(record.at)),
        Some(Tagged::Absent | Tagged::Unreadable(_)) | None => String::new(),
    };
    let days = sweep.function.config.policy.grace.as_hours() / 24;
    format!("it is recorded as inactive{since}, and is then kept for {days} days")
}

/// Whom the user's tags name as owner.
pub(crate) fn owner(tag: &str, user: &UserFacts, id: Option<&CredentialId>) -> Owner {
    Owner::of_tags(&user.tags, tag, id.map(CredentialId::as_str))
}

/// The news of an exposed key whose deactivation was interrupted before anybody was told.
pub(crate) fn exposed(
    sweep: &Sweep<'_>,
    user: &UserFacts,
    decision: &Decision,
    record: &Record,
) -> Notice {
    let id = decision.subject.id.as_ref();
    Notice::exposed(Exposure {
        account: &sweep.account.id,
        user: Some(&user.name),
        owner: owner(&sweep.function.config.owner_tag, user, id),
        key: id.map_or("", |id| id.as_str()),
        outcome: Outcome::Done,
        because: None,
        error: None,
        communication: record.event.as_deref().unwrap_or("unknown"),
        at: sweep.now,
    })
}
