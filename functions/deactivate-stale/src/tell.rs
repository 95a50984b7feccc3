//! The notices of a sweep, made from a decision and what became of it.

use jiff::Timestamp;
use lifecycle::identifiers::CredentialId;
use lifecycle::record::Record;
use lifecycle::sweep::{Decision, UserFacts};
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
    Notice::about(News {
        kind,
        outcome: Outcome::Done,
        account: &sweep.account.id,
        user: &user.name,
        owner: owner(&sweep.function.config.owner_tag, user, decision.subject.id.as_ref()),
        subject: &decision.subject,
        at: sweep.now,
        due,
        because: decision.reason.to_string(),
        error: None,
    })
}

/// Whom the tags name as owner: of the one credential in `<owner tag>:<id>`, of the user in `<owner tag>`.
///
/// The IAM console keeps the description of an access key in a tag whose key is the key's id.
pub(crate) fn owner(tag: &str, user: &UserFacts, id: Option<&CredentialId>) -> Owner {
    let value = |tag: &str| {
        let found = user.tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag));
        found.map(|(_, value)| value.clone())
    };
    Owner {
        credential: id.and_then(|id| value(&format!("{tag}:{id}"))),
        user: value(tag),
        secret: None,
        description: id.and_then(|id| value(id.as_str())),
    }
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
