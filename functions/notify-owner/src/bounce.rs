//! Mail that came back, as SES tells.

use jiff::Timestamp;
use notice::Undelivered;
use serde_json::Value;

use crate::event::{EventError, Sources, text};

/// The recipients that a mail of ours did not reach; none, if the event is about something else.
///
/// An automatic reply, as of somebody out of office, comes as a bounce too: `Transient`, `General` ("Bounce types"). It says
/// nothing against the address.
///
/// The form is that of event publishing ("Examples of event data that Amazon SES publishes to Amazon SNS"); the older feedback
/// notifications of an identity differ in one name.
pub(crate) fn read(message: &str, sources: &Sources) -> Result<Vec<Undelivered>, EventError> {
    let (account, from) = (sources.notices.account(), sources.mail_from.as_deref());
    let event: Value = serde_json::from_str(message).map_err(|_| EventError::Mail("its form"))?;
    let kind = text(&event, "eventType").or(text(&event, "notificationType"));
    let mail = event.get("mail").ok_or(EventError::Mail("the mail"))?;
    let (detail, list) = match kind.ok_or(EventError::Mail("its type"))? {
        "Bounce" => ("bounce", "bouncedRecipients"),
        "Complaint" => ("complaint", "complainedRecipients"),
        "Reject" => ("reject", ""),
        _ => return Ok(Vec::new()),
    };
    let source = text(mail, "source").ok_or(EventError::Mail("the sender"))?;
    if from.is_some_and(|from| !is_mailbox(source, from)) {
        return Ok(Vec::new());
    }
    let at: Option<Timestamp> = text(mail, "timestamp").and_then(|at| at.parse().ok());
    let at = at.ok_or(EventError::Mail("the time of the mail"))?;
    let id = text(mail, "messageId").ok_or(EventError::Mail("the id of the mail"))?;
    let subject = mail.get("commonHeaders").and_then(|headers| text(headers, "subject"));
    let detail = event.get(detail).unwrap_or(&Value::Null);
    let bounce = (text(detail, "bounceType"), text(detail, "bounceSubType"));
    if kind == Some("Bounce") && bounce == (Some("Transient"), Some("General")) {
        tracing::info!(
            "an automatic reply or a passing trouble is not told as a mail that came back"
        );
        return Ok(Vec::new());
    }
    // A mail that came back for a while may come back for good, which is other news.
    let id = format!("{id}/{}", bounce.0.or(kind).unwrap_or_default());
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
    // Mail about this mail would come back as well.
    let administrator = sources.administrator.as_deref();
    if recipients.iter().any(|one| administrator.is_some_and(|to| is_mailbox(one, to))) {
        return Err(EventError::Administrator);
    }
    Ok(recipients
        .into_iter()
        .map(|recipient| Undelivered {
            account: account.clone(),
            mail: id.clone(),
            recipient: recipient.to_owned(),
            subject: subject.unwrap_or("(no subject)").to_owned(),
            complaint: kind == Some("Complaint"),
            because: reason(kind.unwrap_or_default(), detail, recipient),
            at,
        })
        .collect())
}

/// Whether `written`, which may have a name before the address, is the mailbox `address`.
fn is_mailbox(written: &str, address: &str) -> bool {
    let bare = |text: &str| {
        let inside = text.rsplit_once('<').and_then(|(_, rest)| rest.strip_suffix('>'));
        inside.unwrap_or(text).trim().to_ascii_lowercase()
    };
    bare(written) == bare(address)
}

fn reason(kind: &str, detail: &Value, recipient: &str) -> String {
    let word = |name| text(detail, name).filter(|word| !word.is_empty());
    match (kind, word("bounceType"), word("bounceSubType")) {
        ("Bounce", _, Some(sub @ ("OnAccountSuppressionList" | "Suppressed"))) => {
            format!("the address is on a suppression list of SES ({sub})")
        }
        ("Bounce", bounce, sub) => {
            let said = detail.get("bouncedRecipients").and_then(Value::as_array);
            let said = said.into_iter().flatten();
            let own = said.filter(|one| text(one, "emailAddress") == Some(recipient));
            let code = own.filter_map(|one| text(one, "diagnosticCode")).next();
            let of = [bounce, sub].into_iter().flatten().collect::<Vec<_>>().join(", ");
            let code = code.map_or_else(String::new, |code| format!(": {code}"));
            format!("it bounced ({of}){code}")
        }
        ("Complaint", ..) => "it arrived, and its recipient reported it as unwanted".to_owned(),
        _ => format!(
            "SES did not send it{}",
            word("reason").map_or_else(String::new, |why| format!(": {why}"))
        ),
    }
}
