//! The answer to AWS's report of an exposed credential: deactivate at once, notify, and keep the evidence.

use iam_client::{ErrorKind, IamWriter};
use jiff::Timestamp;
use lambda_shell::chain;
use lifecycle::credential::AccessKey;
use lifecycle::exposure::{self, Answer, ExposedKey};
use lifecycle::identifiers::{AccessKeyId, CredentialId, UserId, UserName};
use lifecycle::record::{Record, Remembered};
use lifecycle::sweep::UserFacts;
use notice::{Answer as Answered, Exposure, Notice, Owner};
use record_store::Expected;
use serde_json::{Value, json};

use crate::account::Account;
use crate::event::Exposed;
use crate::ledger::Failure;
use crate::tell::owner;
use crate::{DeactivateStale, Error};

/// One invocation for one event.
struct Response<'a> {
    function: &'a DeactivateStale,
    account: &'a Account,
    event: &'a Exposed,
    now: Timestamp,
}

/// What is known of a key's user. Only the name is needed to deactivate the key.
struct Found {
    name: UserName,
    user: Option<UserFacts>,
    key: Option<AccessKey>,
    record: Remembered<Record>,
    /// What the table is expected to hold; `None` where nobody could read it.
    expected: Option<Expected>,
}

/// Why a record is missing in the end.
#[derive(Debug, thiserror::Error)]
enum Unrecorded {
    #[error(transparent)]
    Table(#[from] record_store::Error),
    #[error("the user could not be read, and the record is under the user's id")]
    User,
    #[error(
        "the record that is there cannot be read ({0}), and was left as it is: correct or delete the item"
    )]
    Unreadable(String),
}

/// What was done about one entity.
enum Done {
    Deactivated,
    DeactivatedUnrecorded(Unrecorded),
    AlreadyDeactivated,
    Reported,
}

impl Done {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Deactivated | Self::DeactivatedUnrecorded(_) => "deactivated",
            Self::AlreadyDeactivated => "already-deactivated",
            Self::Reported => "reported",
        }
    }
}

impl DeactivateStale {
    /// Answers the event, entity by entity; one that fails does not keep the others from being deactivated.
    pub(crate) async fn respond(&self, event: &Exposed, now: Timestamp) -> Result<Value, Error> {
        let account = match Account::open(self, event.account.as_ref()).await {
            Ok(account) => account,
            Err(error) => {
                // Even an account that cannot be entered has somebody who must hear of it.
                self.page_unreachable(event, &error, now).await?;
                return Err(error);
            }
        };
        let response = Response { function: self, account: &account, event, now };
        let (mut answers, mut failures, mut unrecorded) = (Vec::new(), Vec::new(), Vec::new());
        if event.entities.is_empty() {
            let why = "the event names no credential: look it up in the AWS Health dashboard";
            response.page(None, "", Answered::Failed { error: None }, why).await?;
        }
        for entity in &event.entities {
            match response.answer(entity).await {
                Ok(done) => {
                    answers.push(json!({ "entity": entity, "outcome": done.as_str() }));
                    if let Done::DeactivatedUnrecorded(error) = done {
                        tracing::error!(credential.id = entity, "{}", chain(&error));
                        unrecorded.push(Failure { subject: entity.clone(), error: chain(&error) });
                    }
                }
                Err(error) => {
                    tracing::error!(credential.id = entity, "{}", chain(&error));
                    failures.push(Failure { subject: entity.clone(), error: chain(&error) });
                }
            }
        }
        if !failures.is_empty() {
            Err(Error::ExposureUnanswered { account: account.id, failures })
        } else if !unrecorded.is_empty() {
            Err(Error::ExposureUnrecorded { account: account.id, failures: unrecorded })
        } else {
            Ok(json!({ "account": account.id.as_str(), "exposed": answers }))
        }
    }

    async fn page_unreachable(
        &self,
        event: &Exposed,
        error: &Error,
        now: Timestamp,
    ) -> Result<(), Error> {
        let Some(publisher) = &self.publisher else { return Ok(()) };
        let listed = event.entities.join(", ");
        let notice = Notice::exposed(Exposure {
            account: event.account.as_ref(),
            user: None,
            owner: Owner::default(),
            entity: if listed.is_empty() { None } else { Some(&listed) },
            answer: Answered::Failed { error: Some(chain(error)) },
            because: Some("the account could not be entered".to_owned()),
            event: &event.communication,
            at: now,
        });
        publisher.publish(&notice).await.map_err(Error::Untold)
    }
}

