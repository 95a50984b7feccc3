//! What the table remembers: who was sent what, which notices a mail holds, and receipts.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::stream::{self, TryStreamExt};
use jiff::Timestamp;
use lambda_shell::{Deadline, chain};
use lifecycle::identifiers::AccountId;
use lifecycle::memory::{Channel, RECEIPT_LIFETIME, Receipt};
use record_store::{Error, ErrorKind, RecordStore};

/// The longest that the table is waited for before and after a mail: it may cost a second mail, never the first one.
const LONGEST: Duration = Duration::from_secs(5);

/// The longest that the receipts of one message take.
const LONGEST_RECEIPTS: Duration = Duration::from_secs(15);

/// The time that is left alone, so that the answer to the queue gets out.
pub(crate) const RESERVE: Duration = Duration::from_secs(2);

/// After how many calls without an answer the table counts as down for the rest of the invocation: nobody waits for it any longer.
const MOST_FAILURES: usize = 3;

/// How many receipts are written at once.
const AT_ONCE: usize = 16;

/// The memory during one invocation.
#[derive(Debug)]
pub(crate) struct Memory<'a> {
    store: &'a RecordStore,
    now: Timestamp,
    deadline: Deadline,
    /// How many calls had no answer.
    unanswered: AtomicUsize,
}

/// A receipt that was not written or not returned; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoReceipt {
    #[error("a notice was sent, and its receipt could not be written")]
    Unwritten(#[source] Error),
    #[error("a mail was not delivered, and the receipts of its notices could not be returned")]
    Unreturned(#[source] Error),
    #[error("a receipt was not written or returned, because the table does not answer")]
    Down,
}

impl<'a> Memory<'a> {
    pub(crate) fn new(store: &'a RecordStore, now: Timestamp, deadline: Deadline) -> Self {
        Self { store, now, deadline, unanswered: AtomicUsize::new(0) }
    }

    /// Which of these notices a reader was sent before; `None` where that cannot be read.
    pub(crate) async fn told<'n>(
        &self,
        reader: &str,
        notices: &[&'n str],
    ) -> Option<BTreeSet<&'n str>> {
        if self.is_down() {
            return None;
        }
        let reading = self.store.told(reader, notices, self.now);
        self.or_second_mail(tokio::time::timeout(LONGEST, reading).await)
    }

    /// Remembers that a reader was sent these notices.
    pub(crate) async fn remember(&self, reader: &str, notices: &[&str]) {
        let Some(left) = self.left(LONGEST) else { return };
        let writing = self.store.remember_told(reader, notices, self.now);
        self.or_second_mail(tokio::time::timeout(left, writing).await);
    }

    /// Remembers which notices a mail will hold; answers whether a bounce of it would lead back to them.
    pub(crate) async fn trace(&self, mail: &str, notices: &[(AccountId, String)]) -> bool {
        let Some(left) = self.left(LONGEST) else { return false };
        let writing = self.store.put_mail(mail, notices, self.now);
        self.or_second_mail(tokio::time::timeout(left, writing).await).is_some()
    }

    /// Writes a receipt for each of these notices; one that is there stays as it is.
    pub(crate) async fn receipts(
        &self,
        notices: &[(AccountId, String)],
        by: Channel,
    ) -> Result<(), NoReceipt> {
        if notices.is_empty() {
            return Ok(());
        }
        let receipt = Receipt { at: self.now, by, returned: None };
        let writing = stream::iter(notices.iter().map(Ok)).try_for_each_concurrent(
            AT_ONCE,
            async |(account, notice)| {
                self.store.put_receipt(account, notice, &receipt, self.expiry()).await
            },
        );
        self.or_again(writing).await?.map_err(|error| self.fallen(error, NoReceipt::Unwritten))
    }

    /// Returns the receipts of the notices that a mail held: it was not delivered.
    pub(crate) async fn give_back(&self, mail: &str) -> Result<(), NoReceipt> {
        let returning = async {
            let notices = self.store.mail(mail, self.now).await?;
            stream::iter(notices.iter().map(Ok))
                .try_for_each_concurrent(AT_ONCE, async |(account, notice)| {
                    self.give_back_one(account, notice).await
                })
                .await
        };
        self.or_again(returning).await?.map_err(|error| self.fallen(error, NoReceipt::Unreturned))
    }

    /// The bounce may come before the receipt: then a receipt that is returned already keeps its place, and is not overwritten.
    async fn give_back_one(&self, account: &AccountId, notice: &str) -> Result<(), Error> {
        if self.store.return_receipt(account, notice, self.now).await? {
            return Ok(());
        }
        let returned = Receipt { at: self.now, by: Channel::Mail, returned: Some(self.now) };
        self.store.put_receipt(account, notice, &returned, self.expiry()).await?;
        self.store.return_receipt(account, notice, self.now).await.map(drop)
    }

    fn expiry(&self) -> Timestamp {
        self.now.saturating_add(RECEIPT_LIFETIME).unwrap_or(Timestamp::MAX)
    }

    fn is_down(&self) -> bool {
        self.unanswered.load(Ordering::Relaxed) >= MOST_FAILURES
    }

    fn count_unanswered(&self) {
        self.unanswered.fetch_add(1, Ordering::Relaxed);
    }

    /// How long a call may take: nothing where the table is down, or the time is over.
    fn left(&self, longest: Duration) -> Option<Duration> {
        let left = self.deadline.remaining().unwrap_or(longest + RESERVE);
        let left = longest.min(left.saturating_sub(RESERVE / 2));
        (!self.is_down() && left >= RESERVE / 2).then_some(left)
    }

    async fn or_again<T>(&self, work: impl Future<Output = T>) -> Result<T, NoReceipt> {
        let left = self.left(LONGEST_RECEIPTS).ok_or(NoReceipt::Down)?;
        tokio::time::timeout(left, work).await.map_err(|_| {
            self.count_unanswered();
            NoReceipt::Down
        })
    }

    fn fallen(&self, error: Error, what: impl Fn(Error) -> NoReceipt) -> NoReceipt {
        if error.kind() == ErrorKind::Unavailable {
            self.count_unanswered();
        }
        what(error)
    }

    /// What fails here costs a second mail; waiting for it would cost the first.
    fn or_second_mail<T, E>(&self, answer: Result<Result<T, Error>, E>) -> Option<T> {
        let (text, unanswered) = match answer {
            Ok(Ok(value)) => return Some(value),
            Ok(Err(error)) => (chain(&error), error.kind() == ErrorKind::Unavailable),
            Err(_) => ("the table does not answer".to_owned(), true),
        };
        tracing::error!("{text}; readers may get mails twice");
        if unanswered {
            self.count_unanswered();
        }
        None
    }
}
