//! Watches an account after every call, and objects to what a sweep must never do.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use aws_simulator::{Simulator, View};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::estate::{is_about, record_of};
use crate::support::days;

/// What a credential was when it was last looked at.
#[derive(Clone, Debug)]
struct Known {
    status: String,
    /// Since when it has had that status.
    since: Timestamp,
}

/// Everything that is known of the account, kept between calls.
#[derive(Debug, Default)]
struct Memory {
    credentials: BTreeMap<(String, String), Known>,
    /// The last true use of each credential, which IAM may not have recorded yet.
    uses: BTreeMap<(String, String), Timestamp>,
    taken_away: usize,
    /// Keys that AWS reported as exposed, which are deactivated without a warning.
    exposed: BTreeSet<String>,
    /// The last day on which no run recorded what people did.
    unseen: Option<Timestamp>,
    /// Whether the table may be what it was earlier, or empty: then dates may be those of an earlier notice, and no notice is given up.
    forgetful: bool,
}

/// A witness of everything the function does to some users' credentials.
#[derive(Clone, Debug)]
pub(crate) struct Guardian {
    users: Vec<String>,
    /// Whether age alone takes nothing away in this estate, so that every use protects.
    idle_only: bool,
    memory: Arc<Mutex<Memory>>,
}

/// The rules of the estate that is watched; the defaults of `Estate`.
const NOTICE: i64 = 14;
const GRACE: i64 = 30;
const IDLE: i64 = 90;

/// No simulated account of these tests records a use later than this.
const LAG: SignedDuration = SignedDuration::from_hours(5);

impl Guardian {
    /// Watches the credentials of `users` from now on; `idle_only` says that the age rule is off.
    pub(crate) fn over(simulator: &Simulator, users: &[&str], idle_only: bool) -> Self {
        let users = users.iter().map(|user| (*user).to_owned()).collect();
        let guardian = Self { users, idle_only, memory: Arc::default() };
        guardian.settle(simulator);
        let watch = guardian.clone();
        simulator.watch(move |view| watch.look(view));
        guardian
    }

    /// Takes the account as it is, after somebody other than the function changed it.
    pub(crate) fn settle(&self, simulator: &Simulator) {
        let now = simulator.now();
        for user in &self.users {
            let held = simulator.view(|view| view.credentials(user));
            let mut memory = self.memory();
            memory.credentials.retain(|(owner, id), _| {
                owner != user || held.iter().any(|credential| credential.id == *id)
            });
            for credential in held {
                let known = Known { status: credential.status, since: now };
                let place = memory.credentials.entry((user.clone(), credential.id));
                let before = place.or_insert_with(|| known.clone());
                if before.status != known.status {
                    *before = known;
                }
            }
        }
    }

    /// Notes a use that somebody makes of a credential now.
    pub(crate) fn used(&self, user: &str, id: &str, now: Timestamp) {
        self.memory().uses.insert((user.to_owned(), id.to_owned()), now);
    }

    /// Notes that AWS reports a key as exposed.
    pub(crate) fn exposed(&self, id: &str) {
        self.memory().exposed.insert(id.to_owned());
    }

    /// Notes that no run records today what people do, because it only reports, fails, or does not take place.
    pub(crate) fn looks_away(&self, now: Timestamp) {
        self.memory().unseen = Some(now);
    }

    /// Notes that from now on items of the table may be lost, or restored to an earlier state.
    pub(crate) fn expects_losses(&self) {
        self.memory().forgetful = true;
    }

    /// How many credentials were taken away since the last time somebody asked.
    pub(crate) fn taken_away(&self) -> usize {
        std::mem::take(&mut self.memory().taken_away)
    }

