mod wording;

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::identifiers::{AccountId, Arn, CredentialId};
use lifecycle::sweep::{News as Planned, PlannedNotice, Subject};

use super::*;

const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf";

pub(crate) fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-01T03:00:00Z")
}

pub(crate) fn account() -> AccountId {
    "123456789012".parse().unwrap()
}

fn secret() -> Arn {
    SECRET.parse().unwrap()
}

fn rotation() -> Rotation {
    Rotation {
        account: account(),
        user: "ci".into(),
        secret: secret(),
        token: "a8e3f6c2-0000-4000-a000-000000000001".into(),
        key: "AKIANEW".parse().unwrap(),
        owner: Owner::default(),
        superseded: Some(("AKIAOLD".parse().unwrap(), at("2026-04-08T00:00:00Z"))),
        at: at("2026-04-01T00:00:00Z"),
    }
}

pub(crate) fn subject(kind: CredentialKind) -> Subject {
    let id = if kind == CredentialKind::Password { "password" } else { "AKIAEXAMPLE" };
    Subject {
        kind,
        id: Some(CredentialId::new(kind, id).unwrap()),
        status: CredentialStatus::Active,
        created: at("2026-01-01T00:00:00Z"),
        expires: None,
        service: None,
        last_use: LastUse::At(at("2026-02-01T00:00:00Z")),
        last_used_with: Some(ServiceUse { service: "s3".to_owned(), region: None }),
    }
}

pub(crate) fn planned(news: Planned, subject: &Subject) -> Notice {
    let owner = Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() };
    let because = "last used 273 days ago, on 2026-02-01 (limit 90 days)".to_owned();
    let planned = PlannedNotice { news, because, exposed: false };
    Notice::planned(&account(), &"ana".into(), owner, subject, &planned, now())
}

/// What a plan may say of a credential.
fn all_planned() -> [Planned; 7] {
    let due = at("2026-11-15T03:00:00Z");
    [
        Planned::DeactivationAhead { due },
        Planned::DeletionAhead { due },
        Planned::SupersededInUse,
        Planned::Deactivated { kept_until: Some(due) },
        Planned::Deleted,
        Planned::ExposedAndDeactivated { event: Some("e-1".to_owned()) },
        Planned::Reactivated,
    ]
}

fn answers() -> [Answer; 4] {
    let error = Some("AccessDenied: not authorized".to_owned());
    [Answer::Deactivated, Answer::WasInactive, Answer::Failed { error }, Answer::DryRun]
}

fn exposed(answer: Answer) -> Notice {
    Notice::exposed(Exposure {
        account: Some(&account()),
        user: Some(&"ana".into()),
        owner: Owner::default(),
        entity: Some("AKIAEXAMPLE"),
        answer,
        because: None,
        event: "abc-1",
        at: now(),
    })
}

fn undelivered(outcome: MailFate) -> Notice {
    let news = MailUndelivered {
        recipient: "ana@example.com".to_owned(),
        subject: "Access key deactivated".to_owned(),
        outcome,
        because: "no such mailbox".to_owned(),
    };
    Notice::mail_undelivered(&account(), "m-1", news, now())
}

/// News of every kind and of every kind of credential.
pub(crate) fn all() -> Vec<Notice> {
    let mut all = Vec::new();
    for kind in CredentialKind::ALL {
        all.extend(all_planned().map(|news| planned(news, &subject(kind))));
    }
    all.extend(answers().map(exposed));
    all.extend([MailFate::Bounced, MailFate::Rejected, MailFate::Unwanted].map(undelivered));
    all.push(Notice::rotated(&rotation()));
    all.push(Notice::rotation_failed(secret(), Some("a".to_owned()), Owner::default(), now()));
    all.push(Notice::new_version(secret(), &"v-1".into(), "e-1", Owner::default(), now()));
    all.push(Notice::limit_reached(&account(), 61, 50, now()));
    all.push(Notice::binding_tag_gone(&account(), &"ci".into(), secret(), Owner::default(), now()));
    all
}

#[test]
fn every_kind_of_news_has_a_constructor() {
    let made: BTreeSet<_> = all().iter().map(|notice| notice.news.kind()).collect();
    assert_eq!(made, Kind::ALL.into());
}

