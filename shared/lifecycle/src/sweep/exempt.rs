//! Who is left alone.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::facts::UserFacts;
use super::policy::Policy;
use super::reason::Exempted;
use crate::exemption::{EXEMPT_TAG, Exemption};
use crate::identifiers::CredentialId;

/// What exempts a credential now, if anything does.
///
/// An exemption of a single credential cannot be matched while the credential's id is unknown; it counts once the id is.
pub(crate) fn exempted(
    policy: &Policy,
    user: &UserFacts,
    credential: Option<&CredentialId>,
    now: Timestamp,
) -> Option<Exempted> {
    let configured =
        |setting, entry: &str| Some(Exempted::Configured { setting, entry: entry.to_owned() });
    let exempt = &policy.exempt;
    // A name may hold commas, which separate the entries of the setting: then all its parts are entries.
    let name = user.name.as_str().to_lowercase();
    let mut parts = name.split(',').map(str::trim).filter(|part| !part.is_empty()).peekable();
    if parts.peek().is_some() && parts.all(|part| exempt.users.contains(part)) {
        return configured("KEYSTEWARD_EXEMPT_USERS", user.name.as_str());
    }
    if let Some(path) = exempt.paths.iter().find(|path| user.path.starts_with(path.as_str())) {
        return configured("KEYSTEWARD_EXEMPT_PATHS", path);
    }
    let in_group = |group: &&String| exempt.groups.contains(&group.to_lowercase());
    if let Some(group) = user.groups.iter().find(in_group) {
        return configured("KEYSTEWARD_EXEMPT_GROUPS", group);
    }
    exempted_by_tag(&user.tags, credential, now)
}

/// What the user's tags exempt.
pub(crate) fn exempted_by_tag(
    tags: &BTreeMap<String, String>,
    credential: Option<&CredentialId>,
    now: Timestamp,
) -> Option<Exempted> {
    let counts = |exemption: &Exemption| exemption.counts(now);
    let tagged = match credential {
        Some(id) => Exemption::find(tags, id).find(counts),
        None => Exemption::all(tags).find(|exemption| {
            exemption.tag.eq_ignore_ascii_case(EXEMPT_TAG) && exemption.counts(now)
        }),
    };
    tagged.map(Exempted::Tagged)
}
