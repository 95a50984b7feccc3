//! An account to sweep; each test fills it and sets what it needs.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_simulator::{
    ACCOUNT, ApiError, Fault, Gate, REGION, Settings, Simulator, TABLE_ARN, TableItem, Times, View,
    What, When,
};
use deactivate_stale::{Config, DeactivateStale, Error, MetricSink};
use jiff::SignedDuration;
use lambda_shell::{Deadline, chain};
use serde_json::{Value, json};

use crate::support::days;

/// The timeout the function is deployed with.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(900);

/// The bucket for reports; a test that wants them sets it.
pub(crate) const BUCKET: &str = "keysteward-reports";

/// An account, and the settings of the function that sweeps it.
#[derive(Debug)]
pub(crate) struct Estate {
    pub(crate) simulator: Simulator,
    variables: Mutex<Vec<(String, String)>>,
}

impl Estate {
    /// An empty account on 1 January 2026, swept in earnest, with deletion on and no limit on IAM calls.
    pub(crate) fn new(settings: Settings) -> Self {
        Self::over(&Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), settings))
    }

    /// The sweep of an account that is there already.
    pub(crate) fn over(simulator: &Simulator) -> Self {
        let simulator = simulator.clone();
        simulator.add_topic("keysteward");
        simulator.add_bucket(BUCKET);
        let estate = Self { simulator, variables: Mutex::default() };
        estate.set("MODE", "enforce");
        estate.set("DELETE", "on");
        estate.set("IAM_CALLS_PER_SECOND", "0");
        estate.set("MAX_ACTIONS_PERCENT", "100");
        estate.set("NOTICE_TOPIC_ARN", &format!("arn:aws:sns:{REGION}:{ACCOUNT}:keysteward"));
        estate.set("TABLE_ARN", TABLE_ARN);
        estate
    }

    pub(crate) fn ideal() -> Self {
        Self::new(Settings::IDEAL)
    }

    /// Sets `KEYSTEWARD_<name>`.
    pub(crate) fn set(&self, name: &str, value: &str) {
        let name = format!("KEYSTEWARD_{name}");
        let mut variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        variables.retain(|(other, _)| *other != name);
        variables.push((name, value.to_owned()));
    }

    /// Whether `KEYSTEWARD_<name>` is set to `value`.
    pub(crate) fn is(&self, name: &str, value: &str) -> bool {
        let name = format!("KEYSTEWARD_{name}");
        let variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        variables.iter().any(|(other, set)| *other == name && set == value)
    }

    pub(crate) fn function(&self) -> DeactivateStale {
        self.function_with_metrics(|_| {})
    }

    /// The function, with metrics that go to `metrics`.
    pub(crate) fn function_with_metrics(&self, metrics: MetricSink) -> DeactivateStale {
        DeactivateStale::new(&self.simulator.sdk_config("deactivate-stale"), self.config(), metrics)
    }

    /// The function, with every call held at `gate`.
    pub(crate) fn gated_function(&self, gate: &Gate) -> DeactivateStale {
        let sdk = self.simulator.gated_sdk_config("deactivate-stale", gate);
        DeactivateStale::new(&sdk, self.config(), |_| {})
    }

    fn config(&self) -> Config {
        let variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner).clone();
        Config::from_variables(variables).unwrap()
    }

    /// Hands the function one event.
    pub(crate) async fn handle(&self, event: Value) -> Result<Value, Error> {
        self.handle_within(event, TIMEOUT).await
    }

    /// Hands the function one event, with so much time left.
    pub(crate) async fn handle_within(&self, event: Value, left: Duration) -> Result<Value, Error> {
        self.function().handle(event, self.simulator.now(), Deadline::after(left)).await
    }

    /// One sweep, as the schedule starts it.
    pub(crate) async fn sweep(&self) -> Result<Value, Error> {
        self.handle(schedule()).await
    }

    /// One sweep that must succeed.
    pub(crate) async fn swept(&self) -> Value {
        self.sweep().await.unwrap_or_else(|error| panic!("{}", chain(&error)))
    }

    /// A sweep at the end of each of the next `n` days; each must succeed.
    pub(crate) async fn sweep_for(&self, n: i64) {
        for _ in 0..n {
            self.simulator.advance(days(1));
            self.swept().await;
        }
    }

    /// A user with one key, created now and never used.
    pub(crate) fn stale_user(&self, name: &str) -> String {
        self.simulator.add_user(name, "/", &[("owner", "owner@example.com")]);
        self.simulator.add_access_key(name).id
    }

    pub(crate) fn advance(&self, n: i64) {
        self.simulator.advance(days(n));
    }

    /// The status of a credential, or `None` if it is gone.
    pub(crate) fn status(&self, user: &str, id: &str) -> Option<String> {
        let all = self.simulator.view(|view| view.credentials(user));
        all.into_iter().find(|credential| credential.id == id).map(|credential| credential.status)
    }

    /// The record of a credential as the table holds it, revision included.
    pub(crate) fn record(&self, user: &str, id: &str) -> Option<TableItem> {
        self.simulator.view(|view| record_of(view, user, id))
    }

    /// An attribute of a credential's record.
    pub(crate) fn recorded(&self, user: &str, id: &str, attribute: &str) -> Option<String> {
        self.record(user, id)?.attributes.remove(attribute)
    }

    /// The state that a credential's record is in.
    pub(crate) fn state(&self, user: &str, id: &str) -> Option<String> {
        self.recorded(user, id, "state")
    }

    /// Everything that the table holds.
    pub(crate) fn table(&self) -> Vec<TableItem> {
        self.simulator.view(|view| view.table())
    }

    /// Every notice published so far.
    pub(crate) fn notices(&self) -> Vec<Value> {
        let published = self.simulator.view(|view| view.published().to_vec());
        published
            .iter()
            .map(|published| serde_json::from_str(&published.message).unwrap())
            .collect()
    }

    /// The kinds of the notices about one credential, in order.
    pub(crate) fn told(&self, id: &str) -> Vec<String> {
        let about = |notice: &Value| is_about(notice, id);
        let kind = |notice: Value| notice["kind"].as_str().unwrap().to_owned();
        self.notices().into_iter().filter(about).map(kind).collect()
    }

    /// The calls that change something in the account, the report's generation aside.
    pub(crate) fn writes(&self) -> Vec<String> {
        let calls = self.simulator.calls();
        let writes = calls.into_iter().filter(|call| call.is_write());
        let reads = ["GenerateCredentialReport", "AssumeRole"];
        writes.map(|call| call.operation).filter(|name| !reads.contains(&name.as_str())).collect()
    }

    /// How many calls there were of an operation.
    pub(crate) fn calls_of(&self, operation: &str) -> usize {
        self.simulator.calls().iter().filter(|call| call.operation == operation).count()
    }

    /// The decision about a user's only credential in the newest report.
    pub(crate) fn decision(&self, user: &str) -> Value {
        let report = self.report();
        let decisions = report["decisions"].as_array().unwrap();
        let mut own = decisions.iter().filter(|decision| decision["user"] == user);
        let decision = own.next().unwrap_or_else(|| panic!("no decision about {user}: {report}"));
        assert!(own.next().is_none(), "{user} has several credentials");
        decision.clone()
    }

    /// The newest report; the bucket has to be set.
    pub(crate) fn report(&self) -> Value {
        let objects = self.simulator.view(|view| view.objects(BUCKET));
        let mut reports: Vec<_> =
            objects.into_iter().filter(|object| object.key.ends_with(".json")).collect();
        reports.sort_by(|a, b| a.key.cmp(&b.key));
        serde_json::from_slice(&reports.pop().expect("a report").body).unwrap()
    }
}