impl Response<'_> {
    async fn answer(&self, entity: &str) -> Result<Done, Error> {
        let key = AccessKeyId::new(entity).ok().filter(|_| entity.starts_with("AKIA"));
        let Some(key) = key else {
            let why =
                "it is not a long-term access key, and so nothing that can be deactivated here";
            self.page(None, entity, Answered::Failed { error: None }, why).await?;
            return Ok(Done::Reported);
        };
        let found = match self.find(&key).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                let why = "no IAM user of the account has it: it may be the root user's, or gone";
                self.page(None, entity, Answered::Failed { error: None }, why).await?;
                return Ok(Done::Reported);
            }
            Err(cause) => return Err(self.failed(None, entity, cause).await),
        };
        let event = self.event_word();
        let exposed = ExposedKey {
            user: &found.name,
            key: found.key.as_ref(),
            record: &found.record,
            event: event.as_deref(),
            enforces: self.account.writer.is_some(),
        };
        let (before, was_inactive, after) = match exposure::answer(&exposed, self.now) {
            // The same event from the backup Region, or delivered twice.
            Answer::Answered => return Ok(Done::AlreadyDeactivated),
            Answer::Page => {
                self.page(Some(&found), entity, Answered::DryRun, "").await?;
                return Ok(Done::Reported);
            }
            Answer::Deactivate { before, was_inactive, after } => (before, was_inactive, after),
        };
        let Some(writer) = &self.account.writer else { return Ok(Done::Reported) };
        self.deactivate(writer, found, &key, (before, after), was_inactive).await
    }

    /// Neither a user who cannot be read nor a record that cannot be written keeps the key alive; both are reported in the end.
    async fn deactivate(
        &self,
        writer: &IamWriter,
        mut found: Found,
        key: &AccessKeyId,
        (before, after): (Option<Record>, Option<Record>),
        was_inactive: bool,
    ) -> Result<Done, Error> {
        let id = CredentialId::from(key);
        // The record in the end says all that this one does, so only that one has to be written.
        if let Err(error) = self.record(&mut found, &id, before).await {
            tracing::warn!(credential.id = key.as_str(), "{}", chain(&error));
        }
        if let Err(cause) = writer.deactivate(&found.name, &id).await {
            return Err(self.failed(Some(&found), key.as_str(), cause).await);
        }
        let (outcome, because) = if was_inactive {
            (Answered::WasInactive, "it was inactive already")
        } else {
            (Answered::Deactivated, "")
        };
        self.page(Some(&found), key.as_str(), outcome, because).await?;
        let recorded = self.record(&mut found, &id, after).await;
        Ok(recorded.map_or_else(Done::DeactivatedUnrecorded, |()| Done::Deactivated))
    }

    /// The event's name, as short as an attribute of the table needs it.
    fn event_word(&self) -> Option<String> {
        const LONGEST: usize = 80;
        let legal = |c: &char| c.is_ascii_alphanumeric() || "_.:/+-@".contains(*c);
        let word: String = self.event.communication.chars().filter(legal).take(LONGEST).collect();
        Some(word).filter(|word| !word.is_empty())
    }

    /// The user who has the key; the rest as far as it can be read.
    async fn find(&self, key: &AccessKeyId) -> Result<Option<Found>, iam_client::Error> {
        let reader = &self.account.reader;
        let name = match reader.key_owner(key).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?.user,
        };
        let user = reader.user_facts(&name, false).await.ok();
        let keys = reader.access_keys(&name).await.unwrap_or_default();
        let listed = keys.into_iter().find(|listed| listed.id == *key);
        let id = CredentialId::from(key);
        let (record, expected) = match &user {
            Some(user) => self.remembered(&user.id, &id).await,
            None => (Remembered::Unreadable("its user could not be read".to_owned()), None),
        };
        Ok(Some(Found { name, user, key: listed, record, expected }))
    }

    async fn remembered(
        &self,
        user: &UserId,
        id: &CredentialId,
    ) -> (Remembered<Record>, Option<Expected>) {
        match self.function.records.user(&self.account.id, user, self.now).await {
            Ok(stored) => {
                (stored.memory.of(user).record(id), Some(stored.revisions.of_record(user, id)))
            }
            Err(error) => {
                tracing::error!(credential.id = id.as_str(), "{}", chain(&error));
                (Remembered::Absent, None)
            }
        }
    }

    /// Writes the record. Another run may have written one meanwhile: then that is read, and replaced once.
    async fn record(
        &self,
        found: &mut Found,
        id: &CredentialId,
        record: Option<Record>,
    ) -> Result<(), Unrecorded> {
        let Some(user) = found.user.as_ref().map(|user| user.id.clone()) else {
            return Err(Unrecorded::User);
        };
        let record = match (record, &found.record) {
            (Some(record), _) => record,
            (None, Remembered::Unreadable(fault)) => {
                return Err(Unrecorded::Unreadable(fault.clone()));
            }
            (None, _) => return Ok(()),
        };
        let (records, account) = (&self.function.records, &self.account.id);
        if found.expected.is_none() {
            found.expected = self.remembered(&user, id).await.1;
        }
        let expected = found.expected.clone().unwrap_or(Expected::Absent);
        let mut written = records.put_record(account, &user, id, &record, &expected).await;
        if matches!(&written, Err(error) if error.kind() == ErrorKind::Conflict)
            && let (_, Some(now)) = self.remembered(&user, id).await
        {
            written = records.put_record(account, &user, id, &record, &now).await;
        }
        found.expected = Some(written?);
        Ok(())
    }

    async fn failed(&self, found: Option<&Found>, entity: &str, cause: iam_client::Error) -> Error {
        let answer = Answered::Failed { error: Some(chain(&cause)) };
        match self.page(found, entity, answer, "").await {
            Ok(()) => Error::Account { account: self.account.id.clone(), cause },
            Err(untold) => untold,
        }
    }

    async fn page(
        &self,
        found: Option<&Found>,
        key: &str,
        answer: Answered,
        because: &str,
    ) -> Result<(), Error> {
        let Some(publisher) = &self.function.publisher else {
            return Err(Error::NobodyToPage { key: key.to_owned() });
        };
        let user = found.and_then(|found| found.user.as_ref());
        let id = AccessKeyId::new(key).ok().map(CredentialId::AccessKey);
        let notice = Notice::exposed(Exposure {
            account: Some(&self.account.id),
            user: found.map(|found| &found.name),
            owner: user.map_or_else(Owner::default, |user| {
                owner(&self.function.config.owner_tag, user, id.as_ref())
            }),
            entity: Some(key).filter(|key| !key.is_empty()),
            answer,
            because: Some(because.to_owned()).filter(|why| !why.is_empty()),
            event: &self.event.communication,
            at: self.now,
        });
        publisher.publish(&self.account.alias.on(notice).await).await.map_err(Error::Untold)
    }
}
