//! Why a step does nothing: what was found, on what, and what to do about it.

use std::fmt;

use jiff::Timestamp;

use crate::credential::CredentialStatus;
use crate::identifiers::{AccessKeyId, Arn, UserName, VersionId};
use crate::sweep::Exempted;

use super::VersionStage;

/// A typed reason for doing nothing.
///
/// Its text says what happened, to what, and what to do next.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant's text is its documentation; the fields are its subjects"
)]
pub enum Refusal {
    RotationDisabled,
    OwnedByService { service: String },
    TokenUnknown { token: VersionId },
    TokenNotPending { token: VersionId },
    CurrentEmpty,
    NotBound { user: UserName, secret: Arn },
    BoundElsewhere { user: UserName, secret: Arn, bound: String },
    OtherAccount { user: Arn, secret: Arn },
    IdentityChanged { what: &'static str, actual: String },
    KeyMissing { key: AccessKeyId, stage: &'static str },
    KeyNotActive { key: AccessKeyId, stage: &'static str, status: CredentialStatus },
    KeyStatusUnclear { key: AccessKeyId, status: CredentialStatus },
    HeldByStage { key: AccessKeyId, stage: VersionStage },
    Exempt { key: AccessKeyId, by: Exempted },
    RecordUnreadable { key: AccessKeyId, fault: String },
    MemoryUnreadable { user: UserName, fault: String },
    AttemptRunning { user: UserName, until: Timestamp },
    OverlapNotOver { key: AccessKeyId, until: Timestamp },
    SupersededKeyInUse { key: AccessKeyId, used: Timestamp, quiet: Timestamp },
    LastUseUnknown { key: AccessKeyId },
    Reactivated { key: AccessKeyId, deactivated: Timestamp },
    GraceNotOver { key: AccessKeyId, until: Timestamp },
    MaybeInFlight { key: AccessKeyId, until: Timestamp },
    ForeignKey { key: AccessKeyId },
    ForeignKeyUsed { key: AccessKeyId, used: Timestamp },
    AbandonedKeyUsed { key: AccessKeyId, used: Timestamp, quiet: Timestamp },
    PendingEmpty { token: VersionId },
    PendingKeyMissing { key: AccessKeyId },
    PendingKeyNotActive { key: AccessKeyId, status: CredentialStatus },
    PendingIsCurrent { key: AccessKeyId },
}

impl Refusal {
    /// Whether time alone may lift the refusal, so that a retry by Secrets Manager can succeed.
    pub fn passes_with_time(&self) -> bool {
        match self {
            Self::OverlapNotOver { .. }
            | Self::SupersededKeyInUse { .. }
            | Self::LastUseUnknown { .. }
            | Self::GraceNotOver { .. }
            | Self::MaybeInFlight { .. }
            | Self::AttemptRunning { .. }
            | Self::AbandonedKeyUsed { .. }
            | Self::PendingEmpty { .. }
            | Self::PendingKeyMissing { .. } => true,
            Self::RotationDisabled
            | Self::OwnedByService { .. }
            | Self::TokenUnknown { .. }
            | Self::TokenNotPending { .. }
            | Self::CurrentEmpty
            | Self::NotBound { .. }
            | Self::BoundElsewhere { .. }
            | Self::OtherAccount { .. }
            | Self::IdentityChanged { .. }
            | Self::KeyMissing { .. }
            | Self::KeyNotActive { .. }
            | Self::KeyStatusUnclear { .. }
            | Self::HeldByStage { .. }
            | Self::Exempt { .. }
            | Self::RecordUnreadable { .. }
            | Self::MemoryUnreadable { .. }
            | Self::Reactivated { .. }
            | Self::ForeignKey { .. }
            | Self::ForeignKeyUsed { .. }
            | Self::PendingKeyNotActive { .. }
            | Self::PendingIsCurrent { .. } => false,
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::RotationDisabled => f.write_str(
                "rotation is not switched on for this secret; configure it, then rotate again",
            ),
            Self::OwnedByService { service } => {
                write!(f, "the secret is managed by {service}; only that service may rotate it")
            }
            Self::TokenUnknown { token } => {
                write!(
                    f,
                    "the secret has no labelled version {token}; start a new rotation instead of replaying an old event"
                )
            }
            Self::TokenNotPending { token } => {
                write!(
                    f,
                    "version {token} is neither AWSPENDING nor AWSCURRENT; this rotation was abandoned, start a new one"
                )
            }
            Self::CurrentEmpty => f.write_str(
                "the secret has no current value, so nobody knows whose key to rotate; \
                 store a key of the user in it first, then rotate again",
            ),
            Self::NotBound { user, secret } => write!(
                f,
                "IAM user {user} does not carry the tag keysteward:secret, so no secret may hold its keys; \
                 if this one should, tag the user with keysteward:secret = {secret}"
            ),
            Self::BoundElsewhere { user, secret, bound } => write!(
                f,
                "IAM user {user} is bound to {bound:?} by its tag keysteward:secret, not to {secret}; \
                 remove its key from this secret, or correct the tag"
            ),
            Self::OtherAccount { user, secret } => {
                write!(
                    f,
                    "{user} lives in another account than {secret}; rotate it with a function and a secret of its own account"
                )
            }
            Self::IdentityChanged { what, actual } => write!(
                f,
                "the secret names another {what} than {actual:?}, which is what IAM says; \
                 the user was renamed, moved or recreated: correct the secret if the user is still the right one"
            ),
            Self::KeyMissing { key, stage } => write!(
                f,
                "key {key}, held under {stage}, is not a key of the user any more; \
                 create a key by hand and store it in the secret, then rotate again"
            ),
            Self::KeyNotActive { key, stage, status } => write!(
                f,
                "key {key}, held under {stage}, is {status}, so its consumers are cut off already; \
                 activate it if it should work, or switch rotation off"
            ),
            Self::KeyStatusUnclear { key, status } => {
                write!(
                    f,
                    "the user's other key {key} has status {status}; decide by hand whether to delete it, then rotate again"
                )
            }
            Self::HeldByStage { key, stage } => write!(
                f,
                "the user's other key {key} is held by the secret's version labelled {stage}; \
                 remove that label when nobody needs the key, then rotate again"
            ),
            Self::Exempt { key, by } => write!(
                f,
                "both key slots are taken, and the user's other key {key} is exempt: {by}; \
                 remove the exemption, or delete the key by hand when nobody uses it, then rotate again"
            ),
            Self::RecordUnreadable { key, fault } => write!(
                f,
                "the record of key {key} cannot be read: {fault}; update Keysteward, or remove the item from the table, then rotate again"
            ),
            Self::MemoryUnreadable { user, fault } => write!(
                f,
                "what is remembered of the rotation of IAM user {user} cannot be read: {fault}; \
                 update Keysteward, or remove the item from the table, then rotate again"
            ),
            Self::AttemptRunning { user, until } => write!(
                f,
                "another attempt at the keys of IAM user {user} may still be running, until {until} at the latest; \
                 Secrets Manager tries again"
            ),
            Self::OverlapNotOver { key, until } => write!(
                f,
                "both key slots are taken, and superseded key {key} is kept until {until}; rotate again after that, or delete the key by hand when nobody uses it"
            ),
            Self::SupersededKeyInUse { key, used, quiet } => write!(
                f,
                "superseded key {key} was still used at {used}; find the consumer that did not read the secret again, \
                 then rotate again after {quiet}"
            ),
            Self::LastUseUnknown { key } => {
                write!(
                    f,
                    "nothing is known of the last use of the user's other key {key}; rotate again when IAM answers"
                )
            }
            Self::Reactivated { key, deactivated } => write!(
                f,
                "the user's other key {key} was deactivated at {deactivated} and has been activated again since; \
                 deactivate it, or move its consumer to the secret, then rotate again"
            ),
            Self::GraceNotOver { key, until } => write!(
                f,
                "both key slots are taken, and deactivated key {key} is kept until {until}; rotate again after that, or delete the key by hand when nobody uses it"
            ),
            Self::MaybeInFlight { key, until } => write!(
                f,
                "key {key} is too young to tell whether another attempt at this rotation is about to store it; \
                 Secrets Manager tries again, and after {until} it can be told"
            ),
            Self::ForeignKey { key } => write!(
                f,
                "the user's other key {key} was not made by a rotation, and there is no slot for a new one; \
                 find out who made it and delete it when nobody uses it, then rotate again"
            ),
            Self::ForeignKeyUsed { key, used } => write!(
                f,
                "the user's other key {key} looks like one a failed rotation left behind, but it was used at {used}, so somebody holds it; \
                 delete it when nobody uses it, then rotate again"
            ),
            Self::AbandonedKeyUsed { key, used, quiet } => write!(
                f,
                "the user's other key {key} belongs to a rotation that was given up, and was last used at {used}, perhaps only \
                 by that rotation's own test; rotate again after {quiet}, or delete the key by hand when nobody uses it"
            ),
            Self::PendingEmpty { token } => {
                write!(
                    f,
                    "the pending version {token} holds no key yet; createSecret must succeed first"
                )
            }
            Self::PendingKeyMissing { key } => write!(
                f,
                "key {key}, held by the pending version, is not listed among the user's keys; a new key is listed within seconds, \
                 and if somebody deleted it, createSecret gives the version up at the next attempt"
            ),
            Self::PendingKeyNotActive { key, status } => write!(
                f,
                "key {key}, held by the pending version, is {status}, so it cannot become current; \
                 activate it, or delete it so that the next rotation makes another"
            ),
            Self::PendingIsCurrent { key } => {
                write!(
                    f,
                    "the pending version holds key {key}, which is current already; start a new rotation"
                )
            }
        }
    }
}

impl std::error::Error for Refusal {}
