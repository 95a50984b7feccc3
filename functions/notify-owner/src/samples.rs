//! News of every kind, to try templates on.

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn, CredentialId};
use lifecycle::sweep::{News as Planned, PlannedNotice, Subject};
use notice::{Answer, Exposure, MailFate, MailUndelivered, Notice, Owner, Rotation};

use crate::entry::{Context, Entry};
use crate::templates::Model;

/// Every kind of news, of every kind of credential, with all that may be known and with as little.
pub(crate) fn models() -> Vec<Model> {
    let now = Timestamp::UNIX_EPOCH;
    let context = Context {
        partition: "aws".to_owned(),
        account: ACCOUNT.to_owned(),
        sweep_function: "deactivate-stale".to_owned(),
        now,
    };
    let mut models = Vec::new();
    for notice in notices(now) {
        let entry = Entry::of(&notice.in_account_called(Some("prod")), &context);
        let mut model = Model::new("A subject".to_owned(), "a reason", vec![entry]);
        model.others.clone_from(&model.entries);
        models.push(Model { note: "A note".to_owned(), ..model.clone() });
        models.push(Model { note: String::new(), because: "", others: Vec::new(), ..model });
    }
    models
}

const ACCOUNT: &str = "123456789012";
const SECRET: &str = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci/deploy-AbCdEf";
const KEY: &str = "AKIAIOSFODNN7EXAMPLE";

/// Every kind of news, of every kind of credential.
pub(crate) fn notices(now: Timestamp) -> Vec<Notice> {
    let (account, secret, key) =
        (ACCOUNT.parse::<AccountId>(), SECRET.parse::<Arn>(), KEY.parse::<AccessKeyId>());
    let (Ok(account), Ok(secret), Ok(key)) = (account, secret, key) else { return Vec::new() };
    let mut notices = Vec::new();
    for kind in CredentialKind::ALL {
        for known in [true, false] {
            notices.extend(of_plans(&account, &subject(kind, known, now), known, now));
        }
    }
    let answers = [
        Answer::Deactivated,
        Answer::WasInactive,
        Answer::Failed { error: Some("an error".to_owned()) },
        Answer::DryRun,
    ];
    for answer in answers {
        notices.push(Notice::exposed(Exposure {
            account: Some(&account),
            user: Some(&"ana".into()),
            owner: Owner::default(),
            entity: Some(KEY),
            answer: answer.clone(),
            because: Some("a reason".to_owned()),
            event: "an event",
            at: now,
        }));
        notices.push(Notice::exposed(Exposure {
            account: None,
            user: None,
            owner: Owner::default(),
            entity: None,
            answer,
            because: None,
            event: "another event",
            at: now,
        }));
    }
    for superseded in [None, Some((key.clone(), now))] {
        notices.push(Notice::rotated(&Rotation {
            account: account.clone(),
            user: "ci".into(),
            secret: secret.clone(),
            token: "a version".into(),
            key: key.clone(),
            owner: Owner::default(),
            superseded,
            at: now,
        }));
    }
    let nobody = Owner::default;
    for error in [None, Some("an error".to_owned())] {
        notices.push(Notice::rotation_failed(secret.clone(), error, nobody(), now));
    }
    notices.push(Notice::new_version(secret.clone(), &"v".into(), "e", nobody(), now));
    notices.push(Notice::limit_reached(&account, 61, 50, now));
    notices.push(Notice::binding_tag_gone(&account, &"ci".into(), secret, nobody(), now));
    for outcome in [MailFate::Bounced, MailFate::Rejected, MailFate::Unwanted] {
        let news = MailUndelivered {
            recipient: "ana@example.com".to_owned(),
            subject: "a subject".to_owned(),
            outcome,
            because: "a reason".to_owned(),
        };
        notices.push(Notice::mail_undelivered(&account, outcome_word(outcome), news, now));
    }
    notices
}

fn outcome_word(outcome: MailFate) -> &'static str {
    match outcome {
        MailFate::Bounced => "m-1",
        MailFate::Rejected => "m-2",
        MailFate::Unwanted => "m-3",
    }
}

fn of_plans(
    account: &AccountId,
    subject: &Subject,
    known: bool,
    now: Timestamp,
) -> impl Iterator<Item = Notice> {
    let plans = [
        Planned::DeactivationAhead { due: now },
        Planned::DeactivationAhead { due: Timestamp::MAX },
        Planned::DeletionAhead { due: now },
        Planned::DeletionAhead { due: Timestamp::MAX },
        Planned::SupersededInUse,
        Planned::Deactivated { kept_until: known.then_some(Timestamp::MAX) },
        Planned::Deleted,
        Planned::ExposedAndDeactivated { event: known.then(|| "an event".to_owned()) },
        Planned::Reactivated,
    ];
    let owner = Owner {
        user: known.then(|| "ana@example.com".to_owned()),
        description: known.then(|| "a description".to_owned()),
        ..Owner::default()
    };
    plans
        .map(|news| {
            let because = if known { "a rule".to_owned() } else { String::new() };
            let planned = PlannedNotice { news, because, exposed: !known };
            Notice::planned(account, &"ana".into(), owner.clone(), subject, &planned, now)
        })
        .into_iter()
}

fn subject(kind: CredentialKind, known: bool, now: Timestamp) -> Subject {
    let id = if kind == CredentialKind::Password { "password" } else { KEY };
    let used = ServiceUse { service: "s3".to_owned(), region: Some("eu-west-1".to_owned()) };
    Subject {
        kind,
        id: CredentialId::new(kind, id).ok().filter(|_| known),
        status: CredentialStatus::Active,
        created: now,
        expires: known.then_some(now),
        service: known.then(|| "a service".to_owned()),
        last_use: if known { LastUse::At(now) } else { LastUse::Unknown },
        last_used_with: known.then_some(used),
    }
}
