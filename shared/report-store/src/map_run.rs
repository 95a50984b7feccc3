//! What the `ResultWriter` of a Distributed Map leaves in S3.

use std::collections::BTreeMap;

use sdk_error::Cause;
use serde::Deserialize;

use crate::{Error, Operation, ReportStore};

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

impl ReportStore {
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

    async fn parsed<T: for<'a> Deserialize<'a>>(&self, key: &str, what: &str) -> Result<T, Error> {
        let body = self.get(key).await?;
        serde_json::from_slice(&body)
            .map_err(|_| self.failed(Operation::GetObject, key, Cause::malformed(what)))
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
