#![doc = include_str!("../README.md")]

mod address;
mod bounce;
mod chat;
mod config;
mod deliver;
mod digest;
mod entry;
mod error;
mod event;
mod links;
mod metrics;
mod owner;
mod samples;
mod steps;
mod templates;
#[cfg(test)]
mod tests;
mod visible;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use aws_config::SdkConfig;
use futures_util::StreamExt;
use jiff::Timestamp;
use lambda_shell::{Deadline, chain};
use mail_ledger::MailLedger;
use mail_sender::MailSender;
use notice::{FailedRotation, NewVersion, Notice, Owner, TextPublisher};
use secret_store::SecretStore;
use serde_json::{Value, json};

pub use address::{Address, AllowedDomain, NotAnAddress};
pub use config::{Config, MailConfig};
pub use entry::{Context, Entry, Fact};
pub use error::Error;
pub use event::{Content, Event, EventError, Message, SecretEvent, SecretNews, Sources};
pub use links::Link;
pub use owner::{Because, Directory, Recipient};
pub use steps::Step;
pub use templates::{Model, TemplateError, Templates};

use deliver::{Delivered, Delivery};
use digest::{Destination, Digest, News};
use metrics::Counts;

/// Takes one line of metrics.
pub type MetricSink = fn(&Value);

/// How many destinations are told at once.
const AT_ONCE: usize = 8;

/// The function: its clients, made once, and its settings.
#[derive(Debug)]
pub struct NotifyOwner {
    sender: Option<MailSender>,
    text: Option<TextPublisher>,
    chat: Option<TextPublisher>,
    ledger: Option<MailLedger>,
    secrets: SecretStore,
    config: Config,
    metrics: MetricSink,
}

/// A message that was not told of, and why.
type Failures = BTreeMap<usize, String>;

impl NotifyOwner {
    /// The function with clients for the account that `sdk` signs in to; metrics go to `metrics`.
    pub fn new(sdk: &SdkConfig, config: Config, metrics: MetricSink) -> Self {
        let publisher =
            |topic: &Option<_>| topic.clone().map(|topic| TextPublisher::new(sdk, topic));
        Self {
            sender: config.mail.as_ref().map(|mail| {
                MailSender::new(
                    sdk,
                    mail.from.to_string(),
                    mail.configuration_set.clone(),
                    mail.per_second,
                )
            }),
            text: publisher(&config.text_topic),
            chat: publisher(&config.chat_topic),
            ledger: config.ledger_bucket.clone().map(|bucket| MailLedger::new(sdk, bucket)),
            secrets: SecretStore::new(sdk),
            config,
            metrics,
        }
    }

    /// Tells the news that the event brings; answers a queue which of its messages it must bring again.
    ///
    /// # Errors
    ///
    /// When the event is none of the function's, or something was not told that no queue would bring again.
    pub async fn handle(
        &self,
        event: Value,
        now: Timestamp,
        deadline: Deadline,
    ) -> Result<Value, Error> {
        let event = Event::parse(&event, &self.config.sources())?;
        let (queued, count) = (event.queued, event.messages.len());
        let ids: Vec<String> = event.messages.iter().map(|message| message.id.clone()).collect();
        let mut failures = Failures::new();
        let pieces = self.gather(event, &mut failures).await;
        let news = digest::distinct(pieces);
        let mut counts = self.tell(&news, now, deadline, &mut failures).await;
        counts.messages = count;
        counts.failed = failures.len();
        (self.metrics)(&metrics::line(&counts, now));
        tracing::info!(
            messages = count,
            notices = news.len(),
            told = counts.told,
            failed = counts.failed,
            "told the news of an invocation"
        );
        if !queued {
            return match failures.is_empty() {
                true => Ok(json!({ "told": counts.told })),
                false => Err(Error::Untold { failures: failures.into_values().collect() }),
            };
        }
        let again: Vec<_> = failures
            .keys()
            .filter_map(|at| Some(json!({ "itemIdentifier": ids.get(*at)? })))
            .collect();
        Ok(json!({ "batchItemFailures": again }))
    }

