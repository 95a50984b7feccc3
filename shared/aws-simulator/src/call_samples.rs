//! Samples of the calls that tests make, for a check that the deployed roles allow exactly these.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::sync::{Mutex, PoisonError};

use serde_json::json;

use crate::call::LoggedCall;

/// How many calls of one shape are kept.
const SAMPLES: u32 = 3;

/// How often each shape was written by this process.
static WRITTEN: Mutex<BTreeMap<String, u32>> = Mutex::new(BTreeMap::new());

/// Appends the calls to a file of this process in the folder that `KEYSTEWARD_TEST_CALL_SAMPLES` names; does nothing without it.
///
/// Calls of one shape, which differ in names and ids only, are written a few times and not more.
#[expect(clippy::disallowed_methods, reason = "the switch is the tests' own")]
pub(crate) fn write(calls: &[LoggedCall]) {
    let Some(folder) = std::env::var_os("KEYSTEWARD_TEST_CALL_SAMPLES") else { return };
    let mut lines = String::new();
    let mut written = WRITTEN.lock().unwrap_or_else(PoisonError::into_inner);
    for call in calls {
        let count = written.entry(shape(call)).or_default();
        if *count < SAMPLES {
            *count += 1;
            let line = json!({
                "caller": call.caller, "account": call.account, "service": call.service, "operation": call.operation,
                "resource": call.resource, "conditions": call.conditions, "error": call.error,
            });
            lines.push_str(&format!("{line}\n"));
        }
    }
    drop(written);
    if lines.is_empty() {
        return;
    }
    let path = std::path::Path::new(&folder).join(format!("{}.jsonl", std::process::id()));
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    // A sample that cannot be written is missed by the check that reads them.
    if let Ok(mut file) = file {
        file.write_all(lines.as_bytes()).unwrap_or_default();
    }
}

fn shape(call: &LoggedCall) -> String {
    let kind = call.resource.split(['/', ':']).take(6).collect::<Vec<_>>().join(":");
    let keys: Vec<_> = call.conditions.keys().map(|key| of_any_credential(key)).collect();
    let denied = call.error.as_deref().is_some_and(|error| error.contains("AccessDenied"));
    format!(
        "{} {} {} {kind} {} {denied}",
        call.caller,
        call.account,
        call.operation,
        keys.join(",")
    )
}

/// The key without the id of a credential, which differs from test to test.
fn of_any_credential(key: &str) -> &str {
    let id = key.rsplit_once(':').map_or("", |(_, id)| id);
    let is_id = id.len() > 8 && id.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    if is_id { key.strip_suffix(id).unwrap_or(key) } else { key }
}
