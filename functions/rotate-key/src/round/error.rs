//! Why a round failed.

use lifecycle::identifiers::AccountId;

/// A failed round; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub enum RoundError {
    /// There is nowhere to send notices.
    #[error(
        "the round did nothing: set KEYSTEWARD_NOTICE_TOPIC_ARN, because no key is deactivated or deleted without a notice"
    )]
    NoTopic,
    /// The function does not know its own account.
    #[error("the round did nothing: failed to find out which account the function runs in")]
    Own(#[source] iam_client::Error),
    /// An account is not the function's own, and no role is set for others.
    #[error(
        "the round did nothing: account {account} is not the function's own; set KEYSTEWARD_MEMBER_ROLE_NAME to the role to assume there"
    )]
    NoMemberRole {
        /// The account.
        account: AccountId,
    },
    /// The account could not be read, or entered at all.
    #[error("the round did nothing in account {account}")]
    Account {
        /// The account.
        account: AccountId,
        /// What failed.
        #[source]
        cause: iam_client::Error,
    },
    /// What is remembered of the account could not be read.
    #[error("the round did nothing in account {account}")]
    Memory {
        /// The account.
        account: AccountId,
        /// What failed.
        #[source]
        cause: record_store::Error,
    },
    /// The account could not be read in time.
    #[error(
        "the round did nothing in account {account}: the time of the invocation was over before the account was read; give the function a longer timeout"
    )]
    OutOfTime {
        /// The account.
        account: AccountId,
    },
    /// The round went through, but not all of it worked.
    #[error(
        "the round of account {account}: {} part(s) failed, and {} user(s) were left for the next round for want of time; the others are done{}{}",
        failures.len(), left.len(), list(failures.iter().map(|failure| format!("{}: {}", failure.user, failure.error))),
        list(left.iter().map(|user| format!("{user}: left")))
    )]
    Incomplete {
        /// The account.
        account: AccountId,
        /// What failed.
        failures: Vec<Failure>,
        /// For whom no time was left.
        left: Vec<String>,
    },
}

/// Something that failed for one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// Whom it is about.
    pub user: String,
    /// What went wrong.
    pub error: String,
}

impl RoundError {
    /// Whether the round went through to its end, and so wrote its own metrics.
    pub(super) fn is_of_a_whole_round(&self) -> bool {
        matches!(self, Self::Incomplete { .. })
    }

    /// The type that alarms match.
    pub(crate) fn error_type(&self) -> String {
        match self {
            Self::NoTopic => "Round.NoTopic".to_owned(),
            Self::NoMemberRole { .. } => "Round.NoMemberRole".to_owned(),
            Self::OutOfTime { .. } => "Round.OutOfTime".to_owned(),
            Self::Incomplete { .. } => "Round.Incomplete".to_owned(),
            Self::Own(cause) | Self::Account { cause, .. } => {
                format!("Upstream.{}", cause.kind().as_str())
            }
            Self::Memory { cause, .. } => format!("Upstream.{}", cause.kind().as_str()),
        }
    }
}

/// The first few, for a message that has room for no more.
fn list(all: impl ExactSizeIterator<Item = String>) -> String {
    const SHOWN: usize = 10;
    let more = all.len().saturating_sub(SHOWN);
    let mut text: String = all.take(SHOWN).map(|one| format!("; {one}")).collect();
    if more > 0 {
        text.push_str(&format!("; and {more} more"));
    }
    text
}
