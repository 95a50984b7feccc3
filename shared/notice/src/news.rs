//! What happened, as the functions know it.

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, LastUse};
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn, UserName, VersionId};
use lifecycle::sweep::Subject;
use serde::Serialize;

use crate::words::{day, instant};
use crate::{Credential, Kind, LastUsed, Notice, Outcome, SCHEMA};

/// Whom the user's tags name as owner; the words are the tags' and are not checked here.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Owner {
    /// The value of the owner tag of this one credential.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credential: Option<String>,
    /// The value of the user's owner tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// What the IAM console keeps as the key's description: a tag whose key is the key's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Owner {
    pub(crate) fn is_unknown(&self) -> bool {
        *self == Self::default()
    }
}

/// The facts of a finished rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The account of the user.
    pub account: AccountId,
    /// The user whose key was rotated.
    pub user: UserName,
    /// The secret that holds the key.
    pub secret: Arn,
    /// The rotation's token.
    pub token: VersionId,
    /// The key that is current now.
    pub key: AccessKeyId,
    /// The key it replaced, and until when that is kept at least.
    pub superseded: Option<(AccessKeyId, Timestamp)>,
    /// When the rotation was finished.
    pub at: Timestamp,
}

/// The news of one credential on the ladder.
#[derive(Clone, Debug)]
pub struct News<'a> {
    /// What happened.
    pub kind: Kind,
    /// What became of it.
    pub outcome: Outcome,
    /// The account.
    pub account: &'a AccountId,
    /// The user.
    pub user: &'a UserName,
    /// The owner, as the tags name one.
    pub owner: Owner,
    /// The credential.
    pub subject: &'a Subject,
    /// When it happened.
    pub at: Timestamp,
    /// When the next thing happens.
    pub due: Option<Timestamp>,
    /// Which rule is behind it.
    pub because: String,
    /// What went wrong.
    pub error: Option<String>,
}

/// The news of a key whose secret AWS found where it should not be.
#[derive(Clone, Debug)]
pub struct Exposure<'a> {
    /// The account of the key.
    pub account: &'a AccountId,
    /// The user, if one was found.
    pub user: Option<&'a UserName>,
    /// The owner, as the tags name one.
    pub owner: Owner,
    /// The id that AWS names.
    pub key: &'a str,
    /// What was done.
    pub outcome: Outcome,
    /// Why nothing was done, where nothing was.
    pub because: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// What AWS calls the event; the same for the copies that both Regions deliver.
    pub communication: &'a str,
    /// When.
    pub at: Timestamp,
}

/// The news that a sweep took nothing away, because it would have been too much.
#[derive(Clone, Debug)]
pub struct LimitReached<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// How many credentials were due.
    pub planned: usize,
    /// How many may be taken away in one run.
    pub allowed: usize,
    /// When.
    pub at: Timestamp,
}

impl Credential {
    fn access_key(id: &str) -> Self {
        Self {
            kind: CredentialKind::AccessKey.as_str(),
            id: id.to_owned(),
            title: "Access key",
            noun: CredentialKind::AccessKey.to_string(),
            service: None,
            created: None,
            expires: None,
            last_used: None,
        }
    }

    fn of(subject: &Subject) -> Self {
        let last_used = match &subject.last_use {
            LastUse::At(at) => Some(LastUsed {
                at: Some(instant(*at)),
                service: subject.last_used_with.as_ref().map(|with| with.service.clone()),
                region: subject.last_used_with.as_ref().and_then(|with| with.region.clone()),
            }),
            LastUse::NoneRecorded => Some(LastUsed { at: None, service: None, region: None }),
            LastUse::Unknown => None,
        };
        Self {
            kind: subject.kind.as_str(),
            id: subject.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            title: match subject.kind {
                CredentialKind::AccessKey => "Access key",
                CredentialKind::Password => "Console password",
                CredentialKind::SshPublicKey => "SSH public key",
                CredentialKind::SigningCertificate => "Signing certificate",
                CredentialKind::ServiceSpecific => "Service credential",
            },
            noun: subject.kind.to_string(),
            service: subject.service.clone(),
            created: Some(instant(subject.created)),
            expires: subject.expires.map(instant),
            last_used,
        }
    }
}

impl Notice {
    /// The news that a rotation was finished.
    pub fn rotated(rotation: &Rotation) -> Self {
        let Rotation { account, key, token, .. } = rotation;
        let id = format!("rotated/{account}/{key}/{token}");
        let replaced = rotation.superseded.as_ref();
        let mut notice = Self::new(id, Kind::Rotated, Outcome::Done, account, rotation.at);
        notice.user = Some(rotation.user.to_string());
        notice.credential = Some(Credential::access_key(key.as_str()));
        notice.superseded = replaced.map(|(key, _)| Credential::access_key(key.as_str()));
        notice.superseded_kept_until = replaced.map(|(_, until)| instant(*until));
        notice.secret = Some(rotation.secret.to_string());
        notice.with_text()
    }

    /// The news of one credential on the ladder.
    pub fn about(news: News<'_>) -> Self {
        let News { kind, outcome, account, user, subject, at, due, .. } = news;
        let credential = Credential::of(subject);
        // By the day, so that a run that is repeated tells the same news.
        let day = day(due.unwrap_or(at));
        let id = format!("{}/{account}/{user}/{}/{day}", kind.as_str(), credential.id);
        let mut notice = Self::new(id, kind, outcome, account, at);
        notice.user = Some(user.to_string());
        notice.credential = Some(credential);
        notice.due = due.map(instant);
        notice.because = Some(news.because);
        notice.error = news.error;
        notice.owner = news.owner;
        notice.with_text()
    }

    /// The news that a key is exposed.
    pub fn exposed(news: Exposure<'_>) -> Self {
        let Exposure { account, key, communication, outcome, .. } = news;
        let word = match outcome {
            Outcome::Done => "done",
            Outcome::Failed => "failed",
            Outcome::DryRun => "dry-run",
        };
        let id = format!("exposed/{account}/{key}/{communication}/{word}");
        let mut notice = Self::new(id, Kind::Exposed, outcome, account, news.at);
        notice.user = news.user.map(ToString::to_string);
        notice.credential = Some(Credential::access_key(key));
        notice.because = news.because;
        notice.error = news.error;
        notice.owner = news.owner;
        notice.with_text()
    }

    /// The news that a sweep took nothing away.
    pub fn limit_reached(news: &LimitReached<'_>) -> Self {
        let LimitReached { account, planned, allowed, at } = news;
        let id = format!("limit-reached/{account}/{}", day(*at));
        let mut notice = Self::new(id, Kind::LimitReached, Outcome::Done, account, *at);
        notice.because = Some(format!(
            "{planned} credentials of account {account} were due to be deactivated or deleted, and one run may do that to {allowed} at most. \
             None was touched. If the list in the report is right, raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run."
        ));
        notice.with_text()
    }

    fn new(id: String, kind: Kind, outcome: Outcome, account: &AccountId, at: Timestamp) -> Self {
        Self {
            schema: SCHEMA,
            id,
            kind,
            outcome,
            severity: kind.severity(),
            account: account.to_string(),
            user: None,
            at: instant(at),
            credential: None,
            due: None,
            because: None,
            error: None,
            owner: Owner::default(),
            superseded: None,
            superseded_kept_until: None,
            secret: None,
            text: String::new(),
        }
    }

    fn with_text(self) -> Self {
        Self { text: self.sentences(), ..self }
    }
}
