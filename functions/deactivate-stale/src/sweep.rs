//! The sweep of one account, from the report to the last tag.

use std::time::Duration;

use futures_util::StreamExt;
use lifecycle::identifiers::{CredentialId, UserId};
use lifecycle::sweep::{Decision, Plan, UserFacts, evaluate};
use notice::Notice;

use crate::config::Mode;
use crate::gather::{Gathered, Suspect};
use crate::ledger::{Ledger, Outcome};
use crate::{Error, Sweep};

/// How many users are looked at at once.
const AT_ONCE: usize = 8;

/// No user is begun with less time than this left: enough, on an ordinary day, for the calls that one user takes.
pub(crate) const BETWEEN_USERS: Duration = Duration::from_secs(75);

/// What is kept for the report, the metrics and the notice of a limit.
const RESERVE: Duration = Duration::from_secs(45);

/// Calls `f` for every item, some at a time, and returns the answers in no particular order.
pub(crate) async fn in_parallel<I, F: Future>(items: Vec<I>, f: impl Fn(I) -> F) -> Vec<F::Output> {
    futures_util::stream::iter(items.into_iter().map(f)).buffer_unordered(AT_ONCE).collect().await
}

/// What became of the closer look at one user.
enum Looked {
    At(Suspect, UserFacts, Plan),
    Failed(Suspect, iam_client::Error),
    Gone,
    OutOfTime,
}

