//! `GetAccountAuthorizationDetails`, which alone lists the tags and groups of all users.

use super::users::tag;
use super::{Iam, User, page};
use crate::call::Caller;
use crate::error::ApiError;
use crate::wire::{Form, Xml};

impl Iam {
    pub(super) fn authorization_details(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let filter = form.list("Filter");
        let asked = filter.is_empty() || filter.contains(&"User");
        let users = self.users.iter().filter(|_| asked);
        let (shown, tail) = page(users.map(|(slot, user)| (slot.as_str(), user)), form, caller)?;
        let users = Xml::members(shown.into_iter().map(|user| self.detail(user, caller)));
        let lists = [
            ("UserDetailList", users),
            ("GroupDetailList", Xml::members([])),
            ("RoleDetailList", Xml::members([])),
            ("Policies", Xml::members([])),
        ];
        Ok(Xml::elements(lists.into_iter().chain(tail)))
    }

    fn detail(&self, user: &User, caller: &Caller) -> Xml {
        let groups = user.groups.iter().filter_map(|slot| self.groups.get(slot));
        let attached = user.attached.iter().map(|arn| {
            let name = arn.rsplit('/').next().unwrap_or_default();
            Xml::elements([("PolicyName", Xml::text(name)), ("PolicyArn", Xml::text(arn))])
        });
        let policies = user.policies.iter().map(|(name, document)| {
            let document = form_urlencoded::byte_serialize(document.as_bytes());
            // Spaces are percent-encoded, as RFC 3986 has it.
            let document = document.collect::<String>().replace('+', "%20");
            Xml::elements([
                ("PolicyName", Xml::text(name)),
                ("PolicyDocument", Xml::text(document)),
            ])
        });
        let tags = user.tags.seen_by(caller).iter().map(|(key, value)| tag(key, value));
        let mut elements = vec![
            ("Path", Xml::text(&user.path)),
            ("UserName", Xml::text(&user.name)),
            ("UserId", Xml::text(&user.id)),
            ("Arn", Xml::text(user.arn(&caller.account))),
            ("CreateDate", Xml::time(user.created)),
        ];
        if !user.policies.is_empty() {
            elements.push(("UserPolicyList", Xml::members(policies)));
        }
        elements.push(("GroupList", Xml::members(groups.map(|group| Xml::text(&group.name)))));
        elements.push(("AttachedManagedPolicies", Xml::members(attached)));
        elements.push(("Tags", Xml::members(tags)));
        Xml::elements(elements)
    }
}
