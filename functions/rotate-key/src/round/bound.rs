//! A bound user: reads the keys and what bears on them, decides, and carries the decisions out.

use std::time::Duration;

use lifecycle::credential::{AccessKey, CredentialKind};
use lifecycle::identifiers::{AccessKeyId, Arn, CredentialId, VersionId};
use lifecycle::memory::UserMemory;
use lifecycle::record::Remembered;
use lifecycle::rotation::{
    CurrentVersion, Facts, Identity, KeySlot, StagedKey, Stages, VersionStage, Versions,
    binding_to_remember, confirm_identity, round,
};
use lifecycle::sweep::{Action, Decision, UserFacts};
use plan_executor::{PlanExecutor, StepFailed};
use secret_store::SecretStore;
use tokio::time::Instant;

use super::{Counts, Round, UserFailed};
use crate::gather::slot;

/// Labels this old are read once more before a key is deactivated or deleted.
const FRESH: Duration = Duration::from_secs(60);

/// The secret that holds a user's keys.
struct Holder {
    arn: Arn,
    store: SecretStore,
    stages: Stages,
    versions: Versions,
    /// When the labels were read.
    read_at: Instant,
}

impl Round<'_> {
    pub(super) async fn visit_bound(
        &self,
        user: &UserFacts,
        counts: &mut Counts,
        failures: &mut Vec<UserFailed>,
    ) -> Result<(), UserFailed> {
        let secret = user.bound_to().and_then(|tag| tag.parse().ok());
        let secret: Arn = secret
            .filter(|arn: &Arn| arn.service() == "secretsmanager")
            .ok_or(UserFailed::NotASecret)?;
        let memory = self.loaded.memory.of(&user.id);
        if let Remembered::Unreadable(fault) = &memory.rotation {
            return Err(UserFailed::MemoryUnreadable { fault: fault.clone() });
        }
        let keys = self.account.reader.access_keys(&user.name).await?;
        if keys.len() <= 1 && nothing_to_decide(memory, &secret) {
            return Ok(());
        }
        let holder = self.read_secret(user, secret, &keys).await?;
        let mut slots = Vec::new();
        for key in keys {
            slots.push(slot(&self.account.reader, key, &holder.versions, memory).await?);
        }
        let facts = self.facts(user, &holder, &slots, memory);
        let decisions = round(user, &facts);
        for decision in decisions.iter().filter(|decision| decision.action() == Action::Report) {
            let (key, reason) = (
                decision.subject.id.as_ref().map(ToString::to_string).unwrap_or_default(),
                decision.reason.clone(),
            );
            failures.push(UserFailed::Undecided { key, reason });
        }
        for decision in decisions.iter().filter(|decision| !decision.changes_nothing()) {
            match self.carry_out(user, &holder, decision).await {
                Ok(true) => count(decision, counts),
                Ok(false) => counts.changed += 1,
                Err(error) => failures.push(error),
            }
        }
        match binding_to_remember(&facts) {
            Some(rotation) => self.remember(&user.id, &rotation, counts).await,
            None => Ok(()),
        }
    }

    fn facts<'a>(
        &'a self,
        user: &'a UserFacts,
        holder: &'a Holder,
        keys: &'a [KeySlot],
        memory: &'a UserMemory,
    ) -> Facts<'a> {
        Facts {
            secret: &holder.arn,
            user: &user.name,
            tags: &user.tags,
            versions: &holder.versions,
            keys,
            memory,
            policy: self.policy,
            now: self.now,
        }
    }

    /// Reads the labels of the secret and the keys in every labelled version; refuses unless the current one is a key of the user.
    async fn read_secret(
        &self,
        user: &UserFacts,
        arn: Arn,
        keys: &[AccessKey],
    ) -> Result<Holder, UserFailed> {
        let out_of_reach = || UserFailed::OutOfReach { secret: arn.clone() };
        let store = self.account.store_of(&arn).ok_or_else(out_of_reach)?;
        let read_at = Instant::now();
        let stages = store.describe(&arn).await?;
        let no_value = || UserFailed::NoCurrentValue { secret: arn.clone() };
        let version = stages.holder(&VersionStage::Current).ok_or_else(no_value)?.clone();
        let document = store.document(&arn, &version).await?.ok_or_else(no_value)?;
        let identity = Identity {
            name: user.name.clone(),
            id: user.id.clone(),
            arn: user.arn.clone(),
            secret: Some(arn.as_str().to_owned()),
        };
        confirm_identity(&arn, &self.account.id, &document.claims(), &identity)?;
        let key = document.key().id.clone();
        if !keys.iter().any(|listed| listed.id == key) {
            return Err(UserFailed::ForeignSecret { secret: arn, key });
        }
        let pending = stages.holder(&VersionStage::Pending).filter(|pending| **pending != version);
        let pending = pending.cloned();
        let current = CurrentVersion { version, key };
        let versions = self.versions(&store, &arn, &stages, current, pending).await?;
        Ok(Holder { arn, store, stages, versions, read_at })
    }

    async fn versions(
        &self,
        store: &SecretStore,
        secret: &Arn,
        stages: &Stages,
        current: CurrentVersion,
        pending: Option<VersionId>,
    ) -> Result<Versions, UserFailed> {
        let mut versions = Versions {
            token: pending.clone().unwrap_or_else(|| current.version.clone()),
            current,
            pending: None,
            others: Vec::new(),
        };
        for (version, labels) in &stages.versions {
            if *version == versions.current.version || labels.is_empty() {
                continue;
            }
            let Some(document) = store.document(secret, version).await? else { continue };
            let key: &AccessKeyId = &document.key().id;
            if Some(version) == pending.as_ref() {
                versions.pending = Some(key.clone());
                continue;
            }
            let held = |stage: &VersionStage| StagedKey { stage: stage.clone(), key: key.clone() };
            versions.others.extend(labels.iter().map(held));
        }
        Ok(versions)
    }

    /// Carries a decision out; `false` if a fact had changed by then.
    async fn carry_out(
        &self,
        user: &UserFacts,
        holder: &Holder,
        decision: &Decision,
    ) -> Result<bool, UserFailed> {
        let Some(id) = &decision.subject.id else { return Ok(false) };
        if decision.takes_away() && holder.read_at.elapsed() > FRESH {
            let stages = holder.store.describe(&holder.arn).await?;
            if stages.versions != holder.stages.versions {
                return Ok(false);
            }
        }
        let executor = PlanExecutor {
            account: &self.account.id,
            alias: &self.account.alias,
            writer: &self.account.writer,
            records: &self.function.records,
            publisher: Some(self.publisher),
            now: self.now,
        };
        let record = self.loaded.memory.of(&user.id).record(id);
        let earlier = (record.readable(), self.loaded.revisions.of_record(&user.id, id));
        match executor.carry_out(decision, self.owner(user, Some(id)), earlier).await {
            Ok(()) => Ok(true),
            Err(StepFailed::Overtaken) => Ok(false),
            Err(cause) => Err(UserFailed::Step { key: id.to_string(), cause }),
        }
    }
}

/// Whether a user with one key at most, which is then the current one, needs no look into its secret.
fn nothing_to_decide(memory: &UserMemory, secret: &Arn) -> bool {
    let of_a_key = |id: &CredentialId| id.kind() == CredentialKind::AccessKey;
    let remembered = memory.rotation.readable();
    !memory.records.keys().any(of_a_key)
        && remembered
            .is_some_and(|rotation| rotation.secret == *secret && rotation.unbound_told.is_none())
}

fn count(decision: &Decision, counts: &mut Counts) {
    match decision.action() {
        Action::Keep | Action::Report => counts.recorded += 1,
        Action::Warn => counts.warned += 1,
        Action::Deactivate => counts.deactivated += 1,
        Action::Delete => counts.deleted += 1,
    }
}
