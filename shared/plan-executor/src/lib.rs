#![doc = include_str!("../README.md")]

mod alias;
mod failure;

use iam_client::{Existed, IamWriter};
use jiff::Timestamp;
use lifecycle::identifiers::{AccountId, CredentialId};
use lifecycle::record::Record;
use lifecycle::sweep::{Action, Decision, Memory, PlannedNotice, Step};
use notice::{Notice, NoticePublisher, Owner};
use record_store::{Expected, RecordStore};

pub use alias::AccountAlias;
pub use failure::StepFailed;

/// What decisions on one account are carried out with.
#[derive(Clone, Copy, Debug)]
pub struct PlanExecutor<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// Its name, for notices.
    pub alias: &'a AccountAlias,
    /// Changes credentials.
    pub writer: &'a IamWriter,
    /// Keeps records.
    pub records: &'a RecordStore,
    /// Sends notices; without one, nothing is done that needs one.
    pub publisher: Option<&'a NoticePublisher>,
    /// The time of the run.
    pub now: Timestamp,
}

/// A decision that is carried out, with what the decision does not hold.
struct Order<'a> {
    executor: &'a PlanExecutor<'a>,
    decision: &'a Decision,
    id: &'a CredentialId,
    owner: Owner,
}

impl PlanExecutor<'_> {
    /// Carries out `decision`. `earlier` is the record it was decided on, with what the store expects to find.
    ///
    /// # Errors
    ///
    /// When a part of it failed. What was done by then is recorded, and the next run goes on from there.
    pub async fn carry_out(
        &self,
        decision: &Decision,
        owner: Owner,
        earlier: (Option<&Record>, Expected),
    ) -> Result<(), StepFailed> {
        // Without an id there is nothing to change and nothing to record: the report has none, and whoever is to be changed was looked at.
        let Some(id) = &decision.subject.id else { return Ok(()) };
        let order = Order { executor: self, decision, id, owner };
        let (record, expected) = earlier;
        match &decision.step {
            Step::Keep(memory) | Step::Report(memory) => order.remember(memory, &expected).await,
            Step::Warn { notice, after } => {
                order.publish(notice, StepFailed::unwarned).await?;
                order.write(after, &expected).await.map(drop)
            }
            Step::Deactivate { before, notice, after } => {
                order.deactivate((record, &expected), before, notice, after.as_ref()).await
            }
            Step::Delete { before, notice } => {
                let expected = if record == Some(before) {
                    expected
                } else {
                    order.write(before, &expected).await?
                };
                // It was there a moment ago: if it is gone now, an attempt whose answer was lost deleted it.
                let (user, writer) = (&decision.user, self.writer);
                writer.delete(user, id).await?;
                order.publish(notice, StepFailed::unnotified).await?;
                order.complete(None, &expected).await
            }
            Step::Complete { done: _, notice, after } => {
                order.publish(notice, StepFailed::unnotified).await?;
                order.complete(after.as_ref(), &expected).await
            }
        }
    }
}

impl Order<'_> {
    async fn remember(&self, memory: &Memory, expected: &Expected) -> Result<(), StepFailed> {
        match memory {
            Memory::Unchanged => Ok(()),
            Memory::Write(record) => self.write(record, expected).await.map(drop),
            Memory::Remove => self.remove(expected).await,
        }
    }

    /// The record is written first, so that an interrupted deactivation is recognised, and its owner notified, by the next run.
    async fn deactivate(
        &self,
        earlier: (Option<&Record>, &Expected),
        before: &Record,
        notice: &PlannedNotice,
        after: Option<&Record>,
    ) -> Result<(), StepFailed> {
        let (record, expected) = earlier;
        let expected = self.write(before, expected).await?;
        let existed = match self.executor.writer.deactivate(&self.decision.user, self.id).await {
            Ok(existed) => existed,
            Err(error) => {
                if !error.kind().may_have_happened() {
                    self.restore(record, &expected).await;
                }
                return Err(error.into());
            }
        };
        // What is gone needs no deactivation, and it was not this run that deleted it.
        if existed == Existed::No && self.id.kind().can_be_deactivated() {
            return self.remove(&expected).await;
        }
        self.publish(notice, StepFailed::unnotified).await?;
        self.complete(after, &expected).await
    }

    /// Puts the earlier record back after a deactivation that certainly did not happen, so that the next run tries again instead of warning anew.
    ///
    /// If this fails too, the owner is warned anew, which does no harm.
    async fn restore(&self, earlier: Option<&Record>, expected: &Expected) {
        let restored = match earlier {
            Some(record) => self.write(record, expected).await.map(drop),
            None => self.remove(expected).await,
        };
        if let Err(error) = restored {
            tracing::warn!(
                user.name = self.decision.user.as_str(),
                credential.id = self.id.as_str(),
                "the earlier record of credential {} of user {} is lost, and its owner is warned anew: {error}",
                self.id,
                self.decision.user,
            );
        }
    }

    async fn complete(
        &self,
        after: Option<&Record>,
        expected: &Expected,
    ) -> Result<(), StepFailed> {
        match after {
            Some(record) => self.write(record, expected).await.map(drop),
            None => self.remove(expected).await,
        }
    }

    async fn write(&self, record: &Record, expected: &Expected) -> Result<Expected, StepFailed> {
        let PlanExecutor { account, records, .. } = self.executor;
        let written =
            records.put_record(account, &self.decision.user_id, self.id, record, expected);
        Ok(written.await?)
    }

    async fn remove(&self, expected: &Expected) -> Result<(), StepFailed> {
        let PlanExecutor { account, records, .. } = self.executor;
        let removed = records.remove_record(account, &self.decision.user_id, self.id, expected);
        Ok(removed.await?)
    }

    async fn publish(
        &self,
        planned: &PlannedNotice,
        failed: fn(Action, notice::TopicError) -> StepFailed,
    ) -> Result<(), StepFailed> {
        let PlanExecutor { account, alias, publisher, now, .. } = self.executor;
        let publisher = publisher.ok_or(StepFailed::NoTopic)?;
        let Decision { user, subject, .. } = self.decision;
        let notice = Notice::planned(account, user, self.owner.clone(), subject, planned, *now);
        let notice = alias.on(notice).await;
        let action = self.decision.action();
        publisher.publish(&notice).await.map_err(|cause| failed(action, cause))
    }
}
