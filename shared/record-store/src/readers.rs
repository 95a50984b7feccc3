//! What readers were sent, so that a repeated delivery is not a repeated mail.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use futures_util::stream::{self, TryStreamExt};
use jiff::{SignedDuration, Timestamp};
use sdk_error::{Cause, ErrorKind, LONGEST_BRIEF_CALL};

use crate::attributes::{Attributes, NewItem, later, seconds};
use crate::error::{Error, Operation};
use crate::keys::{Key, hash, reader_partition};
use crate::receipt::{ABSENT_OR_EXPIRED, values};
use crate::revision::Revision;
use crate::store::RecordStore;

/// How long it is remembered what a reader was sent: longer than any queue keeps a message.
pub const READER_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

/// How many items are written at once.
const AT_ONCE: usize = 16;

impl RecordStore {
    /// Which of these notices the reader was sent before.
    ///
    /// Items that cannot be read count as absent: the price is a second mail, never a missing one.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not answer within [`LONGEST_BRIEF_CALL`], or refuses.
    pub async fn told<'a>(
        &self,
        reader: &str,
        notices: &[&'a str],
        now: Timestamp,
    ) -> Result<BTreeSet<&'a str>, Error> {
        let partition = reader_partition(reader);
        let query = self.query(&self.brief, &partition, None);
        let items = self.in_time(Operation::Query, &partition, query).await?;
        let remembered: BTreeSet<&str> = items
            .iter()
            .filter(|item| {
                let item = Attributes::readable(item);
                item.and_then(|item| item.has_expired(now)) == Ok(false)
            })
            .filter_map(|item| item.get("sk").and_then(|sk: &AttributeValue| sk.as_s().ok()))
            .map(String::as_str)
            .collect();
        let known = |notice: &&str| remembered.contains(hash(notice).as_str());
        Ok(notices.iter().copied().filter(known).collect())
    }

    /// Remembers that the reader was sent these notices.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not confirm all of it within [`LONGEST_BRIEF_CALL`]; some of it may be remembered.
    pub async fn remember_told(
        &self,
        reader: &str,
        notices: &[&str],
        now: Timestamp,
    ) -> Result<(), Error> {
        let writes =
            stream::iter(notices.iter().map(Ok)).try_for_each_concurrent(AT_ONCE, async |notice| {
                let key = Key::sent(reader, notice);
                let item = NewItem::new().expires(later(now, READER_LIFETIME));
                let condition = (ABSENT_OR_EXPIRED, values([(":now", seconds(now))]));
                let revision = Revision::fresh();
                self.put(&self.brief, &key, item, &revision, condition).await.map(drop)
            });
        self.in_time(Operation::PutItem, &reader_partition(reader), writes).await
    }

    /// The limits of the client are about one call; this one is about all of them.
    pub(crate) async fn in_time<T>(
        &self,
        operation: Operation,
        what: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::time::timeout(LONGEST_BRIEF_CALL, work).await.unwrap_or_else(|_| {
            let cause = Cause::new(ErrorKind::Unavailable, "no answer in time");
            Err(self.failed(operation, what, cause))
        })
    }
}
