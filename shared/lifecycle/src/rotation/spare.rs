//! What becomes of a key that is neither the current nor the pending one.

use jiff::{SignedDuration, Timestamp};

use super::facts::{earlier, later};
use super::{Facts, KeySlot, Policy, Refusal, RemovalReason, VersionStage};
use crate::credential::{CredentialStatus, LastUse};
use crate::identifiers::CredentialId;
use crate::record::{Cause, Record, Remembered, State};
use crate::sweep::exempt::exempted_by_tag;

/// How long a key that no rotation replaced stays inactive before it is deleted: its owner did not ask for a rotation.
pub(super) const PATIENT_GRACE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// What becomes of a key.
pub(super) enum Fate {
    /// Nobody relies on it.
    Remove(RemovalReason),
    /// The rotation that replaced it did not get round to writing that down.
    Record,
    /// It stays, and so nothing is done.
    Refuse(Refusal),
}

pub(super) fn fate(slot: &KeySlot, current: &KeySlot, facts: &Facts<'_>) -> Fate {
    let key = slot.key.id.clone();
    match &slot.key.status {
        CredentialStatus::Active | CredentialStatus::Inactive => {}
        status @ (CredentialStatus::Expired | CredentialStatus::Unrecognized(_)) => {
            return Fate::Refuse(Refusal::KeyStatusUnclear { key, status: status.clone() });
        }
    }
    let versions = facts.versions;
    let stages = versions.others.iter().filter(|held| held.key == key).map(|held| &held.stage);
    let (previous, labelled): (Vec<_>, Vec<_>) =
        stages.partition(|stage| **stage == VersionStage::Previous);
    if let Some(stage) = labelled.into_iter().min() {
        return Fate::Refuse(Refusal::HeldByStage { key, stage: stage.clone() });
    }
    if let Some(by) = exempted_by_tag(facts.tags, Some(&CredentialId::from(&key)), facts.now) {
        return Fate::Refuse(Refusal::Exempt { key, by });
    }
    match &slot.record {
        Remembered::Unreadable(fault) => {
            Fate::Refuse(Refusal::RecordUnreadable { key, fault: fault.clone() })
        }
        Remembered::Absent if previous.is_empty() => unattributed(slot, current, facts),
        Remembered::Absent => Fate::Record,
        Remembered::Readable(record) if !previous.is_empty() && outdated(record, current) => {
            Fate::Record
        }
        Remembered::Readable(record) => match &record.state {
            State::Superseded { by, .. } if by.version != versions.current.version => Fate::Record,
            State::Superseded { since, .. } => superseded(slot, *since, facts),
            State::Deactivating { .. }
            | State::Deactivated { .. }
            | State::DeletionAnnounced { .. }
            | State::Deleting { .. } => deactivated(slot, record, facts),
            State::Warned { .. } | State::Reactivated { .. } if previous.is_empty() => {
                unattributed(slot, current, facts)
            }
            State::Warned { .. } | State::Reactivated { .. } => Fate::Record,
        },
    }
}

/// Whether the record of a key under `AWSPREVIOUS` was written before the current key existed, or before that one was itself recorded as out of use.
///
/// Such a key was current when the current one replaced it, so it had come back after the record: somebody had rolled back.
pub(super) fn outdated(record: &Record, current: &KeySlot) -> bool {
    let came_back = match current.record.readable() {
        Some(own) => out_of_use(own) && record.since() < own.since(),
        None => false,
    };
    came_back || record.since() < earlier(current.key.created, Policy::CLOCK_SLACK)
}

fn out_of_use(record: &Record) -> bool {
    !matches!(record.state, State::Warned { .. } | State::Reactivated { .. })
}

fn superseded(slot: &KeySlot, at: Timestamp, facts: &Facts<'_>) -> Fate {
    let Facts { policy, now, .. } = *facts;
    let key = slot.key.id.clone();
    let kept_until = policy.kept_until(at);
    if now < kept_until {
        return Fate::Refuse(Refusal::OverlapNotOver { key, until: kept_until });
    }
    match slot.last_use {
        LastUse::Unknown => Fate::Refuse(Refusal::LastUseUnknown { key }),
        LastUse::At(used) if now < later(used, policy.quiet_time()) => {
            let quiet = later(used, policy.quiet_time());
            Fate::Refuse(Refusal::SupersededKeyInUse { key, used, quiet })
        }
        // It outlived its overlap in use: a consumer that never moved over, or somebody had rolled back to it. It gets another.
        LastUse::At(used) if used > kept_until => Fate::Record,
        LastUse::NoneRecorded | LastUse::At(_) => Fate::Remove(RemovalReason::Superseded),
    }
}

