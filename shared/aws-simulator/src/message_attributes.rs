//! Attributes of messages, as SNS and SQS both have them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::md5::md5;
use crate::signature::hex;

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

    /// The attribute as SQS writes it.
    pub(crate) fn to_json(&self) -> Value {
        let value = if self.is_binary() { "BinaryValue" } else { "StringValue" };
        json!({"DataType": self.data_type, value: self.value})
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

/// The digest of attributes that SQS answers with: name, type and value of each, with their lengths before them.
pub(crate) fn digest(attributes: &Attributes) -> String {
    fn add(bytes: &mut Vec<u8>, part: &[u8]) {
        bytes.extend(u32::try_from(part.len()).unwrap_or(u32::MAX).to_be_bytes());
        bytes.extend(part);
    }
    let mut bytes = Vec::new();
    for (name, attribute) in attributes {
        add(&mut bytes, name.as_bytes());
        add(&mut bytes, attribute.data_type.as_bytes());
        bytes.push(if attribute.is_binary() { 2 } else { 1 });
        add(&mut bytes, &attribute.bytes());
    }
    hex(&md5(&bytes))
}
