//! Reads the organization.

use std::collections::BTreeSet;

use organization::{Error, Member, Members};

use crate::choose::Facts;
use crate::config::{Config, UnitId};

/// Reads all accounts, and those of the units that the settings name.
///
/// All accounts are read even where only some are wanted: whether a named account exists, nothing else tells.
///
/// # Errors
///
/// When any page cannot be read.
pub(crate) async fn facts(members: &Members, config: &Config) -> Result<Facts, Error> {
    Ok(Facts {
        members: members.all().await?,
        included: below(members, &config.units).await?,
        excluded: below(members, &config.exclude_units).await?,
    })
}

/// The accounts in `units`, and in every unit below them; each unit is read once.
async fn below(members: &Members, units: &BTreeSet<UnitId>) -> Result<Vec<Member>, Error> {
    let mut waiting: Vec<String> = units.iter().map(|unit| unit.as_str().to_owned()).collect();
    let (mut seen, mut found) = (BTreeSet::new(), Vec::new());
    while let Some(unit) = waiting.pop() {
        if !seen.insert(unit.clone()) {
            continue;
        }
        found.extend(members.directly_in(&unit).await?);
        waiting.extend(members.units_in(&unit).await?);
    }
    Ok(found)
}
