//! The notices of a rotation.

use lifecycle::identifiers::CredentialId;
use lifecycle::rotation::{Completion, Removal};
use lifecycle::sweep::{PlannedNotice, Subject};
use notice::{Notice, Owner, Rotation};
use plan_executor::AccountAlias;

use crate::gather::Gathered;
use crate::{Error, Invocation};

impl Invocation<'_> {
    /// Notifies the owner that the secret has a new key.
    pub(crate) async fn notify_of_rotation(
        &self,
        gathered: &Gathered,
        done: &Completion,
    ) -> Result<(), Error> {
        let superseded = done.superseded.as_ref();
        let notice = Notice::rotated(&Rotation {
            account: gathered.account.clone(),
            user: gathered.user.identity.name.clone(),
            secret: self.event.secret.clone(),
            token: self.event.token.clone(),
            key: done.key.clone(),
            owner: self.owner(gathered, None),
            superseded: superseded.map(|old| (old.key.clone(), old.kept_until)),
            at: self.now,
        });
        let unnotified = |cause| Error::Unnotified { secret: self.event.secret.clone(), cause };
        self.publish(gathered, notice).await.map_err(unnotified)
    }

    /// Notifies the owner that a key was deleted to make room for the next one.
    pub(crate) async fn notify_of_removal(
        &self,
        gathered: &Gathered,
        removal: &Removal,
        planned: &PlannedNotice,
    ) -> Result<(), Error> {
        let Some(slot) = gathered.slots.iter().find(|slot| slot.key.id == removal.key) else {
            return Ok(());
        };
        let (account, user) = (&gathered.account, &gathered.user.identity.name);
        let owner = self.owner(gathered, Some(&CredentialId::from(&removal.key)));
        let subject = Subject::from(slot);
        let notice = Notice::planned(account, user, owner, &subject, planned, self.now);
        let unnotified = |cause| Error::RemovalUnnotified {
            step: self.event.step,
            secret: self.event.secret.clone(),
            key: removal.key.clone(),
            cause,
        };
        self.publish(gathered, notice).await.map_err(unnotified)
    }

    fn owner(&self, gathered: &Gathered, id: Option<&CredentialId>) -> Owner {
        let tag = &self.function.config.owner_tag;
        Owner::of_tags(&gathered.user.tags, tag, id.map(CredentialId::as_str))
    }

    async fn publish(&self, gathered: &Gathered, notice: Notice) -> Result<(), notice::TopicError> {
        let Some(publisher) = &self.function.publisher else { return Ok(()) };
        let notice = AccountAlias::new(gathered.iam.reader.clone()).on(notice).await;
        publisher.publish(&notice).await
    }
}