    fn memory(&self) -> std::sync::MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn look(&self, view: &View<'_>) -> Result<(), String> {
        let mut memory = self.memory();
        let now = view.now();
        for user in &self.users {
            let held = view.credentials(user);
            for credential in &held {
                let place = (user.clone(), credential.id.clone());
                let known = Known { status: credential.status.clone(), since: now };
                match memory.credentials.get(&place).cloned() {
                    Some(before) if before.status == known.status => {}
                    before => {
                        memory.credentials.insert(place, known);
                        if before.is_some() && credential.status == "Inactive" {
                            memory.taken_away += 1;
                            self.may_deactivate(view, &memory, user, &credential.id)?;
                            if !memory.exposed.contains(&credential.id) {
                                recorded(view, user, &credential.id, "deactivating")?;
                            }
                        }
                    }
                }
            }
            let gone: Vec<_> = memory
                .credentials
                .iter()
                .filter(|((owner, id), _)| owner == user && !held.iter().any(|c| c.id == *id))
                .map(|((_, id), known)| (id.clone(), known.clone()))
                .collect();
            for (id, known) in gone {
                memory.credentials.remove(&(user.clone(), id.clone()));
                memory.taken_away += 1;
                let intent = if id == "password" { "deactivating" } else { "deleting" };
                recorded(view, user, &id, intent)?;
                if id == "password" {
                    self.may_deactivate(view, &memory, user, &id)?;
                } else if known.status == "Active" {
                    return Err(format!("active credential {id} of {user} was deleted"));
                } else if now.duration_since(known.since) < days(GRACE)
                    && !unseen(view, &memory, &id, &known)
                {
                    return Err(format!("credential {id} of {user} was deleted within its grace"));
                }
                exempt(view, user, &id)?;
            }
        }
        Ok(())
    }

    /// A deactivation needs a warning that got through at least the notice period ago, and nothing that speaks against it.
    fn may_deactivate(
        &self,
        view: &View<'_>,
        memory: &Memory,
        user: &str,
        id: &str,
    ) -> Result<(), String> {
        let now = view.now();
        if memory.exposed.contains(id) {
            return Ok(());
        }
        exempt(view, user, id)?;
        // A warning from before the last use was about an earlier time of disuse. What IAM has not recorded yet nobody can know.
        let by_use = self.idle_only || id == "password";
        let recorded = |used: &&Timestamp| by_use && now.duration_since(**used) > LAG;
        let used = memory.uses.get(&(user.to_owned(), id.to_owned())).filter(recorded);
        let warned = view.published().iter().any(|published| {
            let notice: Value = serde_json::from_str(&published.message).unwrap_or_default();
            notice["kind"] == "deactivation-ahead"
                && notice["user"] == user
                && is_about(&notice, id)
                && now.duration_since(published.at) >= days(NOTICE)
                && used.is_none_or(|used| *used < published.at)
                && notice["due"]
                    .as_str()
                    .and_then(|due| due.parse().ok())
                    .is_some_and(|due: Timestamp| due <= now)
        });
        let promised_later = view.published().iter().any(|published| {
            let notice: Value = serde_json::from_str(&published.message).unwrap_or_default();
            notice["kind"] == "deactivation-ahead"
                && notice["user"] == user
                && is_about(&notice, id)
                && notice["due"].as_str().and_then(|due| due.parse().ok()) > Some(now)
        });
        if promised_later && !memory.forgetful {
            return Err(format!(
                "credential {id} of {user} was deactivated before the day its owner was told"
            ));
        }
        if !warned {
            return Err(format!(
                "credential {id} of {user} was deactivated without a warning {NOTICE} days before"
            ));
        }
        match used {
            Some(used) if now.duration_since(*used) < days(IDLE) => Err(format!(
                "credential {id} of {user} was deactivated although it was used at {used}"
            )),
            Some(_) | None => Ok(()),
        }
    }
}

/// Whether nobody could record when the credential was deactivated last, and its owner was notified a week before its deletion all the same.
fn unseen(view: &View<'_>, memory: &Memory, id: &str, known: &Known) -> bool {
    let announced = view.published().iter().any(|published| {
        let notice: Value = serde_json::from_str(&published.message).unwrap_or_default();
        notice["kind"] == "deletion-ahead"
            && is_about(&notice, id)
            && view.now().duration_since(published.at) >= days(7)
    });
    let unseen = memory.unseen.is_some_and(|at| at >= known.since - days(2));
    announced && (unseen || memory.forgetful)
}

/// What is about to happen to a credential is in the table before it happens.
fn recorded(view: &View<'_>, user: &str, id: &str, state: &str) -> Result<(), String> {
    let record = record_of(view, user, id);
    let found = record.as_ref().and_then(|record| record.attributes.get("state"));
    if found.is_some_and(|found| found == state) {
        return Ok(());
    }
    Err(format!(
        "credential {id} of {user} was changed while its record said {found:?}, not {state}"
    ))
}

fn exempt(view: &View<'_>, user: &str, id: &str) -> Result<(), String> {
    let tags = view.tags(user);
    let exempted = ["keysteward:exempt".to_owned(), format!("keysteward:exempt:{id}")];
    if exempted.iter().any(|tag| tags.contains_key(tag)) {
        return Err(format!("credential {id} of {user} was taken away although it is exempt"));
    }
    Ok(())
}
