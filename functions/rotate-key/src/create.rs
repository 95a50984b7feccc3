//! `createSecret`: makes the new key and stores it, or undoes what it made.

use std::time::Duration;

use iam_client::{CreatedKey, ErrorKind};
use jiff::Timestamp;
use lifecycle::identifiers::AccessKeyId;
use lifecycle::record::{INTENT_TAG, Intent, Record, RecordedState, record_tag};
use lifecycle::rotation::{Abandonment, Refusal, Removal, RemovalReason, Tagged, VersionStage};
use secret_store::SecretDocument;

use crate::gather::Facts;
use crate::{Error, Invocation, Outcome};

/// Creating, storing, reading back and, if need be, deleting take no longer than this: 15 + 20 + 20 + 20 seconds.
const TIME_TO_CREATE: Duration = Duration::from_secs(75);

/// A key that IAM does not list is believed to be gone when this many looks, this far apart, agree.
///
/// New keys are missing from the list for some 15 seconds at most; this is twice as long.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

impl Invocation<'_> {
    pub(crate) async fn create_key(
        &self,
        facts: &Facts,
        after_removing: &[Removal],
    ) -> Result<Outcome, Error> {
        // A value that could not take the new key is found out before a key is made.
        let region = self.event.secret.region();
        let document = |id: &AccessKeyId, secret: &str| {
            facts.current.with_key(id, secret, region).map_err(|cause| {
                let version = facts.versions.current.version.clone();
                self.store_failed(secret_store::Error::Document {
                    secret: self.event.secret.clone(),
                    version,
                    cause,
                })
            })
        };
        document(&facts.current.key().id, facts.current.key().expose_secret())?;
        self.needs(TIME_TO_CREATE)?;
        self.remove(facts, after_removing).await?;
        self.record_intent(facts).await?;

        let user = &facts.user.identity.name;
        let made = self
            .function
            .writer
            .create_access_key(user)
            .await
            .map_err(|cause| self.iam_failed(cause))?;
        tracing::info!(
            user.name = user.as_str(),
            key.id = made.id.as_str(),
            "created access key {} of {user}",
            made.id
        );
        match document(&made.id, made.secret.expose()) {
            Ok(document) => self.store(facts, &made, &document).await,
            Err(error) => {
                self.undo(facts, &made).await?;
                Err(error)
            }
        }
    }

    /// Stores the new key. If that fails, or another attempt stored one first, the key is deleted: nobody else holds it.
    async fn store(
        &self,
        facts: &Facts,
        made: &CreatedKey,
        document: &SecretDocument,
    ) -> Result<Outcome, Error> {
        let event = self.event;
        let put = self
            .function
            .store
            .put_pending(&event.secret, &event.token, document, event.proof.as_ref())
            .await;
        let stored = self
            .document(&event.token)
            .await
            .map(|document| document.map(|document| document.key().id.clone()));
        match (put, stored) {
            (_, Ok(Some(key))) if key == made.id => Ok(Outcome::Created),
            (_, Ok(Some(_))) => {
                self.undo(facts, made).await?;
                Ok(Outcome::AnotherAttemptWon)
            }
            (Ok(()), Ok(None)) => Err(Error::NotReadBack { secret: event.secret.clone() }),
            (Ok(()), Err(error)) => Err(error),
            (Err(cause), Ok(None)) => {
                self.undo(facts, made).await?;
                Err(self.store_failed(cause))
            }
            // Whether it was stored is unknown only if no answer came: then the key stays, and the next attempt finds out.
            (Err(cause), Err(_)) => {
                if !cause.kind().may_have_happened() && cause.kind() != ErrorKind::Throttled {
                    self.undo(facts, made).await?;
                }
                Err(self.store_failed(cause))
            }
        }
    }

    async fn undo(&self, facts: &Facts, made: &CreatedKey) -> Result<(), Error> {
        let user = &facts.user.identity.name;
        self.function
            .writer
            .delete_access_key(user, &made.id)
            .await
            .map_err(|cause| self.iam_failed(cause))?;
        tracing::info!(
            user.name = user.as_str(),
            key.id = made.id.as_str(),
            "deleted key {}, which was not stored",
            made.id
        );
        Ok(())
    }

    async fn record_intent(&self, facts: &Facts) -> Result<(), Error> {
        let current = facts.slots.iter().find(|slot| slot.key.id == facts.versions.current.key);
        let until = self.now.saturating_add(self.lifetime()).unwrap_or(Timestamp::MAX);
        let intent = Intent {
            token: self.event.token.clone(),
            from: whole_seconds(self.now),
            until: whole_seconds(until),
            created: current.map_or(whole_seconds(self.now), |slot| slot.key.created),
        };
        let (user, value) = (&facts.user.identity.name, intent.to_string());
        self.function
            .writer
            .tag_user(user, INTENT_TAG, &value)
            .await
            .map_err(|cause| self.iam_failed(cause))
    }

    pub(crate) async fn remove(&self, facts: &Facts, removals: &[Removal]) -> Result<(), Error> {
        let (user, writer) = (&facts.user.identity.name, &self.function.writer);
        for Removal { key, active, reason } in removals {
            self.check_still_removable(facts, key, *reason).await?;
            if *active {
                writer
                    .deactivate_access_key(user, key)
                    .await
                    .map_err(|cause| self.iam_failed(cause))?;
            }
            writer.delete_access_key(user, key).await.map_err(|cause| self.iam_failed(cause))?;
            let reason = match reason {
                RemovalReason::Orphan => "an attempt that ended before storing it left it behind",
                RemovalReason::Superseded => "it was superseded, and its overlap is over",
                RemovalReason::Deactivated => "it was deactivated, and its grace is over",
            };
            tracing::info!(
                user.name = user.as_str(),
                key.id = key.as_str(),
                reason,
                "deleted access key {key} of {user}"
            );
            if facts.user.tags.contains_key(&record_tag(key)) {
                writer
                    .untag_user(user, &record_tag(key))
                    .await
                    .map_err(|cause| self.iam_failed(cause))?;
            }
        }
        Ok(())
    }

    /// Reads again the one live fact that a removal rests on.
    async fn check_still_removable(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        reason: RemovalReason,
    ) -> Result<(), Error> {
        let (secret, token) = (&self.event.secret, &self.event.token);
        let changed = match reason {
            // No attempt has stored the orphan meanwhile.
            RemovalReason::Orphan => {
                self.document(token).await?.is_some_and(|document| document.key().id == *key)
            }
            // Nobody has rolled back to the old key meanwhile.
            RemovalReason::Superseded | RemovalReason::Deactivated => {
                let stages = self
                    .function
                    .store
                    .describe(secret)
                    .await
                    .map_err(|cause| self.store_failed(cause))?;
                !stages.has(&facts.versions.current.version, &VersionStage::Current)
            }
        };
        if changed {
            Err(Error::Overtaken {
                step: self.event.step,
                secret: secret.clone(),
                key: key.clone(),
            })
        } else {
            Ok(())
        }
    }

    /// Starts the overlap of a superseded key that has no record, and returns the refusal this attempt ends with.
    pub(crate) async fn record_superseded(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
    ) -> Result<Error, Error> {
        let created =
            facts.slots.iter().find(|slot| slot.key.id == *key).map(|slot| slot.key.created);
        let at = self.write_superseded(facts, key, created).await?;
        Ok(self.refused(Refusal::OverlapNotOver {
            key: key.clone(),
            until: self.policy().kept_until(at),
        }))
    }

    /// Writes that `key` is superseded from now on, and returns when that is.
    pub(crate) async fn write_superseded(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        created: Option<Timestamp>,
    ) -> Result<Timestamp, Error> {
        let at = whole_seconds(self.now);
        let record = Record {
            state: RecordedState::Superseded,
            at,
            due: None,
            created,
            by: "rotate-key".to_owned(),
        };
        let (user, tag, value) = (&facts.user.identity.name, record_tag(key), record.to_string());
        self.function
            .writer
            .tag_user(user, &tag, &value)
            .await
            .map_err(|cause| self.iam_failed(cause))?;
        Ok(at)
    }

    /// Gives up the token, when its key is certainly gone or was never a new one.
    pub(crate) async fn abandon(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        why: Abandonment,
    ) -> Result<Outcome, Error> {
        let why = match why {
            Abandonment::CopyOfCurrent => {
                "it holds a copy of the current value, left behind when rotation was set up"
            }
            Abandonment::KeyGone => {
                self.needs(LOOKS * (BETWEEN_LOOKS + Duration::from_secs(20)))?;
                for _ in 0..LOOKS {
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                    if self.is_listed(&facts.user, key).await? {
                        return Ok(Outcome::AlreadyCreated);
                    }
                }
                "somebody deleted its key"
            }
        };
        let event = self.event;
        self.function
            .store
            .abandon_pending(&event.secret, &event.token)
            .await
            .map_err(|cause| self.store_failed(cause))?;
        Err(Error::Abandoned { secret: event.secret.clone(), why })
    }
}

/// `at` as it is written in tags.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// When the key that the rotation replaces was created, as its intent remembers.
pub(crate) fn created_of_superseded(facts: &Facts) -> Option<Timestamp> {
    match &facts.intent {
        Tagged::Readable(intent) if intent.token == facts.versions.token => Some(intent.created),
        Tagged::Absent | Tagged::Readable(_) | Tagged::Unreadable(_) => None,
    }
}
