//! The sweep of one account: what becomes of every credential.
//!
//! The ladder is **warn -> (notice period) -> deactivate -> (grace) -> delete**. A credential never meets two rungs in one run,
//! the clock of a deletion starts at a recorded deactivation, and what is unknown is never stale.
//!
//! [`triage()`] judges everybody by the credential report, which may be four hours old; [`evaluate()`] judges those whom it singles out by
//! live facts. Both climb the same ladder.

mod evaluate;
pub(crate) mod exempt;
mod facts;
mod findings;
pub(crate) mod ladder;
mod plan;
mod policy;
mod reason;
mod reminders;
mod staleness;
#[cfg(test)]
pub(crate) mod tests;
mod triage;
pub(crate) mod wording;

pub(crate) use evaluate::record_of_gone;
pub use evaluate::{evaluate, needs_last_use, records_of_gone_users};
pub use facts::{
    Binding, CredentialReport, Holding, Inventory, KeyRow, PasswordRow, RejectedRow, RootRow,
    SECRET_TAG, UserFacts, UserRow, bound_to, secret_to_ask,
};
pub use findings::{
    Finding, exemptions_of_nobody, missing_from_report, outside_user_path, root_findings,
    user_findings,
};
pub use plan::{Action, Decision, Memory, News, Plan, PlannedNotice, Step, Subject};
pub use policy::{ConfiguredExemptions, Limits, Policy};
pub use reason::{Exempted, Reason, Rule, Staleness};
pub use reminders::Reminders;
pub use triage::{Look, Triage, password_of, triage};
