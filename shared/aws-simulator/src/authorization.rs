//! What IAM would judge a call by: the action, the resource it acts on, and the condition keys of the request.

use std::collections::{BTreeMap, BTreeSet};

use crate::call::Principal;
use crate::request::Asked;
use crate::services::Account;

/// The action, the resource and the condition keys of one call.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) action: String,
    pub(crate) resource: String,
    /// Further actions and resources that the caller must be allowed as well.
    pub(crate) also: Vec<(String, String)>,
    pub(crate) conditions: BTreeMap<String, String>,
    /// The condition keys that have several values, between commas.
    pub(crate) lists: BTreeSet<String>,
    /// Whether the call is allowed whatever a policy says.
    pub(crate) always_allowed: bool,
}

/// Where a call acts, and for whom.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) signer: Option<&'a Principal>,
}

impl Context {
    /// The context of a call that acts in `account`, as the account is before the call.
    pub(crate) fn of(asked: &Asked, account: Option<&Account>, scope: Scope<'_>) -> Self {
        let mut context = Self {
            action: format!("{}:{}", asked.name, asked.operation),
            resource: "*".to_owned(),
            ..Self::default()
        };
        (asked.service.judged_by)(&mut context, asked, account, scope);
        context
    }

    pub(crate) fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.conditions.insert(key.into(), value.into());
    }

    /// Sets a condition key that has several values; without any, the call does not have it.
    pub(crate) fn set_list(&mut self, key: &str, values: &[impl AsRef<str>]) {
        let values: Vec<_> = values.iter().map(AsRef::as_ref).collect();
        if !values.is_empty() {
            self.set(key, values.join(","));
            self.lists.insert(key.to_owned());
        }
    }
}
