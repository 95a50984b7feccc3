//! Which accounts are swept: a pure function of what was read and what is set.

use std::collections::{BTreeMap, BTreeSet};

use organization::{Member, State};
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// What was read of the organization.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// All accounts of the organization.
    pub members: Vec<Member>,
    /// The accounts in the units that are set, and below them; empty if none is set.
    pub included: Vec<Member>,
    /// The accounts in the units that are excluded, and below them.
    pub excluded: Vec<Member>,
}

/// An account to sweep, as it stands in the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Listed {
    /// Its twelve digits.
    pub account: String,
    /// Its name; it may be empty.
    pub name: String,
}

/// The accounts to sweep, and what else there is to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// Each account once, in the order of their ids.
    pub accounts: Vec<Listed>,
    /// How many accounts are left out, by reason: `excluded`, `unknown`, or the state they are in.
    pub skipped: BTreeMap<String, usize>,
    /// What somebody should look at.
    pub findings: Vec<String>,
}

/// Why there is no list.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// An account that is named is not there, or not active.
    #[error("KEYSTEWARD_ACCOUNTS names what cannot be swept: {}", .0.join("; "))]
    Unavailable(Vec<String>),
    /// Nobody is left.
    #[error(
        "no account is left to sweep: of {members} in the organization all are outside of the units that are set, excluded, or not active"
    )]
    NobodyLeft {
        /// How many accounts the organization has.
        members: usize,
    },
}

/// Chooses the accounts to sweep.
///
/// An account that was read twice with two states is active if one of them says so: what is swept in vain says so,
/// what is left out does not.
///
/// # Errors
///
/// When an account that is named cannot be swept, or nobody can.
pub fn choose(facts: &Facts, config: &Config) -> Result<Choice, Refusal> {
    let mut known: BTreeMap<&str, (&str, &State)> = BTreeMap::new();
    for member in [&facts.members, &facts.included, &facts.excluded].into_iter().flatten() {
        let own = known.entry(&member.id).or_insert((&member.name, &member.state));
        own.0 = own.0.max(&member.name);
        own.1 = own.1.min(&member.state);
    }
    let excluded: BTreeSet<&str> = facts
        .excluded
        .iter()
        .map(|member| member.id.as_str())
        .chain(config.exclude_accounts.iter().map(crate::config::AccountId::as_str))
        .collect();
    let candidates = candidates(facts, config, &known)?;
    let mut choice = Choice::default();
    for account in config.exclude_accounts.iter().filter(|id| !known.contains_key(id.as_str())) {
        choice.findings.push(format!(
            "KEYSTEWARD_EXCLUDE_ACCOUNTS names {account}, which is not in the organization"
        ));
    }
    for (id, (name, state)) in known.iter().filter(|(id, _)| candidates.contains(*id)) {
        let reason = match state {
            _ if excluded.contains(id) => "excluded",
            State::Active => {
                let listed = Listed { account: (*id).to_owned(), name: (*name).to_owned() };
                choice.accounts.push(listed);
                continue;
            }
            State::Inactive(word) => word,
            State::Unknown(word) => {
                choice.findings.push(format!(
                    "account {id} has the state {word:?}, which this version does not know; it is not swept"
                ));
                "unknown"
            }
        };
        *choice.skipped.entry(reason.to_owned()).or_default() += 1;
    }
    match choice.accounts.is_empty() {
        true => Err(Refusal::NobodyLeft { members: known.len() }),
        false => Ok(choice),
    }
}

/// The ids that the settings select, whatever has become of the accounts.
fn candidates<'a>(
    facts: &'a Facts,
    config: &'a Config,
    known: &BTreeMap<&'a str, (&'a str, &'a State)>,
) -> Result<BTreeSet<&'a str>, Refusal> {
    if !config.units.is_empty() {
        return Ok(facts.included.iter().map(|member| member.id.as_str()).collect());
    }
    if config.accounts.is_empty() {
        return Ok(known.keys().copied().collect());
    }
    let unavailable: Vec<_> = config
        .accounts
        .iter()
        .filter_map(|account| match known.get(account.as_str()) {
            None => Some(format!("{account} is not in the organization")),
            Some((_, State::Active)) => None,
            Some((_, State::Inactive(word))) => Some(format!("{account} is {word}")),
            Some((_, State::Unknown(word))) => {
                Some(format!("{account} has the unknown state {word:?}"))
            }
        })
        .collect();
    match unavailable.is_empty() {
        true => Ok(config.accounts.iter().map(crate::config::AccountId::as_str).collect()),
        false => Err(Refusal::Unavailable(unavailable)),
    }
}

#[cfg(test)]
#[path = "choose_tests.rs"]
mod tests;
