//! The words of a notice: one table by kind of news and by tense. Whatever needs other words asks for them; no sentence is taken apart.

use jiff::Timestamp;
use lifecycle::identifiers::AccountId;

use crate::names::{day, secret_name, short, subject_line};
use crate::news::{
    Ahead, Answer, BindingTagGone, Deactivated, Exposed, LimitReached, MailFate, MailUndelivered,
    NewVersion, News, Rotated, RotationFailed,
};
use crate::{Credential, Notice};

/// The longest name in a sentence, as long as that of an IAM user can be: a longer one would hide what is said of it.
const LONGEST_NAME: usize = 64;

/// The same for the name of a secret, which is often a path.
const LONGEST_SECRET: usize = 128;

/// What a notice says, in parts that a mail puts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// A line for the subject of a mail: printable ASCII, under 100 characters.
    pub subject: String,
    /// What happened or will happen, in one or two sentences.
    pub headline: String,
    /// What the reader can do about it, if there is anything.
    pub advice: Option<String>,
    /// When the next thing happens to the credential, and what: `Will be deleted on`.
    pub due: Option<(&'static str, Timestamp)>,
    /// Whether the day that the notice is about has passed: then it is no basis for a command.
    pub is_late: bool,
}

/// When what a notice says of a day happens, seen from the moment its words are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tense {
    Ahead,
    Past,
}

/// What is done to a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Deed {
    Deactivate,
    Delete,
}

impl Deed {
    /// What a deactivation does: a console password cannot be deactivated, only deleted.
    fn of_deactivation(credential: &Credential) -> Self {
        if credential.is_password() { Self::Delete } else { Self::Deactivate }
    }

    /// The same words for the middle of a sentence and for the start of a line.
    fn on_a_day(self, tense: Tense) -> (&'static str, &'static str) {
        match (self, tense) {
            (Self::Deactivate, Tense::Ahead) => {
                ("will be deactivated on", "Will be deactivated on")
            }
            (Self::Deactivate, Tense::Past) => {
                ("was to be deactivated on", "Was to be deactivated on")
            }
            (Self::Delete, Tense::Ahead) => ("will be deleted on", "Will be deleted on"),
            (Self::Delete, Tense::Past) => ("was to be deleted on", "Was to be deleted on"),
        }
    }
}

const LATE: &str =
    "This notice is late, and its day has passed: look at the credential before you do anything.";

impl Notice {
    /// The words for somebody who reads them at `now`.
    pub fn words(&self, now: Timestamp) -> Words {
        let tense = |due: Timestamp| if due <= now { Tense::Past } else { Tense::Ahead };
        let named = Named { notice: self };
        match &self.news {
            News::Rotated(news) => named.rotated(news),
            News::RotationFailed(news) => named.rotation_failed(news),
            News::NewVersion(news) => named.new_version(news),
            News::DeactivationAhead(news) => named.deactivation_ahead(news, tense(news.due)),
            News::DeletionAhead(news) => named.deletion_ahead(news, tense(news.due)),
            News::SupersededInUse(_) => named.superseded_in_use(),
            News::Deactivated(news) => {
                let due = news.kept_until.map(|until| (tense(until), until));
                named.deactivated(news, due)
            }
            News::Deleted(_) => named.deleted(None),
            News::Exposed(news) => named.exposed(news),
            News::Reactivated(_) => named.reactivated(),
            News::LimitReached(_) => named.limit_reached(),
            News::MailUndelivered(news) => named.mail_undelivered(news),
            News::BindingTagGone(news) => named.binding_tag_gone(news),
        }
    }

    /// The subject at the time of the news.
    pub fn subject(&self) -> String {
        self.words(self.at).subject
    }

    /// The rule behind the news, or why nothing was done; without a full stop.
    pub fn why(&self) -> Option<String> {
        let because = match &self.news {
            News::DeactivationAhead(news) | News::DeletionAhead(news) => news.because.clone(),
            News::Deactivated(news) => news.because.clone(),
            News::SupersededInUse(news) | News::Deleted(news) | News::Reactivated(news) => {
                news.because.clone()
            }
            News::Exposed(news) => news.because.clone().unwrap_or_default(),
            News::LimitReached(LimitReached { planned, allowed }) => format!(
                "{planned} credentials were due to be deactivated or deleted, and one run may do that to {allowed} at most"
            ),
            News::MailUndelivered(MailUndelivered { recipient, subject, outcome, because }) => {
                let fate = match outcome {
                    MailFate::Bounced => "bounced",
                    MailFate::Rejected => "was not sent",
                    MailFate::Unwanted => "was reported as unwanted",
                };
                format!("the mail \"{subject}\" to {recipient} {fate}: {because}")
            }
            News::Rotated(_)
            | News::RotationFailed(_)
            | News::NewVersion(_)
            | News::BindingTagGone(_) => String::new(),
        };
        Some(because).filter(|because| !because.is_empty())
    }

