#![doc = include_str!("../README.md")]

mod news;
mod publisher;
#[cfg(test)]
mod tests;
mod words;

use serde::Serialize;

pub use news::{Exposure, LimitReached, News, Owner, Rotation};
pub use publisher::{NoticePublisher, PublishError};

/// The schema of the notices this version writes.
pub const SCHEMA: &str = "keysteward/notice/v1";

/// One piece of news about one credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    schema: &'static str,
    id: String,
    kind: Kind,
    outcome: Outcome,
    severity: Severity,
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    user: Option<String>,
    at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    credential: Option<Credential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    due: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    because: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
    #[serde(skip_serializing_if = "Owner::is_unknown")]
    owner: Owner,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded: Option<Credential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_kept_until: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
    text: String,
}

/// What the news is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A new key is current; the old one works until its overlap is over.
    Rotated,
    /// A credential will be deactivated on a day.
    DeactivationAhead,
    /// An inactive credential will be deleted on a day.
    DeletionAhead,
    /// A key that a rotation replaced is still in use.
    SupersededInUse,
    /// A credential was deactivated, or a console password deleted.
    Deactivated,
    /// A credential was deleted.
    Deleted,
    /// AWS reports that a credential's secret is known to others.
    Exposed,
    /// An operator took a deactivation back.
    Reactivated,
    /// A sweep wanted to take away more than it may, and so took away nothing.
    LimitReached,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
            Self::DeactivationAhead => "deactivation-ahead",
            Self::DeletionAhead => "deletion-ahead",
            Self::SupersededInUse => "superseded-in-use",
            Self::Deactivated => "deactivated",
            Self::Deleted => "deleted",
            Self::Exposed => "exposed",
            Self::Reactivated => "reactivated",
            Self::LimitReached => "limit-reached",
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::Rotated | Self::Reactivated => Severity::Info,
            Self::DeactivationAhead
            | Self::DeletionAhead
            | Self::SupersededInUse
            | Self::Deactivated
            | Self::Deleted => Severity::Warning,
            Self::Exposed | Self::LimitReached => Severity::Critical,
        }
    }
}

/// What became of it. The words of a notice follow from this.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It was done.
    Done,
    /// It was tried, and failed.
    Failed,
    /// It was not tried, because the deployment only reports.
    DryRun,
}

/// How soon somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is to be done.
    Info,
    /// The owner should act in time.
    Warning,
    /// Somebody should act now.
    Critical,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Credential {
    kind: &'static str,
    id: String,
    #[serde(skip)]
    title: &'static str,
    #[serde(skip)]
    noun: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    created: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_used: Option<LastUsed>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct LastUsed {
    /// `None` when IAM has no record of a use.
    at: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    region: Option<String>,
}

impl Notice {
    /// The id, which is the same when the same news is told twice.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// What happened, why, and what to do.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Attributes that subscribers can filter by.
    pub fn attributes(&self) -> Vec<(&'static str, String)> {
        let mut attributes = vec![
            ("kind", self.kind.as_str().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("account", self.account.clone()),
        ];
        if let Some(credential) = &self.credential {
            attributes.push(("credential", credential.kind.to_owned()));
        }
        attributes
    }
}
