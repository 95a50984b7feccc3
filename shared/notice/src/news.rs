//! What the news is: each kind with exactly the facts it has.

use jiff::Timestamp;
use lifecycle::identifiers::Arn;
use serde::{Deserialize, Serialize};

use crate::{Credential, Severity, wire};

/// What the news is, each kind with exactly the facts it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum News {
    /// A secret has a new current key; the old one works until its overlap is over.
    Rotated(Rotated),
    /// Secrets Manager gave up a rotation.
    RotationFailed(RotationFailed),
    /// A secret has another current version, and no rotation made it current.
    NewVersion(NewVersion),
    /// A credential will be deactivated on a day; a console password will be deleted.
    DeactivationAhead(Ahead),
    /// An inactive credential will be deleted on a day.
    DeletionAhead(Ahead),
    /// A key that a rotation replaced is still in use.
    SupersededInUse(OfCredential),
    /// A credential was deactivated; a console password was deleted.
    Deactivated(Deactivated),
    /// A credential was deleted.
    Deleted(OfCredential),
    /// AWS reports that the secret of a credential is exposed.
    Exposed(Exposed),
    /// An operator undid a deactivation.
    Reactivated(OfCredential),
    /// A sweep changed nothing, because more was due than one run may change.
    LimitReached(LimitReached),
    /// A mail to an owner was not delivered, or not wanted.
    MailUndelivered(MailUndelivered),
    /// A user lost the tag that binds it to its secret, while the secret still rotates its keys.
    BindingTagGone(BindingTagGone),
}

/// The kinds of news.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(missing_docs, reason = "each is the variant of News of the same name")]
pub enum Kind {
    Rotated,
    RotationFailed,
    NewVersion,
    DeactivationAhead,
    DeletionAhead,
    SupersededInUse,
    Deactivated,
    Deleted,
    Exposed,
    Reactivated,
    LimitReached,
    MailUndelivered,
    BindingTagGone,
}

/// A finished rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rotated {
    /// The IAM user.
    pub user: String,
    /// The key that is current now.
    pub credential: Credential,
    /// The key it replaced; `None` for the first key of a user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub superseded: Option<Superseded>,
    /// The secret that holds the key.
    #[serde(with = "wire::as_text")]
    pub secret: Arn,
    /// The version of the secret that is current now.
    pub version: String,
}

/// A key that a rotation replaced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Superseded {
    /// The key's id.
    pub id: String,
    /// Until when it is kept at least.
    pub kept_until: Timestamp,
}

/// A rotation that was given up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RotationFailed {
    /// The secret.
    #[serde(with = "wire::as_text")]
    pub secret: Arn,
    /// What AWS says about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A version of a secret that became current without a rotation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewVersion {
    /// The secret.
    #[serde(with = "wire::as_text")]
    pub secret: Arn,
    /// The version.
    pub version: String,
}

/// What will be done to a credential on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ahead {
    /// The IAM user.
    pub user: String,
    /// The credential.
    pub credential: Credential,
    /// When.
    pub due: Timestamp,
    /// The rule behind it.
    pub because: String,
    /// Whether the credential's secret is exposed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exposed: bool,
}

/// A credential, and the rule behind what happened to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfCredential {
    /// The IAM user.
    pub user: String,
    /// The credential.
    pub credential: Credential,
    /// The rule.
    pub because: String,
}

/// A credential that was deactivated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deactivated {
    /// The IAM user.
    pub user: String,
    /// The credential.
    pub credential: Credential,
    /// When it is deleted, if it is; a console password is deleted at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kept_until: Option<Timestamp>,
    /// The rule behind it.
    pub because: String,
    /// Whether the credential's secret is exposed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub exposed: bool,
}

/// A credential whose secret AWS found where it should not be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Exposed {
    /// The IAM user, if one was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The credential, if AWS names one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Credential>,
    /// What was done about it.
    pub answer: Answer,
    /// Why nothing else was done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub because: Option<String>,
}

/// What was done about an exposed credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "kebab-case")]
pub enum Answer {
    /// It was deactivated at once.
    Deactivated,
    /// It was inactive already.
    WasInactive,
    /// It may still be active, because it could not be deactivated.
    Failed {
        /// What went wrong.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<String>,
    },
    /// It is still active, because this deployment changes nothing.
    DryRun,
}

/// A sweep that changed nothing, because more was due than one run may change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitReached {
    /// How many credentials were due.
    pub planned: usize,
    /// How many one run may deactivate or delete.
    pub allowed: usize,
}

/// A mail that did not reach its recipient, or that the recipient did not want.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailUndelivered {
    /// To whom it was sent.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// What became of it.
    pub outcome: MailFate,
    /// Why, in the words of the mail system.
    pub because: String,
}

/// What became of a mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MailFate {
    /// It bounced.
    Bounced,
    /// The mail system accepted it and then did not send it.
    Rejected,
    /// It arrived, and its recipient reported it as unwanted.
    Unwanted,
}

/// A user who lost the tag `keysteward:secret` while the secret still rotates the user's keys.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BindingTagGone {
    /// The IAM user.
    pub user: String,
    /// The secret.
    #[serde(with = "wire::as_text")]
    pub secret: Arn,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_false(flag: &bool) -> bool {
    !flag
}

impl Kind {
    /// Every kind.
    pub const ALL: [Self; 13] = [
        Self::Rotated,
        Self::RotationFailed,
        Self::NewVersion,
        Self::DeactivationAhead,
        Self::DeletionAhead,
        Self::SupersededInUse,
        Self::Deactivated,
        Self::Deleted,
        Self::Exposed,
        Self::Reactivated,
        Self::LimitReached,
        Self::MailUndelivered,
        Self::BindingTagGone,
    ];

