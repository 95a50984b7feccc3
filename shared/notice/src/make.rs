//! Makes notices of what the functions know.

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, LastUse};
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn, CredentialId, UserName, VersionId};
use lifecycle::sweep::{News as Planned, PlannedNotice, Subject};

use crate::names::day;
use crate::news::{
    Ahead, Answer, BindingTagGone, Deactivated, Exposed, LimitReached, MailUndelivered, NewVersion,
    News, OfCredential, Rotated, RotationFailed, Superseded,
};
use crate::{Credential, LastUsed, Notice, Owner};

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

/// The facts about a key whose secret AWS found where it should not be.
#[derive(Clone, Debug)]
pub struct Exposure<'a> {
    /// The account of the key, where it is known.
    pub account: Option<&'a AccountId>,
    /// The user, if one was found.
    pub user: Option<&'a UserName>,
    /// The owner, as the tags name one.
    pub owner: Owner,
    /// What AWS names, if it names anything: mostly the id of an access key.
    pub entity: Option<&'a str>,
    /// What was done.
    pub answer: Answer,
    /// Why nothing else was done.
    pub because: Option<String>,
    /// What AWS calls the event; the same for the copies that both Regions deliver.
    pub event: &'a str,
    /// When.
    pub at: Timestamp,
}

impl Credential {
    /// An access key of which only the id is known.
    pub fn access_key(id: &str) -> Self {
        Self {
            kind: CredentialKind::AccessKey,
            id: Some(id.to_owned()),
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
        let id = subject.id.as_ref().filter(|id| **id != CredentialId::Password);
        Self {
            kind: subject.kind,
            id: id.map(ToString::to_string),
            service: subject.service.clone(),
            created: Some(subject.created),
            expires: subject.expires,
            last_used,
        }
    }
}

impl Notice {
    /// The news of a plan.
    pub fn planned(
        account: &AccountId,
        user: &UserName,
        owner: Owner,
        subject: &Subject,
        planned: &PlannedNotice,
        at: Timestamp,
    ) -> Self {
        let PlannedNotice { news, because, exposed } = planned;
        let (credential, exposed) = (Credential::of(subject), *exposed);
        let user_name = user.to_string();
        let about = |credential| OfCredential {
            user: user_name.clone(),
            credential,
            because: because.clone(),
        };
        let ahead = |credential, due| Ahead {
            user: user_name.clone(),
            credential,
            due,
            because: because.clone(),
            exposed,
        };
        let news = match news {
            Planned::DeactivationAhead { due } => News::DeactivationAhead(ahead(credential, *due)),
            Planned::DeletionAhead { due } => News::DeletionAhead(ahead(credential, *due)),
            Planned::SupersededInUse => News::SupersededInUse(about(credential)),
            Planned::Deactivated { kept_until } => News::Deactivated(Deactivated {
                user: user_name.clone(),
                credential,
                kept_until: *kept_until,
                because: because.clone(),
                exposed,
            }),
            Planned::Deleted => News::Deleted(about(credential)),
            Planned::Reactivated => News::Reactivated(about(credential)),
            Planned::ExposedAndDeactivated { event } => {
                let entity = credential.id.clone();
                let event = event.as_deref().unwrap_or_default();
                let news = Exposed {
                    user: Some(user_name.clone()),
                    credential: Some(credential),
                    answer: Answer::Deactivated,
                    because: Some(because.clone()).filter(|because| !because.is_empty()),
                };
                let id = exposure_id(Some(account), entity.as_deref(), event, &news.answer);
                return Self::new(id, Some(account), owner, News::Exposed(news), at);
            }
        };
        // By the day, so that a run that is repeated has the same news, and a reminder has other news.
        let (kind, day) = (news.kind().as_str(), day(at));
        let credential = match &subject.id {
            Some(id) => id.to_string(),
            None => format!("{}-of-{}", subject.kind.as_str(), subject.created),
        };
        let id = format!("{kind}/{account}/{user}/{credential}/{day}");
        Self::new(id, Some(account), owner, news, at)
    }

