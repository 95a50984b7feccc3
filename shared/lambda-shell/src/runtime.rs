//! The loop that takes events from Lambda, and the form errors are reported in.

use std::error::Error;
use std::process::ExitCode;

use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda_runtime::{Diagnostic, LambdaEvent, service_fn};
use serde_json::Value;

use crate::deadline::Deadline;
use crate::environment::InvalidConfiguration;

/// An error as Lambda reports it.
pub trait Failure: Error + Send + Sync + 'static {
    /// A stable name that alarms can match, such as `Upstream.Throttled`.
    fn error_type(&self) -> String;
}

/// The text of an error and of every cause behind it.
pub fn chain(error: &dyn Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

struct Reported {
    error_type: String,
    message: String,
}

impl Reported {
    fn panicked() -> Self {
        let message = "the function panicked; its log tells where".to_owned();
        Self { error_type: "Panic".to_owned(), message }
    }
}

impl<F: Failure> From<F> for Reported {
    fn from(failure: F) -> Self {
        Self { error_type: failure.error_type(), message: chain(&failure) }
    }
}

/// The runtime logs this form, once.
impl std::fmt::Debug for Reported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.error_type, self.message)
    }
}

impl From<Reported> for Diagnostic {
    fn from(reported: Reported) -> Self {
        Self { error_type: reported.error_type, error_message: reported.message }
    }
}

/// What every function's `main` does: sets logging up, refuses invalid settings, makes the handler, and serves it until Lambda ends the process.
pub async fn start<C, M, F, Handled, E>(
    clock: fn() -> Timestamp,
    config: Result<C, InvalidConfiguration>,
    make: M,
) -> ExitCode
where
    M: FnOnce(&SdkConfig, C) -> F,
    F: Fn(Value, Timestamp, Deadline) -> Handled,
    Handled: Future<Output = Result<Value, E>> + Send + 'static,
    E: Failure,
{
    crate::init_telemetry();
    let config = match config {
        Ok(config) => config,
        Err(invalid) => {
            tracing::error!("{}", chain(&invalid));
            return ExitCode::FAILURE;
        }
    };
    let handler = make(&crate::sdk_config().await, config);
    match run(clock, handler).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the Lambda Runtime API failed: {error}");
            ExitCode::FAILURE
        }
    }
}

/// Hands events to `handler` until Lambda ends the process; `clock` is read once for each.
///
/// Events arrive as unparsed JSON, because a parser's error may quote the event, which may hold a secret.
///
/// # Errors
///
/// When the Runtime API cannot be reached.
pub async fn run<F, Handled, E>(
    clock: fn() -> Timestamp,
    handler: F,
) -> Result<(), lambda_runtime::Error>
where
    F: Fn(Value, Timestamp, Deadline) -> Handled,
    Handled: Future<Output = Result<Value, E>> + Send + 'static,
    E: Failure,
{
    let handler = &handler;
    lambda_runtime::run(service_fn(move |event: LambdaEvent<Value>| {
        let now = clock();
        let deadline = Deadline::new(event.context.deadline, now);
        // A task of its own catches a panic before the runtime does, which would report its message.
        let handled = tokio::spawn(handler(event.payload, now, deadline));
        async move {
            match handled.await {
                Ok(result) => result.map_err(Reported::from),
                Err(_) => Err(Reported::panicked()),
            }
        }
    }))
    .await
}
