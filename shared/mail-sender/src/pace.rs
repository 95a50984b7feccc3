//! How fast mail goes out, and how long to wait when that was too fast.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use leaky_bucket::RateLimiter;

/// A limit on mails in a second, shared by its clones.
#[derive(Clone)]
pub(crate) struct Pace(Option<Arc<RateLimiter>>);

impl Pace {
    /// At most `mails` in any second, evenly spread; 0 is no limit.
    pub(crate) fn per_second(mails: u32) -> Self {
        Self((mails > 0).then(|| {
            // The bucket counts in whole milliseconds.
            let interval = Duration::from_millis(1000_u64.div_ceil(mails.into()).max(1));
            let mut bucket = RateLimiter::builder();
            Arc::new(bucket.initial(1).max(1).refill(1).interval(interval).fair(true).build())
        }))
    }

    /// Waits for the next mail's turn.
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

/// The pauses between attempts: from one second, twice as long each time, at most twenty; seven of them.
pub(crate) fn pauses() -> impl Iterator<Item = Duration> {
    (0..7).map(|attempt| Duration::from_secs(1 << attempt).min(Duration::from_secs(20)))
}
