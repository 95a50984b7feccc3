//! What the function believes, and what it refuses.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::{Content, Event, EventError, Message, SecretEvent, SecretNews, Sources};

const TOPIC: &str = "arn:aws:sns:eu-west-1:123456789012:notices";
const MAIL: &str = "arn:aws:sns:eu-west-1:123456789012:mail-events";

pub(super) fn sources() -> Sources {
    Sources {
        notices: TOPIC.parse().unwrap(),
        mail_events: Some(MAIL.parse().unwrap()),
        mail_from: Some("keysteward@example.com".to_owned()),
        administrator: Some("admin@example.com".to_owned()),
    }
}

/// The envelope that SNS puts around a notice.
fn envelope(topic: &str, message: &str) -> Value {
    json!({ "Type": "Notification", "TopicArn": topic, "Message": message, "MessageAttributes": {} })
}

fn with_attributes(notice: &Notice) -> Value {
    let mut envelope = envelope(TOPIC, &serde_json::to_string(notice).unwrap());
    for (name, value) in notice.attributes() {
        envelope["MessageAttributes"][name] = json!({ "Type": "String", "Value": value });
    }
    envelope
}

fn queued(bodies: &[String]) -> Value {
    let records = bodies.iter().enumerate().map(|(at, body)| {
        json!({ "messageId": format!("m{at}"), "eventSource": "aws:sqs", "body": body })
    });
    json!({ "Records": records.collect::<Vec<_>>() })
}

fn parse(event: &Value) -> Result<Event, EventError> {
    Event::parse(event, &sources())
}

/// What the one message of an event says.
fn content(event: &Value) -> Result<Content, EventError> {
    let messages: [Message; 1] = parse(event)?.messages.try_into().unwrap();
    let [message] = messages;
    message.content
}

/// Through a queue and straight from the topic, which must come to the same.
pub(super) fn from_topic(envelope: &Value) -> Result<Content, EventError> {
    let through = content(&queued(&[envelope.to_string()]));
    let straight = content(&json!({ "Records": [{ "EventSource": "aws:sns", "Sns": envelope }] }));
    assert_eq!(format!("{through:?}"), format!("{straight:?}"));
    through
}

fn from_mail_topic(event: &Value) -> Result<Content, EventError> {
    from_topic(&envelope(MAIL, &event.to_string()))
}

fn refusal(result: Result<Content, EventError>) -> String {
    lambda_shell::chain(&result.unwrap_err())
}

#[test]
fn a_notice_is_accepted_through_a_queue_and_from_its_topic() {
    for kind in Kind::ALL {
        let notice = notice(kind);
        let read = from_topic(&with_attributes(&notice)).unwrap();
        assert_eq!(read, Content::News(vec![notice]));
    }
}

#[test]
fn a_queue_is_answered_message_by_message() {
    let good = with_attributes(&exposed(Answer::Deactivated)).to_string();
    let event = parse(&queued(&["not json".to_owned(), good, "{}".to_owned()])).unwrap();
    assert!(event.queued);
    let ids: Vec<_> = event.messages.iter().map(|message| &*message.id).collect();
    assert_eq!(ids, ["m0", "m1", "m2"]);
    let read: Vec<_> = event.messages.iter().map(|message| message.content.is_ok()).collect();
    assert_eq!(read, [false, true, false]);
}

#[test]
fn a_message_of_another_topic_is_refused() {
    for topic in ["arn:aws:sns:eu-west-1:210987654321:notices", "", &TOPIC[1..]] {
        let mut other = with_attributes(&rotated());
        other["TopicArn"] = json!(topic);
        assert!(matches!(from_topic(&other), Err(EventError::Topic)), "{topic}");
    }
    let unheard = Sources { mail_events: None, ..sources() };
    let event = queued(&[envelope(MAIL, "{}").to_string()]);
    let message = Event::parse(&event, &unheard).unwrap().messages.remove(0);
    assert!(matches!(message.content, Err(EventError::Topic)));
}

#[test]
fn a_message_without_its_envelope_is_refused() {
    let raw = serde_json::to_string(&rotated()).unwrap();
    let told = refusal(content(&queued(&[raw])));
    assert!(told.contains("switch raw message delivery off"), "{told}");
    for member in ["TopicArn", "Message"] {
        let mut lacking = with_attributes(&rotated());
        lacking.as_object_mut().unwrap().remove(member);
        assert!(matches!(from_topic(&lacking), Err(EventError::Envelope)), "{member}");
    }
    let records = json!([{ "EventSource": "aws:sns" }]);
    assert!(matches!(content(&json!({ "Records": records })), Err(EventError::Envelope)));
    let records = json!([{ "eventSource": "aws:sqs" }]);
    assert!(matches!(content(&json!({ "Records": records })), Err(EventError::Envelope)));
}

