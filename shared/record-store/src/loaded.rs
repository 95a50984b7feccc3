//! What is remembered of an account, or of one of its users.

use std::collections::BTreeMap;

use jiff::Timestamp;
use lifecycle::identifiers::{AccountId, CredentialId, UserId};
use lifecycle::memory::AccountMemory;
use lifecycle::record::Remembered;

use crate::attributes::{Attributes, Fault, Item};
use crate::error::Error;
use crate::keys::{Key, Subject, account_partition, credentials_of};
use crate::revision::{Expected, Revision};
use crate::store::RecordStore;
use crate::{receipt, record, rotation};

/// What was read, and what a write of it is to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Loaded {
    /// What is remembered.
    pub memory: AccountMemory,
    /// What writes are to expect.
    pub revisions: Revisions,
    /// The sort keys of items that this version does not know; they are left as they are.
    pub unknown: Vec<String>,
}

/// What a write of each item that was read is to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Revisions {
    records: BTreeMap<(UserId, CredentialId), Expected>,
    rotations: BTreeMap<UserId, Expected>,
}

impl Revisions {
    /// What a write of the record of this credential is to expect.
    pub fn of_record(&self, user: &UserId, credential: &CredentialId) -> Expected {
        self.records.get(&(user.clone(), credential.clone())).cloned().unwrap_or_default()
    }

    /// What a write about the rotation of this user's keys is to expect.
    pub fn of_rotation(&self, user: &UserId) -> Expected {
        self.rotations.get(user).cloned().unwrap_or_default()
    }
}

impl RecordStore {
    /// Everything that is remembered of an account; receipts that expired before `now` are left out.
    ///
    /// # Errors
    ///
    /// A page that fails fails it all, because nobody could say what is missing.
    pub async fn account(&self, account: &AccountId, now: Timestamp) -> Result<Loaded, Error> {
        let items = self.query(&self.client, &account_partition(account), None).await?;
        let mut loaded = Loaded::default();
        for item in &items {
            loaded.take(item, now);
        }
        Ok(loaded)
    }

    /// What is remembered of one user: the records of the user's credentials, and the rotation of the user's keys.
    ///
    /// # Errors
    ///
    /// When either cannot be read.
    pub async fn user(
        &self,
        account: &AccountId,
        user: &UserId,
        now: Timestamp,
    ) -> Result<Loaded, Error> {
        let partition = account_partition(account);
        let items = self.query(&self.client, &partition, Some(&credentials_of(user))).await?;
        let rotation = self.get(&self.client, &Key::rotation(account, user)).await?;
        let mut loaded = Loaded::default();
        for item in items.iter().chain(&rotation) {
            loaded.take(item, now);
        }
        Ok(loaded)
    }
}

impl Loaded {
    fn take(&mut self, item: &Item, now: Timestamp) {
        let sort = Attributes::of(item).required_text("sk").unwrap_or_default();
        match Subject::parse(sort) {
            Some(Subject::Record(user, credential)) => {
                let (value, expected) = revised(item, record::read);
                let memory = self.memory.users.entry(user.clone()).or_default();
                memory.records.insert(credential.clone(), value);
                self.revisions.records.insert((user, credential), expected);
            }
            Some(Subject::Rotation(user)) => {
                let (value, expected) = revised(item, rotation::read);
                self.memory.users.entry(user.clone()).or_default().rotation = value;
                self.revisions.rotations.insert(user, expected);
            }
            Some(Subject::Receipt(notice)) => match receipt::remembered(item, now) {
                Remembered::Absent => {}
                value @ (Remembered::Readable(_) | Remembered::Unreadable(_)) => {
                    self.memory.receipts.insert(notice, value);
                }
            },
            None => self.unknown.push(sort.to_owned()),
        }
    }
}

/// What an item says, and what a write in its place is to expect.
fn revised<T>(
    item: &Item,
    read: impl FnOnce(Attributes<'_>) -> Result<T, Fault>,
) -> (Remembered<T>, Expected) {
    let parsed = Attributes::readable(item).and_then(|attributes| {
        let revision = attributes.required_text("revision")?;
        Ok((read(attributes)?, Revision::carried(revision)))
    });
    match parsed {
        Ok((value, revision)) => (Remembered::Readable(value), Expected::Revision(revision)),
        Err(fault) => (Remembered::Unreadable(fault.to_string()), Expected::Never(fault)),
    }
}
