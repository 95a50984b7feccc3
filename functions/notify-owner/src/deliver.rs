//! Hands digests over, each to its destination, and writes receipts.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_shell::{Deadline, chain};
use lifecycle::identifiers::AccountId;
use mail_sender::{Mail, MailSender, Trouble};
use notice::{Severity, TopicError, subject_line};

use crate::address::Address;
use crate::chat;
use crate::digest::{Destination, Digest, News};
use crate::entry::{Context, Entry};
use crate::memory::{Memory, NoReceipt, RESERVE};
use crate::owner::{Because, Directory};
use crate::subscribers::Subscribers;
use crate::templates::{Model, TemplateError, Templates};
use crate::trace;
use crate::visible::visible;

/// The time a mail needs at least; with less left it waits for the next delivery.
const LEAST: Duration = Duration::from_secs(10);

/// What digests are handed over with.
#[derive(Debug)]
pub(crate) struct Delivery<'a> {
    pub(crate) sender: Option<&'a MailSender>,
    pub(crate) directory: Option<&'a Directory>,
    pub(crate) text: Option<Subscribers<'a>>,
    pub(crate) chat: Option<Subscribers<'a>>,
    pub(crate) memory: &'a Memory<'a>,
    pub(crate) templates: &'a Templates,
    pub(crate) context: Context,
    pub(crate) deadline: Deadline,
    /// Set once SES sends nothing for the account any more.
    pub(crate) stopped: AtomicBool,
}

/// What became of a digest.
#[derive(Debug)]
pub(crate) enum Delivered {
    /// Its reader was sent it.
    Sent,
    /// SES does not send to its reader: somebody else must be notified.
    Refused(mail_sender::Error),
    /// Its topic has no confirmed subscription: nobody was handed it.
    Nobody,
    /// Its reader was sent everything in it before.
    Before,
}

