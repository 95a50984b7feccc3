//! The sentences of a notice, made from what happened.

use jiff::Timestamp;

use crate::{Kind, Notice, Outcome};

impl Notice {
    /// A line for the subject of a mail: ASCII, under 100 characters.
    pub fn subject(&self) -> String {
        let thing = self.credential.as_ref().map_or("Credential", |credential| credential.title);
        let who = self.user.as_deref().map_or_else(String::new, |user| format!(": {user}"));
        let account = &self.account;
        let line = match (self.kind, self.outcome) {
            (Kind::Rotated, _) => format!("{thing} rotated{who} in {account}"),
            (Kind::DeactivationAhead, _) => {
                format!("{thing} will be {}{who} in {account}", self.past_participle())
            }
            (Kind::DeletionAhead, _) => format!("{thing} will be deleted{who} in {account}"),
            (Kind::SupersededInUse, _) => format!("Replaced {thing} still used{who} in {account}"),
            (Kind::Deactivated, Outcome::Done) => {
                format!("{thing} {}{who} in {account}", self.past_participle())
            }
            (Kind::Deactivated, _) => {
                format!("{thing} NOT {}{who} in {account}", self.past_participle())
            }
            (Kind::Deleted, Outcome::Done) => format!("{thing} deleted{who} in {account}"),
            (Kind::Deleted, _) => format!("{thing} NOT deleted{who} in {account}"),
            (Kind::Exposed, Outcome::Done) => {
                format!("EXPOSED {thing} deactivated{who} in {account}")
            }
            (Kind::Exposed, _) => format!("EXPOSED {thing} STILL ACTIVE{who} in {account}"),
            (Kind::Reactivated, _) => format!("{thing} active again{who} in {account}"),
            (Kind::LimitReached, _) => {
                format!("Keysteward did nothing in {account}: limit reached")
            }
        };
        line.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(99).collect()
    }

    /// What happened, why, and what to do, in plain sentences.
    pub(crate) fn sentences(&self) -> String {
        let told = match self.credential {
            Some(_) => self.about_credential(),
            None => self.because.clone().unwrap_or_default(),
        };
        let parts =
            [Some(told), self.error.as_ref().map(|error| format!("The error was: {error}."))];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn about_credential(&self) -> String {
        let thing = self.thing();
        let why = self.because.as_deref().unwrap_or("it breaks a rule");
        let done = self.past_participle();
        let when = self.due.as_deref().map_or("soon", day_of);
        match (self.kind, self.outcome) {
            (Kind::Rotated, _) => format!("{thing} is new and current."),
            (Kind::DeactivationAhead, _) => format!(
                "{thing} will be {done} on {when}. Why: {why}. If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it."
            ),
            (Kind::DeletionAhead, _) => format!(
                "{thing} is inactive and will be deleted on {when}. A deleted credential cannot be brought back. If it is still needed, ask for it to be activated before that day."
            ),
            (Kind::SupersededInUse, _) => format!(
                "{thing} was replaced, and something still uses it: {why}. It stays active while it is in use. Have that consumer read the secret again."
            ),
            (Kind::Deactivated, Outcome::Done) if self.is_password() => format!(
                "{thing} was deleted, which cannot be undone. Why: {why}. An administrator can give the user a new one."
            ),
            (Kind::Deactivated, Outcome::Done) => format!(
                "{thing} was deactivated. Why: {why}. {} If something stopped working, have it activated again.",
                self.due.as_deref().map_or_else(
                    || "It is kept.".to_owned(),
                    |due| format!("It is kept until {}, then deleted.", day_of(due))
                )
            ),
            (Kind::Deleted, Outcome::Done) => format!("{thing} was deleted. Why: {why}."),
            (Kind::Exposed, Outcome::Done) if self.because.is_some() => format!(
                "AWS reports that the secret of {} is exposed. Nothing had to be done: {why}. Find out where it leaked and what was done with it, then replace it; do not activate it again.",
                self.thing_inside()
            ),
            (Kind::Exposed, Outcome::Done) => format!(
                "AWS reports that the secret of {} is exposed. It was deactivated at once. Find out where it leaked and what was done with it, then replace it; do not activate it again.",
                self.thing_inside()
            ),
            (Kind::Exposed, Outcome::DryRun) => format!(
                "AWS reports that the secret of {} is exposed. It is STILL ACTIVE, because this deployment only reports. Deactivate it by hand, now.",
                self.thing_inside()
            ),
            (Kind::Exposed, _) => format!(
                "AWS reports that the secret of {} is exposed. It could NOT be deactivated{}. Deactivate it by hand, now.",
                self.thing_inside(),
                self.because.as_ref().map_or_else(String::new, |why| format!(": {why}"))
            ),
            (Kind::Reactivated, Outcome::Done) => format!(
                "{thing} is active again. Its owner is warned again before it is deactivated again."
            ),
            (Kind::Reactivated, _) => format!("{thing} could not be activated again."),
            (Kind::Deactivated, Outcome::DryRun) => {
                format!("{thing} would have been {done}. Why: {why}. Nothing was changed.")
            }
            (Kind::Deactivated, _) => format!("{thing} could not be {done}. It still works."),
            (Kind::Deleted, Outcome::DryRun) => {
                format!("{thing} would have been deleted. Why: {why}. Nothing was changed.")
            }
            (Kind::Deleted, _) => format!("{thing} could not be deleted. It still exists."),
            (Kind::LimitReached, _) => why.to_owned(),
        }
    }

    fn is_password(&self) -> bool {
        self.credential.as_ref().is_some_and(|credential| credential.kind == "password")
    }

    /// What a deactivation does to this credential.
    fn past_participle(&self) -> &'static str {
        if self.is_password() { "deleted" } else { "deactivated" }
    }

    fn thing(&self) -> String {
        let inside = self.thing_inside();
        let mut letters = inside.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    fn thing_inside(&self) -> String {
        let Some(credential) = &self.credential else { return "a credential".to_owned() };
        let id = if self.is_password() { String::new() } else { format!(" {}", credential.id) };
        let service = credential
            .service
            .as_ref()
            .map_or_else(String::new, |service| format!(" for {service}"));
        let owner = self.user.as_ref().map_or_else(String::new, |user| format!(" of user {user}"));
        format!("{}{id}{service}{owner} in account {}", credential.noun, self.account)
    }
}

/// The day of an instant as the notice holds it.
fn day_of(at: &str) -> &str {
    at.split('T').next().unwrap_or(at)
}

/// The day of an instant, in UTC.
pub(crate) fn day(at: Timestamp) -> String {
    day_of(&instant(at)).to_owned()
}

/// An instant as the notice holds it.
pub(crate) fn instant(at: Timestamp) -> String {
    at.to_string()
}
