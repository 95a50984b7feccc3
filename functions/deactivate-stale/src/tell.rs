//! Whose news it is.

use lifecycle::identifiers::CredentialId;
use lifecycle::sweep::UserFacts;
use notice::Owner;

/// Whom the user's tags name as owner.
pub(crate) fn owner(tag: &str, user: &UserFacts, id: Option<&CredentialId>) -> Owner {
    Owner::of_tags(&user.tags, tag, id.map(CredentialId::as_str))
}
