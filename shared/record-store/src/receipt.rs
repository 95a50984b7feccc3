//! Receipts: written once, and returned at most once.

use std::collections::HashMap;

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use jiff::Timestamp;
use lifecycle::identifiers::AccountId;
use lifecycle::memory::{Channel, Receipt};
use lifecycle::record::Remembered;

use crate::attributes::{Attributes, FORMAT, Fault, Item, NewItem, number, seconds};
use crate::error::{Error, Operation};
use crate::keys::Key;
use crate::revision::Revision;
use crate::store::RecordStore;

/// The condition of a write that is made once: an item that has expired counts as absent.
pub(crate) const ABSENT_OR_EXPIRED: &str = "attribute_not_exists(pk) OR expires < :now";

impl RecordStore {
    /// Writes that a notice was handed over. A receipt that is there already stays as it is: the first one counts, and a repeated delivery
    /// neither postpones it nor forgets that it was returned.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not confirm it.
    pub async fn put_receipt(
        &self,
        account: &AccountId,
        notice: &str,
        receipt: &Receipt,
        expires: Timestamp,
    ) -> Result<(), Error> {
        let key = Key::receipt(account, notice);
        let item = write(receipt, expires);
        let condition = (ABSENT_OR_EXPIRED, values([(":now", seconds(receipt.at))]));
        self.put(&self.client, &key, item, &Revision::fresh(), condition).await.map(drop)
    }

    /// Writes that a notice did not arrive after all; answers whether it has a receipt.
    ///
    /// A receipt that was returned before keeps the earlier date.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not confirm it, or the receipt cannot be read.
    pub async fn return_receipt(
        &self,
        account: &AccountId,
        notice: &str,
        at: Timestamp,
    ) -> Result<bool, Error> {
        let key = Key::receipt(account, notice);
        let call = self
            .client
            .update_item()
            .table_name(self.table.as_str())
            .key("pk", key.partition_attribute())
            .key("sk", key.sort_attribute())
            .update_expression("SET returned = :at, revision = :revision")
            .condition_expression(
                "attribute_not_exists(returned) AND #format = :format AND expires >= :now",
            )
            .expression_attribute_names("#format", "format")
            .set_expression_attribute_values(Some(values([
                (":at", AttributeValue::S(at.to_string())),
                (":revision", AttributeValue::S(Revision::fresh().as_str().to_owned())),
                (":format", number(FORMAT)),
                (":now", seconds(at)),
            ])))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = call.send().await else { return Ok(true) };
        let Some(UpdateItemError::ConditionalCheckFailedException(refusal)) =
            error.as_service_error()
        else {
            return Err(self.failed(Operation::UpdateItem, &key.to_string(), error));
        };
        let Some(item) = refusal.item() else { return Ok(false) };
        match read(item, at) {
            Ok(None) => Ok(false),
            Ok(Some(receipt)) if receipt.returned.is_some() => Ok(true),
            Ok(Some(_)) => Err(self.failed(Operation::UpdateItem, &key.to_string(), error)),
            Err(fault) => Err(self.unreadable(&key, fault)),
        }
    }

    /// The receipt of a notice; one that expired before `now` counts as absent.
    ///
    /// # Errors
    ///
    /// When DynamoDB does not answer.
    pub async fn receipt(
        &self,
        account: &AccountId,
        notice: &str,
        now: Timestamp,
    ) -> Result<Remembered<Receipt>, Error> {
        let item = self.get(&self.client, &Key::receipt(account, notice)).await?;
        Ok(item.map_or(Remembered::Absent, |item| remembered(&item, now)))
    }
}

pub(crate) fn remembered(item: &Item, now: Timestamp) -> Remembered<Receipt> {
    match read(item, now) {
        Ok(None) => Remembered::Absent,
        Ok(Some(receipt)) => Remembered::Readable(receipt),
        Err(fault) => Remembered::Unreadable(fault.to_string()),
    }
}

fn write(receipt: &Receipt, expires: Timestamp) -> NewItem {
    NewItem::new()
        .time("at", receipt.at)
        .text("channel", receipt.by.as_str())
        .time_if_any("returned", receipt.returned)
        .expires(expires)
}

/// The receipt in an item; `None` if it has expired.
fn read(item: &Item, now: Timestamp) -> Result<Option<Receipt>, Fault> {
    let item = Attributes::readable(item)?;
    if item.has_expired(now)? {
        return Ok(None);
    }
    let channel = |text: &str| Channel::ALL.into_iter().find(|channel| channel.as_str() == text);
    Ok(Some(Receipt {
        at: item.required_time("at")?,
        by: item.required("channel", channel)?,
        returned: item.time("returned")?,
    }))
}

pub(crate) fn values<const N: usize>(
    values: [(&str, AttributeValue); N],
) -> HashMap<String, AttributeValue> {
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}
