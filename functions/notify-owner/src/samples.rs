//! One piece of news of every kind, to try templates on.

use jiff::Timestamp;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::sweep::Subject;
use notice::{Kind, News, Notice, Outcome, Owner};

use crate::entry::{Context, Entry};
use crate::templates::Model;

/// Every kind and outcome, of every kind of credential, with every member set and with none that may be missing.
pub(crate) fn models() -> Vec<Model> {
    let now = Timestamp::UNIX_EPOCH;
    let context = Context {
        partition: "aws".to_owned(),
        account: "123456789012".to_owned(),
        sweep_function: "deactivate-stale".to_owned(),
        now,
    };
    let mut models = Vec::new();
    for (kind, outcome) in
        Kind::ALL.into_iter().flat_map(|kind| Outcome::ALL.map(|outcome| (kind, outcome)))
    {
        for credential in CredentialKind::ALL {
            let whole = notice(kind, outcome, credential, now);
            let bare = Notice {
                account_alias: None,
                user: None,
                credential: None,
                due: None,
                because: None,
                error: None,
                owner: Owner::default(),
                ..whole.clone()
            };
            let entries = [whole, bare].map(|notice| Entry::of(&notice, &context));
            let mut model = Model::new("A subject".to_owned(), "a reason", entries.into());
            model.others.clone_from(&model.entries);
            models.push(Model { note: "A note".to_owned(), ..model.clone() });
            models.push(Model { note: String::new(), because: "", others: Vec::new(), ..model });
        }
    }
    models
}

fn notice(kind: Kind, outcome: Outcome, credential: CredentialKind, now: Timestamp) -> Notice {
    let subject = Subject {
        kind: credential,
        id: Some("AKIAIOSFODNN7EXAMPLE".into()),
        status: CredentialStatus::Active,
        created: now,
        expires: Some(now),
        service: Some("a service".to_owned()),
        last_use: LastUse::At(now),
        last_used_with: Some(ServiceUse {
            service: "s3".to_owned(),
            region: Some("eu-west-1".to_owned()),
        }),
    };
    let owner = Owner {
        user: Some("ana@example.com".to_owned()),
        description: Some("a description".to_owned()),
        ..Owner::default()
    };
    Notice::about(News {
        kind,
        outcome,
        account: &"123456789012".into(),
        user: &"ana".into(),
        owner,
        subject: &subject,
        at: now,
        due: Some(now),
        because: "a rule".to_owned(),
        error: Some("an error".to_owned()),
    })
    .in_account_called(Some("prod"))
}
