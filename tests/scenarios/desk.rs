//! The desk that mail goes out from: a topic, its queue with dead letters, SES, a ledger, and the function.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_simulator::{ACCOUNT, Mail, REGION, Settings, Simulator};
use jiff::{SignedDuration, Timestamp};
use lambda_shell::Deadline;
use lifecycle::credential::{CredentialKind, CredentialStatus, LastUse, ServiceUse};
use lifecycle::sweep::Subject;
use notice::{Kind, News, Notice, NoticePublisher, Outcome, Owner};
use notify_owner::{Config, Error, NotifyOwner};
use serde_json::Value;

/// The timeout the function is deployed with.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(300);

/// How often a message is handed over before it becomes a dead letter.
pub(crate) const RECEIVES: u64 = 3;

const TOPIC: &str = "keysteward";
const QUEUE: &str = "notify-owner";
const DEAD_LETTERS: &str = "notify-owner-dead-letters";
const LEDGER: &str = "keysteward-ledger";
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
        simulator.add_bucket(LEDGER);
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
        desk.set("LEDGER_BUCKET", LEDGER);
        desk
    }

    /// Sets `KEYSTEWARD_<name>`; an empty value takes it away.
    pub(crate) fn set(&self, name: &str, value: &str) {
        let name = format!("KEYSTEWARD_{name}");
        let mut variables = self.variables.lock().unwrap_or_else(PoisonError::into_inner);
        variables.retain(|(other, _)| *other != name);
        variables.push((name, value.to_owned()));
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
        // What comes back is news of its own, and takes as many turns.
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
        news(Kind::DeactivationAhead, Outcome::Done, user, owner, self.simulator.now())
    }
}

/// News of a key of `user`, whose owner tag says `owner`.
pub(crate) fn news(
    kind: Kind,
    outcome: Outcome,
    user: &str,
    owner: &str,
    now: Timestamp,
) -> Notice {
    let day = SignedDuration::from_hours(24);
    let owner = (!owner.is_empty()).then(|| owner.to_owned());
    let subject = Subject {
        kind: CredentialKind::AccessKey,
        id: Some("AKIAIOSFODNN7EXAMPLE".into()),
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
    Notice::about(News {
        kind,
        outcome,
        account: &ACCOUNT.into(),
        user: &user.into(),
        owner: Owner { user: owner, ..Owner::default() },
        subject: &subject,
        at: now,
        due: Some(now.saturating_add(day * 14).unwrap()),
        because: "last used 200 days ago (limit 90 days)".to_owned(),
        error: None,
    })
}