    /// The news of every message; a message that is not believed is a failure of its own.
    async fn gather(&self, event: Event, failures: &mut Failures) -> Vec<(usize, Notice)> {
        let mut pieces = Vec::new();
        for (at, message) in event.messages.into_iter().enumerate() {
            match message.content {
                Ok(Content::News(notices)) => {
                    pieces.extend(notices.into_iter().map(|notice| (at, notice)));
                }
                Ok(Content::Secret(event)) => {
                    pieces.extend(self.news_of_secret(event).await.map(|notice| (at, notice)));
                }
                Ok(Content::NotOurs) => {}
                Err(error) => {
                    tracing::error!("a message is not believed: {}", chain(&error));
                    failures.insert(at, chain(&error));
                }
            }
        }
        pieces
    }

    /// The news of a secret that the rotation function sees to; its owner is named by the secret's tags.
    async fn news_of_secret(&self, event: SecretEvent) -> Option<Notice> {
        let SecretEvent { secret, what, at } = event;
        let settings = match self.secrets.settings(&secret).await {
            Ok(settings) => settings,
            Err(error) => {
                tracing::warn!("the owner of a secret is not known: {}", chain(&error));
                secret_store::SecretSettings::default()
            }
        };
        let (ours, rotated_by) = (&self.config.rotation_function, &settings.rotation_function);
        if let (Some(ours), Some(by)) = (ours, rotated_by)
            && ours.as_str() != by
        {
            return None;
        }
        let tag = &self.config.owner_tag;
        let owner = settings.tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag));
        let owner = Owner { secret: owner.map(|(_, value)| value.clone()), ..Owner::default() };
        Some(match what {
            SecretNews::Current(version) => {
                Notice::new_version(NewVersion { secret, version, owner, at })
            }
            SecretNews::RotationFailed { event, error } => {
                Notice::rotation_failed(FailedRotation { secret, event, error, owner, at })
            }
        })
    }

    async fn tell(
        &self,
        news: &[News],
        now: Timestamp,
        deadline: Deadline,
        failures: &mut Failures,
    ) -> Counts {
        let delivery = self.delivery(now, deadline);
        let digests = self.digests(news);
        let mut counts = Counts::default();
        // In a list, because the compiler cannot tell that a task may hold the iterator.
        let mut told = Vec::new();
        for digest in &digests {
            let delivery = &delivery;
            told.push(async move { (digest, delivery.hand_over(digest).await) });
        }
        let mut told = futures_util::stream::iter(told).buffer_unordered(AT_ONCE);
        while let Some((digest, result)) = told.next().await {
            match result {
                Ok(Delivered::Told) => counts.told += 1,
                Ok(Delivered::ToAdministrator) => counts.to_administrator += 1,
                Ok(Delivered::Before) => counts.before += 1,
                Err(error) => {
                    let text = chain(&error);
                    tracing::error!(notices = digest.news.len(), "{text}");
                    let messages: BTreeSet<usize> = digest
                        .news
                        .iter()
                        .flat_map(|piece| piece.messages.iter().copied())
                        .collect();
                    failures.extend(messages.into_iter().map(|at| (at, text.clone())));
                }
            }
        }
        counts
    }

    fn delivery(&self, now: Timestamp, deadline: Deadline) -> Delivery<'_> {
        let topic = &self.config.notice_topic;
        Delivery {
            sender: self.sender.as_ref(),
            administrator: self.config.mail.as_ref().map(|mail| &mail.directory.administrator),
            text: self.text.as_ref(),
            chat: self.chat.as_ref(),
            ledger: self.ledger.as_ref(),
            templates: &self.config.templates,
            context: Context {
                partition: topic.partition().to_owned(),
                account: topic.account().to_string(),
                sweep_function: self.config.sweep_function.clone(),
                now,
            },
            deadline,
            stopped: AtomicBool::new(false),
        }
    }

    fn digests<'a>(&self, news: &'a [News]) -> Vec<Digest<'a>> {
        let mut digests = Vec::new();
        if let Some(mail) = &self.config.mail {
            digests.extend(digest::by_owner(news, &mail.directory));
        }
        if self.text.is_some() {
            digests.extend(digest::by_account(news, |account| Destination::Text { account }));
        }
        if self.chat.is_some() {
            digests.extend(digest::by_account(news, |account| Destination::Chat { account }));
        }
        // What is urgent goes first, in case the time does not suffice for all.
        digests.sort_by_key(|digest| std::cmp::Reverse(digest.severity()));
        digests
    }
}
