//! Attributes of messages, as SNS and SQS both have them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The attributes of one message, by name.
pub(crate) type Attributes = BTreeMap<String, Attribute>;

/// One attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Attribute {
    /// `String`, `Number`, `Binary` or `String.Array`, perhaps with a label after a period.
    pub(crate) data_type: String,
    /// The value; bytes are written in Base64.
    pub(crate) value: String,
}

impl Attribute {
    pub(crate) fn is_binary(&self) -> bool {
        self.data_type.starts_with("Binary")
    }

    /// How many bytes it counts for besides its name.
    pub(crate) fn size(&self) -> usize {
        self.data_type.len() + self.bytes().len()
    }

    fn bytes(&self) -> Vec<u8> {
        let decoded = if self.is_binary() { STANDARD.decode(&self.value).ok() } else { None };
        decoded.unwrap_or_else(|| self.value.clone().into_bytes())
    }
}

/// How many bytes the attributes count for.
pub(crate) fn size(attributes: &Attributes) -> usize {
    attributes.iter().map(|(name, attribute)| name.len() + attribute.size()).sum()
}
