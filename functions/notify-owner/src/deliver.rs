//! Hands digests over, each to its destination.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_shell::{Deadline, chain};
use mail_ledger::{MailLedger, Told};
use mail_sender::{ErrorKind, Mail, MailSender, Trouble};
use notice::{PublishError, Severity, TextPublisher, subject_line};

use crate::address::Address;
use crate::chat;
use crate::digest::{Destination, Digest, News};
use crate::entry::{Context, Entry};
use crate::owner::Because;
use crate::templates::{Model, TemplateError, Templates};
use crate::visible::visible;

/// The time a mail needs at least; with less left it waits for the next delivery.
const LEAST: Duration = Duration::from_secs(10);

/// The time that is left alone, so that the answer gets out.
const RESERVE: Duration = Duration::from_secs(2);

/// How long the ledger is waited for: it may cost a second mail, never the first one.
const LEDGER: Duration = Duration::from_secs(5);

/// What digests are handed over with.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) sender: Option<&'a MailSender>,
    pub(crate) administrator: Option<&'a Address>,
    pub(crate) text: Option<&'a TextPublisher>,
    pub(crate) chat: Option<&'a TextPublisher>,
    pub(crate) ledger: Option<&'a MailLedger>,
    pub(crate) templates: &'a Templates,
    pub(crate) context: Context,
    pub(crate) deadline: Deadline,
    /// Set once SES sends nothing for the account any more.
    pub(crate) stopped: AtomicBool,
    /// Set once the ledger did not answer.
    pub(crate) ledger_is_down: AtomicBool,
}

/// What became of a digest.
#[derive(Debug)]
pub(crate) enum Delivered {
    /// Its reader was told.
    Told,
    /// SES does not send to its reader: somebody else must be told.
    Refused(mail_sender::Error),
    /// Everything in it was told before.
    Before,
}

