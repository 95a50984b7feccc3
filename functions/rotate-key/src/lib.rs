#![doc = include_str!("../README.md")]

mod config;
mod create;
mod error;
mod event;
mod finish;
mod gather;
mod home;
mod retire;
mod test_key;

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda_shell::Deadline;
use lifecycle::rotation::{Admission, Done, Move, RotationStep, admit, next};
use notice::NoticePublisher;
use secret_store::SecretStore;
use serde_json::{Value, json};

pub use config::Config;
pub use error::Error;
pub use event::{EventError, RotationEvent};

use gather::Facts;
use home::Iam;

/// The function: its clients, made once, and its settings.
#[derive(Debug)]
pub struct RotateKey {
    iam: Iam,
    store: SecretStore,
    publisher: Option<NoticePublisher>,
    sdk: SdkConfig,
    config: Config,
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
    /// The function with clients for the account that `sdk` signs in to.
    pub fn new(sdk: &SdkConfig, config: Config) -> Self {
        Self {
            iam: Iam::new(sdk),
            store: SecretStore::new(sdk),
            publisher: config.notice_topic.clone().map(|topic| NoticePublisher::new(sdk, topic)),
            sdk: sdk.clone(),
            config,
        }
    }

    /// Takes one step of a rotation; taking it again after success changes nothing.
    ///
    /// # Errors
    ///
    /// When the step did not reach its goal. Secrets Manager then starts the rotation over with the same token.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        let event = RotationEvent::parse(&event)?;
        let time_at_start = deadline.remaining();
        let outcome = Invocation { function: self, event: &event, now, deadline, time_at_start }
            .take_step()
            .await?;
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
        let facts = self.gather(&stages).await?;
        let policy = self.policy();
        let next =
            next(self.event.step, &facts.versions, &facts.slots, &facts.intent, &policy, self.now);
        self.execute(next, &facts).await
    }

    async fn execute(&self, next: Move, facts: &Facts) -> Result<Outcome, Error> {
        match next {
            Move::Nothing(Done::AlreadyCreated) => Ok(Outcome::AlreadyCreated),
            Move::Nothing(Done::IdentitiesAgree) => Ok(Outcome::IdentitiesAgree),
            Move::Nothing(Done::NothingToTest) => Ok(Outcome::NothingToTest),
            Move::Nothing(Done::AlreadyFinished) => Ok(Outcome::AlreadyFinished),
            Move::CreateKey { after_removing } => self.create_key(facts, &after_removing).await,
            Move::RemoveOrphans(orphans) => {
                self.remove(facts, &orphans).await.map(|()| Outcome::OrphansRemoved)
            }
            Move::RecordSuperseded(key) => Err(self.record_superseded(facts, &key).await?),
            Move::AbandonPending { key, why } => self.abandon(facts, &key, why).await,
            Move::TestKey(key) => self.test_key(facts, &key).await.map(|()| Outcome::Tested),
            Move::Promote { key, from, superseded } => {
                self.promote(facts, &key, &from, &superseded).await
            }
            Move::CompletePromotion { key, superseded } => self
                .complete(facts, &key, superseded.as_ref())
                .await
                .map(|()| Outcome::PromotionCompleted),
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
