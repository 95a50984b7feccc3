//! The form and the size of items.

use serde_json::Value;

use super::table::{Item, ItemKey};
use super::validation;
use crate::error::ApiError;

/// The largest item, in bytes ("Quotas in Amazon DynamoDB").
pub(super) const LARGEST_ITEM: usize = 400 * 1024;

/// The most that one page of a query reads, in bytes.
pub(super) const LARGEST_PAGE: usize = 1024 * 1024;

/// The item under `member`, checked: known types, and none of them empty where they may not be.
pub(super) fn item<'a>(input: &'a Value, member: &str) -> Result<&'a Item, ApiError> {
    let item = input.get(member).and_then(Value::as_object);
    let item = item.ok_or_else(|| {
        validation(format!(
            "1 validation error detected: Value at '{member}' failed to satisfy constraint: Member must not be null"
        ))
    })?;
    for value in item.values() {
        check(value)?;
    }
    Ok(item)
}

/// Checks that a value is of one known type, and is what that type holds.
pub(super) fn check(value: &Value) -> Result<(), ApiError> {
    let members = value.as_object().filter(|members| members.len() == 1);
    let Some((kind, content)) = members.and_then(|members| members.iter().next()) else {
        return Err(validation(
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes",
        ));
    };
    let whole = match (kind.as_str(), content) {
        ("S", Value::String(_)) | ("BOOL", Value::Bool(_)) | ("NULL", Value::Bool(true)) => true,
        ("N", Value::String(number)) => number.parse::<f64>().is_ok_and(f64::is_finite),
        ("SS", Value::Array(texts)) => !texts.is_empty() && texts.iter().all(Value::is_string),
        ("L", Value::Array(items)) => return items.iter().try_for_each(check),
        ("M", Value::Object(members)) => return members.values().try_for_each(check),
        _ => false,
    };
    if whole {
        Ok(())
    } else {
        Err(validation(format!("an attribute value of type {kind} is malformed, or not simulated")))
    }
}

/// The keys of an item, which are strings and not empty.
pub(super) fn key_of(item: &Item) -> Result<ItemKey, ApiError> {
    let text = |name: &str| {
        let text = item.get(name).and_then(|value| value.get("S")?.as_str());
        let text = text.ok_or_else(|| {
            validation(format!(
                "One or more parameter values were invalid: Missing the key {name} in the item"
            ))
        })?;
        if text.is_empty() {
            return Err(validation(format!(
                "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: {name}"
            )));
        }
        Ok(text.to_owned())
    };
    let (partition, sort) = (text("pk")?, text("sk")?);
    if partition.len() > 2048 || sort.len() > 1024 {
        return Err(validation(
            "One or more parameter values were invalid: Size of hashkey or rangekey has exceeded the maximum size limit",
        ));
    }
    Ok((partition, sort))
}

/// The key in a request, which must hold the keys and nothing else.
pub(super) fn only_key(input: &Value) -> Result<ItemKey, ApiError> {
    let key = item(input, "Key")?;
    if key.len() != 2 {
        return Err(validation("The provided key element does not match the schema"));
    }
    key_of(key).map_err(|_| validation("The provided key element does not match the schema"))
}

/// The size of an item as DynamoDB counts it: names and values ("DynamoDB item sizes and formats").
pub(super) fn size(item: &Item) -> usize {
    item.iter().map(|(name, value)| name.len() + size_of(value)).sum()
}

fn size_of(value: &Value) -> usize {
    let Some((kind, content)) = value.as_object().and_then(|members| members.iter().next()) else {
        return 0;
    };
    match (kind.as_str(), content) {
        ("S", Value::String(text)) => text.len(),
        ("N", Value::String(number)) => number.len().div_ceil(2) + 1,
        ("SS", Value::Array(texts)) => texts.iter().filter_map(Value::as_str).map(str::len).sum(),
        ("L", Value::Array(items)) => 3 + items.iter().map(|item| 1 + size_of(item)).sum::<usize>(),
        ("M", Value::Object(members)) => 3 + members.len() + size(members),
        _ => 1,
    }
}
