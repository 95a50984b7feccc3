//! Policy documents, read strictly: an element nobody enforces must not look enforced.

use serde_json::{Map, Value};

use super::Verdict;
use super::conditions::Condition;
use super::pattern::{Token, arn_fits, fits, tokens};
use super::variables::{Keys, Template};

/// A policy of a role, a user or a session.
#[derive(Clone, Debug)]
pub(crate) struct Policy(Vec<Statement>);

#[derive(Clone, Debug)]
struct Statement {
    allow: bool,
    actions: Vec<Vec<Token>>,
    /// Whether it is about all actions but these.
    other_actions: bool,
    resources: Vec<Template>,
    /// Whether it is about all resources but these.
    other_resources: bool,
    conditions: Vec<Condition>,
}

impl Policy {
    /// Reads a document.
    ///
    /// # Errors
    ///
    /// When IAM would refuse it, or when it has an element that is not simulated.
    pub(crate) fn parse(document: &Value) -> Result<Self, String> {
        let document = document.as_object().ok_or("a policy is an object")?;
        known(document, &["Version", "Id", "Statement"])?;
        let variables = match document.get("Version").and_then(Value::as_str) {
            Some("2012-10-17") => true,
            None | Some("2008-10-17") => false,
            Some(version) => return Err(format!("no such version: {version}")),
        };
        let statements = document.get("Statement").ok_or("a policy has statements")?;
        let statements =
            one_or_more(statements).map(|statement| Statement::parse(statement, variables));
        statements.collect::<Result<_, _>>().map(Self)
    }

    /// What the policy says of an action on a resource; a denial outweighs every permission.
    ///
    /// # Errors
    ///
    /// When the answer hangs on a condition that is not simulated.
    pub(super) fn judge(
        &self,
        action: &str,
        resource: &str,
        keys: &Keys,
    ) -> Result<Verdict, String> {
        let mut verdict = Verdict::NotAllowed;
        for statement in &self.0 {
            if statement.fits(action, resource, keys)? {
                if !statement.allow {
                    return Ok(Verdict::Denied);
                }
                verdict = Verdict::Allowed;
            }
        }
        Ok(verdict)
    }
}

impl Statement {
    fn parse(statement: &Value, variables: bool) -> Result<Self, String> {
        let statement = statement.as_object().ok_or("a statement is an object")?;
        known(
            statement,
            &["Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"],
        )?;
        let allow = match statement.get("Effect").and_then(Value::as_str) {
            Some("Allow") => true,
            Some("Deny") => false,
            effect => return Err(format!("no such effect: {effect:?}")),
        };
        let (actions, other_actions) = either(statement, "Action", "NotAction")?;
        let (resources, other_resources) = either(statement, "Resource", "NotResource")?;
        // Actions have no case.
        let actions = actions.iter().map(|action| tokens(&action.to_ascii_lowercase())).collect();
        let resources = resources.iter().map(|resource| Template::parse(resource, variables));
        let conditions = match statement.get("Condition") {
            None => Vec::new(),
            Some(conditions) => Condition::parse_all(conditions, variables)?,
        };
        Ok(Self {
            allow,
            actions,
            other_actions,
            resources: resources.collect::<Result<_, _>>()?,
            other_resources,
            conditions,
        })
    }

    fn fits(&self, action: &str, resource: &str, keys: &Keys) -> Result<bool, String> {
        let action = action.to_ascii_lowercase();
        let named = self.actions.iter().any(|pattern| fits(pattern, &action));
        let mut resources = self.resources.iter().filter_map(|template| template.fill(keys));
        let meant = resources.any(|pattern| arn_fits(&pattern, resource));
        if named == self.other_actions || meant == self.other_resources {
            return Ok(false);
        }
        for condition in &self.conditions {
            if !condition.holds(keys)? {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// The texts under one of two names, and whether it was the second.
fn either(
    statement: &Map<String, Value>,
    name: &str,
    other: &str,
) -> Result<(Vec<String>, bool), String> {
    match (statement.get(name), statement.get(other)) {
        (Some(named), None) => Ok((texts(named)?, false)),
        (None, Some(named)) => Ok((texts(named)?, true)),
        _ => Err(format!("a statement has either {name} or {other}")),
    }
}

/// The texts of a list, which may be a single one; numbers and booleans are written out.
pub(super) fn texts(value: &Value) -> Result<Vec<String>, String> {
    let text = |value: &Value| match value {
        Value::String(text) => Ok(text.clone()),
        Value::Bool(_) | Value::Number(_) => Ok(value.to_string()),
        _ => Err(format!("not a text: {value}")),
    };
    one_or_more(value).map(text).collect()
}

fn one_or_more(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(values) => values.as_slice(),
        value => std::slice::from_ref(value),
    }
    .iter()
}

fn known(object: &Map<String, Value>, names: &[&str]) -> Result<(), String> {
    match object.keys().find(|name| !names.contains(&name.as_str())) {
        Some(name) => Err(format!("the element {name} is not simulated")),
        None => Ok(()),
    }
}
