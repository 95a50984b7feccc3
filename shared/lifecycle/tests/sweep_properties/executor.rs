//! Carries decisions out in the account of these properties, one call after the other, as the sweep does.

use jiff::Timestamp;
use lifecycle::credential::CredentialStatus;
use lifecycle::identifiers::CredentialId;
use lifecycle::record::{Record, RecordedState, record_tag};
use lifecycle::sweep::{Action, Decision, Note, Reason};

use crate::account::{Account, Announcement, Deletion};

/// What the executor does, one call each.
#[derive(Debug)]
pub(crate) enum Effect {
    Publish(CredentialId, Action, Reason),
    Write(CredentialId, Record),
    Deactivate(CredentialId),
    Delete(CredentialId),
    Untag(CredentialId),
}

impl Account {
    pub(crate) fn effects(&self, decision: &Decision) -> Vec<Effect> {
        let id = decision.subject.id.clone().expect("live facts have ids");
        let publish = Effect::Publish(id.clone(), decision.action, decision.reason.clone());
        let note = decision.note.iter().map(|note| match note {
            Note::Write(record) => Effect::Write(id.clone(), record.clone()),
            Note::Remove => Effect::Untag(id.clone()),
        });
        match decision.action {
            Action::Keep | Action::Report => note.collect(),
            Action::Warn => [publish].into_iter().chain(note).collect(),
            Action::Deactivate | Action::Delete if decision.reason == Reason::Gone => {
                vec![publish, Effect::Untag(id)]
            }
            Action::Deactivate => {
                let due = self.policy.delete.then(|| self.now + self.policy.grace);
                let begun = matches!(decision.reason, Reason::Interrupted { .. });
                let begin = self.deactivation(decision, RecordedState::Deactivating, None);
                let end = self.deactivation(decision, RecordedState::Deactivated, due);
                let begin = (!begun).then(|| Effect::Write(id.clone(), begin));
                let rest = [Effect::Deactivate(id.clone()), publish, Effect::Write(id, end)];
                begin.into_iter().chain(rest).collect()
            }
            Action::Delete => {
                let record = self.record(&id).expect("only what is on record is deleted");
                let announced = [RecordedState::Announced, RecordedState::Deleting];
                assert!(announced.contains(&record.state), "unannounced: {record}");
                let record = Record { state: RecordedState::Deleting, ..record };
                vec![
                    Effect::Write(id.clone(), record),
                    Effect::Delete(id.clone()),
                    publish,
                    Effect::Untag(id),
                ]
            }
        }
    }

    /// Which version replaced a key, and that it was exposed, outlives its deactivation.
    fn deactivation(
        &self,
        decision: &Decision,
        state: RecordedState,
        due: Option<Timestamp>,
    ) -> Record {
        let earlier = decision.subject.id.as_ref().and_then(|id| self.record(id));
        let exposed = earlier.clone().filter(Record::is_of_exposure);
        Record {
            state,
            at: self.now,
            due,
            told: None,
            created: Some(decision.subject.created),
            version: earlier.and_then(|record| record.version),
            by: exposed.as_ref().map_or_else(|| "sweep".to_owned(), |record| record.by.clone()),
            event: exposed.and_then(|record| record.event),
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
                if record.state == RecordedState::Deactivated {
                    self.on_record.entry(id.clone()).or_insert(now);
                }
                let kept = record.is_of_exposure() && record.event.is_some();
                assert!(kept || !self.exposed.contains(&id), "an exposure is lost: {record}");
                self.user.tags.insert(record_tag(id), record.to_string());
            }
            Effect::Deactivate(id) if id == CredentialId::password() => {
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
            Effect::Untag(id) => {
                let exists = self.credentials.iter().any(|it| it.id == id);
                assert!(!exists || !self.exposed.contains(&id), "an exposure is forgotten: {id}");
                self.user.tags.remove(&record_tag(&id));
            }
        }
    }
}
