//! Access keys and their last use.

use jiff::{SignedDuration, Timestamp};

use super::credentials::asked_status;
use super::{Iam, User, page, subject};
use crate::call::Caller;
use crate::clock::{add, whole_seconds};
use crate::error::ApiError;
use crate::ids::Ids;
use crate::settings::Settings;
use crate::wire::{Form, Xml};

/// An access key, its secret included.
#[derive(Clone)]
pub(crate) struct AccessKey {
    pub(crate) id: String,
    pub(crate) secret: String,
    pub(crate) status: String,
    pub(crate) created: Timestamp,
    pub(crate) uses: Vec<Use>,
    pub(crate) refusals: u32,
}

impl std::fmt::Debug for AccessKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AccessKey")
            .field("id", &self.id)
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// One recorded use of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Use {
    pub(crate) at: Timestamp,
    pub(crate) service: String,
    pub(crate) region: String,
}

impl AccessKey {
    pub(crate) fn new(id: String, secret: String, created: Timestamp) -> Self {
        let created = whole_seconds(created);
        Self { id, secret, status: "Active".to_owned(), created, uses: Vec::new(), refusals: 0 }
    }

    /// Whether a request signed with the key is accepted now; while the key flaps, every second one is.
    pub(crate) fn accepts(&mut self, now: Timestamp, settings: &Settings) -> bool {
        let known = add(self.created, settings.propagation);
        if self.status != "Active" || now < known {
            return false;
        }
        if now < add(known, settings.flapping) {
            self.refusals += 1;
            return self.refusals.is_multiple_of(2);
        }
        true
    }

    /// Whether every request signed with `secret` is accepted now.
    pub(crate) fn works_with(&self, secret: &str, now: Timestamp, settings: &Settings) -> bool {
        let settled = add(add(self.created, settings.propagation), settings.flapping);
        self.status == "Active" && self.secret == secret && now >= settled
    }

    /// The last use that shows after `lag`.
    pub(super) fn last_seen(&self, now: Timestamp, lag: SignedDuration) -> Option<&Use> {
        self.uses.iter().rev().find(|used| now >= add(used.at, lag))
    }

    /// Records a use; those within fifteen minutes of one count as that one.
    pub(crate) fn used(&mut self, at: Timestamp, service: &str, region: &str) {
        const COALESCED: SignedDuration = SignedDuration::from_mins(15);
        if self.uses.last().is_none_or(|last| at >= add(last.at, COALESCED)) {
            self.uses.push(Use {
                at: whole_seconds(at),
                service: service.to_owned(),
                region: region.to_owned(),
            });
        }
    }
}

impl Iam {
    /// The user whose key `id` is.
    pub(crate) fn key_owner(&self, id: &str) -> Option<&User> {
        self.owner(id).filter(|user| user.keys.iter().any(|key| key.id == id))
    }

    pub(crate) fn key_mut(&mut self, id: &str) -> Option<(&str, &mut AccessKey)> {
        let user = self.owner_mut(id)?;
        let key = user.keys.iter_mut().find(|key| key.id == id)?;
        Some((user.name.as_str(), key))
    }

    /// Gives a key to a user, whatever the quota.
    pub(crate) fn add_access_key(&mut self, user: &str, key: AccessKey) {
        self.enter(user, &key.id);
        if let Ok(user) = self.user_mut(user) {
            user.keys.push(key);
        }
    }

    pub(super) fn create_access_key(
        &mut self,
        form: &Form,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Xml, ApiError> {
        let user = self.user_mut(subject(form, caller)?)?;
        let quota = caller.settings.keys_per_user;
        if user.keys.len() >= quota {
            return Err(ApiError::limit_exceeded(format!(
                "Cannot exceed quota for AccessKeysPerUser: {quota}"
            )));
        }
        let key = AccessKey::new(ids.access_key("AKIA"), ids.secret_access_key(), caller.now);
        let answer = Xml::elements([
            ("UserName", Xml::text(&user.name)),
            ("AccessKeyId", Xml::text(&key.id)),
            ("Status", Xml::text(&key.status)),
            ("SecretAccessKey", Xml::text(&key.secret)),
            ("CreateDate", Xml::time(key.created)),
        ]);
        let name = user.name.clone();
        self.issued.push(key.secret.clone());
        self.add_access_key(&name, key);
        Ok(Xml::elements([("AccessKey", answer)]))
    }

    pub(super) fn list_access_keys(&self, form: &Form, caller: &Caller) -> Result<Xml, ApiError> {
        let user = self.user(subject(form, caller)?)?;
        let mut visible: Vec<_> = user
            .keys
            .iter()
            .filter(|key| caller.now >= add(key.created, caller.settings.list_lag))
            .collect();
        visible.sort_by(|a, b| a.id.cmp(&b.id));
        let (shown, tail) =
            page(visible.into_iter().map(|key| (key.id.as_str(), key)), form, caller)?;
        let keys = Xml::members(shown.into_iter().map(|key| {
            Xml::elements([
                ("UserName", Xml::text(&user.name)),
                ("AccessKeyId", Xml::text(&key.id)),
                ("Status", Xml::text(&key.status)),
                ("CreateDate", Xml::time(key.created)),
            ])
        }));
        Ok(Xml::elements([("AccessKeyMetadata", keys)].into_iter().chain(tail)))
    }

    /// The keys of the user a call is about, and which of them it is about; another user's key does not exist here.
    fn own_key(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(&mut Vec<AccessKey>, usize), ApiError> {
        let id = form.required("AccessKeyId")?;
        let keys = &mut self.user_mut(subject(form, caller)?)?.keys;
        let index = keys.iter().position(|key| key.id == id);
        index.map(|index| (keys, index)).ok_or_else(|| ApiError::no_such_entity("Access Key", id))
    }

    pub(super) fn update_access_key(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let status = asked_status(form)?;
        let (keys, index) = self.own_key(form, caller)?;
        if let Some(key) = keys.get_mut(index) {
            status.clone_into(&mut key.status);
        }
        Ok(())
    }

    pub(super) fn delete_access_key(
        &mut self,
        form: &Form,
        caller: &Caller,
    ) -> Result<(), ApiError> {
        let (keys, index) = self.own_key(form, caller)?;
        let id = keys.remove(index).id;
        self.forget(&id);
        Ok(())
    }

    pub(super) fn get_access_key_last_used(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let id = form.required("AccessKeyId")?;
        let missing = || ApiError::no_such_entity("Access Key", id);
        let user = self.key_owner(id).ok_or_else(missing)?;
        let key = user.keys.iter().find(|key| key.id == id).ok_or_else(missing)?;
        let lag = caller.settings.last_used_lag;
        let seen = key.last_seen(caller.now, lag);
        let mut last_used = Vec::new();
        if let Some(seen) = seen {
            last_used.push(("LastUsedDate", Xml::time(seen.at)));
        }
        last_used.push(("ServiceName", Xml::text(seen.map_or("N/A", |seen| &seen.service))));
        last_used.push(("Region", Xml::text(seen.map_or("N/A", |seen| &seen.region))));
        Ok(Xml::elements([
            ("UserName", Xml::text(&user.name)),
            ("AccessKeyLastUsed", Xml::elements(last_used)),
        ]))
    }
}
