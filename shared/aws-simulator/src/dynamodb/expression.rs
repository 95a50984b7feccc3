//! The expressions that Keysteward uses, read strictly: whatever else the language allows is refused.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::item::check;
use super::table::Item;
use super::validation;
use crate::error::ApiError;

/// Words that must not stand bare in an expression ("Reserved words in DynamoDB").
const RESERVED: &str = include_str!("reserved_words.txt");

/// What an expression refers to, and which of it was used: what is left over is an error, as on AWS.
pub(super) struct Names<'a> {
    names: Option<&'a Map<String, Value>>,
    values: Option<&'a Map<String, Value>>,
    used: BTreeSet<String>,
}

/// One comparison of a condition.
#[derive(Debug)]
enum Comparison {
    Exists(String),
    NotExists(String),
    Compare(String, &'static str, Value),
}

/// A condition: comparisons joined by AND, and those by OR.
#[derive(Debug)]
pub(super) struct Condition(Vec<Vec<Comparison>>);

/// The key condition of a query.
#[derive(Debug)]
pub(super) struct KeyCondition {
    pub(super) partition: String,
    pub(super) prefix: String,
}

/// The changes of an update.
#[derive(Debug, Default)]
pub(super) struct Update {
    set: Vec<(String, Value)>,
    remove: Vec<String>,
}

impl<'a> Names<'a> {
    pub(super) fn of(input: &'a Value) -> Self {
        let member = |name: &str| input.get(name).and_then(Value::as_object);
        let (names, values) =
            (member("ExpressionAttributeNames"), member("ExpressionAttributeValues"));
        Self { names, values, used: BTreeSet::new() }
    }

    fn name(&mut self, word: &str) -> Result<String, ApiError> {
        if word.starts_with('#') {
            let named = self.names.and_then(|names| names.get(word)?.as_str());
            self.used.insert(word.to_owned());
            let undefined = || {
                validation(format!(
                    "An expression attribute name used in the document path is not defined; attribute name: {word}"
                ))
            };
            return named.map(ToOwned::to_owned).ok_or_else(undefined);
        }
        if RESERVED.split_ascii_whitespace().any(|reserved| reserved.eq_ignore_ascii_case(word)) {
            return Err(validation(format!(
                "Attribute name is a reserved keyword; reserved keyword: {word}"
            )));
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if word.is_empty() || !word.chars().all(legal) {
            return Err(not_simulated(word));
        }
        Ok(word.to_owned())
    }

    fn value(&mut self, word: &str) -> Result<Value, ApiError> {
        if !word.starts_with(':') {
            return Err(not_simulated(word));
        }
        let value = self.values.and_then(|values| values.get(word));
        self.used.insert(word.to_owned());
        let value = value.ok_or_else(|| {
            validation(format!("An expression attribute value used in expression is not defined; attribute value: {word}"))
        })?;
        check(value)?;
        Ok(value.clone())
    }

    /// Refuses a request that gives names or values which no expression uses.
    pub(super) fn all_used(&self) -> Result<(), ApiError> {
        let unused = |given: Option<&Map<String, Value>>| {
            let mut given = given.into_iter().flatten().map(|(word, _)| word);
            given.find(|word| !self.used.contains(*word)).cloned()
        };
        match (unused(self.names), unused(self.values)) {
            (None, None) => Ok(()),
            (Some(word), _) => Err(validation(format!(
                "Value provided in ExpressionAttributeNames unused in expressions: keys: {{{word}}}"
            ))),
            (None, Some(word)) => Err(validation(format!(
                "Value provided in ExpressionAttributeValues unused in expressions: keys: {{{word}}}"
            ))),
        }
    }
}

fn not_simulated(what: &str) -> ApiError {
    validation(format!("this part of an expression is not simulated: {what}"))
}

impl Condition {
    pub(super) fn parse(text: &str, names: &mut Names<'_>) -> Result<Self, ApiError> {
        let alternatives = text.split(" OR ").map(|alternative| {
            alternative.split(" AND ").map(|part| Comparison::parse(part.trim(), names)).collect()
        });
        alternatives.collect::<Result<_, _>>().map(Self)
    }

    pub(super) fn holds(&self, item: Option<&Item>) -> bool {
        self.0.iter().any(|all| all.iter().all(|comparison| comparison.holds(item)))
    }
}

impl Comparison {
    fn parse(text: &str, names: &mut Names<'_>) -> Result<Self, ApiError> {
        let argument = |function: &str| text.strip_prefix(function)?.strip_suffix(')');
        if let Some(name) = argument("attribute_not_exists(") {
            return names.name(name.trim()).map(Self::NotExists);
        }
        if let Some(name) = argument("attribute_exists(") {
            return names.name(name.trim()).map(Self::Exists);
        }
        let words: Vec<_> = text.split_ascii_whitespace().collect();
        let [name, operator, value] = words.as_slice() else { return Err(not_simulated(text)) };
        let known = ["=", "<", "<=", ">", ">="].into_iter().find(|known| known == operator);
        let operator = known.ok_or_else(|| not_simulated(operator))?;
        Ok(Self::Compare(names.name(name)?, operator, names.value(value)?))
    }

