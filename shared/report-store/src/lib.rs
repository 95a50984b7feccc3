#![doc = include_str!("../README.md")]

mod map_run;

use std::fmt;

use aws_sdk_s3::primitives::ByteStream;
use aws_types::SdkConfig;
use bytes::Bytes;
use sdk_error::Cause;

pub use map_run::{Child, Outcome};
pub use sdk_error::{CallCounter, ErrorKind};

/// Puts reports into one bucket, and reads from it what became of runs.
#[derive(Clone, Debug)]
pub struct ReportStore {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// An operation of S3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// `GetObject` in the S3 API reference.
    GetObject,
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
        let failed = |cause| self.failed(Operation::PutObject, key, cause);
        call.send().await.map(drop).map_err(|error| failed(error.into()))
    }

    /// An object of the bucket, whole.
    ///
    /// # Errors
    ///
    /// When it cannot be read to its end.
    pub async fn get(&self, key: &str) -> Result<Bytes, Error> {
        let failed = |cause| self.failed(Operation::GetObject, key, cause);
        let answer = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let body = answer.map_err(|error| failed(error.into()))?.body.collect().await;
        let body =
            body.map_err(|_| failed(Cause::new(ErrorKind::Unavailable, "the object broke off")))?;
        Ok(body.into_bytes())
    }

    fn failed(&self, operation: Operation, key: &str, cause: Cause) -> Error {
        Error { operation, subject: format!("s3://{}/{key}", self.bucket), cause }
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
        let attempt = match self.operation {
            Operation::GetObject => "read",
            Operation::PutObject => "put report",
        };
        write!(f, "failed to {attempt} {}", self.subject)?;
        let hint = match (self.kind(), self.operation) {
            (ErrorKind::Denied, Operation::GetObject) => {
                " (does the function's role allow s3:GetObject on it, and kms:Decrypt on the bucket's key if it has one?)"
            }
            (ErrorKind::Denied, Operation::PutObject) => {
                " (does the function's role allow s3:PutObject on it, and kms:GenerateDataKey on the bucket's key if it has one?)"
            }
            (ErrorKind::NotFound, _) if self.cause.code() == Some("NoSuchKey") => {
                " (is there such an object?)"
            }
            (ErrorKind::NotFound, _) => " (is there such a bucket?)",
            _ => "",
        };
        f.write_str(hint)
    }
}
