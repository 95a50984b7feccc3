//! Records as items.

use lifecycle::identifiers::{UserName, VersionId};
use lifecycle::record::{Cause, Record, Replacement, State};

use crate::attributes::{Attributes, Fault, NewItem};

pub(crate) fn write(record: &Record) -> NewItem {
    let cause = record.cause();
    let item = NewItem::new()
        .text("user", record.user.as_str())
        .time_if_any("created", record.created)
        .text("state", record.state.as_str())
        .time("since", record.since())
        .time_if_any("due", record.due())
        .text("cause", cause.as_str());
    let item = match &record.state {
        State::Warned { reminded, .. } | State::Superseded { reminded, .. } => {
            item.time_if_any("reminded", *reminded)
        }
        State::DeletionAnnounced { told, .. } => item.time("told", *told),
        State::Deactivating { .. }
        | State::Deactivated { .. }
        | State::Deleting { .. }
        | State::Reactivated { .. } => item,
    };
    match cause {
        Cause::Superseded(by) => {
            item.text("secret", by.secret.as_str()).text("version", by.version.as_str())
        }
        Cause::Exposed { event: Some(event) } => item.text("event", event),
        Cause::Stale | Cause::Exposed { event: None } | Cause::ByHand => item,
    }
}

pub(crate) fn read(item: Attributes<'_>) -> Result<Record, Fault> {
    Ok(Record {
        user: UserName::new(item.required_text("user")?),
        created: item.time("created")?,
        state: state(item)?,
    })
}

fn state(item: Attributes<'_>) -> Result<State, Fault> {
    let since = item.required_time("since")?;
    let cause = cause(item)?;
    Ok(match item.required_text("state")? {
        "warned" => State::Warned {
            since,
            due: item.required_time("due")?,
            reminded: item.time("reminded")?,
            cause,
        },
        "superseded" => State::Superseded {
            since,
            by: match cause {
                Cause::Superseded(by) => by,
                Cause::Stale | Cause::Exposed { .. } | Cause::ByHand => {
                    return Err(Fault::of("cause", "is not the one of a superseded key"));
                }
            },
            reminded: item.time("reminded")?,
        },
        "deactivating" => State::Deactivating { since, cause },
        "deactivated" => State::Deactivated { since, due: item.time("due")?, cause },
        "deletion-announced" => State::DeletionAnnounced {
            since,
            due: item.required_time("due")?,
            told: item.required_time("told")?,
            cause,
        },
        "deleting" => State::Deleting { since, due: item.required_time("due")?, cause },
        "reactivated" => State::Reactivated { since, cause },
        _ => return Err(Fault::of("state", "is not what this version knows")),
    })
}

fn cause(item: Attributes<'_>) -> Result<Cause, Fault> {
    Ok(match item.required_text("cause")? {
        "stale" => Cause::Stale,
        "superseded" => Cause::Superseded(Replacement {
            secret: item.required("secret", |text| text.parse().ok())?,
            version: VersionId::new(item.required_text("version")?),
        }),
        "exposed" => Cause::Exposed { event: item.text("event")?.map(ToOwned::to_owned) },
        "by-hand" => Cause::ByHand,
        _ => return Err(Fault::of("cause", "is not what this version knows")),
    })
}