/// A digest that comes again, because it was not handed over, or has no receipt; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Undelivered {
    #[error("a mail was not sent")]
    Mail(#[from] mail_sender::Error),
    #[error("a message was not published, or nobody knows to how many subscriptions")]
    Topic(#[from] TopicError),
    #[error("a mail could not be written")]
    Template(#[from] TemplateError),
    #[error("the time of the invocation was over before a mail was sent")]
    OutOfTime,
    #[error("a mail was not tried, because SES sends nothing for this account now")]
    Stopped,
    #[error("there is nowhere to send it")]
    Nowhere,
    #[error("a mail was sent of which a bounce would not lead back to its notices")]
    Untraced,
    #[error("news that was sent has no receipt")]
    Receipt(#[from] NoReceipt),
}

/// What a sent message allows to be written down.
#[derive(Debug)]
enum Sent {
    /// That its reader was sent it, and receipts.
    Proven,
    /// Nothing: it may be sent again.
    ToNobody,
    Refused(mail_sender::Error),
}

impl Delivery<'_> {
    /// Sends what the destination was not sent before, remembers it, and writes the receipts.
    ///
    /// In this order, so that a crash costs a second mail or a second delivery, and never a mail or a receipt:
    /// which notices the mail holds, the mail, that its reader was sent it, the receipts. News that was sent before still gets its receipt.
    pub(crate) async fn hand_over(&self, digest: &Digest<'_>) -> Result<Delivered, Undelivered> {
        let name = digest.destination.name();
        if !self.deadline.allows(LEAST) {
            return Err(Undelivered::OutOfTime);
        }
        let told = self.memory.told(&name, &ids(digest)).await.unwrap_or_default();
        let (known, fresh): (Vec<&News>, Vec<&News>) =
            digest.news.iter().partition(|piece| told.contains(piece.notice.id.as_str()));
        let known = Digest { news: known, ..digest.clone() };
        if fresh.is_empty() {
            self.write_receipts(&known).await?;
            return Ok(Delivered::Before);
        }
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Undelivered::Stopped);
        }
        let fresh = Digest { news: fresh, ..digest.clone() };
        let sent = match self.deadline.remaining() {
            Some(left) => tokio::time::timeout(left.saturating_sub(RESERVE), self.send(&fresh))
                .await
                .map_err(|_| Undelivered::OutOfTime)??,
            None => self.send(&fresh).await?,
        };
        match sent {
            Sent::Proven => {
                self.memory.remember(&name, &ids(&fresh)).await;
                self.write_receipts(digest).await?;
                Ok(Delivered::Sent)
            }
            Sent::ToNobody => {
                self.write_receipts(&known).await?;
                Ok(Delivered::Nobody)
            }
            Sent::Refused(error) => {
                self.write_receipts(&known).await?;
                Ok(Delivered::Refused(error))
            }
        }
    }

    async fn write_receipts(&self, digest: &Digest<'_>) -> Result<(), Undelivered> {
        let by = digest.destination.channel();
        Ok(self.memory.receipts(&self.receipted(digest), by).await?)
    }

    /// The notices that get a receipt when this digest is handed over: those whose reader, as the rules have it, reads this destination.
    pub(crate) fn receipted(&self, digest: &Digest<'_>) -> Vec<(AccountId, String)> {
        let is_reader = |piece: &&&News| match (&digest.destination, self.directory) {
            (Destination::Mail(recipient), Some(directory)) => {
                directory.is_owner(&piece.notice, &recipient.address)
            }
            // Where mail is sent, a topic is for information: nobody knows whether the owner reads it.
            (Destination::Mail(_), None) | (_, Some(_)) => false,
            (Destination::Text { .. } | Destination::Chat { .. }, None) => {
                piece.notice.news.is_for_an_owner()
            }
        };
        let key = |piece: &&News| Some((piece.notice.account.clone()?, piece.notice.id.clone()));
        digest.news.iter().filter(is_reader).filter_map(key).collect()
    }

    async fn send(&self, digest: &Digest<'_>) -> Result<Sent, Undelivered> {
        let model = self.model(digest);
        match &digest.destination {
            Destination::Mail(recipient) => self.mail(digest, &recipient.address, &model).await,
            Destination::Text { account } => {
                let topic = self.text.as_ref().ok_or(Undelivered::Nowhere)?;
                let text = self.templates.text(&model)?;
                let attributes = attributes(account.as_ref(), digest.severity());
                self.publish(topic, Some(&model.subject), &text, &attributes).await
            }
            Destination::Chat { account } => {
                let topic = self.chat.as_ref().ok_or(Undelivered::Nowhere)?;
                let attributes = attributes(account.as_ref(), digest.severity());
                let message = chat::message(digest, account.as_ref(), &model).to_string();
                self.publish(topic, None, &message, &attributes).await
            }
        }
    }

    /// Publishes to a topic; where no mail is sent, it counts only if somebody confirmed a subscription.
    async fn publish(
        &self,
        topic: &Subscribers<'_>,
        subject: Option<&str>,
        message: &str,
        attributes: &[(&'static str, String)],
    ) -> Result<Sent, Undelivered> {
        if self.directory.is_some() {
            topic.publisher.publish(subject, message, attributes).await?;
            return Ok(Sent::Proven);
        }
        // Before the message is published: a subscription that is confirmed later never gets it.
        let confirmed = topic.confirmed().await;
        topic.publisher.publish(subject, message, attributes).await?;
        Ok(if confirmed? == 0 { Sent::ToNobody } else { Sent::Proven })
    }

    async fn mail(
        &self,
        digest: &Digest<'_>,
        to: &Address,
        model: &Model,
    ) -> Result<Sent, Undelivered> {
        let sender = self.sender.ok_or(Undelivered::Nowhere)?;
        let receipted = self.receipted(digest);
        let trace = (!receipted.is_empty()).then(|| trace::id(&digest.destination, &receipted));
        let traced = match &trace {
            Some(trace) => self.memory.trace(trace, &receipted).await,
            None => true,
        };
        let error = match sender.send(self.write(to, model, trace)?).await {
            Ok(_) if traced => return Ok(Sent::Proven),
            Ok(_) => return Err(Undelivered::Untraced),
            Err(error) => error,
        };
        let administrator = self.directory.map(|directory| directory.administrator.mailbox());
        match error.trouble() {
            Trouble::Recipient if administrator != Some(to.mailbox()) => Ok(Sent::Refused(error)),
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

    fn write(
        &self,
        to: &Address,
        model: &Model,
        trace: Option<String>,
    ) -> Result<Mail, Undelivered> {
        Ok(Mail {
            to: to.to_string(),
            subject: model.subject.clone(),
            text: self.templates.text(model)?,
            html: self.templates.html(model)?,
            // No out-of-office reply answers a mail that says this (RFC 3834).
            headers: vec![("Auto-Submitted", "auto-generated".to_owned())],
            tags: trace.map(|trace| (trace::TAG, trace)).into_iter().collect(),
        })
    }
}

fn ids<'d>(digest: &'d Digest<'_>) -> Vec<&'d str> {
    digest.news.iter().map(|piece| piece.notice.id.as_str()).collect()
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

fn attributes(account: Option<&AccountId>, severity: Severity) -> Vec<(&'static str, String)> {
    let account = account.map(|account| ("account", account.to_string()));
    let severity = ("severity", severity.as_str().to_owned());
    account.into_iter().chain([severity]).collect()
}

/// What the administrator must know first about news that did not reach its readers.
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
        "This mail was for {named}, and SES does not send it there: {why}. Please notify the owner by other means, and correct the tags that name these addresses. The dates in it stay: exempt what must stay active."
    )
}