impl Sweep<'_> {
    /// Sweeps the account. Everything that may be deactivated or deleted is known before the first of it is, so that the limits hold.
    pub(crate) async fn run(&self) -> Result<Ledger, Error> {
        let gathered = self.in_time(self.gather()).await;
        let gathered =
            gathered.ok_or_else(|| Error::OutOfTime { account: self.account.id.clone() })?;
        let Gathered { mut ledger, removable, warnable, obsolete } = gathered?;
        self.remove(&mut ledger, removable).await;
        self.warn(&mut ledger, warnable).await;
        self.forget(&mut ledger, obsolete).await;
        ledger.conclude();
        Ok(ledger)
    }

    /// Looks at everybody from whom something may be taken away; then, within the limits, takes it away.
    async fn remove(&self, ledger: &mut Ledger, suspects: Vec<Suspect>) {
        let (mut plans, mut planned, mut out_of_time) = (Vec::new(), 0, false);
        let sweep = *self;
        let looks =
            in_parallel(suspects, move |suspect| async move { sweep.look_in_time(suspect).await });
        for looked in looks.await {
            match looked {
                Looked::At(suspect, user, plan) => {
                    planned += plan.taken_away();
                    plans.push((suspect, user, plan));
                }
                Looked::Failed(suspect, error) => {
                    // Who cannot be read makes no room for others under the limit.
                    planned += suspect.due;
                    self.unread(ledger, &suspect, &error);
                }
                Looked::Gone => {}
                Looked::OutOfTime => {
                    out_of_time = true;
                    ledger.users_left += 1;
                }
            }
        }
        plans.sort_by(|(_, a, _), (_, b, _)| a.name.cmp(&b.name));
        if planned > ledger.allowed {
            ledger.over_limit = Some(planned);
        }
        for (suspect, user, plan) in plans {
            for decision in plan.decisions {
                let outcome = if !decision.takes_away() {
                    self.within_time(&suspect, &user, &decision).await
                } else if ledger.over_limit.is_some() {
                    Outcome::OverLimit
                } else if out_of_time {
                    // Without everybody's facts nobody can tell whether the limits hold.
                    Outcome::OutOfTime
                } else {
                    self.within_time(&suspect, &user, &decision).await
                };
                ledger.record(decision, outcome);
            }
        }
    }

    /// Warns user by user, so that a run that ends early has warned some of them wholly; the next run goes on with the others.
    async fn warn(&self, ledger: &mut Ledger, suspects: Vec<Suspect>) {
        let sweep = *self;
        let answers = in_parallel(suspects, move |suspect| sweep.warn_one(suspect));
        for (looked, outcomes) in answers.await {
            match looked {
                Looked::At(_, _, plan) => {
                    for (decision, outcome) in plan.decisions.into_iter().zip(outcomes) {
                        ledger.record(decision, outcome);
                    }
                }
                Looked::Failed(suspect, error) => self.unread(ledger, &suspect, &error),
                Looked::Gone => {}
                Looked::OutOfTime => ledger.users_left += 1,
            }
        }
    }

    async fn warn_one(self, suspect: Suspect) -> (Looked, Vec<Outcome>) {
        let looked = self.look_in_time(suspect).await;
        let mut outcomes = Vec::new();
        if let Looked::At(suspect, user, plan) = &looked {
            for decision in &plan.decisions {
                outcomes.push(if decision.takes_away() {
                    Outcome::NextRun
                } else {
                    self.within_time(suspect, user, decision).await
                });
            }
        }
        (looked, outcomes)
    }

    /// Removes the records of users who are gone. What time does not allow is the next run's.
    async fn forget(&self, ledger: &mut Ledger, obsolete: Vec<(UserId, CredentialId)>) {
        if self.account.writer.is_none() {
            return;
        }
        let sweep = *self;
        let forgotten = in_parallel(obsolete, move |(user, id)| async move {
            let expected = sweep.memory.revisions.of_record(&user, &id);
            let (records, account) = (&sweep.function.records, &sweep.account.id);
            let removed = records.remove_record(account, &user, &id, &expected);
            let removed = sweep.in_time(removed).await;
            (id, removed)
        });
        for (id, removed) in forgotten.await {
            if let Some(Err(error)) = removed
                && error.kind() != iam_client::ErrorKind::Conflict
            {
                ledger.failed(format!("the record of {id}, whose user is gone"), &error);
            }
        }
    }

    async fn look_in_time(&self, suspect: Suspect) -> Looked {
        self.in_time(self.look_at(suspect)).await.unwrap_or(Looked::OutOfTime)
    }

    /// Cuts `work` off while there is still time to store the report. A run may be cut anywhere: the next one completes what was begun.
    async fn in_time<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        match self.deadline.remaining() {
            None => Some(work.await),
            Some(left) => tokio::time::timeout(left.saturating_sub(RESERVE), work).await.ok(),
        }
    }

    async fn look_at(&self, suspect: Suspect) -> Looked {
        if !self.deadline.allows(BETWEEN_USERS) {
            return Looked::OutOfTime;
        }
        match self.look(&suspect).await {
            Ok(Some(inventory)) => {
                let user = inventory.user.clone();
                let plan = evaluate(&self.function.config.policy, &[inventory], self.now);
                Looked::At(suspect, user, plan)
            }
            Ok(None) => Looked::Gone,
            Err(error) => Looked::Failed(suspect, error),
        }
    }

    async fn within_time(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
        decision: &Decision,
    ) -> Outcome {
        if decision.changes_nothing() {
            return Outcome::NothingToDo;
        }
        if !self.deadline.allows(BETWEEN_USERS) {
            return Outcome::OutOfTime;
        }
        let work = self.carry_out(suspect, user, decision);
        self.in_time(work).await.unwrap_or(Outcome::OutOfTime)
    }

    /// A user who could not be read is left alone, and the run ends in error.
    fn unread(&self, ledger: &mut Ledger, suspect: &Suspect, error: &iam_client::Error) {
        ledger.failed(format!("user {}", suspect.user.name), error);
    }

    /// Tells of a run that took nothing away, because it would have been too much.
    pub(crate) async fn tell_of_limit(&self, ledger: &mut Ledger) {
        let (Some(planned), Mode::Enforce) = (ledger.over_limit, self.function.config.mode) else {
            return;
        };
        let notice = Notice::limit_reached(&self.account.id, planned, ledger.allowed, self.now);
        if let Some(publisher) = &self.function.publisher
            && let Err(error) = publisher.publish(&self.account.alias.on(notice).await).await
        {
            ledger.failed("the notice that the limit is reached", &error);
        }
    }
}
