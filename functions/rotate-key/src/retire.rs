//! Takes away what nobody relies on: keys, records of keys, and a pending version that cannot become current.

use std::time::Duration;

use jiff::Timestamp;
use lifecycle::identifiers::{AccessKeyId, VersionId};
use lifecycle::record::{Record, RecordedState, record_tag};
use lifecycle::rotation::{Abandonment, Refusal, Removal, RemovalReason, VersionStage};

use crate::create::whole_seconds;
use crate::gather::Facts;
use crate::{Error, Invocation, Outcome};

/// A key that IAM does not list is believed to be gone when this many looks, this far apart, agree.
///
/// New keys are missing from the list for some 15 seconds at most; this is twice as long.
const LOOKS: u32 = 3;
const BETWEEN_LOOKS: Duration = Duration::from_secs(10);

/// The looks, 10 and at most 15 seconds each, and 30 seconds to take the label off and look again.
const TIME_TO_ABANDON: Duration = Duration::from_secs(105);

impl Invocation<'_> {
    /// Deactivates and deletes keys; before each of the two calls it is looked up again that nobody came to rely on the key.
    pub(crate) async fn remove(&self, facts: &Facts, removals: &[Removal]) -> Result<(), Error> {
        let (user, writer) = (&facts.user.identity.name, &facts.iam.writer);
        for Removal { key, active, reason } in removals {
            self.check_still_removable(facts, key, *reason).await?;
            if *active {
                writer
                    .deactivate_access_key(user, key)
                    .await
                    .map_err(|cause| self.iam_failed(cause))?;
                if let Err(error) = self.check_still_removable(facts, key, *reason).await {
                    writer
                        .reactivate_access_key(user, key)
                        .await
                        .map_err(|cause| self.iam_failed(cause))?;
                    return Err(error);
                }
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
        if !changed {
            return Ok(());
        }
        Err(Error::Overtaken { step: self.event.step, secret: secret.clone(), key: key.clone() })
    }

    /// The record tags of keys that are about to be removed, or that are gone: a crash may have kept one from being dropped.
    pub(crate) fn obsolete_records(&self, facts: &Facts, removals: &[Removal]) -> Vec<String> {
        let kept: Vec<_> = facts
            .slots
            .iter()
            .map(|slot| &slot.key.id)
            .filter(|id| !removals.iter().any(|removal| removal.key == **id))
            .map(record_tag)
            .collect();
        let is_record = |tag: &str, value: &str| {
            tag.starts_with("keysteward:AKIA") && value.parse::<Record>().is_ok()
        };
        let tags = facts
            .user
            .tags
            .iter()
            .filter(|(tag, value)| is_record(tag, value) && !kept.contains(tag));
        tags.map(|(tag, _)| tag.clone()).collect()
    }

    pub(crate) async fn drop_records(&self, facts: &Facts, tags: &[String]) -> Result<(), Error> {
        if tags.is_empty() {
            return Ok(());
        }
        let untagged = facts.iam.writer.untag_user(&facts.user.identity.name, tags);
        untagged.await.map_err(|cause| self.iam_failed(cause))
    }

    /// Starts the overlap of a key whose record does not say that the current version superseded it, and returns the refusal
    /// this attempt ends with.
    pub(crate) async fn record_superseded(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
    ) -> Result<Error, Error> {
        let created =
            facts.slots.iter().find(|slot| slot.key.id == *key).map(|slot| slot.key.created);
        let at =
            self.write_superseded(facts, key, &facts.versions.current.version, created).await?;
        Ok(self.refused(Refusal::OverlapNotOver {
            key: key.clone(),
            until: self.policy().kept_until(at),
        }))
    }

    /// Writes that the promotion of `version` superseded `key` now, and returns when that is.
    pub(crate) async fn write_superseded(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        version: &VersionId,
        created: Option<Timestamp>,
    ) -> Result<Timestamp, Error> {
        let at = whole_seconds(self.now);
        let record = Record {
            state: RecordedState::Superseded,
            at,
            due: None,
            told: None,
            created,
            version: Some(version.clone()),
            event: None,
            by: "rotate-key".to_owned(),
        };
        let (user, tag, value) = (&facts.user.identity.name, record_tag(key), record.to_string());
        facts
            .iam
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
                self.needs(TIME_TO_ABANDON)?;
                for _ in 0..LOOKS {
                    tokio::time::sleep(BETWEEN_LOOKS).await;
                    if self.is_listed(facts, key).await? {
                        return Ok(Outcome::AlreadyCreated);
                    }
                }
                "somebody deleted its key"
            }
        };
        let (secret, token, store) = (&self.event.secret, &self.event.token, &self.function.store);
        if let Err(cause) = store.abandon_pending(secret, token).await {
            // A lost answer makes the SDK ask again, and then the label is gone: look before giving up.
            let stages = store.describe(secret).await;
            if !stages.is_ok_and(|stages| !stages.has(token, &VersionStage::Pending)) {
                return Err(self.store_failed(cause));
            }
        }
        Err(Error::Abandoned { secret: secret.clone(), why })
    }
}
