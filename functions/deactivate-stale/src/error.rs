//! Why an invocation failed.

use lifecycle::identifiers::{AccountId, CredentialId, UserName};
use lifecycle::undo::UndoRefusal;

use crate::event::EventError;
use crate::ledger::Failure;

/// A failed invocation; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event is none that the function takes.
    #[error("refused an event")]
    Event(#[from] EventError),
    /// The function does not know its own account.
    #[error("failed to find out which account the function runs in")]
    Own(#[source] iam_client::Error),
    /// An account is not the function's own, and no role is set for others.
    #[error(
        "account {account} is not the function's own: set KEYSTEWARD_MEMBER_ROLE_NAME to the role that it may assume there"
    )]
    NoMemberRole {
        /// The account.
        account: AccountId,
    },
    /// An account could not be read, or entered at all.
    #[error("nothing was done in account {account}")]
    Account {
        /// The account.
        account: AccountId,
        /// What failed.
        #[source]
        cause: iam_client::Error,
    },
    /// What is remembered of an account could not be read.
    #[error("nothing was done in account {account}")]
    Memory {
        /// The account.
        account: AccountId,
        /// What failed.
        #[source]
        cause: record_store::Error,
    },
    /// The credential report does not name every user, so it was cut off.
    #[error(
        "nothing was done in account {account}: the credential report lacks {count} user(s), {user} among them; it was cut off, or IAM has not caught up"
    )]
    ReportIncomplete {
        /// The account.
        account: AccountId,
        /// One of them.
        user: UserName,
        /// How many.
        count: usize,
    },
    /// The account could not be read in time.
    #[error(
        "nothing was done in account {account}: the time of the invocation was over before it was read; give the function a longer timeout, or raise KEYSTEWARD_IAM_CALLS_PER_SECOND"
    )]
    OutOfTime {
        /// The account.
        account: AccountId,
    },
    /// More was due than one run may take away.
    #[error(
        "account {account}: {planned} credentials were due to be deactivated or deleted, one run may do that to {allowed}, so none was touched; \
         check the report, then raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run"
    )]
    LimitReached {
        /// The account.
        account: AccountId,
        /// How many were due.
        planned: usize,
        /// How many are allowed.
        allowed: usize,
    },
    /// The run went through, but not all of it worked.
    #[error("account {account}: {} part(s) of the sweep failed, the others are done{}", failures.len(), list(failures))]
    Incomplete {
        /// The account.
        account: AccountId,
        /// What failed.
        failures: Vec<Failure>,
    },
    /// An exposed credential may still be active.
    #[error("account {account}: {} exposed credential(s) may still be active{}", failures.len(), list(failures))]
    ExposureUnanswered {
        /// The account.
        account: AccountId,
        /// What failed.
        failures: Vec<Failure>,
    },
    /// Exposed keys are inactive, and their records are missing.
    #[error(
        "account {account}: {} exposed key(s) are deactivated, but their records could not be written; Lambda repeats the event{}",
        failures.len(), list(failures)
    )]
    ExposureUnrecorded {
        /// The account.
        account: AccountId,
        /// The keys, and why their records are missing.
        failures: Vec<Failure>,
    },
    /// Nobody can be told of an exposed credential.
    #[error(
        "credential {key} is exposed and nobody was told: set KEYSTEWARD_NOTICE_TOPIC_ARN, and deactivate it by hand now"
    )]
    NobodyToPage {
        /// The credential.
        key: String,
    },
    /// A notice did not get through.
    #[error("it is done, but nobody could be told")]
    Untold(#[source] notice::TopicError),
    /// A deactivation was not undone, because that could not be recorded first.
    #[error(
        "credential {credential} of user {user} was not activated, because its record could not be written; send the request once more"
    )]
    UndoUnrecorded {
        /// Whose it is.
        user: UserName,
        /// The credential.
        credential: CredentialId,
        /// What failed.
        #[source]
        cause: record_store::Error,
    },
    /// A deactivation was not undone.
    #[error("did not activate credential {credential} of user {user}")]
    UndoRefused {
        /// Whose it is.
        user: UserName,
        /// The credential, as the request names it.
        credential: String,
        /// Why not.
        #[source]
        refusal: UndoRefusal,
    },
}

impl Error {
    /// Whether a sweep went through to its end, and so wrote its own metrics.
    pub(crate) fn is_of_a_whole_run(&self) -> bool {
        matches!(self, Self::LimitReached { .. } | Self::Incomplete { .. })
    }
}

/// The first few failures, for a message that has room for no more.
fn list(failures: &[Failure]) -> String {
    const SHOWN: usize = 5;
    let shown = failures.iter().take(SHOWN);
    let mut text: String =
        shown.map(|Failure { subject, error }| format!("; {subject}: {error}")).collect();
    if failures.len() > SHOWN {
        text.push_str("; the report has the rest");
    }
    text
}

impl lambda_shell::Failure for Error {
    fn error_type(&self) -> String {
        match self {
            Self::Event(_) => "InvalidEvent".to_owned(),
            Self::Own(cause) | Self::Account { cause, .. } => {
                format!("Upstream.{}", cause.kind().as_str())
            }
            Self::Memory { cause, .. } => format!("Upstream.{}", cause.kind().as_str()),
            Self::Untold(cause) => format!("Upstream.{}", cause.kind().as_str()),
            Self::NoMemberRole { .. } => "Sweep.NoMemberRole".to_owned(),
            Self::ReportIncomplete { .. } => "Sweep.ReportIncomplete".to_owned(),
            Self::OutOfTime { .. } => "Sweep.OutOfTime".to_owned(),
            Self::LimitReached { .. } => "Sweep.LimitReached".to_owned(),
            Self::Incomplete { .. } => "Sweep.Incomplete".to_owned(),
            Self::ExposureUnrecorded { .. } => "Exposure.Unrecorded".to_owned(),
            Self::ExposureUnanswered { .. } | Self::NobodyToPage { .. } => {
                "Exposure.Unanswered".to_owned()
            }
            Self::UndoUnrecorded { .. } => "Undo.Unrecorded".to_owned(),
            Self::UndoRefused { .. } => "Undo.Refused".to_owned(),
        }
    }
}
