//! Conditions of statements.

use serde_json::Value;

use super::document::texts;
use super::pattern::{Token, arn_fits, fits};
use super::variables::{Keys, Template};

/// One operator on one key.
#[derive(Clone, Debug)]
pub(super) struct Condition {
    operator: Operator,
    key: String,
    values: Vec<Template>,
}

#[derive(Clone, Debug)]
struct Operator {
    name: String,
    set: Option<Set>,
    /// A key that is absent satisfies it.
    if_exists: bool,
    test: Option<Test>,
    /// The condition holds when no value passes the test.
    negated: bool,
}

/// How a key with several values is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    Any,
    All,
}

/// How one value of the call is compared with one of the policy.
#[derive(Clone, Copy, Debug)]
enum Test {
    Equal,
    EqualWithoutCase,
    Like,
    Arn,
    Bool,
    Null,
    Number(fn(f64, f64) -> bool),
}

impl Condition {
    pub(super) fn parse_all(conditions: &Value, variables: bool) -> Result<Vec<Self>, String> {
        let conditions = conditions.as_object().ok_or("conditions are an object")?;
        let mut parsed = Vec::new();
        for (operator, keys) in conditions {
            let keys = keys.as_object().ok_or("an operator has keys")?;
            for (key, values) in keys {
                let values = texts(values)?;
                let values = values.iter().map(|value| Template::parse(value, variables));
                parsed.push(Self {
                    operator: Operator::parse(operator),
                    key: key.clone(),
                    values: values.collect::<Result<_, _>>()?,
                });
            }
        }
        Ok(parsed)
    }

    /// Whether the condition holds for a call with these keys.
    ///
    /// # Errors
    ///
    /// When the operator is not simulated.
    pub(super) fn holds(&self, keys: &Keys) -> Result<bool, String> {
        let Operator { name, set, if_exists, test, negated } = &self.operator;
        let test = test.ok_or_else(|| format!("the operator {name} is not simulated"))?;
        let values: Vec<_> = self.values.iter().filter_map(|value| value.fill(keys)).collect();
        let present = keys.get(&self.key).filter(|present| !present.is_empty());
        if let Test::Null = test {
            let absent = if present.is_none() { "true" } else { "false" };
            return Ok(values.iter().any(|value| fits(value, absent)));
        }
        let Some(present) = present else {
            return Ok(*if_exists || *set == Some(Set::All) || (set.is_none() && *negated));
        };
        let passes = |own: &String| values.iter().any(|value| test.passes(value, own)) != *negated;
        Ok(match (set, negated) {
            (Some(Set::All), _) | (None, true) => present.iter().all(passes),
            (Some(Set::Any), _) | (None, false) => present.iter().any(passes),
        })
    }
}

impl Operator {
    fn parse(name: &str) -> Self {
        let (set, rest) = match name.split_once(':') {
            Some(("ForAnyValue", rest)) => (Some(Set::Any), rest),
            Some(("ForAllValues", rest)) => (Some(Set::All), rest),
            _ => (None, name),
        };
        let (rest, if_exists) = match rest.strip_suffix("IfExists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let (test, negated) = match rest {
            "StringEquals" => (Some(Test::Equal), false),
            "StringNotEquals" => (Some(Test::Equal), true),
            "StringEqualsIgnoreCase" => (Some(Test::EqualWithoutCase), false),
            "StringNotEqualsIgnoreCase" => (Some(Test::EqualWithoutCase), true),
            "StringLike" => (Some(Test::Like), false),
            "StringNotLike" => (Some(Test::Like), true),
            "ArnEquals" | "ArnLike" => (Some(Test::Arn), false),
            "ArnNotEquals" | "ArnNotLike" => (Some(Test::Arn), true),
            "Bool" => (Some(Test::Bool), false),
            "Null" if !if_exists && set.is_none() => (Some(Test::Null), false),
            "NumericEquals" => (Some(Test::Number(|own, limit| own == limit)), false),
            "NumericNotEquals" => (Some(Test::Number(|own, limit| own == limit)), true),
            "NumericLessThan" => (Some(Test::Number(|own, limit| own < limit)), false),
            "NumericLessThanEquals" => (Some(Test::Number(|own, limit| own <= limit)), false),
            "NumericGreaterThan" => (Some(Test::Number(|own, limit| own > limit)), false),
            "NumericGreaterThanEquals" => (Some(Test::Number(|own, limit| own >= limit)), false),
            _ => (None, false),
        };
        Self { name: name.to_owned(), set, if_exists, test, negated }
    }
}

impl Test {
    fn passes(self, value: &[Token], own: &str) -> bool {
        match self {
            Self::Equal => written(value) == own,
            Self::EqualWithoutCase | Self::Bool => written(value).eq_ignore_ascii_case(own),
            Self::Like => fits(value, own),
            Self::Arn => arn_fits(value, own),
            Self::Null => false,
            Self::Number(compare) => match (own.parse(), written(value).parse()) {
                (Ok(own), Ok(limit)) => compare(own, limit),
                _ => false,
            },
        }
    }
}

/// The text itself, where `*` and `?` are characters like any other.
fn written(value: &[Token]) -> String {
    let characters = value.iter().map(|token| match token {
        Token::Only(c) => *c,
        Token::One => '?',
        Token::Many => '*',
    });
    characters.collect()
}
