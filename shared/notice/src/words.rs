//! The sentences of a notice, made from what happened.

use jiff::Timestamp;
use lifecycle::credential::CredentialKind;

use crate::{Credential, Kind, Notice, Outcome};

/// The longest subject: SNS takes fewer than 100 characters.
const LONGEST_SUBJECT: usize = 99;

/// The longest name in a sentence, as long as that of an IAM user can be; what is said of it must not drown in it.
const LONGEST_NAME: usize = 64;

/// The same for the name of a secret, which is often a path.
const LONGEST_SECRET: usize = 128;

impl Notice {
    /// A line for the subject of a mail: printable ASCII, under 100 characters.
    pub fn subject(&self) -> String {
        let thing = self.credential.as_ref().map_or("Credential", |credential| credential.title());
        let inside =
            self.credential.as_ref().map_or("credential".to_owned(), |one| one.kind.to_string());
        let who = self.user.as_deref().map_or_else(String::new, |user| format!(": {user}"));
        let on = self.due.map_or_else(String::new, |due| format!(" on {}", day(due)));
        let (account, done) = (&self.account, self.past_participle());
        let line = match (self.kind, self.outcome) {
            (Kind::Rotated, Outcome::Failed) => {
                format!("Rotation failed: {} in {account}", self.secret_name())
            }
            (Kind::Rotated, Outcome::Done) if self.credential.is_none() => {
                format!("New current version: {} in {account}", self.secret_name())
            }
            (Kind::Rotated, Outcome::Done) => format!("{thing} rotated{who} in {account}"),
            (Kind::Rotated, _) => format!("{thing} NOT rotated{who} in {account}"),
            (Kind::DeactivationAhead, Outcome::Done) => {
                format!("{thing} will be {done}{on}{who} in {account}")
            }
            (Kind::DeactivationAhead, _) => format!("{thing} will NOT be {done}{who} in {account}"),
            (Kind::DeletionAhead, Outcome::Done) => {
                format!("{thing} will be deleted{on}{who} in {account}")
            }
            (Kind::DeletionAhead, _) => format!("{thing} will NOT be deleted{who} in {account}"),
            (Kind::SupersededInUse, Outcome::Done) => {
                format!("Replaced {inside} still used{who} in {account}")
            }
            (Kind::SupersededInUse, _) => {
                format!("Replaced {inside} may still be used{who} in {account}")
            }
            (Kind::Deactivated, Outcome::Done) => format!("{thing} {done}{who} in {account}"),
            (Kind::Deactivated, _) => format!("{thing} NOT {done}{who} in {account}"),
            (Kind::Deleted, Outcome::Done) => format!("{thing} deleted{who} in {account}"),
            (Kind::Deleted, _) => format!("{thing} NOT deleted{who} in {account}"),
            (Kind::Exposed, Outcome::Done) => {
                format!("EXPOSED {inside} deactivated{who} in {account}")
            }
            (Kind::Exposed, Outcome::Skipped) => {
                format!("EXPOSED {inside} was inactive{who} in {account}")
            }
            (Kind::Exposed, _) => format!("EXPOSED {inside} STILL ACTIVE{who} in {account}"),
            (Kind::Reactivated, Outcome::Done) => format!("{thing} active again{who} in {account}"),
            (Kind::Reactivated, _) => format!("{thing} NOT activated again{who} in {account}"),
            (Kind::LimitReached, _) => {
                format!("Keysteward did nothing in {account}: limit reached")
            }
            (Kind::MailUndelivered, Outcome::Done) => {
                format!("An owner complained about a mail in {account}")
            }
            (Kind::MailUndelivered, _) => format!("Mail to an owner came back in {account}"),
        };
        subject_line(&line)
    }

