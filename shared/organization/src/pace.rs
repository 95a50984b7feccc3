//! How fast Organizations is asked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use leaky_bucket::RateLimiter;

/// A limit on calls in a second, shared by its clones.
#[derive(Clone)]
pub(crate) struct Pace(Option<Arc<RateLimiter>>);

impl Pace {
    /// At most `calls` in any second, evenly spread; 0 is no limit.
    pub(crate) fn per_second(calls: u32) -> Self {
        Self((calls > 0).then(|| {
            // The bucket counts in whole milliseconds.
            let interval = Duration::from_millis(1000_u64.div_ceil(calls.into()).max(1));
            let mut bucket = RateLimiter::builder();
            Arc::new(bucket.initial(1).max(1).refill(1).interval(interval).fair(true).build())
        }))
    }

    /// Waits for the next call's turn.
    pub(crate) async fn wait(&self) {
        if let Some(bucket) = &self.0 {
            bucket.acquire_one().await;
        }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}
