//! The Simple Email Service, version 2 of its API: identities, quotas, and the mail that was sent.

mod address;
mod events;
mod outgoing;

use std::collections::{BTreeMap, BTreeSet};

use http::Method;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::REGION;
use crate::authorization::{Context, Scope};
use crate::call::Caller;
use crate::clock::add;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::services::Account;
use crate::sns;
use crate::world::World;
use address::{bare, domain_of};
use outgoing::Outgoing;

pub(crate) const SERVICE: Service = Service {
    errors: Errors {
        internal: "InternalFailure",
        throttled: (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
        denied: (403, "AccessDeniedException"),
        unknown_key: (403, "UnrecognizedClientException"),
        expired: (403, "ExpiredTokenException"),
        ..Errors::JSON
    },
    ..Service::new("ses", Protocol::RestJson(operation), judged_by, perform)
};

const DAY: SignedDuration = SignedDuration::from_hours(24);
const SECOND: SignedDuration = SignedDuration::from_secs(1);

/// A mail that SES accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The sender, as it was written.
    pub from: String,
    /// The recipients.
    pub to: Vec<String>,
    /// Those who get a copy.
    pub cc: Vec<String>,
    /// Those who get a copy that nobody else is told of.
    pub bcc: Vec<String>,
    /// Where answers go.
    pub reply_to: Vec<String>,
    /// The subject.
    pub subject: String,
    /// The body as plain text.
    pub text: Option<String>,
    /// The body as HTML.
    pub html: Option<String>,
    /// The headers that the sender added, in order.
    pub headers: Vec<(String, String)>,
    /// The tags that events of the mail are published with.
    pub tags: BTreeMap<String, String>,
    /// The configuration set it was sent with.
    pub configuration_set: Option<String>,
    /// The id that the sender was answered, and that events name.
    pub message_id: String,
    /// When it was accepted, by the simulated clock.
    pub at: Timestamp,
    /// Whether it reached every recipient.
    pub delivered: bool,
}

/// The SES part of one account, in its one Region.
#[derive(Debug, Default)]
pub(crate) struct Ses {
    pub(crate) identities: BTreeSet<String>,
    /// Whether it has left the sandbox, and so may write to anybody.
    pub(crate) production: bool,
    pub(crate) per_second: Option<usize>,
    pub(crate) per_day: Option<usize>,
    pub(crate) paused: bool,
    pub(crate) suspended: bool,
    pub(crate) suppressed: BTreeSet<String>,
    pub(crate) dead_mailboxes: BTreeSet<String>,
    /// The topic that events of each configuration set are published to.
    pub(crate) configuration_sets: BTreeMap<String, Option<String>>,
    pub(crate) mails: Vec<Mail>,
}

/// The operation that a method and a path mean.
fn operation(method: &Method, path: &str) -> &'static str {
    match (method.as_str(), path) {
        ("POST", "/v2/email/outbound-emails") => "SendEmail",
        _ => "unknown",
    }
}

/// Fills in what IAM judges a mail by; a configuration set must be allowed besides the identity.
fn judged_by(context: &mut Context, asked: &Asked, account: Option<&Account>, scope: Scope<'_>) {
    let Some(input) = asked.json() else { return };
    let arn = |resource: &str| format!("arn:aws:ses:{}:{}:{resource}", scope.region, scope.account);
    context.set("ses:ApiVersion", "2");
    if let Some(from) = input.get("FromEmailAddress").and_then(Value::as_str) {
        let address = bare(from);
        let known = account.and_then(|account| account.ses.identity(address));
        let identity = known.unwrap_or_else(|| domain_of(address));
        context.resource = arn(&format!("identity/{identity}"));
        context.set("ses:FromAddress", address);
    }
    let recipients: Vec<_> = ["ToAddresses", "CcAddresses", "BccAddresses"]
        .iter()
        .filter_map(|kind| input.get("Destination")?.get(kind)?.as_array())
        .flatten()
        .filter_map(|recipient| recipient.as_str().map(bare))
        .collect();
    context.set_list("ses:Recipients", &recipients);
    if let Some(set) = input.get("ConfigurationSetName").and_then(Value::as_str) {
        let set = arn(&format!("configuration-set/{set}"));
        context.also.push(("ses:SendEmail".to_owned(), set));
    }
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let input = asked.json()?;
    let (account, ids) = world.account_and_ids(&caller.account);
    match asked.operation.as_str() {
        "SendEmail" => Some(send_email(account, input, caller, ids).map(Body::Json)),
        _ => None,
    }
}

