use std::collections::BTreeSet;

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::identifiers::AccessKeyId;
use lifecycle::sweep::Subject;

use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn rotated() -> Notice {
    Notice::rotated(&rotation())
}

fn rotation() -> Rotation {
    Rotation {
        account: "123456789012".into(),
        user: "ci".into(),
        secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf".parse().unwrap(),
        token: "a8e3f6c2-0000-4000-a000-000000000001".into(),
        key: "AKIANEW".into(),
        owner: Owner::default(),
        superseded: Some(("AKIAOLD".into(), at("2026-04-08T00:00:00Z"))),
        at: at("2026-04-01T00:00:00Z"),
    }
}

fn subject(kind: CredentialKind) -> Subject {
    let password = kind == CredentialKind::Password;
    Subject {
        kind,
        id: Some(if password { "password" } else { "AKIAEXAMPLE" }.into()),
        status: CredentialStatus::Active,
        created: at("2026-01-01T00:00:00Z"),
        expires: None,
        service: None,
        last_use: LastUse::At(at("2026-02-01T00:00:00Z")),
        last_used_with: Some(ServiceUse { service: "s3".to_owned(), region: None }),
    }
}

fn news(kind: Kind, outcome: Outcome, subject: &Subject) -> Notice {
    Notice::about(News {
        kind,
        outcome,
        account: &"123456789012".into(),
        user: &"ana".into(),
        owner: Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() },
        subject,
        at: at("2026-11-01T03:00:00Z"),
        due: Some(at("2026-11-15T03:00:00Z")),
        because: "last used 273 days ago, on 2026-02-01 (limit 90 days)".to_owned(),
        error: (outcome == Outcome::Failed).then(|| "Throttling: Rate exceeded".to_owned()),
    })
}

#[test]
fn a_rotation_is_told_in_the_documented_form() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&rotated()).unwrap(), @r#"
    {
      "schema": "keysteward/notice/v1",
      "id": "rotated/123456789012/AKIANEW/a8e3f6c2-0000-4000-a000-000000000001",
      "kind": "rotated",
      "outcome": "done",
      "severity": "info",
      "account": "123456789012",
      "user": "ci",
      "at": "2026-04-01T00:00:00Z",
      "credential": {
        "kind": "access-key",
        "id": "AKIANEW"
      },
      "superseded": {
        "kind": "access-key",
        "id": "AKIAOLD"
      },
      "superseded_kept_until": "2026-04-08T00:00:00Z",
      "secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf",
      "version": "a8e3f6c2-0000-4000-a000-000000000001",
      "text": "Access key AKIANEW of user ci in account 123456789012 is new and current. Access key AKIAOLD, which it replaced, works until 2026-04-08 at least: have every consumer read the secret again by then."
    }
    "#);
}

