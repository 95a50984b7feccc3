use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse};
use lifecycle::sweep::Subject;
use serde_json::{Value, json};

use super::*;

fn notice() -> Notice {
    Notice::about(News {
        kind: Kind::Deactivated,
        outcome: Outcome::Done,
        account: &"123456789012".into(),
        user: &"ana".into(),
        owner: Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() },
        subject: &Subject {
            kind: CredentialKind::ServiceSpecific,
            id: Some("ACCAEXAMPLE".into()),
            status: CredentialStatus::Active,
            created: "2026-01-01T00:00:00Z".parse().unwrap(),
            expires: None,
            service: Some("codecommit.amazonaws.com".to_owned()),
            last_use: LastUse::NoneRecorded,
            last_used_with: None,
        },
        at: "2026-11-01T03:00:00Z".parse().unwrap(),
        due: Some("2026-12-01T03:00:00Z".parse().unwrap()),
        because: "created 304 days ago".to_owned(),
        error: None,
    })
    .in_account_called(Some("prod"))
}

fn changed(change: impl FnOnce(&mut Value)) -> Result<Notice, InvalidNotice> {
    let mut value = serde_json::to_value(notice()).unwrap();
    change(&mut value);
    Notice::parse(&value.to_string())
}

#[test]
fn a_notice_survives_being_written_and_read() {
    assert_eq!(changed(|_| ()).unwrap(), notice());
}

#[test]
fn members_of_a_later_version_are_ignored() {
    let read = changed(|value| {
        value["color"] = json!("red");
        value["credential"]["mood"] = json!({ "good": true });
    });
    assert_eq!(read.unwrap(), notice());
}

#[test]
fn what_is_no_notice_is_refused_with_a_reason() {
    let refusal = |result: Result<Notice, InvalidNotice>| result.unwrap_err().to_string();
    let schema = refusal(changed(|value| value["schema"] = json!("keysteward/notice/v2")));
    assert!(schema.contains("another schema than keysteward/notice/v1"), "{schema}");
    for member in ["schema", "id", "kind", "outcome", "severity", "account", "at", "text"] {
        let lacking = changed(|value| drop(value.as_object_mut().unwrap().remove(member)));
        assert!(lacking.is_err(), "{member}");
    }
    for account in ["", "12345678901", "1234567890123", "12345678901a", "１２３４５６７８９０１２"]
    {
        let refused = refusal(changed(|value| value["account"] = json!(account)));
        assert_eq!(refused, "the notice's account is not one: it has twelve digits", "{account}");
    }
    assert!(changed(|value| value["id"] = json!("")).is_err());
    assert!(changed(|value| value["kind"] = json!("renamed")).is_err());
    assert!(changed(|value| value["credential"]["kind"] = json!("token")).is_err());
    assert!(changed(|value| value["at"] = json!("yesterday")).is_err());
    for text in ["", "null", "[]", "{}", "not json", "\u{0}"] {
        assert!(Notice::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_malformed_notice_names_the_member_and_never_its_value() {
    let key = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
    let told = |result: Result<Notice, InvalidNotice>| {
        let error = result.unwrap_err();
        let told = format!("{error} {error:?} {:?}", std::error::Error::source(&error));
        assert!(!told.contains("wJalr"), "{told}");
        let told = error.to_string();
        let told = told.strip_prefix("the message is no notice of keysteward/notice/v1: ").unwrap();
        let (fault, place) = told.split_once(", at line 1 column ").unwrap();
        assert!(place.parse::<usize>().is_ok(), "{told}");
        fault.to_owned()
    };
    let other = "has another type or value than it may have";
    for pointer in
        ["at", "kind", "outcome", "severity", "owner", "credential", "superseded_kept_until", "due"]
    {
        let fault = told(changed(|value| value[pointer] = json!(key)));
        assert_eq!(fault, format!("{pointer} {other}"));
    }
    for member in ["kind", "created", "expires", "last_used"] {
        let fault = told(changed(|value| value["credential"][member] = json!(key)));
        assert_eq!(fault, format!("credential.{member} {other}"));
    }
    assert_eq!(
        told(changed(|value| value["owner"]["user"] = json!([key]))),
        format!("owner.user {other}")
    );
    let lacking = changed(|value| drop(value.as_object_mut().unwrap().remove("at")));
    assert_eq!(told(lacking), "it lacks at");
    let inner = changed(|value| drop(value["credential"].as_object_mut().unwrap().remove("id")));
    assert_eq!(told(inner), "credential lacks id");
    for text in [key.to_owned(), format!("\"{key}"), format!("{{\"{key}\": {key}}}")] {
        assert_eq!(told(Notice::parse(&text)), "it is not JSON");
    }
    let twice = serde_json::to_string(&notice()).unwrap().replacen('{', "{\"at\":\"x\",", 1);
    assert!(told(Notice::parse(&twice)).starts_with("at has another"));
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

#[test]
fn an_account_nobody_could_name_still_has_its_news_read() {
    assert!(changed(|value| value["account"] = json!("unknown")).is_ok());
}
