//! The sweep of one account: what becomes of every credential.
//!
//! The ladder is **warn -> (notice period) -> deactivate -> (grace) -> delete**. A credential never meets two rungs in one run,
//! the clock of a deletion starts at a recorded deactivation, and what is unknown is never stale.
//!
//! [`triage()`] judges everybody by the credential report, which may be four hours old; [`evaluate()`] judges those whom it singles out by
//! live facts. Both climb the same ladder.

mod evaluate;
mod exempt;
mod facts;
mod findings;
mod ladder;
mod plan;
mod policy;
mod reason;
mod reminders;
#[cfg(test)]
mod tests;
mod triage;

pub use evaluate::{evaluate, needs_last_use, read_record};
pub use facts::{
    CredentialReport, Held, Inventory, KeyRow, PasswordRow, RejectedRow, RootRow, Supersession,
    UserFacts, UserRow,
};
pub use findings::{
    Finding, exemptions_of_nobody, missing_from_report, outside_user_path, root_findings,
    user_findings,
};
pub use plan::{Action, Decision, Note, Plan, Subject};
pub use policy::{ConfiguredExemptions, Limits, Policy};
pub use reason::{Exempted, Reason, Rule, Staleness};
pub use reminders::Reminders;
pub use triage::{Look, Triage, password_of, triage};
