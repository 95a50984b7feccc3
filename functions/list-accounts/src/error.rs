//! Why an invocation failed.

use crate::choose::Refusal;
use crate::event::EventError;

/// A failed invocation; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event is none that the function takes.
    #[error("refused an event")]
    Event(#[from] EventError),
    /// The organization could not be read, so there is no list.
    #[error("no list of accounts was written")]
    Organization(#[source] organization::Error),
    /// The organization could not be read in time, so there is no list.
    #[error(
        "no list of accounts was written: the time of the invocation was over before the organization was read; \
         give the function a longer timeout, or raise KEYSTEWARD_ORGANIZATIONS_CALLS_PER_SECOND"
    )]
    OutOfTime,
    /// The settings and the organization do not fit together, so there is no list.
    #[error("no list of accounts was written")]
    Refused(#[source] Refusal),
    /// The list could not be stored.
    #[error("the list of accounts was not stored")]
    Unstored(#[source] report_store::Error),
    /// What became of the run is not known.
    #[error("what became of the run is not known")]
    Results(#[source] report_store::Error),
    /// The list that the run went over is not one that this function wrote.
    #[error("what became of the run is not known: {place} is not a list of accounts")]
    NotAList {
        /// Where it is.
        place: String,
    },
    /// All accounts were swept, and the summary that says so could not be stored.
    #[error("all accounts were swept, but the summary was not stored")]
    Unrecorded(#[source] report_store::Error),
    /// Some accounts were not swept.
    #[error("{message}")]
    Incomplete {
        /// Which, and why.
        message: String,
    },
}

impl lambda_shell::Failure for Error {
    fn error_type(&self) -> String {
        match self {
            Self::Event(_) => "InvalidEvent".to_owned(),
            Self::Organization(cause) => format!("Upstream.{}", cause.kind().as_str()),
            Self::Unstored(cause) | Self::Results(cause) | Self::Unrecorded(cause) => {
                format!("Upstream.{}", cause.kind().as_str())
            }
            Self::OutOfTime => "Organization.OutOfTime".to_owned(),
            Self::Refused(Refusal::Unavailable(_)) => "Organization.AccountsUnavailable".to_owned(),
            Self::Refused(Refusal::NobodyLeft { .. }) => "Organization.NobodyLeft".to_owned(),
            Self::NotAList { .. } => "Organization.NotAList".to_owned(),
            Self::Incomplete { .. } => "Organization.Incomplete".to_owned(),
        }
    }
}
