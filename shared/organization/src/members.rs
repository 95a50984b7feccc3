//! Accounts and units, read from Organizations.

use std::collections::BTreeSet;

use aws_sdk_organizations::config::retry::RetryPartition;
use aws_sdk_organizations::types::Account;
use aws_types::SdkConfig;
use sdk_error::{CallCounter, Cause, Pace};

use crate::error::{Error, Operation};

/// The most items that Organizations puts in a page.
const PAGE_SIZE: i32 = 20;

const EVERYTHING: &str = "this organization";

/// Reads who belongs to the organization.
#[derive(Clone, Debug)]
pub struct Members {
    client: aws_sdk_organizations::Client,
    pace: Pace,
}

/// An account of the organization.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The twelve digits of the account.
    pub id: String,
    /// Its name; empty where AWS tells none.
    pub name: String,
    /// What has become of it.
    pub state: State,
}

/// What has become of an account.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is in use.
    Active,
    /// It is not in use, or not yet: `PENDING_ACTIVATION`, `SUSPENDED`, `PENDING_CLOSURE` or `CLOSED`.
    Inactive(&'static str),
    /// AWS said a word that nobody knew when this was written, or none at all, which is empty here.
    Unknown(String),
}

impl Members {
    /// A reader that makes at most `calls` calls in a second, or any number if it is 0.
    pub fn new(config: &SdkConfig, calls: u32, counter: &CallCounter) -> Self {
        let config = aws_sdk_organizations::config::Builder::from(config)
            .retry_config(sdk_error::patient_retries())
            // What this reader learns from being throttled holds for its organization alone.
            .retry_partition(RetryPartition::custom("keysteward-organization").build())
            .timeout_config(sdk_error::patient_timeouts())
            .interceptor(counter.clone())
            .build();
        let client = aws_sdk_organizations::Client::from_conf(config);
        Self { client, pace: Pace::per_second(calls) }
    }

    /// All accounts of the organization, in no order; one that moves meanwhile may be told twice.
    ///
    /// # Errors
    ///
    /// A page that fails fails the list, for nobody could tell which accounts are missing.
    pub async fn all(&self) -> Result<Vec<Member>, Error> {
        let failed = |cause| Error::new(Operation::ListAccounts, EVERYTHING, cause);
        let (mut members, mut pages) = (Vec::new(), Pages::default());
        loop {
            self.pace.wait().await;
            let call = self.client.list_accounts().max_results(PAGE_SIZE);
            let page = call.set_next_token(pages.token()).send().await;
            let page = page.map_err(|error| failed(error.into()))?;
            for account in page.accounts() {
                members.push(member(account).map_err(failed)?);
            }
            if !pages.turn(page.next_token()).map_err(failed)? {
                return Ok(members);
            }
        }
    }

    /// The accounts directly in a unit.
    ///
    /// # Errors
    ///
    /// As for [`Members::all`], and when there is no such unit.
    pub async fn directly_in(&self, unit: &str) -> Result<Vec<Member>, Error> {
        let failed = |cause| Error::new(Operation::ListAccountsForParent, unit, cause);
        let (mut members, mut pages) = (Vec::new(), Pages::default());
        loop {
            self.pace.wait().await;
            let call = self.client.list_accounts_for_parent().parent_id(unit);
            let call = call.max_results(PAGE_SIZE).set_next_token(pages.token());
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for account in page.accounts() {
                members.push(member(account).map_err(failed)?);
            }
            if !pages.turn(page.next_token()).map_err(failed)? {
                return Ok(members);
            }
        }
    }

    /// The ids of the units directly in a unit.
    ///
    /// # Errors
    ///
    /// As for [`Members::directly_in`].
    pub async fn units_in(&self, unit: &str) -> Result<Vec<String>, Error> {
        let failed = |cause| Error::new(Operation::ListOrganizationalUnitsForParent, unit, cause);
        let (mut units, mut pages) = (Vec::new(), Pages::default());
        loop {
            self.pace.wait().await;
            let call = self.client.list_organizational_units_for_parent().parent_id(unit);
            let call = call.max_results(PAGE_SIZE).set_next_token(pages.token());
            let page = call.send().await.map_err(|error| failed(error.into()))?;
            for unit in page.organizational_units() {
                units.push(present(unit.id(), "Id").map_err(failed)?.to_owned());
            }
            if !pages.turn(page.next_token()).map_err(failed)? {
                return Ok(units);
            }
        }
    }
}

