//! Reads what a step needs to know, and nothing else.

use std::time::Duration;

use iam_client::{ErrorKind, IamReader, User};
use jiff::SignedDuration;
use lifecycle::credential::{AccessKey, LastUse};
use lifecycle::identifiers::{AccessKeyId, AccountId, CredentialId, VersionId};
use lifecycle::memory::UserMemory;
use lifecycle::record::Remembered;
use lifecycle::rotation::{
    CurrentVersion, Facts, KeySlot, Policy, Refusal, RotationStep, StagedKey, Stages, VersionStage,
    Versions, confirm_identity,
};
use record_store::{Expected, Loaded};
use secret_store::SecretDocument;

use crate::home::{Home, Iam};
use crate::{Error, Invocation};

/// Everything a step decides on, and what it works with.
pub(crate) struct Gathered {
    pub(crate) versions: Versions,
    pub(crate) slots: Vec<KeySlot>,
    /// The user's account.
    pub(crate) account: AccountId,
    /// IAM in that account.
    pub(crate) iam: Iam,
    pub(crate) user: User,
    pub(crate) current: SecretDocument,
    pub(crate) pending: Option<SecretDocument>,
    /// What is remembered of the user; empty in the steps that change nothing and so need none.
    loaded: Loaded,
}

impl Gathered {
    /// What is remembered of the user.
    pub(crate) fn memory(&self) -> &UserMemory {
        self.loaded.memory.of(&self.user.identity.id)
    }

    /// What a write of a key's record expects to find.
    pub(crate) fn expected_record(&self, key: &AccessKeyId) -> Expected {
        self.loaded.revisions.of_record(&self.user.identity.id, &CredentialId::from(key))
    }

    /// What a write of the rotation's memory expects to find.
    pub(crate) fn expected_rotation(&self) -> Expected {
        self.loaded.revisions.of_rotation(&self.user.identity.id)
    }
}

/// A new key is missing from the list for some seconds; `setSecret` looks this often, this far apart.
const LOOKS: u32 = 4;
const BETWEEN_LOOKS: Duration = Duration::from_secs(5);