#[test]
fn a_rotation_is_written_in_the_documented_form() {
    insta::assert_snapshot!(serde_json::to_string_pretty(&Notice::rotated(&rotation())).unwrap(), @r#"
    {
      "schema": "keysteward/notice/v1",
      "id": "rotated/123456789012/AKIANEW/a8e3f6c2-0000-4000-a000-000000000001",
      "severity": "info",
      "account": "123456789012",
      "at": "2026-04-01T00:00:00Z",
      "kind": "rotated",
      "user": "ci",
      "credential": {
        "kind": "access-key",
        "id": "AKIANEW"
      },
      "superseded": {
        "id": "AKIAOLD",
        "kept_until": "2026-04-08T00:00:00Z"
      },
      "secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf",
      "version": "a8e3f6c2-0000-4000-a000-000000000001",
      "text": "Access key AKIANEW of user ci in account 123456789012 is the new current key. Access key AKIAOLD, which it replaced, works until 2026-04-08 at least: have every consumer read the secret again by then."
    }
    "#);
}

#[test]
fn a_warning_is_written_in_the_documented_form() {
    let due = at("2026-11-15T03:00:00Z");
    let warning = planned(Planned::DeactivationAhead { due }, &subject(CredentialKind::AccessKey));
    insta::assert_snapshot!(serde_json::to_string_pretty(&warning).unwrap(), @r#"
    {
      "schema": "keysteward/notice/v1",
      "id": "deactivation-ahead/123456789012/ana/AKIAEXAMPLE/2026-11-01",
      "severity": "warning",
      "account": "123456789012",
      "at": "2026-11-01T03:00:00Z",
      "kind": "deactivation-ahead",
      "user": "ana",
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
fn an_exposed_key_that_still_works_is_written_in_the_documented_form() {
    let [_, _, failed, _] = answers();
    insta::assert_snapshot!(serde_json::to_string_pretty(&exposed(failed)).unwrap(), @r#"
    {
      "schema": "keysteward/notice/v1",
      "id": "exposed/123456789012/AKIAEXAMPLE/abc-1/failed",
      "severity": "critical",
      "account": "123456789012",
      "at": "2026-11-01T03:00:00Z",
      "kind": "exposed",
      "user": "ana",
      "credential": {
        "kind": "access-key",
        "id": "AKIAEXAMPLE"
      },
      "answer": {
        "outcome": "failed",
        "error": "AccessDenied: not authorized"
      },
      "text": "AWS reports that the secret of access key AKIAEXAMPLE of user ana in account 123456789012 is exposed. It could NOT be deactivated. Deactivate it by hand, now. The error was: AccessDenied: not authorized."
    }
    "#);
}

#[test]
fn every_kind_of_news_in_one_sentence() {
    let keys = all().into_iter().filter(|notice| {
        let credential = notice.news.credential();
        credential.is_none_or(|credential| credential.kind == CredentialKind::AccessKey)
    });
    let lines: Vec<_> =
        keys.map(|notice| format!("{}\n    {}", notice.subject(), notice.text)).collect();
    insta::assert_snapshot!(lines.join("\n"), @r#"
    Access key will be deactivated on 2026-11-15: ana in 123456789012
        Access key AKIAEXAMPLE of user ana in account 123456789012 will be deactivated on 2026-11-15. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). If it is needed, replace it with a new one before that day, or better with a role; if it is not, delete it.
    Access key will be deleted on 2026-11-15: ana in 123456789012
        Access key AKIAEXAMPLE of user ana in account 123456789012 is inactive and will be deleted on 2026-11-15. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). A deleted credential cannot be restored. If it is still needed, ask for it to be activated before that day.
    Replaced access key still used: ana in 123456789012
        Access key AKIAEXAMPLE of user ana in account 123456789012 was replaced, and something still uses it. It stays active while it is in use. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). Have that consumer read the secret again.
    Access key deactivated: ana in 123456789012
        Access key AKIAEXAMPLE of user ana in account 123456789012 was deactivated. It is kept until 2026-11-15, then deleted. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). If something stopped working, have it activated again.
    Access key deleted: ana in 123456789012
        Access key AKIAEXAMPLE of user ana in account 123456789012 was deleted, which cannot be undone. Why: last used 273 days ago, on 2026-02-01 (limit 90 days).
    EXPOSED access key deactivated: ana in 123456789012
        AWS reports that the secret of access key AKIAEXAMPLE of user ana in account 123456789012 is exposed. It was deactivated at once. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). Find out where it leaked and what was done with it, then replace it; do not activate it again.
    Access key active again: ana in 123456789012
        Access key AKIAEXAMPLE of user ana in account 123456789012 is active again. Why: last used 273 days ago, on 2026-02-01 (limit 90 days). If it goes unused again, it is deactivated again, with another notice.
    EXPOSED access key deactivated: ana in 123456789012
        AWS reports that the secret of access key AKIAEXAMPLE of user ana in account 123456789012 is exposed. It was deactivated at once. Find out where it leaked and what was done with it, then replace it; do not activate it again.
    EXPOSED access key was inactive: ana in 123456789012
        AWS reports that the secret of access key AKIAEXAMPLE of user ana in account 123456789012 is exposed. It was inactive already. Find out where it leaked and what was done with it, then replace it; do not activate it again.
    EXPOSED access key STILL ACTIVE: ana in 123456789012
        AWS reports that the secret of access key AKIAEXAMPLE of user ana in account 123456789012 is exposed. It could NOT be deactivated. Deactivate it by hand, now. The error was: AccessDenied: not authorized.
    EXPOSED access key STILL ACTIVE: ana in 123456789012
        AWS reports that the secret of access key AKIAEXAMPLE of user ana in account 123456789012 is exposed. It is STILL ACTIVE, because this deployment changes nothing. Deactivate it by hand, now.
    Mail to an owner bounced in 123456789012
        A mail to ana@example.com was not delivered. Why: the mail "Access key deactivated" to ana@example.com bounced: no such mailbox. Correct the tag that names the owner, or remove the address from the suppression list of SES, and notify the owner by other means. The dates that the mail announced stay: exempt what must stay active.
    Mail to an owner was not sent in 123456789012
        A mail to ana@example.com was not sent. Why: the mail "Access key deactivated" to ana@example.com was not sent: no such mailbox. Correct the tag that names the owner, or remove the address from the suppression list of SES, and notify the owner by other means. The dates that the mail announced stay: exempt what must stay active.
    An owner reported a mail as unwanted in 123456789012
        ana@example.com reported a mail as unwanted. Why: the mail "Access key deactivated" to ana@example.com was reported as unwanted: no such mailbox. SES sends no more mail there once the address is on its suppression list. Ask the owner, or correct the tag that names the address.
    Access key rotated: ci in 123456789012
        Access key AKIANEW of user ci in account 123456789012 is the new current key. Access key AKIAOLD, which it replaced, works until 2026-04-08 at least: have every consumer read the secret again by then.
    Rotation failed: ci in 123456789012
        The rotation of secret ci in account 123456789012 failed. The key under AWSCURRENT stays in use, and Secrets Manager tries again. The log of the rotation function says what was found and what to do. The error was: a.
    New current version: ci in 123456789012
        Secret ci in account 123456789012 has a new current version, v-1. No rotation did this: somebody stored a value, or moved the label AWSCURRENT. Consumers use this version from their next read on.
    Keysteward changed nothing in 123456789012: limit reached
        The sweep of account 123456789012 deactivated and deleted nothing, because more was due than one run may change. Why: 61 credentials were due to be deactivated or deleted, and one run may do that to 50 at most. If the list in the report is right, raise KEYSTEWARD_MAX_ACTIONS or KEYSTEWARD_MAX_ACTIONS_PERCENT for one run.
    User lost the tag of its secret: ci in 123456789012
        User ci in account 123456789012 lost the tag keysteward:secret, and secret ci still rotates the user's keys. Keysteward leaves these keys as they are. Set the tag again to the ARN of the secret, or end the rotation of the secret.
    "#);
}

#[test]
fn the_same_news_has_one_id_on_one_day_and_another_on_the_next() {
    let key = subject(CredentialKind::AccessKey);
    let id = |news: Planned, hours: i64| {
        let planned = PlannedNotice { news, because: "a rule".to_owned(), exposed: false };
        let at = now() + SignedDuration::from_hours(hours);
        Notice::planned(&account(), &"ana".into(), Owner::default(), &key, &planned, at).id
    };
    for news in all_planned() {
        assert_eq!(id(news.clone(), 0), id(news.clone(), 20));
        let by_event = matches!(news, Planned::ExposedAndDeactivated { .. });
        assert_eq!(id(news.clone(), 0) == id(news.clone(), 21), by_event, "{news:?}");
    }
    let ids: BTreeSet<_> = all_planned().map(|news| id(news, 0)).into();
    assert_eq!(ids.len(), 7);
    assert_eq!(id(Planned::Deleted, 0), "deleted/123456789012/ana/AKIAEXAMPLE/2026-11-01");
}

#[test]
fn two_credentials_of_a_user_have_two_ids_although_the_report_has_none() {
    let of = |created: &str| {
        let subject =
            Subject { id: None, created: at(created), ..subject(CredentialKind::AccessKey) };
        let notice = planned(Planned::Deleted, &subject);
        assert!(notice.text.starts_with("Access key of user ana in account"), "{}", notice.text);
        notice.id
    };
    assert_ne!(of("2026-01-01T00:00:00Z"), of("2026-01-02T00:00:00Z"));
}

#[test]
fn the_sweep_that_completes_an_answer_has_the_same_news_as_the_answer() {
    let key = subject(CredentialKind::AccessKey);
    let event = Some("abc-1".to_owned());
    let completed = planned(Planned::ExposedAndDeactivated { event }, &key);
    assert_eq!(completed.id, exposed(Answer::Deactivated).id);
    let ids: BTreeSet<_> = answers().map(|answer| exposed(answer).id).into();
    assert_eq!(ids.len(), 4);
}

#[test]
fn a_long_name_does_not_hide_what_is_said_of_it() {
    let long = "x".repeat(600);
    let secret: Arn = format!("{}{long}", SECRET).parse().unwrap();
    let longest = |notice: Notice| {
        let words = notice.words(now());
        assert!(words.headline.ends_with('.') && words.subject.len() < 100);
        assert!(words.headline.chars().count() <= 420, "{}", words.headline);
        words
    };
    for kind in CredentialKind::ALL {
        let subject = Subject { service: Some(long.clone()), ..subject(kind) };
        for news in all_planned() {
            let planned = PlannedNotice { news, because: "a rule".to_owned(), exposed: false };
            let (owner, user) = (Owner::default(), long.as_str().into());
            longest(Notice::planned(&account(), &user, owner, &subject, &planned, now()));
        }
    }
    longest(Notice::rotation_failed(secret.clone(), None, Owner::default(), now()));
    longest(Notice::new_version(
        secret.clone(),
        &long.as_str().into(),
        "e-1",
        Owner::default(),
        now(),
    ));
    let user = long.as_str().into();
    longest(Notice::binding_tag_gone(&account(), &user, secret, Owner::default(), now()));
    longest(exposed_entity(Some(&long)));
    let old = Some(("X".repeat(128).parse().unwrap(), at("2026-04-08T00:00:00Z")));
    let advice = longest(Notice::rotated(&Rotation { superseded: old, ..rotation() })).advice;
    assert!(advice.unwrap().contains("works until 2026-04-08"));
}

fn exposed_entity(entity: Option<&str>) -> Notice {
    Notice::exposed(Exposure {
        account: None,
        user: None,
        owner: Owner::default(),
        entity,
        answer: Answer::DryRun,
        because: None,
        event: "abc-1",
        at: now(),
    })
}

#[test]
fn an_exposure_in_an_account_that_nobody_could_name_is_news() {
    let notice = exposed_entity(None);
    assert_eq!(notice.account, None);
    assert_eq!(notice.subject(), "EXPOSED credential STILL ACTIVE in (not known)");
    assert!(notice.attributes().iter().all(|(name, _)| !matches!(*name, "account" | "credential")));
}

#[test]
fn the_words_in_attributes_are_those_in_the_message() {
    for notice in all() {
        let message = serde_json::to_value(&notice).unwrap();
        let attributes = notice.attributes();
        assert!(attributes.len() >= 3);
        for (name, value) in attributes {
            let written =
                if name == "credential" { &message["credential"]["kind"] } else { &message[name] };
            assert_eq!(written, &serde_json::Value::from(value), "{name}");
        }
    }
}

#[test]
fn a_hostile_user_name_leaves_a_legal_subject() {
    let user = format!("a\r\nBcc: x@example.com\u{2028}{}", "x".repeat(200)).into();
    let notice = Notice::rotated(&Rotation { user, ..rotation() });
    assert!(notice.subject().len() < 100);
    assert!(notice.subject().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
}
