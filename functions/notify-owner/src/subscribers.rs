//! A topic that people subscribe to.

use notice::{TextPublisher, TopicError};
use tokio::sync::OnceCell;

/// A topic, and how many confirmed subscriptions it has; asked for once in an invocation.
#[derive(Debug)]
pub(crate) struct Subscribers<'a> {
    pub(crate) publisher: &'a TextPublisher,
    confirmed: OnceCell<u64>,
}

impl<'a> Subscribers<'a> {
    pub(crate) fn new(publisher: &'a TextPublisher) -> Self {
        Self { publisher, confirmed: OnceCell::new() }
    }

    /// How many confirmed subscriptions there are.
    pub(crate) async fn confirmed(&self) -> Result<u64, TopicError> {
        let asking = || self.publisher.confirmed_subscriptions();
        self.confirmed.get_or_try_init(asking).await.copied()
    }
}
