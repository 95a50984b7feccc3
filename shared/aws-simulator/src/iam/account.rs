//! What IAM tells of the account as a whole: its alias, its root user.

use jiff::Timestamp;

use super::{Iam, page};
use crate::call::Caller;
use crate::error::ApiError;
use crate::wire::{Form, Xml};

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
}
