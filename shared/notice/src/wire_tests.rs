use lifecycle::credential::{CredentialKind, LastUse};
use lifecycle::sweep::{News as Planned, Subject};
use serde_json::{Value, json};

use super::*;
use crate::tests::{all, at, planned, subject};

fn notice() -> Notice {
    let subject = Subject {
        service: Some("codecommit.amazonaws.com".to_owned()),
        last_use: LastUse::NoneRecorded,
        ..subject(CredentialKind::ServiceSpecific)
    };
    let kept_until = Some(at("2026-12-01T03:00:00Z"));
    planned(Planned::Deactivated { kept_until }, &subject).in_account_called(Some("prod"))
}

fn changed_of(notice: &Notice, change: impl FnOnce(&mut Value)) -> Result<Notice, InvalidNotice> {
    let mut value = serde_json::to_value(notice).unwrap();
    change(&mut value);
    Notice::parse(&value.to_string())
}

fn changed(change: impl FnOnce(&mut Value)) -> Result<Notice, InvalidNotice> {
    changed_of(&notice(), change)
}

#[test]
fn every_notice_survives_being_written_and_read() {
    for notice in all() {
        assert_eq!(changed_of(&notice, |_| ()).unwrap(), notice);
    }
    assert_eq!(changed(|_| ()).unwrap(), notice());
}

#[test]
fn every_kind_of_news_is_spelt_as_its_kind() {
    for notice in all() {
        let value = serde_json::to_value(&notice).unwrap();
        assert_eq!(value["kind"], notice.news.kind().as_str());
        assert_eq!(value["severity"], notice.severity.as_str());
        if let News::Exposed(exposed) = &notice.news {
            assert_eq!(value["answer"]["outcome"], exposed.answer.as_str());
        }
    }
}

#[test]
fn members_of_a_later_version_are_ignored() {
    for notice in all() {
        let read = changed_of(&notice, |value| {
            value["color"] = json!("red");
            if value.get("credential").is_some() {
                value["credential"]["mood"] = json!({ "good": true });
            }
        });
        assert_eq!(read.unwrap(), notice);
    }
}

/// The members that a notice may lack.
const OPTIONAL: [&str; 7] =
    ["account", "account_alias", "owner", "superseded", "error", "kept_until", "exposed"];

#[test]
fn a_member_that_a_kind_needs_cannot_be_missing() {
    for notice in all() {
        let members: Vec<String> =
            serde_json::to_value(&notice).unwrap().as_object().unwrap().keys().cloned().collect();
        for member in members {
            let read =
                changed_of(&notice, |value| drop(value.as_object_mut().unwrap().remove(&member)));
            let exposure = notice.news.kind() == Kind::Exposed;
            let optional = match member.as_str() {
                "user" | "credential" | "because" => exposure,
                "version" | "due" => false,
                other => OPTIONAL.contains(&other),
            };
            assert_eq!(read.is_ok(), optional, "{member} of {:?}", notice.news.kind());
        }
    }
}

#[test]
fn what_is_no_notice_is_refused_with_a_reason() {
    let refusal = |result: Result<Notice, InvalidNotice>| result.unwrap_err().to_string();
    let schema = refusal(changed(|value| value["schema"] = json!("keysteward/notice/v2")));
    assert!(schema.contains("another schema than keysteward/notice/v1"), "{schema}");
    for account in ["", "unknown", "12345678901", "12345678901a", "１２３４５６７８９０１２"]
    {
        let refused = refusal(changed(|value| value["account"] = json!(account)));
        assert!(refused.contains("account has another type or value"), "{account}: {refused}");
    }
    assert!(refusal(changed(|value| value["id"] = json!(""))).contains("it is empty"));
    assert!(changed(|value| value["id"] = json!("x".repeat(LONGEST_ID))).is_ok());
    let long = changed(|value| value["id"] = json!("x".repeat(LONGEST_ID + 1)));
    assert!(refusal(long).contains("it is too long"));
    assert!(changed(|value| value["kind"] = json!("renamed")).is_err());
    assert!(changed(|value| value["credential"]["kind"] = json!("token")).is_err());
    assert!(changed(|value| value["at"] = json!("yesterday")).is_err());
    for text in ["", "null", "[]", "{}", "not json", "\u{0}"] {
        assert!(Notice::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn news_cannot_be_given_another_kind_whose_facts_it_lacks() {
    let refused = changed(|value| value["kind"] = json!("deactivation-ahead")).unwrap_err();
    assert!(refused.to_string().contains("it lacks due"), "{refused}");
}

#[test]
fn a_malformed_notice_names_the_member_and_never_its_value() {
    let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let fault = |result: Result<Notice, InvalidNotice>| {
        let error = result.unwrap_err();
        let whole = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(!whole.contains("wJalr"), "{whole}");
        let whole = error.to_string();
        let start = "the message is no notice of keysteward/notice/v1: ";
        let (fault, place) =
            whole.strip_prefix(start).unwrap().split_once(", at line 1 column ").unwrap();
        assert!(place.parse::<usize>().is_ok(), "{whole}");
        fault.to_owned()
    };
    let other = "has another type or value than it may have";
    for pointer in ["at", "kind", "severity", "owner", "credential", "kept_until", "exposed"] {
        let read = changed(|value| value[pointer] = json!(key));
        assert_eq!(fault(read), format!("{pointer} {other}"));
    }
    for member in ["kind", "created", "expires", "last_used"] {
        let read = changed(|value| value["credential"][member] = json!(key));
        assert_eq!(fault(read), format!("credential.{member} {other}"));
    }
    let read = changed(|value| value["owner"]["user"] = json!([key]));
    assert_eq!(fault(read), format!("owner.user {other}"));
    let exposed = all().into_iter().find(|notice| notice.news.kind() == Kind::Exposed).unwrap();
    let read = changed_of(&exposed, |value| value["answer"]["outcome"] = json!(key));
    assert_eq!(fault(read), format!("answer.outcome {other}"));
    let rotated = all().into_iter().find(|notice| notice.news.kind() == Kind::Rotated).unwrap();
    let read = changed_of(&rotated, |value| value["secret"] = json!(key));
    assert_eq!(fault(read), format!("secret {other}"));
    let lacking = changed(|value| drop(value.as_object_mut().unwrap().remove("at")));
    assert_eq!(fault(lacking), "it lacks at");
    let inner = changed(|value| drop(value["credential"].as_object_mut().unwrap().remove("kind")));
    assert_eq!(fault(inner), "credential lacks kind");
    for text in [key.to_owned(), format!("\"{key}"), format!("{{\"{key}\": {key}}}")] {
        assert_eq!(fault(Notice::parse(&text)), "it is not JSON");
    }
    for member in ["at", "user"] {
        let twice = format!("{{\"{member}\":\"x\",");
        let twice = serde_json::to_string(&notice()).unwrap().replacen('{', &twice, 1);
        assert!(Notice::parse(&twice).is_err(), "{member}");
    }
}

#[test]
fn a_message_larger_than_sns_takes_is_not_read() {
    let sized = |bytes: usize| {
        let mut notice = notice();
        let rest = serde_json::to_string(&notice).unwrap().len() - notice.text.len();
        notice.text = "x".repeat(bytes - rest);
        Notice::parse(&serde_json::to_string(&notice).unwrap())
    };
    assert!(sized(LARGEST - 1).is_ok());
    assert!(sized(LARGEST).is_ok());
    assert!(
        matches!(sized(LARGEST + 1), Err(InvalidNotice::TooLarge { bytes }) if bytes == LARGEST + 1)
    );
}
