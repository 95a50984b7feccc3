//! The decision of each step.

use jiff::Timestamp;

use super::spare::{Circumstances, Fate, fate};
use super::{
    CurrentVersion, KeySlot, Policy, Refusal, RotationStep, StagedKey, Tagged, VersionStage,
    Versions,
};
use crate::credential::CredentialStatus;
use crate::identifiers::{AccessKeyId, VersionId};
use crate::record::Intent;

/// What a step does next; the executor has no choice left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a move does nothing until it is executed"]
pub enum Move {
    /// The step's goal is reached already.
    Nothing(Done),
    /// Remove these keys, then create one and store it as the pending version.
    CreateKey {
        /// Keys nobody relies on, whose slots are needed.
        after_removing: Vec<Removal>,
    },
    /// The new key is stored; remove these orphans of attempts that lost the race to store theirs.
    RemoveOrphans(Vec<Removal>),
    /// Write down that the key is superseded from now on, and end in error: its overlap starts with the record.
    RecordSuperseded(AccessKeyId),
    /// Take `AWSPENDING` off the token, so that the next rotation starts with a new one.
    AbandonPending {
        /// The key in the pending version.
        key: AccessKeyId,
        /// Why the version cannot become current.
        why: Abandonment,
    },
    /// Sign a request with this key until it works everywhere.
    TestKey(AccessKeyId),
    /// Prove the pending key once more, then move `AWSCURRENT` to the token and complete the promotion.
    Promote {
        /// The pending key.
        key: AccessKeyId,
        /// The version that must still be current when the label moves.
        from: VersionId,
        /// The key that version holds.
        superseded: AccessKeyId,
    },
    /// The label has moved: record the superseded key, tell the owner, clear the intent.
    CompletePromotion {
        /// The key that is current now.
        key: AccessKeyId,
        /// The key under `AWSPREVIOUS`, unless it is gone.
        superseded: Option<AccessKeyId>,
    },
    /// Nothing may be done.
    Refuse(Refusal),
}

/// Why there is nothing to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// An earlier attempt created and stored the key.
    AlreadyCreated,
    /// The current and the pending key belong to one user, and both are active.
    IdentitiesAgree,
    /// The pending version is empty, as when rotation is set up without rotating at once.
    NothingToTest,
    /// An earlier invocation made the token current and completed everything.
    AlreadyFinished,
}

/// Why a pending version cannot become current.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Abandonment {
    /// Its key is no longer listed: to be believed only when seen over more than the propagation time.
    KeyGone,
    /// It holds the current key, left behind when rotation was set up without rotating at once.
    CopyOfCurrent,
}

/// A key to remove before the new one is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// The key's id.
    pub key: AccessKeyId,
    /// Whether it is still active, and so to be deactivated first.
    pub active: bool,
    /// Why nobody relies on it.
    pub reason: RemovalReason,
}

/// Why nobody relies on a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemovalReason {
    /// An earlier attempt made it and ended before storing it: nobody holds its secret.
    Orphan,
    /// A rotation replaced it, its overlap is over, and it has gone unused for as long.
    Superseded,
    /// It was deactivated, and its grace is over.
    Deactivated,
}

/// Decides what `step` does next, given that [`admit`](super::admit()) let it proceed.
///
/// `keys` are all access keys of the user; `setSecret` and `createSecret` need them, the other steps pass none.
/// The same facts always give the same move.
pub fn next(
    step: RotationStep,
    versions: &Versions,
    keys: &[KeySlot],
    intent: &Tagged<Intent>,
    policy: &Policy,
    now: Timestamp,
) -> Move {
    if versions.token_is_current() {
        return match step {
            RotationStep::FinishSecret => complete(versions, intent),
            RotationStep::CreateSecret | RotationStep::SetSecret | RotationStep::TestSecret => {
                Move::Nothing(Done::AlreadyFinished)
            }
        };
    }
    match step {
        RotationStep::CreateSecret => create(versions, keys, intent, policy, now),
        RotationStep::SetSecret => set(versions, keys),
        RotationStep::TestSecret => {
            versions.pending.clone().map_or(Move::Nothing(Done::NothingToTest), Move::TestKey)
        }
        RotationStep::FinishSecret => finish(versions),
    }
}

fn create(
    versions: &Versions,
    keys: &[KeySlot],
    intent: &Tagged<Intent>,
    policy: &Policy,
    now: Timestamp,
) -> Move {
    let current = match active(keys, &versions.current.key) {
        Ok(slot) => slot,
        Err(unusable) => return Move::Refuse(unusable.current(&versions.current.key)),
    };
    let circumstances = Circumstances {
        others: &versions.others,
        current_version: &versions.current.version,
        current,
        intent,
        policy,
        now,
    };
    match &versions.pending {
        None => make_room(versions, keys, &circumstances),
        Some(pending) if *pending == versions.current.key => {
            Move::AbandonPending { key: pending.clone(), why: Abandonment::CopyOfCurrent }
        }
        Some(pending) => match active(keys, pending) {
            Ok(_) => sweep_orphans(versions, keys, &circumstances),
            Err(Unusable::Missing) => {
                Move::AbandonPending { key: pending.clone(), why: Abandonment::KeyGone }
            }
            Err(unusable @ Unusable::Status(_)) => Move::Refuse(unusable.pending(pending)),
        },
    }
}