/// A use after the recorded deactivation means that the key was activated meanwhile, and deactivated later than recorded.
///
/// One that a rotation replaced and that is active again gets another overlap; any other is a matter for its operator.
fn deactivated(slot: &KeySlot, record: &Record, facts: &Facts<'_>) -> Fate {
    let (key, at) = (slot.key.id.clone(), record.since());
    if slot.key.status == CredentialStatus::Active {
        return match record.cause() {
            Cause::Superseded(_) => Fate::Record,
            Cause::Stale | Cause::Exposed { .. } | Cause::ByHand => {
                Fate::Refuse(Refusal::Reactivated { key, deactivated: at })
            }
        };
    }
    let inactive_since = match slot.last_use {
        LastUse::At(used) => at.max(used),
        LastUse::NoneRecorded | LastUse::Unknown => at,
    };
    // Its deletion was decided, and interrupted: that decision stands unless somebody used the key since.
    let decided = matches!(record.state, State::Deleting { .. }) && inactive_since == at;
    let grace = match record.cause() {
        _ if decided => SignedDuration::ZERO,
        Cause::Superseded(_) => facts.policy.grace,
        Cause::Stale | Cause::Exposed { .. } | Cause::ByHand => {
            PATIENT_GRACE.max(facts.policy.grace)
        }
    };
    let over = later(inactive_since, grace);
    let over = record.due().map_or(over, |due| due.max(over));
    if facts.now < over {
        Fate::Refuse(Refusal::GraceNotOver { key, until: over })
    } else {
        Fate::Remove(RemovalReason::Deactivated)
    }
}

/// A key that no version and no record names: an attempt's orphan, an attempt's in flight, or somebody else's.
///
/// An attempt that was to replace another key than the current one says nothing of a key of today: the table was restored to an earlier state.
fn unattributed(slot: &KeySlot, current: &KeySlot, facts: &Facts<'_>) -> Fate {
    let Facts { memory, policy, now, .. } = *facts;
    let (key, created) = (slot.key.id.clone(), slot.key.created);
    let attempt = memory.rotation.readable().and_then(|rotation| rotation.attempt.as_ref());
    if let Some(attempt) = attempt
        && attempt.replaces(&current.key)
        && attempt.key.as_ref().is_none_or(|own| *own == key)
    {
        let until = attempt.leased_until();
        let in_span = earlier(attempt.from, Policy::CLOCK_SLACK) <= created && created <= until;
        if in_span || attempt.key.is_some() {
            // A key this young may be that of an attempt which began after the memory was read.
            let in_flight = until.max(later(created, Policy::CLOCK_SLACK));
            if now <= in_flight {
                return Fate::Refuse(Refusal::MaybeInFlight { key, until: in_flight });
            }
            return match slot.last_use {
                LastUse::NoneRecorded => Fate::Remove(RemovalReason::Orphan),
                LastUse::At(used) if attempt.key.is_none() => {
                    Fate::Refuse(Refusal::ForeignKeyUsed { key, used })
                }
                // It was stored in a version that was given up since, and a test of it is a use.
                LastUse::At(used) if now < later(used, policy.quiet_time()) => {
                    let quiet = later(used, policy.quiet_time());
                    Fate::Refuse(Refusal::AbandonedKeyUsed { key, used, quiet })
                }
                LastUse::At(_) => Fate::Remove(RemovalReason::Orphan),
                LastUse::Unknown => Fate::Refuse(Refusal::LastUseUnknown { key }),
            };
        }
    }
    let in_flight = later(created, policy.attempt_lifetime.saturating_add(Policy::CLOCK_SLACK));
    if now <= in_flight {
        Fate::Refuse(Refusal::MaybeInFlight { key, until: in_flight })
    } else {
        Fate::Refuse(Refusal::ForeignKey { key })
    }
}