    /// What happened or will happen, in one or two sentences.
    pub fn headline(&self) -> String {
        let (thing, done) = (self.thing(), self.past_participle());
        let when = self.due.map_or_else(|| "soon".to_owned(), |due| format!("on {}", day(due)));
        let only = "this deployment only reports";
        match (self.kind, self.outcome) {
            (Kind::Rotated, outcome) => self.rotation(outcome),
            (Kind::DeactivationAhead, Outcome::Done) => format!("{thing} will be {done} {when}."),
            (Kind::DeactivationAhead, outcome) => {
                let not = self.not_ahead(outcome);
                format!("{thing} will not be {done}{not}.")
            }
            (Kind::DeletionAhead, Outcome::Done) => {
                format!("{thing} is inactive and will be deleted {when}.")
            }
            (Kind::DeletionAhead, outcome) => {
                let not = self.not_ahead(outcome);
                format!("{thing} is inactive and will not be deleted{not}.")
            }
            (Kind::SupersededInUse, Outcome::Done) => {
                format!(
                    "{thing} was replaced, and something still uses it. It stays active while it is in use."
                )
            }
            (Kind::SupersededInUse, outcome) => {
                format!("{thing} was replaced and may still be in use{}.", self.not_ahead(outcome))
            }
            (Kind::Deactivated, Outcome::Done) if self.is_password() => {
                format!("{thing} was deleted, which cannot be undone.")
            }
            (Kind::Deactivated, Outcome::Done) => format!(
                "{thing} was deactivated. {}",
                self.due.map_or_else(
                    || "It is kept.".to_owned(),
                    |due| format!("It is kept until {}, then deleted.", day(due))
                )
            ),
            (Kind::Deactivated, Outcome::Failed) => {
                format!("{thing} could not be {done}. It still works.")
            }
            (Kind::Deactivated, Outcome::Skipped) => {
                format!("{thing} was left as it is, and not {done}.")
            }
            (Kind::Deactivated, Outcome::DryRun) => {
                format!("{thing} would have been {done}. Nothing was changed, because {only}.")
            }
            (Kind::Deleted, Outcome::Done) => {
                format!("{thing} was deleted, which cannot be undone.")
            }
            (Kind::Deleted, Outcome::Failed) => {
                format!("{thing} could not be deleted. It still exists.")
            }
            (Kind::Deleted, Outcome::Skipped) => {
                format!("{thing} was left as it is, and not deleted.")
            }
            (Kind::Deleted, Outcome::DryRun) => {
                format!("{thing} would have been deleted. Nothing was changed, because {only}.")
            }
            (Kind::Exposed, outcome) => {
                format!(
                    "AWS reports that the secret of {} is exposed. {}",
                    self.thing_inside(),
                    answer_to_exposure(outcome)
                )
            }
            (Kind::Reactivated, Outcome::Done) => format!("{thing} is active again."),
            (Kind::Reactivated, Outcome::Failed) => {
                format!("{thing} could not be activated again.")
            }
            (Kind::Reactivated, Outcome::Skipped) => format!("{thing} was not activated again."),
            (Kind::Reactivated, Outcome::DryRun) => {
                format!(
                    "{thing} would have been activated again. Nothing was changed, because {only}."
                )
            }
            (Kind::LimitReached, _) => format!(
                "The sweep of account {} took nothing away, because it would have been too much.",
                self.account
            ),
            (Kind::MailUndelivered, Outcome::Done) => {
                format!("{} complained about a mail.", self.reader())
            }
            (Kind::MailUndelivered, _) => format!("A mail to {} was not delivered.", self.reader()),
        }
    }

    /// What the reader can do about it, if there is anything.
    pub fn advice(&self) -> Option<String> {
        let advice = match (self.kind, self.outcome) {
            (Kind::Rotated, Outcome::Failed) => {
                "The key under AWSCURRENT stays in use, and Secrets Manager tries again. The log of the rotation function says what was found and what to do."
            }
            (Kind::Rotated, Outcome::Done) if self.superseded.is_some() => {
                return self.superseded_advice();
            }
            (Kind::Rotated, Outcome::Done) if self.credential.is_none() => {
                "No rotation did this: somebody stored a value, or moved the label AWSCURRENT. Consumers use this version from their next read on."
            }
            (Kind::DeactivationAhead, Outcome::Done) if self.is_password() => {
                "If it is needed, sign in to the console with it before that day; if it is not, there is nothing to do."
            }
            (Kind::DeactivationAhead, Outcome::Done) => {
                "If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it."
            }
            (Kind::DeletionAhead, Outcome::Done) if self.exposed => {
                "Its secret is known to others: do not activate it again. Once it is replaced, nothing is to be done."
            }
            (Kind::DeletionAhead, Outcome::Done) => {
                "A deleted credential cannot be brought back. If it is still needed, ask for it to be activated before that day."
            }
            (Kind::SupersededInUse, Outcome::Done) => "Have that consumer read the secret again.",
            (Kind::Deactivated, Outcome::Done) if self.is_password() => {
                "An administrator can give the user a new one."
            }
            (Kind::Deactivated, Outcome::Done) => {
                "If something stopped working, have it activated again."
            }
            (Kind::Exposed, Outcome::Done | Outcome::Skipped) => {
                "Find out where it leaked and what was done with it, then replace it; do not activate it again."
            }
            (Kind::Exposed, Outcome::Failed | Outcome::DryRun) => "Deactivate it by hand, now.",
            (Kind::Reactivated, Outcome::Done) => {
                "Its owner is warned again before it is deactivated again."
            }
            (Kind::LimitReached, _) => {
                "If the list in the report is right, raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run."
            }
            (Kind::MailUndelivered, Outcome::Done) => {
                "SES sends no more mail there once the address is on its suppression list. Ask the owner, or correct the tag that names the address."
            }
            (Kind::MailUndelivered, _) => {
                "Correct the tag that names the owner, or take the address off the suppression list of SES, and tell the owner by other means: the next mail comes with the next news only."
            }
            (
                Kind::Rotated
                | Kind::DeactivationAhead
                | Kind::DeletionAhead
                | Kind::SupersededInUse
                | Kind::Deactivated
                | Kind::Deleted
                | Kind::Reactivated,
                _,
            ) => return None,
        };
        Some(advice.to_owned())
    }

