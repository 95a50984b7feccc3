//! What a step may do next.

use std::fmt;

use jiff::Timestamp;

use super::Refusal;
use crate::identifiers::{AccessKeyId, VersionId};
use crate::memory::RotationMemory;
use crate::record::Record;
use crate::sweep::PlannedNotice;

/// What a step does next, whole: whoever executes it has no choice left.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use = "a move does nothing until it is executed"]
pub enum Move {
    /// The step's goal is reached already.
    Nothing(Done),
    /// Remove these keys, take the lease, then create a key, name it in the lease, and store it as the pending version.
    ///
    /// The lease comes second, because it replaces the attempt that names an orphan among the keys to remove.
    CreateKey {
        /// Keys nobody relies on, whose slots are needed.
        after_removing: Vec<Removal>,
        /// What is remembered from before the key is made.
        lease: RotationMemory,
    },
    /// The new key is stored; remove these orphans of attempts that lost the race to store theirs.
    RemoveOrphans(Vec<Removal>),
    /// Write down that the key is superseded from now on, and end in error: its overlap starts with the record.
    RecordSuperseded {
        /// The key.
        key: AccessKeyId,
        /// Its record from now on.
        record: Record,
    },
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
        /// The version that must still be current when the label moves.
        from: VersionId,
        /// What follows once it has moved.
        then: Completion,
    },
    /// The label has moved: complete the promotion.
    CompletePromotion(Completion),
    /// Nothing may be done.
    Refuse(Refusal),
}

/// What is left to do once `AWSCURRENT` has moved, in this order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Completion {
    /// The key that is current then, and is told of.
    pub key: AccessKeyId,
    /// The key it replaced, unless that is gone.
    pub superseded: Option<SupersededKey>,
    /// What is remembered in the end: the attempt is over.
    pub after: RotationMemory,
}

/// A key that was just replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SupersededKey {
    /// The key.
    pub key: AccessKeyId,
    /// Its record, which has to be written; `None` if an earlier invocation wrote it.
    pub record: Option<Record>,
    /// Until when it is kept at least.
    pub kept_until: Timestamp,
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
    /// What is recorded before it is deleted; the record of an orphan is that of the attempt.
    pub before: Option<Record>,
    /// The notice of its deletion; nobody ever held an orphan.
    pub notice: Option<PlannedNotice>,
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

impl fmt::Display for RemovalReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Orphan => "an attempt that ended before storing it left it behind",
            Self::Superseded => {
                "a rotation replaced it, its overlap is over, and nothing uses it any more"
            }
            Self::Deactivated => "it was deactivated, and its grace is over",
        })
    }
}