/// The record of a credential among the items of the table.
pub(crate) fn record_of(view: &View<'_>, user: &str, id: &str) -> Option<TableItem> {
    let ending = format!("#{id}");
    view.table().into_iter().find(|item| {
        item.sk.starts_with("credential#")
            && item.sk.ends_with(&ending)
            && item.attributes.get("user").is_some_and(|name| name == user)
    })
}

/// Whether a notice is about this credential; a password has no id, and is called `password`.
pub(crate) fn is_about(notice: &Value, id: &str) -> bool {
    let credential = &notice["credential"];
    credential["id"] == id || (id == "password" && credential["kind"] == id)
}

/// The event of an EventBridge rule.
pub(crate) fn schedule() -> Value {
    json!({"version": "0", "id": "1", "detail-type": "Scheduled Event", "source": "aws.events",
        "account": ACCOUNT, "time": "2026-01-01T00:00:00Z", "region": REGION, "resources": [], "detail": {}})
}

/// A span of seconds.
pub(crate) fn seconds(n: i64) -> SignedDuration {
    SignedDuration::from_secs(n)
}

/// The event by which AWS Health reports exposed keys.
pub(crate) fn exposure(keys: &[&str]) -> Value {
    let entities: Vec<_> = keys.iter().map(|key| json!({ "entityValue": key })).collect();
    json!({"version": "0", "id": "7bf73129", "detail-type": "AWS Health Event", "source": "aws.health", "account": ACCOUNT,
        "time": "2026-01-01T00:00:00Z", "region": "us-east-1", "resources": [],
        "detail": {"service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "eventTypeCategory": "issue",
            "communicationId": "a1b2-1", "statusCode": "open", "affectedEntities": entities,
            "page": "1", "totalPages": "1", "backupEvent": "false", "affectedAccount": ACCOUNT}})
}

/// The event by which an operator takes a deactivation back.
pub(crate) fn undo(user: &str, credential: &str) -> Value {
    json!({"undo": {"user": user, "credential": credential}})
}

/// Has the next call of an operation take longer than facts stay fresh: four attempts at it hang until they time out.
pub(crate) fn slow(operation: &'static str) -> Fault {
    Fault { when: When::Operation(operation), times: Times::Count(4), what: What::HangBefore }
}

/// Has every call of an operation refused, until the faults are forgotten.
pub(crate) fn refuse(operation: &'static str) -> Fault {
    let what = What::Refuse(ApiError::new(403, "AccessDenied", "not authorized"));
    Fault { when: When::Operation(operation), times: Times::Always, what }
}