    /// The kind as notices and their attributes spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::RotationFailed => "rotation-failed",
            Self::NewVersion => "new-version",
            Self::DeactivationAhead => "deactivation-ahead",
            Self::DeletionAhead => "deletion-ahead",
            Self::SupersededInUse => "superseded-in-use",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
            Self::Exposed => "exposed",
            Self::Reactivated => "reactivated",
            Self::LimitReached => "limit-reached",
            Self::MailUndelivered => "mail-undelivered",
            Self::BindingTagGone => "binding-tag-gone",
        }
    }

    /// How soon somebody should look.
    pub fn severity(self) -> Severity {
        match self {
            Self::Rotated | Self::NewVersion | Self::Reactivated => Severity::Info,
            Self::RotationFailed
            | Self::DeactivationAhead
            | Self::DeletionAhead
            | Self::SupersededInUse
            | Self::Deactivated
            | Self::Deleted
            | Self::MailUndelivered => Severity::Warning,
            Self::Exposed | Self::LimitReached | Self::BindingTagGone => Severity::Critical,
        }
    }
}

impl News {
    /// Its kind.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Rotated(_) => Kind::Rotated,
            Self::RotationFailed(_) => Kind::RotationFailed,
            Self::NewVersion(_) => Kind::NewVersion,
            Self::DeactivationAhead(_) => Kind::DeactivationAhead,
            Self::DeletionAhead(_) => Kind::DeletionAhead,
            Self::SupersededInUse(_) => Kind::SupersededInUse,
            Self::Deactivated(_) => Kind::Deactivated,
            Self::Deleted(_) => Kind::Deleted,
            Self::Exposed(_) => Kind::Exposed,
            Self::Reactivated(_) => Kind::Reactivated,
            Self::LimitReached(_) => Kind::LimitReached,
            Self::MailUndelivered(_) => Kind::MailUndelivered,
            Self::BindingTagGone(_) => Kind::BindingTagGone,
        }
    }

    /// The IAM user it is about.
    pub fn user(&self) -> Option<&str> {
        match self {
            Self::Rotated(Rotated { user, .. })
            | Self::DeactivationAhead(Ahead { user, .. })
            | Self::DeletionAhead(Ahead { user, .. })
            | Self::SupersededInUse(OfCredential { user, .. })
            | Self::Deactivated(Deactivated { user, .. })
            | Self::Deleted(OfCredential { user, .. })
            | Self::Reactivated(OfCredential { user, .. })
            | Self::BindingTagGone(BindingTagGone { user, .. }) => Some(user),
            Self::Exposed(exposed) => exposed.user.as_deref(),
            Self::RotationFailed(_)
            | Self::NewVersion(_)
            | Self::LimitReached(_)
            | Self::MailUndelivered(_) => None,
        }
    }

    /// The credential it is about.
    pub fn credential(&self) -> Option<&Credential> {
        match self {
            Self::Rotated(Rotated { credential, .. })
            | Self::DeactivationAhead(Ahead { credential, .. })
            | Self::DeletionAhead(Ahead { credential, .. })
            | Self::SupersededInUse(OfCredential { credential, .. })
            | Self::Deactivated(Deactivated { credential, .. })
            | Self::Deleted(OfCredential { credential, .. })
            | Self::Reactivated(OfCredential { credential, .. }) => Some(credential),
            Self::Exposed(exposed) => exposed.credential.as_ref(),
            Self::RotationFailed(_)
            | Self::NewVersion(_)
            | Self::LimitReached(_)
            | Self::MailUndelivered(_)
            | Self::BindingTagGone(_) => None,
        }
    }

    /// The secret it is about.
    pub fn secret(&self) -> Option<&Arn> {
        match self {
            Self::Rotated(Rotated { secret, .. })
            | Self::RotationFailed(RotationFailed { secret, .. })
            | Self::NewVersion(NewVersion { secret, .. })
            | Self::BindingTagGone(BindingTagGone { secret, .. }) => Some(secret),
            Self::DeactivationAhead(_)
            | Self::DeletionAhead(_)
            | Self::SupersededInUse(_)
            | Self::Deactivated(_)
            | Self::Deleted(_)
            | Self::Exposed(_)
            | Self::Reactivated(_)
            | Self::LimitReached(_)
            | Self::MailUndelivered(_) => None,
        }
    }

    /// The version of the secret that is current now.
    pub fn version(&self) -> Option<&str> {
        match self {
            Self::Rotated(Rotated { version, .. })
            | Self::NewVersion(NewVersion { version, .. }) => Some(version),
            _ => None,
        }
    }

    /// When the next thing happens to the credential.
    pub fn due(&self) -> Option<Timestamp> {
        match self {
            Self::DeactivationAhead(ahead) | Self::DeletionAhead(ahead) => Some(ahead.due),
            Self::Deactivated(done) => done.kept_until,
            _ => None,
        }
    }

    /// What went wrong.
    pub fn error(&self) -> Option<&str> {
        match self {
            Self::RotationFailed(failed) => failed.error.as_deref(),
            Self::Exposed(Exposed { answer: Answer::Failed { error }, .. }) => error.as_deref(),
            _ => None,
        }
    }

    /// Whether the credential has an owner whom the news is for; other news is for the administrator alone.
    pub fn is_for_an_owner(&self) -> bool {
        !matches!(self, Self::LimitReached(_) | Self::MailUndelivered(_))
    }
}

impl Answer {
    /// The answer as notices spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
            Self::WasInactive => "was-inactive",
            Self::Failed { .. } => "failed",
            Self::DryRun => "dry-run",
        }
    }
}
