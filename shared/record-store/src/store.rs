//! The table, and the writes that are conditional on what was read.

use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::Region;
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValuesOnConditionCheckFailure};
use aws_types::SdkConfig;
use lifecycle::identifiers::{AccountId, CredentialId, UserId};
use lifecycle::memory::RotationMemory;
use lifecycle::record::Record;
use sdk_error::{CallCounter, Cause};

use crate::attributes::{Attributes, Item, NewItem};
use crate::error::{Error, Operation};
use crate::keys::Key;
use crate::revision::{Expected, Revision};
use crate::table::TableArn;
use crate::{record, rotation};

/// Reads and writes what Keysteward remembers; every call may be repeated without harm, and is retried.
#[derive(Clone, Debug)]
pub struct RecordStore {
    pub(crate) client: Client,
    /// For calls that must not delay a mail.
    pub(crate) brief: Client,
    pub(crate) table: TableArn,
    by: &'static str,
}

/// What a conditional write came to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Written {
    /// It is done.
    Done,
    /// The condition does not hold.
    Refused,
}

impl RecordStore {
    /// A store in `table`, whose items say that the function `by` wrote them.
    ///
    /// Its calls are made in the table's Region, and retried within the limits that `sdk-error` sets.
    pub fn new(config: &SdkConfig, table: TableArn, by: &'static str) -> Self {
        Self::counted(config, table, by, &CallCounter::default())
    }

    /// As [`RecordStore::new`]; its calls are counted by `counter`.
    pub fn counted(
        config: &SdkConfig,
        table: TableArn,
        by: &'static str,
        counter: &CallCounter,
    ) -> Self {
        let base = aws_sdk_dynamodb::config::Builder::from(config)
            .region(Region::new(table.region().to_owned()))
            .interceptor(counter.clone());
        let patient =
            base.clone().retry_config(sdk_error::retries()).timeout_config(sdk_error::timeouts());
        let brief = base
            .retry_config(sdk_error::brief_retries())
            .timeout_config(sdk_error::brief_timeouts());
        let client = |config: aws_sdk_dynamodb::config::Builder| Client::from_conf(config.build());
        Self { client: client(patient), brief: client(brief), table, by }
    }

    /// Writes the record of a credential; answers what the next write is to expect.
    ///
    /// # Errors
    ///
    /// [`Conflict`](sdk_error::ErrorKind::Conflict) when something else than `expected` is there: nothing was written.
    pub async fn put_record(
        &self,
        account: &AccountId,
        user: &UserId,
        credential: &CredentialId,
        record: &Record,
        expected: &Expected,
    ) -> Result<Expected, Error> {
        let key = Key::record(account, user, credential);
        self.put_expecting(&key, record::write(record), expected).await
    }

    /// Deletes the record of a credential; one that is gone already needs no deletion.
    ///
    /// # Errors
    ///
    /// [`Conflict`](sdk_error::ErrorKind::Conflict) when another record than `expected` is there: nothing was deleted.
    pub async fn remove_record(
        &self,
        account: &AccountId,
        user: &UserId,
        credential: &CredentialId,
        expected: &Expected,
    ) -> Result<(), Error> {
        self.delete_expecting(&Key::record(account, user, credential), expected).await
    }

    /// Writes what is remembered of a user's rotation; answers what the next write is to expect.
    ///
    /// # Errors
    ///
    /// [`Conflict`](sdk_error::ErrorKind::Conflict) when something else than `expected` is there: nothing was written, and the attempt
    /// in `rotation` has no lease.
    pub async fn put_rotation(
        &self,
        account: &AccountId,
        user: &UserId,
        rotation: &RotationMemory,
        expected: &Expected,
    ) -> Result<Expected, Error> {
        let key = Key::rotation(account, user);
        self.put_expecting(&key, rotation::write(rotation), expected).await
    }

    /// Deletes what is remembered of a user's rotation; what is gone already needs no deletion.
    ///
    /// # Errors
    ///
    /// [`Conflict`](sdk_error::ErrorKind::Conflict) when something else than `expected` is there: nothing was deleted.
    pub async fn remove_rotation(
        &self,
        account: &AccountId,
        user: &UserId,
        expected: &Expected,
    ) -> Result<(), Error> {
        self.delete_expecting(&Key::rotation(account, user), expected).await
    }

    async fn put_expecting(
        &self,
        key: &Key,
        item: NewItem,
        expected: &Expected,
    ) -> Result<Expected, Error> {
        let (condition, values) = match expected {
            Expected::Absent => ("attribute_not_exists(pk)", HashMap::new()),
            Expected::Revision(revision) => ("revision = :revision", of_revision(revision)),
            Expected::Never(fault) => return Err(self.unreadable(key, fault.clone())),
        };
        let revision = Revision::fresh();
        match self.put(&self.client, key, item, &revision, (condition, values)).await? {
            Written::Done => Ok(Expected::Revision(revision)),
            Written::Refused => Err(self.overtaken(Operation::PutItem, key)),
        }
    }

