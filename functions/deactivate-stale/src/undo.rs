//! Takes a deactivation back.

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse};
use lifecycle::record::{Record, RecordedState, record_tag};
use lifecycle::rotation::Tagged;
use lifecycle::sweep::{Subject, read_record};
use notice::{Kind, News, Notice, Outcome};
use serde_json::{Value, json};

use crate::account::Account;
use crate::event::Undo;
use crate::tell::owner;
use crate::{DeactivateStale, Error};

impl DeactivateStale {
    /// Activates a credential that Keysteward deactivated, and records that; a second time it changes nothing.
    pub(crate) async fn undo(&self, undo: &Undo, now: Timestamp) -> Result<Value, Error> {
        let refused = |why: &'static str| Error::UndoRefused {
            user: undo.user.clone(),
            credential: undo.credential.clone(),
            why,
        };
        let account = Account::open(self, undo.account.as_ref()).await?;
        let failed = |cause| Error::Account { account: account.id.clone(), cause };
        let Some(writer) = &account.writer else {
            return Err(refused("KEYSTEWARD_MODE is dry-run, and so nothing can be changed"));
        };
        let kind = CredentialKind::of_id(&undo.credential);
        if !kind.can_be_deactivated() {
            return Err(refused(
                "a password that was deleted cannot be brought back: give the user a new one",
            ));
        }
        let user = account.reader.user_facts(&undo.user, false).await.map_err(failed)?;
        let record = match read_record(&user, &undo.credential) {
            Tagged::Readable(record) => record,
            Tagged::Absent => {
                return Err(refused("Keysteward did not deactivate it: there is no record of it"));
            }
            Tagged::Unreadable(_) => {
                return Err(refused("its record cannot be read: activate it by hand"));
            }
        };
        match record.state {
            RecordedState::Deactivating
            | RecordedState::Deactivated
            | RecordedState::Announced
            | RecordedState::Deleting => {}
            RecordedState::Reactivated => {
                return Ok(
                    json!({ "account": account.id.as_str(), "outcome": "already-reactivated" }),
                );
            }
            RecordedState::Warned | RecordedState::Superseded => {
                return Err(refused("it is not deactivated: to keep it, exempt it"));
            }
        }
        if record.is_of_exposure() && !undo.although_exposed {
            return Err(refused(
                "it was deactivated because its secret is exposed: replace it, or say \"although_exposed\": true",
            ));
        }
        let by = "undo".to_owned();
        let reactivated = Record {
            state: RecordedState::Reactivated,
            at: now,
            due: None,
            told: None,
            by,
            ..record
        };
        let tag = record_tag(&undo.credential);
        writer.reactivate(&user.name, kind, &undo.credential).await.map_err(failed)?;
        let subject = Subject {
            kind,
            id: Some(undo.credential.clone()),
            status: CredentialStatus::Active,
            created: reactivated.created.unwrap_or(reactivated.at),
            expires: None,
            service: None,
            last_use: LastUse::Unknown,
            last_used_with: None,
        };
        let notice = Notice::about(News {
            kind: Kind::Reactivated,
            outcome: Outcome::Done,
            account: &account.id,
            user: &user.name,
            owner: owner(&self.config.owner_tag, &user, Some(&undo.credential)),
            subject: &subject,
            at: now,
            due: None,
            because: "an operator took the deactivation back".to_owned(),
            error: None,
        });
        if let Some(publisher) = &self.publisher {
            publisher.publish(&account.named(notice).await).await.map_err(Error::Untold)?;
        }
        // Last, so that a second try completes what the first did not.
        writer.tag_user(&user.name, &tag, &reactivated.to_string()).await.map_err(failed)?;
        Ok(json!({ "account": account.id.as_str(), "outcome": "reactivated" }))
    }
}
