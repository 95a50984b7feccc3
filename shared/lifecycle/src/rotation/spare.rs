//! What becomes of a key that is neither the current nor the pending one.

use jiff::Timestamp;

use super::facts::{earlier, later};
use super::{KeySlot, Policy, Refusal, RemovalReason, StagedKey, Tagged, VersionStage};
use crate::credential::{CredentialStatus, LastUse};
use crate::identifiers::VersionId;
use crate::record::{Intent, Record, RecordedState};

/// What bears on a key besides its own slot.
pub(super) struct Circumstances<'a> {
    /// Keys in the secret's versions besides the current and the pending one.
    pub(super) others: &'a [StagedKey],
    /// The current version.
    pub(super) current_version: &'a VersionId,
    /// The current key.
    pub(super) current: &'a KeySlot,
    pub(super) intent: &'a Tagged<Intent>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

/// What becomes of a key.
pub(super) enum Fate {
    /// Nobody relies on it.
    Remove(RemovalReason),
    /// The rotation that replaced it did not get round to writing that down.
    Record,
    /// It stays, and so nothing is done.
    Refuse(Refusal),
}

pub(super) fn fate(slot: &KeySlot, circumstances: &Circumstances<'_>) -> Fate {
    let key = slot.key.id.clone();
    match &slot.key.status {
        CredentialStatus::Active | CredentialStatus::Inactive => {}
        status @ (CredentialStatus::Expired | CredentialStatus::Unrecognized(_)) => {
            return Fate::Refuse(Refusal::KeyStatusUnclear { key, status: status.clone() });
        }
    }
    let stages = circumstances.others.iter().filter(|held| held.key == key).map(|held| &held.stage);
    let (previous, foreign): (Vec<_>, Vec<_>) =
        stages.partition(|stage| **stage == VersionStage::Previous);
    if let Some(stage) = foreign.into_iter().min() {
        return Fate::Refuse(Refusal::HeldByStage { key, stage: stage.clone() });
    }
    match &slot.record {
        Tagged::Unreadable(error) => {
            Fate::Refuse(Refusal::RecordUnreadable { key, error: error.clone() })
        }
        Tagged::Absent if previous.is_empty() => unattributed(slot, circumstances),
        Tagged::Absent => Fate::Record,
        Tagged::Readable(record) if !previous.is_empty() && outdated(record, circumstances) => {
            Fate::Record
        }
        Tagged::Readable(record) => match record.state {
            RecordedState::Superseded
                if record.version.as_ref() != Some(circumstances.current_version) =>
            {
                Fate::Record
            }
            RecordedState::Superseded => superseded(slot, record.at, circumstances),
            RecordedState::Deactivating
            | RecordedState::Deactivated
            | RecordedState::Announced
            | RecordedState::Deleting => deactivated(slot, record.at, circumstances),
            RecordedState::Warned | RecordedState::Reactivated if previous.is_empty() => {
                unattributed(slot, circumstances)
            }
            RecordedState::Warned | RecordedState::Reactivated => Fate::Record,
        },
    }
}

/// Whether the record of a key under `AWSPREVIOUS` was written before the current key existed, or before that one was itself recorded as out of use.
///
/// Such a key was current when the current one replaced it, so it had come back after the record: somebody had rolled back.
fn outdated(record: &Record, circumstances: &Circumstances<'_>) -> bool {
    let current = circumstances.current;
    let came_back = match &current.record {
        Tagged::Readable(own) => out_of_use(own.state) && record.at < own.at,
        Tagged::Absent | Tagged::Unreadable(_) => false,
    };
    came_back || record.at < earlier(current.key.created, Policy::CLOCK_SLACK)
}

fn out_of_use(state: RecordedState) -> bool {
    !matches!(state, RecordedState::Warned | RecordedState::Reactivated)
}

fn superseded(slot: &KeySlot, at: Timestamp, circumstances: &Circumstances<'_>) -> Fate {
    let Circumstances { policy, now, .. } = *circumstances;
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
fn deactivated(slot: &KeySlot, at: Timestamp, circumstances: &Circumstances<'_>) -> Fate {
    let key = slot.key.id.clone();
    if slot.key.status == CredentialStatus::Active {
        return Fate::Refuse(Refusal::Reactivated { key, deactivated: at });
    }
    let inactive_since = match slot.last_use {
        LastUse::At(used) => at.max(used),
        LastUse::NoneRecorded | LastUse::Unknown => at,
    };
    let over = later(inactive_since, circumstances.policy.grace);
    if circumstances.now < over {
        Fate::Refuse(Refusal::GraceNotOver { key, until: over })
    } else {
        Fate::Remove(RemovalReason::Deactivated)
    }
}

/// A key that no version and no record names: an attempt's orphan, an attempt's in flight, or somebody else's.
fn unattributed(slot: &KeySlot, circumstances: &Circumstances<'_>) -> Fate {
    let Circumstances { intent, policy, now, .. } = *circumstances;
    let (key, created) = (slot.key.id.clone(), slot.key.created);
    if let Tagged::Readable(intent) = intent
        && intent.key.as_ref().is_none_or(|own| *own == key)
    {
        let until = intent.until.min(later(intent.from, Policy::LONGEST_ATTEMPT));
        let until = later(until, Policy::CLOCK_SLACK);
        let in_span = earlier(intent.from, Policy::CLOCK_SLACK) <= created && created <= until;
        if in_span || intent.key.is_some() {
            // A key this young may be that of an attempt which began after the intent was read.
            let in_flight = until.max(later(created, Policy::CLOCK_SLACK));
            if now <= in_flight {
                return Fate::Refuse(Refusal::MaybeInFlight { key, until: in_flight });
            }
            return match slot.last_use {
                LastUse::NoneRecorded => Fate::Remove(RemovalReason::Orphan),
                LastUse::At(used) if intent.key.is_none() => {
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
