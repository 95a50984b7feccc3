//! What an alarm or a dashboard needs, in CloudWatch's embedded metric format.

use jiff::Timestamp;
use serde_json::{Value, json};

/// What one invocation did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Counts {
    /// Messages that came.
    pub(crate) messages: usize,
    /// Digests that were handed over.
    pub(crate) told: usize,
    /// Digests that went to the administrator, because SES does not send to their readers.
    pub(crate) to_administrator: usize,
    /// Digests whose readers were sent everything before.
    pub(crate) before: usize,
    /// Notices whose owner was not handed them, so that they have no receipt.
    pub(crate) unreceipted: usize,
    /// Messages that have to come again.
    pub(crate) failed: usize,
}

/// The line of an invocation.
pub(crate) fn line(counts: &Counts, now: Timestamp) -> Value {
    let metrics = [
        ("NoticeMessages", counts.messages),
        ("DigestsTold", counts.told),
        ("DigestsToAdministrator", counts.to_administrator),
        ("DigestsToldBefore", counts.before),
        ("NoticesWithoutReceipt", counts.unreceipted),
        ("NoticesUntold", counts.failed),
    ];
    let names: Vec<_> =
        metrics.iter().map(|(name, _)| json!({ "Name": name, "Unit": "Count" })).collect();
    let mut line = json!({
        "_aws": {
            "Timestamp": now.as_millisecond(),
            "CloudWatchMetrics": [
                { "Namespace": "Keysteward", "Dimensions": [["Function"]], "Metrics": names }
            ],
        },
        "Function": "notify-owner",
    });
    if let Some(members) = line.as_object_mut() {
        members.extend(metrics.map(|(name, value)| (name.to_owned(), value.into())));
    }
    line
}
