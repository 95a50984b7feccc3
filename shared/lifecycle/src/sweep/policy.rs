//! The rules an operator sets.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use super::facts::UserFacts;
use super::reminders::Reminders;
use crate::credential::CredentialKind;

/// What is stale, how long each rung of the ladder lasts, and what is left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    /// The kinds to act on.
    pub kinds: BTreeSet<CredentialKind>,
    /// From which age on a credential is stale, used or not; `None` switches the rule off. Passwords have no such rule: IAM's password policy ages them.
    pub max_age: Option<SignedDuration>,
    /// For how long a credential goes unused before it is stale; `None` switches the rule off.
    pub max_idle: Option<SignedDuration>,
    /// How long a warning runs before the deactivation. Zero means: no warning.
    pub notice: SignedDuration,
    /// When the owner is told again before a deactivation, and before an announced deletion.
    pub reminders: Reminders,
    /// How long a deactivated credential stays before its deletion.
    pub grace: SignedDuration,
    /// Whether anything is deleted at all.
    pub delete: bool,
    /// How much one run may change.
    pub limits: Limits,
    /// Who is exempt by configuration.
    pub exempt: ConfiguredExemptions,
    /// Only users at or below this path are judged, and counted; `/` is everybody.
    pub user_path: String,
}

impl Policy {
    /// Whether the policy judges the user's credentials.
    pub fn covers(&self, user: &UserFacts) -> bool {
        user.path.starts_with(&self.user_path)
    }

    /// No deletion is announced earlier than so long before its date.
    pub(super) const LONGEST_ANNOUNCEMENT: SignedDuration = SignedDuration::from_hours(7 * 24);

    /// Whether a credential of this age can break a rule at all; a younger one is fresh, however it was used.
    pub(super) fn could_be_stale(&self, age: SignedDuration) -> bool {
        [self.max_age, self.max_idle].into_iter().flatten().any(|limit| age >= limit)
    }

    /// How long before a deletion its owner is told once more: a week, but no more than half of the grace.
    pub(super) fn last_announcement(&self) -> SignedDuration {
        Self::LONGEST_ANNOUNCEMENT.min(self.grace / 2)
    }
}

/// How many credentials one run may deactivate or delete. Beyond that it does none of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most, whatever the size of the account.
    pub actions: u32,
    /// The most in percent of the account's credentials, rounded up so that a small account can be swept at all.
    pub percent: u32,
}

impl Limits {
    /// How many credentials a run may deactivate or delete in an account that has `credentials` of them.
    pub fn allowed(&self, credentials: usize) -> usize {
        let share = (credentials as u128 * u128::from(self.percent)).div_ceil(100);
        usize::try_from(share.min(self.actions.into())).unwrap_or(usize::MAX)
    }
}

/// Exemptions from settings; they have neither an end nor a reason of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ConfiguredExemptions {
    /// Names of users, in lower case: IAM's names differ by more than case.
    pub users: BTreeSet<String>,
    /// Paths; everything below each is exempt too.
    pub paths: BTreeSet<String>,
    /// Names of groups, in lower case.
    pub groups: BTreeSet<String>,
}
