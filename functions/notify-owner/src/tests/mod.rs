//! What the function sends, to whom, and what it accepts: without a network.

mod bounces;
mod days;
mod events;
mod hostile;
mod injection;
mod ladder;
mod mails;
mod owners;
mod places;
mod settings;
mod truth;

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::identifiers::{AccountId, CredentialId};
use lifecycle::sweep::{News as Planned, PlannedNotice, Subject};
use notice::{Answer, Exposure, Kind, MailFate, MailUndelivered, News, Notice, Owner, Rotation};

use crate::{Because, Context, Entry, Model, Templates, samples};

const ACCOUNT: &str = "123456789012";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf";
const VERSION: &str = "a8e3f6c2-0000-4000-a000-000000000001";

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-11-01T03:00:00Z")
}

fn context() -> Context {
    Context {
        partition: "aws".to_owned(),
        account: ACCOUNT.to_owned(),
        sweep_function: "deactivate-stale".to_owned(),
        now: now(),
    }
}

/// A credential of a kind, with all that IAM tells of it.
fn subject(kind: CredentialKind) -> Subject {
    let (id, service) = match kind {
        CredentialKind::AccessKey => ("AKIAIOSFODNN7EXAMPLE", None),
        CredentialKind::Password => ("password", None),
        CredentialKind::SshPublicKey => ("APKAEIBAERJR2EXAMPLE", None),
        CredentialKind::SigningCertificate => ("TA7SMP42TDN5Z26OBPJE7EXAMPLE", None),
        CredentialKind::ServiceSpecific => ("ACCA12345ABCDEXAMPLE", Some("bedrock.amazonaws.com")),
    };
    let (last_use, with) = match kind {
        CredentialKind::AccessKey => (
            LastUse::At(at("2026-02-01T08:30:00Z")),
            Some(ServiceUse { service: "s3".to_owned(), region: Some("eu-west-1".to_owned()) }),
        ),
        CredentialKind::Password => (LastUse::NoneRecorded, None),
        CredentialKind::SshPublicKey
        | CredentialKind::SigningCertificate
        | CredentialKind::ServiceSpecific => (LastUse::Unknown, None),
    };
    Subject {
        kind,
        id: Some(CredentialId::new(kind, id).unwrap()),
        status: CredentialStatus::Active,
        created: at("2025-06-01T00:00:00Z"),
        expires: service.map(|_| at("2027-06-01T00:00:00Z")),
        service: service.map(ToOwned::to_owned),
        last_use,
        last_used_with: with,
    }
}

fn account() -> AccountId {
    ACCOUNT.parse().unwrap()
}

/// The news of a credential on the ladder, as a plan has it.
fn about(kind: Kind, subject: &Subject) -> Notice {
    let (warned, announced) = (at("2026-11-15T03:00:00Z"), at("2026-12-01T03:00:00Z"));
    let kept_until = (subject.kind != CredentialKind::Password).then_some(announced);
    let unused = "last used 272 days ago, on 2026-02-01 (limit 90 days)";
    let (news, because) = match kind {
        Kind::DeactivationAhead => (Planned::DeactivationAhead { due: warned }, unused),
        Kind::DeletionAhead => (
            Planned::DeletionAhead { due: announced },
            "it is inactive, and is deleted on 2026-12-01",
        ),
        Kind::SupersededInUse => (
            Planned::SupersededInUse,
            "a rotation replaced it, and it was still used on 2026-10-31T14:05:00Z with s3 in eu-west-1",
        ),
        Kind::Deactivated => (Planned::Deactivated { kept_until }, unused),
        Kind::Deleted => (Planned::Deleted, "it has been inactive since 2026-10-01"),
        Kind::Reactivated => (Planned::Reactivated, "an operator undid the deactivation"),
        other => panic!("{other:?} is about no credential on the ladder"),
    };
    let owner = Owner {
        user: Some("ana@example.com".to_owned()),
        description: Some("nightly backup to S3".to_owned()),
        ..Owner::default()
    };
    let planned = PlannedNotice { news, because: because.to_owned(), exposed: false };
    Notice::planned(&account(), &"ana".into(), owner, subject, &planned, now())
        .in_account_called(Some("prod"))
}

