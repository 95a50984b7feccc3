//! A limit on calls in a second.

use jiff::Timestamp;

/// The calls of the current second.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    second: i64,
    calls: u32,
}

impl Rate {
    /// Counts a call, and tells whether it is one too many.
    pub(crate) fn is_exceeded(&mut self, now: Timestamp, limit: u32) -> bool {
        let second = now.as_second();
        if self.second != second {
            *self = Self { second, calls: 0 };
        }
        self.calls = self.calls.saturating_add(1);
        self.calls > limit
    }
}
