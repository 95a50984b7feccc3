//! The simulated account's own time.

use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

/// A clock that starts when it is told to, follows tokio's clock, and can be moved ahead.
///
/// Under a paused tokio clock it stands still but for sleeps, which take no real time.
#[derive(Debug)]
pub(crate) struct VirtualClock {
    start: Timestamp,
    started: Instant,
    ahead: SignedDuration,
}

impl VirtualClock {
    pub(crate) fn starting_at(start: Timestamp) -> Self {
        Self { start, started: Instant::now(), ahead: SignedDuration::ZERO }
    }

    pub(crate) fn start(&self) -> Timestamp {
        self.start
    }

    pub(crate) fn now(&self) -> Timestamp {
        let elapsed =
            SignedDuration::try_from(self.started.elapsed()).unwrap_or(SignedDuration::MAX);
        add(add(self.start, self.ahead), elapsed)
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.ahead = self.ahead.saturating_add(by);
    }
}

/// `at` plus `span`, or the end of time.
pub(crate) fn add(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}

/// `at` minus `span`, or the beginning of time.
pub(crate) fn subtract(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_sub(span).unwrap_or(Timestamp::MIN)
}

/// `at` as IAM keeps it: in whole seconds.
pub(crate) fn whole_seconds(at: Timestamp) -> Timestamp {
    Timestamp::from_second(at.as_second()).unwrap_or(at)
}
