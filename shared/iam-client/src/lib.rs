#![doc = include_str!("../README.md")]

mod convert;
mod credentials;
mod error;
mod identity;
mod limiter;
mod pages;
mod reader;
mod report;
mod secret;
mod session;
mod users;
mod withdrawal;
mod writer;

use aws_types::SdkConfig;

pub use error::{Error, Operation};
pub use identity::{CallerIdentity, account_of_key, caller_identity, own_identity};
pub use limiter::CallLimiter;
pub use reader::{IamReader, KeyOwner, User};
pub use report::{ReportFault, parse_report};
pub use sdk_error::{CallCounter, ErrorKind};
pub use secret::SecretAccessKey;
pub use session::{ExternalId, NotOfThisForm, RoleName, member_session};
pub use withdrawal::Existed;
pub use writer::{CreatedKey, IamWriter};

/// A client for functions that make a few calls.
fn client(config: &SdkConfig) -> aws_sdk_iam::Client {
    let config = aws_sdk_iam::config::Builder::from(config)
        .retry_config(sdk_error::retries())
        .timeout_config(sdk_error::timeouts())
        .build();
    aws_sdk_iam::Client::from_conf(config)
}

/// A client for functions that make thousands of calls; all of one account learn together how fast they may be.
fn limited_client(config: &SdkConfig, limiter: &CallLimiter) -> aws_sdk_iam::Client {
    let config = aws_sdk_iam::config::Builder::from(config)
        .retry_config(sdk_error::patient_retries())
        .retry_partition(limiter.partition())
        .timeout_config(sdk_error::patient_timeouts())
        .interceptor(limiter.counter())
        .build();
    aws_sdk_iam::Client::from_conf(config)
}

/// A client of the STS in the Region of `config`.
fn sts(config: &SdkConfig) -> aws_sdk_sts::Client {
    let config = aws_sdk_sts::config::Builder::from(config)
        .retry_config(sdk_error::retries())
        .timeout_config(sdk_error::timeouts())
        .build();
    aws_sdk_sts::Client::from_conf(config)
}
