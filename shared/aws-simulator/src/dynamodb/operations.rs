//! The operations of the API.

use serde_json::{Map, Value, json};

use super::expression::{Condition, KeyCondition, Names, Update};
use super::item::{LARGEST_ITEM, LARGEST_PAGE, item, key_of, only_key, size};
use super::table::{Item, ItemKey, Table};
use super::validation;
use crate::call::Caller;
use crate::clock::subtract;
use crate::error::ApiError;
use crate::settings::Settings;

/// Parameters of the old API, and of what is not simulated: refused rather than ignored.
const UNKNOWN: [&str; 12] = [
    "AttributesToGet",
    "AttributeUpdates",
    "ConditionalOperator",
    "Expected",
    "FilterExpression",
    "IndexName",
    "KeyConditions",
    "ProjectionExpression",
    "QueryFilter",
    "ReturnConsumedCapacity",
    "ReturnItemCollectionMetrics",
    "Select",
];

fn text<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

fn flag(input: &Value, name: &str) -> bool {
    input.get(name).and_then(Value::as_bool).unwrap_or(false)
}

fn only_known(input: &Value) -> Result<(), ApiError> {
    match UNKNOWN.iter().find(|name| input.get(**name).is_some()) {
        Some(name) => Err(validation(format!("the parameter {name} is not simulated"))),
        None => Ok(()),
    }
}

pub(super) fn get_item(
    table: &mut Table,
    input: &Value,
    caller: &Caller,
) -> Result<Value, ApiError> {
    only_known(input)?;
    Names::of(input).all_used()?;
    let key = only_key(input)?;
    let found = read(table, &key, input, caller);
    Ok(found.map_or_else(|| json!({}), |item| json!({ "Item": item })))
}

fn read<'a>(table: &'a Table, key: &ItemKey, input: &Value, caller: &Caller) -> Option<&'a Item> {
    if flag(input, "ConsistentRead") {
        table.get(key)
    } else {
        table.get_as_of(key, subtract(caller.now, caller.settings.table_lag))
    }
}

pub(super) fn put_item(
    table: &mut Table,
    input: &Value,
    caller: &Caller,
) -> Result<Value, ApiError> {
    only_known(input)?;
    let new = item(input, "Item")?;
    let key = key_of(new)?;
    fits(new)?;
    let mut names = Names::of(input);
    let condition = condition(input, &mut names)?;
    names.all_used()?;
    let before = checked(table, &key, condition.as_ref(), input)?;
    table.change(key, Some(new.clone()), caller.now, caller.settings.table_lag);
    returned(input, before, None)
}

pub(super) fn delete_item(
    table: &mut Table,
    input: &Value,
    caller: &Caller,
) -> Result<Value, ApiError> {
    only_known(input)?;
    let key = only_key(input)?;
    let mut names = Names::of(input);
    let condition = condition(input, &mut names)?;
    names.all_used()?;
    let before = checked(table, &key, condition.as_ref(), input)?;
    if before.is_some() {
        table.change(key, None, caller.now, caller.settings.table_lag);
    }
    returned(input, before, None)
}

pub(super) fn update_item(
    table: &mut Table,
    input: &Value,
    caller: &Caller,
) -> Result<Value, ApiError> {
    only_known(input)?;
    let key = only_key(input)?;
    let mut names = Names::of(input);
    let update = text(input, "UpdateExpression").map(|text| Update::parse(text, &mut names));
    let update = update.transpose()?.unwrap_or_default();
    let condition = condition(input, &mut names)?;
    names.all_used()?;
    let before = checked(table, &key, condition.as_ref(), input)?;
    // An update of what is not there makes an item.
    let mut after = before.clone().unwrap_or_else(|| {
        let keys = [("pk", &key.0), ("sk", &key.1)];
        keys.into_iter().map(|(name, text)| (name.to_owned(), json!({ "S": text }))).collect()
    });
    update.apply(&mut after);
    fits(&after)?;
    table.change(key, Some(after.clone()), caller.now, caller.settings.table_lag);
    returned(input, before, Some(after))
}

fn fits(item: &Item) -> Result<(), ApiError> {
    if size(item) > LARGEST_ITEM {
        return Err(validation("Item size has exceeded the maximum allowed size"));
    }
    Ok(())
}

fn condition(input: &Value, names: &mut Names<'_>) -> Result<Option<Condition>, ApiError> {
    text(input, "ConditionExpression").map(|text| Condition::parse(text, names)).transpose()
}

