//! The condition keys of a call, and the texts of policies that name them.

use std::collections::BTreeMap;

use super::pattern::Token;
use crate::authorization::Context;
use crate::call::{Caller, Principal};

/// The condition keys of one call, whose names have no case.
#[derive(Debug)]
pub(super) struct Keys(BTreeMap<String, Vec<String>>);

impl Keys {
    pub(super) fn of(context: &Context, caller: &Caller) -> Self {
        let mut keys = BTreeMap::new();
        for (key, value) in &context.conditions {
            let values = match context.lists.contains(key) {
                true => value.split(',').map(ToOwned::to_owned).collect(),
                false => vec![value.clone()],
            };
            keys.insert(key.to_ascii_lowercase(), values);
        }
        let mut set = |key: &str, value: String| {
            keys.insert(key.to_ascii_lowercase(), vec![value]);
        };
        set("aws:PrincipalArn", caller.principal_arn());
        set("aws:PrincipalAccount", caller.account.clone());
        set("aws:userid", caller.user_id());
        set("aws:RequestedRegion", caller.region.clone());
        set("aws:SecureTransport", "true".to_owned());
        match &caller.principal {
            Principal::User { name, .. } => {
                set("aws:username", name.clone());
                set("aws:PrincipalType", "User".to_owned());
            }
            Principal::Role { .. } => set("aws:PrincipalType", "AssumedRole".to_owned()),
        }
        Self(keys)
    }

    pub(super) fn get(&self, key: &str) -> Option<&[String]> {
        self.0.get(&key.to_ascii_lowercase()).map(Vec::as_slice)
    }
}

/// A text of a policy: what is written, and names of keys between.
#[derive(Clone, Debug)]
pub(super) struct Template(Vec<Piece>);

#[derive(Clone, Debug)]
enum Piece {
    Written(Vec<Token>),
    Variable(String),
}

impl Template {
    /// Reads a text; `${…}` names a key under policies of the version that knows variables.
    pub(super) fn parse(text: &str, variables: bool) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${").filter(|_| variables) {
            let (name, after) = after
                .split_once('}')
                .ok_or_else(|| format!("the variable in {text:?} does not end"))?;
            pieces.push(Piece::Written(super::pattern::tokens(before)));
            pieces.push(match name {
                "*" | "?" | "$" => Piece::Written(name.chars().map(Token::Only).collect()),
                name if name.contains([',', '\'', ' ']) => {
                    return Err(format!("defaults of variables are not simulated: {text:?}"));
                }
                name => Piece::Variable(name.to_owned()),
            });
            rest = after;
        }
        pieces.push(Piece::Written(super::pattern::tokens(rest)));
        Ok(Self(pieces))
    }

    /// The text for one call, or nothing when the call has no such key, so that nothing can fit.
    pub(super) fn fill(&self, keys: &Keys) -> Option<Vec<Token>> {
        let mut filled = Vec::new();
        for piece in &self.0 {
            match piece {
                Piece::Written(tokens) => filled.extend(tokens),
                Piece::Variable(name) => {
                    let [value] = keys.get(name)? else { return None };
                    filled.extend(value.chars().map(Token::Only));
                }
            }
        }
        Some(filled)
    }
}
