#![doc = include_str!("../README.md")]

use std::fmt;

use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;
use sdk_error::Cause;

pub use sdk_error::{CallCounter, ErrorKind};

/// Puts reports into one bucket.
#[derive(Clone, Debug)]
pub struct ReportStore {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// An operation of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `PutObject` in the S3 API reference.
    PutObject,
}

/// A failed call; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// What was attempted.
    pub operation: Operation,
    /// On which object: `s3://bucket/key`.
    pub subject: String,
    #[source]
    cause: Cause,
}

impl ReportStore {
    /// A store whose calls are retried within the limits that `sdk-error` sets.
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        Self::counted(config, bucket, &CallCounter::default())
    }

    /// As [`ReportStore::new`]; its calls are counted by `counter`.
    pub fn counted(config: &SdkConfig, bucket: String, counter: &CallCounter) -> Self {
        let config = aws_sdk_s3::config::Builder::from(config)
            .retry_config(sdk_error::retries())
            .timeout_config(sdk_error::timeouts())
            .interceptor(counter.clone())
            .build();
        Self { client: aws_sdk_s3::Client::from_conf(config), bucket }
    }

    /// Puts `body` under `key`, in place of what may be there.
    ///
    /// # Errors
    ///
    /// When S3 does not confirm it; it may have been stored all the same.
    pub async fn put(&self, key: &str, content_type: &str, body: Vec<u8>) -> Result<(), Error> {
        let call = self.client.put_object().bucket(&self.bucket).key(key);
        let call = call.content_type(content_type).body(ByteStream::from(body));
        let failed = |cause| Error {
            operation: Operation::PutObject,
            subject: format!("s3://{}/{key}", self.bucket),
            cause,
        };
        call.send().await.map(drop).map_err(|error| failed(error.into()))
    }
}

impl Error {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Operation::PutObject = self.operation;
        write!(f, "failed to put report {}", self.subject)?;
        match self.kind() {
            ErrorKind::Denied => f.write_str(
                " (does the function's role allow s3:PutObject on it, and kms:GenerateDataKey on the bucket's key if it has one?)",
            ),
            ErrorKind::NotFound => f.write_str(" (is there such a bucket?)"),
            _ => Ok(()),
        }
    }
}
