//! The table, past its API: what is lost, damaged, or restored to an earlier moment.

use std::collections::BTreeMap;

use jiff::SignedDuration;
use serde_json::json;

use crate::dynamodb::{Item, Table, TableSnapshot};
use crate::simulator::Simulator;
use crate::{ACCOUNT, TABLE_ARN};

impl Simulator {
    fn with_table<T>(&self, change: impl FnOnce(&mut Table) -> T) -> Option<T> {
        self.with(|world| world.account(ACCOUNT).dynamodb.tables.get_mut(TABLE_ARN).map(change))
    }

    /// Removes the items of the table that `lost` names by their partition and sort keys.
    pub fn lose_items(&self, mut lost: impl FnMut(&str, &str) -> bool) {
        self.restore_items(&TableSnapshot(BTreeMap::new()), |pk, sk| lost(pk, sk));
    }

    /// The items of the table at this moment.
    pub fn table_snapshot(&self) -> TableSnapshot {
        let snapshot = self.with_table(|table| table.snapshot());
        snapshot.unwrap_or_else(|| TableSnapshot(BTreeMap::new()))
    }

    /// Makes the items that `restored` names by their partition and sort keys what they were at an earlier moment; those that were not there are removed.
    pub fn restore_items(
        &self,
        snapshot: &TableSnapshot,
        restored: impl FnMut(&str, &str) -> bool,
    ) {
        self.with_table(|table| table.restore(snapshot, restored));
    }

    /// Puts an item that nobody of Keysteward wrote: attributes are texts.
    pub fn put_raw_item(&self, pk: &str, sk: &str, attributes: &[(&str, &str)]) {
        let keys = [("pk", pk), ("sk", sk)];
        let members = keys.iter().chain(attributes);
        let item: Item =
            members.map(|(name, text)| ((*name).to_owned(), json!({ "S": text }))).collect();
        let (now, key) = (self.now(), (pk.to_owned(), sk.to_owned()));
        self.with_table(|table| table.change(key, Some(item), now, SignedDuration::ZERO));
    }

    /// Deletes the table.
    pub fn delete_table(&self) {
        self.with(|world| world.account(ACCOUNT).dynamodb.tables.remove(TABLE_ARN));
    }
}
