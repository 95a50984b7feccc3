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
mod memory;
mod metrics;
mod owner;
mod samples;
mod secrets;
mod steps;
mod subscribers;
mod templates;
#[cfg(test)]
mod tests;
mod trace;
mod visible;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::AtomicBool;

use aws_config::SdkConfig;
use futures_util::StreamExt;
use jiff::Timestamp;
use lambda_shell::{Deadline, chain};
use mail_sender::MailSender;
use notice::{Notice, TextPublisher};
use record_store::RecordStore;
use secret_store::SecretStore;
use serde_json::{Value, json};

pub use address::{Address, AllowedDomain, NotAnAddress};
pub use bounce::Undelivered;
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
use memory::Memory;
use metrics::Counts;
use secrets::{Secrets, Unread};
use subscribers::Subscribers;

/// Takes one line of metrics.
pub type MetricSink = fn(&Value);

/// How many destinations are handed their news at once.
const AT_ONCE: usize = 8;

/// The function: its clients, made once, and its settings.
#[derive(Debug)]
pub struct NotifyOwner {
    sender: Option<MailSender>,
    text: Option<TextPublisher>,
    chat: Option<TextPublisher>,
    store: RecordStore,
    secrets: SecretStore,
    config: Config,
    metrics: MetricSink,
}

/// A mail that was not delivered and could not be answered in full; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
enum NotNoted {
    #[error(transparent)]
    Receipts(#[from] memory::NoReceipt),
    #[error(transparent)]
    Administrator(#[from] EventError),
}

/// The messages that come again, and why.
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
            store: RecordStore::new(sdk, config.table.clone(), "notify-owner"),
            secrets: SecretStore::new(sdk),
            config,
            metrics,
        }
    }

    /// Hands over the news that the event brings; answers a queue which of its messages it must bring again.
    ///
    /// # Errors
    ///
    /// When the event is none of the function's, or something was not handed over that no queue would bring again.
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
        let memory = Memory::new(&self.store, now, deadline);
        let pieces = self.gather(event, &memory, deadline, &mut failures).await;
        let news = digest::distinct(pieces);
        let mut counts = self.hand_over(&news, &memory, now, deadline, &mut failures).await;
        counts.messages = count;
        counts.failed = failures.len();
        (self.metrics)(&metrics::line(&counts, now));
        tracing::info!(
            messages = count,
            notices = news.len(),
            told = counts.told,
            failed = counts.failed,
            "handed over the news of an invocation"
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

    /// The news of every message; a message that is refused is a failure of its own.
    async fn gather(
        &self,
        event: Event,
        memory: &Memory<'_>,
        deadline: Deadline,
        failures: &mut Failures,
    ) -> Vec<(usize, Notice)> {
        let secrets = Secrets { store: &self.secrets, config: &self.config, deadline };
        // In a list, because the compiler cannot tell that a task may hold the iterator.
        let mut lookups = Vec::new();
        for (at, message) in event.messages.into_iter().enumerate() {
            match message.content {
                Ok(content) => {
                    if let Content::Undelivered(mail) = &content
                        && let Err(error) = take_note(mail, memory).await
                    {
                        tracing::error!("{}", chain(&error));
                        failures.insert(at, chain(&error));
                    }
                    let secrets = &secrets;
                    lookups.push(async move { (at, news_in(content, secrets).await) });
                }
                Err(error) => {
                    tracing::error!("a message is refused: {}", chain(&error));
                    failures.insert(at, chain(&error));
                }
            }
        }
        let mut pieces = Vec::new();
        // In order, so that digests are the same for the same batch.
        let mut found = futures_util::stream::iter(lookups).buffered(AT_ONCE);
        while let Some((at, news)) = found.next().await {
            match news {
                Ok(news) => pieces.extend(news.into_iter().map(|notice| (at, notice))),
                Err(error) => {
                    tracing::error!("{}", chain(&error));
                    failures.insert(at, chain(&error));
                }
            }
        }
        pieces
    }

    async fn hand_over(
        &self,
        news: &[News],
        memory: &Memory<'_>,
        now: Timestamp,
        deadline: Deadline,
        failures: &mut Failures,
    ) -> Counts {
        let delivery = self.delivery(memory, now, deadline);
        let digests = self.digests(news);
        let mut counts = Counts::default();
        let refused = hand_over_all(&delivery, &digests, &mut counts, failures).await;
        let (Some(mail), false) = (&self.config.mail, refused.is_empty()) else { return counts };
        // What the administrator gets anyway is not sent again.
        let administrator = &mail.directory.administrator;
        let known: BTreeSet<&str> = digests
            .iter()
            .filter(|digest| digest.is_for(administrator))
            .flat_map(|digest| digest.news.iter().map(|piece| piece.notice.id.as_str()))
            .collect();
        let unknown = |piece: &&News| !known.contains(piece.notice.id.as_str());
        let mut seen = BTreeSet::new();
        let left: Vec<&News> = refused
            .iter()
            .flat_map(|(digest, _)| digest.news.iter().copied())
            .filter(unknown)
            .filter(|piece| seen.insert(piece.notice.id.as_str()))
            .collect();
        tracing::warn!(
            notices = left.len(),
            digests = refused.len(),
            "SES does not send to some readers; the administrator gets their news instead"
        );
        let instead = digest::for_administrator(left, administrator, &deliver::note(&refused));
        let mut sent_instead = Counts::default();
        hand_over_all(&delivery, &instead, &mut sent_instead, failures).await;
        counts.to_administrator = sent_instead.told;
        counts
    }

    fn delivery<'a>(
        &'a self,
        memory: &'a Memory<'a>,
        now: Timestamp,
        deadline: Deadline,
    ) -> Delivery<'a> {
        let topic = &self.config.notice_topic;
        Delivery {
            sender: self.sender.as_ref(),
            directory: self.config.mail.as_ref().map(|mail| &mail.directory),
            text: self.text.as_ref().map(Subscribers::new),
            chat: self.chat.as_ref().map(Subscribers::new),
            memory,
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
            digests.extend(digest::by_account(news, digest::LARGEST, |account| {
                Destination::Text { account }
            }));
        }
        if self.chat.is_some() {
            digests.extend(digest::by_account(news, digest::LARGEST_OF_CHAT, |account| {
                Destination::Chat { account }
            }));
        }
        // What is urgent goes first, in case the time does not suffice for all.
        digests.sort_by_key(|digest| std::cmp::Reverse(digest.severity()));
        digests
    }
}

