//! Every file in `events/` parses as an event of the function its folder is named after.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jsonschema::Validator;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::rotation::RotationStep;
use lifecycle::sweep::Subject;
use notice::{Exposure, Kind, LimitReached, News, Notice, Outcome, Owner, Severity, Undelivered};
use notify_owner::{Content, SecretNews, Sources};
use rotate_key::RotationEvent;
use serde_json::{Value, json};

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_event_file_parses_as_an_event_of_its_function() {
    let events = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events");
    for folder in files(&events).into_iter().filter(|path| path.is_dir()) {
        let function = folder.file_name().unwrap().to_str().unwrap().to_owned();
        for file in files(&folder) {
            let event = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
            match function.as_str() {
                "rotate-key" => assert!(RotationEvent::parse(&event).is_ok(), "{}", file.display()),
                "deactivate-stale" => {
                    let parsed = deactivate_stale::Event::parse(&event);
                    assert!(parsed.is_ok(), "{}: {parsed:?}", file.display());
                }
                "notify-owner" => {
                    let parsed = notify_owner::Event::parse(&event, &sources()).unwrap();
                    for message in parsed.messages {
                        let file = file.display();
                        assert!(
                            matches!(message.content, Ok(Content::News(_) | Content::Secret(_))),
                            "{file}: {message:?}"
                        );
                    }
                }
                "list-accounts" => {
                    let parsed = list_accounts::Event::parse(&event);
                    assert!(parsed.is_ok(), "{}: {parsed:?}", file.display());
                }
                other => {
                    panic!("no function named {other} takes the events in {}", folder.display())
                }
            }
        }
    }
}

#[test]
fn every_rotation_step_has_an_event_file() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/rotate-key");
    let steps = files(&folder).into_iter().map(|file| {
        let event = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        RotationEvent::parse(&event).unwrap().step.as_str()
    });
    assert_eq!(steps.collect::<BTreeSet<_>>(), RotationStep::ALL.map(RotationStep::as_str).into());
}

/// What the events in `notify-owner` come from.
fn sources() -> Sources {
    let topic = |name| format!("arn:aws:sns:eu-west-1:123456789012:{name}").parse().unwrap();
    Sources {
        notices: topic("keysteward-notices"),
        mail_events: Some(topic("keysteward-mail-events")),
        mail_from: Some("keysteward@example.com".to_owned()),
        administrator: Some("admin@example.com".to_owned()),
    }
}

/// What the messages of an event for `notify-owner` say.
fn told(file: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../events/notify-owner");
    let text = std::fs::read_to_string(folder.join(file)).unwrap();
    let event = serde_json::from_str(&text).unwrap();
    let event = notify_owner::Event::parse(&event, &sources()).unwrap();
    let say = |content| match content {
        Content::News(news) => {
            let kinds = news.iter().map(|notice| notice.kind.as_str());
            kinds.collect::<Vec<_>>().join(" ")
        }
        Content::Secret(event) => match event.what {
            SecretNews::Current(_) => "a new current version".to_owned(),
            SecretNews::RotationFailed { .. } => "a failed rotation".to_owned(),
        },
        Content::NotOurs => "nothing".to_owned(),
    };
    event.messages.into_iter().map(|message| say(message.content.unwrap())).collect()
}

#[test]
fn every_shape_of_event_for_owners_says_what_its_file_is_named_after() {
    let batch = ["deactivation-ahead", "exposed", "a new current version"];
    assert_eq!(told("sqs-batch.json"), batch);
    assert_eq!(told("sns.json"), ["exposed"]);
    assert_eq!(told("secret-label-updated.json"), ["a new current version"]);
    assert_eq!(told("rotation-failed.json"), ["a failed rotation"]);
    assert_eq!(told("mail-bounced.json"), ["mail-undelivered"]);
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../events/notice.schema.json")).unwrap()
}

fn validator() -> Validator {
    jsonschema::options().should_validate_formats(true).build(&schema()).unwrap()
}

/// A notice of every kind, outcome and kind of credential, with all members and with as few as there are.
fn notices() -> Vec<Notice> {
    let at: Timestamp = "2026-11-01T03:00:00Z".parse().unwrap();
    let account = "123456789012".into();
    let some = |text: &str| Some(text.to_owned());
    let mut notices = Vec::new();
    for (kind, outcome) in
        Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
    {
        for credential in CredentialKind::ALL {
            for last_use in [LastUse::At(at), LastUse::NoneRecorded, LastUse::Unknown] {
                let with = ServiceUse { service: "s3".to_owned(), region: some("eu-west-1") };
                let subject = Subject {
                    kind: credential,
                    id: Some("AKIAIOSFODNN7EXAMPLE".into()),
                    status: CredentialStatus::Active,
                    created: at,
                    expires: Some(at),
                    service: some("bedrock.amazonaws.com"),
                    last_use,
                    last_used_with: Some(with),
                };
                let whole = Notice::about(News {
                    kind,
                    outcome,
                    account: &account,
                    user: &"ana".into(),
                    owner: Owner {
                        credential: some("a@example.com"),
                        user: some("b@example.com"),
                        secret: some("c@example.com"),
                        description: some("a description"),
                    },
                    subject: &subject,
                    at,
                    due: Some(at),
                    because: "a rule".to_owned(),
                    error: some("an error"),
                })
                .in_account_called(Some("prod"));
                notices.push(Notice {
                    superseded: whole.credential.clone(),
                    superseded_kept_until: Some(at),
                    secret: some("arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf"),
                    version: some("a8e3f6c2-0000-4000-a000-000000000001"),
                    ..whole
                });
            }
        }
        let (key, communication, owner) = ("AKIAIOSFODNN7EXAMPLE", "c-1", Owner::default());
        let (user, because, error) = (None, None, None);
        let account = &"unknown".into();
        let exposure =
            Exposure { account, user, owner, key, outcome, because, error, communication, at };
        notices.push(Notice { kind, ..Notice::exposed(exposure) });
    }
    let account = &account;
    notices.push(Notice::limit_reached(&LimitReached { account, planned: 61, allowed: 50, at }));
    notices.push(Notice::undelivered(&Undelivered {
        account: account.clone(),
        mail: "0102".to_owned(),
        recipient: "ana@example.com".to_owned(),
        subject: "a subject".to_owned(),
        complaint: false,
        because: "it bounced".to_owned(),
        at,
    }));
    notices
}

