//! One piece of news as a mail shows it.

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::{AccountId, Arn};
use notice::{Credential, News, Notice, day};
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
    /// The name of the function that undoes deactivations.
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
    /// The entry of a notice, in the words for the moment of the mail.
    pub fn of(notice: &Notice, context: &Context) -> Self {
        let shown = |text: Option<&str>| text.map(visible).unwrap_or_default();
        let words = notice.words(context.now);
        Self {
            severity: notice.severity.as_str(),
            title: visible(&words.subject),
            headline: visible(&words.headline),
            why: shown(notice.why().as_deref()),
            advice: shown(words.advice.as_deref()),
            error: shown(notice.news.error()),
            facts: facts(notice, words.due, context.now),
            steps: steps(notice, context),
            links: links(notice, context),
        }
    }
}

fn facts(notice: &Notice, due: Option<(&'static str, Timestamp)>, now: Timestamp) -> Vec<Fact> {
    let mut facts = Facts(Vec::new());
    let account = notice.account.as_ref().map_or("not known", AccountId::as_str);
    let alias = notice.account_alias.as_ref().map(|alias| format!("{alias} ({account})"));
    facts.add("Account", alias.as_deref().unwrap_or(account));
    facts.maybe("IAM user", notice.news.user());
    if let Some(credential) = notice.news.credential() {
        facts.maybe(credential.title(), credential.id.as_deref());
        facts.maybe("Description", notice.owner.description.as_deref());
        facts.maybe("Service", credential.service.as_deref());
        if let Some(created) = credential.created {
            facts.add("Created", format!("{} ({} ago)", day(created), days(created, now)));
        }
        facts.maybe("Last used", last_used(notice, credential, now).as_deref());
        if let Some(expires) = credential.expires {
            facts.add("Expires by itself", day(expires));
        }
    }
    if let News::Rotated(rotated) = &notice.news
        && let Some(old) = &rotated.superseded
    {
        let until = day(old.kept_until);
        facts.add("Replaced key", format!("{}, kept until {until} at least", old.id));
    }
    facts.maybe("Secret", notice.news.secret().map(Arn::as_str));
    facts.maybe("Current version", notice.news.version());
    if let Some((name, due)) = due {
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
        let says_nothing = credential.created.is_none() || matches!(notice.news, News::Rotated(_));
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
