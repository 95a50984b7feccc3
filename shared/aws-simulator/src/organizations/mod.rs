//! AWS Organizations: one organization, its units and its accounts.

mod page;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::shaped;
use crate::rate::Rate;
use crate::request::Asked;
use crate::service::{Body, Endpoint, Errors, Protocol, Service};
use crate::wire::JsonFormat;
use crate::world::World;

pub(crate) const SERVICE: Service = Service {
    errors: Errors {
        internal: "ServiceException",
        throttled: (
            400,
            "TooManyRequestsException",
            "You have sent too many requests in too short a period of time.",
        ),
        ..Errors::JSON
    },
    only_endpoint: Some(Endpoint {
        host: "organizations.us-east-1.amazonaws.com",
        region: "us-east-1",
    }),
    // What it answers is about the organization: its actions have no resource here.
    ..Service::new("organizations", Protocol::Json(JsonFormat::Rpc), |_, _, _, _| (), perform)
};

/// An account of the organization.
#[derive(Debug)]
pub(crate) struct Member {
    id: String,
    name: String,
    /// The newer word for what has become of the account; left out of answers when there is none.
    pub(crate) state: Option<String>,
    /// The older word, likewise.
    pub(crate) status: Option<String>,
    joined: Timestamp,
    invited: bool,
}

#[derive(Debug)]
struct Unit {
    name: String,
    units: Vec<String>,
    members: Vec<usize>,
}

impl Unit {
    fn named(name: &str) -> Self {
        Self { name: name.to_owned(), units: Vec::new(), members: Vec::new() }
    }
}

/// The organization of a world.
#[derive(Debug)]
pub(crate) struct Organization {
    id: String,
    pub(crate) root: String,
    management: String,
    pub(crate) delegated: BTreeSet<String>,
    /// The root and every unit below it, by id.
    units: BTreeMap<String, Unit>,
    members: Vec<Member>,
    positions: BTreeMap<String, usize>,
    /// How many items pages have at most, one number after the other, over and over.
    pub(crate) page_sizes: Vec<usize>,
    rates: BTreeMap<String, Rate>,
}

impl Organization {
    pub(crate) fn of(management: &str, now: Timestamp) -> Self {
        let root = id("r-", 4, management);
        let mut organization = Self {
            id: id("o-", 10, management),
            root: root.clone(),
            management: management.to_owned(),
            delegated: BTreeSet::new(),
            units: BTreeMap::from([(root.clone(), Unit::named("Root"))]),
            members: Vec::new(),
            positions: BTreeMap::new(),
            page_sizes: Vec::new(),
            rates: BTreeMap::new(),
        };
        organization.add_member(management, "management", &root, now);
        organization
    }

    /// Adds a unit below the root or another unit, and answers its id.
    pub(crate) fn add_unit(&mut self, parent: &str, name: &str) -> String {
        let seed = format!("{parent}/{name}/{}", self.units.len());
        let root = self.root.trim_start_matches("r-").to_owned();
        let unit = id(&format!("ou-{root}-"), 8, &seed);
        if let Some(parent) = self.units.get_mut(parent) {
            parent.units.push(unit.clone());
        }
        self.units.insert(unit.clone(), Unit::named(name));
        unit
    }

    /// Adds an active account to the root or a unit; one that is a member already moves there.
    pub(crate) fn add_member(&mut self, account: &str, name: &str, parent: &str, now: Timestamp) {
        let position = self.positions.get(account).copied().unwrap_or(self.members.len());
        if position == self.members.len() {
            self.positions.insert(account.to_owned(), position);
            self.members.push(Member {
                id: account.to_owned(),
                name: name.to_owned(),
                state: Some("ACTIVE".to_owned()),
                status: Some("ACTIVE".to_owned()),
                joined: now,
                invited: account == self.management,
            });
        }
        for unit in self.units.values_mut() {
            // A new account is the last of all, so there is nothing to search for in a unit that ends before it.
            if unit.members.last().is_some_and(|last| *last >= position) {
                unit.members.retain(|member| *member != position);
            }
        }
        if let Some(unit) = self.units.get_mut(parent) {
            unit.members.push(position);
            unit.members.sort_unstable();
        }
    }

    pub(crate) fn member_mut(&mut self, account: &str) -> Option<&mut Member> {
        let position = self.positions.get(account)?;
        self.members.get_mut(*position)
    }

