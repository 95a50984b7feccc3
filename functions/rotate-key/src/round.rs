//! The daily round: what becomes of the keys of bound users between two rotations.

mod account;
mod bound;
mod error;
mod failure;
mod unbound;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::StreamExt;
use jiff::Timestamp;
use lambda_shell::{Deadline, chain};
use lifecycle::identifiers::{Arn, CredentialId, UserId};
use lifecycle::record::Remembered;
use lifecycle::rotation::Policy;
use lifecycle::sweep::UserFacts;
use notice::{Notice, NoticePublisher, Owner};
use record_store::Loaded;
use serde_json::{Value, json};

pub use error::{Failure, RoundError};

use crate::{RotateKey, RoundEvent, metrics};
use account::Account;
use failure::UserFailed;

/// How many users are looked at at once.
const AT_ONCE: usize = 8;

/// No user is begun with less time than this left.
const BETWEEN_USERS: Duration = Duration::from_secs(45);

/// What is kept for the metrics and the answer.
const RESERVE: Duration = Duration::from_secs(10);

/// One round over one account.
#[derive(Clone, Copy)]
struct Round<'a> {
    function: &'a RotateKey,
    publisher: &'a NoticePublisher,
    account: &'a Account,
    loaded: &'a Loaded,
    policy: &'a Policy,
    now: Timestamp,
    deadline: Deadline,
}

/// What was done for one user, or in a whole round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    /// Notices ahead of a change, and reminders.
    warned: usize,
    deactivated: usize,
    deleted: usize,
    /// Records and memories that were written or removed, and nothing else.
    recorded: usize,
    /// What was decided, and not done because a fact had changed by then.
    changed: usize,
    /// Users who lost the tag of a secret that still rotates their keys.
    tags_gone: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.warned += other.warned;
        self.deactivated += other.deactivated;
        self.deleted += other.deleted;
        self.recorded += other.recorded;
        self.changed += other.changed;
        self.tags_gone += other.tags_gone;
    }
}

/// What became of one user.
enum Visited {
    Done(Counts, Vec<UserFailed>),
    OutOfTime,
}

/// What a round does for one user.
#[derive(Debug)]
enum Visit {
    /// Decides on the keys of a bound user.
    Bound(UserFacts),
    /// Looks after what is remembered of a user without the tag.
    Unbound(UserFacts),
    /// Forgets the rotation of a user who is gone.
    Gone(UserId),
}

impl Visit {
    fn name(&self) -> String {
        match self {
            Self::Bound(user) | Self::Unbound(user) => format!("user {}", user.name),
            Self::Gone(id) => format!("user with the id {id}, who is gone"),
        }
    }
}

/// Makes the round, answers the counts, and writes the metrics whatever becomes of it.
pub(crate) async fn make(
    function: &RotateKey,
    event: &RoundEvent,
    now: Timestamp,
    deadline: Deadline,
) -> Result<Value, RoundError> {
    let made = attempt(function, event, now, deadline).await;
    if matches!(&made, Err(error) if !error.is_of_a_whole_round()) {
        // Without an answer of STS the function does not know its own account.
        let account = event.account.as_ref().map_or("own", |account| account.as_str());
        (function.metrics)(&metrics::failure(account, now));
    }
    made
}

async fn attempt(
    function: &RotateKey,
    event: &RoundEvent,
    now: Timestamp,
    deadline: Deadline,
) -> Result<Value, RoundError> {
    let publisher = function.publisher.as_ref().ok_or(RoundError::NoTopic)?;
    let account = Account::open(function, event.account.as_ref()).await?;
    let read = async {
        let loaded = function.records.account(&account.id, now).await;
        let loaded =
            loaded.map_err(|cause| RoundError::Memory { account: account.id.clone(), cause })?;
        let users = account.reader.users().await;
        let users =
            users.map_err(|cause| RoundError::Account { account: account.id.clone(), cause })?;
        Ok((loaded, users))
    };
    let read = in_time(deadline, read).await;
    let (loaded, users) = read.ok_or(RoundError::OutOfTime { account: account.id.clone() })??;
    let policy = Policy {
        overlap: function.config.overlap,
        grace: function.config.superseded_grace,
        attempt_lifetime: Policy::LONGEST_ATTEMPT,
    };
    let (account, loaded, policy) = (&account, &loaded, &policy);
    let round = Round { function, publisher, account, loaded, policy, now, deadline };
    round.visit_all(users).await
}

