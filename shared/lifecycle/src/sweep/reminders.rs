//! When an owner is told again of a deadline.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

/// How long before a deadline its owner is reminded of it: any number of spans, all positive.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reminders(BTreeSet<SignedDuration>);

impl Reminders {
    /// Reminders by these spans, in order and each once; `None` if one of them is not positive.
    pub fn before(spans: impl IntoIterator<Item = SignedDuration>) -> Option<Self> {
        let spans: BTreeSet<_> = spans.into_iter().collect();
        spans.iter().all(SignedDuration::is_positive).then_some(Self(spans))
    }

    /// The spans, the shortest first.
    pub fn spans(&self) -> impl Iterator<Item = SignedDuration> + '_ {
        self.0.iter().copied()
    }

    /// Whether the owner, last told at `told`, is to be told again: several that were missed make one.
    ///
    /// A span that was over when the owner was told counts as told of.
    pub(super) fn are_due(&self, deadline: Timestamp, told: Timestamp, now: Timestamp) -> bool {
        let (then, left) = (deadline.duration_since(told), deadline.duration_since(now));
        self.0.iter().any(|span| left <= *span && *span < then)
    }
}
