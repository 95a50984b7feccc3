//! Reads what a step needs to know, and nothing else.

use std::time::Duration;

use iam_client::{ErrorKind, User};
use jiff::SignedDuration;
use lifecycle::credential::LastUse;
use lifecycle::identifiers::{AccessKeyId, VersionId};
use lifecycle::record::{INTENT_TAG, Intent, record_tag};
use lifecycle::rotation::{
    CurrentVersion, KeySlot, Policy, Refusal, RotationStep, StagedKey, Stages, Tagged,
    VersionStage, Versions, confirm_identity,
};
use secret_store::SecretDocument;

use crate::home::{Home, Iam};
use crate::{Error, Invocation};

/// Everything a step decides on, and the documents it works with.
pub(crate) struct Facts {
    pub(crate) versions: Versions,
    pub(crate) slots: Vec<KeySlot>,
    pub(crate) intent: Tagged<Intent>,
    /// IAM in the user's account.
    pub(crate) iam: Iam,
    pub(crate) user: User,
    pub(crate) current: SecretDocument,
    pub(crate) pending: Option<SecretDocument>,
}

/// A new key is missing from the list for some seconds; `setSecret` looks this often, this far apart.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

impl Invocation<'_> {
    pub(crate) fn policy(&self) -> Policy {
        let config = &self.function.config;
        Policy { overlap: config.overlap, grace: config.grace, attempt_lifetime: self.lifetime() }
    }

    /// How long this attempt can live, counted from its start.
    pub(crate) fn lifetime(&self) -> SignedDuration {
        self.time_at_start.and_then(|left| left.try_into().ok()).unwrap_or(Policy::LONGEST_ATTEMPT)
    }

    pub(crate) async fn gather(&self, stages: &Stages) -> Result<Facts, Error> {
        let token = &self.event.token;
        let version = stages
            .holder(&VersionStage::Current)
            .ok_or_else(|| self.refused(Refusal::CurrentEmpty))?;
        let pending = if version == token { None } else { self.document(token).await? };
        let current =
            self.document(version).await?.ok_or_else(|| self.refused(Refusal::CurrentEmpty))?;
        let (user, iam) = self.identify(&current, pending.as_ref()).await?;
        let intent: Tagged<Intent> = Tagged::read(user.tags.get(INTENT_TAG).map(String::as_str));
        let key = current.key().id.clone();
        let mut versions = Versions {
            token: token.clone(),
            current: CurrentVersion { version: version.clone(), key },
            pending: pending.as_ref().map(|document| document.key().id.clone()),
            others: Vec::new(),
        };
        let slots = match self.event.step {
            RotationStep::CreateSecret => self.slots(&iam, &versions, &user).await?,
            RotationStep::SetSecret => self.settled_slots(&iam, &versions, &user).await?,
            RotationStep::TestSecret | RotationStep::FinishSecret => Vec::new(),
        };
        let spare = slots.iter().any(|slot| {
            slot.key.id != versions.current.key && versions.pending.as_ref() != Some(&slot.key.id)
        });
        let unfinished = versions.token_is_current()
            && matches!(&intent, Tagged::Readable(intent) if intent.token == *token);
        if spare || unfinished {
            versions.others = self.other_keys(stages, version).await?;
        }
        Ok(Facts { versions, slots, intent, iam, user, current, pending })
    }

    /// Finds the user by the current key, and refuses unless this secret may hold the user's keys.
    async fn identify(
        &self,
        current: &SecretDocument,
        pending: Option<&SecretDocument>,
    ) -> Result<(User, Iam), Error> {
        let Home { account, iam, owner } = self.find_home(&current.key().id).await?;
        let user = iam.reader.user(&owner.user).await.map_err(|cause| self.iam_failed(cause))?;
        for document in [Some(current), pending].into_iter().flatten() {
            confirm_identity(&self.event.secret, &account, &document.claims(), &user.identity)
                .map_err(|refusal| self.refused(refusal))?;
        }
        Ok((user, iam))
    }

    /// All keys of the user; the last use of those only that no rotation holds.
    async fn slots(
        &self,
        iam: &Iam,
        versions: &Versions,
        user: &User,
    ) -> Result<Vec<KeySlot>, Error> {
        let mut slots = self.plain_slots(iam, user).await?;
        for slot in &mut slots {
            let id = &slot.key.id;
            if *id == versions.current.key || versions.pending.as_ref() == Some(id) {
                continue;
            }
            slot.last_use = match iam.reader.key_owner(id).await {
                Ok(owner) => owner.last_use,
                Err(error) if error.kind() == ErrorKind::NotFound => LastUse::Unknown,
                Err(cause) => return Err(self.iam_failed(cause)),
            };
        }
        Ok(slots)
    }

    /// All keys of the user, once the pending one is listed.
    async fn settled_slots(
        &self,
        iam: &Iam,
        versions: &Versions,
        user: &User,
    ) -> Result<Vec<KeySlot>, Error> {
        let mut slots = self.plain_slots(iam, user).await?;
        for _ in 1..LOOKS {
            let missing = versions
                .pending
                .as_ref()
                .is_some_and(|pending| !slots.iter().any(|slot| slot.key.id == *pending));
            if !missing || !self.deadline.allows(BETWEEN_LOOKS * 2) {
                break;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
            slots = self.plain_slots(iam, user).await?;
        }
        Ok(slots)
    }

    async fn plain_slots(&self, iam: &Iam, user: &User) -> Result<Vec<KeySlot>, Error> {
        let keys = iam
            .reader
            .access_keys(&user.identity.name)
            .await
            .map_err(|cause| self.iam_failed(cause))?;
        let slot = |key: lifecycle::credential::AccessKey| {
            let record = Tagged::read(user.tags.get(&record_tag(&key.id)).map(String::as_str));
            KeySlot { key, last_use: LastUse::Unknown, record }
        };
        Ok(keys.into_iter().map(slot).collect())
    }

    /// The keys in every labelled version besides the current one and the token's.
    async fn other_keys(
        &self,
        stages: &Stages,
        current: &VersionId,
    ) -> Result<Vec<StagedKey>, Error> {
        let mut others = Vec::new();
        for (version, labels) in &stages.versions {
            if version == current || *version == self.event.token || labels.is_empty() {
                continue;
            }
            if let Some(document) = self.document(version).await? {
                let key = &document.key().id;
                others.extend(
                    labels.iter().map(|stage| StagedKey { stage: stage.clone(), key: key.clone() }),
                );
            }
        }
        Ok(others)
    }

    pub(crate) async fn document(
        &self,
        version: &VersionId,
    ) -> Result<Option<SecretDocument>, Error> {
        self.function
            .store
            .document(&self.event.secret, version)
            .await
            .map_err(|cause| self.store_failed(cause))
    }

    /// Whether IAM lists `key` among the user's keys now.
    pub(crate) async fn is_listed(&self, facts: &Facts, key: &AccessKeyId) -> Result<bool, Error> {
        Ok(self.plain_slots(&facts.iam, &facts.user).await?.iter().any(|slot| slot.key.id == *key))
    }
}
