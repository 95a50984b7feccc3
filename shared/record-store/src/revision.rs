//! What a write expects to find.

use uuid::Uuid;

use crate::attributes::Fault;

/// The revision of an item: another one after every write, and never one that an earlier item of the same key had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision(String);

/// What a write expects to find in the item's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Expected {
    /// Nothing.
    #[default]
    Absent,
    /// The item of this revision.
    Revision(Revision),
    /// An item that cannot be read, and why: every write is refused.
    Never(Fault),
}

impl Revision {
    /// A revision that no item ever had.
    ///
    /// It is random, not a number that grows: an item that is removed and written again must not reach an old one's number.
    pub(crate) fn fresh() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }

    /// The revision that an item carries.
    pub(crate) fn carried(text: &str) -> Self {
        Self(text.to_owned())
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}
