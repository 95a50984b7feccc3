//! What is set on a queue.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::invalid;
use crate::error::ApiError;

/// The attributes of a queue, as they were set or are by default.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Settings(BTreeMap<String, String>);

/// Attributes that are numbers: name, what is allowed, and what holds until they are set.
const NUMBERS: [(&str, RangeInclusive<u64>, u64); 5] = [
    ("VisibilityTimeout", 0..=43_200, 30),
    ("MessageRetentionPeriod", 60..=1_209_600, 345_600),
    ("MaximumMessageSize", 1_024..=1_048_576, 1_048_576),
    ("DelaySeconds", 0..=900, 0),
    ("ReceiveMessageWaitTimeSeconds", 0..=20, 0),
];

/// Attributes that are kept as they are, and change nothing here.
const TEXTS: [&str; 5] = [
    "Policy",
    "RedriveAllowPolicy",
    "KmsMasterKeyId",
    "KmsDataKeyReusePeriodSeconds",
    "SqsManagedSseEnabled",
];

impl Default for Settings {
    fn default() -> Self {
        let numbers =
            NUMBERS.iter().map(|(name, _, value)| ((*name).to_owned(), value.to_string()));
        Self(numbers.collect())
    }
}

impl Settings {
    pub(super) fn iter(&self) -> impl Iterator<Item = (&String, &String)> {
        self.0.iter()
    }

    /// Sets one attribute; `exists` tells whether there is a queue of this ARN.
    pub(super) fn set(
        &mut self,
        name: &str,
        value: &str,
        exists: impl Fn(&str) -> bool,
    ) -> Result<(), ApiError> {
        let bad = |reason: &str| {
            let message =
                format!("Value {value} for parameter {name} is invalid. Reason: {reason}");
            Err(invalid("InvalidAttributeValue", message))
        };
        if let Some((_, range, _)) = NUMBERS.iter().find(|(number, ..)| *number == name) {
            if !value.parse().is_ok_and(|value| range.contains(&value)) {
                return bad("It is out of range.");
            }
        } else if name == "RedrivePolicy" {
            match redrive(value) {
                _ if value.is_empty() => {}
                None => return bad("Redrive policy is not a valid JSON map."),
                Some((_, most)) if !(1..=1_000).contains(&most) => {
                    return bad("maxReceiveCount must be between 1 and 1000.");
                }
                Some((target, _)) if !exists(&target) => {
                    return bad("Dead letter target does not exist.");
                }
                Some(_) => {}
            }
        } else if !TEXTS.contains(&name) {
            return Err(invalid("InvalidAttributeName", format!("Unknown Attribute {name}.")));
        }
        match value {
            "" => self.0.remove(name),
            value => self.0.insert(name.to_owned(), value.to_owned()),
        };
        Ok(())
    }

    fn number(&self, name: &str) -> u64 {
        self.0.get(name).and_then(|value| value.parse().ok()).unwrap_or_default()
    }

    fn span(&self, name: &str) -> SignedDuration {
        SignedDuration::from_secs(i64::try_from(self.number(name)).unwrap_or(i64::MAX))
    }

    pub(super) fn visibility(&self) -> SignedDuration {
        self.span("VisibilityTimeout")
    }

    pub(super) fn retention(&self) -> SignedDuration {
        self.span("MessageRetentionPeriod")
    }

    pub(super) fn delay(&self) -> SignedDuration {
        self.span("DelaySeconds")
    }

    pub(super) fn maximum_size(&self) -> usize {
        usize::try_from(self.number("MaximumMessageSize")).unwrap_or(usize::MAX)
    }

    /// Where dead letters go, and after how many receives.
    pub(super) fn redrive(&self) -> Option<(String, u64)> {
        redrive(self.0.get("RedrivePolicy")?)
    }

    pub(super) fn redrive_to(&mut self, target: &str, receives: u64) {
        let policy = json!({"deadLetterTargetArn": target, "maxReceiveCount": receives});
        self.0.insert("RedrivePolicy".to_owned(), policy.to_string());
    }
}

/// The target and the count of a redrive policy; the count may be written as a text.
fn redrive(policy: &str) -> Option<(String, u64)> {
    let policy: Value = serde_json::from_str(policy).ok()?;
    let target = policy.get("deadLetterTargetArn")?.as_str()?;
    let count = policy.get("maxReceiveCount")?;
    let count = count.as_u64().or_else(|| count.as_str()?.parse().ok())?;
    Some((target.to_owned(), count))
}
