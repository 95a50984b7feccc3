//! `finishSecret`: makes the new key current, then records and publishes what happened.

use std::time::Duration;

use lifecycle::identifiers::VersionId;
use lifecycle::rotation::{Completion, SupersededKey, VersionStage};

use crate::gather::Gathered;
use crate::{Error, Invocation, Outcome};

/// Moving the label takes no longer than this; what follows can be completed by another invocation.
const TIME_TO_PROMOTE: Duration = Duration::from_secs(40);

impl Invocation<'_> {
    pub(crate) async fn promote(
        &self,
        gathered: &Gathered,
        from: &VersionId,
        then: &Completion,
    ) -> Result<Outcome, Error> {
        // The one live fact a promotion rests on: consumers will be able to use the key.
        self.prove(gathered, &then.key, 1).await?;
        self.needs(TIME_TO_PROMOTE)?;
        let (secret, token) = (&self.event.secret, &self.event.token);
        if let Err(cause) = self.function.store.promote(secret, token, from).await {
            // A lost answer makes the SDK ask again, and then the label is not where it was: look before giving up.
            let stages = self.function.store.describe(secret).await;
            if !stages.is_ok_and(|stages| stages.has(token, &VersionStage::Current)) {
                return Err(self.store_failed(cause));
            }
        }
        let key = &then.key;
        tracing::info!(
            secret.arn = secret.as_str(),
            key.id = key.as_str(),
            "key {key} is current in secret {secret}"
        );
        self.complete(gathered, then).await?;
        Ok(Outcome::Promoted)
    }

    /// Does what follows once the label has moved. The attempt is cleared last, so that it stays while work is left.
    pub(crate) async fn complete(
        &self,
        gathered: &Gathered,
        then: &Completion,
    ) -> Result<(), Error> {
        if let Some(SupersededKey { key, record: Some(record), .. }) = &then.superseded {
            self.write_record(gathered, key, record, &gathered.expected_record(key)).await?;
        }
        self.notify_of_rotation(gathered, then).await?;
        let expected = gathered.expected_rotation();
        let cleared = self.write_rotation(gathered, &then.after, &expected).await;
        cleared.map(drop).map_err(|cause| self.memory_failed(cause))
    }
}
