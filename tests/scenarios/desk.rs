//! The desk that mail goes out from: a topic, its queue with dead letters, SES, the table, and the function.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_simulator::{ACCOUNT, Mail, REGION, Settings, Simulator, TABLE_ARN};
use jiff::{SignedDuration, Timestamp};
use lambda_shell::Deadline;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::identifiers::CredentialId;
use lifecycle::memory::Receipt;
use lifecycle::record::Remembered;
use lifecycle::sweep::{News, PlannedNotice, Subject};
use notice::{Answer, Exposure, Notice, NoticePublisher, Owner};
use notify_owner::{Config, Error, NotifyOwner};
use record_store::RecordStore;
use serde_json::Value;

/// The timeout the function is deployed with.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(300);

/// How often a message is handed over before it becomes a dead letter.
pub(crate) const RECEIVES: u64 = 3;

const TOPIC: &str = "keysteward";
const QUEUE: &str = "notify-owner";
const DEAD_LETTERS: &str = "notify-owner-dead-letters";
pub(crate) const FROM: &str = "keysteward@example.com";
pub(crate) const ADMINISTRATOR: &str = "security@example.com";

/// The ARN of a topic of the account.
pub(crate) fn topic(name: &str) -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:{name}")
}

/// An account whose notices are mailed.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) simulator: Simulator,
    variables: Mutex<Vec<(String, String)>>,
}

impl Desk {
    /// An account on 1 November 2026 that may send mail to everybody.
    pub(crate) fn open() -> Self {
        let start = "2026-11-01T03:00:00Z".parse().unwrap();
        Self::over(&Simulator::new(start, Settings::IDEAL))
    }

    /// The desk of an account that is there already.
    pub(crate) fn over(simulator: &Simulator) -> Self {
        let simulator = simulator.clone();
        simulator.add_topic(TOPIC);
        simulator.add_topic("mail-events");
        simulator.add_queue(DEAD_LETTERS);
        simulator.add_queue_with_dead_letters(QUEUE, DEAD_LETTERS, RECEIVES);
        simulator.subscribe_queue(TOPIC, QUEUE);
        simulator.subscribe_queue("mail-events", QUEUE);
        simulator.verify_identity("example.com");
        simulator.leave_mail_sandbox();
        simulator.add_configuration_set("keysteward", Some("mail-events"));
        let desk = Self { simulator, variables: Mutex::default() };
        desk.set("NOTICE_TOPIC_ARN", &topic(TOPIC));
        desk.set("MAIL_FROM", FROM);
        desk.set("MAIL_ADMIN", ADMINISTRATOR);
        desk.set("MAIL_DOMAINS", "example.com");
        desk.set("MAIL_CONFIGURATION_SET", "keysteward");
        desk.set("MAIL_EVENTS_TOPIC_ARN", &topic("mail-events"));
        desk.set("TABLE_ARN", TABLE_ARN);
        desk
    }

    /// Sets `KEYSTEWARD_<name>`; an empty value unsets it.
    pub(crate) fn set(&self, name: &str, value: &str) {
        let name = format!("KEYSTEWARD_{name}");
        let mut variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        variables.retain(|(other, _)| *other != name);
        variables.push((name, value.to_owned()));
    }

    /// Unsets everything that mail needs, as where SES is not used.
    pub(crate) fn send_no_mail(&self) {
        for name in [
            "MAIL_FROM",
            "MAIL_ADMIN",
            "MAIL_DOMAINS",
            "MAIL_CONFIGURATION_SET",
            "MAIL_EVENTS_TOPIC_ARN",
        ] {
            self.set(name, "");
        }
    }

    pub(crate) fn function(&self) -> NotifyOwner {
        let variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let config = Config::from_variables(variables).unwrap();
        NotifyOwner::new(&self.simulator.sdk_config("notify-owner"), config, |_| {})
    }

    /// Hands the function one event.
    pub(crate) async fn handle(&self, event: Value) -> Result<Value, Error> {
        let deadline = Deadline::after(TIMEOUT);
        self.function().handle(event, self.simulator.now(), deadline).await
    }

    /// Publishes notices to the topic, as the other functions do.
    pub(crate) async fn publish(&self, notices: &[Notice]) {
        let config = self.simulator.sdk_config("deactivate-stale");
        let publisher = NoticePublisher::new(&config, topic(TOPIC).parse().unwrap());
        for notice in notices {
            publisher.publish(notice).await.unwrap();
        }
    }

    /// Hands over what waits in the queue, as Lambda does; answers how many messages failed.
    pub(crate) async fn deliver(&self) -> usize {
        let Some(event) = self.simulator.receive_batch(QUEUE, 10_000) else { return 0 };
        let answer = self.handle(event.clone()).await;
        self.simulator.settle_batch(QUEUE, &event, answer.as_ref().map_err(|_| ()));
        answer.unwrap()["batchItemFailures"].as_array().unwrap().len()
    }

