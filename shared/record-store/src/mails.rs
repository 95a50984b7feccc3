//! Which notices a mail holds, so that a bounce leads back to their receipts.

use jiff::{SignedDuration, Timestamp};
use lifecycle::identifiers::AccountId;

use crate::attributes::{Attributes, Fault, Item, NewItem, later, seconds};
use crate::error::{Error, Operation};
use crate::keys::Key;
use crate::receipt::{ABSENT_OR_EXPIRED, values};
use crate::revision::Revision;
use crate::store::RecordStore;

/// How long it is remembered which notices a mail holds: bounces come within days.
pub const MAIL_LIFETIME: SignedDuration = SignedDuration::from_hours(30 * 24);

impl RecordStore {
    /// Remembers which notices of which accounts a mail holds. The same mail always holds the same notices, so an item that is there stays as it is.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not confirm it within [`LONGEST_BRIEF_CALL`](sdk_error::LONGEST_BRIEF_CALL).
    pub async fn put_mail(
        &self,
        mail: &str,
        notices: &[(AccountId, String)],
        now: Timestamp,
    ) -> Result<(), Error> {
        let key = Key::mail(mail);
        let notices = notices.iter().map(|(account, notice)| format!("{account}#{notice}"));
        let expires = later(now, MAIL_LIFETIME);
        let item = NewItem::new().texts("notices", notices).expires(expires);
        let revision = Revision::fresh();
        let condition = (ABSENT_OR_EXPIRED, values([(":now", seconds(now))]));
        let put = self.put(&self.brief, &key, item, &revision, condition);
        self.in_time(Operation::PutItem, &key.to_string(), put).await.map(drop)
    }

    /// The notices that a mail holds; none if nothing, or nothing any more, is remembered of it.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not answer, or the item cannot be read.
    pub async fn mail(
        &self,
        mail: &str,
        now: Timestamp,
    ) -> Result<Vec<(AccountId, String)>, Error> {
        let key = Key::mail(mail);
        let item = self.get(&self.client, &key).await?;
        let notices = item.map_or(Ok(Vec::new()), |item| read(&item, now));
        notices.map_err(|fault| self.unreadable(&key, fault))
    }
}

fn read(item: &Item, now: Timestamp) -> Result<Vec<(AccountId, String)>, Fault> {
    let item = Attributes::readable(item)?;
    if item.has_expired(now)? {
        return Ok(Vec::new());
    }
    let notice = |text: &str| {
        let (account, notice) = text.split_once('#')?;
        Some((account.parse().ok()?, notice.to_owned()))
    };
    let notices = item.required_texts("notices")?.into_iter().map(notice).collect();
    let notices: Option<Vec<_>> = notices;
    notices.ok_or_else(|| Fault::of("notices", "names something that is not a notice"))
}
