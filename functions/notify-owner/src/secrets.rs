//! What only the secret itself says: its owner, and whether a rotation made its current version.

use std::time::Duration;

use jiff::SignedDuration;
use lambda_shell::{Deadline, chain};
use lifecycle::identifiers::Arn;
use notice::{News, Notice, Owner};
use secret_store::{ErrorKind, SecretSettings, SecretStore};

use crate::Config;
use crate::event::{SecretEvent, SecretNews};

/// How long a secret is waited for; the queue brings its news again.
const LONGEST: Duration = Duration::from_secs(5);

/// The time that has to be left for handing the news over.
const RESERVE: Duration = Duration::from_secs(60);

/// A rotation was finished so shortly before or after its label moved.
const SHORTLY: SignedDuration = SignedDuration::from_mins(15);

/// Looks secrets up.
#[derive(Debug)]
pub(crate) struct Secrets<'a> {
    pub(crate) store: &'a SecretStore,
    pub(crate) config: &'a Config,
    pub(crate) deadline: Deadline,
}

/// A secret that could not be read now; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unread {
    #[error("the owner of a secret could not be looked up")]
    Failed(#[source] secret_store::Error),
    #[error("the owner of a secret could not be looked up in time")]
    OutOfTime,
}

impl Secrets<'_> {
    /// The news of an event, if it is news for anybody.
    ///
    /// A version that a rotation made current is the news of that rotation, with the key it replaced.
    pub(crate) async fn news(&self, event: SecretEvent) -> Result<Option<Notice>, Unread> {
        let SecretEvent { secret, id, what, at } = event;
        let settings = self.settings(&secret).await?;
        if let (Some(ours), Some(settings)) = (&self.config.rotation_function, &settings)
            && settings.rotation_function.as_deref() != Some(ours.as_str())
        {
            return Ok(None);
        }
        let settings = settings.unwrap_or_default();
        let owner = self.owner(&settings);
        Ok(match what {
            SecretNews::Current(version) => {
                let finished = settings
                    .last_rotated
                    .is_some_and(|rotated| at.duration_since(rotated).abs() <= SHORTLY);
                let by_rotation = match &settings.pending {
                    Some(pending) => *pending == version,
                    None => finished,
                };
                (!by_rotation).then(|| Notice::new_version(secret, &version, &id, owner, at))
            }
            SecretNews::RotationFailed { error } => {
                Some(Notice::rotation_failed(secret, error, owner, at))
            }
        })
    }

    /// The notice with the owner that its secret names, where it is about a secret and nobody nearer is named.
    pub(crate) async fn complete(&self, mut notice: Notice) -> Result<Notice, Unread> {
        let named = notice.owner.user.is_some() || notice.owner.credential.is_some();
        if let News::Rotated(rotated) = &notice.news
            && !self.is_owned(&notice, named)
        {
            let settings = self.settings(&rotated.secret).await?.unwrap_or_default();
            notice.owner = notice.owner.or(self.owner(&settings));
        }
        Ok(notice)
    }

    /// Whether a tag of the user names somebody whom mail may go to.
    fn is_owned(&self, notice: &Notice, named: bool) -> bool {
        let directory = self.config.mail.as_ref().map(|mail| &mail.directory);
        named && directory.is_none_or(|directory| directory.is_owned(notice))
    }

    fn owner(&self, settings: &SecretSettings) -> Owner {
        // Keys of a secret's tags differ by case: the very key counts before another spelling.
        let (tags, tag) = (&settings.tags, &self.config.owner_tag);
        let other =
            || tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag)).map(|(_, value)| value);
        Owner { secret: tags.get(tag).or_else(other).cloned(), ..Owner::default() }
    }

    /// What the secret says; `None` where it is gone, or this function may not read it.
    async fn settings(&self, secret: &Arn) -> Result<Option<SecretSettings>, Unread> {
        if !self.deadline.allows(RESERVE) {
            return Err(Unread::OutOfTime);
        }
        let read = tokio::time::timeout(LONGEST, self.store.settings(secret)).await;
        match read.map_err(|_| Unread::OutOfTime)? {
            Ok(settings) => Ok(Some(settings)),
            Err(error) if matches!(error.kind(), ErrorKind::Throttled | ErrorKind::Unavailable) => {
                Err(Unread::Failed(error))
            }
            Err(error) => {
                tracing::warn!("the owner of a secret is not known: {}", chain(&error));
                Ok(None)
            }
        }
    }
}
