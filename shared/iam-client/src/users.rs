//! Users with what is written on them, all at once or one by one.

use std::collections::BTreeSet;

use aws_sdk_iam::types::{EntityType, UserDetail};
use lifecycle::identifiers::UserName;
use lifecycle::sweep::UserFacts;
use sdk_error::Cause;

use crate::IamReader;
use crate::convert::{identifier, named, recorded, tags};
use crate::error::{Error, Operation};
use crate::pages::{PAGE_SIZE, Pages};

impl IamReader {
    /// All users of the account with their tags and groups, and nothing on their passwords.
    ///
    /// # Errors
    ///
    /// A page that fails fails the list, for nobody could tell which users are missing.
    pub async fn users(&self) -> Result<Vec<UserFacts>, Error> {
        let failed =
            |cause| Error::new(Operation::GetAccountAuthorizationDetails, "this account", cause);
        let (mut users, mut pages) = (Vec::new(), Pages::default());
        loop {
            let call = self.client.get_account_authorization_details().filter(EntityType::User);
            let call = call.max_items(PAGE_SIZE).set_marker(pages.marker());
            self.limiter.pass().await;
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for user in page.user_detail_list() {
                users.push(facts(user).map_err(failed)?);
            }
            if !pages.turn(page.is_truncated(), page.marker()).map_err(failed)? {
                return Ok(users);
            }
        }
    }

    /// A user with its tags, and with its `groups` if asked for; without, the set is empty.
    ///
    /// # Errors
    ///
    /// [`NotFound`](sdk_error::ErrorKind::NotFound) when the account has no such user.
    pub async fn user_facts(&self, name: &UserName, groups: bool) -> Result<UserFacts, Error> {
        let failed = |cause| Error::new(Operation::GetUser, name.as_str(), cause);
        self.limiter.pass().await;
        let answer = self.client.get_user().user_name(name.as_str()).send().await;
        let answer = answer.map_err(|error| failed(error.into()))?;
        let user = answer.user().ok_or_else(|| failed(Cause::malformed("User")))?;
        let used = user.password_last_used().map(|at| recorded(at, "PasswordLastUsed"));
        let groups = if groups { self.groups_of(name).await? } else { BTreeSet::new() };
        Ok(UserFacts {
            name: named(user.user_name(), "UserName").map_err(failed)?.into(),
            id: identifier(user.user_id(), "UserId").map_err(failed)?,
            arn: user.arn().parse().map_err(|_| failed(Cause::malformed("Arn")))?,
            path: named(user.path(), "Path").map_err(failed)?.to_owned(),
            created: recorded(user.create_date(), "CreateDate").map_err(failed)?,
            tags: tags(user.tags()),
            groups,
            password_last_used: used.transpose().map_err(failed)?,
        })
    }

    async fn groups_of(&self, user: &UserName) -> Result<BTreeSet<String>, Error> {
        let failed = |cause| Error::new(Operation::ListGroupsForUser, user.as_str(), cause);
        let (mut groups, mut pages) = (BTreeSet::new(), Pages::default());
        loop {
            let call = self.client.list_groups_for_user().user_name(user.as_str());
            let call = call.max_items(PAGE_SIZE).set_marker(pages.marker());
            self.limiter.pass().await;
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for group in page.groups() {
                let name = named(group.group_name(), "GroupName").map_err(failed)?;
                groups.insert(name.to_owned());
            }
            if !pages.turn(page.is_truncated(), page.marker()).map_err(failed)? {
                return Ok(groups);
            }
        }
    }
}

fn facts(user: &UserDetail) -> Result<UserFacts, Cause> {
    let text =
        |text: Option<&str>, member| named(text.unwrap_or_default(), member).map(ToOwned::to_owned);
    let created = user.create_date().ok_or_else(|| Cause::malformed("CreateDate"))?;
    Ok(UserFacts {
        name: text(user.user_name(), "UserName")?.into(),
        id: identifier(user.user_id().unwrap_or_default(), "UserId")?,
        arn: text(user.arn(), "Arn")?.parse().map_err(|_| Cause::malformed("Arn"))?,
        path: text(user.path(), "Path")?,
        created: recorded(created, "CreateDate")?,
        tags: tags(user.tags()),
        groups: user.group_list().iter().cloned().collect(),
        password_last_used: None,
    })
}
