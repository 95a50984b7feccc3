//! The events that a configuration set publishes, in the shape they have in SNS.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::Mail;
use super::address::{bare, domain_of};
use crate::call::{Caller, Principal};
use crate::ids::Ids;

const NOT_SENT: &str = "Amazon SES did not send the message to this address because it is on the suppression list for your account. For more information about removing addresses from the suppression list, see the Amazon SES Developer Guide at https://docs.aws.amazon.com/ses/latest/DeveloperGuide/sending-email-suppression-list.html";

/// Addresses that a mail did not reach, and why.
#[derive(Debug)]
pub(super) struct Bounce {
    subtype: &'static str,
    diagnostic: &'static str,
    reporter: &'static str,
    addresses: Vec<String>,
}

impl Bounce {
    /// Addresses that SES did not even try.
    pub(super) fn suppressed(addresses: Vec<String>) -> Self {
        Self {
            subtype: "OnAccountSuppressionList",
            diagnostic: NOT_SENT,
            reporter: "dns; amazonses.com",
            addresses,
        }
    }

    /// Addresses whose mail servers know no such mailbox.
    pub(super) fn general(addresses: Vec<String>) -> Self {
        Self {
            subtype: "General",
            diagnostic: "smtp; 550 5.1.1 user unknown",
            reporter: "dsn; mta.example.com",
            addresses,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.addresses.is_empty()
    }

    /// The event as it is published.
    pub(super) fn event(&self, mail: &Mail, caller: &Caller, ids: &mut Ids) -> String {
        let recipients: Vec<_> = self
            .addresses
            .iter()
            .map(|address| {
                json!({
                    "emailAddress": address, "action": "failed", "status": "5.1.1",
                    "diagnosticCode": self.diagnostic,
                })
            })
            .collect();
        let feedback = format!("0102{:012x}-{}-000000", caller.now.as_millisecond(), ids.uuid());
        let event = json!({
            "eventType": "Bounce",
            "bounce": {
                "bounceType": "Permanent",
                "bounceSubType": self.subtype,
                "bouncedRecipients": recipients,
                "timestamp": moment(caller.now),
                "feedbackId": feedback,
                "reportingMTA": self.reporter,
            },
            "mail": about(mail, caller),
        });
        event.to_string()
    }
}

fn about(mail: &Mail, caller: &Caller) -> Value {
    let destination: Vec<_> =
        mail.to.iter().chain(&mail.cc).chain(&mail.bcc).map(|address| bare(address)).collect();
    let mut headers = vec![("From", mail.from.clone()), ("To", mail.to.join(", "))];
    for (name, addresses) in [("Cc", &mail.cc), ("Reply-To", &mail.reply_to)] {
        if !addresses.is_empty() {
            headers.push((name, addresses.join(", ")));
        }
    }
    headers.push(("Subject", mail.subject.clone()));
    headers.push(("MIME-Version", "1.0".to_owned()));
    headers.extend(mail.headers.iter().map(|(name, value)| (name.as_str(), value.clone())));
    let headers: Vec<_> =
        headers.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
    let identity = match &caller.principal {
        Principal::User { name, .. } | Principal::Role { name, .. } => name,
    };
    let mut tags = json!({
        "ses:operation": ["SendEmail"],
        "ses:from-domain": [domain_of(bare(&mail.from))],
        "ses:caller-identity": [identity],
    });
    if let (Some(tags), Some(set)) = (tags.as_object_mut(), &mail.configuration_set) {
        tags.insert("ses:configuration-set".to_owned(), json!([set]));
        tags.extend(mail.tags.iter().map(|(name, value)| (name.clone(), json!([value]))));
    }
    let mut common = json!({
        "from": [mail.from], "to": mail.to, "messageId": mail.message_id, "subject": mail.subject,
    });
    if let (Some(common), false) = (common.as_object_mut(), mail.reply_to.is_empty()) {
        common.insert("replyTo".to_owned(), json!(mail.reply_to));
    }
    json!({
        "timestamp": moment(mail.at),
        "source": mail.from,
        "sendingAccountId": caller.account,
        "messageId": mail.message_id,
        "destination": destination,
        "headersTruncated": false,
        "headers": headers,
        "commonHeaders": common,
        "tags": tags,
    })
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}
