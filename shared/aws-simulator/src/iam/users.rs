//! `CreateUser`, `GetUser`, `ListUsers`, `UpdateUser`, `DeleteUser`, and the tags of users.

use std::collections::{BTreeMap, BTreeSet};

use super::{Iam, Tags, User, page, subject};
use crate::call::Caller;
use crate::clock::whole_seconds;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

const TAGS_PER_USER: usize = 50;

impl Iam {
    pub(super) fn create_user(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let tags = check_tags(form.tags(), &BTreeMap::new())?;
        let user = self.add_user(
            form.required("UserName")?,
            form.get("Path").unwrap_or("/"),
            tags,
            caller.now,
            ids,
        )?;
        Ok(Xml::elements([("User", describe(user, caller, true))]))
    }

    pub(crate) fn add_user(
        &mut self,
        name: &str,
        path: &str,
        tags: BTreeMap<String, String>,
        now: jiff::Timestamp,
        ids: &mut Ids,
    ) -> Result<&User, ApiError> {
        check_name(name)?;
        check_path(path)?;
        let slot = name.to_ascii_lowercase();
        if self.users.contains_key(&slot) {
            return Err(ApiError::new(
                409,
                "EntityAlreadyExists",
                format!("User with name {name} already exists."),
            ));
        }
        let user = User {
            name: name.to_owned(),
            id: ids.entity("AIDA"),
            path: path.to_owned(),
            created: whole_seconds(now),
            tags: Tags::new(tags),
            keys: Vec::new(),
            password: None,
            sign_ins: Vec::new(),
            mfa_devices: 0,
            ssh_keys: Vec::new(),
            certificates: Vec::new(),
            service_credentials: Vec::new(),
            groups: BTreeSet::new(),
            policies: BTreeMap::new(),
            attached: BTreeSet::new(),
        };
        Ok(self.users.entry(slot).or_insert(user))
    }

    pub(super) fn get_user(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let user = self.user(subject(form, caller)?)?;
        Ok(Xml::elements([("User", describe(user, caller, true))]))
    }

    pub(super) fn list_users(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let prefix = form.get("PathPrefix").unwrap_or("/");
        let users = self.users.iter().filter(|(_, user)| user.path.starts_with(prefix));
        let (shown, tail) = page(users.map(|(slot, user)| (slot.as_str(), user)), form, caller)?;
        let users = Xml::members(shown.into_iter().map(|user| describe(user, caller, false)));
        Ok(Xml::elements([("Users", users)].into_iter().chain(tail)))
    }

    pub(super) fn update_user(&mut self, form: &Form) -> Result<(), ApiError> {
        let name = form.required("UserName")?;
        self.user(name)?;
        let new_name = form.get("NewUserName").unwrap_or(name);
        check_name(new_name)?;
        form.get("NewPath").map_or(Ok(()), check_path)?;
        let (slot, new_slot) = (name.to_ascii_lowercase(), new_name.to_ascii_lowercase());
        if slot != new_slot && self.users.contains_key(&new_slot) {
            return Err(ApiError::new(
                409,
                "EntityAlreadyExists",
                format!("User with name {new_name} already exists."),
            ));
        }
        if let Some(mut user) = self.users.remove(&slot) {
            new_name.clone_into(&mut user.name);
            form.get("NewPath").unwrap_or(&user.path.clone()).clone_into(&mut user.path);
            for id in user.credential_ids() {
                self.owners.insert(id.to_owned(), new_slot.clone());
            }
            self.users.insert(new_slot, user);
        }
        Ok(())
    }

    pub(super) fn delete_user(&mut self, form: &Form) -> Result<(), ApiError> {
        let name = form.required("UserName")?;
        if let Some(child) = self.user(name)?.child() {
            return Err(ApiError::new(
                409,
                "DeleteConflict",
                format!("Cannot delete entity, must {child} first."),
            ));
        }
        self.remove_user(name);
        Ok(())
    }