    /// All of it in plain sentences.
    pub(crate) fn sentences(&self) -> String {
        let parts = [
            Some(self.headline()),
            self.because.as_ref().map(|because| format!("Why: {because}.")),
            self.advice(),
            self.error.as_ref().map(|error| format!("The error was: {error}.")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }

    fn rotation(&self, outcome: Outcome) -> String {
        let secret = short(self.secret_name(), LONGEST_SECRET);
        match outcome {
            Outcome::Failed => {
                format!("The rotation of secret {secret} in account {} failed.", self.account)
            }
            Outcome::Done if self.credential.is_none() => format!(
                "Secret {secret} in account {} has a new current version{}.",
                self.account,
                self.version.as_ref().map_or_else(String::new, |version| format!(
                    ", {}",
                    short(version, LONGEST_NAME)
                ))
            ),
            Outcome::Done => format!("{} is new and current.", self.thing()),
            Outcome::Skipped => format!("{} was not rotated.", self.thing()),
            Outcome::DryRun => format!(
                "{} would have been rotated. Nothing was changed, because this deployment only reports.",
                self.thing()
            ),
        }
    }

    fn superseded_advice(&self) -> Option<String> {
        let old = short(&self.superseded.as_ref()?.id, LONGEST_NAME);
        let until = self
            .superseded_kept_until
            .map_or_else(|| "for now".to_owned(), |until| format!("until {} at least", day(until)));
        Some(format!(
            "Access key {old}, which it replaced, works {until}: have every consumer read the secret again by then."
        ))
    }

    /// Whom a mail did not reach.
    fn reader(&self) -> &str {
        self.recipient.as_deref().unwrap_or("the owner of credentials")
    }

    /// Why something that was ahead does not come.
    fn not_ahead(&self, outcome: Outcome) -> &'static str {
        match outcome {
            Outcome::Done => "",
            Outcome::Failed => ": the attempt failed",
            Outcome::Skipped => " after all",
            Outcome::DryRun => ", because this deployment only reports",
        }
    }

    fn is_password(&self) -> bool {
        self.credential
            .as_ref()
            .is_some_and(|credential| credential.kind == CredentialKind::Password)
    }

    /// What a deactivation does to this credential.
    fn past_participle(&self) -> &'static str {
        if self.is_password() { "deleted" } else { "deactivated" }
    }

    /// The name in the secret's ARN, without the six characters that AWS appends.
    fn secret_name(&self) -> &str {
        let arn = self.secret.as_deref().unwrap_or("of a user");
        let name = arn.split_once(":secret:").map_or(arn, |(_, name)| name);
        name.rsplit_once('-').filter(|(_, end)| end.len() == 6).map_or(name, |(name, _)| name)
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
        let part = |word: &str, name: Option<&str>| {
            name.filter(|name| !name.is_empty())
                .map_or_else(String::new, |name| format!(" {word}{}", short(name, LONGEST_NAME)))
        };
        let id = part("", Some(&*credential.id).filter(|_| !self.is_password()));
        let service = part("for ", credential.service.as_deref());
        let owner = part("of user ", self.user.as_deref());
        format!("{}{id}{service}{owner} in account {}", credential.kind, self.account)
    }
}

fn answer_to_exposure(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Done => "It was deactivated at once.",
        Outcome::Failed => "It could NOT be deactivated.",
        Outcome::Skipped => "Nothing had to be done.",
        Outcome::DryRun => "It is STILL ACTIVE, because this deployment only reports.",
    }
}

impl Credential {
    /// The kind, as the beginning of a line.
    pub fn title(&self) -> &'static str {
        match self.kind {
            CredentialKind::AccessKey => "Access key",
            CredentialKind::Password => "Console password",
            CredentialKind::SshPublicKey => "SSH public key",
            CredentialKind::SigningCertificate => "Signing certificate",
            CredentialKind::ServiceSpecific => "Service credential",
        }
    }
}

/// `line` as SNS and mail take it for a subject: printable ASCII, under 100 characters, no line break.
pub fn subject_line(line: &str) -> String {
    line.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(LONGEST_SUBJECT).collect()
}

/// `name`, cut where it is longer than `longest`.
fn short(name: &str, longest: usize) -> String {
    let mut short: String = name.chars().take(longest).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

/// The day of an instant, in UTC: `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}