impl Invocation<'_> {
    pub(crate) fn policy(&self) -> Policy {
        let config = &self.function.config;
        Policy {
            overlap: config.overlap,
            grace: config.superseded_grace,
            attempt_lifetime: self.lifetime(),
        }
    }

    /// The facts as the core takes them.
    pub(crate) fn facts<'a>(&'a self, gathered: &'a Gathered, policy: &'a Policy) -> Facts<'a> {
        Facts {
            secret: &self.event.secret,
            user: &gathered.user.identity.name,
            tags: &gathered.user.tags,
            versions: &gathered.versions,
            keys: &gathered.slots,
            memory: gathered.memory(),
            policy,
            now: self.now,
        }
    }

    /// How long this attempt can live, counted from its start.
    fn lifetime(&self) -> SignedDuration {
        self.time_at_start.and_then(|left| left.try_into().ok()).unwrap_or(Policy::LONGEST_ATTEMPT)
    }

    pub(crate) async fn gather(&self, stages: &Stages) -> Result<Gathered, Error> {
        let token = &self.event.token;
        let version = stages
            .holder(&VersionStage::Current)
            .ok_or_else(|| self.refused(Refusal::CurrentEmpty))?;
        let pending = if version == token { None } else { self.document(token).await? };
        let current =
            self.document(version).await?.ok_or_else(|| self.refused(Refusal::CurrentEmpty))?;
        let (account, iam, user) = self.identify(&current, pending.as_ref()).await?;
        let key = current.key().id.clone();
        let mut versions = Versions {
            token: token.clone(),
            current: CurrentVersion { version: version.clone(), key },
            pending: pending.as_ref().map(|document| document.key().id.clone()),
            others: Vec::new(),
        };
        // Memory is read before the keys are listed: a key of an attempt that begins in between is young, and so left alone.
        let loaded = match self.event.step {
            RotationStep::CreateSecret | RotationStep::FinishSecret => {
                self.load(&account, &user).await?
            }
            RotationStep::SetSecret | RotationStep::TestSecret => Loaded::default(),
        };
        let memory = loaded.memory.of(&user.identity.id);
        let slots = match self.event.step {
            RotationStep::CreateSecret => self.slots(&iam, &versions, &user, memory).await?,
            RotationStep::SetSecret => self.settled_slots(&iam, &versions, &user).await?,
            RotationStep::TestSecret | RotationStep::FinishSecret => Vec::new(),
        };
        let spare = slots.iter().any(|slot| {
            slot.key.id != versions.current.key && versions.pending.as_ref() != Some(&slot.key.id)
        });
        let attempt = memory.rotation.readable().and_then(|rotation| rotation.attempt.as_ref());
        let unfinished =
            versions.token_is_current() && attempt.is_some_and(|attempt| attempt.token == *token);
        if spare || unfinished {
            versions.others = self.other_keys(stages, version).await?;
        }
        Ok(Gathered { versions, slots, account, iam, user, current, pending, loaded })
    }

    /// What is remembered of the user, as it is now.
    pub(crate) async fn load(&self, account: &AccountId, user: &User) -> Result<Loaded, Error> {
        let loaded = self.function.records.user(account, &user.identity.id, self.now).await;
        loaded.map_err(|cause| self.memory_failed(cause))
    }

    /// Finds the user by the current key, and refuses unless this secret may hold the user's keys.
    async fn identify(
        &self,
        current: &SecretDocument,
        pending: Option<&SecretDocument>,
    ) -> Result<(AccountId, Iam, User), Error> {
        let Home { account, iam, owner } = self.find_home(&current.key().id).await?;
        let user = iam.reader.user(&owner.user).await.map_err(|cause| self.iam_failed(cause))?;
        for document in [Some(current), pending].into_iter().flatten() {
            confirm_identity(&self.event.secret, &account, &document.claims(), &user.identity)
                .map_err(|refusal| self.refused(refusal))?;
        }
        Ok((account, iam, user))
    }

    /// All keys of the user; the last use of those only that no rotation holds.
    async fn slots(
        &self,
        iam: &Iam,
        versions: &Versions,
        user: &User,
        memory: &UserMemory,
    ) -> Result<Vec<KeySlot>, Error> {
        let mut slots = Vec::new();
        for key in self.keys(iam, user).await? {
            slots.push(
                slot(&iam.reader, key, versions, memory)
                    .await
                    .map_err(|cause| self.iam_failed(cause))?,
            );
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
        let mut keys = self.keys(iam, user).await?;
        for _ in 1..LOOKS {
            let missing = versions
                .pending
                .as_ref()
                .is_some_and(|pending| !keys.iter().any(|key| key.id == *pending));
            if !missing || !self.deadline.allows(BETWEEN_LOOKS * 2) {
                break;
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
            keys = self.keys(iam, user).await?;
        }
        Ok(keys.into_iter().map(plain).collect())
    }

    async fn keys(&self, iam: &Iam, user: &User) -> Result<Vec<AccessKey>, Error> {
        let keys = iam.reader.access_keys(&user.identity.name).await;
        keys.map_err(|cause| self.iam_failed(cause))
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
    pub(crate) async fn is_listed(
        &self,
        gathered: &Gathered,
        key: &AccessKeyId,
    ) -> Result<bool, Error> {
        let keys = self.keys(&gathered.iam, &gathered.user).await?;
        Ok(keys.iter().any(|listed| listed.id == *key))
    }
}

/// A key with all that bears on removing it; the last use of those only that no rotation holds.
pub(crate) async fn slot(
    reader: &IamReader,
    key: AccessKey,
    versions: &Versions,
    memory: &UserMemory,
) -> Result<KeySlot, iam_client::Error> {
    let record = memory.record(&CredentialId::from(&key.id));
    let mut slot = KeySlot { record, ..plain(key) };
    let id = &slot.key.id;
    if *id == versions.current.key || versions.pending.as_ref() == Some(id) {
        return Ok(slot);
    }
    match reader.key_owner(id).await {
        Ok(owner) => (slot.last_use, slot.last_used_with) = (owner.last_use, owner.last_used_with),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    Ok(slot)
}

/// A key of which nothing else is known.
fn plain(key: AccessKey) -> KeySlot {
    let (last_use, last_used_with, record) = (LastUse::Unknown, None, Remembered::Absent);
    KeySlot { key, last_use, last_used_with, record }
}
