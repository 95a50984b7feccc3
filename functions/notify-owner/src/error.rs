//! Why an invocation failed.

use crate::event::EventError;

/// A failed invocation; the cause is in `source()`. Failures of single messages from a queue are answered, not raised.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The event is none that the function takes.
    #[error("refused an event")]
    Event(#[from] EventError),
    /// Not everything was handed over, and no queue would bring the news again.
    #[error("{} part(s) of the news were not handed over, the others were{}", failures.len(), list(failures))]
    Untold {
        /// What failed.
        failures: Vec<String>,
    },
}

/// The first few failures, for a message that has room for no more.
fn list(failures: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown: String = failures.iter().take(SHOWN).map(|failure| format!("; {failure}")).collect();
    if failures.len() > SHOWN { format!("{shown}; the log has the rest") } else { shown }
}

impl lambda_shell::Failure for Error {
    fn error_type(&self) -> String {
        match self {
            Self::Event(_) => "InvalidEvent".to_owned(),
            Self::Untold { .. } => "Notices.Untold".to_owned(),
        }
    }
}