/// Returns the receipts of the notices in a mail that nobody was handed.
async fn take_note(mail: &Undelivered, memory: &Memory<'_>) -> Result<(), NotNoted> {
    if let Some(trace) = &mail.trace {
        memory.give_back(trace).await?;
    }
    if mail.to_administrator { Err(EventError::Administrator.into()) } else { Ok(()) }
}

/// The news in one message, as far as it is news for anybody.
async fn news_in(content: Content, secrets: &Secrets<'_>) -> Result<Vec<Notice>, Unread> {
    match content {
        Content::News(notices) => {
            let mut complete = Vec::with_capacity(notices.len());
            for notice in notices {
                complete.push(secrets.complete(notice).await?);
            }
            Ok(complete)
        }
        Content::Secret(event) => Ok(secrets.news(event).await?.into_iter().collect()),
        Content::Undelivered(mail) => Ok(mail.notices),
        Content::NotOurs => Ok(Vec::new()),
    }
}

/// Hands digests over, some at a time; answers those whose readers SES does not send to.
async fn hand_over_all<'d, 'n>(
    delivery: &Delivery<'_>,
    digests: &'d [Digest<'n>],
    counts: &mut Counts,
    failures: &mut Failures,
) -> Vec<(&'d Digest<'n>, mail_sender::Error)> {
    let mut handing = Vec::new();
    for digest in digests {
        handing.push(async move { (digest, delivery.hand_over(digest).await) });
    }
    let mut handing = futures_util::stream::iter(handing).buffer_unordered(AT_ONCE);
    let mut refused = Vec::new();
    while let Some((digest, result)) = handing.next().await {
        match result {
            Ok(Delivered::Sent) => counts.told += 1,
            Ok(Delivered::Before) => counts.before += 1,
            Ok(Delivered::Nobody) => {
                counts.unreceipted += delivery.receipted(digest).len();
                tracing::error!(
                    notices = digest.news.len(),
                    "a topic has no confirmed subscription, so nobody was handed its news: subscribe somebody"
                );
            }
            Ok(Delivered::Refused(error)) => {
                counts.unreceipted += delivery.receipted(digest).len();
                refused.push((digest, error));
            }
            Err(error) => {
                let text = chain(&error);
                tracing::error!(notices = digest.news.len(), "{text}");
                let messages = digest.news.iter().flat_map(|piece| piece.messages.iter().copied());
                failures.extend(messages.map(|at| (at, text.clone())));
            }
        }
    }
    refused
}
