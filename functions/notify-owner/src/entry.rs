//! One piece of news as a mail shows it.

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::CredentialKind;
use notice::{Credential, Kind, Notice, Outcome, day};
use serde::Serialize;

use crate::links::{Link, links};
use crate::steps::{Step, steps};
use crate::visible::visible;

/// What the words of a mail depend on besides its news.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    /// The partition of the account: `aws`, `aws-cn`, …
    pub partition: String,
    /// The account that the functions run in.
    pub account: String,
    /// The name of the function that takes deactivations back.
    pub sweep_function: String,
    /// When the mail is written.
    pub now: Timestamp,
}

/// One piece of news; every text in it is safe to show on one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// `info`, `warning` or `critical`.
    pub severity: &'static str,
    /// The credential and whose it is, in few words.
    pub title: String,
    /// What happened or will happen.
    pub headline: String,
    /// Which rule is behind it; empty if none is.
    pub why: String,
    /// What can be done about it; empty if nothing can.
    pub advice: String,
    /// What went wrong; empty if nothing did.
    pub error: String,
    /// What is known of the credential.
    pub facts: Vec<Fact>,
    /// Commands to copy.
    pub steps: Vec<Step>,
    /// Where to look.
    pub links: Vec<Link>,
}

/// A name and a value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Fact {
    /// The name.
    pub name: &'static str,
    /// The value.
    pub value: String,
}

impl Entry {
    /// The entry of a notice.
    pub fn of(notice: &Notice, context: &Context) -> Self {
        let shown = |text: Option<&str>| text.map(visible).unwrap_or_default();
        let entry = Self {
            severity: notice.severity.as_str(),
            title: visible(&notice.subject()),
            headline: visible(&notice.headline()),
            why: shown(notice.because.as_deref()),
            advice: shown(notice.advice().as_deref()),
            error: shown(notice.error.as_deref()),
            facts: facts(notice, context.now),
            steps: steps(notice, context),
            links: links(notice, context),
        };
        if is_late(notice, context.now) { entry.late() } else { entry }
    }

    /// The entry in words for a day that has passed: what it says was ahead, and commands that were made for the time before.
    fn late(self) -> Self {
        // In the title the name comes after these words, in the headline before them.
        let title = self.title.split_once(AHEAD);
        let headline = self.headline.rsplit_once(AHEAD);
        let past = |parts: Option<(&str, &str)>| parts.map(|(a, b)| format!("{a} was to be {b}"));
        Self {
            title: past(title).unwrap_or(self.title),
            headline: past(headline).unwrap_or(self.headline),
            advice: LATE.to_owned(),
            steps: Vec::new(),
            ..self
        }
    }
}

/// What a notice says of a day that is ahead.
const AHEAD: &str = " will be ";

const LATE: &str =
    "This news is late, and its day has passed: look at the credential before you do anything.";

/// Whether the mail is written after the day that its news is about, as when it waited for SES or among the dead letters.
fn is_late(notice: &Notice, now: Timestamp) -> bool {
    matches!(notice.kind, Kind::DeactivationAhead | Kind::DeletionAhead)
        && notice.outcome == Outcome::Done
        && notice.due.is_some_and(|due| due <= now)
}

