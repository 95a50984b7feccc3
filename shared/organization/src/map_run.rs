//! What the `ResultWriter` of a Distributed Map leaves in S3.

use std::collections::BTreeMap;

use aws_types::SdkConfig;
use bytes::Bytes;
use sdk_error::{CallCounter, Cause, ErrorKind};
use serde::Deserialize;

use crate::error::{Error, Operation};

/// Reads the results of Map Runs from one bucket.
#[derive(Clone, Debug)]
pub struct MapRuns {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// What became of one child execution.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Child {
    /// The input it was started with, as JSON; `None` where the result leaves it out.
    pub input: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
}

/// How a child execution ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It went through.
    Succeeded,
    /// It failed, timed out or was aborted.
    Failed {
        /// The error's name; the status where there is none, such as `ABORTED`.
        error: String,
        /// What else is known.
        cause: String,
    },
    /// The Map Run ended before it was started.
    Pending,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Manifest {
    result_files: BTreeMap<String, Vec<ResultFile>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct ResultFile {
    key: String,
}

/// A child execution in a result file; the rest of it is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Execution {
    #[serde(default)]
    input: Option<String>,
    #[serde(default)]
    status: Option<String>,
    #[serde(default)]
    error: Option<String>,
    #[serde(default)]
    cause: Option<String>,
}

impl MapRuns {
    /// A reader whose calls are retried within the limits that `sdk-error` sets.
    pub fn new(config: &SdkConfig, bucket: String, counter: &CallCounter) -> Self {
        let config = aws_sdk_s3::config::Builder::from(config)
            .retry_config(sdk_error::retries())
            .timeout_config(sdk_error::timeouts())
            .interceptor(counter.clone())
            .build();
        Self { client: aws_sdk_s3::Client::from_conf(config), bucket }
    }

    /// Every child execution that the manifest of a Map Run leads to.
    ///
    /// # Errors
    ///
    /// When one of the files cannot be read: a part would pass for the whole.
    pub async fn children(&self, manifest: &str) -> Result<Vec<Child>, Error> {
        let parsed: Manifest = self.parsed(manifest, "the manifest of a Map Run").await?;
        let mut children = Vec::new();
        for (group, files) in parsed.result_files {
            for file in files {
                let executions: Vec<Execution> =
                    self.parsed(&file.key, "a list of child executions").await?;
                children.extend(executions.into_iter().map(|child| child.ended(&group)));
            }
        }
        Ok(children)
    }

    /// An object of the bucket, whole.
    ///
    /// # Errors
    ///
    /// When it cannot be read to its end.
    pub async fn object(&self, key: &str) -> Result<Bytes, Error> {
        let failed = |cause| self.failed(key, cause);
        let answer = self.client.get_object().bucket(&self.bucket).key(key).send().await;
        let body = answer.map_err(|error| failed(error.into()))?.body.collect().await;
        let body =
            body.map_err(|_| failed(Cause::new(ErrorKind::Unavailable, "the object broke off")))?;
        Ok(body.into_bytes())
    }

    async fn parsed<T: for<'a> Deserialize<'a>>(&self, key: &str, what: &str) -> Result<T, Error> {
        let body = self.object(key).await?;
        serde_json::from_slice(&body).map_err(|_| self.failed(key, Cause::malformed(what)))
    }

    fn failed(&self, key: &str, cause: Cause) -> Error {
        Error::new(Operation::GetObject, format!("s3://{}/{key}", self.bucket), cause)
    }
}

impl Execution {
    /// What became of it, by its own status, or by the group of its file where it has none.
    fn ended(self, group: &str) -> Child {
        let status = self.status.unwrap_or_else(|| group.to_owned());
        let outcome = match status.as_str() {
            "SUCCEEDED" => Outcome::Succeeded,
            "PENDING" => Outcome::Pending,
            _ => Outcome::Failed {
                error: self.error.unwrap_or(status),
                cause: self.cause.unwrap_or_default(),
            },
        };
        Child { input: self.input, outcome }
    }
}