    /// Removes a user with everything that belongs to it.
    pub(crate) fn remove_user(&mut self, name: &str) {
        if let Some(user) = self.users.remove(&name.to_ascii_lowercase()) {
            for id in user.credential_ids() {
                self.owners.remove(id);
            }
        }
    }

    pub(super) fn tag_user(&mut self, form: &Form, caller: &Caller) -> Result<(), ApiError> {
        let user = self.user_mut(form.required("UserName")?)?;
        let tags = check_tags(form.tags(), &user.tags.now)?;
        user.tags.change(caller.now, |now| *now = tags);
        Ok(())
    }

    pub(super) fn untag_user(&mut self, form: &Form, caller: &Caller) -> Result<(), ApiError> {
        let user = self.user_mut(form.required("UserName")?)?;
        user.tags.change(caller.now, |tags| {
            tags.retain(|key, _| !form.list("TagKeys").contains(&key.as_str()))
        });
        Ok(())
    }

    pub(super) fn list_user_tags(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let user = self.user(form.required("UserName")?)?;
        let tags =
            user.tags.seen_by(caller).iter().map(|(key, value)| (key.as_str(), tag(key, value)));
        let (shown, tail) = page(tags, form, caller)?;
        Ok(Xml::elements([("Tags", Xml::members(shown))].into_iter().chain(tail)))
    }
}

pub(super) fn describe(user: &User, caller: &Caller, with_tags: bool) -> Xml {
    let mut elements = vec![
        ("Path", Xml::text(&user.path)),
        ("UserName", Xml::text(&user.name)),
        ("UserId", Xml::text(&user.id)),
        ("Arn", Xml::text(user.arn(&caller.account))),
        ("CreateDate", Xml::time(user.created)),
    ];
    if let Some(at) = user.last_sign_in(caller) {
        elements.push(("PasswordLastUsed", Xml::time(at)));
    }
    let tags = user.tags.seen_by(caller);
    if with_tags && !tags.is_empty() {
        elements.push(("Tags", Xml::members(tags.iter().map(|(key, value)| tag(key, value)))));
    }
    Xml::elements(elements)
}

pub(super) fn tag(key: &str, value: &str) -> Xml {
    Xml::elements([("Key", Xml::text(key)), ("Value", Xml::text(value))])
}

pub(super) fn check_name(name: &str) -> Result<(), ApiError> {
    let legal = |c: char| c.is_ascii_alphanumeric() || "+=,.@_-".contains(c);
    if (1..=64).contains(&name.len()) && name.chars().all(legal) {
        Ok(())
    } else {
        Err(ApiError::validation(
            "The specified value for userName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-",
        ))
    }
}

pub(super) fn check_path(path: &str) -> Result<(), ApiError> {
    if path.starts_with('/') && path.ends_with('/') && path.len() <= 512 {
        Ok(())
    } else {
        Err(ApiError::validation(
            "The specified value for path is invalid. It must begin and end with / and contain only alphanumeric characters and/or / characters.",
        ))
    }
}

/// `existing` with `added` merged in; a tag key that differs only in case replaces the old one.
fn check_tags(
    added: Vec<(String, String)>,
    existing: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, ApiError> {
    let legal = |c: char| c.is_alphanumeric() || c == ' ' || "_.:/=+-@".contains(c);
    let mut tags = existing.clone();
    for (key, value) in added {
        let lengths = (1..=128).contains(&key.chars().count()) && value.chars().count() <= 256;
        if !lengths || !key.chars().all(legal) || !value.chars().all(legal) {
            return Err(ApiError::validation(format!(
                "Value at 'tags' failed to satisfy constraint: tag {key:?}"
            )));
        }
        if key.starts_with("aws:") {
            return Err(ApiError::new(
                400,
                "InvalidInput",
                "Tag keys beginning with aws: are reserved",
            ));
        }
        tags.retain(|old, _| !old.eq_ignore_ascii_case(&key));
        tags.insert(key, value);
    }
    if tags.len() > TAGS_PER_USER {
        return Err(ApiError::limit_exceeded(format!(
            "The number of tags has reached the maximum limit: {TAGS_PER_USER}."
        )));
    }
    Ok(tags)
}
