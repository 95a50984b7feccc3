//! Groups of users.

use jiff::Timestamp;

use super::users::{check_name, check_path};
use super::{Iam, page};
use crate::call::Caller;
use crate::clock::whole_seconds;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::wire::{Form, Xml};

/// A group; its members know that they are in it.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    pub(crate) name: String,
    id: String,
    path: String,
    created: Timestamp,
}

impl Group {
    pub(crate) fn arn(&self, account: &str) -> String {
        format!("arn:aws:iam::{account}:group{}{}", self.path, self.name)
    }

    fn describe(&self, caller: &Caller) -> Xml {
        Xml::elements([
            ("Path", Xml::text(&self.path)),
            ("GroupName", Xml::text(&self.name)),
            ("GroupId", Xml::text(&self.id)),
            ("Arn", Xml::text(self.arn(&caller.account))),
            ("CreateDate", Xml::time(self.created)),
        ])
    }
}

impl Iam {
    pub(crate) fn group(&self, name: &str) -> Result<&Group, ApiError> {
        self.groups
            .get(&name.to_ascii_lowercase())
            .ok_or_else(|| ApiError::no_such_entity("group", name))
    }

    pub(crate) fn add_group(
        &mut self,
        name: &str,
        path: &str,
        now: Timestamp,
        ids: &mut Ids,
    ) -> Result<&Group, ApiError> {
        check_name(name)?;
        check_path(path)?;
        let slot = name.to_ascii_lowercase();
        if self.groups.contains_key(&slot) {
            return Err(ApiError::new(
                409,
                "EntityAlreadyExists",
                format!("Group with name {name} already exists."),
            ));
        }
        let group = Group {
            name: name.to_owned(),
            id: ids.entity("AGPA"),
            path: path.to_owned(),
            created: whole_seconds(now),
        };
        Ok(self.groups.entry(slot).or_insert(group))
    }

    pub(crate) fn join(&mut self, user: &str, group: &str) -> Result<(), ApiError> {
        let slot = self.group(group)?.name.to_ascii_lowercase();
        self.user_mut(user)?.groups.insert(slot);
        Ok(())
    }

    pub(super) fn create_group(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let path = form.get("Path").unwrap_or("/");
        let group = self.add_group(form.required("GroupName")?, path, caller.now, ids)?;
        Ok(Xml::elements([("Group", group.describe(caller))]))
    }

    pub(super) fn list_groups_for_user(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let user = self.user(form.required("UserName")?)?;
        let groups =
            user.groups.iter().filter_map(|slot| Some((slot.as_str(), self.groups.get(slot)?)));
        let (shown, tail) = page(groups, form, caller)?;
        let groups = Xml::members(shown.into_iter().map(|group| group.describe(caller)));
        Ok(Xml::elements([("Groups", groups)].into_iter().chain(tail)))
    }

    pub(super) fn add_user_to_group(&mut self, form: &Form) -> Result<(), ApiError> {
        self.join(form.required("UserName")?, form.required("GroupName")?)
    }

    pub(super) fn remove_user_from_group(&mut self, form: &Form) -> Result<(), ApiError> {
        let slot = self.group(form.required("GroupName")?)?.name.to_ascii_lowercase();
        let name = form.required("UserName")?;
        match self.user_mut(name)?.groups.remove(&slot) {
            true => Ok(()),
            false => Err(ApiError::no_such_entity("user in the group", name)),
        }
    }
}