#[test]
fn an_attribute_that_contradicts_its_notice_is_refused() {
    let notice = exposed(failed());
    for (name, _) in notice.attributes() {
        let mut forged = with_attributes(&notice);
        forged["MessageAttributes"][name]["Value"] = json!("something else");
        let refused = from_topic(&forged);
        assert!(matches!(refused, Err(EventError::Attribute(told)) if told == name), "{refused:?}");
    }
    let mut bare = with_attributes(&notice);
    bare.as_object_mut().unwrap().remove("MessageAttributes");
    assert_eq!(from_topic(&bare).unwrap(), Content::News(vec![notice]));
}

#[test]
fn a_message_on_the_topic_of_notices_that_is_none_is_refused() {
    for message in ["", "hello", "{}", r#"{"schema":"keysteward/notice/v2"}"#] {
        let refused = from_topic(&envelope(TOPIC, message));
        assert!(matches!(refused, Err(EventError::Notice(_))), "{message}");
    }
}

#[test]
fn an_invocation_of_another_kind_is_refused() {
    for event in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "Records": [{ "eventSource": "aws:s3" }] }),
        json!({ "Records": [{ "eventSource": "aws:sqs" }, { "EventSource": "aws:sns" }] }),
        json!({ "source": "aws.health" }),
        json!({ "detail-type": "Scheduled Event" }),
        json!({ "undo": { "user": "ana" } }),
    ] {
        assert!(matches!(parse(&event), Err(EventError::Unknown)), "{event}");
    }
}

fn label_updated() -> Value {
    json!({
        "id": "e1", "source": "aws.secretsmanager", "detail-type": "Secret Label Updated",
        "account": ACCOUNT, "region": "eu-west-1", "time": "2026-11-01T03:00:00Z",
        "resources": [SECRET],
        "detail": { "name": "ci/deploy", "labelUpdated": "AWSCURRENT", "versionId": VERSION },
    })
}

fn rotation_event(name: &str) -> Value {
    json!({
        "id": "e1", "source": "aws.secretsmanager",
        "detail-type": "AWS Service Event via CloudTrail",
        "account": ACCOUNT, "region": "eu-west-1", "time": "2026-11-01T03:00:00Z", "resources": [],
        "detail": {
            "eventName": name, "eventID": "c1", "errorMessage": "it failed",
            "additionalEventData": { "SecretId": SECRET },
        },
    })
}

/// Straight from the bus and through a queue, which must come to the same.
fn from_bus(event: &Value) -> Result<Content, EventError> {
    let (straight, through) = (content(event), content(&queued(&[event.to_string()])));
    assert_eq!(format!("{through:?}"), format!("{straight:?}"));
    straight
}

#[test]
fn a_new_current_version_is_news_and_other_labels_are_none() {
    let expected = SecretEvent {
        secret: SECRET.parse().unwrap(),
        id: "e1".to_owned(),
        what: SecretNews::Current(VERSION.into()),
        at: now(),
    };
    assert_eq!(from_bus(&label_updated()).unwrap(), Content::Secret(expected));
    for label in [json!("AWSPENDING"), json!("AWSPREVIOUS"), json!("mine"), json!(null)] {
        let mut other = label_updated();
        other["detail"]["labelUpdated"] = label;
        assert_eq!(from_bus(&other).unwrap(), Content::NotOurs);
    }
}

#[test]
fn a_rotation_that_failed_or_was_given_up_is_news_and_its_other_events_are_none() {
    for name in ["RotationFailed", "RotationAbandoned"] {
        let what = SecretNews::RotationFailed { error: Some("it failed".to_owned()) };
        let expected =
            SecretEvent { secret: SECRET.parse().unwrap(), id: "e1".to_owned(), what, at: now() };
        assert_eq!(from_bus(&rotation_event(name)).unwrap(), Content::Secret(expected));
    }
    for name in ["RotationStarted", "RotationSucceeded", "TestRotationFailed", ""] {
        assert_eq!(from_bus(&rotation_event(name)).unwrap(), Content::NotOurs, "{name}");
    }
    for (source, kind) in [
        ("aws.health", "AWS Health Event"),
        ("aws.secretsmanager", "AWS API Call via CloudTrail"),
        ("custom.secretsmanager", "Secret Label Updated"),
    ] {
        let mut other = label_updated();
        (other["source"], other["detail-type"]) = (json!(source), json!(kind));
        assert_eq!(from_bus(&other).unwrap(), Content::NotOurs, "{source} {kind}");
    }
}

