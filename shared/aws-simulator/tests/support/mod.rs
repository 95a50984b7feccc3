//! An account, clients of it, and the code of a refused call.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_simulator::{NewKey, Settings, Simulator};
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_smithy_types::retry::RetryConfig;
use aws_types::SdkConfig;
use jiff::Timestamp;

/// An ideal account on the first day of 2026, with the user `alice`.
pub(crate) fn account() -> Simulator {
    account_with(|_| ())
}

/// As [`account`], with other settings.
pub(crate) fn account_with(change: impl FnOnce(&mut Settings)) -> Simulator {
    let mut settings = Settings::IDEAL;
    change(&mut settings);
    let simulator = Simulator::new(start(), settings);
    simulator.add_user("alice", "/", &[]);
    simulator
}

/// When the simulated clock starts.
pub(crate) fn start() -> Timestamp {
    at("2026-01-01T00:00:00Z")
}

/// A point in time.
pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// The configuration of a role whose clients do not try again.
pub(crate) fn config(simulator: &Simulator) -> SdkConfig {
    simulator.sdk_config("tester").into_builder().retry_config(RetryConfig::disabled()).build()
}

/// The configuration of a client that signs with a user's key.
pub(crate) fn config_with(simulator: &Simulator, key: &NewKey) -> SdkConfig {
    let credentials = Credentials::new(&key.id, &key.secret, None, None, "test");
    config(simulator)
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

pub(crate) fn iam(simulator: &Simulator) -> aws_sdk_iam::Client {
    aws_sdk_iam::Client::new(&config(simulator))
}

pub(crate) fn sts_with(simulator: &Simulator, key: &NewKey) -> aws_sdk_sts::Client {
    aws_sdk_sts::Client::new(&config_with(simulator, key))
}

pub(crate) fn secrets(simulator: &Simulator) -> aws_sdk_secretsmanager::Client {
    aws_sdk_secretsmanager::Client::new(&config(simulator))
}

/// The error code of an answer, or a word for what came instead.
pub(crate) fn code<T, E: ProvideErrorMetadata, R>(result: Result<T, SdkError<E, R>>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(SdkError::ServiceError(error)) => error.err().code().unwrap_or("no code").to_owned(),
        Err(_) => "no answer".to_owned(),
    }
}
