//! How much time an invocation has left.

use std::time::Duration;

use jiff::Timestamp;
use tokio::time::Instant;

/// The moment Lambda ends the invocation, if it is known.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Option<Instant>);

impl Deadline {
    /// Reads the deadline of an invocation that starts `now`.
    ///
    /// Local emulators send a duration instead of a date: a deadline before 2015, when Lambda did not exist, is unknown.
    pub fn new(epoch_milliseconds: u64, now: Timestamp) -> Self {
        const LAMBDA_IS_BORN: i64 = 1_420_070_400_000;
        let at = i64::try_from(epoch_milliseconds).ok().filter(|at| *at >= LAMBDA_IS_BORN);
        let left = at.map(|at| u64::try_from(at.saturating_sub(now.as_millisecond())).unwrap_or(0));
        Self(left.map(|left| Instant::now() + Duration::from_millis(left)))
    }

    /// A deadline `left` from now.
    pub fn after(left: Duration) -> Self {
        Self(Some(Instant::now() + left))
    }

    /// No deadline anybody knows of.
    pub fn unknown() -> Self {
        Self(None)
    }

    /// The time left; `None` while the deadline is unknown.
    pub fn remaining(&self) -> Option<Duration> {
        self.0.map(|at| at.saturating_duration_since(Instant::now()))
    }

    /// Whether at least `needed` is left, which an unknown deadline is trusted to have.
    pub fn allows(&self, needed: Duration) -> bool {
        self.remaining().is_none_or(|remaining| remaining >= needed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Timestamp {
        "2026-11-22T00:00:00Z".parse().unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_date_is_a_deadline() {
        let at = u64::try_from(now().as_millisecond()).unwrap() + 90_000;
        let deadline = Deadline::new(at, now());
        assert_eq!(deadline.remaining(), Some(Duration::from_secs(90)));
        assert!(deadline.allows(Duration::from_secs(90)));
        assert!(!deadline.allows(Duration::from_secs(91)));
    }

    #[tokio::test(start_paused = true)]
    async fn a_date_that_has_passed_leaves_nothing() {
        let at = u64::try_from(now().as_millisecond()).unwrap() - 1;
        assert_eq!(Deadline::new(at, now()).remaining(), Some(Duration::ZERO));
    }

    #[tokio::test(start_paused = true)]
    async fn a_deadline_before_2015_is_unknown() {
        for milliseconds in [0, 600_000, 1_420_070_399_999] {
            assert_eq!(Deadline::new(milliseconds, now()).remaining(), None, "{milliseconds}");
        }
        assert!(Deadline::new(600_000, now()).allows(Duration::MAX));
    }
}
