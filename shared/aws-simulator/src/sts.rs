//! The Security Token Service: who am I, and whose key is this.

use crate::call::Caller;
use crate::error::ApiError;
use crate::wire::{Form, Xml};

pub(crate) const NAMESPACE: &str = "https://sts.amazonaws.com/doc/2011-06-15/";

/// Answers who signed the call; that the key is good was found out before.
pub(crate) fn get_caller_identity(caller: &Caller) -> Xml {
    Xml::elements([
        ("Arn", Xml::text(caller.arn())),
        ("UserId", Xml::text(caller.user_id())),
        ("Account", Xml::text(&caller.account)),
    ])
}

/// Answers the account a key belongs to, whether or not it is active.
pub(crate) fn get_access_key_info(
    form: &Form,
    account_of: impl Fn(&str) -> Option<String>,
) -> Result<Xml, ApiError> {
    let id = form.required("AccessKeyId")?;
    let account = account_of(id)
        .ok_or_else(|| ApiError::validation(format!("Invalid access key id {id}")))?;
    Ok(Xml::elements([("Account", Xml::text(account))]))
}