fn send_email(
    account: &mut Account,
    input: &Value,
    caller: &Caller,
    ids: &mut Ids,
) -> Result<Value, ApiError> {
    let outgoing = Outgoing::parse(input)?;
    let topic = account.ses.admit(&outgoing, caller)?;
    let message_id = format!("0102{:012x}-{}-000000", caller.now.as_millisecond(), ids.uuid());
    let (mail, bounces) = account.ses.deliver(outgoing, message_id.clone(), caller.now);
    if let Some(topic) = topic {
        for bounce in bounces {
            let event = bounce.event(&mail, caller, ids);
            let subject = "Amazon SES Email Event Notification";
            sns::publish_event(account, &topic, subject, event, caller.now, ids);
        }
    }
    account.ses.mails.push(mail);
    Ok(json!({ "MessageId": message_id }))
}

impl Ses {
    /// The verified identity that covers an address: the address itself, its domain, or a domain above that.
    fn identity(&self, address: &str) -> Option<&str> {
        if let Some(own) = self.identities.get(address) {
            return Some(own);
        }
        let domain = domain_of(address).to_ascii_lowercase();
        self.identities.iter().map(String::as_str).find(|identity| {
            let above = domain.strip_suffix(&identity.to_ascii_lowercase());
            !identity.contains('@')
                && above.is_some_and(|below| below.is_empty() || below.ends_with('.'))
        })
    }

    /// Checks that a mail may be sent now, and answers the topic that its events go to.
    fn admit(&self, mail: &Outgoing, caller: &Caller) -> Result<Option<String>, ApiError> {
        if self.suspended {
            let message = "Sending suspended for this account.";
            return Err(ApiError::new(400, "AccountSuspendedException", message));
        }
        if self.paused {
            let message = "Sending paused for this account.";
            return Err(ApiError::new(400, "SendingPausedException", message));
        }
        let topic = match &mail.configuration_set {
            None => None,
            Some(set) => self.configuration_sets.get(set).cloned().ok_or_else(|| {
                let message = format!("Configuration set <{set}> does not exist.");
                ApiError::new(404, "NotFoundException", message)
            })?,
        };
        let recipients = mail.recipients().filter(|_| !self.production);
        let unverified: Vec<_> = std::iter::once(&mail.from)
            .chain(recipients)
            .filter(|written| caller.region != REGION || self.identity(bare(written)).is_none())
            .map(String::as_str)
            .collect();
        if !unverified.is_empty() {
            let message = format!(
                "Email address is not verified. The following identities failed the check in region {}: {}",
                caller.region.to_ascii_uppercase(),
                unverified.join(", ")
            );
            return Err(ApiError::new(400, "MessageRejected", message));
        }
        let reached = |limit: Option<usize>, span| {
            limit.is_some_and(|limit| self.sent_within(span, caller.now) >= limit)
        };
        if reached(self.per_second, SECOND) {
            return Err(SERVICE.errors.throttled());
        }
        if reached(self.per_day, DAY) {
            let message = "Daily message quota exceeded.";
            return Err(ApiError::new(400, "LimitExceededException", message));
        }
        Ok(topic)
    }

    /// How many recipients were written to in the last while.
    fn sent_within(&self, span: SignedDuration, now: Timestamp) -> usize {
        let recent = self.mails.iter().rev().take_while(|mail| add(mail.at, span) > now);
        recent.map(|mail| mail.to.len() + mail.cc.len() + mail.bcc.len()).sum()
    }

    /// Delivers a mail, and answers what bounced; a mailbox that does not exist is suppressed from then on.
    fn deliver(
        &mut self,
        outgoing: Outgoing,
        message_id: String,
        at: Timestamp,
    ) -> (Mail, Vec<events::Bounce>) {
        let recipients: Vec<_> =
            outgoing.recipients().map(|recipient| bare(recipient).to_owned()).collect();
        let (suppressed, others): (Vec<_>, Vec<_>) =
            recipients.into_iter().partition(|address| self.suppressed.contains(address));
        let dead: Vec<_> =
            others.into_iter().filter(|address| self.dead_mailboxes.contains(address)).collect();
        self.suppressed.extend(dead.iter().cloned());
        let bounces: Vec<_> =
            [events::Bounce::suppressed(suppressed), events::Bounce::general(dead)]
                .into_iter()
                .filter(|bounce| !bounce.is_empty())
                .collect();
        (outgoing.into_mail(message_id, at, bounces.is_empty()), bounces)
    }
}
