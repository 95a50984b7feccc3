//! The decision of each step.

use jiff::Timestamp;

use super::facts::later;
use super::moves::{Abandonment, Completion, Done, Move, Removal, RemovalReason, SupersededKey};
use super::spare::{Fate, fate};
use super::{
    CurrentVersion, Facts, KeySlot, Refusal, RotationStep, StagedKey, VersionStage, Versions,
};
use crate::credential::CredentialStatus;
use crate::identifiers::{AccessKeyId, CredentialId, VersionId};
use crate::memory::{Attempt, RotationMemory};
use crate::record::{Record, Remembered, Replacement, State};
use crate::sweep::{News, PlannedNotice};

/// Decides what `step` does next, given that [`admit`](super::admit()) let it proceed.
///
/// The same facts always give the same move.
pub fn next(step: RotationStep, facts: &Facts<'_>) -> Move {
    let versions = facts.versions;
    if let Remembered::Unreadable(fault) = &facts.memory.rotation {
        let fault = fault.clone();
        return Move::Refuse(Refusal::MemoryUnreadable { user: facts.user.clone(), fault });
    }
    if versions.token_is_current() {
        return match step {
            RotationStep::FinishSecret => complete(facts),
            RotationStep::CreateSecret | RotationStep::SetSecret | RotationStep::TestSecret => {
                Move::Nothing(Done::AlreadyFinished)
            }
        };
    }
    match step {
        RotationStep::CreateSecret => create(facts),
        RotationStep::SetSecret => set(versions, facts.keys),
        RotationStep::TestSecret => {
            versions.pending.clone().map_or(Move::Nothing(Done::NothingToTest), Move::TestKey)
        }
        RotationStep::FinishSecret => finish(facts),
    }
}

