//! The `rotate-key` Lambda function: reads its configuration, then hands events to [`rotate_key::RotateKey`].

use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use rotate_key::{Config, RotateKey};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let config = Config::from_variables(lambda_shell::variables());
    lambda_shell::start(read_clock, config, |sdk, config| {
        let function = Arc::new(RotateKey::new(sdk, config, lambda_shell::print_metrics));
        move |event, now, deadline| {
            let function = Arc::clone(&function);
            async move { function.handle(event, now, deadline).await }
        }
    })
    .await
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn read_clock() -> Timestamp {
    Timestamp::now()
}