/// A digest that was not handed over; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undelivered {
    #[error("a mail was not sent")]
    Mail(#[from] mail_sender::Error),
    #[error("a message was not published")]
    Topic(#[from] PublishError),
    #[error("a mail could not be written")]
    Template(#[from] TemplateError),
    #[error("the time of the invocation was over before a mail was sent")]
    OutOfTime,
    #[error("a mail was not tried, because SES sends nothing for this account now")]
    Stopped,
    #[error("there is nowhere to send it")]
    Nowhere,
}

impl Delivery<'_> {
    /// Tells what the destination was not told before, and remembers it.
    pub(crate) async fn hand_over(&self, digest: &Digest<'_>) -> Result<Delivered, Undelivered> {
        let name = digest.destination.name();
        if !self.deadline.allows(LEAST) {
            return Err(Undelivered::OutOfTime);
        }
        let told = self.told(&name).await;
        let knows = |piece: &News| told.as_ref().is_some_and(|told| told.knows(&piece.notice.id));
        let fresh: Vec<&News> = digest.news.iter().copied().filter(|piece| !knows(piece)).collect();
        if fresh.is_empty() {
            return Ok(Delivered::Before);
        }
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Undelivered::Stopped);
        }
        let fresh = Digest { news: fresh, ..digest.clone() };
        let sending = self.send(&fresh);
        let delivered = match self.deadline.remaining() {
            Some(left) => tokio::time::timeout(left.saturating_sub(RESERVE), sending)
                .await
                .map_err(|_| Undelivered::OutOfTime)??,
            None => sending.await?,
        };
        if matches!(delivered, Delivered::Told) {
            self.remember(&fresh, told).await;
        }
        Ok(delivered)
    }

    /// What the destination was told before; `None` where that is not to be had.
    async fn told(&self, name: &str) -> Option<Told> {
        let ledger = self.ledger.filter(|_| !self.ledger_is_down.load(Ordering::Relaxed))?;
        match tokio::time::timeout(LEDGER, ledger.read(name)).await {
            Ok(Ok(told)) => Some(told),
            Ok(Err(error)) => {
                self.give_ledger_up(&chain(&error), error.kind() == ErrorKind::Unavailable);
                None
            }
            Err(_) => {
                self.give_ledger_up("the mail ledger does not answer", true);
                None
            }
        }
    }

    /// Writes down that the destination was told, unless the ledger could not be read.
    pub(crate) async fn remember(&self, digest: &Digest<'_>, told: Option<Told>) {
        let (Some(ledger), Some(told)) = (self.ledger, told) else { return };
        let left = self.deadline.remaining().unwrap_or(LEDGER);
        if self.ledger_is_down.load(Ordering::Relaxed) || left < RESERVE {
            return;
        }
        let name = digest.destination.name();
        let ids: Vec<&str> = digest.news.iter().map(|piece| piece.notice.id.as_str()).collect();
        let adding = ledger.add(&name, told, &ids, self.context.now);
        let error = match tokio::time::timeout(LEDGER.min(left - RESERVE / 2), adding).await {
            Ok(Ok(())) => return,
            Ok(Err(error)) => (chain(&error), error.kind() == ErrorKind::Unavailable),
            Err(_) => ("the mail ledger does not answer".to_owned(), true),
        };
        self.give_ledger_up(&error.0, error.1);
    }

    /// Remembers, for a reader whom SES does not send to, that somebody else was told.
    pub(crate) async fn remember_for(&self, digest: &Digest<'_>) {
        let told = self.told(&digest.destination.name()).await;
        self.remember(digest, told).await;
    }

    /// A ledger that fails costs a second mail; waiting for it would cost the first.
    fn give_ledger_up(&self, error: &str, is_down: bool) {
        tracing::error!("{error}; news may be told twice");
        if is_down {
            self.ledger_is_down.store(true, Ordering::Relaxed);
        }
    }

    async fn send(&self, digest: &Digest<'_>) -> Result<Delivered, Undelivered> {
        let model = self.model(digest);
        match &digest.destination {
            Destination::Mail(recipient) => self.mail(&recipient.address, &model).await,
            Destination::Text { account } => {
                let topic = self.text.ok_or(Undelivered::Nowhere)?;
                let text = self.templates.text(&model)?;
                let attributes = attributes(account, digest.severity());
                topic.publish(Some(&model.subject), &text, &attributes).await?;
                Ok(Delivered::Told)
            }
            Destination::Chat { account } => {
                let topic = self.chat.ok_or(Undelivered::Nowhere)?;
                let message = chat::message(digest, account, &model).to_string();
                topic.publish(None, &message, &attributes(account, digest.severity())).await?;
                Ok(Delivered::Told)
            }
        }
    }

    async fn mail(&self, to: &Address, model: &Model) -> Result<Delivered, Undelivered> {
        let sender = self.sender.ok_or(Undelivered::Nowhere)?;
        let error = match sender.send(self.write(to, model)?).await {
            Ok(_) => return Ok(Delivered::Told),
            Err(error) => error,
        };
        let is_administrator =
            self.administrator.is_some_and(|administrator| administrator.mailbox() == to.mailbox());
        match error.trouble() {
            Trouble::Recipient if !is_administrator => Ok(Delivered::Refused(error)),
            Trouble::Account => {
                self.stopped.store(true, Ordering::Relaxed);
                Err(error.into())
            }
            Trouble::Recipient | Trouble::Later => Err(error.into()),
        }
    }

    fn model(&self, digest: &Digest<'_>) -> Model {
        let entries = digest.news.iter().map(|piece| Entry::of(&piece.notice, &self.context));
        let entries: Vec<_> = entries.collect();
        let because = digest.because().map_or("", Because::sentence);
        let first = entries.first().map_or("", |entry| &entry.title);
        let model = Model::new(subject(first, digest.news.len()), because, entries);
        Model { note: visible(&digest.note), ..model }
    }

    fn write(&self, to: &Address, model: &Model) -> Result<Mail, Undelivered> {
        Ok(Mail {
            to: to.to_string(),
            subject: model.subject.clone(),
            text: self.templates.text(model)?,
            html: self.templates.html(model)?,
            // No out-of-office reply answers a mail that says this (RFC 3834).
            headers: vec![("Auto-Submitted", "auto-generated".to_owned())],
        })
    }
}

/// The subject of the most urgent news, and how many more there are.
pub(crate) fn subject(first: &str, count: usize) -> String {
    if count <= 1 {
        return subject_line(first);
    }
    let rest = format!(" and {} more", count - 1);
    let room = 99_usize.saturating_sub(rest.len());
    let first: String = first.chars().take(room).collect();
    subject_line(&format!("{first}{rest}"))
}

fn attributes(account: &str, severity: Severity) -> [(&'static str, String); 2] {
    [("account", account.to_owned()), ("severity", severity.as_str().to_owned())]
}

/// What the administrator must know first about news that did not reach their readers.
pub(crate) fn note(refused: &[(&Digest<'_>, mail_sender::Error)]) -> String {
    const SHOWN: usize = 5;
    let readers = refused.iter().filter_map(|(digest, _)| match &digest.destination {
        Destination::Mail(recipient) => Some(recipient.address.to_string()),
        Destination::Text { .. } | Destination::Chat { .. } => None,
    });
    let readers: BTreeSet<String> = readers.collect();
    let mut named = readers.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if readers.len() > SHOWN {
        named.push_str(&format!(" and {} more", readers.len() - SHOWN));
    }
    let why = refused.first().map(|(_, error)| chain(error)).unwrap_or_default();
    format!(
        "This mail was for {named}, and SES does not send it there: {why}. Please tell the owner by other means, and correct the tags that name these addresses."
    )
}
