//! Facts in, plan out.

use jiff::Timestamp;

use super::facts::{Held, Inventory, UserFacts};
use super::ladder::Case;
use super::plan::{Action, Decision, Note, Plan, Subject};
use super::policy::Policy;
use super::reason::Reason;
use crate::credential::{AccessKey, CredentialKind, CredentialStatus, LastUse};
use crate::identifiers::CredentialId;
use crate::record::{Record, RecordedState, record_tag, recorded_credential};
use crate::rotation::Tagged;

/// Decides on every credential of an inventory, and on the records of those that are gone.
///
/// The inventory must hold all credentials of each kind in `policy.kinds` that its users have: what is not in it is taken to be gone.
/// The order of users and credentials does not matter.
pub fn evaluate(policy: &Policy, inventory: &[Inventory], now: Timestamp) -> Plan {
    let mut decisions = Vec::new();
    for Inventory { user, credentials } in inventory.iter().filter(|of| policy.covers(&of.user)) {
        for held in credentials.iter().filter(|held| policy.kinds.contains(&held.credential.kind)) {
            decisions.push(decide(policy, user, held, now));
        }
        decisions.extend(gone(policy, user, credentials));
    }
    decisions.sort_by(|a, b| key(a).cmp(&key(b)));
    Plan { decisions }
}

fn key(decision: &Decision) -> (&str, CredentialKind, Option<&CredentialId>, Timestamp) {
    let Decision { user, subject, .. } = decision;
    (user.as_str(), subject.kind, subject.id.as_ref(), subject.created)
}

fn decide(policy: &Policy, user: &UserFacts, held: &Held, now: Timestamp) -> Decision {
    let subject = Subject::from(&held.credential);
    let record = read_record(user, &held.credential.id);
    let supersession = held.supersession;
    let verdict =
        Case { policy, user, subject: &subject, record: &record, supersession, now }.judge();
    Decision {
        user: user.name.clone(),
        subject,
        action: verdict.action,
        reason: verdict.reason,
        note: verdict.note,
    }
}

/// Whether the last use of an access key bears on any decision, so that it is worth a call.
pub fn needs_last_use(policy: &Policy, user: &UserFacts, key: &AccessKey, now: Timestamp) -> bool {
    let old = policy.could_be_stale(now.duration_since(key.created));
    let recorded = user.tags.contains_key(&record_tag(&key.id));
    recorded || (old && key.status == CredentialStatus::Active)
}

/// The record of a credential among its user's tags.
pub fn read_record(user: &UserFacts, id: &CredentialId) -> Tagged<Record> {
    Tagged::read(user.tags.get(&record_tag(id)).map(String::as_str))
}

/// The records of credentials that the user does not have any more.
///
/// One that says `deleting`, or `deactivating` of a password, was interrupted before anybody was told.
fn gone<'a>(
    policy: &'a Policy,
    user: &'a UserFacts,
    credentials: &'a [Held],
) -> impl Iterator<Item = Decision> + 'a {
    records(user).filter_map(move |(id, record)| {
        let kind = CredentialKind::of_id(&id);
        if !policy.kinds.contains(&kind) || credentials.iter().any(|held| held.credential.id == id)
        {
            return None;
        }
        let untold = match record.state {
            RecordedState::Deleting => Action::Delete,
            RecordedState::Deactivating if kind == CredentialKind::Password => Action::Deactivate,
            RecordedState::Warned
            | RecordedState::Superseded
            | RecordedState::Deactivating
            | RecordedState::Deactivated
            | RecordedState::Announced
            | RecordedState::Reactivated => Action::Keep,
        };
        let subject = Subject {
            kind,
            id: Some(id),
            status: CredentialStatus::Inactive,
            created: record.created.unwrap_or(record.at),
            expires: None,
            service: None,
            last_use: LastUse::Unknown,
            last_used_with: None,
        };
        let (user, note) = (user.name.clone(), Some(Note::Remove));
        Some(Decision { user, subject, action: untold, reason: Reason::Gone, note })
    })
}

/// The records among a user's tags that can be read, and the credentials they are of.
pub(super) fn records(user: &UserFacts) -> impl Iterator<Item = (CredentialId, Record)> + '_ {
    user.tags
        .iter()
        .filter_map(|(tag, value)| Some((recorded_credential(tag)?, value.parse::<Record>().ok()?)))
}