    /// The news that a rotation was finished.
    pub fn rotated(rotation: &Rotation) -> Self {
        let Rotation { account, user, secret, token, key, owner, superseded, at } = rotation;
        let id = format!("rotated/{account}/{key}/{token}");
        let superseded = superseded.as_ref();
        let news = News::Rotated(Rotated {
            user: user.to_string(),
            credential: Credential::access_key(key.as_str()),
            superseded: superseded
                .map(|(id, until)| Superseded { id: id.to_string(), kept_until: *until }),
            secret: secret.clone(),
            version: token.to_string(),
        });
        Self::new(id, Some(account), owner.clone(), news, *at)
    }

    /// The news that Secrets Manager gave up a rotation.
    pub fn rotation_failed(
        secret: Arn,
        error: Option<String>,
        owner: Owner,
        at: Timestamp,
    ) -> Self {
        // By the day: Secrets Manager tries again many times, and nobody needs to read of each.
        let id = format!("rotation-failed/{secret}/{}", day(at));
        let account = secret.account().clone();
        let news = News::RotationFailed(RotationFailed { secret, error });
        Self::new(id, Some(&account), owner, news, at)
    }

    /// The news that a secret has another current version, which no rotation made current.
    ///
    /// `event` is what AWS calls the event: the same version may become current again later.
    pub fn new_version(
        secret: Arn,
        version: &VersionId,
        event: &str,
        owner: Owner,
        at: Timestamp,
    ) -> Self {
        let id = format!("new-version/{secret}/{version}/{event}");
        let account = secret.account().clone();
        let news = News::NewVersion(NewVersion { secret, version: version.to_string() });
        Self::new(id, Some(&account), owner, news, at)
    }

    /// The news that a key is exposed.
    pub fn exposed(exposure: Exposure<'_>) -> Self {
        let Exposure { account, user, owner, entity, answer, because, event, at } = exposure;
        let id = exposure_id(account, entity, event, &answer);
        let news = News::Exposed(Exposed {
            user: user.map(ToString::to_string),
            credential: entity.map(Credential::access_key),
            answer,
            because,
        });
        Self::new(id, account, owner, news, at)
    }

    /// The news that a sweep changed nothing, because more was due than one run may change.
    pub fn limit_reached(
        account: &AccountId,
        planned: usize,
        allowed: usize,
        at: Timestamp,
    ) -> Self {
        let id = format!("limit-reached/{account}/{}", day(at));
        let news = News::LimitReached(LimitReached { planned, allowed });
        Self::new(id, Some(account), Owner::default(), news, at)
    }

    /// The news that a mail of this account was not delivered, or not wanted; `mail` is what the mail system calls the mail.
    pub fn mail_undelivered(
        account: &AccountId,
        mail: &str,
        news: MailUndelivered,
        at: Timestamp,
    ) -> Self {
        let id = format!("mail-undelivered/{account}/{mail}/{}", news.recipient);
        Self::new(id, Some(account), Owner::default(), News::MailUndelivered(news), at)
    }

    /// The news that a user lost the tag that binds it to its secret, while the secret still rotates the user's keys.
    pub fn binding_tag_gone(
        account: &AccountId,
        user: &UserName,
        secret: Arn,
        owner: Owner,
        at: Timestamp,
    ) -> Self {
        let id = format!("binding-tag-gone/{account}/{user}/{}", day(at));
        let news = News::BindingTagGone(BindingTagGone { user: user.to_string(), secret });
        Self::new(id, Some(account), owner, news, at)
    }

    fn new(
        id: String,
        account: Option<&AccountId>,
        owner: Owner,
        news: News,
        at: Timestamp,
    ) -> Self {
        let notice = Self {
            id,
            severity: news.kind().severity(),
            account: account.cloned(),
            account_alias: None,
            at,
            owner,
            news,
            text: String::new(),
        };
        Self { text: notice.sentences(), ..notice }
    }
}

/// The id of the news of an exposure: the same for every copy of the event, and another once the answer is another.
fn exposure_id(
    account: Option<&AccountId>,
    entity: Option<&str>,
    event: &str,
    answer: &Answer,
) -> String {
    let account = account.map_or("", AccountId::as_str);
    // A list of credentials may be long; the event tells it from others.
    let entity: String = entity.unwrap_or_default().chars().take(128).collect();
    format!("exposed/{account}/{entity}/{event}/{}", answer.as_str())
}
