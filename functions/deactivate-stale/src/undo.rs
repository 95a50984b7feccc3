//! Undoes a deactivation.

use jiff::Timestamp;
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::CredentialId;
use lifecycle::record::{Record, Remembered};
use lifecycle::undo::{self, UndoRefusal, Undone};
use notice::Notice;
use record_store::Expected;
use serde_json::{Value, json};

use crate::account::Account;
use crate::event::Undo;
use crate::tell::owner;
use crate::{DeactivateStale, Error};

impl DeactivateStale {
    /// Activates a credential that Keysteward deactivated, and records that; a second time it changes nothing.
    pub(crate) async fn undo(&self, undo: &Undo, now: Timestamp) -> Result<Value, Error> {
        let refused = |refusal: UndoRefusal| Error::UndoRefused {
            user: undo.user.clone(),
            credential: undo.credential.clone(),
            refusal,
        };
        let account = Account::open(self, undo.account.as_ref()).await?;
        let failed = |cause| Error::Account { account: account.id.clone(), cause };
        let memory_failed = |cause| Error::Memory { account: account.id.clone(), cause };
        let user = account.reader.user_facts(&undo.user, false).await.map_err(failed)?;
        let stored = self.records.user(&account.id, &user.id, now).await.map_err(memory_failed)?;
        let memory = stored.memory.of(&user.id);
        let named = |(id, _): &(&CredentialId, &Remembered<Record>)| id.as_str() == undo.credential;
        // A password is deleted instead of deactivated, so there is no record of it afterwards.
        let password = CredentialId::new(CredentialKind::Password, &undo.credential).ok();
        let absent = Remembered::Absent;
        let request = undo::Undo {
            credential: memory
                .records
                .iter()
                .find(named)
                .or_else(|| Some((password.as_ref()?, &absent))),
            although_exposed: undo.although_exposed,
            enforces: account.writer.is_some(),
        };
        let (Some((id, _)), Some(writer)) = (request.credential, &account.writer) else {
            return match undo::undo(&request, now) {
                Err(refusal) => Err(refused(refusal)),
                Ok(_) => Err(refused(UndoRefusal::NoRecord)),
            };
        };
        let answer = |outcome: &str| json!({ "account": account.id.as_str(), "outcome": outcome });
        let (subject, notice, record) = match undo::undo(&request, now).map_err(refused)? {
            Undone::Already => return Ok(answer("already-reactivated")),
            Undone::Activate { subject, notice, record } => (subject, notice, record),
        };
        // First, so that a run that read the earlier record can no longer go on from it.
        let put = async |record: &Record, expected: &Expected| {
            let written = self.records.put_record(&account.id, &user.id, id, record, expected);
            let (user, credential) = (user.name.clone(), id.clone());
            written.await.map_err(|cause| Error::UndoUnrecorded { user, credential, cause })
        };
        let expected = put(&record, &stored.revisions.of_record(&user.id, id)).await?;
        if let Err(cause) = writer.reactivate(&user.name, id).await {
            if !cause.kind().may_have_happened()
                && let Some(earlier) = memory.record(id).readable()
            {
                // The failed activation is the news; a second try completes the undo from either record.
                if let Err(error) = put(earlier, &expected).await {
                    tracing::warn!("{}", lambda_shell::chain(&error));
                }
            }
            return Err(failed(cause));
        }
        if let Some(publisher) = &self.publisher {
            let owner = owner(&self.config.owner_tag, &user, Some(id));
            let notice = Notice::planned(&account.id, &user.name, owner, &subject, &notice, now);
            let notice = account.alias.on(notice).await;
            publisher.publish(&notice).await.map_err(Error::Untold)?;
        }
        Ok(answer("reactivated"))
    }
}
