//! How fast one account may be asked.

use aws_sdk_iam::config::retry::RetryPartition;
use sdk_error::{CallCounter, Pace};

/// Limits the calls to IAM in one account; clones share the limit, and so do the readers and writers made with them.
///
/// IAM's own limits are not published, hold for the whole account, and cannot be raised: a sweep that takes all of them
/// stops the account's people from working. Make one limiter for each account.
#[derive(Clone, Debug)]
pub struct CallLimiter {
    pace: Pace,
    /// What the SDK learns from being throttled holds for this account alone.
    partition: RetryPartition,
    counter: CallCounter,
}

impl CallLimiter {
    /// At most `calls` in any second, evenly spread; 0 means no limit, and more than 1000 counts as 1000.
    ///
    /// Retries are not held back here, but by the SDK, which slows down when it is throttled.
    pub fn per_second(calls: u32) -> Self {
        let partition = RetryPartition::custom("keysteward-account").build();
        Self { pace: Pace::per_second(calls), partition, counter: CallCounter::default() }
    }

    /// The same limit; the calls are counted by `counter`.
    #[must_use]
    pub fn counted_by(self, counter: &CallCounter) -> Self {
        Self { counter: counter.clone(), ..self }
    }

    /// Waits until one more call may be made.
    pub(crate) async fn pass(&self) {
        self.pace.wait().await;
    }

    pub(crate) fn partition(&self) -> RetryPartition {
        self.partition.clone()
    }

    pub(crate) fn counter(&self) -> CallCounter {
        self.counter.clone()
    }
}
