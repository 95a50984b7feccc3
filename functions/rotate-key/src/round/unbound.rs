//! Users without the tag, and users who are gone, whose rotation is remembered.

use iam_client::ErrorKind;
use lifecycle::identifiers::UserId;
use lifecycle::memory::RotationMemory;
use lifecycle::record::Remembered;
use lifecycle::rotation::{LostBinding, lost_binding};
use lifecycle::sweep::{Holding, UserFacts};
use notice::Notice;

use super::{Counts, Round, UserFailed};

impl Round<'_> {
    /// The keys are left alone: either the rotation was ended, and the sweep owns them, or the tag is missing, and somebody is notified.
    pub(super) async fn visit_unbound(
        &self,
        user: &UserFacts,
        counts: &mut Counts,
    ) -> Result<(), UserFailed> {
        let memory = self.loaded.memory.of(&user.id);
        let rotation = match &memory.rotation {
            Remembered::Absent => return Ok(()),
            Remembered::Readable(rotation) => rotation,
            Remembered::Unreadable(fault) => {
                return Err(UserFailed::MemoryUnreadable { fault: fault.clone() });
            }
        };
        let holding = match self.account.store_of(&rotation.secret) {
            Some(store) => store.holding(&rotation.secret).await,
            None => Holding::Unknown,
        };
        match lost_binding(memory, holding, self.now) {
            LostBinding::Wait => Ok(()),
            LostBinding::Forget => self.remove_rotation(&user.id, counts).await,
            LostBinding::Tell { secret, after } => {
                let owner = self.owner(user, None);
                let account = &self.account.id;
                let notice = Notice::binding_tag_gone(account, &user.name, secret, owner, self.now);
                self.publish(notice).await?;
                counts.tags_gone += 1;
                self.remember(&user.id, &after, counts).await
            }
        }
    }

    /// Forgets the rotation of a user who is gone, unless an attempt at its keys may still be running.
    pub(super) async fn forget(
        &self,
        user: &UserId,
        counts: &mut Counts,
    ) -> Result<(), UserFailed> {
        let memory = self.loaded.memory.of(user);
        match lost_binding(memory, Holding::Ended, self.now) {
            LostBinding::Forget => self.remove_rotation(user, counts).await,
            LostBinding::Tell { .. } | LostBinding::Wait => Ok(()),
        }
    }

    /// Writes what is to be remembered of a rotation, unless a rotation wrote something meanwhile.
    pub(super) async fn remember(
        &self,
        user: &UserId,
        rotation: &RotationMemory,
        counts: &mut Counts,
    ) -> Result<(), UserFailed> {
        let expected = self.loaded.revisions.of_rotation(user);
        let (records, account) = (&self.function.records, &self.account.id);
        let written = records.put_rotation(account, user, rotation, &expected).await;
        count(written.map(drop), counts)
    }

    async fn remove_rotation(&self, user: &UserId, counts: &mut Counts) -> Result<(), UserFailed> {
        let expected = self.loaded.revisions.of_rotation(user);
        let (records, account) = (&self.function.records, &self.account.id);
        count(records.remove_rotation(account, user, &expected).await, counts)
    }
}

fn count(written: Result<(), record_store::Error>, counts: &mut Counts) -> Result<(), UserFailed> {
    match written {
        Ok(()) => counts.recorded += 1,
        Err(error) if error.kind() == ErrorKind::Conflict => counts.changed += 1,
        Err(error) => return Err(error.into()),
    }
    Ok(())
}
