//! Why a decision is what it is.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::credential::ServiceUse;
use crate::exemption::Exemption;
use crate::identifiers::Arn;

use super::facts::SECRET_TAG;

/// Why a credential is stale.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Staleness {
    /// Since when it has been stale, by whichever rule came first. A warning from before that is about the past.
    pub since: Timestamp,
    /// Every rule that it broke.
    pub rules: Vec<Rule>,
}

/// A rule that a credential broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// It went unused for too long (CIS AWS Foundations, "credentials unused for 45 days or greater"; Security Hub IAM.8, IAM.22).
    Idle {
        /// Its last recorded use; `None` if it was never used, and then its creation counts.
        last_used: Option<Timestamp>,
        /// For how long it has gone unused.
        idle: SignedDuration,
        /// The limit.
        limit: SignedDuration,
    },
    /// It is too old; for a kind whose use IAM does not record, this is the only rule (CIS AWS Foundations, "access keys are rotated every 90 days or less"; Security Hub IAM.3).
    Aged {
        /// Its age.
        age: SignedDuration,
        /// The limit.
        limit: SignedDuration,
        /// Whether IAM records the use of its kind.
        use_is_recorded: bool,
    },
    /// The certificate's own last day is over.
    CertificateExpired {
        /// When that was.
        at: Timestamp,
    },
}

impl Rule {
    /// The rule as reports and metrics spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Idle { .. } => "idle",
            Self::Aged { .. } => "aged",
            Self::CertificateExpired { .. } => "certificate-expired",
        }
    }
}

impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Idle { last_used: Some(at), idle, limit } => {
                let (idle, limit) = (days(*idle), days(*limit));
                write!(f, "last used {idle} days ago, on {} (limit {limit} days)", date(*at))
            }
            Self::Idle { last_used: None, idle, limit } => write!(
                f,
                "never used in the {} days since it was created (limit {} days)",
                days(*idle),
                days(*limit)
            ),
            Self::Aged { age, limit, use_is_recorded } => {
                write!(f, "{} days old (limit {} days)", days(*age), days(*limit))?;
                if *use_is_recorded {
                    Ok(())
                } else {
                    f.write_str("; IAM records no use of its kind")
                }
            }
            Self::CertificateExpired { at } => {
                write!(f, "the certificate expired on {}", date(*at))
            }
        }
    }
}

/// What exempts a credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Exempted {
    /// A setting names its user, path or group.
    Configured {
        /// The setting, such as `KEYSTEWARD_EXEMPT_USERS`.
        setting: &'static str,
        /// The entry that matched.
        entry: String,
    },
    /// A tag of the user.
    Tagged(Exemption),
}

impl fmt::Display for Exempted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Configured { setting, entry } => write!(f, "{setting} names {entry}"),
            Self::Tagged(exemption) => write!(f, "{exemption}"),
        }
    }
}

/// Why a decision is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It breaks no rule.
    Fresh,
    /// It is exempt.
    Exempt(Exempted),
    /// A secret holds the user's keys, so that rotation takes care of them.
    HeldBySecret,
    /// Its owner was warned, and the notice period runs.
    NoticeRunning {
        /// Until when.
        until: Timestamp,
    },
    /// A rotation replaced it, and the overlap runs.
    OverlapRunning {
        /// Until when at least.
        until: Timestamp,
    },
    /// A rotation replaced it, and something still uses it.
    SupersededInUse {
        /// The last recorded use.
        used: Timestamp,
        /// By which service, and where.
        with: Option<ServiceUse>,
    },
    /// A rotation replaced it, and nothing uses it any more.
    Superseded {
        /// When it was replaced.
        at: Timestamp,
    },
    /// An attempt at a rotation may still be about to store it: the rotation decides.
    AttemptUnfinished,
    /// A version of the secret with a label of its own holds it.
    HeldByLabel {
        /// The label.
        label: String,
    },
    /// It was deactivated, and the grace runs.
    GraceRunning {
        /// Until when.
        until: Timestamp,
    },
    /// It is inactive, and deletion is switched off.
    DeletionOff,
    /// It was on the ladder, and breaks no rule any more.
    FreshAgain,
    /// It stops working by itself before it could be deactivated.
    ExpiresFirst {
        /// When.
        at: Timestamp,
    },
    /// It is stale.
    Stale(Staleness),
    /// It is stale, its owner was warned, and is reminded.
    DeactivationReminder(Staleness),
    /// It is inactive, and will be deleted.
    DeletionAhead {
        /// When.
        due: Timestamp,
    },
    /// It is inactive and will be deleted, its owner was told so, and is reminded.
    DeletionReminder {
        /// When it will be deleted.
        due: Timestamp,
    },
    /// Its deactivation was interrupted before anybody was told.
    Interrupted {
        /// The rules it breaks, as far as they can be told.
        rules: Vec<Rule>,
    },
    /// Its secret is known to others, and it is active all the same.
    ExposedAndActive,
    /// It has been inactive for the whole grace.
    GraceOver {
        /// Since when it is recorded as inactive.
        since: Timestamp,
    },
    /// The credential is gone, and only its record is left.
    Gone,
    /// IAM reports a status that this program does not know.
    StatusUnrecognized,
    /// It was created, or used, in the future: somebody's clock is wrong.
    DateInFuture,
    /// Its last use could not be found out, which is no proof that it was not used.
    LastUseUnknown,
    /// What is remembered of it cannot be read: it is not overwritten, and not acted upon.
    RecordUnreadable {
        /// What is wrong with it.
        fault: String,
    },
    /// Its user does not carry the tag of the secret any more, which still holds the user's keys and rotates.
    BindingTagGone {
        /// The secret.
        secret: Arn,
    },
    /// A secret holds it, and it is stale all the same: its rotation does not run.
    RotationOverdue(Staleness),
}

