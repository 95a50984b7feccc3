//! Filter policies: which messages a subscription wants, by their attributes.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::message_attributes::{Attribute, Attributes};

const KEYS: usize = 5;
const COMBINATIONS: usize = 150;

/// A filter policy: each of its attributes must be there, and pass one of its tests.
#[derive(Clone, Debug)]
pub(super) struct Filter(BTreeMap<String, Vec<Test>>);

#[derive(Clone, Debug)]
enum Test {
    Is(String),
    IsNoneOf(Vec<String>),
    StartsWith(String),
}

impl Filter {
    /// Reads a policy.
    ///
    /// # Errors
    ///
    /// When SNS would refuse it, or when it has a test that is not simulated.
    pub(super) fn parse(policy: &str) -> Result<Self, String> {
        let policy: Value = serde_json::from_str(policy).map_err(|error| error.to_string())?;
        let policy = policy.as_object().ok_or("a filter policy is an object")?;
        let mut parsed = BTreeMap::new();
        for (name, tests) in policy {
            let tests = tests.as_array().filter(|tests| !tests.is_empty());
            let tests = tests.ok_or_else(|| format!("{name} must be a list that is not empty"))?;
            let tests = tests.iter().map(Test::parse).collect::<Result<Vec<_>, _>>()?;
            parsed.insert(name.clone(), tests);
        }
        let combinations: usize = parsed.values().map(Vec::len).product();
        if parsed.len() > KEYS || combinations > COMBINATIONS {
            return Err("Filter policy is too complex".to_owned());
        }
        Ok(Self(parsed))
    }

    pub(super) fn wants(&self, attributes: &Attributes) -> bool {
        self.0.iter().all(|(name, tests)| {
            let values = attributes.get(name).map(values).unwrap_or_default();
            values.iter().any(|value| tests.iter().any(|test| test.passes(value)))
        })
    }
}

impl Test {
    fn parse(test: &Value) -> Result<Self, String> {
        let unknown = || format!("the test {test} is not simulated");
        let text = |value: &Value| value.as_str().map(ToOwned::to_owned).ok_or_else(unknown);
        let object = match test {
            Value::Object(object) if object.len() == 1 => object,
            test => return text(test).map(Self::Is),
        };
        match (object.get("anything-but"), object.get("prefix")) {
            (Some(Value::Array(values)), _) => {
                values.iter().map(text).collect::<Result<_, _>>().map(Self::IsNoneOf)
            }
            (Some(value), _) => Ok(Self::IsNoneOf(vec![text(value)?])),
            (None, Some(prefix)) => text(prefix).map(Self::StartsWith),
            (None, None) => Err(unknown()),
        }
    }

    fn passes(&self, value: &str) -> bool {
        match self {
            Self::Is(wanted) => wanted == value,
            Self::IsNoneOf(unwanted) => !unwanted.iter().any(|unwanted| unwanted == value),
            Self::StartsWith(prefix) => value.starts_with(prefix),
        }
    }
}

/// The texts of an attribute; one of any other type has none, and passes no test.
fn values(attribute: &Attribute) -> Vec<String> {
    match attribute.data_type.as_str() {
        "String" => vec![attribute.value.clone()],
        "String.Array" => serde_json::from_str(&attribute.value).unwrap_or_default(),
        _ => Vec::new(),
    }
}
