//! Mail that was not delivered, as SES reports it.

use serde_json::{Value, json};

use super::events::{from_topic, sources};
use super::*;
use crate::{Content, Event, EventError, Sources, Undelivered};

const MAIL: &str = "arn:aws:sns:eu-west-1:123456789012:mail-events";

/// An event of this type about a mail to Ana ("Examples of event data that Amazon SES publishes to Amazon SNS").
pub(super) fn event(kind: &str) -> Value {
    json!({
        "eventType": kind,
        "mail": {
            "timestamp": "2026-11-01T03:00:00.000Z",
            "source": "Keysteward <keysteward@example.com>",
            "sendingAccountId": ACCOUNT,
            "messageId": "0102018f-0000",
            "destination": ["ana@example.com"],
            "commonHeaders": { "subject": "Access key deactivated: ana in 123456789012" },
        },
    })
}

fn bounce(kind: &str, sub: &str) -> Value {
    let mut event = event("Bounce");
    event["bounce"] = json!({
        "bounceType": kind,
        "bounceSubType": sub,
        "bouncedRecipients": [
            { "emailAddress": "ana@example.com", "diagnosticCode": "smtp; 550 5.1.1 unknown" }
        ],
    });
    event
}

fn read(event: &Value) -> Result<Content, EventError> {
    let message = event.to_string();
    from_topic(&json!({ "Type": "Notification", "TopicArn": MAIL, "Message": message }))
}

fn undelivered_in(event: &Value) -> Undelivered {
    match read(event).unwrap() {
        Content::Undelivered(mail) => mail,
        other => panic!("no undelivered mail: {other:?}"),
    }
}

fn because(event: &Value) -> String {
    let mail = undelivered_in(event);
    let [notice] = &mail.notices[..] else { panic!("not one piece of news: {mail:?}") };
    assert_eq!(notice.account, Some(account()));
    assert_eq!(notice.at, now());
    let start = "the mail \"Access key deactivated: ana in 123456789012\" to ana@example.com ";
    notice.why().unwrap().strip_prefix(start).unwrap().to_owned()
}

#[test]
fn a_mail_that_was_not_delivered_is_news_with_the_reason() {
    let mut complaint = event("Complaint");
    complaint["complaint"] =
        json!({ "complainedRecipients": [{ "emailAddress": "ana@example.com" }] });
    let mut reject = event("Reject");
    reject["reject"] = json!({ "reason": "Bad content" });
    let suppressed = "bounced: the address is on a suppression list of SES";
    for (event, told) in [
        (
            bounce("Permanent", "General"),
            "bounced: Permanent, General: smtp; 550 5.1.1 unknown".to_owned(),
        ),
        (
            bounce("Transient", "MailboxFull"),
            "bounced: Transient, MailboxFull: smtp; 550 5.1.1 unknown".to_owned(),
        ),
        (
            bounce("Permanent", "OnAccountSuppressionList"),
            format!("{suppressed} (OnAccountSuppressionList)"),
        ),
        (bounce("Permanent", "Suppressed"), format!("{suppressed} (Suppressed)")),
        (complaint, "was reported as unwanted: its recipient marked it as spam".to_owned()),
        (reject, "was not sent: Bad content".to_owned()),
    ] {
        assert_eq!(because(&event), told);
    }
}

#[test]
fn the_older_form_of_an_event_is_read_as_well() {
    let mut older = bounce("Permanent", "General");
    let members = older.as_object_mut().unwrap();
    let kind = members.remove("eventType").unwrap();
    members.insert("notificationType".to_owned(), kind);
    assert!(because(&older).starts_with("bounced: "));
}

#[test]
fn each_recipient_is_a_piece_of_news() {
    let mut event = bounce("Permanent", "General");
    event["bounce"]["bouncedRecipients"] =
        json!([{ "emailAddress": "ana@example.com" }, { "emailAddress": "bo@example.com" }]);
    let mail = undelivered_in(&event);
    let ids: Vec<_> = mail.notices.iter().map(|notice| notice.id.as_str()).collect();
    let start = "mail-undelivered/123456789012/0102018f-0000/Permanent";
    assert_eq!(ids, [format!("{start}/ana@example.com"), format!("{start}/bo@example.com")]);
}

#[test]
fn what_was_delivered_is_no_news() {
    for kind in ["Send", "Delivery", "Open", "Click", "DeliveryDelay", "Subscription"] {
        assert_eq!(read(&event(kind)).unwrap(), Content::NotOurs, "{kind}");
    }
}

