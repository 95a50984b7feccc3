//! What IAM tells of the account as a whole: its alias, its summary, its password policy, its root user.

use jiff::Timestamp;

use super::{Iam, page};
use crate::call::Caller;
use crate::error::ApiError;
use crate::wire::{Form, Xml};

const USERS_QUOTA: usize = 5_000;
const GROUPS_QUOTA: usize = 300;

/// The root user.
#[derive(Clone, Debug)]
pub(crate) struct Root {
    pub(crate) opened: Timestamp,
    pub(crate) access_keys: u8,
    pub(crate) mfa: bool,
    pub(crate) password: bool,
}

impl Default for Root {
    fn default() -> Self {
        Self { opened: Timestamp::UNIX_EPOCH, access_keys: 0, mfa: true, password: true }
    }
}

impl Iam {
    pub(super) fn account_summary(&self, caller: &Caller) -> Result<Xml, ApiError> {
        let devices = self.users().map(|user| user.mfa_devices.len()).sum::<usize>()
            + usize::from(self.root.mfa);
        let entries = [
            ("AccountAccessKeysPresent", usize::from(self.root.access_keys > 0)),
            ("AccountMFAEnabled", usize::from(self.root.mfa)),
            ("AccountPasswordPresent", usize::from(self.root.password)),
            ("Users", self.users.len()),
            ("UsersQuota", USERS_QUOTA),
            ("Groups", self.group_count()),
            ("GroupsQuota", GROUPS_QUOTA),
            ("MFADevices", devices),
            ("MFADevicesInUse", devices),
            ("AccessKeysPerUserQuota", caller.settings.keys_per_user),
            ("SigningCertificatesPerUserQuota", 2),
        ];
        let entries = entries.map(|(key, value)| {
            let entry = [("key", Xml::text(key)), ("value", Xml::text(value.to_string()))];
            ("entry", Xml::elements(entry))
        });
        Ok(Xml::elements([("SummaryMap", Xml::elements(entries))]))
    }

    /// The alias of the account, in a list of at most one.
    pub(super) fn list_account_aliases(
        &self,
        form: &Form,
        caller: &Caller,
    ) -> Result<Xml, ApiError> {
        let aliases = self.alias.iter().map(|alias| (alias.as_str(), Xml::text(alias)));
        let (aliases, tail) = page(aliases, form, caller)?;
        let aliases = [("AccountAliases", Xml::members(aliases))];
        Ok(Xml::elements(aliases.into_iter().chain(tail)))
    }

    pub(super) fn account_password_policy(&self) -> Result<Xml, ApiError> {
        let days = self.password_policy.ok_or_else(|| {
            ApiError::new(
                404,
                "NoSuchEntity",
                "The Password Policy with domain name cannot be found.",
            )
        })?;
        let mut elements = vec![
            ("MinimumPasswordLength", Xml::text("14")),
            ("RequireSymbols", Xml::text("false")),
            ("RequireNumbers", Xml::text("false")),
            ("RequireUppercaseCharacters", Xml::text("false")),
            ("RequireLowercaseCharacters", Xml::text("false")),
            ("AllowUsersToChangePassword", Xml::text("true")),
            ("ExpirePasswords", Xml::text(days.is_some().to_string())),
        ];
        if let Some(days) = days {
            elements.push(("MaxPasswordAge", Xml::text(days.to_string())));
        }
        Ok(Xml::elements([("PasswordPolicy", Xml::elements(elements))]))
    }
}