    async fn delete_expecting(&self, key: &Key, expected: &Expected) -> Result<(), Error> {
        let revision = match expected {
            Expected::Absent => return Ok(()),
            Expected::Revision(revision) => revision,
            Expected::Never(fault) => return Err(self.unreadable(key, fault.clone())),
        };
        let call = self
            .client
            .delete_item()
            .table_name(self.table.as_str())
            .key("pk", key.partition_attribute())
            .key("sk", key.sort_attribute())
            .condition_expression("revision = :revision")
            .set_expression_attribute_values(Some(of_revision(revision)))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = call.send().await else { return Ok(()) };
        if let Some(DeleteItemError::ConditionalCheckFailedException(refusal)) =
            error.as_service_error()
            // Gone, by this call when its answer was lost, or by another run's.
            && refusal.item().is_none()
        {
            return Ok(());
        }
        Err(self.failed(Operation::DeleteItem, &key.to_string(), error))
    }

    /// Puts an item under a condition. A refusal by an item of this very `revision` is a repetition of what was done.
    pub(crate) async fn put(
        &self,
        client: &Client,
        key: &Key,
        item: NewItem,
        revision: &Revision,
        (condition, values): (&str, HashMap<String, AttributeValue>),
    ) -> Result<Written, Error> {
        let mut item = item.text("by", self.by).text("revision", revision.as_str()).into_item();
        item.insert("pk".to_owned(), key.partition_attribute());
        item.insert("sk".to_owned(), key.sort_attribute());
        let call = client
            .put_item()
            .table_name(self.table.as_str())
            .set_item(Some(item))
            .condition_expression(condition)
            .set_expression_attribute_values(Some(values).filter(|values| !values.is_empty()))
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = call.send().await else { return Ok(Written::Done) };
        match error.as_service_error() {
            Some(PutItemError::ConditionalCheckFailedException(refusal)) => {
                let there = refusal.item().map(Attributes::of);
                let own =
                    there.and_then(|there| there.text("revision").ok()?) == Some(revision.as_str());
                Ok(if own { Written::Done } else { Written::Refused })
            }
            _ => Err(self.failed(Operation::PutItem, &key.to_string(), error)),
        }
    }

    /// One item, as it is at this moment.
    pub(crate) async fn get(&self, client: &Client, key: &Key) -> Result<Option<Item>, Error> {
        let call = client
            .get_item()
            .table_name(self.table.as_str())
            .key("pk", key.partition_attribute())
            .key("sk", key.sort_attribute())
            .consistent_read(true);
        let answer = call.send().await;
        let answer =
            answer.map_err(|error| self.failed(Operation::GetItem, &key.to_string(), error))?;
        Ok(answer.item)
    }

    /// The items of a partition whose sort keys start with `prefix`, as they are at this moment.
    pub(crate) async fn query(
        &self,
        client: &Client,
        partition: &str,
        prefix: Option<&str>,
    ) -> Result<Vec<Item>, Error> {
        let call = client
            .query()
            .table_name(self.table.as_str())
            .expression_attribute_values(":pk", AttributeValue::S(partition.to_owned()))
            .consistent_read(true);
        let call = match prefix {
            None => call.key_condition_expression("pk = :pk"),
            Some(prefix) => call
                .key_condition_expression("pk = :pk AND begins_with(sk, :prefix)")
                .expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned())),
        };
        let mut pages = call.into_paginator().send();
        let mut items = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failed(Operation::Query, partition, error))?;
            items.extend(page.items.unwrap_or_default());
        }
        Ok(items)
    }

    pub(crate) fn failed(
        &self,
        operation: Operation,
        what: &str,
        cause: impl Into<Cause>,
    ) -> Error {
        Error::Call { operation, subject: self.subject(what), cause: cause.into() }
    }

    pub(crate) fn unreadable(&self, key: &Key, fault: crate::Fault) -> Error {
        Error::Unreadable { subject: self.subject(&key.to_string()), fault }
    }

    fn overtaken(&self, operation: Operation, key: &Key) -> Error {
        let cause = Cause::new(
            sdk_error::ErrorKind::Conflict,
            "the item is not the one that was read (ConditionalCheckFailedException)",
        );
        self.failed(operation, &key.to_string(), cause)
    }

    fn subject(&self, what: &str) -> String {
        format!("{what} in table {}", self.table)
    }
}

fn of_revision(revision: &Revision) -> HashMap<String, AttributeValue> {
    let value = AttributeValue::S(revision.as_str().to_owned());
    HashMap::from([(":revision".to_owned(), value)])
}
