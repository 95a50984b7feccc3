//! One table and its items, with what they were a while ago.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value};

use crate::clock::add;

/// An item: attributes in the form of the wire, `{"pk": {"S": "…"}, …}`.
pub(crate) type Item = Map<String, Value>;

/// The partition key and the sort key of an item.
pub(crate) type ItemKey = (String, String);

/// A table whose keys are the strings `pk` and `sk`, and whose items may end at `expires`, in seconds.
#[derive(Debug, Default)]
pub(crate) struct Table {
    items: BTreeMap<ItemKey, Item>,
    /// What each key held before a change, for reads that lag: until when, and what.
    earlier: BTreeMap<ItemKey, Vec<(Timestamp, Option<Item>)>>,
    /// No item ends before this moment, so that not every call has to look at all of them.
    first_end: Option<Timestamp>,
}

/// When an item ends, by its time to live.
fn end(item: &Item) -> Option<Timestamp> {
    let seconds = item.get("expires")?.get("N")?.as_str()?;
    Timestamp::from_second(seconds.parse().ok()?).ok()
}

/// The items of a table at one moment, as a point-in-time recovery has them.
#[derive(Clone, Debug)]
pub struct TableSnapshot(pub(crate) BTreeMap<ItemKey, Item>);

impl Table {
    pub(crate) fn get(&self, key: &ItemKey) -> Option<&Item> {
        self.items.get(key)
    }

    /// What an eventually consistent read may see: the state of so long ago.
    pub(crate) fn get_as_of(&self, key: &ItemKey, at: Timestamp) -> Option<&Item> {
        let changes = self.earlier.get(key).into_iter().flatten();
        let mut later = changes.filter(|(until, _)| *until > at);
        match later.next() {
            Some((_, item)) => item.as_ref(),
            None => self.items.get(key),
        }
    }

    /// The keys of a partition, in order of the sort key; those of removed items too, because a lagging read may still see them.
    pub(crate) fn keys_of(&self, partition: &str) -> BTreeSet<ItemKey> {
        let first = (partition.to_owned(), String::new());
        let own = |key: &&ItemKey| key.0 == partition;
        let now = self.items.range(first.clone()..).map(|(key, _)| key).take_while(own);
        let earlier = self.earlier.range(first..).map(|(key, _)| key).take_while(own);
        now.chain(earlier).cloned().collect()
    }

    /// Puts an item in its place, or removes what is there; reads that lag by `lag` at most see what was there.
    pub(crate) fn change(
        &mut self,
        key: ItemKey,
        item: Option<Item>,
        now: Timestamp,
        lag: SignedDuration,
    ) {
        self.first_end = self.first_end.into_iter().chain(item.as_ref().and_then(end)).min();
        let before = match item {
            Some(item) => self.items.insert(key.clone(), item),
            None => self.items.remove(&key),
        };
        self.earlier.retain(|_, changes| {
            changes.retain(|(until, _)| add(*until, lag) > now);
            !changes.is_empty()
        });
        if lag > SignedDuration::ZERO {
            self.earlier.entry(key).or_default().push((now, before));
        }
    }

    /// Removes what expired long enough ago.
    pub(super) fn expire(&mut self, now: Timestamp, stay: SignedDuration) {
        let stays = |at: Timestamp| now < add(at, stay);
        if self.first_end.is_none_or(stays) {
            return;
        }
        self.items.retain(|_, item| end(item).is_none_or(stays));
        self.first_end = self.items.values().filter_map(end).min();
    }

    pub(crate) fn items(&self) -> impl Iterator<Item = (&ItemKey, &Item)> {
        self.items.iter()
    }

    pub(crate) fn snapshot(&self) -> TableSnapshot {
        TableSnapshot(self.items.clone())
    }

    /// Replaces the items that `restores` names by what they were; what was not there then is removed.
    pub(crate) fn restore(
        &mut self,
        snapshot: &TableSnapshot,
        mut restores: impl FnMut(&str, &str) -> bool,
    ) {
        self.items.retain(|(pk, sk), _| !restores(pk, sk));
        for (key, item) in &snapshot.0 {
            if restores(&key.0, &key.1) {
                self.items.insert(key.clone(), item.clone());
            }
        }
        self.earlier.clear();
        self.first_end = self.items.values().filter_map(end).min();
    }
}
