//! The decision of each step.

use jiff::{SignedDuration, Timestamp};

use super::{
    CurrentVersion, KeySlot, Policy, Refusal, RotationStep, Tagged, VersionStage, Versions,
};
use crate::identifiers::{AccessKeyId, VersionId};
use crate::key::{KeyStatus, LastUse};
use crate::record::{Intent, RecordedState};

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

/// Decides what `step` does next, given that [`admit`](super::admit) let it proceed.
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
    let current = &versions.current.key;
    if let Err(refusal) = listed_and_active(keys, current, "AWSCURRENT") {
        return Move::Refuse(refusal);
    }
    match &versions.pending {
        Some(pending) if pending == current => {
            return Move::AbandonPending { key: pending.clone(), why: Abandonment::CopyOfCurrent };
        }
        Some(pending) => {
            return match listed_and_active(keys, pending, "AWSPENDING") {
                Ok(()) => created(versions, keys, intent, policy, now),
                Err(Refusal::KeyMissing { .. }) => Move::AbandonPending { key: pending.clone(), why: Abandonment::KeyGone },
                Err(refusal) => Move::Refuse(refusal),
            };
        }
        None => {}
    }
    let mut after_removing = Vec::new();
    let mut unrecorded = None;
    for slot in keys.iter().filter(|slot| slot.key.id != *current) {
        match fate(slot, versions, intent, policy, now) {
            Fate::Remove(reason) => after_removing.push(removal(slot, reason)),
            Fate::Record => unrecorded = Some(slot.key.id.clone()),
            Fate::Refuse(refusal) => return Move::Refuse(refusal),
        }
    }
    match unrecorded {
        Some(key) => Move::RecordSuperseded(key),
        None => Move::CreateKey { after_removing },
    }
}

/// The pending key is stored. Where the quota allows three keys, an attempt that lost the race may have left one more.
fn created(versions: &Versions, keys: &[KeySlot], intent: &Tagged<Intent>, policy: &Policy, now: Timestamp) -> Move {
    let held = |slot: &&KeySlot| slot.key.id == versions.current.key || versions.pending.as_ref() == Some(&slot.key.id);
    let mut orphans = Vec::new();
    for slot in keys.iter().filter(|slot| !held(slot)) {
        match fate(slot, versions, intent, policy, now) {
            Fate::Remove(RemovalReason::Orphan) => orphans.push(removal(slot, RemovalReason::Orphan)),
            Fate::Refuse(refusal @ Refusal::MaybeInFlight { .. }) => return Move::Refuse(refusal),
            Fate::Remove(_) | Fate::Record | Fate::Refuse(_) => {}
        }
    }
    if orphans.is_empty() { Move::Nothing(Done::AlreadyCreated) } else { Move::RemoveOrphans(orphans) }
}

fn removal(slot: &KeySlot, reason: RemovalReason) -> Removal {
    Removal { key: slot.key.id.clone(), active: slot.key.status != KeyStatus::Inactive, reason }
}

enum Fate {
    Remove(RemovalReason),
    Record,
    Refuse(Refusal),
}

/// What becomes of a key that is neither the current nor the pending one.
fn fate(
    slot: &KeySlot,
    versions: &Versions,
    intent: &Tagged<Intent>,
    policy: &Policy,
    now: Timestamp,
) -> Fate {
    let key = slot.key.id.clone();
    match &slot.key.status {
        KeyStatus::Active | KeyStatus::Inactive => {}
        status @ (KeyStatus::Expired | KeyStatus::Unrecognized(_)) => {
            return Fate::Refuse(Refusal::KeyStatusUnclear { key, status: status.clone() });
        }
    }
    let stage = versions.others.iter().filter(|held| held.key == key).map(|held| &held.stage);
    let (previous, foreign): (Vec<_>, Vec<_>) =
        stage.partition(|stage| **stage == VersionStage::Previous);
    if let Some(stage) = foreign.first() {
        return Fate::Refuse(Refusal::HeldByStage { key, stage: (*stage).clone() });
    }
    match &slot.record {
        Tagged::Unreadable(error) => {
            Fate::Refuse(Refusal::RecordUnreadable { key, error: error.clone() })
        }
        Tagged::Readable(record) => match record.state {
            RecordedState::Superseded => superseded(slot, record.at, policy, now),
            RecordedState::Deactivated => deactivated(slot, record.at, policy, now),
            RecordedState::Warned if !previous.is_empty() => Fate::Record,
            RecordedState::Warned => unattributed(slot, intent, policy, now),
        },
        Tagged::Absent if !previous.is_empty() => Fate::Record,
        Tagged::Absent => unattributed(slot, intent, policy, now),
    }
}

