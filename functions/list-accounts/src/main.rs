//! The `list-accounts` Lambda function: reads its configuration, then hands events to [`list_accounts::ListAccounts`].

use std::process::ExitCode;
use std::sync::Arc;

use jiff::Timestamp;
use list_accounts::{Config, ListAccounts};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let config = Config::from_variables(lambda_shell::variables());
    lambda_shell::start(read_clock, config, |sdk, config| {
        let function = Arc::new(ListAccounts::new(sdk, config));
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