#[test]
fn an_automatic_reply_is_no_news() {
    let mut reply = bounce("Transient", "General");
    assert_eq!(read(&reply).unwrap(), Content::NotOurs);
    reply["bounce"]["bouncedRecipients"][0]["emailAddress"] = json!("admin@example.com");
    assert_eq!(read(&reply).unwrap(), Content::NotOurs);
    for (kind, sub) in [
        ("Transient", "MailboxFull"),
        ("Transient", "MessageTooLarge"),
        ("Transient", "ContentRejected"),
        ("Transient", "AttachmentRejected"),
        ("Permanent", "General"),
        ("Undetermined", "Undetermined"),
    ] {
        assert!(because(&bounce(kind, sub)).starts_with("bounced: "), "{kind} {sub}");
    }
}

#[test]
fn each_way_of_not_arriving_is_news_of_its_own() {
    let mut complaint = event("Complaint");
    complaint["complaint"] =
        json!({ "complainedRecipients": [{ "emailAddress": "ana@example.com" }] });
    let ids = [
        bounce("Transient", "MailboxFull"),
        bounce("Undetermined", "Undetermined"),
        bounce("Permanent", "General"),
        complaint,
        event("Reject"),
    ]
    .map(|event| undelivered_in(&event).notices[0].id.clone());
    let distinct: std::collections::BTreeSet<_> = ids.iter().collect();
    assert_eq!(distinct.len(), 5, "{ids:?}");
}

#[test]
fn somebody_elses_mail_is_no_news() {
    for source in ["news@example.com", "Keysteward <news@example.com>", "x keysteward@example.com"]
    {
        let mut other = bounce("Permanent", "General");
        other["mail"]["source"] = json!(source);
        assert_eq!(read(&other).unwrap(), Content::NotOurs, "{source}");
    }
    for source in
        ["keysteward@example.com", "Keysteward@Example.com", "\"K\" <keysteward@example.com>"]
    {
        let mut ours = bounce("Permanent", "General");
        ours["mail"]["source"] = json!(source);
        assert!(because(&ours).starts_with("bounced: "), "{source}");
    }
}

#[test]
fn mail_to_the_administrator_that_was_not_delivered_is_an_error_and_no_further_mail() {
    for address in ["admin@example.com", "Admin@Example.com", "<admin@example.com>"] {
        let mut event = bounce("Permanent", "General");
        event["bounce"]["bouncedRecipients"][0]["emailAddress"] = json!(address);
        let mail = undelivered_in(&event);
        assert!(mail.to_administrator && mail.notices.is_empty(), "{address}");
    }
    let mut rejected = event("Reject");
    rejected["mail"]["destination"] = json!(["admin@example.com"]);
    let mail = undelivered_in(&rejected);
    assert!(mail.to_administrator && mail.notices.is_empty());
}

#[test]
fn an_event_that_lacks_what_ses_documents_is_refused() {
    for pointer in ["/mail", "/mail/source", "/mail/timestamp", "/mail/messageId", "/eventType"] {
        let mut lacking = bounce("Permanent", "General");
        *lacking.pointer_mut(pointer).unwrap() = json!(null);
        assert!(matches!(read(&lacking), Err(EventError::Mail(_))), "{pointer}");
    }
    let mut nobody = bounce("Permanent", "General");
    nobody["bounce"]["bouncedRecipients"] = json!([]);
    assert!(matches!(read(&nobody), Err(EventError::Mail("the recipients"))));
    let not_json = json!({ "Type": "Notification", "TopicArn": MAIL, "Message": "not json" });
    assert!(matches!(from_topic(&not_json), Err(EventError::Mail("its form"))));
}

#[test]
fn without_a_sender_of_its_own_the_function_accepts_every_bounce_of_its_topic() {
    let open = Sources { mail_from: None, administrator: None, ..sources() };
    let message = bounce("Permanent", "General").to_string();
    let body = json!({ "Type": "Notification", "TopicArn": MAIL, "Message": message });
    let event = json!({ "Records": [{ "EventSource": "aws:sns", "Sns": body }] });
    let message = Event::parse(&event, &open).unwrap().messages.remove(0);
    assert!(matches!(message.content, Ok(Content::Undelivered(mail)) if mail.notices.len() == 1));
}

#[test]
fn a_mail_that_nobody_was_handed_is_known_by_its_mark_and_one_that_arrived_is_not() {
    let mark = "0123456789abcdef0123456789abcdef";
    let marked = |mut event: Value| {
        event["mail"]["tags"] =
            json!({ "ses:configuration-set": ["keysteward"], "keysteward-mail": [mark] });
        event
    };
    let mut to_administrator = bounce("Permanent", "General");
    to_administrator["bounce"]["bouncedRecipients"][0]["emailAddress"] = json!("admin@example.com");
    for (event, expected) in [
        (bounce("Permanent", "General"), Some(mark)),
        (bounce("Transient", "MailboxFull"), Some(mark)),
        (to_administrator, Some(mark)),
        (event("Reject"), Some(mark)),
        (event("Complaint"), None),
    ] {
        assert_eq!(undelivered_in(&marked(event.clone())).trace.as_deref(), expected, "{event}");
        assert_eq!(undelivered_in(&event).trace, None);
    }
}
