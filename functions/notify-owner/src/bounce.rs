//! Mail that did not reach its reader, as SES reports it.

use jiff::Timestamp;
use notice::{MailFate, MailUndelivered, Notice};
use serde_json::Value;

use crate::event::{EventError, Sources, text};
use crate::trace;

/// A mail of this function that was not delivered, or not wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undelivered {
    /// The mark of the mail whose notices nobody was handed; `None` where the mail arrived, or has no receipts.
    pub trace: Option<String>,
    /// The news for the administrator.
    pub notices: Vec<Notice>,
    /// Whether it was a mail to the administrator, who cannot be notified of it by mail.
    pub to_administrator: bool,
}

/// The mail of ours that an event is about, if it was not delivered or not wanted.
///
/// An automatic reply, as of somebody out of office, comes as a bounce too: `Transient`, `General` ("Bounce types"). It says
/// nothing against the address.
///
/// The form is that of event publishing ("Examples of event data that Amazon SES publishes to Amazon SNS"); the older feedback
/// notifications of an identity differ in one name, and have no tags.
pub(crate) fn read(message: &str, sources: &Sources) -> Result<Option<Undelivered>, EventError> {
    let (account, from) = (sources.notices.account(), sources.mail_from.as_deref());
    let event: Value = serde_json::from_str(message).map_err(|_| EventError::Mail("its form"))?;
    let kind = text(&event, "eventType").or(text(&event, "notificationType"));
    let mail = event.get("mail").ok_or(EventError::Mail("the mail"))?;
    let kind = kind.ok_or(EventError::Mail("its type"))?;
    let (fate, detail, list) = match kind {
        "Bounce" => (MailFate::Bounced, "bounce", "bouncedRecipients"),
        "Complaint" => (MailFate::Unwanted, "complaint", "complainedRecipients"),
        "Reject" => (MailFate::Rejected, "reject", ""),
        _ => return Ok(None),
    };
    let source = text(mail, "source").ok_or(EventError::Mail("the sender"))?;
    if from.is_some_and(|from| !is_mailbox(source, from)) {
        return Ok(None);
    }
    let at: Option<Timestamp> = text(mail, "timestamp").and_then(|at| at.parse().ok());
    let at = at.ok_or(EventError::Mail("the time of the mail"))?;
    let id = text(mail, "messageId").ok_or(EventError::Mail("the id of the mail"))?;
    let subject = mail.get("commonHeaders").and_then(|headers| text(headers, "subject"));
    let detail = event.get(detail).unwrap_or(&Value::Null);
    let bounce = (text(detail, "bounceType"), text(detail, "bounceSubType"));
    if fate == MailFate::Bounced && bounce == (Some("Transient"), Some("General")) {
        tracing::info!("an automatic reply or a passing failure is not a mail that bounced");
        return Ok(None);
    }
    // A mail that bounced for a while may bounce for good, which is other news.
    let id = format!("{id}/{}", bounce.0.unwrap_or(kind));
    let recipients = match detail.get(list).and_then(Value::as_array) {
        Some(listed) => listed.iter().filter_map(|one| text(one, "emailAddress")).collect(),
        None => {
            let all = mail.get("destination").and_then(Value::as_array);
            all.into_iter().flatten().filter_map(Value::as_str).collect::<Vec<_>>()
        }
    };
    if recipients.is_empty() {
        return Err(EventError::Mail("the recipients"));
    }
    let trace = (fate != MailFate::Unwanted).then(|| mark(mail)).flatten();
    // A mail about this mail would bounce as well.
    let administrator = sources.administrator.as_deref();
    if recipients.iter().any(|one| administrator.is_some_and(|to| is_mailbox(one, to))) {
        return Ok(Some(Undelivered { trace, notices: Vec::new(), to_administrator: true }));
    }
    let notice = |recipient: &str| {
        let news = MailUndelivered {
            recipient: recipient.to_owned(),
            subject: subject.unwrap_or("(no subject)").to_owned(),
            outcome: fate,
            because: reason(fate, detail, recipient),
        };
        Notice::mail_undelivered(account, &id, news, at)
    };
    let notices = recipients.into_iter().map(notice).collect();
    Ok(Some(Undelivered { trace, notices, to_administrator: false }))
}

/// The mark that the mail was sent with.
fn mark(mail: &Value) -> Option<String> {
    let values = mail.get("tags")?.get(trace::TAG)?;
    Some(values.get(0)?.as_str()?.to_owned())
}

/// Whether `written`, which may have a name before the address, is the mailbox `address`.
fn is_mailbox(written: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let inside = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
        inside.unwrap_or(text).trim().to_ascii_lowercase()
    };
    bare(written) == bare(address)
}

fn reason(fate: MailFate, detail: &Value, recipient: &str) -> String {
    let word = |name| text(detail, name).filter(|word| !word.is_empty());
    match (fate, word("bounceType"), word("bounceSubType")) {
        (MailFate::Bounced, _, Some(sub @ ("OnAccountSuppressionList" | "Suppressed"))) => {
            format!("the address is on a suppression list of SES ({sub})")
        }
        (MailFate::Bounced, bounce, sub) => {
            let said = detail.get("bouncedRecipients").and_then(Value::as_array);
            let said = said.into_iter().flatten();
            let own = said.filter(|one| text(one, "emailAddress") == Some(recipient));
            let code = own.filter_map(|one| text(one, "diagnosticCode")).next();
            let of = [bounce, sub].into_iter().flatten().collect::<Vec<_>>().join(", ");
            code.map_or_else(|| of.clone(), |code| format!("{of}: {code}"))
        }
        (MailFate::Unwanted, ..) => "its recipient marked it as spam".to_owned(),
        (MailFate::Rejected, ..) => word("reason").unwrap_or("SES names no reason").to_owned(),
    }
}
