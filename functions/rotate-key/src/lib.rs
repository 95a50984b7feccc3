#![doc = include_str!("../README.md")]

mod config;
mod create;
mod error;
mod event;
mod finish;
mod gather;
mod home;
mod metrics;
mod notify;
mod retire;
mod round;
mod test_key;

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda_shell::Deadline;
use lifecycle::rotation::{Admission, Done, Move, RotationStep, admit, next};
use notice::NoticePublisher;
use record_store::RecordStore;
use secret_store::SecretStore;
use serde_json::{Value, json};

pub use config::Config;
pub use error::Error;
pub use event::{Event, EventError, RotationEvent, RoundEvent};
pub use round::{Failure, RoundError};

use gather::Gathered;
use home::Iam;

/// Takes one line of metrics.
pub type MetricSink = fn(&Value);

/// The function: its clients, made once, and its settings.
#[derive(Debug)]
pub struct RotateKey {
    iam: Iam,
    store: SecretStore,
    records: RecordStore,
    publisher: Option<NoticePublisher>,
    sdk: SdkConfig,
    config: Config,
    metrics: MetricSink,
}

/// One invocation: the event, the time, and how much of it is left.
#[derive(Clone, Copy)]
struct Invocation<'a> {
    function: &'a RotateKey,
    event: &'a RotationEvent,
    now: Timestamp,
    deadline: Deadline,
    time_at_start: Option<Duration>,
}

/// What a step achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    AlreadyCurrent,
    AlreadyCreated,
    Created,
    AnotherAttemptWon,
    OrphansRemoved,
    IdentitiesAgree,
    NothingToTest,
    Tested,
    Promoted,
    PromotionCompleted,
    AlreadyFinished,
}

impl Outcome {
    fn as_str(self) -> &'static str {
        match self {
            Self::AlreadyCurrent => "already-current",
            Self::AlreadyCreated => "already-created",
            Self::Created => "created",
            Self::AnotherAttemptWon => "another-attempt-won",
            Self::OrphansRemoved => "orphans-removed",
            Self::IdentitiesAgree => "identities-agree",
            Self::NothingToTest => "nothing-to-test",
            Self::Tested => "tested",
            Self::Promoted => "promoted",
            Self::PromotionCompleted => "promotion-completed",
            Self::AlreadyFinished => "already-finished",
        }
    }
}

impl RotateKey {
    /// The function with clients for the account that `sdk` signs in to; metrics go to `metrics`.
    pub fn new(sdk: &SdkConfig, config: Config, metrics: MetricSink) -> Self {
        Self {
            iam: Iam::new(sdk),
            store: SecretStore::new(sdk),
            records: RecordStore::new(sdk, config.table.clone(), "rotate-key"),
            publisher: config.notice_topic.clone().map(|topic| NoticePublisher::new(sdk, topic)),
            sdk: sdk.clone(),
            config,
            metrics,
        }
    }

    /// Takes one step of a rotation, or makes the daily round; doing so again after success changes nothing.
    ///
    /// # Errors
    ///
    /// When a step did not reach its goal: Secrets Manager then starts the rotation over with the same token. When a round
    /// did not go through: the next one does the rest.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        // Boxed, because each of the two is large, and callers nest them deeper than the compiler likes to look.
        match Event::parse(&event)? {
            Event::Rotation(event) => Box::pin(self.rotate(&event, now, deadline)).await,
            Event::Round(event) => Ok(Box::pin(round::make(self, &event, now, deadline)).await?),
        }
    }

    async fn rotate(
        &self,
        event: &RotationEvent,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        let time_at_start = deadline.remaining();
        let outcome =
            Invocation { function: self, event, now, deadline, time_at_start }.take_step().await?;
        tracing::info!(
            secret.arn = event.secret.as_str(),
            rotation.step = event.step.as_str(),
            rotation.token = event.token.as_str(),
            outcome = outcome.as_str(),
            "{} of secret {}: {}",
            event.step,
            event.secret,
            outcome.as_str()
        );
        Ok(json!({ "step": event.step.as_str(), "outcome": outcome.as_str() }))
    }
}

impl Invocation<'_> {
    async fn take_step(&self) -> Result<Outcome, Error> {
        let stages = self
            .function
            .store
            .describe(&self.event.secret)
            .await
            .map_err(|cause| self.store_failed(cause))?;
        match admit(&self.event.token, &stages) {
            Admission::Refuse(refusal) => return Err(self.refused(refusal)),
            Admission::AlreadyCurrent if self.event.step != RotationStep::FinishSecret => {
                return Ok(Outcome::AlreadyCurrent);
            }
            Admission::AlreadyCurrent | Admission::Proceed => {}
        }
        let gathered = self.gather(&stages).await?;
        let policy = self.policy();
        let next = next(self.event.step, &self.facts(&gathered, &policy));
        self.execute(next, &gathered).await
    }

    async fn execute(&self, next: Move, gathered: &Gathered) -> Result<Outcome, Error> {
        match next {
            Move::Nothing(Done::AlreadyCreated) => Ok(Outcome::AlreadyCreated),
            Move::Nothing(Done::IdentitiesAgree) => Ok(Outcome::IdentitiesAgree),
            Move::Nothing(Done::NothingToTest) => Ok(Outcome::NothingToTest),
            Move::Nothing(Done::AlreadyFinished) => Ok(Outcome::AlreadyFinished),
            Move::CreateKey { after_removing, lease } => {
                self.create_key(gathered, &after_removing, &lease).await
            }
            Move::RemoveOrphans(orphans) => {
                self.remove(gathered, &orphans).await.map(|()| Outcome::OrphansRemoved)
            }
            Move::RecordSuperseded { key, record } => {
                Err(self.record_superseded(gathered, &key, &record).await?)
            }
            Move::AbandonPending { key, why } => self.abandon(gathered, &key, why).await,
            Move::TestKey(key) => self.test_key(gathered, &key).await.map(|()| Outcome::Tested),
            Move::Promote { from, then } => self.promote(gathered, &from, &then).await,
            Move::CompletePromotion(then) => {
                self.complete(gathered, &then).await.map(|()| Outcome::PromotionCompleted)
            }
            Move::Refuse(refusal) => Err(self.refused(refusal)),
        }
    }

    fn refused(&self, refusal: lifecycle::rotation::Refusal) -> Error {
        Error::Refused { step: self.event.step, secret: self.event.secret.clone(), refusal }
    }

    fn store_failed(&self, cause: secret_store::Error) -> Error {
        Error::Store { step: self.event.step, secret: self.event.secret.clone(), cause }
    }

    fn iam_failed(&self, cause: iam_client::Error) -> Error {
        Error::Iam { step: self.event.step, secret: self.event.secret.clone(), cause }
    }

    fn memory_failed(&self, cause: record_store::Error) -> Error {
        Error::Memory { step: self.event.step, secret: self.event.secret.clone(), cause }
    }

    fn needs(&self, needed: Duration) -> Result<(), Error> {
        if self.deadline.allows(needed) {
            Ok(())
        } else {
            Err(Error::OutOfTime {
                step: self.event.step,
                secret: self.event.secret.clone(),
                needed,
            })
        }
    }
}
