//! Carries decisions out in the account of these properties, one call after the other, as the sweep does.

use lifecycle::credential::CredentialStatus;
use lifecycle::identifiers::CredentialId;
use lifecycle::record::{Record, Remembered, State};
use lifecycle::sweep::{Action, Decision, Memory, Reason, Step};

use crate::account::{Account, Announcement, Deletion};

/// What the executor does, one call each.
#[derive(Debug)]
pub(crate) enum Effect {
    Publish(CredentialId, Action, Reason),
    Write(CredentialId, Record),
    Deactivate(CredentialId),
    Delete(CredentialId),
    Forget(CredentialId),
}

impl Account {
    /// The calls of a step, in its order: there is no choice left.
    pub(crate) fn effects(&self, decision: &Decision) -> Vec<Effect> {
        let id = || decision.subject.id.clone().expect("live facts have ids");
        let publish = || Effect::Publish(id(), decision.action(), decision.reason.clone());
        let write = |record: &Record| Effect::Write(id(), record.clone());
        let leave =
            |record: &Option<Record>| record.as_ref().map_or_else(|| Effect::Forget(id()), write);
        match &decision.step {
            Step::Keep(memory) | Step::Report(memory) => match memory {
                Memory::Unchanged => Vec::new(),
                Memory::Write(record) => vec![write(record)],
                Memory::Remove => vec![Effect::Forget(id())],
            },
            Step::Warn { after, .. } => vec![publish(), write(after)],
            Step::Deactivate { before, after, .. } => {
                vec![write(before), Effect::Deactivate(id()), publish(), leave(after)]
            }
            Step::Delete { before, .. } => {
                vec![write(before), Effect::Delete(id()), publish(), Effect::Forget(id())]
            }
            Step::Complete { after, .. } => vec![publish(), leave(after)],
        }
    }

    pub(crate) fn apply(&mut self, effect: Effect) {
        let now = self.now;
        match effect {
            Effect::Publish(id, Action::Warn, Reason::Stale(_)) => {
                self.warned.entry(id).or_default().push(now);
            }
            Effect::Publish(id, Action::Warn, Reason::DeletionAhead { due }) => {
                let inactive = self
                    .credentials
                    .iter()
                    .any(|it| it.id == id && it.status != CredentialStatus::Active);
                self.announcements.push(Announcement { id, at: now, due, inactive });
            }
            Effect::Publish(..) => {}
            Effect::Write(id, record) => {
                if matches!(record.state, State::Deactivated { .. }) {
                    self.on_record.entry(id.clone()).or_insert(now);
                }
                let kept = record.is_of_exposure();
                assert!(kept || !self.exposed.contains(&id), "an exposure is lost: {record:?}");
                self.memory.records.insert(id, Remembered::Readable(record));
            }
            Effect::Deactivate(id) if id == CredentialId::Password => {
                self.credentials.retain(|it| it.id != id);
            }
            Effect::Deactivate(id) => {
                for it in self.credentials.iter_mut().filter(|it| it.id == id) {
                    it.status = CredentialStatus::Inactive;
                }
            }
            Effect::Delete(id) => {
                for it in self.credentials.iter().filter(|it| it.id == id) {
                    let (last_use, seen_active) =
                        (it.last_use.clone(), self.seen_active.get(&id).copied());
                    let id = id.clone();
                    self.deletions.push(Deletion { id, at: now, last_use, seen_active });
                }
                self.credentials.retain(|it| it.id != id);
            }
            Effect::Forget(id) => {
                let exists = self.credentials.iter().any(|it| it.id == id);
                assert!(!exists || !self.exposed.contains(&id), "an exposure is forgotten: {id}");
                self.memory.records.remove(&id);
            }
        }
    }
}