fn superseded(slot: &KeySlot, at: Timestamp, policy: &Policy, now: Timestamp) -> Fate {
    let key = slot.key.id.clone();
    let over = later(at, policy.overlap);
    if now < over {
        return Fate::Refuse(Refusal::OverlapNotOver { key, until: over });
    }
    match slot.last_use {
        LastUse::Unknown => Fate::Refuse(Refusal::LastUseUnknown { key }),
        LastUse::At(used) if now < later(used, policy.quiet_time()) => {
            Fate::Refuse(Refusal::SupersededKeyInUse {
                key,
                used,
                quiet: later(used, policy.quiet_time()),
            })
        }
        LastUse::NoneRecorded | LastUse::At(_) => Fate::Remove(RemovalReason::Superseded),
    }
}

fn deactivated(slot: &KeySlot, at: Timestamp, policy: &Policy, now: Timestamp) -> Fate {
    let key = slot.key.id.clone();
    let over = later(at, policy.grace);
    if slot.key.status == KeyStatus::Active {
        Fate::Refuse(Refusal::Reactivated { key, deactivated: at })
    } else if now < over {
        Fate::Refuse(Refusal::GraceNotOver { key, until: over })
    } else {
        Fate::Remove(RemovalReason::Deactivated)
    }
}

/// A key that no version and no record names: an attempt's orphan, an attempt's in flight, or somebody else's.
fn unattributed(slot: &KeySlot, intent: &Tagged<Intent>, policy: &Policy, now: Timestamp) -> Fate {
    let key = slot.key.id.clone();
    let created = slot.key.created;
    if let Tagged::Readable(intent) = intent {
        let from = earlier(intent.from, Policy::CLOCK_SLACK);
        let until = later(intent.until, Policy::CLOCK_SLACK);
        if from <= created && created <= until {
            return match slot.last_use {
                _ if now <= until => Fate::Refuse(Refusal::MaybeInFlight { key, until }),
                LastUse::NoneRecorded => Fate::Remove(RemovalReason::Orphan),
                LastUse::At(used) => Fate::Refuse(Refusal::ForeignKeyUsed { key, used }),
                LastUse::Unknown => Fate::Refuse(Refusal::LastUseUnknown { key }),
            };
        }
    }
    let dead = later(created, policy.attempt_lifetime.saturating_add(Policy::CLOCK_SLACK));
    if now <= dead {
        Fate::Refuse(Refusal::MaybeInFlight { key, until: dead })
    } else {
        Fate::Refuse(Refusal::ForeignKey { key })
    }
}

fn set(versions: &Versions, keys: &[KeySlot]) -> Move {
    let current = &versions.current.key;
    let checked = match &versions.pending {
        None => Err(Refusal::PendingEmpty { token: versions.token.clone() }),
        Some(pending) if pending == current => {
            Err(Refusal::PendingIsCurrent { key: pending.clone() })
        }
        Some(pending) => listed_and_active(keys, current, "AWSCURRENT")
            .and_then(|()| listed_and_active(keys, pending, "AWSPENDING")),
    };
    checked.map_or_else(Move::Refuse, |()| Move::Nothing(Done::IdentitiesAgree))
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
            let previous = versions.others.iter().find(|held| held.stage == VersionStage::Previous);
            Move::CompletePromotion {
                key: versions.current.key.clone(),
                superseded: previous.map(|held| held.key.clone()),
            }
        }
        Tagged::Absent | Tagged::Readable(_) | Tagged::Unreadable(_) => {
            Move::Nothing(Done::AlreadyFinished)
        }
    }
}

fn listed_and_active(
    keys: &[KeySlot],
    id: &AccessKeyId,
    stage: &'static str,
) -> Result<(), Refusal> {
    match keys.iter().find(|slot| slot.key.id == *id) {
        None => Err(Refusal::KeyMissing { key: id.clone(), stage }),
        Some(slot) if slot.key.status != KeyStatus::Active => {
            Err(Refusal::KeyNotActive { key: id.clone(), stage, status: slot.key.status.clone() })
        }
        Some(_) => Ok(()),
    }
}

/// `at` plus `span`, or the end of time: a wait that overflows is never over.
fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

fn earlier(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_sub(span).unwrap_or(Timestamp::MIN)
}
