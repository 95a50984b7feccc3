//! What must hold when a key is deactivated or deleted.

use super::*;

impl Account {
    pub(super) fn check_removal(&self, id: &AccessKeyId, active: bool, reason: RemovalReason) {
        assert_ne!(*id, self.current);
        if active {
            let orphan = reason == RemovalReason::Orphan && !self.superseded.contains_key(id);
            assert!(orphan || self.was_superseded_and_unused(id), "{id} {reason:?}: {self:#?}");
        }
    }

    pub(super) fn was_superseded_and_unused(&self, id: &AccessKeyId) -> bool {
        let it = self.keys.iter().find(|it| it.key.id == *id).unwrap();
        let quiet = match it.last_use {
            LastUse::At(used) => self.now >= used + POLICY.quiet_time(),
            LastUse::NoneRecorded => true,
            LastUse::Unknown => false,
        };
        quiet && self.superseded.get(id).is_some_and(|at| self.now >= POLICY.kept_until(*at))
    }

    pub(super) fn was_warned(&self, id: &CredentialId) -> bool {
        let counts = |at: &Timestamp| *at + days(14) <= self.now;
        self.warned.get(id).is_some_and(|times| times.iter().any(counts))
    }
}
