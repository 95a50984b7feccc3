//! The answer to AWS's report of an exposed credential: deactivate at once, tell, and keep the evidence.

use iam_client::ErrorKind;
use jiff::Timestamp;
use lambda_shell::chain;
use lifecycle::credential::{AccessKey, CredentialKind, CredentialStatus};
use lifecycle::identifiers::{AccessKeyId, CredentialId, UserName};
use lifecycle::record::{BY_EXPOSURE, Record, RecordedState, record_tag};
use lifecycle::rotation::Tagged;
use lifecycle::sweep::{UserFacts, read_record};
use notice::{Exposure, Notice, Outcome, Owner};
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
}

impl Found {
    fn is_inactive(&self) -> bool {
        self.key.as_ref().is_some_and(|key| key.status != CredentialStatus::Active)
    }
}

/// What was done about one entity.
enum Done {
    Deactivated,
    AlreadyDeactivated,
    Reported,
}

impl Done {
    fn as_str(&self) -> &'static str {
        match self {
            Self::Deactivated => "deactivated",
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
        let (mut answers, mut failures) = (Vec::new(), Vec::new());
        if event.entities.is_empty() {
            let why = "the event names no credential: look it up in the AWS Health dashboard";
            response.page(None, "unknown", Outcome::Failed, why.to_owned(), None).await?;
        }
        for entity in &event.entities {
            match response.answer(entity).await {
                Ok(done) => answers.push(json!({ "entity": entity, "outcome": done.as_str() })),
                Err(error) => {
                    tracing::error!(credential.id = entity, "{}", chain(&error));
                    failures.push(Failure { subject: entity.clone(), error: chain(&error) });
                }
            }
        }
        if failures.is_empty() {
            Ok(json!({ "account": account.id.as_str(), "exposed": answers }))
        } else {
            Err(Error::ExposureUnanswered { account: account.id, failures })
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
            account: &event.account.clone().unwrap_or_else(|| "unknown".into()),
            user: None,
            owner: Owner::default(),
            key: if listed.is_empty() { "unknown" } else { &listed },
            outcome: Outcome::Failed,
            because: Some("the account could not be entered".to_owned()),
            error: Some(chain(error)),
            communication: &event.communication,
            at: now,
        });
        publisher.publish(&notice).await.map_err(Error::Untold)
    }
}

impl Response<'_> {
    async fn answer(&self, entity: &str) -> Result<Done, Error> {
        if !entity.starts_with("AKIA") {
            let why =
                "it is not a long-term access key, and so nothing that can be deactivated here";
            self.page(None, entity, Outcome::Failed, why.to_owned(), None).await?;
            return Ok(Done::Reported);
        }
        let key = AccessKeyId::new(entity);
        let found = match self.find(&key).await {
            Ok(Some(found)) => found,
            Ok(None) => {
                let why = "no IAM user of the account has it: it may be the root user's, or gone";
                self.page(None, entity, Outcome::Failed, why.to_owned(), None).await?;
                return Ok(Done::Reported);
            }
            Err(cause) => return Err(self.failed(None, entity, cause).await),
        };
        let Some(writer) = &self.account.writer else {
            if found.is_inactive() {
                return Ok(Done::AlreadyDeactivated);
            }
            self.page(Some(&found), entity, Outcome::DryRun, String::new(), None).await?;
            return Ok(Done::Reported);
        };
        let id = CredentialId::from(&key);
        let record = found.user.as_ref().map(|user| read_record(user, &id));
        if let Some(Tagged::Readable(record)) = &record
            && self.is_answered(record, &found)
        {
            // The same event from the backup Region, or delivered twice.
            return Ok(Done::AlreadyDeactivated);
        }
        let begun = matches!(&record, Some(Tagged::Readable(record)) if record.is_of_exposure());
        let was_inactive = found.is_inactive() && !begun;
        // Neither a user who cannot be read nor a record that cannot be written keeps the key alive; both are reported in the end.
        let intended = self.record(writer, &found, &id, RecordedState::Deactivating).await;
        if let Err(cause) = writer.deactivate(&found.name, CredentialKind::AccessKey, &id).await {
            return Err(self.failed(Some(&found), entity, cause).await);
        }
        let (outcome, because) = if was_inactive {
            (Outcome::Skipped, "it was inactive already")
        } else {
            (Outcome::Done, "")
        };
        self.page(Some(&found), entity, outcome, because.to_owned(), None).await?;
        let recorded = self.record(writer, &found, &id, RecordedState::Deactivated).await;
        intended.and(recorded).map_err(|cause| self.account_failed(cause))?;
        Ok(Done::Deactivated)
    }

    /// Whether this event was answered before, by a deactivation that stands, or by an operator who took it back.
    fn is_answered(&self, record: &Record, found: &Found) -> bool {
        let same = record.event == self.event_word();
        let stands = found.is_inactive()
            && record.is_of_exposure()
            && record.state != RecordedState::Deactivating;
        stands || (same && record.state == RecordedState::Reactivated)
    }

    /// The event's name as it fits into a tag.
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
        let key = keys.into_iter().find(|listed| listed.id == *key);
        Ok(Some(Found { name, user, key }))
    }

    async fn record(
        &self,
        writer: &iam_client::IamWriter,
        found: &Found,
        id: &CredentialId,
        state: RecordedState,
    ) -> Result<(), iam_client::Error> {
        let record = Record {
            state,
            at: self.now,
            // Evidence: without a date, no sweep deletes it unannounced.
            due: None,
            told: None,
            created: found.key.as_ref().map(|key| key.created),
            version: None,
            by: BY_EXPOSURE.to_owned(),
            event: self.event_word(),
        };
        writer.tag_user(&found.name, &record_tag(id), &record.to_string()).await
    }

    async fn failed(&self, found: Option<&Found>, entity: &str, cause: iam_client::Error) -> Error {
        let text = Some(chain(&cause));
        match self.page(found, entity, Outcome::Failed, String::new(), text).await {
            Ok(()) => self.account_failed(cause),
            Err(untold) => untold,
        }
    }

    fn account_failed(&self, cause: iam_client::Error) -> Error {
        Error::Account { account: self.account.id.clone(), cause }
    }

    async fn page(
        &self,
        found: Option<&Found>,
        key: &str,
        outcome: Outcome,
        because: String,
        error: Option<String>,
    ) -> Result<(), Error> {
        let Some(publisher) = &self.function.publisher else {
            return Err(Error::NobodyToPage { key: key.to_owned() });
        };
        let user = found.and_then(|found| found.user.as_ref());
        let id = CredentialId::new(key);
        let notice = Notice::exposed(Exposure {
            account: &self.account.id,
            user: found.map(|found| &found.name),
            owner: user.map_or_else(Owner::default, |user| {
                owner(&self.function.config.owner_tag, user, Some(&id))
            }),
            key,
            outcome,
            because: Some(because).filter(|why| !why.is_empty()),
            error,
            communication: &self.event.communication,
            at: self.now,
        });
        publisher.publish(&self.account.named(notice).await).await.map_err(Error::Untold)
    }
}