#[test]
fn an_event_about_a_secret_must_be_of_that_secrets_account() {
    for secret in [
        "arn:aws:secretsmanager:eu-west-1:210987654321:secret:ci/deploy-AbCdEf",
        "arn:aws:secretsmanager:eu-west-1::secret:ci/deploy-AbCdEf",
        "arn:aws:s3:eu-west-1:123456789012:secret:ci/deploy-AbCdEf",
        "ci/deploy",
        "",
    ] {
        let mut label = label_updated();
        label["resources"] = json!([secret]);
        let mut rotation = rotation_event("RotationFailed");
        rotation["detail"]["additionalEventData"]["SecretId"] = json!(secret);
        for event in [label, rotation] {
            let refused = from_bus(&event);
            assert!(matches!(refused, Err(EventError::Secret(_))), "{secret}: {refused:?}");
        }
    }
    let mut nobodys = label_updated();
    nobodys["account"] = json!("");
    nobodys["resources"] = json!(["arn:aws:secretsmanager:eu-west-1::secret:ci/deploy-AbCdEf"]);
    assert!(matches!(from_bus(&nobodys), Err(EventError::Secret(_))), "an account is named");
}

#[test]
fn an_event_about_a_secret_that_lacks_what_aws_documents_is_refused() {
    for pointer in ["/account", "/time", "/resources", "/detail/versionId"] {
        let mut event = label_updated();
        *event.pointer_mut(pointer).unwrap() = json!(null);
        assert!(matches!(from_bus(&event), Err(EventError::Secret(_))), "{pointer}");
    }
    let mut event = rotation_event("RotationFailed");
    event["detail"]["eventID"] = json!(null);
    assert!(from_bus(&event).is_ok(), "the event's own id tells as well");
    event["id"] = json!(null);
    assert!(matches!(from_bus(&event), Err(EventError::Secret("an id"))));
}

fn any_json() -> impl Strategy<Value = Value> {
    let word = prop_oneof![
        Just("Notification".to_owned()),
        Just("aws.secretsmanager".to_owned()),
        Just("Secret Label Updated".to_owned()),
        Just("AWSCURRENT".to_owned()),
        Just(TOPIC.to_owned()),
        Just(MAIL.to_owned()),
        Just(SECRET.to_owned()),
        Just("Bounce".to_owned()),
        hostile::hostile(),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    let names = proptest::sample::select(vec![
        "Records",
        "body",
        "Sns",
        "Type",
        "TopicArn",
        "Message",
        "MessageAttributes",
        "source",
        "detail-type",
        "detail",
        "labelUpdated",
        "versionId",
        "resources",
        "account",
        "time",
        "kind",
        "eventSource",
        "EventSource",
        "messageId",
        "Value",
        "eventType",
        "mail",
        "bounce",
    ]);
    leaf.prop_recursive(5, 64, 8, move |inner| {
        let pair = (names.clone().prop_map(ToOwned::to_owned), inner.clone());
        prop_oneof![
            proptest::collection::vec(inner, 0..4).prop_map(Value::from),
            proptest::collection::vec(pair, 0..8)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_json_makes_parsing_panic(event in any_json()) {
        let _ = parse(&event);
        let _ = parse(&queued(&[event.to_string()]));
        for topic in [TOPIC, MAIL] {
            let _ = parse(&queued(&[envelope(topic, &event.to_string()).to_string()]));
        }
        let mut label = label_updated();
        label["detail"] = event.clone();
        let _ = parse(&label);
        let _ = parse(&json!({ "Records": [{ "EventSource": "aws:sns", "Sns": event }] }));
    }

    #[test]
    fn no_event_about_mail_makes_parsing_panic(inner in any_json(), kind in "Bounce|Complaint|Reject|Send") {
        for name in ["mail", "bounce", "complaint", "reject"] {
            let mut event = bounces::event(&kind);
            event[name] = inner.clone();
            let _ = from_mail_topic(&event);
        }
    }
}
