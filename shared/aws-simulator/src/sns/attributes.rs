//! The attributes of a message that is published.

use super::invalid;
use crate::error::ApiError;
use crate::message_attributes::{Attribute, Attributes};
use crate::wire::Form;

/// More of them are accepted by SNS, and make a queue with raw delivery drop the message.
const ATTRIBUTES_PER_MESSAGE: usize = 10;

/// The attributes in a form.
pub(super) fn of(form: &Form) -> Attributes {
    (1..)
        .map_while(|n| {
            let entry = format!("MessageAttributes.entry.{n}");
            let name = form.get(&format!("{entry}.Name"))?;
            let text = |member: &str| form.get(&format!("{entry}.Value.{member}"));
            let value = text("StringValue").or_else(|| text("BinaryValue"));
            let attribute = Attribute {
                data_type: text("DataType").unwrap_or_default().to_owned(),
                value: value.unwrap_or_default().to_owned(),
            };
            Some((name.to_owned(), attribute))
        })
        .collect()
}

/// Refuses what SNS would refuse, and what it would drop later.
pub(super) fn check(attributes: &Attributes) -> Result<(), ApiError> {
    if attributes.len() > ATTRIBUTES_PER_MESSAGE {
        return Err(invalid("Too many message attributes"));
    }
    for (name, attribute) in attributes {
        if !is_attribute_name(name) {
            return Err(invalid(&format!("The message attribute name '{name}' is invalid")));
        }
        let kinds = ["String", "String.Array", "Number", "Binary"];
        if !kinds.contains(&attribute.data_type.as_str()) || attribute.value.is_empty() {
            let message = format!(
                "The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{}'.",
                attribute.data_type
            );
            return Err(ApiError::new(400, "ParameterValueInvalid", message));
        }
    }
    Ok(())
}

/// Whether SNS takes a name of a message attribute.
fn is_attribute_name(name: &str) -> bool {
    let legal = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
    let lower = name.to_ascii_lowercase();
    (1..=256).contains(&name.len())
        && name.chars().all(legal)
        && !["aws.", "amazon.", "."].iter().any(|start| lower.starts_with(start))
        && !name.ends_with('.')
        && !name.contains("..")
}
