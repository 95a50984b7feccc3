//! Identity and Access Management: users, tags and access keys.

pub(crate) mod access_keys;
mod users;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::call::{Caller, Principal};
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};
use access_keys::AccessKey;

pub(crate) const NAMESPACE: &str = "https://iam.amazonaws.com/doc/2010-05-08/";

/// An IAM user of the simulated account.
#[derive(Clone, Debug)]
pub(crate) struct User {
    pub(crate) name: String,
    pub(crate) id: String,
    pub(crate) path: String,
    pub(crate) created: Timestamp,
    pub(crate) tags: Tags,
    pub(crate) keys: Vec<AccessKey>,
}

impl User {
    pub(crate) fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:user{}{}", self.path, self.name)
    }
}

/// A user's tags, and what they were before the last change, for reads that lag behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tags {
    pub(crate) now: BTreeMap<String, String>,
    before: BTreeMap<String, String>,
    changed: Option<Timestamp>,
}

impl Tags {
    pub(crate) fn new(tags: BTreeMap<String, String>) -> Self {
        Self { before: tags.clone(), now: tags, changed: None }
    }

    pub(crate) fn change(
        &mut self,
        now: Timestamp,
        change: impl FnOnce(&mut BTreeMap<String, String>),
    ) {
        self.before = self.now.clone();
        self.changed = Some(now);
        change(&mut self.now);
    }

    pub(crate) fn seen_by(&self, caller: &Caller) -> &BTreeMap<String, String> {
        match self.changed {
            Some(changed) if caller.now < crate::clock::add(changed, caller.settings.tag_lag) => {
                &self.before
            }
            _ => &self.now,
        }
    }
}

/// The IAM half of one account.
#[derive(Debug, Default)]
pub(crate) struct Iam {
    /// The secret of every key that was ever created through the API.
    pub(crate) issued: Vec<String>,
    users: BTreeMap<String, User>,
}

impl Iam {
    pub(crate) fn users(&self) -> impl Iterator<Item = &User> {
        self.users.values()
    }

    /// Finds a user; names differ by more than the case of their letters.
    pub(crate) fn user(&self, name: &str) -> Result<&User, ApiError> {
        self.users
            .get(&name.to_ascii_lowercase())
            .ok_or_else(|| ApiError::no_such_entity("user", name))
    }

    pub(crate) fn user_mut(&mut self, name: &str) -> Result<&mut User, ApiError> {
        self.users
            .get_mut(&name.to_ascii_lowercase())
            .ok_or_else(|| ApiError::no_such_entity("user", name))
    }

    pub(crate) fn call(
        &mut self,
        operation: &str,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Option<Result<Option<Xml>, ApiError>> {
        Some(match operation {
            "CreateUser" => self.create_user(form, caller, ids).map(Some),
            "GetUser" => self.get_user(form, caller).map(Some),
            "ListUsers" => self.list_users(form, caller).map(Some),
            "UpdateUser" => self.update_user(form).map(|()| None),
            "DeleteUser" => self.delete_user(form).map(|()| None),
            "TagUser" => self.tag_user(form, caller).map(|()| None),
            "UntagUser" => self.untag_user(form, caller).map(|()| None),
            "ListUserTags" => self.list_user_tags(form, caller).map(Some),
            "CreateAccessKey" => self.create_access_key(form, caller, ids).map(Some),
            "ListAccessKeys" => self.list_access_keys(form, caller).map(Some),
            "UpdateAccessKey" => self.update_access_key(form, caller).map(|()| None),
            "DeleteAccessKey" => self.delete_access_key(form, caller).map(|()| None),
            "GetAccessKeyLastUsed" => self.get_access_key_last_used(form, caller).map(Some),
            _ => return None,
        })
    }
}

/// The user a call is about: the one it names, else the one who signed it.
fn subject<'a>(form: &'a Form, caller: &'a Caller) -> Result<&'a str, ApiError> {
    match (form.get("UserName"), &caller.principal) {
        (Some(name), _) => Ok(name),
        (None, Principal::User { name, .. }) => Ok(name),
        (None, Principal::Role { .. }) => Err(ApiError::validation(
            "Must specify userName when calling with non-User credentials",
        )),
    }
}

/// The items of one page, and the elements that say whether another follows.
type Page<T> = (Vec<T>, Vec<(&'static str, Xml)>);

/// One page of a list: the items after the marker, and the marker of the next page.
///
/// A marker names the last item of its page, so a list that changes between two pages loses nothing.
fn page<'a, T>(
    items: impl Iterator<Item = (&'a str, T)>,
    form: &Form,
    caller: &Caller,
) -> Result<Page<T>, ApiError> {
    let asked = match form.get("MaxItems").map(str::parse::<usize>) {
        None => 100,
        Some(Ok(n @ 1..=1000)) => n,
        Some(_) => {
            return Err(ApiError::validation(
                "Value at 'maxItems' failed to satisfy constraint: 1 to 1000",
            ));
        }
    };
    let size = asked.min(caller.settings.page_size);
    let after = form.get("Marker");
    let mut rest =
        items.skip_while(|(name, _)| after.is_some_and(|after| *name <= after)).peekable();
    let mut shown = Vec::new();
    let mut last = "";
    while let Some((name, item)) = rest.next_if(|_| shown.len() < size) {
        last = name;
        shown.push(item);
    }
    let truncated = rest.peek().is_some();
    let mut tail = vec![("IsTruncated", Xml::text(truncated.to_string()))];
    if truncated {
        tail.push(("Marker", Xml::text(last)));
    }
    Ok((shown, tail))
}
