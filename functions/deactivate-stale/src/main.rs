//! The `deactivate-stale` Lambda function: reads its configuration, then hands events to [`deactivate_stale::DeactivateStale`].

use std::process::ExitCode;
use std::sync::Arc;

use deactivate_stale::{Config, DeactivateStale};
use jiff::Timestamp;
use lambda_shell::chain;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    lambda_shell::init_telemetry();
    let config = match Config::from_variables(lambda_shell::variables()) {
        Ok(config) => config,
        Err(invalid) => {
            tracing::error!("{}", chain(&invalid));
            return ExitCode::FAILURE;
        }
    };
    let sdk = lambda_shell::sdk_config().await;
    let function = Arc::new(DeactivateStale::new(&sdk, config, lambda_shell::print_metrics));
    let served = lambda_shell::run(read_clock, move |event, now, deadline| {
        let function = Arc::clone(&function);
        async move { function.handle(event, now, deadline).await }
    });
    match served.await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!("the Lambda Runtime API failed: {error}");
            ExitCode::FAILURE
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
fn read_clock() -> Timestamp {
    Timestamp::now()
}
