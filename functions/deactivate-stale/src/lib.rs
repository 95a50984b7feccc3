#![doc = include_str!("../README.md")]

mod account;
mod config;
mod error;
mod event;
mod execute;
mod exposure;
mod gather;
mod ledger;
mod look;
mod metrics;
mod report;
mod sweep;
mod tell;
mod undo;

use aws_config::SdkConfig;
use jiff::Timestamp;
use lambda_shell::Deadline;
use lifecycle::identifiers::AccountId;
use lifecycle::sweep::Finding;
use notice::NoticePublisher;
use record_store::{Loaded, RecordStore};
use report_store::ReportStore;
use serde_json::{Value, json};

pub use config::{Config, Mode};
pub use error::Error;
pub use event::{Event, EventError, Exposed, Undo};
pub use ledger::{Entry, Failure, Ledger, Outcome};
pub use report::{Report, SCHEMA};

use account::Account;

/// Takes one line of metrics.
pub type MetricSink = fn(&Value);

/// The function: its clients, made once, and its settings.
#[derive(Debug)]
pub struct DeactivateStale {
    publisher: Option<NoticePublisher>,
    records: RecordStore,
    reports: Option<ReportStore>,
    sdk: SdkConfig,
    config: Config,
    metrics: MetricSink,
}

/// One sweep of one account.
#[derive(Clone, Copy)]
struct Sweep<'a> {
    function: &'a DeactivateStale,
    account: &'a Account,
    memory: &'a Loaded,
    now: Timestamp,
    deadline: Deadline,
}

impl DeactivateStale {
    /// The function with clients for the account that `sdk` signs in to; metrics go to `metrics`.
    pub fn new(sdk: &SdkConfig, config: Config, metrics: MetricSink) -> Self {
        Self {
            publisher: config.notice_topic.clone().map(|topic| NoticePublisher::new(sdk, topic)),
            records: RecordStore::new(sdk, config.table.clone(), "deactivate-stale"),
            reports: config.report_bucket.clone().map(|bucket| ReportStore::new(sdk, bucket)),
            sdk: sdk.clone(),
            config,
            metrics,
        }
    }

    /// Does what the event asks for; doing it again changes nothing more on the same day.
    ///
    /// # Errors
    ///
    /// When not everything worked. What did is done, and the next run goes on with the rest.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        match Event::parse(&event)? {
            Event::Sweep { account } => {
                let swept = self.sweep(account.as_ref(), now, deadline).await;
                if matches!(&swept, Err(error) if !error.is_of_a_whole_run()) {
                    (self.metrics)(&metrics::failure(account.as_ref(), now));
                }
                swept
            }
            Event::Exposed(exposed) => self.respond(&exposed, now).await,
            Event::Undo(undo) => self.undo(&undo, now).await,
            Event::NotOurs => Ok(json!({ "outcome": "not-ours" })),
        }
    }

    async fn sweep(
        &self,
        account: Option<&AccountId>,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        if self.config.mode == Mode::Enforce && self.config.policy.notice.is_zero() {
            tracing::warn!(
                "KEYSTEWARD_NOTICE_DAYS is 0: stale credentials are deactivated without a warning"
            );
        }
        let account = Account::open(self, account).await?;
        // Without memory nothing is acted upon: nobody could tell who was warned.
        let memory = self.records.account(&account.id, now).await;
        let memory =
            memory.map_err(|cause| Error::Memory { account: account.id.clone(), cause })?;
        let sweep = Sweep { function: self, account: &account, memory: &memory, now, deadline };
        let mut ledger = sweep.run().await?;
        if self.config.policy.notice.is_zero() {
            ledger.findings.push(Finding::NoNoticePeriod);
        }
        sweep.tell_of_limit(&mut ledger).await;
        let stored = self.store_report(&account.id, now, &mut ledger).await;
        self.conclude(account, now, ledger, stored)
    }

    /// Stores the report in both forms, and answers where.
    async fn store_report(
        &self,
        account: &AccountId,
        now: Timestamp,
        ledger: &mut Ledger,
    ) -> Option<String> {
        let reports = self.reports.as_ref()?;
        let report = Report { account, mode: self.config.mode, now, ledger };
        let name = report.name();
        let json = Ok(report.json().to_string().into_bytes());
        let forms = [
            (format!("{name}.json"), "application/json", json),
            (format!("{name}.csv"), "text/csv", report.csv()),
        ];
        let mut stored = None;
        for (key, content_type, body) in forms {
            let body = match body {
                Ok(body) => body,
                Err(error) => {
                    ledger.failed("the report", &error);
                    continue;
                }
            };
            match reports.put(&key, content_type, body).await {
                Ok(()) => stored = Some(stored.unwrap_or(key)),
                Err(error) => ledger.failed("the report", &error),
            }
        }
        stored
    }

    fn conclude(
        &self,
        account: Account,
        now: Timestamp,
        ledger: Ledger,
        stored: Option<String>,
    ) -> Result<Value, Error> {
        let report = Report { account: &account.id, mode: self.config.mode, now, ledger: &ledger };
        for line in metrics::lines(&report, account.calls()) {
            (self.metrics)(&line);
        }
        let mut summary = report.summary();
        if let (Some(key), Some(bucket), Some(members)) =
            (stored, &self.config.report_bucket, summary.as_object_mut())
        {
            members.insert("report".to_owned(), format!("s3://{bucket}/{key}").into());
        }
        tracing::info!(summary = %summary, "swept account {}", account.id);
        let (allowed, account) = (ledger.allowed, account.id);
        match ledger.over_limit {
            Some(planned) => Err(Error::LimitReached { account, planned, allowed }),
            None if !ledger.failures.is_empty() => {
                Err(Error::Incomplete { account, failures: ledger.failures })
            }
            None => Ok(summary),
        }
    }
}
