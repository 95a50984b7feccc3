//! Carries decisions out, with no choice left but one guard: what is taken away is looked at once more.

use iam_client::{ErrorKind, Existed, IamWriter};
use jiff::SignedDuration;
use lambda_shell::chain;
use lifecycle::credential::CredentialKind;
use lifecycle::record::{Record, RecordedState, record_tag};
use lifecycle::sweep::{Action, Decision, Note, Reason, UserFacts, evaluate};
use notice::{Kind, Notice, NoticePublisher};

use crate::Sweep;
use crate::gather::Suspect;
use crate::ledger::Outcome;
use crate::tell::{exposed, news};

/// What a failed step was about; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StepFailed {
    #[error(transparent)]
    Iam(#[from] iam_client::Error),
    #[error("{0}")]
    Untold(&'static str, #[source] notice::PublishError),
    #[error("its record was changed by somebody else meanwhile")]
    Overtaken,
    #[error(
        "IAM user {0} has {TAGS_PER_USER} tags, which is all that IAM allows: remove one, so that the warning can be recorded"
    )]
    NoRoom(String),
    #[error("KEYSTEWARD_NOTICE_TOPIC_ARN is not set, and nothing is done that nobody is told of")]
    NoTopic,
}

/// IAM's quota of tags ("IAM and AWS STS quotas", IAM User Guide).
const TAGS_PER_USER: usize = 50;

/// A password is removed only on the word of a report this young: IAM tells nowhere else when a password was changed.
const YOUNG_REPORT: SignedDuration = SignedDuration::from_mins(15);

const UNWARNED: &str =
    "nothing was recorded, so the notice period starts when the warning gets through";
const UNREMINDED: &str =
    "it was a reminder: its date stays as it is, and the next run before that date tries again";
const DONE_UNTOLD: &str = "it is done, and the next run tells its owner";

impl StepFailed {
    fn is_denied(&self) -> bool {
        match self {
            Self::Iam(error) => error.kind() == ErrorKind::Denied,
            Self::Untold(_, error) => error.kind() == ErrorKind::Denied,
            Self::Overtaken | Self::NoRoom(_) | Self::NoTopic => false,
        }
    }
}

/// What the steps of one decision need.
struct Steps<'a> {
    sweep: &'a Sweep<'a>,
    writer: &'a IamWriter,
    user: &'a UserFacts,
    decision: &'a Decision,
}

impl Sweep<'_> {
    /// Carries out a decision that changes something.
    pub(crate) async fn carry_out(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
        decision: &Decision,
    ) -> Outcome {
        let Some(writer) = &self.account.writer else { return Outcome::DryRun };
        if self.account.is_stopped() {
            let text =
                "not tried: the last changes were all denied, so the run changes nothing more";
            return Outcome::Failed(text.to_owned());
        }
        let steps = Steps { sweep: self, writer, user, decision };
        let result = match (decision.action, &decision.reason) {
            (Action::Keep | Action::Report, _) => steps.note().await,
            (Action::Warn, _) => steps.warn().await,
            (Action::Deactivate | Action::Delete, Reason::Gone) => steps.tell_of_gone().await,
            (Action::Deactivate | Action::Delete, _) => {
                return self.take_away(suspect, user, decision, writer).await;
            }
        };
        self.outcome(result)
    }

    fn outcome(&self, result: Result<(), StepFailed>) -> Outcome {
        self.account.note_change(matches!(&result, Err(error) if error.is_denied()));
        match result {
            Ok(()) => Outcome::Done,
            Err(StepFailed::Overtaken) => Outcome::Changed(StepFailed::Overtaken.to_string()),
            Err(error) => Outcome::failed(&error),
        }
    }

    /// Looks again, decides again, and acts only if the decision is still the same.
    async fn take_away(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
        decision: &Decision,
        writer: &IamWriter,
    ) -> Outcome {
        let password = decision.subject.kind == CredentialKind::Password;
        if password && self.now.duration_since(suspect.reported) > YOUNG_REPORT {
            return Outcome::Changed(format!(
                "the credential report is from {}, and the password may have been changed since: a run with a new report decides",
                suspect.reported
            ));
        }
        let fresh = match self.look_again(&suspect.row, user, decision.subject.kind).await {
            Ok(Some(inventory)) => inventory,
            Ok(None) => return Outcome::Changed("the user is gone".to_owned()),
            Err(error) => return Outcome::failed(&error),
        };
        let user = fresh.user.clone();
        let plan = evaluate(&self.function.config.policy, &[fresh], self.now);
        let about = |other: &&Decision| {
            other.subject.kind == decision.subject.kind && other.subject.id == decision.subject.id
        };
        let Some(now) = plan.decisions.iter().find(about) else {
            return Outcome::Changed("the credential is gone".to_owned());
        };
        if now.action != decision.action || now.reason == Reason::Gone {
            return Outcome::Changed(format!("{}: {}", now.action, now.reason));
        }
        let steps = Steps { sweep: self, writer, user: &user, decision: now };
        self.outcome(if now.action == Action::Delete {
            steps.delete().await
        } else {
            steps.deactivate().await
        })
    }
}

