//! A function whose handler panics with its event in the message.

use std::fmt;

use jiff::Timestamp;
use lambda_shell::Failure;

#[derive(Debug)]
struct Never;

impl fmt::Display for Never {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("never")
    }
}

impl std::error::Error for Never {}

impl Failure for Never {
    fn error_type(&self) -> String {
        "Never".to_owned()
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    lambda_shell::init_telemetry();
    lambda_shell::run(clock, |event, _, _| async move { quote(&event) }).await
}

#[expect(clippy::panic, reason = "what a panic gives away is the point")]
fn quote(event: &serde_json::Value) -> Result<serde_json::Value, Never> {
    panic!("the event was {event}")
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn clock() -> Timestamp {
    Timestamp::now()
}