fn facts(notice: &Notice, now: Timestamp) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    let account = notice
        .account_alias
        .as_ref()
        .map_or_else(|| notice.account.clone(), |alias| format!("{alias} ({})", notice.account));
    facts.add("Account", account);
    facts.maybe("IAM user", notice.user.as_deref());
    if let Some(credential) = &notice.credential {
        // The "id" of a password is a word that would look like the password.
        let id = Some(&*credential.id).filter(|_| credential.kind != CredentialKind::Password);
        facts.maybe(credential.title(), id);
        facts.maybe("Description", notice.owner.description.as_deref());
        facts.maybe("Service", credential.service.as_deref());
        if let Some(created) = credential.created {
            facts.add("Created", format!("{} ({} ago)", day(created), days(created, now)));
        }
        if let Some(used) = last_used(notice, credential, now) {
            facts.add("Last used", used);
        }
        if let Some(expires) = credential.expires {
            facts.add("Expires by itself", day(expires));
        }
    }
    if let Some(old) = &notice.superseded {
        let until = notice
            .superseded_kept_until
            .map_or_else(String::new, |until| format!(", kept until {} at least", day(until)));
        facts.add("Replaced key", format!("{}{until}", old.id));
    }
    facts.maybe("Secret", notice.secret.as_deref());
    facts.maybe("Current version", notice.version.as_deref());
    if let (Some(due), Some(name)) = (notice.due, ahead(notice, now)) {
        // By the calendar: the mail is written some seconds after the sweep, and the date is still so many days away.
        let left = calendar_day(due) - calendar_day(now);
        let left = match left {
            1.. => format!(" (in {})", count(left)),
            0 if due > now => " (today)".to_owned(),
            _ => String::new(),
        };
        facts.add(name, format!("{}{left}", day(due)));
    }
    facts.add("As of", notice.at.strftime("%Y-%m-%d %H:%M UTC").to_string());
    facts.0
}

/// What the date of a notice is the date of; nothing where nothing comes of it.
fn ahead(notice: &Notice, now: Timestamp) -> Option<&'static str> {
    let late = notice.due.is_some_and(|due| due <= now);
    let deleted = match (notice.kind, notice.outcome) {
        (Kind::DeactivationAhead, Outcome::Done) => is_password(notice),
        (Kind::DeletionAhead | Kind::Deactivated, Outcome::Done) => true,
        _ => return None,
    };
    Some(match (late, deleted) {
        (false, true) => "Will be deleted on",
        (false, false) => "Will be deactivated on",
        (true, true) => "Was to be deleted on",
        (true, false) => "Was to be deactivated on",
    })
}

fn is_password(notice: &Notice) -> bool {
    notice.credential.as_ref().is_some_and(|credential| credential.kind == CredentialKind::Password)
}

struct Facts(Vec<Fact>);

impl Facts {
    fn add(&mut self, name: &'static str, value: impl AsRef<str>) {
        self.0.push(Fact { name, value: visible(value.as_ref()) });
    }

    fn maybe(&mut self, name: &'static str, value: Option<&str>) {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            self.add(name, value);
        }
    }
}

/// What is said about the last use; nothing where there is nothing to say, as about a new key.
fn last_used(notice: &Notice, credential: &Credential, now: Timestamp) -> Option<String> {
    let Some(used) = &credential.last_used else {
        let says_nothing = credential.created.is_none() || notice.kind == Kind::Rotated;
        return match credential.kind {
            CredentialKind::AccessKey | CredentialKind::Password => {
                (!says_nothing).then(|| "not known".to_owned())
            }
            CredentialKind::SshPublicKey
            | CredentialKind::SigningCertificate
            | CredentialKind::ServiceSpecific => {
                Some("IAM records no use of this kind of credential".to_owned())
            }
        };
    };
    let Some(at) = used.at else { return Some("no use is recorded".to_owned()) };
    let with = match (&used.service, &used.region) {
        (Some(service), Some(region)) => format!(", {service} in {region}"),
        (Some(service), None) => format!(", {service}"),
        (None, _) => String::new(),
    };
    Some(format!("{} ({} ago{with})", day(at), days(at, now)))
}

/// The number of the day in UTC since 1970.
fn calendar_day(at: Timestamp) -> i64 {
    at.as_second().div_euclid(24 * 60 * 60)
}

fn whole_days(span: SignedDuration) -> i64 {
    span.as_hours() / 24
}

fn days(since: Timestamp, now: Timestamp) -> String {
    count(whole_days(now.duration_since(since)).max(0))
}

fn count(days: i64) -> String {
    match days {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        more => format!("{more} days"),
    }
}