impl Reason {
    /// The reason as reports and metrics spell it.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::Exempt(_) => "exempt",
            Self::HeldBySecret => "held-by-secret",
            Self::NoticeRunning { .. } => "notice-running",
            Self::OverlapRunning { .. } => "overlap-running",
            Self::SupersededInUse { .. } => "superseded-in-use",
            Self::Superseded { .. } => "superseded",
            Self::AttemptUnfinished => "attempt-unfinished",
            Self::HeldByLabel { .. } => "held-by-label",
            Self::GraceRunning { .. } => "grace-running",
            Self::DeletionOff => "deletion-off",
            Self::FreshAgain => "fresh-again",
            Self::ExpiresFirst { .. } => "expires-first",
            Self::Stale(_) => "stale",
            Self::DeactivationReminder(_) => "deactivation-reminder",
            Self::DeletionAhead { .. } => "deletion-ahead",
            Self::DeletionReminder { .. } => "deletion-reminder",
            Self::Interrupted { .. } => "interrupted",
            Self::ExposedAndActive => "exposed-and-active",
            Self::GraceOver { .. } => "grace-over",
            Self::Gone => "gone",
            Self::StatusUnrecognized => "status-unrecognized",
            Self::DateInFuture => "date-in-future",
            Self::LastUseUnknown => "last-use-unknown",
            Self::RecordUnreadable { .. } => "record-unreadable",
            Self::BindingTagGone { .. } => "binding-tag-gone",
            Self::RotationOverdue(_) => "rotation-overdue",
        }
    }

    /// The rules that were broken, if any were.
    pub fn rules(&self) -> &[Rule] {
        if let Self::Stale(staleness)
        | Self::DeactivationReminder(staleness)
        | Self::RotationOverdue(staleness) = self
        {
            &staleness.rules
        } else if let Self::Interrupted { rules } = self {
            rules
        } else {
            &[]
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Fresh => f.write_str("it breaks no rule"),
            Self::Exempt(by) => write!(f, "it is exempt: {by}"),
            Self::HeldBySecret => f.write_str("a secret holds it, and rotation takes care of it"),
            Self::NoticeRunning { until } => {
                write!(f, "its owner was warned that it is deactivated on {}", date(*until))
            }
            Self::OverlapRunning { until } => {
                write!(f, "a rotation replaced it, and it stays until {} at least", date(*until))
            }
            Self::SupersededInUse { used, with } => {
                write!(f, "a rotation replaced it, and it was still used on {used}")?;
                with.as_ref().map_or(Ok(()), |with| write!(f, " {with}"))
            }
            Self::Superseded { at } => {
                write!(f, "a rotation replaced it on {}, and nothing uses it any more", date(*at))
            }
            Self::AttemptUnfinished => {
                f.write_str("an attempt at a rotation may have made it: the next rotation decides")
            }
            Self::HeldByLabel { label } => {
                write!(f, "the version of its secret that is labelled {label} holds it")
            }
            Self::GraceRunning { until } => {
                write!(f, "it is inactive, and stays until {}", date(*until))
            }
            Self::DeletionOff => f.write_str("it is inactive, and deletion is switched off"),
            Self::FreshAgain => f.write_str("it was on the ladder, and breaks no rule any more"),
            Self::ExpiresFirst { at } => write!(f, "it expires by itself on {}", date(*at)),
            Self::Stale(staleness)
            | Self::DeactivationReminder(staleness)
            | Self::RotationOverdue(staleness) => {
                if matches!(self, Self::RotationOverdue(_)) {
                    f.write_str("a secret holds it, and its rotation is overdue: ")?;
                }
                let rules: Vec<_> = staleness.rules.iter().map(ToString::to_string).collect();
                f.write_str(&rules.join("; "))
            }
            Self::DeletionAhead { due } | Self::DeletionReminder { due } => {
                write!(f, "it is inactive, and is deleted on {}", date(*due))
            }
            Self::Interrupted { rules } if rules.is_empty() => {
                f.write_str("its deactivation was interrupted before anybody was told")
            }
            Self::Interrupted { rules } => {
                let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
                f.write_str(&rules.join("; "))
            }
            Self::ExposedAndActive => {
                f.write_str("its secret is exposed, and somebody activated it again: deactivate it")
            }
            Self::GraceOver { since } => {
                write!(f, "it has been inactive since {}", date(*since))
            }
            Self::Gone => f.write_str("it is gone, and only its record is left"),
            Self::StatusUnrecognized => {
                f.write_str("IAM reports a status this version does not know")
            }
            Self::DateInFuture => f.write_str("it was created or used in the future"),
            Self::LastUseUnknown => f.write_str("its last use could not be found out"),
            Self::RecordUnreadable { fault } => write!(
                f,
                "its record cannot be read: {fault}; update Keysteward, or remove the item from the table"
            ),
            Self::BindingTagGone { secret } => write!(
                f,
                "its user has lost the tag {SECRET_TAG}, and secret {secret} still rotates its keys: \
                 set the tag again, or end the rotation of the secret"
            ),
        }
    }
}

impl fmt::Display for ServiceUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "with {}", self.service)?;
        self.region.as_ref().map_or(Ok(()), |region| write!(f, " in {region}"))
    }
}

fn days(span: SignedDuration) -> i64 {
    span.as_hours() / 24
}

/// The day, in UTC.
pub(crate) fn date(at: Timestamp) -> String {
    at.to_string().chars().take(10).collect()
}
