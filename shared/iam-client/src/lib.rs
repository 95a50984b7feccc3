#![doc = include_str!("../README.md")]

mod convert;
mod error;
mod identity;
mod reader;
mod report;
mod secret;
mod writer;

use aws_types::SdkConfig;

pub use error::{Error, Operation};
pub use identity::{CallerIdentity, caller_identity};
pub use reader::{IamReader, KeyOwner, User};
pub use report::{ReportFault, parse_report};
pub use sdk_error::ErrorKind;
pub use secret::SecretAccessKey;
pub use writer::{CreatedKey, IamWriter};

fn client(config: &SdkConfig) -> aws_sdk_iam::Client {
    let config = aws_sdk_iam::config::Builder::from(config)
        .retry_config(sdk_error::retries())
        .timeout_config(sdk_error::timeouts())
        .build();
    aws_sdk_iam::Client::from_conf(config)
}