    /// Hands over what waits, and what comes again, until the queue is empty.
    pub(crate) async fn deliver_all(&self) {
        // A mail that bounces is news of its own, and takes as many turns.
        for _ in 0..RECEIVES + 2 {
            self.deliver().await;
            self.advance(SignedDuration::from_mins(15));
        }
        assert_eq!(self.waiting(), 0);
    }

    pub(crate) fn advance(&self, span: SignedDuration) {
        self.simulator.advance(span);
    }

    /// How many messages wait in the queue, handed over or not.
    pub(crate) fn waiting(&self) -> usize {
        self.simulator.view(|view| view.queue(QUEUE).len())
    }

    /// How many messages were given up.
    pub(crate) fn dead_letters(&self) -> usize {
        self.simulator.view(|view| view.queue(DEAD_LETTERS).len())
    }

    /// All mail that SES took.
    pub(crate) fn mails(&self) -> Vec<Mail> {
        self.simulator.view(|view| view.mails().to_vec())
    }

    /// To whom mail went, in order.
    pub(crate) fn readers(&self) -> Vec<String> {
        self.mails().into_iter().map(|mail| mail.to.concat()).collect()
    }

    /// What the messages on a topic say, in order.
    pub(crate) fn published(&self, name: &str) -> Vec<String> {
        let arn = topic(name);
        let all = self.simulator.view(|view| view.published().to_vec());
        all.into_iter().filter(|one| one.topic == arn).map(|one| one.message).collect()
    }

    /// The warning about a key of `user`, whose owner tag says `owner`.
    pub(crate) fn warning(&self, user: &str, owner: &str) -> Notice {
        let now = self.simulator.now();
        news(News::DeactivationAhead { due: after_two_weeks(now) }, user, owner, now)
    }

    /// The news that a key of `user`, whose owner tag says `owner`, is exposed and still active.
    pub(crate) fn exposed(&self, user: &str, owner: &str, answer: Answer) -> Notice {
        Notice::exposed(Exposure {
            account: Some(&ACCOUNT.parse().unwrap()),
            user: Some(&user.into()),
            owner: Owner { user: Some(owner.to_owned()), ..Owner::default() },
            entity: Some("AKIAIOSFODNN7EXAMPLE"),
            answer,
            because: None,
            event: "event-1",
            at: self.simulator.now(),
        })
    }

    /// The receipt of a notice, if it has one that counts or was returned.
    pub(crate) async fn receipt(&self, notice: &Notice) -> Option<Receipt> {
        let table = TABLE_ARN.parse().unwrap();
        let store = RecordStore::new(&self.simulator.sdk_config("auditor"), table, "test");
        let (account, now) = (notice.account.as_ref().unwrap(), self.simulator.now());
        match store.receipt(account, &notice.id, now).await.unwrap() {
            Remembered::Readable(receipt) => Some(receipt),
            Remembered::Absent => None,
            Remembered::Unreadable(fault) => panic!("a receipt cannot be read: {fault}"),
        }
    }

    /// Whether the owner was handed the notice, as far as anybody knows.
    pub(crate) async fn counts(&self, notice: &Notice) -> bool {
        self.receipt(notice).await.is_some_and(|receipt| receipt.returned.is_none())
    }
}

/// The day that a warning names.
fn after_two_weeks(now: Timestamp) -> Timestamp {
    now.saturating_add(SignedDuration::from_hours(14 * 24)).unwrap()
}

/// News of a key of `user`, whose owner tag says `owner`.
pub(crate) fn news(news: News, user: &str, owner: &str, now: Timestamp) -> Notice {
    let day = SignedDuration::from_hours(24);
    let owner = (!owner.is_empty()).then(|| owner.to_owned());
    let subject = Subject {
        kind: CredentialKind::AccessKey,
        id: Some(CredentialId::AccessKey("AKIAIOSFODNN7EXAMPLE".parse().unwrap())),
        status: CredentialStatus::Active,
        created: now.saturating_sub(day * 300).unwrap(),
        expires: None,
        service: None,
        last_use: LastUse::At(now.saturating_sub(day * 200).unwrap()),
        last_used_with: Some(ServiceUse {
            service: "s3".to_owned(),
            region: Some("eu-west-1".to_owned()),
        }),
    };
    let because = "last used 200 days ago (limit 90 days)".to_owned();
    let planned = PlannedNotice { news, because, exposed: false };
    let owner = Owner { user: owner, ..Owner::default() };
    let account = ACCOUNT.parse().unwrap();
    Notice::planned(&account, &user.into(), owner, &subject, &planned, now)
}

/// The same notice with members of its wire form changed, as somebody else may publish it.
pub(crate) fn rewritten(notice: &Notice, rewrite: impl FnOnce(&mut Value)) -> Notice {
    let mut value = serde_json::to_value(notice).unwrap();
    rewrite(&mut value);
    Notice::parse(&value.to_string()).unwrap()
}
