//! The metrics of a round, as `CloudWatch` reads them from the log.

use jiff::Timestamp;
use lambda_shell::metrics_of_account;
use lifecycle::identifiers::AccountId;
use serde_json::Value;

/// What a round came to.
#[derive(Debug)]
pub(crate) struct Made<'a> {
    pub(crate) account: &'a AccountId,
    /// Bound users.
    pub(crate) users: usize,
    /// Users whom time did not allow.
    pub(crate) left: usize,
    pub(crate) failures: usize,
    pub(crate) deactivated: usize,
    pub(crate) deleted: usize,
}

impl Made<'_> {
    /// One line; a round that left somebody out does not count as one.
    pub(crate) fn line(&self, now: Timestamp) -> Value {
        let metrics = [
            ("Rounds", usize::from(self.left == 0)),
            ("RoundUsers", self.users),
            ("RoundUsersLeft", self.left),
            ("RoundFailures", self.failures),
            ("RoundDeactivated", self.deactivated),
            ("RoundDeleted", self.deleted),
        ];
        metrics_of_account(self.account.as_str(), now, &[], &metrics)
    }
}

/// The line of a round that could not begin.
pub(crate) fn failure(account: &str, now: Timestamp) -> Value {
    metrics_of_account(account, now, &[], &[("Rounds", 0), ("RoundFailures", 1)])
}
