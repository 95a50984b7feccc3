//! Facts in, plan out.

use jiff::Timestamp;

use super::facts::{Inventory, UserFacts};
use super::ladder::Case;
use super::plan::{Action, Decision, Memory, Plan, Step, Subject};
use super::policy::Policy;
use super::reason::Reason;
use super::wording::{deleted, password_deleted};
use crate::credential::{AccessKey, CredentialKind, CredentialStatus, LastUse};
use crate::identifiers::{CredentialId, UserId};
use crate::memory::{AccountMemory, UserMemory};
use crate::record::{Record, Remembered, State};

/// Decides on every credential of an inventory, and on the records of those that are gone.
///
/// The inventory must hold all credentials of each kind in `policy.kinds` that its users have: what is not in it is taken to be gone.
/// The order of users and credentials does not matter.
pub fn evaluate(policy: &Policy, inventory: &[Inventory], now: Timestamp) -> Plan {
    let mut decisions = Vec::new();
    for of in inventory.iter().filter(|of| policy.covers(&of.user)) {
        let swept = of.credentials.iter().filter(|it| policy.kinds.contains(&it.id.kind()));
        for credential in swept {
            let (user, binding) = (&of.user, &of.binding);
            let subject = Subject::from(credential);
            let record = of.memory.record(&credential.id);
            let case = Case { policy, user, binding, subject: &subject, record: &record, now };
            let verdict = case.judge();
            decisions.push(Decision {
                user: user.name.clone(),
                user_id: user.id.clone(),
                subject,
                step: verdict.step,
                reason: verdict.reason,
            });
        }
        decisions.extend(gone(policy, of));
    }
    decisions.sort_by(|a, b| key(a).cmp(&key(b)));
    Plan { decisions }
}

fn key(decision: &Decision) -> (&str, CredentialKind, Option<&CredentialId>, Timestamp) {
    let Decision { user, subject, .. } = decision;
    (user.as_str(), subject.kind, subject.id.as_ref(), subject.created)
}

/// Whether the last use of an access key bears on any decision, so that it is worth a call.
pub fn needs_last_use(
    policy: &Policy,
    memory: &UserMemory,
    key: &AccessKey,
    now: Timestamp,
) -> bool {
    let old = policy.could_be_stale(now.duration_since(key.created));
    let recorded = memory.records.contains_key(&CredentialId::from(&key.id));
    recorded || (old && key.status == CredentialStatus::Active)
}

/// The records of credentials that the user does not have any more.
fn gone<'a>(policy: &'a Policy, of: &'a Inventory) -> impl Iterator<Item = Decision> + 'a {
    let swept = |id: &CredentialId| policy.kinds.contains(&id.kind());
    let is_there = |id: &CredentialId| of.credentials.iter().any(|held| held.id == *id);
    of.memory
        .records
        .iter()
        .filter(move |(id, _)| swept(id) && !is_there(id))
        .filter(|(id, _)| !of.leaves_to_rotation(id))
        .filter_map(|(id, record)| record_of_gone(&of.user, id, record))
}

impl Inventory {
    /// Whether a credential is for rotate-key to decide on.
    fn leaves_to_rotation(&self, id: &CredentialId) -> bool {
        id.kind() == CredentialKind::AccessKey && self.binding.leaves_to_rotation()
    }
}

/// One that says `deleting`, or `deactivating` of a password, was interrupted before anybody was told. One that cannot be read stays.
pub(crate) fn record_of_gone(
    user: &UserFacts,
    id: &CredentialId,
    record: &Remembered<Record>,
) -> Option<Decision> {
    let record = record.readable()?;
    let step = match (&record.state, id) {
        (State::Deleting { .. }, _) => {
            Step::Complete { done: Action::Delete, notice: deleted(record), after: None }
        }
        (State::Deactivating { .. }, CredentialId::Password) => Step::Complete {
            done: Action::Deactivate,
            notice: password_deleted(record),
            after: None,
        },
        _ => Step::Keep(Memory::Remove),
    };
    let subject = Subject::of_record(id, record);
    let (user, user_id) = (user.name.clone(), user.id.clone());
    Some(Decision { user, user_id, subject, step, reason: Reason::Gone })
}

/// The records of users whom the account does not have any more: they are removed.
///
/// `users` are all users of the account, in whatever path. A user recreated under the same name has another id.
pub fn records_of_gone_users<'a>(
    memory: &'a AccountMemory,
    users: &[UserFacts],
) -> Vec<(&'a UserId, &'a CredentialId)> {
    let known: std::collections::BTreeSet<_> = users.iter().map(|user| &user.id).collect();
    let gone = memory.users.iter().filter(|(id, _)| !known.contains(id));
    gone.flat_map(|(user, memory)| {
        let readable = memory.records.iter().filter(|(_, record)| record.readable().is_some());
        readable.map(move |(id, _)| (user, id))
    })
    .collect()
}

impl Subject {
    /// A credential as its record remembers it.
    pub(crate) fn of_record(id: &CredentialId, record: &Record) -> Self {
        Self {
            kind: id.kind(),
            id: Some(id.clone()),
            status: CredentialStatus::Inactive,
            created: record.created.unwrap_or_else(|| record.since()),
            expires: None,
            service: None,
            last_use: LastUse::Unknown,
            last_used_with: None,
        }
    }
}
