//! What happened, as the functions know it.

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, LastUse};
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn, UserName, VersionId};
use lifecycle::sweep::Subject;

use crate::words::day;
use crate::{Credential, Kind, LastUsed, Notice, Outcome, Owner, SCHEMA};

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
    /// The owner, as the tags name one.
    pub owner: Owner,
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

/// The news that Secrets Manager gave a rotation up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailedRotation {
    /// The secret.
    pub secret: Arn,
    /// What AWS says about it.
    pub error: Option<String>,
    /// The owner, as the secret's tags name one.
    pub owner: Owner,
    /// When.
    pub at: Timestamp,
}

/// The news that a secret has another current version, whoever saw to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewVersion {
    /// The secret.
    pub secret: Arn,
    /// The version that is current now.
    pub version: VersionId,
    /// What AWS calls the event; the same version may become current again later.
    pub event: String,
    /// The owner, as the secret's tags name one.
    pub owner: Owner,
    /// When.
    pub at: Timestamp,
}

/// The news that a mail to an owner came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// The account that sent it.
    pub account: AccountId,
    /// What the mail system calls the mail.
    pub mail: String,
    /// To whom it was sent.
    pub recipient: String,
    /// Its subject.
    pub subject: String,
    /// Why it came back, as the mail system says.
    pub because: String,
    /// Whether it arrived, and the recipient complained about it.
    pub complaint: bool,
    /// When.
    pub at: Timestamp,
}

impl Credential {
    fn access_key(id: &str) -> Self {
        Self {
            kind: CredentialKind::AccessKey,
            id: id.to_owned(),
            service: None,
            created: None,
            expires: None,
            last_used: None,
        }
    }

    fn of(subject: &Subject) -> Self {
        let with = subject.last_used_with.as_ref();
        let last_used = match &subject.last_use {
            LastUse::At(at) => Some(LastUsed {
                at: Some(*at),
                service: with.map(|with| with.service.clone()),
                region: with.and_then(|with| with.region.clone()),
            }),
            LastUse::NoneRecorded => Some(LastUsed { at: None, service: None, region: None }),
            LastUse::Unknown => None,
        };
        Self {
            kind: subject.kind,
            id: subject.id.as_ref().map(ToString::to_string).unwrap_or_default(),
            service: subject.service.clone(),
            created: Some(subject.created),
            expires: subject.expires,
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
        let mut notice = Self::new(id, Kind::Rotated, Outcome::Done, account.as_str(), rotation.at);
        notice.user = Some(rotation.user.to_string());
        notice.credential = Some(Credential::access_key(key.as_str()));
        notice.superseded = replaced.map(|(key, _)| Credential::access_key(key.as_str()));
        notice.superseded_kept_until = replaced.map(|(_, until)| *until);
        notice.secret = Some(rotation.secret.to_string());
        notice.version = Some(rotation.token.to_string());
        notice.owner = rotation.owner.clone();
        notice.with_text()
    }

    /// The news that a rotation was given up.
    pub fn rotation_failed(news: FailedRotation) -> Self {
        let FailedRotation { secret, at, .. } = &news;
        let account = secret.account();
        // By the day: Secrets Manager tries again many times, and nobody needs to hear of each.
        let id = format!("rotation-failed/{secret}/{}", day(*at));
        let mut notice = Self::new(id, Kind::Rotated, Outcome::Failed, account.as_str(), *at);
        notice.secret = Some(secret.to_string());
        notice.error = news.error;
        notice.owner = news.owner;
        notice.with_text()
    }

    /// The news that a secret has another current version.
    pub fn new_version(news: NewVersion) -> Self {
        let NewVersion { secret, version, event, at, .. } = &news;
        let account = secret.account();
        let id = format!("new-version/{secret}/{version}/{event}");
        let mut notice = Self::new(id, Kind::Rotated, Outcome::Done, account.as_str(), *at);
        notice.secret = Some(secret.to_string());
        notice.version = Some(version.to_string());
        notice.owner = news.owner;
        notice.with_text()
    }

    /// The news that a mail came back.
    pub fn undelivered(news: &Undelivered) -> Self {
        let Undelivered { account, mail, recipient, .. } = news;
        let id = format!("mail-undelivered/{account}/{mail}/{recipient}");
        let outcome = if news.complaint { Outcome::Done } else { Outcome::Failed };
        let mut notice = Self::new(id, Kind::MailUndelivered, outcome, account.as_str(), news.at);
        notice.recipient = Some(recipient.clone());
        notice.because = Some(format!(
            "the mail \"{}\" to {recipient} {}: {}",
            news.subject,
            if news.complaint { "was not wanted" } else { "came back" },
            news.because
        ));
        notice.with_text()
    }

    /// The news of one credential on the ladder.
    pub fn about(news: News<'_>) -> Self {
        let News { kind, outcome, account, user, subject, at, due, .. } = news;
        let credential = Credential::of(subject);
        // By the day, so that a run that is repeated tells the same news, and a reminder tells other news.
        let (day, word) = (day(at), outcome.as_str());
        let id = format!("{}/{account}/{user}/{}/{day}/{word}", kind.as_str(), credential.id);
        let mut notice = Self::new(id, kind, outcome, account.as_str(), at);
        notice.user = Some(user.to_string());
        notice.credential = Some(credential);
        notice.due = due;
        notice.because = Some(news.because);
        notice.error = news.error;
        notice.owner = news.owner;
        notice.with_text()
    }

    /// The news that a key is exposed.
    pub fn exposed(news: Exposure<'_>) -> Self {
        let Exposure { account, key, communication, outcome, .. } = news;
        let id = format!("exposed/{account}/{key}/{communication}/{}", outcome.as_str());
        let mut notice = Self::new(id, Kind::Exposed, outcome, account.as_str(), news.at);
        notice.user = news.user.map(ToString::to_string);
        notice.credential = Some(Credential::access_key(key));
        notice.because = news.because;
        notice.error = news.error;
        notice.owner = news.owner;
        notice.exposed = true;
        notice.with_text()
    }

    /// The news that a sweep took nothing away.
    pub fn limit_reached(news: &LimitReached<'_>) -> Self {
        let LimitReached { account, planned, allowed, at } = news;
        let id = format!("limit-reached/{account}/{}", day(*at));
        let mut notice = Self::new(id, Kind::LimitReached, Outcome::Skipped, account.as_str(), *at);
        notice.because = Some(format!(
            "{planned} credentials were due to be deactivated or deleted, and one run may do that to {allowed} at most"
        ));
        notice.with_text()
    }

    /// The same news of a credential that was deactivated because its secret is known to others; nobody is told how to activate it.
    #[must_use]
    pub fn of_exposure(self) -> Self {
        Self { exposed: true, ..self }.with_text()
    }

    /// The same news with the alias of its account.
    #[must_use]
    pub fn in_account_called(self, alias: Option<&str>) -> Self {
        Self { account_alias: alias.map(ToOwned::to_owned), ..self }
    }

    fn new(id: String, kind: Kind, outcome: Outcome, account: &str, at: Timestamp) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            id,
            kind,
            outcome,
            severity: kind.severity(outcome),
            account: account.to_owned(),
            account_alias: None,
            user: None,
            at,
            credential: None,
            exposed: false,
            due: None,
            because: None,
            error: None,
            owner: Owner::default(),
            superseded: None,
            superseded_kept_until: None,
            recipient: None,
            secret: None,
            version: None,
            text: String::new(),
        }
    }

    fn with_text(self) -> Self {
        Self { text: self.sentences(), ..self }
    }
}