impl Steps<'_> {
    /// The warning goes out before it is recorded: a warning that nobody got must not start the notice period, and a reminder that nobody got is given again.
    async fn warn(&self) -> Result<(), StepFailed> {
        let (kind, due) = match (&self.decision.reason, &self.decision.note) {
            (Reason::DeletionAhead { due } | Reason::DeletionReminder { due }, _) => {
                (Kind::DeletionAhead, Some(*due))
            }
            (Reason::SupersededInUse { .. }, _) => (Kind::SupersededInUse, None),
            (_, Some(Note::Write(record))) => (Kind::DeactivationAhead, record.due),
            (_, Some(Note::Remove) | None) => (Kind::DeactivationAhead, None),
        };
        self.need_room()?;
        let notice = news(self.sweep, self.user, self.decision, kind, due);
        let reminds = matches!(
            self.decision.reason,
            Reason::DeactivationReminder(_) | Reason::DeletionReminder { .. }
        );
        self.publish(notice, if reminds { UNREMINDED } else { UNWARNED }).await?;
        self.note().await
    }

    /// The record is written first, so that an interrupted deactivation is recognised, and told of, by the next run.
    async fn deactivate(&self) -> Result<(), StepFailed> {
        let Some(id) = &self.decision.subject.id else { return Ok(()) };
        let policy = &self.sweep.function.config.policy;
        let begun = matches!(self.decision.reason, Reason::Interrupted { .. });
        if !begun {
            self.write(RecordedState::Deactivating, None).await?;
        }
        let kind = self.decision.subject.kind;
        let existed = match self.writer.deactivate(&self.user.name, kind, id).await {
            Ok(existed) => existed,
            Err(error) => {
                if !begun && !error.kind().may_have_happened() {
                    self.restore().await;
                }
                return Err(error.into());
            }
        };
        // What is gone needs no deactivation, and it was not this run that took it away.
        if existed == Existed::No && kind.can_be_deactivated() {
            return self.forget().await;
        }
        let exposed = self.earlier().is_some_and(|record| record.is_of_exposure());
        let due = policy
            .delete
            .then(|| self.sweep.now.saturating_add(policy.grace).ok())
            .flatten()
            .filter(|_| kind.can_be_deactivated() && !exposed);
        let notice = self.deactivated(due);
        self.publish(notice, DONE_UNTOLD).await?;
        if kind.can_be_deactivated() {
            self.write(RecordedState::Deactivated, due).await
        } else {
            self.forget().await
        }
    }

    async fn delete(&self) -> Result<(), StepFailed> {
        let Some(id) = &self.decision.subject.id else { return Ok(()) };
        let tag = record_tag(id);
        if let Some(record) =
            self.earlier().filter(|record| record.state != RecordedState::Deleting)
        {
            let record = Record { state: RecordedState::Deleting, ..record };
            self.writer.tag_user(&self.user.name, &tag, &record.to_string()).await?;
        }
        let kind = self.decision.subject.kind;
        // It was there a moment ago: if it is gone now, an attempt whose answer was lost took it away.
        self.writer.delete(&self.user.name, kind, id).await?;
        let notice = news(self.sweep, self.user, self.decision, Kind::Deleted, None);
        self.publish(notice, DONE_UNTOLD).await?;
        self.forget().await
    }

    /// The deed was done by a run that was interrupted before it could tell.
    async fn tell_of_gone(&self) -> Result<(), StepFailed> {
        let kind = match self.decision.action {
            Action::Delete => Kind::Deleted,
            Action::Keep | Action::Report | Action::Warn | Action::Deactivate => Kind::Deactivated,
        };
        let notice = news(self.sweep, self.user, self.decision, kind, None);
        self.publish(notice, DONE_UNTOLD).await?;
        self.forget().await
    }

    async fn note(&self) -> Result<(), StepFailed> {
        self.confirm().await?;
        self.write_note().await
    }

    /// Whether the record is still the one that was decided on: the tags were read when the run began, and a rotation, an exposure or an operator may have been faster.
    async fn confirm(&self) -> Result<(), StepFailed> {
        let Some(id) = &self.decision.subject.id else { return Ok(()) };
        let fresh = match self.sweep.account.reader.user_facts(&self.user.name, false).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Err(StepFailed::Overtaken),
            other => other?,
        };
        let tag = record_tag(id);
        let value = |user: &UserFacts| {
            let found = user.tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(&tag));
            found.map(|(_, value)| value.clone())
        };
        if fresh.id != self.user.id || value(&fresh) != value(self.user) {
            return Err(StepFailed::Overtaken);
        }
        Ok(())
    }

    /// Whether there is room for a record, before anybody is told of something that could then not be recorded.
    fn need_room(&self) -> Result<(), StepFailed> {
        let adds = matches!(self.decision.note, Some(Note::Write(_))) && self.earlier().is_none();
        if adds && self.user.tags.len() >= TAGS_PER_USER {
            Err(StepFailed::NoRoom(self.user.name.to_string()))
        } else {
            Ok(())
        }
    }

    async fn write_note(&self) -> Result<(), StepFailed> {
        match (&self.decision.note, &self.decision.subject.id) {
            (Some(Note::Write(record)), Some(id)) => {
                let (tag, value) = (record_tag(id), record.to_string());
                Ok(self.writer.tag_user(&self.user.name, &tag, &value).await?)
            }
            (Some(Note::Remove), Some(_)) => self.forget().await,
            (_, None) | (None, _) => Ok(()),
        }
    }

    async fn write(
        &self,
        state: RecordedState,
        due: Option<jiff::Timestamp>,
    ) -> Result<(), StepFailed> {
        let Some(id) = &self.decision.subject.id else { return Ok(()) };
        let tag = record_tag(id);
        let earlier = self.earlier();
        let exposed = earlier.clone().filter(Record::is_of_exposure);
        let record = Record {
            state,
            at: self.sweep.now,
            due,
            told: None,
            created: Some(self.decision.subject.created),
            // Which version replaced the key still matters when its deletion is due.
            version: earlier.and_then(|record| record.version),
            by: exposed.as_ref().map_or_else(|| "sweep".to_owned(), |record| record.by.clone()),
            event: exposed.and_then(|record| record.event),
        };
        Ok(self.writer.tag_user(&self.user.name, &tag, &record.to_string()).await?)
    }

    /// Puts the earlier record back after a deactivation that certainly did not happen, so that the next run tries again instead of warning anew.
    ///
    /// If this fails too, the owner is warned anew, which does no harm.
    async fn restore(&self) {
        let Some(id) = &self.decision.subject.id else { return };
        let tag = record_tag(id);
        let restored = match self.user.tags.get(&tag) {
            Some(earlier) => self.writer.tag_user(&self.user.name, &tag, earlier).await,
            None => self.writer.untag_user(&self.user.name, &[tag]).await,
        };
        if let Err(error) = restored {
            tracing::warn!(
                user = self.user.name.as_str(),
                "the earlier record is lost: {}",
                chain(&error)
            );
        }
    }

    /// The record that the decision rests on.
    fn earlier(&self) -> Option<Record> {
        let tag = record_tag(self.decision.subject.id.as_ref()?);
        self.user.tags.get(&tag)?.parse().ok()
    }

    /// The news of a deactivation; that of an exposed key which was interrupted is still the news of an exposure.
    fn deactivated(&self, due: Option<jiff::Timestamp>) -> Notice {
        match self.earlier().filter(Record::is_of_exposure) {
            Some(record) => exposed(self.sweep, self.user, self.decision, &record),
            None => news(self.sweep, self.user, self.decision, Kind::Deactivated, due),
        }
    }

    async fn forget(&self) -> Result<(), StepFailed> {
        let Some(id) = &self.decision.subject.id else { return Ok(()) };
        Ok(self.writer.untag_user(&self.user.name, &[record_tag(id)]).await?)
    }

    async fn publish(&self, notice: Notice, if_untold: &'static str) -> Result<(), StepFailed> {
        let publisher: &NoticePublisher =
            self.sweep.function.publisher.as_ref().ok_or(StepFailed::NoTopic)?;
        let notice = self.sweep.account.named(notice).await;
        publisher.publish(&notice).await.map_err(|cause| StepFailed::Untold(if_untold, cause))
    }
}