    fn call(
        &mut self,
        operation: &str,
        input: &Value,
        caller: &Caller,
    ) -> Option<Result<Value, ApiError>> {
        let known = ["ListAccounts", "ListAccountsForParent", "ListOrganizationalUnitsForParent"];
        if !known.contains(&operation) {
            return None;
        }
        let rate = self.rates.entry(caller.account.clone()).or_default();
        if rate.is_exceeded(caller.now, caller.settings.organizations_calls_per_second) {
            return Some(Err(SERVICE.errors.throttled()));
        }
        let administrates =
            self.management == caller.account || self.delegated.contains(&caller.account);
        if !administrates {
            return Some(Err(ApiError::new(
                400,
                "AccessDeniedException",
                "You don't have permissions to access this resource.",
            )));
        }
        Some(match operation {
            "ListAccounts" => {
                let all: Vec<_> = (0..self.members.len()).collect();
                self.page(&all, "accounts", input, caller).map(|page| self.accounts(page))
            }
            "ListAccountsForParent" => self.parent(input).and_then(|(parent, unit)| {
                let page = self.page(&unit.members, parent, input, caller)?;
                Ok(self.accounts(page))
            }),
            _ => self.parent(input).and_then(|(parent, unit)| {
                let (shown, next) = self.page(&unit.units, parent, input, caller)?;
                let shown: Vec<_> = shown.iter().filter_map(|id| self.unit_described(id)).collect();
                Ok(with_token(json!({ "OrganizationalUnits": shown }), next))
            }),
        })
    }

    fn parent<'a>(&'a self, input: &'a Value) -> Result<(&'a str, &'a Unit), ApiError> {
        let id = input.get("ParentId").and_then(Value::as_str).unwrap_or_default();
        let shaped = id.starts_with("r-") || id.starts_with("ou-");
        if !shaped {
            return Err(page::invalid_input(
                "You provided a value that does not match the required pattern.",
            ));
        }
        let unit = self.units.get(id).ok_or_else(|| {
            ApiError::new(
                400,
                "ParentNotFoundException",
                "You provided a parent that does not exist.",
            )
        })?;
        Ok((id, unit))
    }

    fn page<'a, T>(
        &self,
        items: &'a [T],
        scope: &str,
        input: &Value,
        caller: &Caller,
    ) -> Result<(&'a [T], Option<String>), ApiError> {
        page::page(items, scope, input, caller.settings.page_size, &self.page_sizes)
    }

    fn accounts(&self, (shown, next): (&[usize], Option<String>)) -> Value {
        let members = shown.iter().filter_map(|position| self.members.get(*position));
        let shown: Vec<_> = members.map(|member| self.member_described(member)).collect();
        with_token(json!({ "Accounts": shown }), next)
    }

    fn arn(&self, kind: &str, id: &str) -> String {
        format!("arn:aws:organizations::{}:{kind}/{}/{id}", self.management, self.id)
    }

    fn member_described(&self, member: &Member) -> Value {
        let mut described = json!({
            "Id": member.id,
            "Arn": self.arn("account", &member.id),
            "Email": format!("{}@example.com", member.id),
            "Name": member.name,
            "JoinedMethod": if member.invited { "INVITED" } else { "CREATED" },
            "JoinedTimestamp": member.joined.as_second(),
        });
        for (key, word) in [("State", &member.state), ("Status", &member.status)] {
            if let (Some(word), Some(members)) = (word, described.as_object_mut()) {
                members.insert(key.to_owned(), word.as_str().into());
            }
        }
        described
    }

    fn unit_described(&self, id: &str) -> Option<Value> {
        let unit = self.units.get(id)?;
        Some(json!({ "Id": id, "Arn": self.arn("ou", id), "Name": unit.name }))
    }
}

/// Answers a call to the organization that the caller's account belongs to.
fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let input = asked.json()?;
    let organization = world.shared.organization.as_mut();
    let own = organization.filter(|own| own.positions.contains_key(&caller.account));
    let answer = match own {
        Some(own) => own.call(&asked.operation, input, caller)?,
        None => Err(ApiError::new(
            400,
            "AWSOrganizationsNotInUseException",
            "Your account is not a member of an organization.",
        )),
    };
    Some(answer.map(Body::Json))
}

fn with_token(mut answer: Value, next: Option<String>) -> Value {
    if let (Some(token), Some(members)) = (next, answer.as_object_mut()) {
        members.insert("NextToken".to_owned(), token.into());
    }
    answer
}

/// An id in small letters and digits that follows from `seed`.
fn id(prefix: &str, length: usize, seed: &str) -> String {
    let letters = shaped("", &format!("organizations/{prefix}{seed}")).to_ascii_lowercase();
    prefix.chars().chain(letters.chars().take(length)).collect()
}