    /// All of it in plain sentences, as at the time of the news.
    pub(crate) fn sentences(&self) -> String {
        let words = self.words(self.at);
        let parts = [
            Some(words.headline),
            self.why().map(|because| format!("Why: {because}.")),
            words.advice,
            self.news.error().map(|error| format!("The error was: {error}.")),
        ];
        parts.into_iter().flatten().collect::<Vec<_>>().join(" ")
    }
}

/// The rows of the table, for one notice with its names.
struct Named<'a> {
    notice: &'a Notice,
}

impl Named<'_> {
    fn rotated(&self, news: &Rotated) -> Words {
        let advice = news.superseded.as_ref().map(|old| {
            format!(
                "Access key {}, which it replaced, works until {} at least: have every consumer read the secret again by then.",
                short(&old.id, LONGEST_NAME),
                day(old.kept_until)
            )
        });
        Words {
            advice,
            ..Words::new(
                self.line(&format!("{} rotated", self.title())),
                format!("{} is the new current key.", self.thing()),
            )
        }
    }

    fn rotation_failed(&self, news: &RotationFailed) -> Words {
        let (secret, account) = (secret_name(&news.secret), self.account());
        Words::new(
            format!("Rotation failed: {secret} in {account}"),
            format!(
                "The rotation of secret {} in account {account} failed.",
                short(secret, LONGEST_SECRET)
            ),
        )
        .advising(
            "The key under AWSCURRENT stays in use, and Secrets Manager tries again. The log of the rotation function says what was found and what to do.",
        )
    }

    fn new_version(&self, news: &NewVersion) -> Words {
        let (secret, account) = (secret_name(&news.secret), self.account());
        Words::new(
            format!("New current version: {secret} in {account}"),
            format!(
                "Secret {} in account {account} has a new current version, {}.",
                short(secret, LONGEST_SECRET),
                short(&news.version, LONGEST_NAME)
            ),
        )
        .advising(
            "No rotation did this: somebody stored a value, or moved the label AWSCURRENT. Consumers use this version from their next read on.",
        )
    }

    fn deactivation_ahead(&self, news: &Ahead, tense: Tense) -> Words {
        let (on_a_day, label) = Deed::of_deactivation(&news.credential).on_a_day(tense);
        let day = day(news.due);
        let words = Words::new(
            self.line(&format!("{} {on_a_day} {day}", self.title())),
            format!("{} {on_a_day} {day}.", self.thing()),
        );
        let advice = if news.credential.is_password() {
            "If it is needed, sign in to the console with it before that day; if it is not, there is nothing to do."
        } else {
            "If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it."
        };
        words.dated(label, news.due, tense, advice)
    }

    fn deletion_ahead(&self, news: &Ahead, tense: Tense) -> Words {
        let (on_a_day, label) = Deed::Delete.on_a_day(tense);
        let day = day(news.due);
        let words = Words::new(
            self.line(&format!("{} {on_a_day} {day}", self.title())),
            format!("{} is inactive and {on_a_day} {day}.", self.thing()),
        );
        let advice = if news.exposed {
            "Its secret is exposed: do not activate it again. Once it is replaced, there is nothing to do."
        } else {
            "A deleted credential cannot be restored. If it is still needed, ask for it to be activated before that day."
        };
        words.dated(label, news.due, tense, advice)
    }

    fn superseded_in_use(&self) -> Words {
        Words::new(
            self.line(&format!("Replaced {} still used", self.kind())),
            format!(
                "{} was replaced, and something still uses it. It stays active while it is in use.",
                self.thing()
            ),
        )
        .advising("Have that consumer read the secret again.")
    }

    fn deactivated(&self, news: &Deactivated, due: Option<(Tense, Timestamp)>) -> Words {
        if news.credential.is_password() {
            return self.deleted(Some("An administrator can give the user a new password."));
        }
        let kept = due.map_or_else(
            || "It is kept.".to_owned(),
            |(_, until)| format!("It is kept until {}, then deleted.", day(until)),
        );
        let advice = if news.exposed {
            "Its secret is exposed: replace it, and do not activate it again."
        } else {
            "If something stopped working, have it activated again."
        };
        let words = Words::new(
            self.line(&format!("{} deactivated", self.title())),
            format!("{} was deactivated. {kept}", self.thing()),
        );
        Words {
            due: due.map(|(tense, until)| (Deed::Delete.on_a_day(tense).1, until)),
            ..words.advising(advice)
        }
    }

    fn deleted(&self, advice: Option<&str>) -> Words {
        let words = Words::new(
            self.line(&format!("{} deleted", self.title())),
            format!("{} was deleted, which cannot be undone.", self.thing()),
        );
        Words { advice: advice.map(ToOwned::to_owned), ..words }
    }

    fn exposed(&self, news: &Exposed) -> Words {
        const ACTIVE: &str = "Deactivate it by hand, now.";
        const INACTIVE: &str = "Find out where it leaked and what was done with it, then replace it; do not activate it again.";
        let (short, long, advice) = match &news.answer {
            Answer::Deactivated => ("deactivated", "It was deactivated at once.", INACTIVE),
            Answer::WasInactive => ("was inactive", "It was inactive already.", INACTIVE),
            Answer::Failed { .. } => ("STILL ACTIVE", "It could NOT be deactivated.", ACTIVE),
            Answer::DryRun => (
                "STILL ACTIVE",
                "It is STILL ACTIVE, because this deployment changes nothing.",
                ACTIVE,
            ),
        };
        Words::new(
            self.line(&format!("EXPOSED {} {short}", self.kind())),
            format!("AWS reports that the secret of {} is exposed. {long}", self.thing_inside()),
        )
        .advising(advice)
    }

    fn reactivated(&self) -> Words {
        Words::new(
            self.line(&format!("{} active again", self.title())),
            format!("{} is active again.", self.thing()),
        )
        .advising("If it goes unused again, it is deactivated again, with another notice.")
    }

    fn limit_reached(&self) -> Words {
        let account = self.account();
        Words::new(
            format!("Keysteward changed nothing in {account}: limit reached"),
            format!(
                "The sweep of account {account} deactivated and deleted nothing, because more was due than one run may change."
            ),
        )
        .advising(
            "If the list in the report is right, raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run.",
        )
    }

    fn mail_undelivered(&self, news: &MailUndelivered) -> Words {
        const UNDELIVERED: &str = "Correct the tag that names the owner, or remove the address from the suppression list of SES, and notify the owner by other means. The dates that the mail announced stay: exempt what must stay active.";
        let (account, recipient) = (self.account(), &news.recipient);
        let (subject, headline, advice) = match news.outcome {
            MailFate::Bounced => (
                format!("Mail to an owner bounced in {account}"),
                format!("A mail to {recipient} was not delivered."),
                UNDELIVERED,
            ),
            MailFate::Rejected => (
                format!("Mail to an owner was not sent in {account}"),
                format!("A mail to {recipient} was not sent."),
                UNDELIVERED,
            ),
            MailFate::Unwanted => (
                format!("An owner reported a mail as unwanted in {account}"),
                format!("{recipient} reported a mail as unwanted."),
                "SES sends no more mail there once the address is on its suppression list. Ask the owner, or correct the tag that names the address.",
            ),
        };
        Words::new(subject, headline).advising(advice)
    }

    fn binding_tag_gone(&self, news: &BindingTagGone) -> Words {
        let account = self.account();
        Words::new(
            self.line("User lost the tag of its secret"),
            format!(
                "User {} in account {account} lost the tag keysteward:secret, and secret {} still rotates the user's keys. Keysteward leaves these keys as they are.",
                short(&news.user, LONGEST_NAME),
                short(secret_name(&news.secret), LONGEST_SECRET)
            ),
        )
        .advising(
            "Set the tag again to the ARN of the secret, or end the rotation of the secret.",
        )
    }

    /// A subject that ends in the user and the account.
    fn line(&self, start: &str) -> String {
        let user = self.notice.news.user();
        let user = user.map_or_else(String::new, |user| format!(": {user}"));
        format!("{start}{user} in {}", self.account())
    }

    fn account(&self) -> &str {
        self.notice.account.as_ref().map_or("(not known)", AccountId::as_str)
    }

    /// The kind of the credential, for the start of a line.
    fn title(&self) -> &'static str {
        self.notice.news.credential().map_or("Credential", Credential::title)
    }

    /// The same for the middle of a line.
    fn kind(&self) -> String {
        self.notice.news.credential().map_or("credential".to_owned(), |one| one.kind.to_string())
    }

    /// The credential and whose it is, for the start of a sentence.
    fn thing(&self) -> String {
        let inside = self.thing_inside();
        let mut letters = inside.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }

    /// The same for the middle of a sentence.
    fn thing_inside(&self) -> String {
        let account = self.account();
        let Some(credential) = self.notice.news.credential() else {
            return format!("a credential in account {account}");
        };
        let part = |word: &str, name: Option<&str>| {
            name.filter(|name| !name.is_empty())
                .map_or_else(String::new, |name| format!(" {word}{}", short(name, LONGEST_NAME)))
        };
        let id = part("", credential.id.as_deref());
        let service = part("for ", credential.service.as_deref());
        let owner = part("of user ", self.notice.news.user());
        format!("{}{id}{service}{owner} in account {account}", credential.kind)
    }
}

impl Words {
    fn new(subject: String, headline: String) -> Self {
        let subject = subject_line(&subject);
        Self { subject, headline, advice: None, due: None, is_late: false }
    }

    fn advising(self, advice: &str) -> Self {
        Self { advice: Some(advice.to_owned()), ..self }
    }

    /// Words about a day; once it has passed, the advice for the time before is of no use.
    fn dated(self, label: &'static str, due: Timestamp, tense: Tense, advice: &str) -> Self {
        let is_late = tense == Tense::Past;
        let words = self.advising(if is_late { LATE } else { advice });
        Self { due: Some((label, due)), is_late, ..words }
    }
}
