//! Removes what nobody relies on: keys, with their records, and a pending version that cannot become current.

use std::time::Duration;

use lifecycle::identifiers::{AccessKeyId, CredentialId};
use lifecycle::record::Record;
use lifecycle::rotation::{Abandonment, Refusal, Removal, RemovalReason, VersionStage};
use record_store::Expected;

use crate::gather::Gathered;
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
    pub(crate) async fn remove(
        &self,
        gathered: &Gathered,
        removals: &[Removal],
    ) -> Result<(), Error> {
        for removal in removals {
            self.remove_one(gathered, removal).await?;
        }
        Ok(())
    }

    /// The record says that the key is about to be deleted before it is, so that the daily round completes what is interrupted here.
    async fn remove_one(&self, gathered: &Gathered, removal: &Removal) -> Result<(), Error> {
        let (user, writer) = (&gathered.user.identity.name, &gathered.iam.writer);
        let Removal { key, active, reason, before, notice } = removal;
        self.check_still_removable(gathered, key, *reason).await?;
        if *active {
            writer
                .deactivate_access_key(user, key)
                .await
                .map_err(|cause| self.iam_failed(cause))?;
            if let Err(error) = self.check_still_removable(gathered, key, *reason).await {
                writer
                    .reactivate_access_key(user, key)
                    .await
                    .map_err(|cause| self.iam_failed(cause))?;
                return Err(error);
            }
        }
        let mut expected = gathered.expected_record(key);
        if let Some(before) = before {
            match self.write_record(gathered, key, before, &expected).await {
                Ok(written) => expected = written,
                Err(error) => {
                    // Nobody would hear that it is inactive. If the record may have been written, the next attempt or round goes on from it.
                    let unwritten = matches!(&error, Error::Memory { cause, .. } if !cause.kind().may_have_happened());
                    if *active && unwritten {
                        let reactivated = writer.reactivate_access_key(user, key).await;
                        reactivated.map_err(|cause| self.iam_failed(cause))?;
                    }
                    return Err(error);
                }
            }
        }
        writer.delete_access_key(user, key).await.map_err(|cause| self.iam_failed(cause))?;
        tracing::info!(
            user.name = user.as_str(),
            key.id = key.as_str(),
            reason = %reason,
            "deleted access key {key} of {user}: {reason}"
        );
        if let Some(planned) = notice {
            self.notify_of_removal(gathered, removal, planned).await?;
        }
        if before.is_some() {
            let (account, user, id) =
                (&gathered.account, &gathered.user.identity.id, CredentialId::from(key));
            let removed = self.function.records.remove_record(account, user, &id, &expected);
            removed.await.map_err(|cause| self.memory_failed(cause))?;
        }
        Ok(())
    }

    /// Reads again the one live fact that a removal rests on.
    async fn check_still_removable(
        &self,
        gathered: &Gathered,
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
                !stages.has(&gathered.versions.current.version, &VersionStage::Current)
            }
        };
        if !changed {
            return Ok(());
        }
        Err(Error::Overtaken { step: self.event.step, secret: secret.clone(), key: key.clone() })
    }

    /// Starts the overlap of a key whose record does not say that the current version replaced it, and returns the refusal
    /// this attempt ends with.
    pub(crate) async fn record_superseded(
        &self,
        gathered: &Gathered,
        key: &AccessKeyId,
        record: &Record,
    ) -> Result<Error, Error> {
        self.write_record(gathered, key, record, &gathered.expected_record(key)).await?;
        let until = self.policy().kept_until(record.since());
        Ok(self.refused(Refusal::OverlapNotOver { key: key.clone(), until }))
    }

    /// Writes the record of a key of the user.
    pub(crate) async fn write_record(
        &self,
        gathered: &Gathered,
        key: &AccessKeyId,
        record: &Record,
        expected: &Expected,
    ) -> Result<Expected, Error> {
        let (account, user) = (&gathered.account, &gathered.user.identity.id);
        let id = CredentialId::from(key);
        let written = self.function.records.put_record(account, user, &id, record, expected);
        written.await.map_err(|cause| self.memory_failed(cause))
    }

    /// Gives up the token, when its key is certainly gone or was never a new one.
    pub(crate) async fn abandon(
        &self,
        gathered: &Gathered,
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
                    if self.is_listed(gathered, key).await? {
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
