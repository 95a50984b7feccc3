//! Hands digests over, each to its destination.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use lambda_shell::{Deadline, chain};
use mail_ledger::{MailLedger, Told};
use mail_sender::{Mail, MailSender, Trouble};
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
}

/// What became of a digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Delivered {
    /// Its reader was told.
    Told,
    /// The administrator was told, because SES does not send to the reader.
    ToAdministrator,
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
        let told = self.told(&name).await;
        let fresh: Vec<&News> =
            digest.news.iter().copied().filter(|piece| !told.knows(&piece.key)).collect();
        if fresh.is_empty() {
            return Ok(Delivered::Before);
        }
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Undelivered::Stopped);
        }
        if !self.deadline.allows(LEAST) {
            return Err(Undelivered::OutOfTime);
        }
        let fresh = Digest { destination: digest.destination.clone(), news: fresh };
        let sending = self.send(&fresh);
        let delivered = match self.deadline.remaining() {
            Some(left) => tokio::time::timeout(left.saturating_sub(RESERVE), sending)
                .await
                .map_err(|_| Undelivered::OutOfTime)??,
            None => sending.await?,
        };
        self.remember(&name, told, &fresh).await;
        Ok(delivered)
    }

    /// A ledger that cannot be read costs a second mail; a mail that is not sent costs a credential.
    async fn told(&self, name: &str) -> Told {
        let Some(ledger) = self.ledger else { return Told::default() };
        ledger.read(name).await.unwrap_or_else(|error| {
            tracing::error!("{}; news may be told twice", chain(&error));
            Told::default()
        })
    }

    async fn remember(&self, name: &str, told: Told, digest: &Digest<'_>) {
        let Some(ledger) = self.ledger else { return };
        let keys: Vec<&str> = digest.news.iter().map(|piece| piece.key.as_str()).collect();
        if let Err(error) = ledger.add(name, told, &keys, self.context.now).await {
            tracing::error!("{}; news may be told twice", chain(&error));
        }
    }

    async fn send(&self, digest: &Digest<'_>) -> Result<Delivered, Undelivered> {
        let model = self.model(digest);
        match &digest.destination {
            Destination::Mail(recipient) => self.mail(&recipient.address, digest, model).await,
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

    async fn mail(
        &self,
        to: &Address,
        digest: &Digest<'_>,
        model: Model,
    ) -> Result<Delivered, Undelivered> {
        let sender = self.sender.ok_or(Undelivered::Nowhere)?;
        let error = match sender.send(self.write(to, &model)?).await {
            Ok(_) => return Ok(Delivered::Told),
            Err(error) => error,
        };
        let administrator = self.administrator.filter(|one| one.mailbox() != to.mailbox());
        match (error.trouble(), administrator) {
            (Trouble::Recipient, Some(administrator)) => {
                let note = visible(&format!(
                    "This mail was for {to}, and SES does not send it there ({}). Please tell the owner by other means, and correct the tag that names this address.",
                    chain(&error)
                ));
                tracing::warn!(
                    notices = digest.news.len(),
                    "a mail goes to the administrator, because its reader cannot be reached: {}",
                    chain(&error)
                );
                let because = Because::Operator.sentence();
                let model = Model { note, because, ..model };
                sender.send(self.write(administrator, &model)?).await?;
                Ok(Delivered::ToAdministrator)
            }
            (Trouble::Account, _) => {
                self.stopped.store(true, Ordering::Relaxed);
                Err(error.into())
            }
            (Trouble::Recipient | Trouble::Later, _) => Err(error.into()),
        }
    }

    fn model(&self, digest: &Digest<'_>) -> Model {
        let entries = digest.news.iter().map(|piece| Entry::of(&piece.notice, &self.context));
        let because = digest.because().map_or("", Because::sentence);
        Model::new(subject(digest), because, entries.collect())
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
pub(crate) fn subject(digest: &Digest<'_>) -> String {
    let first = digest.news.first().map(|piece| piece.notice.subject()).unwrap_or_default();
    match digest.news.len() {
        0 | 1 => first,
        more => {
            let rest = format!(" and {} more", more - 1);
            let room = 99_usize.saturating_sub(rest.len());
            let first: String = first.chars().take(room).collect();
            subject_line(&format!("{first}{rest}"))
        }
    }
}

fn attributes(account: &str, severity: Severity) -> [(&'static str, String); 2] {
    [("account", account.to_owned()), ("severity", severity.as_str().to_owned())]
}
