//! Items and their attributes.

use std::collections::HashMap;
use std::fmt;

use aws_sdk_dynamodb::types::AttributeValue;
use jiff::{SignedDuration, Timestamp};

/// An item as the SDK holds it.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// The format of the items that this version writes, and the only one that it reads.
pub(crate) const FORMAT: u64 = 1;

/// Why an item cannot be read. It names the attribute and never shows its value, which may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(String);

impl Fault {
    pub(crate) fn of(attribute: &str, what: &str) -> Self {
        Self(format!("its attribute {attribute} {what}"))
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Fault {}

/// The attributes of an item that was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attributes<'a>(&'a Item);

impl<'a> Attributes<'a> {
    /// The attributes of an item whose keys were read already.
    pub(crate) fn of(item: &'a Item) -> Self {
        Self(item)
    }

    /// The attributes of an item of the format that this version reads.
    pub(crate) fn readable(item: &'a Item) -> Result<Self, Fault> {
        let attributes = Self(item);
        match attributes.number("format")? {
            Some(FORMAT) => Ok(attributes),
            Some(format) => {
                let what = format!("is {format}, and this version reads {FORMAT}");
                Err(Fault::of("format", &what))
            }
            None => Err(Fault::of("format", "is missing")),
        }
    }

    /// A string that may be missing.
    pub(crate) fn text(self, name: &str) -> Result<Option<&'a str>, Fault> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::S(text)) => Ok(Some(text)),
            Some(_) => Err(Fault::of(name, "is not a string")),
        }
    }

    /// A string that must be there.
    pub(crate) fn required_text(self, name: &str) -> Result<&'a str, Fault> {
        self.text(name)?.ok_or_else(|| Fault::of(name, "is missing"))
    }

    /// A string that must be there and mean something to `parse`.
    pub(crate) fn required<T>(
        self,
        name: &str,
        parse: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, Fault> {
        let text = self.required_text(name)?;
        parse(text).ok_or_else(|| Fault::of(name, "is not what this version knows"))
    }

    /// A date that may be missing.
    pub(crate) fn time(self, name: &str) -> Result<Option<Timestamp>, Fault> {
        let text = self.text(name)?;
        let parsed = text.map(str::parse).transpose();
        parsed.map_err(|_| Fault::of(name, "is not a date of RFC 3339"))
    }

    /// A date that must be there.
    pub(crate) fn required_time(self, name: &str) -> Result<Timestamp, Fault> {
        self.time(name)?.ok_or_else(|| Fault::of(name, "is missing"))
    }

    /// A list of strings that must be there.
    pub(crate) fn required_texts(self, name: &str) -> Result<Vec<&'a str>, Fault> {
        let strings = |values: &'a Vec<AttributeValue>| {
            values.iter().map(|value| value.as_s().ok().map(String::as_str)).collect()
        };
        match self.0.get(name) {
            None => Err(Fault::of(name, "is missing")),
            Some(AttributeValue::L(values)) => {
                let texts: Option<Vec<&str>> = strings(values);
                texts.ok_or_else(|| Fault::of(name, "holds something that is not a string"))
            }
            Some(_) => Err(Fault::of(name, "is not a list")),
        }
    }

    /// Whether the item has expired: DynamoDB deletes it days later, and it counts as absent until then.
    pub(crate) fn has_expired(self, now: Timestamp) -> Result<bool, Fault> {
        let expires: i64 =
            self.number("expires")?.ok_or_else(|| Fault::of("expires", "is missing"))?;
        Ok(expires < now.as_second())
    }

    fn number<T: std::str::FromStr>(self, name: &str) -> Result<Option<T>, Fault> {
        match self.0.get(name) {
            None => Ok(None),
            Some(AttributeValue::N(digits)) => {
                let number = digits.parse();
                number.map(Some).map_err(|_| Fault::of(name, "is not a whole number of its range"))
            }
            Some(_) => Err(Fault::of(name, "is not a number")),
        }
    }
}

/// The attributes of an item that is about to be written.
#[derive(Debug)]
pub(crate) struct NewItem(Item);

impl NewItem {
    /// An item without keys and revision.
    pub(crate) fn new() -> Self {
        Self(Item::from([("format".to_owned(), number(FORMAT))]))
    }

    pub(crate) fn text(mut self, name: &str, value: impl Into<String>) -> Self {
        self.0.insert(name.to_owned(), AttributeValue::S(value.into()));
        self
    }

    pub(crate) fn texts(mut self, name: &str, values: impl Iterator<Item = String>) -> Self {
        let values = values.map(AttributeValue::S).collect();
        self.0.insert(name.to_owned(), AttributeValue::L(values));
        self
    }

    pub(crate) fn time(self, name: &str, at: Timestamp) -> Self {
        self.text(name, at.to_string())
    }

    pub(crate) fn time_if_any(self, name: &str, at: Option<Timestamp>) -> Self {
        match at {
            Some(at) => self.time(name, at),
            None => self,
        }
    }

    /// When the item expires, in the form of DynamoDB's TTL.
    pub(crate) fn expires(mut self, at: Timestamp) -> Self {
        self.0.insert("expires".to_owned(), seconds(at));
        self
    }

    pub(crate) fn into_item(self) -> Item {
        self.0
    }
}

/// A moment in the form of DynamoDB's TTL.
pub(crate) fn seconds(at: Timestamp) -> AttributeValue {
    number(at.as_second())
}

pub(crate) fn number(value: impl fmt::Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// `at` plus `span`, or the end of time.
pub(crate) fn later(at: Timestamp, span: SignedDuration) -> Timestamp {
    at.saturating_add(span).unwrap_or(Timestamp::MAX)
}