/// The tokens of the pages read so far.
#[derive(Debug, Default)]
struct Pages {
    seen: BTreeSet<String>,
    token: Option<String>,
}

impl Pages {
    fn token(&self) -> Option<String> {
        self.token.clone()
    }

    /// Turns to the next page; `false` after the last one, which is the one without a token, however many items it has.
    fn turn(&mut self, token: Option<&str>) -> Result<bool, Cause> {
        let Some(token) = token else { return Ok(false) };
        if token.is_empty() || !self.seen.insert(token.to_owned()) {
            return Err(Cause::malformed("a token of the next page that it did not give before"));
        }
        self.token = Some(token.to_owned());
        Ok(true)
    }
}

fn member(account: &Account) -> Result<Member, Cause> {
    let id = present(account.id(), "Id")?;
    if id.len() != 12 || !id.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Cause::malformed("an account id of twelve digits"));
    }
    let word = account.state().map(|state| state.as_str());
    let word = word.or_else(|| account.status().map(|status| status.as_str()));
    Ok(Member {
        id: id.to_owned(),
        name: account.name().unwrap_or_default().to_owned(),
        state: State::of(word.unwrap_or_default()),
    })
}

fn present<'a>(text: Option<&'a str>, member: &str) -> Result<&'a str, Cause> {
    text.filter(|text| !text.is_empty()).ok_or_else(|| Cause::malformed(member))
}

impl State {
    fn of(word: &str) -> Self {
        let inactive = ["PENDING_ACTIVATION", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"];
        match inactive.into_iter().find(|known| *known == word) {
            _ if word == "ACTIVE" => Self::Active,
            Some(known) => Self::Inactive(known),
            None => Self::Unknown(word.to_owned()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_that_goes_in_a_circle_is_an_error() {
        let mut pages = Pages::default();
        assert_eq!(pages.turn(Some("a")), Ok(true));
        assert_eq!(pages.token().as_deref(), Some("a"));
        assert_eq!(pages.turn(Some("b")), Ok(true));
        assert!(pages.turn(Some("a")).is_err());
        assert!(Pages::default().turn(Some("")).is_err());
        assert_eq!(Pages::default().turn(None), Ok(false));
    }

    #[test]
    fn the_state_decides_and_the_status_only_where_there_is_none() {
        let account = |state: Option<&str>, status: Option<&str>| {
            let account = Account::builder().id("210987654321").name("prod");
            let account = account.set_state(state.map(Into::into));
            member(&account.set_status(status.map(Into::into)).build()).unwrap().state
        };
        assert_eq!(account(Some("ACTIVE"), None), State::Active);
        assert_eq!(account(None, Some("ACTIVE")), State::Active);
        assert_eq!(account(Some("CLOSED"), Some("ACTIVE")), State::Inactive("CLOSED"));
        assert_eq!(account(Some("ACTIVE"), Some("SUSPENDED")), State::Active);
        assert_eq!(account(None, Some("PENDING_CLOSURE")), State::Inactive("PENDING_CLOSURE"));
        assert_eq!(account(Some("FROZEN"), Some("ACTIVE")), State::Unknown("FROZEN".to_owned()));
        assert_eq!(account(None, None), State::Unknown(String::new()));
    }

    #[test]
    fn an_account_without_an_id_is_no_account() {
        assert!(member(&Account::builder().name("prod").build()).is_err());
        assert!(member(&Account::builder().id("12345678901x").build()).is_err());
        let unnamed = member(&Account::builder().id("210987654321").build()).unwrap();
        assert_eq!(unnamed.name, "");
    }
}
