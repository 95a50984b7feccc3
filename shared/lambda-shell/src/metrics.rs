//! Metrics as lines of CloudWatch's embedded metric format.

use jiff::Timestamp;
use serde_json::{Value, json};

const NAMESPACE: &str = "Keysteward";

/// One metric object about an account ("Specification: Embedded metric format", CloudWatch User Guide).
///
/// Counts without `dimensions` of their own are of a whole run: they are summed over all accounts as well, for alarms that hold for
/// an organization.
pub fn metrics_of_account(
    account: &str,
    now: Timestamp,
    dimensions: &[(&str, &str)],
    metrics: &[(&str, usize)],
) -> Value {
    let account = ("Account", account);
    let names: Vec<_> =
        std::iter::once(&account).chain(dimensions).map(|(name, _)| *name).collect();
    let sets = if dimensions.is_empty() { vec![names, Vec::new()] } else { vec![names] };
    let units: Vec<_> =
        metrics.iter().map(|(name, _)| json!({ "Name": name, "Unit": "Count" })).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [{ "Namespace": NAMESPACE, "Dimensions": sets, "Metrics": units }],
        },
    });
    if let Some(object) = line.as_object_mut() {
        for (name, value) in std::iter::once(&account).chain(dimensions) {
            object.insert((*name).to_owned(), (*value).into());
        }
        for (name, count) in metrics {
            object.insert((*name).to_owned(), (*count).into());
        }
    }
    line
}

/// Prints one metric object on a line of its own, where CloudWatch Logs finds it.
///
/// It bypasses the log's own JSON form, because CloudWatch looks for `_aws` at the top of a line only.
#[expect(clippy::print_stdout, reason = "standard output is where Lambda takes metrics from")]
pub fn print_metrics(line: &Value) {
    println!("{line}");
}