#[test]
fn every_notice_follows_the_published_schema() {
    let validator = validator();
    for notice in notices() {
        let value = serde_json::to_value(&notice).unwrap();
        let faults: Vec<_> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
        assert_eq!(faults, Vec::<String>::new(), "{value}");
        assert_eq!(Notice::parse(&value.to_string()).unwrap(), notice);
    }
}

#[test]
fn the_schema_names_every_member_and_every_word() {
    let schema = schema();
    let listed = |pointer: &str| {
        let found = schema.pointer(pointer).and_then(Value::as_array).unwrap();
        found.iter().map(|word| word.as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("/properties/kind/enum"), Kind::ALL.map(Kind::as_str));
    assert_eq!(listed("/properties/outcome/enum"), Outcome::ALL.map(Outcome::as_str));
    let severities = [Severity::Info, Severity::Warning, Severity::Critical];
    assert_eq!(listed("/properties/severity/enum"), severities.map(Severity::as_str));
    let kinds = CredentialKind::ALL.map(CredentialKind::as_str);
    assert_eq!(listed("/$defs/credential/properties/kind/enum"), kinds);
    let members =
        |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    let whole = serde_json::to_value(&notices()[0]).unwrap();
    for (part, pointer) in [
        ("", "/properties"),
        ("/owner", "/properties/owner/properties"),
        ("/credential", "/$defs/credential/properties"),
        ("/credential/last_used", "/$defs/credential/properties/last_used/properties"),
    ] {
        let (told, written) =
            (members(schema.pointer(pointer).unwrap()), members(whole.pointer(part).unwrap()));
        let unknown: Vec<_> = written.difference(&told).collect();
        assert!(unknown.is_empty(), "the schema does not name {unknown:?} in {pointer}");
    }
}

#[test]
fn what_the_schema_forbids_is_not_read_either() {
    let validator = validator();
    let whole = serde_json::to_value(&notices()[0]).unwrap();
    let refused = |value: &Value| {
        assert!(!validator.is_valid(value), "the schema takes {value}");
        assert!(Notice::parse(&value.to_string()).is_err(), "the reader takes {value}");
    };
    for (part, pointer) in [("", "/required"), ("/credential", "/$defs/credential/required")] {
        for member in schema().pointer(pointer).unwrap().as_array().unwrap() {
            let mut value = whole.clone();
            let object = value.pointer_mut(part).unwrap().as_object_mut().unwrap();
            object.remove(member.as_str().unwrap()).unwrap();
            refused(&value);
        }
    }
    for (pointer, wrong) in [
        ("/schema", json!("keysteward/notice/v2")),
        ("/id", json!("")),
        ("/id", json!(7)),
        ("/kind", json!("renamed")),
        ("/outcome", json!("dry_run")),
        ("/severity", json!("fatal")),
        ("/credential/kind", json!("token")),
        ("/superseded/kind", json!("token")),
        ("/credential", json!("AKIAIOSFODNN7EXAMPLE")),
        ("/owner", json!("ana@example.com")),
        ("/at", json!("yesterday")),
        ("/due", json!("2026-11-01")),
        ("/credential/created", json!("soon")),
        ("/credential/last_used/at", json!("never")),
        ("/account", json!("")),
        ("/account", json!("12345678901")),
        ("/account", json!("1234567890123")),
        ("/account", json!("12345678901a")),
        ("/account", json!("12345678901\u{661}")),
        ("/account", json!("123456789012\n")),
        ("/account", json!("unknown account")),
    ] {
        let mut value = whole.clone();
        *value.pointer_mut(pointer).unwrap() = wrong;
        refused(&value);
    }
}

#[test]
fn members_of_a_later_version_are_allowed_everywhere() {
    let mut value = serde_json::to_value(&notices()[0]).unwrap();
    for part in ["", "/owner", "/credential", "/credential/last_used", "/superseded"] {
        value.pointer_mut(part).unwrap()["later"] = json!({ "any": [1] });
    }
    assert!(validator().is_valid(&value));
    assert_eq!(Notice::parse(&value.to_string()).unwrap(), notices()[0]);
}
