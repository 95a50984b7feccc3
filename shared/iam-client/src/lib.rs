#![doc = include_str!("../README.md")]

mod convert;
mod error;
mod identity;
mod reader;
mod secret;
mod writer;

use std::time::Duration;

use aws_sdk_iam::config::retry::RetryConfig;
use aws_sdk_iam::config::timeout::TimeoutConfig;
use aws_types::SdkConfig;

pub use error::{Error, Operation};
pub use identity::{CallerIdentity, caller_identity};
pub use reader::{IamReader, KeyOwner, User};
pub use sdk_error::ErrorKind;
pub use secret::SecretAccessKey;
pub use writer::{CreatedKey, IamWriter};

/// How often a call that may be repeated is tried.
const ATTEMPTS: u32 = 6;

fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(Duration::from_secs(5))
        .operation_timeout(Duration::from_secs(20))
        .build()
}

fn client(config: &SdkConfig) -> aws_sdk_iam::Client {
    let config = aws_sdk_iam::config::Builder::from(config)
        .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS))
        .timeout_config(timeouts())
        .build();
    aws_sdk_iam::Client::from_conf(config)
}