impl Round<'_> {
    async fn visit_all(&self, users: Vec<UserFacts>) -> Result<Value, RoundError> {
        let visits = self.visits(users);
        let bound = visits.iter().filter(|visit| matches!(visit, Visit::Bound(_))).count();
        let round = *self;
        let visited = visits.into_iter().map(move |visit| round.visit(visit));
        let mut visited = futures_util::stream::iter(visited).buffer_unordered(AT_ONCE);
        let (mut counts, mut failures, mut left) = (Counts::default(), Vec::new(), Vec::new());
        while let Some((user, visited)) = visited.next().await {
            match visited {
                Visited::Done(done, failed) => {
                    counts.add(done);
                    let failed = failed.iter().map(|error| chain(error));
                    failures.extend(failed.map(|error| Failure { user: user.clone(), error }));
                }
                Visited::OutOfTime => left.push(user),
            }
        }
        failures.sort_by(|a, b| (&a.user, &a.error).cmp(&(&b.user, &b.error)));
        left.sort();
        self.conclude(bound, counts, failures, left)
    }

    /// Whom there is anything to do for.
    fn visits(&self, users: Vec<UserFacts>) -> Vec<Visit> {
        let memory = &self.loaded.memory;
        let known: BTreeSet<_> = users.iter().map(|user| user.id.clone()).collect();
        let gone = memory.users.iter().filter(|(id, memory)| {
            let rotation = memory.rotation.readable();
            rotation.is_some_and(|rotation| self.is_here(&rotation.secret)) && !known.contains(id)
        });
        let gone = gone.map(|(id, _)| Visit::Gone(id.clone()));
        let of_user = |user: UserFacts| match (user.bound_to(), &memory.of(&user.id).rotation) {
            (Some(tag), _) => {
                let elsewhere = tag.parse().is_ok_and(|secret| !self.is_here(&secret));
                (!elsewhere).then_some(Visit::Bound(user))
            }
            (None, Remembered::Absent) => None,
            (None, Remembered::Readable(rotation)) if !self.is_here(&rotation.secret) => None,
            (None, Remembered::Readable(_) | Remembered::Unreadable(_)) => {
                Some(Visit::Unbound(user))
            }
        };
        let path = &self.function.config.user_path;
        let users = users.into_iter().filter(|user| path.covers(&user.path)).collect::<Vec<_>>();
        users.into_iter().filter_map(of_user).chain(gone).collect()
    }

    /// Whether this function can be the one that rotates a secret: Secrets Manager invokes none of another Region, and a member account that keeps
    /// a secret of its own has a function of its own. The round of that function decides then.
    fn is_here(&self, secret: &Arn) -> bool {
        let own = self.function.sdk.region().map(AsRef::as_ref);
        let in_region = own.is_none_or(|own: &str| own == secret.region());
        in_region && !self.account.is_of_member(secret)
    }

    /// Does what is due for one user, and answers for whom.
    async fn visit(self, visit: Visit) -> (String, Visited) {
        let name = visit.name();
        if !self.deadline.allows(BETWEEN_USERS) {
            return (name, Visited::OutOfTime);
        }
        let work = async {
            let (mut counts, mut failures) = (Counts::default(), Vec::new());
            let visited = match &visit {
                Visit::Bound(user) => self.visit_bound(user, &mut counts, &mut failures).await,
                Visit::Unbound(user) => self.visit_unbound(user, &mut counts).await,
                Visit::Gone(user) => self.forget(user, &mut counts).await,
            };
            failures.extend(visited.err());
            Visited::Done(counts, failures)
        };
        (name, in_time(self.deadline, work).await.unwrap_or(Visited::OutOfTime))
    }

    fn conclude(
        &self,
        bound: usize,
        counts: Counts,
        failures: Vec<Failure>,
        left: Vec<String>,
    ) -> Result<Value, RoundError> {
        let account = &self.account.id;
        let made = metrics::Made {
            account,
            users: bound,
            left: left.len(),
            failures: failures.len(),
            deactivated: counts.deactivated,
            deleted: counts.deleted,
        };
        (self.function.metrics)(&made.line(self.now));
        let summary = json!({
            "account": account.as_str(), "users": bound, "warned": counts.warned,
            "deactivated": counts.deactivated, "deleted": counts.deleted, "recorded": counts.recorded,
            "changed": counts.changed, "tags_gone": counts.tags_gone, "failures": failures.len(), "left": left.len(),
        });
        tracing::info!(summary = %summary, "made the round of account {account}");
        if failures.is_empty() && left.is_empty() {
            return Ok(summary);
        }
        Err(RoundError::Incomplete { account: account.clone(), failures, left })
    }

    /// Whom the user's tags name as owner, of one key or of all.
    fn owner(&self, user: &UserFacts, id: Option<&CredentialId>) -> Owner {
        Owner::of_tags(&user.tags, &self.function.config.owner_tag, id.map(CredentialId::as_str))
    }

    async fn publish(&self, notice: Notice) -> Result<(), UserFailed> {
        let notice = self.account.alias.on(notice).await;
        Ok(self.publisher.publish(&notice).await?)
    }
}

/// Cuts `work` off while there is still time to answer. A round may be cut anywhere: the next one completes what was begun.
async fn in_time<T>(deadline: Deadline, work: impl Future<Output = T>) -> Option<T> {
    match deadline.remaining() {
        None => Some(work.await),
        Some(left) => tokio::time::timeout(left.saturating_sub(RESERVE), work).await.ok(),
    }
}
