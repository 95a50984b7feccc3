//! How often a service is asked.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use leaky_bucket::RateLimiter;

/// A limit on calls in a second, shared by its clones.
#[derive(Clone)]
pub struct Pace(Option<Arc<RateLimiter>>);

impl Pace {
    /// At most `calls` in any second, evenly spread; 0 means no limit, and more than 1000 counts as 1000.
    pub fn per_second(calls: u32) -> Self {
        Self((calls > 0).then(|| {
            // The bucket counts in whole milliseconds.
            let interval = Duration::from_millis(1000_u64.div_ceil(calls.into()).max(1));
            let mut bucket = RateLimiter::builder();
            Arc::new(bucket.initial(1).max(1).refill(1).interval(interval).fair(true).build())
        }))
    }

    /// Waits for the next call's turn.
    pub async fn wait(&self) {
        if let Some(bucket) = &self.0 {
            bucket.acquire_one().await;
        }
    }
}

impl fmt::Debug for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_some() { "Pace(limited)" } else { "Pace(unlimited)" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn seconds_for(pace: &Pace, calls: u32) -> f64 {
        let started = tokio::time::Instant::now();
        for _ in 0..calls {
            pace.wait().await;
        }
        started.elapsed().as_secs_f64()
    }

    #[tokio::test(start_paused = true)]
    async fn calls_are_spread_over_the_seconds() {
        let elapsed = seconds_for(&Pace::per_second(5), 51).await;
        assert!((9.9..10.3).contains(&elapsed), "{elapsed}");
        let elapsed = seconds_for(&Pace::per_second(3), 31).await;
        assert!((10.0..10.4).contains(&elapsed), "{elapsed}");
    }

    #[tokio::test(start_paused = true)]
    async fn zero_is_no_limit_and_a_huge_number_a_high_one() {
        assert!(seconds_for(&Pace::per_second(0), 1000).await < 0.001);
        assert!(seconds_for(&Pace::per_second(u32::MAX), 1000).await < 2.0);
    }

    #[tokio::test(start_paused = true)]
    async fn clones_share_the_limit() {
        let pace = Pace::per_second(10);
        let clone = pace.clone();
        let (one, other) = tokio::join!(seconds_for(&pace, 20), seconds_for(&clone, 20));
        assert!(one.max(other) > 3.8, "{one} {other}");
    }

    #[tokio::test(start_paused = true)]
    async fn idle_time_is_not_saved_up() {
        let pace = Pace::per_second(10);
        tokio::time::sleep(Duration::from_secs(60)).await;
        assert!(seconds_for(&pace, 11).await > 0.9);
    }
}
