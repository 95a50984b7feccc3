//! `finishSecret`: makes the new key current, then writes down and tells what happened.

use std::time::Duration;

use iam_client::IamReader;
use jiff::Timestamp;
use lambda_shell::chain;
use lifecycle::identifiers::{AccessKeyId, VersionId};
use lifecycle::record::{INTENT_TAG, Record, RecordedState, record_tag};
use lifecycle::rotation::{Tagged, VersionStage};
use notice::{Notice, Owner, Rotation};

use crate::create::{created_of_superseded, whole_seconds};
use crate::gather::Facts;
use crate::{Error, Invocation, Outcome};

/// Moving the label takes no longer than this; what follows can be completed by another invocation.
const TIME_TO_PROMOTE: Duration = Duration::from_secs(40);

/// How long the alias of the account is waited for.
const ALIAS_TIMEOUT: Duration = Duration::from_secs(5);

impl Invocation<'_> {
    pub(crate) async fn promote(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        from: &VersionId,
        superseded: &AccessKeyId,
    ) -> Result<Outcome, Error> {
        // The one live fact a promotion rests on: consumers will be able to use the key.
        self.prove(facts, key, 1).await?;
        self.needs(TIME_TO_PROMOTE)?;
        let (secret, token) = (&self.event.secret, &self.event.token);
        if let Err(cause) = self.function.store.promote(secret, token, from).await {
            // A lost answer makes the SDK ask again, and then the label is not where it was: look before giving up.
            let stages = self.function.store.describe(secret).await;
            if !stages.is_ok_and(|stages| stages.has(token, &VersionStage::Current)) {
                return Err(self.store_failed(cause));
            }
        }
        tracing::info!(
            secret.arn = secret.as_str(),
            key.id = key.as_str(),
            "key {key} is current in secret {secret}"
        );
        // A record of an earlier life of the key, before somebody rolled back to it, does not count: this one starts now.
        let at =
            self.write_superseded(facts, superseded, token, created_of_superseded(facts)).await?;
        self.tell(facts, key, Some((superseded.clone(), at))).await?;
        Ok(Outcome::Promoted)
    }

    /// Does what an invocation that moved the label left undone.
    pub(crate) async fn complete(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        superseded: Option<&AccessKeyId>,
    ) -> Result<(), Error> {
        let superseded = match superseded {
            Some(superseded) => {
                Some((superseded.clone(), self.superseded_at(facts, superseded).await?))
            }
            None => None,
        };
        self.tell(facts, key, superseded).await
    }

    /// When the key was superseded: as an earlier invocation of this rotation recorded it, or now.
    async fn superseded_at(&self, facts: &Facts, key: &AccessKeyId) -> Result<Timestamp, Error> {
        let tag = facts.user.tags.get(&record_tag(key)).map(String::as_str);
        let recorded = match Tagged::<Record>::read(tag) {
            Tagged::Readable(Record { state: RecordedState::Superseded, at, version, .. }) => {
                version.filter(|version| *version == self.event.token).map(|_| at)
            }
            Tagged::Readable(_) | Tagged::Absent | Tagged::Unreadable(_) => None,
        };
        match recorded {
            Some(at) => Ok(at),
            None => {
                self.write_superseded(facts, key, &self.event.token, created_of_superseded(facts))
                    .await
            }
        }
    }

    /// Tells the owner, then clears the intent: in this order, so that the intent stays while work is left.
    async fn tell(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        superseded: Option<(AccessKeyId, Timestamp)>,
    ) -> Result<(), Error> {
        if let Some(publisher) = &self.function.publisher {
            let superseded =
                superseded.map(|(superseded, at)| (superseded, self.policy().kept_until(at)));
            let untold = |cause| Error::Untold { secret: self.event.secret.clone(), cause };
            let notice = self.notice(facts, key, superseded);
            let notice = notice.in_account_called(alias(&facts.iam.reader).await.as_deref());
            publisher.publish(&notice).await.map_err(untold)?;
        }
        let user = &facts.user.identity.name;
        facts
            .iam
            .writer
            .untag_user(user, &[INTENT_TAG.to_owned()])
            .await
            .map_err(|cause| self.iam_failed(cause))
    }

    fn notice(
        &self,
        facts: &Facts,
        key: &AccessKeyId,
        superseded: Option<(AccessKeyId, Timestamp)>,
    ) -> Notice {
        Notice::rotated(&Rotation {
            account: facts.user.identity.arn.account(),
            user: facts.user.identity.name.clone(),
            secret: self.event.secret.clone(),
            token: self.event.token.clone(),
            key: key.clone(),
            owner: Owner::of_tags(&facts.user.tags, &self.function.config.owner_tag, None),
            superseded,
            at: whole_seconds(self.now),
        })
    }
}

/// The alias of the key's account. News without one is still news: a name that cannot be read in time is left out.
async fn alias(reader: &IamReader) -> Option<String> {
    match tokio::time::timeout(ALIAS_TIMEOUT, reader.account_alias()).await {
        Ok(Ok(alias)) => alias,
        Ok(Err(error)) => {
            tracing::warn!("the notice goes without the account's alias: {}", chain(&error));
            None
        }
        Err(_) => {
            tracing::warn!("the notice goes without the account's alias: IAM takes too long");
            None
        }
    }
}
