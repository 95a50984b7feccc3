//! What the function tells, to whom, and what it believes: without a network.

mod bounces;
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
use lifecycle::sweep::Subject;
use notice::{
    Exposure, FailedRotation, Kind, LimitReached, NewVersion, News, Notice, Outcome, Owner,
    Rotation, Undelivered,
};

use crate::{Because, Context, Entry, Model, Templates};

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
        id: Some(id.into()),
        status: CredentialStatus::Active,
        created: at("2025-06-01T00:00:00Z"),
        expires: service.map(|_| at("2027-06-01T00:00:00Z")),
        service: service.map(ToOwned::to_owned),
        last_use,
        last_used_with: with,
    }
}

/// The news of a credential on the ladder, as a sweep tells it.
fn about(kind: Kind, outcome: Outcome, subject: &Subject) -> Notice {
    let because = match kind {
        Kind::DeletionAhead => "it is inactive, and is deleted on 2026-12-01",
        Kind::SupersededInUse => {
            "a rotation replaced it, and it was still used on 2026-10-31T14:05:00Z with s3 in eu-west-1"
        }
        Kind::Deleted => "it has been inactive since 2026-10-01",
        Kind::Reactivated => "an operator took the deactivation back",
        _ => "last used 272 days ago, on 2026-02-01 (limit 90 days)",
    };
    let due = match kind {
        Kind::DeactivationAhead => Some("2026-11-15T03:00:00Z"),
        Kind::DeletionAhead | Kind::Deactivated if subject.kind != CredentialKind::Password => {
            Some("2026-12-01T03:00:00Z")
        }
        _ => None,
    };
    Notice::about(News {
        kind,
        outcome,
        account: &ACCOUNT.into(),
        user: &"ana".into(),
        owner: Owner {
            user: Some("ana@example.com".to_owned()),
            description: Some("nightly backup to S3".to_owned()),
            ..Owner::default()
        },
        subject,
        at: now(),
        due: due.map(at),
        because: because.to_owned(),
        error: (outcome == Outcome::Failed).then(|| "Throttling: Rate exceeded".to_owned()),
    })
    .in_account_called(Some("prod"))
}

/// The news of every kind and outcome, made as the functions make it.
fn notice(kind: Kind, outcome: Outcome) -> Notice {
    match kind {
        Kind::Rotated if outcome == Outcome::Done => rotated(),
        Kind::Rotated if outcome == Outcome::Failed => rotation_failed(),
        Kind::Exposed => exposed(outcome),
        Kind::LimitReached => limit_reached(),
        Kind::MailUndelivered => undelivered(),
        _ => about(kind, outcome, &subject(CredentialKind::AccessKey)),
    }
}

fn rotated() -> Notice {
    Notice::rotated(&Rotation {
        account: ACCOUNT.into(),
        user: "ci".into(),
        secret: SECRET.parse().unwrap(),
        token: VERSION.into(),
        key: "AKIAI44QH8DHBEXAMPLE".into(),
        owner: Owner::default(),
        superseded: Some(("AKIAIOSFODNN7EXAMPLE".into(), at("2026-11-08T03:00:00Z"))),
        at: now(),
    })
}

fn rotation_failed() -> Notice {
    Notice::rotation_failed(FailedRotation {
        secret: SECRET.parse().unwrap(),
        error: Some("Pending secret version was not created by the function".to_owned()),
        owner: Owner { secret: Some("team@example.com".to_owned()), ..Owner::default() },
        at: now(),
    })
}

fn new_version() -> Notice {
    Notice::new_version(NewVersion {
        secret: SECRET.parse().unwrap(),
        version: VERSION.into(),
        event: "e-1".to_owned(),
        owner: Owner { secret: Some("team@example.com".to_owned()), ..Owner::default() },
        at: now(),
    })
}

fn exposed(outcome: Outcome) -> Notice {
    Notice::exposed(Exposure {
        account: &ACCOUNT.into(),
        user: Some(&"ana".into()),
        owner: Owner { user: Some("ana@example.com".to_owned()), ..Owner::default() },
        key: "AKIAIOSFODNN7EXAMPLE",
        outcome,
        because: (outcome == Outcome::Skipped).then(|| "it was inactive already".to_owned()),
        error: (outcome == Outcome::Failed).then(|| "AccessDenied: not authorized".to_owned()),
        communication: "01b0993207d81a09dcd552ebd1e633e36cf1f09a-1",
        at: now(),
    })
}

fn limit_reached() -> Notice {
    Notice::limit_reached(&LimitReached {
        account: &ACCOUNT.into(),
        planned: 61,
        allowed: 50,
        at: now(),
    })
}

fn undelivered() -> Notice {
    Notice::undelivered(&Undelivered {
        account: ACCOUNT.into(),
        mail: "0102018f-0000".to_owned(),
        recipient: "ana@example.com".to_owned(),
        subject: "Access key will be deactivated: ana in 123456789012".to_owned(),
        complaint: false,
        because: "it bounced (Permanent, General): smtp; 550 5.1.1 user unknown".to_owned(),
        at: now(),
    })
}

fn model(notices: &[Notice]) -> Model {
    let subject = notices.first().map(Notice::subject).unwrap_or_default();
    let entries = notices.iter().map(|notice| Entry::of(notice, &context()));
    Model::new(subject, "the owner tag of the IAM user names you", entries.collect())
}

fn text(model: &Model) -> String {
    Templates::built_in().unwrap().text(model).unwrap()
}