/// No key is stored yet: every key but the current one has to go first, or none goes.
///
/// Of several refusals the one to tell is one that time does not lift, because a person can see to it at once.
fn make_room(versions: &Versions, keys: &[KeySlot], circumstances: &Circumstances<'_>) -> Move {
    let mut after_removing = Vec::new();
    let mut unrecorded = None;
    let mut refusals = Vec::new();
    for slot in spares(versions, keys) {
        match fate(slot, circumstances) {
            Fate::Remove(reason) => after_removing.push(removal(slot, reason)),
            Fate::Record => unrecorded = unrecorded.or_else(|| Some(slot.key.id.clone())),
            Fate::Refuse(refusal) => refusals.push(refusal),
        }
    }
    match (refusals.into_iter().min_by_key(Refusal::passes_with_time), unrecorded) {
        (Some(refusal), _) => Move::Refuse(refusal),
        (None, Some(key)) => Move::RecordSuperseded(key),
        (None, None) => Move::CreateKey { after_removing },
    }
}

/// The pending key is stored. Where the quota allows three keys, an attempt that lost the race may have left one more.
fn sweep_orphans(versions: &Versions, keys: &[KeySlot], circumstances: &Circumstances<'_>) -> Move {
    let mut orphans = Vec::new();
    for slot in spares(versions, keys) {
        match fate(slot, circumstances) {
            Fate::Remove(reason @ RemovalReason::Orphan) => orphans.push(removal(slot, reason)),
            Fate::Refuse(refusal @ Refusal::MaybeInFlight { .. }) => return Move::Refuse(refusal),
            Fate::Remove(RemovalReason::Superseded | RemovalReason::Deactivated)
            | Fate::Record
            | Fate::Refuse(_) => {}
        }
    }
    if orphans.is_empty() {
        Move::Nothing(Done::AlreadyCreated)
    } else {
        Move::RemoveOrphans(orphans)
    }
}

/// The keys that are neither current nor pending, oldest first, in whatever order IAM lists them.
fn spares<'a>(versions: &Versions, keys: &'a [KeySlot]) -> Vec<&'a KeySlot> {
    let held =
        |id: &AccessKeyId| *id == versions.current.key || Some(id) == versions.pending.as_ref();
    let mut spares: Vec<_> = keys.iter().filter(|slot| !held(&slot.key.id)).collect();
    spares.sort_by_key(|slot| (slot.key.created, &slot.key.id));
    spares
}

fn removal(slot: &KeySlot, reason: RemovalReason) -> Removal {
    Removal {
        key: slot.key.id.clone(),
        active: slot.key.status != CredentialStatus::Inactive,
        reason,
    }
}

fn set(versions: &Versions, keys: &[KeySlot]) -> Move {
    let current = &versions.current.key;
    match &versions.pending {
        None => Move::Refuse(Refusal::PendingEmpty { token: versions.token.clone() }),
        Some(pending) if pending == current => {
            Move::Refuse(Refusal::PendingIsCurrent { key: pending.clone() })
        }
        Some(pending) => match (active(keys, current), active(keys, pending)) {
            (Ok(_), Ok(_)) => Move::Nothing(Done::IdentitiesAgree),
            (Err(unusable), _) => Move::Refuse(unusable.current(current)),
            (Ok(_), Err(unusable)) => Move::Refuse(unusable.pending(pending)),
        },
    }
}

fn finish(versions: &Versions) -> Move {
    let CurrentVersion { version, key: current } = &versions.current;
    match &versions.pending {
        None => Move::Refuse(Refusal::PendingEmpty { token: versions.token.clone() }),
        Some(pending) if pending == current => {
            Move::Refuse(Refusal::PendingIsCurrent { key: pending.clone() })
        }
        Some(pending) => Move::Promote {
            key: pending.clone(),
            from: version.clone(),
            superseded: current.clone(),
        },
    }
}

/// The intent is cleared last, so its absence means that everything else was done.
fn complete(versions: &Versions, intent: &Tagged<Intent>) -> Move {
    match intent {
        Tagged::Readable(intent) if intent.token == versions.token => {
            let current = &versions.current.key;
            let replaced =
                |held: &&StagedKey| held.stage == VersionStage::Previous && held.key != *current;
            let superseded = versions.others.iter().filter(replaced).map(|held| &held.key).min();
            Move::CompletePromotion { key: current.clone(), superseded: superseded.cloned() }
        }
        Tagged::Absent | Tagged::Readable(_) | Tagged::Unreadable(_) => {
            Move::Nothing(Done::AlreadyFinished)
        }
    }
}

/// Why requests signed with a key are not accepted.
enum Unusable {
    Missing,
    Status(CredentialStatus),
}

impl Unusable {
    fn current(self, key: &AccessKeyId) -> Refusal {
        let (key, stage) = (key.clone(), "AWSCURRENT");
        match self {
            Self::Missing => Refusal::KeyMissing { key, stage },
            Self::Status(status) => Refusal::KeyNotActive { key, stage, status },
        }
    }

    fn pending(self, key: &AccessKeyId) -> Refusal {
        let key = key.clone();
        match self {
            Self::Missing => Refusal::PendingKeyMissing { key },
            Self::Status(status) => Refusal::PendingKeyNotActive { key, status },
        }
    }
}

fn active<'a>(keys: &'a [KeySlot], id: &AccessKeyId) -> Result<&'a KeySlot, Unusable> {
    match keys.iter().find(|slot| slot.key.id == *id) {
        None => Err(Unusable::Missing),
        Some(slot) if slot.key.status == CredentialStatus::Active => Ok(slot),
        Some(slot) => Err(Unusable::Status(slot.key.status.clone())),
    }
}
