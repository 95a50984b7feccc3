//! Metrics as lines of CloudWatch's embedded metric format.

use serde_json::Value;

/// Prints one metric object on a line of its own, where CloudWatch Logs finds it.
///
/// It bypasses the log's own JSON form, because CloudWatch looks for `_aws` at the top of a line only.
#[expect(clippy::print_stdout, reason = "standard output is where Lambda takes metrics from")]
pub fn print_metrics(line: &Value) {
    println!("{line}");
}
