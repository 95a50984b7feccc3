#![doc = include_str!("../README.md")]

mod choose;
mod config;
mod error;
mod event;
mod gather;
mod summary;

use std::time::Duration;

use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda_shell::{Deadline, chain};
use organization::{CallCounter, Members};
use report_store::ReportStore;
use serde_json::{Value, json};

pub use choose::{Choice, Facts, Listed, Refusal, choose};
pub use config::{AccountId, Config, NotOfThisForm, UnitId};
pub use error::Error;
pub use event::{Event, EventError, Results};
pub use summary::{FORM, FailedAccount, Summary};

/// What is kept of the time of an invocation to store the list, and to say why there is none.
const RESERVE: Duration = Duration::from_secs(20);

/// How many findings stand in an answer; the log has all of them.
const FINDINGS_SHOWN: usize = 100;

/// The function: its clients, made once, and its settings.
#[derive(Debug)]
pub struct ListAccounts {
    members: Members,
    reports: ReportStore,
    config: Config,
}

impl ListAccounts {
    /// The function with clients for the account that `sdk` signs in to.
    pub fn new(sdk: &SdkConfig, config: Config) -> Self {
        let (counter, bucket) = (CallCounter::default(), config.report_bucket.clone());
        Self {
            members: Members::new(sdk, config.calls_per_second, &counter),
            reports: ReportStore::counted(sdk, bucket, &counter),
            config,
        }
    }

    /// Does what the event asks for; doing it again writes another list, or another summary.
    ///
    /// # Errors
    ///
    /// When there is no list, or when an account was not swept.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        match Event::parse(&event)? {
            Event::List => self.list(now, deadline).await,
            Event::Summarize(results) => self.summarize(&results, now).await,
        }
    }

    async fn list(&self, now: Timestamp, deadline: Deadline) -> Result<Value, Error> {
        let reading = gather::facts(&self.members, &self.config);
        let read = match deadline.remaining() {
            None => reading.await,
            Some(left) => tokio::time::timeout(left.saturating_sub(RESERVE), reading)
                .await
                .map_err(|_| Error::OutOfTime)?,
        };
        let facts = read.map_err(Error::Organization)?;
        let choice = choose(&facts, &self.config).map_err(Error::Refused)?;
        for finding in &choice.findings {
            tracing::warn!("{finding}");
        }
        let key = format!("keysteward/manifest/{}.json", instant(now));
        let list = json!(choice.accounts).to_string().into_bytes();
        self.reports.put(&key, "application/json", list).await.map_err(Error::Unstored)?;
        let answer = json!({
            "bucket": self.config.report_bucket,
            "key": key,
            "count": choice.accounts.len(),
            "skipped": choice.skipped,
            "findings": shown(&choice.findings),
        });
        tracing::info!(answer = %answer, "listed the accounts to sweep");
        Ok(answer)
    }

    async fn summarize(&self, results: &Results, now: Timestamp) -> Result<Value, Error> {
        if results.bucket != self.config.report_bucket {
            let fault = "its bucket is not KEYSTEWARD_REPORT_BUCKET";
            return Err(EventError { fault }.into());
        }
        let list = self.reports.get(&results.accounts).await.map_err(Error::Results)?;
        let list: Vec<Listed> = serde_json::from_slice(&list)
            .map_err(|_| Error::NotAList { place: self.place(&results.accounts) })?;
        let children = self.reports.children(&results.key).await.map_err(Error::Results)?;
        let summary = Summary::of(&list, children);
        let key = format!("keysteward/organization/{}.json", instant(now));
        let document = summary.document(&now.to_string(), &self.place(&results.key));
        let body = document.to_string().into_bytes();
        let stored = self.reports.put(&key, "application/json", body).await;
        if !summary.failures.is_empty() {
            // Which accounts failed is said even where it cannot be stored: the results of the run have it too.
            let place = match stored {
                Ok(()) => self.place(&key),
                Err(error) => {
                    tracing::error!("{}", chain(&error));
                    self.place(&results.key)
                }
            };
            return Err(Error::Incomplete { message: summary.message(&place) });
        }
        stored.map_err(Error::Unrecorded)?;
        let answer = json!({
            "accounts": summary.accounts,
            "succeeded": summary.succeeded,
            "failed": 0,
            "report": self.place(&key),
        });
        tracing::info!(answer = %answer, "all accounts were swept");
        Ok(answer)
    }

    fn place(&self, key: &str) -> String {
        format!("s3://{}/{key}", self.config.report_bucket)
    }
}

/// A moment as part of a key: without colons, which some tools do not take.
fn instant(now: Timestamp) -> String {
    now.to_string().replace(':', "-")
}

/// The first findings, for an answer that must stay small.
fn shown(findings: &[String]) -> Vec<String> {
    let mut shown: Vec<_> = findings.iter().take(FINDINGS_SHOWN).cloned().collect();
    if let Some(more @ 1..) = findings.len().checked_sub(FINDINGS_SHOWN) {
        shown.push(format!("and {more} more, which the log names"));
    }
    shown
}
