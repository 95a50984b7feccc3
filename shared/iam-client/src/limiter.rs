//! How fast one account may be asked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_iam::config::retry::RetryPartition;
use leaky_bucket::RateLimiter;
use sdk_error::CallCounter;

/// Limits the calls to IAM in one account; clones share the limit, and so do the readers and writers made with them.
///
/// IAM's own limits are not published, hold for the whole account, and cannot be raised: a sweep that takes all of them
/// stops the account's people from working. Make one limiter for each account.
#[derive(Clone)]
pub struct CallLimiter {
    bucket: Option<Arc<RateLimiter>>,
    /// What the SDK learns from being throttled holds for this account alone.
    partition: RetryPartition,
    counter: CallCounter,
}

impl CallLimiter {
    /// At most `calls` in any second, evenly spread; 0 means no limit, and more than 1000 counts as 1000.
    ///
    /// Retries are not held back here, but by the SDK, which slows down when it is throttled.
    pub fn per_second(calls: u32) -> Self {
        let bucket = (calls > 0).then(|| {
            // The bucket counts in whole milliseconds.
            let interval = Duration::from_millis(1000_u64.div_ceil(calls.into()).max(1));
            let mut bucket = RateLimiter::builder();
            Arc::new(bucket.initial(1).max(1).refill(1).interval(interval).fair(true).build())
        });
        let partition = RetryPartition::custom("keysteward-account").build();
        Self { bucket, partition, counter: CallCounter::default() }
    }

    /// The same limit; the calls are counted by `counter`.
    #[must_use]
    pub fn counted_by(self, counter: &CallCounter) -> Self {
        Self { counter: counter.clone(), ..self }
    }

    /// Waits until one more call may be made.
    pub(crate) async fn pass(&self) {
        if let Some(bucket) = &self.bucket {
            bucket.acquire_one().await;
        }
    }

    pub(crate) fn partition(&self) -> RetryPartition {
        self.partition.clone()
    }

    pub(crate) fn counter(&self) -> CallCounter {
        self.counter.clone()
    }
}

impl fmt::Debug for CallLimiter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallLimiter").field("bucket", &self.bucket).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seconds_for(limiter: &CallLimiter, calls: u32) -> f64 {
        let started = tokio::time::Instant::now();
        for _ in 0..calls {
            limiter.pass().await;
        }
        started.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_spread_over_the_seconds() {
        let elapsed = seconds_for(&CallLimiter::per_second(5), 51).await;
        assert!((9.9..10.3).contains(&elapsed), "{elapsed}");
        let elapsed = seconds_for(&CallLimiter::per_second(3), 31).await;
        assert!((10.0..10.4).contains(&elapsed), "{elapsed}");
    }

    #[tokio::test(start_paused = true)]
    async fn zero_is_no_limit_and_a_huge_number_a_high_one() {
        assert!(seconds_for(&CallLimiter::per_second(0), 1000).await < 0.001);
        assert!(seconds_for(&CallLimiter::per_second(u32::MAX), 1000).await < 2.0);
    }

    #[tokio::test(start_paused = true)]
    async fn clones_share_the_limit() {
        let limiter = CallLimiter::per_second(10);
        let clone = limiter.clone();
        let (one, other) = tokio::join!(seconds_for(&limiter, 20), seconds_for(&clone, 20));
        assert!(one.max(other) > 3.8, "{one} {other}");
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_saved_up() {
        let limiter = CallLimiter::per_second(10);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(seconds_for(&limiter, 11).await > 0.9);
    }
}