#[test]
fn a_warning_is_told_in_the_documented_form() {
    let warning = news(Kind::DeactivationAhead, Outcome::Done, &subject(CredentialKind::AccessKey));
    insta::assert_snapshot!(serde_json::to_string_pretty(&warning).unwrap(), @r#"
    {
      "schema": "keysteward/notice/v1",
      "id": "deactivation-ahead/123456789012/ana/AKIAEXAMPLE/2026-11-01/done",
      "kind": "deactivation-ahead",
      "outcome": "done",
      "severity": "warning",
      "account": "123456789012",
      "user": "ana",
      "at": "2026-11-01T03:00:00Z",
      "credential": {
        "kind": "access-key",
        "id": "AKIAEXAMPLE",
        "created": "2026-01-01T00:00:00Z",
        "last_used": {
          "at": "2026-02-01T00:00:00Z",
          "service": "s3"
        }
      },
      "due": "2026-11-15T03:00:00Z",
      "because": "last used 273 days ago, on 2026-02-01 (limit 90 days)",
      "owner": {
        "user": "ana@example.com"
      },
      "text": "Access key AKIAEXAMPLE of user ana in account 123456789012 will be deactivated on 2026-11-15. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it."
    }
    "#);
}

#[test]
fn no_two_outcomes_are_told_in_the_same_words() {
    for credential in [CredentialKind::AccessKey, CredentialKind::Password] {
        for kind in Kind::ALL {
            let told: BTreeSet<_> = Outcome::ALL
                .map(|outcome| news(kind, outcome, &subject(credential)).headline())
                .into();
            let distinct = match kind {
                // What came back, and what was too much, was neither done nor undone.
                Kind::LimitReached => 1,
                Kind::MailUndelivered => 2,
                _ => 4,
            };
            assert_eq!(told.len(), distinct, "{kind:?} of {credential:?}: {told:#?}");
        }
    }
}

#[test]
fn only_what_was_done_is_said_to_be_done() {
    let done =
        ["was deactivated", "was deleted", "is active again", "is new and current", "will be"];
    for credential in [CredentialKind::AccessKey, CredentialKind::Password] {
        for (kind, outcome) in
            Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
        {
            let notice = news(kind, outcome, &subject(credential));
            for told in [notice.text.clone(), notice.subject()] {
                let says_done = done.iter().any(|word| told.contains(word));
                assert!(outcome == Outcome::Done || !says_done, "{kind:?} {outcome:?}: {told}");
            }
        }
    }
}

#[test]
fn a_failure_is_told_with_its_error() {
    let failed = news(Kind::Deactivated, Outcome::Failed, &subject(CredentialKind::AccessKey));
    insta::assert_snapshot!(failed.text, @"Access key AKIAEXAMPLE of user ana in account 123456789012 could not be deactivated. It still works. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). The error was: Throttling: Rate exceeded.");
}

#[test]
fn a_password_is_said_to_be_deleted_because_nothing_else_can_be_done_to_it() {
    let done = news(Kind::Deactivated, Outcome::Done, &subject(CredentialKind::Password));
    assert!(done.text.starts_with(
        "Console password of user ana in account 123456789012 was deleted, which cannot be undone."
    ));
    assert_eq!(done.subject(), "Console password deleted: ana in 123456789012");
}

#[test]
fn a_password_that_is_needed_is_to_be_used_not_replaced_by_another() {
    let warned = news(Kind::DeactivationAhead, Outcome::Done, &subject(CredentialKind::Password));
    assert_eq!(
        warned.advice().as_deref(),
        Some(
            "If it is needed, sign in to the console with it before that day; if it is not, there is nothing to do."
        )
    );
}

#[test]
fn a_subject_names_the_kind_of_a_credential_as_a_sentence_does() {
    let key = subject(CredentialKind::AccessKey);
    for (kind, outcome, told) in [
        (Kind::SupersededInUse, Outcome::Done, "Replaced access key still used: ana"),
        (Kind::SupersededInUse, Outcome::Failed, "Replaced access key may still be used: ana"),
        (Kind::Exposed, Outcome::Done, "EXPOSED access key deactivated: ana"),
        (Kind::Exposed, Outcome::Failed, "EXPOSED access key STILL ACTIVE: ana"),
        (Kind::Deactivated, Outcome::Done, "Access key deactivated: ana"),
    ] {
        let subject = news(kind, outcome, &key).subject();
        assert_eq!(subject, format!("{told} in 123456789012"));
    }
}

#[test]
fn a_long_name_does_not_drown_what_is_said_of_it() {
    let long = Some("x".repeat(600));
    for credential in CredentialKind::ALL {
        let mut subject = subject(credential);
        subject.id = Some("x".repeat(600).into());
        subject.service.clone_from(&long);
        for (kind, outcome) in
            Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
        {
            let notice = Notice {
                user: long.clone(),
                secret: long.clone(),
                version: long.clone(),
                ..news(kind, outcome, &subject)
            };
            for notice in [notice.clone(), Notice { credential: None, ..notice }] {
                let headline = notice.headline();
                assert!(headline.ends_with('.'), "{headline}");
                assert!(headline.chars().count() <= 400, "{headline}");
            }
        }
    }
    let until = Some((AccessKeyId::new("x".repeat(600)), at("2026-04-08T00:00:00Z")));
    let rotation = Rotation { superseded: until, ..rotation() };
    assert!(Notice::rotated(&rotation).advice().unwrap().contains("works until 2026-04-08"));
    assert!(Notice::rotated(&rotation).advice().unwrap().len() < 400);
}

#[test]
fn a_credential_without_an_id_leaves_no_gap() {
    let without = Subject { id: None, ..subject(CredentialKind::AccessKey) };
    let notice = news(Kind::Deactivated, Outcome::Skipped, &without);
    assert!(notice.headline().starts_with("Access key of user ana in account"), "{}", notice.text);
}

#[test]
fn an_exposed_key_that_still_works_is_never_called_deactivated() {
    let exposed = |outcome| {
        Notice::exposed(Exposure {
            account: &"123456789012".into(),
            user: Some(&"ana".into()),
            owner: Owner::default(),
            key: "AKIAEXAMPLE",
            outcome,
            because: None,
            error: None,
            communication: "abc-1",
            at: at("2026-11-01T03:00:00Z"),
        })
    };
    assert!(exposed(Outcome::Done).text.contains("It was deactivated at once."));
    assert!(exposed(Outcome::Skipped).text.contains("Nothing had to be done."));
    for outcome in [Outcome::Failed, Outcome::DryRun] {
        let notice = exposed(outcome);
        assert!(notice.subject().contains("STILL ACTIVE"));
        assert!(!notice.text.contains("was deactivated"), "{}", notice.text);
    }
}

#[test]
fn the_words_in_attributes_are_those_in_the_message() {
    let message = serde_json::to_value(rotated()).unwrap();
    for (name, value) in rotated().attributes() {
        let told =
            if name == "credential" { &message["credential"]["kind"] } else { &message[name] };
        assert_eq!(told, &serde_json::Value::from(value), "{name}");
    }
}

#[test]
fn a_hostile_user_name_leaves_a_legal_subject() {
    let hostile = Notice {
        user: Some(format!("a\r\nBcc: x@example.com\u{2028}{}", "x".repeat(200))),
        ..rotated()
    };
    assert!(hostile.subject().len() < 100);
    assert!(hostile.subject().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}
