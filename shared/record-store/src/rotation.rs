//! What is remembered of a user's rotation, as an item.

use lifecycle::identifiers::{UserName, VersionId};
use lifecycle::memory::{Attempt, RotationMemory};

use crate::attributes::{Attributes, Fault, NewItem};

pub(crate) fn write(rotation: &RotationMemory) -> NewItem {
    let item = NewItem::new()
        .text("user", rotation.user.as_str())
        .text("secret", rotation.secret.as_str())
        .time_if_any("last_success", rotation.last_success)
        .time_if_any("unbound_told", rotation.unbound_told);
    let Some(attempt) = &rotation.attempt else { return item };
    let item = item
        .text("token", attempt.token.as_str())
        .time("from", attempt.from)
        .time("until", attempt.until)
        .time("created", attempt.created);
    match &attempt.key {
        Some(key) => item.text("key", key.as_str()),
        None => item,
    }
}

pub(crate) fn read(item: Attributes<'_>) -> Result<RotationMemory, Fault> {
    Ok(RotationMemory {
        user: UserName::new(item.required_text("user")?),
        secret: item.required("secret", |text| text.parse().ok())?,
        attempt: attempt(item)?,
        last_success: item.time("last_success")?,
        unbound_told: item.time("unbound_told")?,
    })
}

/// The attempt, which is there wholly or not at all: half of one must not pass for none, because it is a lease.
fn attempt(item: Attributes<'_>) -> Result<Option<Attempt>, Fault> {
    let mut present = false;
    for name in ["token", "from", "until", "created", "key"] {
        present |= item.text(name)?.is_some();
    }
    if !present {
        return Ok(None);
    }
    let key = match item.text("key")? {
        Some(_) => Some(item.required("key", |text| text.parse().ok())?),
        None => None,
    };
    Ok(Some(Attempt {
        token: VersionId::new(item.required_text("token")?),
        from: item.required_time("from")?,
        until: item.required_time("until")?,
        created: item.required_time("created")?,
        key,
    }))
}
