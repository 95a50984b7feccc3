//! An organization, and the function in its management account.

use std::collections::BTreeMap;

use aws_sdk_s3::primitives::ByteStream;
use aws_simulator::{Crashed, Settings, Simulator};
use lambda_shell::Deadline;
use list_accounts::{Config, Error, ListAccounts};
use serde_json::{Value, json};

pub(crate) const BUCKET: &str = "reports";
pub(crate) const RUN: &str = "keysteward/organization/runs/0f4c0b6d";

/// An empty organization: its management account, the root, and a bucket.
pub(crate) fn organization() -> (Simulator, String) {
    let simulator = Simulator::new("2026-11-22T03:00:00Z".parse().unwrap(), Settings::IDEAL);
    simulator.add_bucket(BUCKET);
    let root = simulator.add_organization();
    (simulator, root)
}

/// Adds `count` accounts with falling ids, the first of them `first`.
pub(crate) fn fill(simulator: &Simulator, parent: &str, first: u64, count: u64) {
    for n in 0..count {
        simulator.add_member(&format!("{:012}", first - n), &format!("team {n}"), parent);
    }
}

pub(crate) fn config(settings: &[(&str, &str)]) -> Config {
    let defaults = [("REPORT_BUCKET", BUCKET), ("ORGANIZATIONS_CALLS_PER_SECOND", "0")];
    let settings: BTreeMap<_, _> = defaults.iter().chain(settings).copied().collect();
    let named = settings.into_iter().map(|(name, value)| (format!("KEYSTEWARD_{name}"), value));
    Config::from_variables(named.map(|(name, value)| (name, value.to_owned()))).unwrap()
}

/// One invocation, under no deadline.
pub(crate) async fn invoked(
    simulator: &Simulator,
    settings: &[(&str, &str)],
    event: Value,
) -> Result<Result<Value, Error>, Crashed> {
    let function = ListAccounts::new(&simulator.sdk_config("list-accounts"), config(settings));
    let now = simulator.now();
    simulator.run(async { function.handle(event, now, Deadline::unknown()).await }).await
}

pub(crate) async fn listed(
    simulator: &Simulator,
    settings: &[(&str, &str)],
) -> Result<Value, Error> {
    invoked(simulator, settings, json!({ "list": {} })).await.unwrap()
}

/// The ids of the list that an answer names.
pub(crate) fn ids(simulator: &Simulator, answer: &Value) -> Vec<String> {
    let objects = simulator.view(|view| view.objects(answer["bucket"].as_str().unwrap()));
    let list = objects.iter().find(|object| answer["key"] == object.key.as_str()).unwrap();
    let list: Vec<Value> = serde_json::from_slice(&list.body).unwrap();
    assert_eq!(answer["count"], list.len());
    list.iter().map(|entry| entry["account"].as_str().unwrap().to_owned()).collect()
}

pub(crate) fn counts(simulator: &Simulator) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in simulator.calls() {
        *counts.entry(call.operation).or_insert(0) += 1;
    }
    counts
}

pub(crate) async fn put(simulator: &Simulator, key: &str, body: &Value) {
    let s3 = aws_sdk_s3::Client::new(&simulator.sdk_config("states"));
    let body = ByteStream::from(body.to_string().into_bytes());
    s3.put_object().bucket(BUCKET).key(key).body(body).send().await.unwrap();
}

/// A child execution as the `ResultWriter` writes it.
pub(crate) fn child(account: &str, error: Option<(&str, &str)>) -> Value {
    let mut child = json!({
        "ExecutionArn": format!("arn:aws:states:eu-west-1:123456789012:execution:org/Sweeps:{account}"),
        "Input": json!({ "account": account, "name": "team" }).to_string(),
        "InputDetails": { "Included": true },
        "Name": account,
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "Status": if error.is_some() { "FAILED" } else { "SUCCEEDED" },
    });
    match error {
        None => child["Output"] = json!("{}"),
        Some((error, message)) => {
            let cause = json!({ "errorType": error, "errorMessage": message }).to_string();
            child["Error"] = json!(error);
            child["Cause"] = json!(cause);
        }
    }
    child
}

/// Stores the results of a run, and answers the event that has them summed up.
pub(crate) async fn run(simulator: &Simulator, list: &Value, files: &[(&str, Value)]) -> Value {
    let mut manifest = json!({"FAILED": [], "PENDING": [], "SUCCEEDED": []});
    for (number, (group, children)) in files.iter().enumerate() {
        let key = format!("{RUN}/{group}_{number}.json");
        put(simulator, &key, children).await;
        let size = children.to_string().len();
        manifest[group].as_array_mut().unwrap().push(json!({ "Key": key, "Size": size }));
    }
    let run = "arn:aws:states:eu-west-1:123456789012:mapRun:org/Sweeps:0f4c0b6d";
    let manifest =
        json!({ "DestinationBucket": BUCKET, "MapRunArn": run, "ResultFiles": manifest });
    let key = format!("{RUN}/manifest.json");
    put(simulator, &key, &manifest).await;
    json!({"summarize": { "bucket": BUCKET, "key": key, "accounts": list["key"] }})
}