    fn holds(&self, item: Option<&Item>) -> bool {
        let attribute = |name: &str| item.and_then(|item| item.get(name));
        match self {
            Self::Exists(name) => attribute(name).is_some(),
            Self::NotExists(name) => attribute(name).is_none(),
            Self::Compare(name, operator, value) => {
                // A comparison with an attribute that is not there never holds.
                let Some(own) = attribute(name) else { return false };
                match (*operator, compare(own, value)) {
                    ("=", ordering) => ordering == Some(Ordering::Equal),
                    ("<", Some(ordering)) => ordering.is_lt(),
                    ("<=", Some(ordering)) => ordering.is_le(),
                    (">", Some(ordering)) => ordering.is_gt(),
                    (">=", Some(ordering)) => ordering.is_ge(),
                    _ => false,
                }
            }
        }
    }
}

/// Compares two values of one type; values of different types have no order.
fn compare(a: &Value, b: &Value) -> Option<Ordering> {
    if let (Some(a), Some(b)) = (text(a, "S"), text(b, "S")) {
        return Some(a.as_bytes().cmp(b.as_bytes()));
    }
    if let (Some(a), Some(b)) = (text(a, "N"), text(b, "N")) {
        return a.parse::<f64>().ok()?.partial_cmp(&b.parse::<f64>().ok()?);
    }
    (a == b).then_some(Ordering::Equal)
}

fn text<'a>(value: &'a Value, kind: &str) -> Option<&'a str> {
    value.get(kind)?.as_str()
}

impl KeyCondition {
    /// Reads `pk = :a`, and the same with `AND begins_with(sk, :b)`.
    pub(super) fn parse(condition: &str, names: &mut Names<'_>) -> Result<Self, ApiError> {
        let mut key = |word: &str| {
            let value = names.value(word)?;
            let key = text(&value, "S").map(ToOwned::to_owned);
            key.ok_or_else(|| validation("One or more parameter values were invalid: Condition parameter type does not match schema type"))
        };
        let (partition, rest) = condition.split_once(" AND ").unwrap_or((condition, ""));
        let partition = partition.trim().strip_prefix("pk = ");
        let partition = key(partition.ok_or_else(|| not_simulated(condition))?.trim())?;
        let prefix = match rest.trim() {
            "" => String::new(),
            rest => {
                let argument = rest.strip_prefix("begins_with(sk, ");
                let argument = argument.and_then(|rest| rest.strip_suffix(')'));
                key(argument.ok_or_else(|| not_simulated(condition))?)?
            }
        };
        Ok(Self { partition, prefix })
    }
}

impl Update {
    /// Reads `SET a = :a, b = :b`, `REMOVE c, d`, and one after the other.
    pub(super) fn parse(text: &str, names: &mut Names<'_>) -> Result<Self, ApiError> {
        let (set, remove) = match text.split_once("REMOVE ") {
            Some((set, remove)) => (set.trim(), remove.trim()),
            None => (text.trim(), ""),
        };
        let mut update = Self::default();
        if !set.is_empty() {
            let set = set.strip_prefix("SET ").ok_or_else(|| not_simulated(text))?;
            for assignment in set.split(',') {
                let (name, value) =
                    assignment.split_once('=').ok_or_else(|| not_simulated(assignment))?;
                let name = names.name(name.trim())?;
                update.set.push((name, names.value(value.trim())?));
            }
        }
        if text.contains("REMOVE ") {
            for name in remove.split(',') {
                update.remove.push(names.name(name.trim())?);
            }
        }
        if update.set.is_empty() && update.remove.is_empty() {
            return Err(validation("Invalid UpdateExpression: The expression can not be empty;"));
        }
        let mut touched = BTreeSet::new();
        for name in update.set.iter().map(|(name, _)| name).chain(&update.remove) {
            if name == "pk" || name == "sk" {
                return Err(validation(format!(
                    "One or more parameter values were invalid: Cannot update attribute {name}. This attribute is part of the key"
                )));
            }
            if !touched.insert(name) {
                return Err(validation(format!(
                    "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [{name}], path two: [{name}]"
                )));
            }
        }
        Ok(update)
    }

    pub(super) fn apply(&self, item: &mut Item) {
        for (name, value) in &self.set {
            item.insert(name.clone(), value.clone());
        }
        for name in &self.remove {
            item.remove(name);
        }
    }
}