/// What is in the place of the write, if the condition holds of it.
fn checked(
    table: &Table,
    key: &ItemKey,
    condition: Option<&Condition>,
    input: &Value,
) -> Result<Option<Item>, ApiError> {
    let before = table.get(key);
    if condition.is_none_or(|condition| condition.holds(before)) {
        return Ok(before.cloned());
    }
    let refused =
        ApiError::new(400, "ConditionalCheckFailedException", "The conditional request failed");
    Err(match text(input, "ReturnValuesOnConditionCheckFailure") {
        Some("ALL_OLD") => match before {
            Some(item) => refused.with_member("Item", json!(item)),
            None => refused,
        },
        _ => refused,
    })
}

fn returned(input: &Value, before: Option<Item>, after: Option<Item>) -> Result<Value, ApiError> {
    let attributes = match text(input, "ReturnValues") {
        None | Some("NONE") => None,
        Some("ALL_OLD") => before,
        Some("ALL_NEW") if after.is_some() => after,
        Some(other) => return Err(validation(format!("ReturnValues {other} is not simulated"))),
    };
    Ok(attributes.map_or_else(|| json!({}), |item| json!({ "Attributes": item })))
}

pub(super) fn query(table: &mut Table, input: &Value, caller: &Caller) -> Result<Value, ApiError> {
    only_known(input)?;
    let mut names = Names::of(input);
    let text = text(input, "KeyConditionExpression")
        .ok_or_else(|| validation("Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."))?;
    let condition = KeyCondition::parse(text, &mut names)?;
    names.all_used()?;
    let start = match input.get("ExclusiveStartKey") {
        None | Some(Value::Null) => None,
        Some(key) => Some(start_key(key, &condition)?),
    };
    let limit = limit(input, caller)?;
    let mut keys: Vec<_> = table.keys_of(&condition.partition).into_iter().collect();
    let descending = input.get("ScanIndexForward") == Some(&Value::Bool(false));
    if descending {
        keys.reverse();
    }
    let is_past = |key: &ItemKey| match &start {
        None => true,
        Some(start) if descending => key < start,
        Some(start) => key > start,
    };
    let (mut items, mut bytes, mut last) = (Vec::new(), 0, None);
    for key in keys.into_iter().filter(|key| key.1.starts_with(&condition.prefix) && is_past(key)) {
        let Some(item) = read(table, &key, input, caller) else { continue };
        if !items.is_empty() && bytes + size(item) > LARGEST_PAGE {
            last = items.last().map(key_of).transpose()?;
            break;
        }
        bytes += size(item);
        items.push(item.clone());
        // A page that is full has a key to go on from, even when nothing follows ("Paginating table query results").
        if items.len() >= limit {
            last = Some(key);
            break;
        }
    }
    let mut answer = json!({ "Count": items.len(), "ScannedCount": items.len(), "Items": items });
    if let (Some((pk, sk)), Some(members)) = (last, answer.as_object_mut()) {
        let key = json!({ "pk": { "S": pk }, "sk": { "S": sk } });
        members.insert("LastEvaluatedKey".to_owned(), key);
    }
    Ok(answer)
}

/// The key that a page starts after, which must be one that the query could have answered.
fn start_key(key: &Value, condition: &KeyCondition) -> Result<ItemKey, ApiError> {
    let key = key_of(key.as_object().unwrap_or(&Map::new()))
        .map_err(|_| validation("The provided starting key is invalid"))?;
    if key.0 != condition.partition || !key.1.starts_with(&condition.prefix) {
        return Err(validation(
            "The provided starting key is outside query boundaries based on provided conditions",
        ));
    }
    Ok(key)
}

/// The most items of a page.
fn limit(input: &Value, caller: &Caller) -> Result<usize, ApiError> {
    // DynamoDB knows no largest number of items: a smaller page is for tests of paging.
    let largest = Some(caller.settings.page_size).filter(|size| *size < Settings::IDEAL.page_size);
    let largest = largest.unwrap_or(usize::MAX);
    let Some(asked) = input.get("Limit") else { return Ok(largest) };
    let asked = asked.as_u64().filter(|asked| *asked > 0).ok_or_else(|| {
        validation("1 validation error detected: Value at 'limit' failed to satisfy constraint: Member must have value greater than or equal to 1")
    })?;
    Ok(usize::try_from(asked).unwrap_or(usize::MAX).min(largest))
}
