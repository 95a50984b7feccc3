//! The answer to AWS's report of an exposed credential: deactivate at once, tell, and keep the evidence.

use iam_client::ErrorKind;
use jiff::Timestamp;
use lambda_shell::chain;
use lifecycle::credential::CredentialStatus;
use lifecycle::identifiers::{AccessKeyId, CredentialId, UserName};
use lifecycle::record::{Record, RecordedState, record_tag};
use lifecycle::rotation::Tagged;
use lifecycle::sweep::{UserFacts, read_record};
use notice::{Exposure, Notice, Outcome, Owner};
use serde_json::{Value, json};

use crate::account::Account;
use crate::event::Exposed;
use crate::ledger::Failure;
use crate::tell::owner;
use crate::{DeactivateStale, Error};

/// Who writes the records of exposed keys: an undo refuses to activate them by accident.
pub(crate) const BY: &str = "exposure";

/// One invocation for one event.
struct Response<'a> {
    function: &'a DeactivateStale,
    account: &'a Account,
    event: &'a Exposed,
    now: Timestamp,
}

/// A key that belongs to a user.
struct Found {
    user: UserFacts,
    status: CredentialStatus,
    created: Timestamp,
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
        let account = match Account::open(self, Some(&event.account)).await {
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
            account: &event.account,
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
        let user = &found.user;
        let Some(writer) = &self.account.writer else {
            let active = found.status == CredentialStatus::Active;
            if active {
                self.page(Some(user), entity, Outcome::DryRun, String::new(), None).await?;
            }
            return Ok(if active { Done::Reported } else { Done::AlreadyDeactivated });
        };
        let id = CredentialId::from(&key);
        let ours = match read_record(user, &id) {
            Tagged::Readable(record) => {
                record.by == BY && record.state == RecordedState::Deactivated
            }
            Tagged::Absent | Tagged::Unreadable(_) => false,
        };
        if ours && found.status != CredentialStatus::Active {
            // The same event from the backup Region, or delivered twice.
            return Ok(Done::AlreadyDeactivated);
        }
        // A record that cannot be written must not keep the key alive; its failure is reported in the end.
        let begun = self.record(writer, &found, &id, RecordedState::Deactivating).await;
        if let Err(cause) = writer
            .deactivate(&user.name, lifecycle::credential::CredentialKind::AccessKey, &id)
            .await
        {
            return Err(self.failed(Some(user), entity, cause).await);
        }
        self.page(Some(user), entity, Outcome::Done, String::new(), None).await?;
        let recorded = self.record(writer, &found, &id, RecordedState::Deactivated).await;
        begun.and(recorded).map_err(|cause| self.account_failed(cause))?;
        Ok(Done::Deactivated)
    }

    /// The user who has the key, and the key's status.
    async fn find(&self, key: &AccessKeyId) -> Result<Option<Found>, iam_client::Error> {
        let reader = &self.account.reader;
        let owner = match reader.key_owner(key).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let user = reader.user_facts(&owner.user, false).await?;
        let keys = reader.access_keys(&owner.user).await?;
        let found = keys.into_iter().find(|listed| listed.id == *key);
        Ok(found.map(|listed| Found { user, status: listed.status, created: listed.created }))
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
            created: Some(found.created),
            version: None,
            event: None,
            by: BY.to_owned(),
        };
        writer.tag_user(&found.user.name, &record_tag(id), &record.to_string()).await
    }

    async fn failed(
        &self,
        user: Option<&UserFacts>,
        entity: &str,
        cause: iam_client::Error,
    ) -> Error {
        let text = Some(chain(&cause));
        match self.page(user, entity, Outcome::Failed, String::new(), text).await {
            Ok(()) => self.account_failed(cause),
            Err(untold) => untold,
        }
    }

    fn account_failed(&self, cause: iam_client::Error) -> Error {
        Error::Account { account: self.account.id.clone(), cause }
    }

    async fn page(
        &self,
        user: Option<&UserFacts>,
        key: &str,
        outcome: Outcome,
        because: String,
        error: Option<String>,
    ) -> Result<(), Error> {
        let Some(publisher) = &self.function.publisher else {
            return Err(Error::NobodyToPage { key: key.to_owned() });
        };
        let name: Option<&UserName> = user.map(|user| &user.name);
        let id = CredentialId::new(key);
        let notice = Notice::exposed(Exposure {
            account: &self.account.id,
            user: name,
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
        publisher.publish(&notice).await.map_err(Error::Untold)
    }
}