fn create(facts: &Facts<'_>) -> Move {
    let Facts { versions, keys, .. } = *facts;
    let current = match active(keys, &versions.current.key) {
        Ok(slot) => slot,
        Err(unusable) => return Move::Refuse(unusable.current(&versions.current.key)),
    };
    match &versions.pending {
        None => make_room(facts, current),
        Some(pending) if *pending == versions.current.key => {
            Move::AbandonPending { key: pending.clone(), why: Abandonment::CopyOfCurrent }
        }
        Some(pending) => match active(keys, pending) {
            Ok(_) => sweep_orphans(facts, current),
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
fn make_room(facts: &Facts<'_>, current: &KeySlot) -> Move {
    if let Some(until) = leased_until(facts) {
        return Move::Refuse(Refusal::AttemptRunning { user: facts.user.clone(), until });
    }
    let mut after_removing = Vec::new();
    let mut unrecorded = None;
    let mut refusals = Vec::new();
    for slot in spares(facts.versions, facts.keys) {
        match fate(slot, current, facts) {
            Fate::Remove(reason) => after_removing.push(removal(slot, reason, facts)),
            Fate::Record => unrecorded = unrecorded.or(Some(slot)),
            Fate::Refuse(refusal) => refusals.push(refusal),
        }
    }
    match (refusals.into_iter().min_by_key(Refusal::passes_with_time), unrecorded) {
        (Some(refusal), _) => Move::Refuse(refusal),
        (None, Some(slot)) => Move::RecordSuperseded {
            key: slot.key.id.clone(),
            record: superseded_record(
                facts,
                &facts.versions.current.version,
                Some(slot.key.created),
            ),
        },
        (None, None) => Move::CreateKey { after_removing, lease: lease(facts, current) },
    }
}

/// Until when another attempt may still be at work on the user's keys.
fn leased_until(facts: &Facts<'_>) -> Option<Timestamp> {
    let attempt = facts.memory.rotation.readable()?.attempt.as_ref()?;
    Some(attempt.leased_until()).filter(|until| facts.now <= *until)
}

/// The lease of an attempt that starts now. What was remembered before stays, but for an earlier attempt.
fn lease(facts: &Facts<'_>, current: &KeySlot) -> RotationMemory {
    let until = later(facts.now, facts.policy.attempt_lifetime);
    let attempt = Attempt {
        token: facts.versions.token.clone(),
        from: whole_seconds(facts.now),
        until: whole_seconds(until),
        created: current.key.created,
        key: None,
    };
    RotationMemory { attempt: Some(attempt), ..remembered(facts) }
}

/// What is remembered of the rotation, or would be if nothing had been lost.
fn remembered(facts: &Facts<'_>) -> RotationMemory {
    let earlier = facts.memory.rotation.readable();
    let same = earlier.filter(|earlier| earlier.secret == *facts.secret);
    RotationMemory {
        user: facts.user.clone(),
        secret: facts.secret.clone(),
        attempt: earlier.and_then(|earlier| earlier.attempt.clone()),
        last_success: same.and_then(|same| same.last_success),
        unbound_told: None,
    }
}

/// The record of a key that is superseded from now on.
pub(super) fn superseded_record(
    facts: &Facts<'_>,
    version: &VersionId,
    created: Option<Timestamp>,
) -> Record {
    let by = Replacement { secret: facts.secret.clone(), version: version.clone() };
    let since = whole_seconds(facts.now);
    let state = State::Superseded { since, by, reminded: None };
    Record { user: facts.user.clone(), created, state }
}

/// `at` as it is recorded.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}

/// The pending key is stored. Where the quota allows three keys, an attempt that lost the race may have left one more.
fn sweep_orphans(facts: &Facts<'_>, current: &KeySlot) -> Move {
    let mut orphans = Vec::new();
    for slot in spares(facts.versions, facts.keys) {
        match fate(slot, current, facts) {
            Fate::Remove(reason @ RemovalReason::Orphan) => {
                orphans.push(removal(slot, reason, facts));
            }
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

fn removal(slot: &KeySlot, reason: RemovalReason, facts: &Facts<'_>) -> Removal {
    let record = slot.record.readable().filter(|_| reason != RemovalReason::Orphan);
    let now = whole_seconds(facts.now);
    let before = record.map(|record| {
        let inactive = record.says_inactive();
        let since = if inactive { record.since() } else { now };
        let due = record.due().unwrap_or(now);
        record.in_state(State::Deleting { since, due, cause: record.cause() })
    });
    let notice = record.map(|record| PlannedNotice {
        news: News::Deleted,
        because: reason.to_string(),
        exposed: record.is_of_exposure(),
    });
    let active = slot.key.status != CredentialStatus::Inactive;
    Removal { key: slot.key.id.clone(), active, reason, before, notice }
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

fn finish(facts: &Facts<'_>) -> Move {
    let CurrentVersion { version, key: current } = &facts.versions.current;
    match &facts.versions.pending {
        None => Move::Refuse(Refusal::PendingEmpty { token: facts.versions.token.clone() }),
        Some(pending) if pending == current => {
            Move::Refuse(Refusal::PendingIsCurrent { key: pending.clone() })
        }
        Some(pending) => {
            // A record of an earlier life of the key, before somebody rolled back to it, does not count: this one starts now.
            let superseded = superseded_now(facts, current);
            Move::Promote {
                from: version.clone(),
                then: completion(facts, pending, Some(superseded)),
            }
        }
    }
}

/// The attempt is cleared last, so its absence means that everything else was done.
fn complete(facts: &Facts<'_>) -> Move {
    let Facts { versions, memory, .. } = *facts;
    if attempt_of_token(facts).is_none() {
        return Move::Nothing(Done::AlreadyFinished);
    }
    let current = &versions.current.key;
    let replaced = |held: &&StagedKey| held.stage == VersionStage::Previous && held.key != *current;
    let superseded = versions.others.iter().filter(replaced).map(|held| &held.key).min();
    let superseded = superseded.map(|key| {
        let record = memory.record(&CredentialId::from(key));
        match record.readable().map(|record| &record.state) {
            Some(State::Superseded { since, by, .. }) if by.version == versions.token => {
                let (key, kept_until) = (key.clone(), facts.policy.kept_until(*since));
                SupersededKey { key, record: None, kept_until }
            }
            _ => superseded_now(facts, key),
        }
    });
    Move::CompletePromotion(completion(facts, current, superseded))
}

fn superseded_now(facts: &Facts<'_>, key: &AccessKeyId) -> SupersededKey {
    let created = attempt_of_token(facts).map(|attempt| attempt.created);
    let record = superseded_record(facts, &facts.versions.token, created);
    let kept_until = facts.policy.kept_until(record.since());
    SupersededKey { key: key.clone(), record: Some(record), kept_until }
}

fn completion(
    facts: &Facts<'_>,
    key: &AccessKeyId,
    superseded: Option<SupersededKey>,
) -> Completion {
    let last_success = Some(whole_seconds(facts.now));
    let after = RotationMemory { attempt: None, last_success, ..remembered(facts) };
    Completion { key: key.clone(), superseded, after }
}

/// The attempt that is remembered, if it is one at this very rotation.
fn attempt_of_token<'a>(facts: &Facts<'a>) -> Option<&'a Attempt> {
    let attempt = facts.memory.rotation.readable()?.attempt.as_ref();
    attempt.filter(|attempt| attempt.token == facts.versions.token)
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