/// The news of an access key on the ladder.
fn key(kind: Kind) -> Notice {
    about(kind, &subject(CredentialKind::AccessKey))
}

/// News of a kind, made as the functions make it.
fn notice(kind: Kind) -> Notice {
    match kind {
        Kind::Rotated => rotated(),
        Kind::RotationFailed => rotation_failed(),
        Kind::NewVersion => new_version(),
        Kind::Exposed => exposed(Answer::Deactivated),
        Kind::LimitReached => limit_reached(),
        Kind::MailUndelivered => undelivered(),
        Kind::BindingTagGone => binding_tag_gone(),
        ladder => key(ladder),
    }
}

/// The same notice in another wire form, as somebody else may publish it.
fn rewritten(notice: &Notice, rewrite: impl FnOnce(&mut serde_json::Value)) -> Notice {
    let mut value = serde_json::to_value(notice).unwrap();
    rewrite(&mut value);
    Notice::parse(&value.to_string()).unwrap()
}

/// The same notice about another user.
fn of_user(notice: &Notice, user: &str) -> Notice {
    rewritten(notice, |value| value["user"] = user.into())
}

fn rotated() -> Notice {
    Notice::rotated(&Rotation {
        account: account(),
        user: "ci".into(),
        secret: SECRET.parse().unwrap(),
        token: VERSION.into(),
        key: "AKIAI44QH8DHBEXAMPLE".parse().unwrap(),
        owner: Owner::default(),
        superseded: Some(("AKIAIOSFODNN7EXAMPLE".parse().unwrap(), at("2026-11-08T03:00:00Z"))),
        at: now(),
    })
}

fn team() -> Owner {
    Owner { secret: Some("team@example.com".to_owned()), ..Owner::default() }
}

fn rotation_failed() -> Notice {
    let error = Some("Pending secret version was not created by the function".to_owned());
    Notice::rotation_failed(SECRET.parse().unwrap(), error, team(), now())
}

fn new_version() -> Notice {
    Notice::new_version(SECRET.parse().unwrap(), &VERSION.into(), "e-1", team(), now())
}

fn failed() -> Answer {
    Answer::Failed { error: Some("AccessDenied: not authorized".to_owned()) }
}

fn exposed(answer: Answer) -> Notice {
    Notice::exposed(Exposure {
        account: Some(&account()),
        user: Some(&"ana".into()),
        owner: Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() },
        entity: Some("AKIAIOSFODNN7EXAMPLE"),
        answer,
        because: None,
        event: "01b0993207d81a09dcd552ebd1e633e36cf1f09a-1",
        at: now(),
    })
}

fn limit_reached() -> Notice {
    Notice::limit_reached(&account(), 61, 50, now())
}

fn binding_tag_gone() -> Notice {
    let owner = Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() };
    let secret = SECRET.parse().unwrap();
    Notice::binding_tag_gone(&account(), &"ci".into(), secret, owner, now())
}

fn undelivered() -> Notice {
    let news = MailUndelivered {
        recipient: "ana@example.com".to_owned(),
        subject: "Access key will be deactivated: ana in 123456789012".to_owned(),
        outcome: MailFate::Bounced,
        because: "Permanent, General: smtp; 550 5.1.1 user unknown".to_owned(),
    };
    Notice::mail_undelivered(&account(), "0102018f-0000", news, now())
}

fn model(notices: &[Notice]) -> Model {
    let subject = notices.first().map(Notice::subject).unwrap_or_default();
    let entries = notices.iter().map(|notice| Entry::of(notice, &context()));
    Model::new(subject, "the owner tag of the IAM user names you", entries.collect())
}

fn text(model: &Model) -> String {
    Templates::built_in().unwrap().text(model).unwrap()
}
