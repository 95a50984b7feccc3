//! Every file in `events/` parses as an event of the function its folder is named after.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use jsonschema::Validator;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::identifiers::{AccountId, Arn, CredentialId};
use lifecycle::rotation::RotationStep;
use lifecycle::sweep::{News as Planned, PlannedNotice, Subject};
use notice::{
    Answer, Exposure, Kind, MailFate, MailUndelivered, Notice, Owner, Rotation, Severity,
};
use notify_owner::{Content, SecretNews, Sources};
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
                "rotate-key" => {
                    let parsed = rotate_key::Event::parse(&event);
                    assert!(parsed.is_ok(), "{}: {parsed:?}", file.display());
                }
                "deactivate-stale" => {
                    let parsed = deactivate_stale::Event::parse(&event);
                    assert!(parsed.is_ok(), "{}: {parsed:?}", file.display());
                }
                "notify-owner" => {
                    let parsed = notify_owner::Event::parse(&event, &sources()).unwrap();
                    for message in parsed.messages {
                        let file = file.display();
                        assert!(
                            matches!(
                                message.content,
                                Ok(Content::News(_) | Content::Secret(_) | Content::Undelivered(_))
                            ),
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
    let steps = files(&folder).into_iter().filter_map(|file| {
        let event = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        match rotate_key::Event::parse(&event).unwrap() {
            rotate_key::Event::Rotation(event) => Some(event.step.as_str()),
            rotate_key::Event::Round(_) => None,
        }
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
            let kinds = news.iter().map(|notice| notice.news.kind().as_str());
            kinds.collect::<Vec<_>>().join(" ")
        }
        Content::Undelivered(mail) => {
            assert!(mail.trace.is_some(), "the mail has no mark");
            "an undelivered mail".to_owned()
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
    assert_eq!(told("mail-bounced.json"), ["an undelivered mail"]);
}

fn schema() -> Value {
    serde_json::from_str(include_str!("../events/notice.schema.json")).unwrap()
}

fn validator() -> Validator {
    jsonschema::options().should_validate_formats(true).build(&schema()).unwrap()
}

/// A notice of every kind and kind of credential, with all members and with as few as there are.
fn notices() -> Vec<Notice> {
    let at: Timestamp = "2026-11-01T03:00:00Z".parse().unwrap();
    let account: AccountId = "123456789012".parse().unwrap();
    let secret: Arn =
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf".parse().unwrap();
    let some = |text: &str| Some(text.to_owned());
    let owner = || Owner {
        credential: some("a@example.com"),
        user: some("b@example.com"),
        secret: some("c@example.com"),
        description: some("a description"),
    };
    let mut notices = Vec::new();
    for kind in CredentialKind::ALL {
        for last_use in [LastUse::At(at), LastUse::NoneRecorded, LastUse::Unknown] {
            let id = if kind == CredentialKind::Password { "password" } else { "AKIAEXAMPLE" };
            let with = ServiceUse { service: "s3".to_owned(), region: some("eu-west-1") };
            let subject = Subject {
                kind,
                id: Some(CredentialId::new(kind, id).unwrap()),
                status: CredentialStatus::Active,
                created: at,
                expires: Some(at),
                service: some("bedrock.amazonaws.com"),
                last_use,
                last_used_with: Some(with),
            };
            for news in [
                Planned::DeactivationAhead { due: at },
                Planned::DeletionAhead { due: at },
                Planned::SupersededInUse,
                Planned::Deactivated { kept_until: Some(at) },
                Planned::Deactivated { kept_until: None },
                Planned::Deleted,
                Planned::ExposedAndDeactivated { event: None },
                Planned::Reactivated,
            ] {
                let planned = PlannedNotice { news, because: "a rule".to_owned(), exposed: true };
                let user = "ana".into();
                let notice = Notice::planned(&account, &user, owner(), &subject, &planned, at);
                notices.push(notice.in_account_called(Some("prod")));
            }
        }
    }
    let error = some("an error");
    for answer in
        [Answer::Deactivated, Answer::WasInactive, Answer::Failed { error }, Answer::DryRun]
    {
        notices.push(Notice::exposed(Exposure {
            account: None,
            user: None,
            owner: Owner::default(),
            entity: None,
            answer,
            because: None,
            event: "c-1",
            at,
        }));
    }
    let key = "AKIAEXAMPLE".parse().unwrap();
    notices.push(Notice::rotated(&Rotation {
        account: account.clone(),
        user: "ana".into(),
        secret: secret.clone(),
        token: "v-1".into(),
        key: "AKIANEW".parse().unwrap(),
        owner: owner(),
        superseded: Some((key, at)),
        at,
    }));
    notices.push(Notice::rotation_failed(secret.clone(), some("an error"), owner(), at));
    notices.push(Notice::new_version(secret.clone(), &"v-1".into(), "e-1", owner(), at));
    notices.push(Notice::limit_reached(&account, 61, 50, at));
    notices.push(Notice::binding_tag_gone(&account, &"ana".into(), secret, owner(), at));
    for outcome in [MailFate::Bounced, MailFate::Rejected, MailFate::Unwanted] {
        let news = MailUndelivered {
            recipient: "ana@example.com".to_owned(),
            subject: "a subject".to_owned(),
            outcome,
            because: "a reason".to_owned(),
        };
        notices.push(Notice::mail_undelivered(&account, "0102", news, at));
    }
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
    let answers = ["deactivated", "was-inactive", "failed", "dry-run"];
    assert_eq!(listed("/properties/answer/properties/outcome/enum"), answers);
    assert_eq!(listed("/properties/severity/enum"), Severity::ALL.map(Severity::as_str));
    let kinds = CredentialKind::ALL.map(CredentialKind::as_str);
    assert_eq!(listed("/$defs/credential/properties/kind/enum"), kinds);
    let members =
        |value: &Value| value.as_object().unwrap().keys().cloned().collect::<BTreeSet<_>>();
    for notice in notices() {
        let whole = serde_json::to_value(&notice).unwrap();
        for (part, pointer) in [
            ("", "/properties"),
            ("/owner", "/properties/owner/properties"),
            ("/answer", "/properties/answer/properties"),
            ("/superseded", "/properties/superseded/properties"),
            ("/credential", "/$defs/credential/properties"),
            ("/credential/last_used", "/$defs/credential/properties/last_used/properties"),
        ] {
            let Some(written) = whole.pointer(part) else { continue };
            let (named, written) = (members(schema.pointer(pointer).unwrap()), members(written));
            let unknown: Vec<_> = written.difference(&named).collect();
            assert!(unknown.is_empty(), "the schema does not name {unknown:?} in {pointer}");
        }
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
    for notice in notices() {
        let whole = serde_json::to_value(&notice).unwrap();
        let members: Vec<String> = whole.as_object().unwrap().keys().cloned().collect();
        for member in members {
            let mut value = whole.clone();
            value.as_object_mut().unwrap().remove(&member).unwrap();
            let (schema, reader) =
                (validator.is_valid(&value), Notice::parse(&value.to_string()).is_ok());
            assert_eq!(schema, reader, "without {member}: {value}");
        }
    }
    for (pointer, wrong) in [
        ("/schema", json!("keysteward/notice/v2")),
        ("/id", json!("")),
        ("/id", json!(7)),
        ("/kind", json!("renamed")),
        ("/severity", json!("fatal")),
        ("/credential/kind", json!("token")),
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
        ("/account", json!("unknown")),
    ] {
        let mut value = whole.clone();
        *value.pointer_mut(pointer).unwrap() = wrong;
        refused(&value);
    }
}

#[test]
fn members_of_a_later_version_are_allowed_everywhere() {
    let mut value = serde_json::to_value(&notices()[0]).unwrap();
    for part in ["", "/owner", "/credential", "/credential/last_used"] {
        value.pointer_mut(part).unwrap()["later"] = json!({ "any": [1] });
    }
    assert!(validator().is_valid(&value));
    assert_eq!(Notice::parse(&value.to_string()).unwrap(), notices()[0]);
}
