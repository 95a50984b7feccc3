#![doc = include_str!("../README.md")]

use std::time::Duration;

use aws_sdk_sesv2::config::retry::RetryConfig;
use aws_sdk_sesv2::types::{
    Body, Content, Destination, EmailContent, Message, MessageHeader, MessageTag,
};
use aws_types::SdkConfig;
use sdk_error::{Cause, Pace};

pub use sdk_error::ErrorKind;

/// Sends mail from one address.
#[derive(Clone, Debug)]
pub struct MailSender {
    client: aws_sdk_sesv2::Client,
    from: String,
    configuration_set: Option<String>,
    pace: Pace,
}

/// A mail to one recipient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mail {
    /// The address, without a name.
    pub to: String,
    /// A line of printable ASCII.
    pub subject: String,
    /// The body for readers of plain text.
    pub text: String,
    /// The body for everybody else.
    pub html: String,
    /// Further header fields: names and values.
    pub headers: Vec<(&'static str, String)>,
    /// Message tags, which every event about the mail repeats: letters, digits, `_` and `-`.
    pub tags: Vec<(&'static str, String)>,
}

/// A mail that SES did not take; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
#[error("SES did not take a mail{}", hint(cause.kind(), code.as_deref()))]
pub struct Error {
    trouble: Trouble,
    code: Option<String>,
    /// Without the words of SES, which may name addresses.
    #[source]
    cause: Cause,
}

/// What a failure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// It passes by itself: the rate, the day's quota, or no answer. The mail may have gone out if there was no answer.
    Later,
    /// SES does not send to this address, or not this mail; another recipient may do.
    Recipient,
    /// SES sends nothing for this account until somebody sees to it.
    Account,
}

impl Error {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }

    /// What the failure is about.
    pub fn trouble(&self) -> Trouble {
        self.trouble
    }
}

impl From<Cause> for Error {
    fn from(cause: Cause) -> Self {
        let code = cause.code().map(ToOwned::to_owned);
        let text = code.clone().unwrap_or_else(|| cause.to_string());
        Self { trouble: trouble(&cause), code, cause: Cause::new(cause.kind(), text) }
    }
}

/// What a failure is about ("`SendEmail`", Amazon SES API v2 Reference).
///
/// A refusal that is not known to be about the account is taken to be about this mail: it must not keep all others from going out.
/// So is a missing permission, because a role may be limited to recipients by `ses:Recipients`.
fn trouble(cause: &Cause) -> Trouble {
    if is_rate(cause) || is_quota(cause) {
        return Trouble::Later;
    }
    match (cause.code(), cause.kind()) {
        (_, ErrorKind::Unavailable | ErrorKind::Malformed) => Trouble::Later,
        (
            Some(
                "AccountSuspendedException"
                | "SendingPausedException"
                | "MailFromDomainNotVerifiedException"
                | "NotFoundException",
            ),
            _,
        )
        | (_, ErrorKind::InvalidCredentials) => Trouble::Account,
        _ => Trouble::Recipient,
    }
}

/// Whether the day's quota is used up; SES also says so under codes that mean something else ("Errors related to the sending
/// quotas for your Amazon SES account").
fn is_quota(cause: &Cause) -> bool {
    cause.code() == Some("LimitExceededException")
        || cause.to_string().contains("Daily message quota exceeded")
}

/// Whether this was too fast, so that the same call may succeed some seconds later.
fn is_rate(cause: &Cause) -> bool {
    let said = cause.to_string().contains("Maximum sending rate exceeded");
    (cause.kind() == ErrorKind::Throttled || said) && !is_quota(cause)
}

impl MailSender {
    /// A sender of at most `per_second` mails in any second; 0 is no limit, and more than 1000 counts as 1000.
    ///
    /// A call is made again when the rate was exceeded, and never when its answer was lost: the mail may have gone out.
    pub fn new(
        config: &SdkConfig,
        from: String,
        configuration_set: Option<String>,
        per_second: u32,
    ) -> Self {
        let config = aws_sdk_sesv2::config::Builder::from(config)
            .retry_config(RetryConfig::disabled())
            .timeout_config(sdk_error::timeouts())
            .build();
        let client = aws_sdk_sesv2::Client::from_conf(config);
        Self { client, from, configuration_set, pace: Pace::per_second(per_second) }
    }

    /// Hands a mail to SES; answers the id that SES gives it.
    ///
    /// # Errors
    ///
    /// When SES does not confirm it; [`Error::trouble`] says what to do.
    pub async fn send(&self, mail: Mail) -> Result<String, Error> {
        let content = |text: String| Content::builder().data(text).charset("UTF-8").build();
        let unmade = |_| Error::from(Cause::malformed("the content of the mail"));
        let body = Body::builder()
            .text(content(mail.text).map_err(unmade)?)
            .html(content(mail.html).map_err(unmade)?)
            .build();
        let mut message =
            Message::builder().subject(content(mail.subject).map_err(unmade)?).body(body);
        for (name, value) in mail.headers {
            let header = MessageHeader::builder().name(name).value(value).build();
            message = message.headers(header.map_err(unmade)?);
        }
        let tag = |(name, value)| MessageTag::builder().name(name).value(value).build();
        let tags: Result<Vec<_>, _> = mail.tags.into_iter().map(tag).collect();
        let tags = tags.map_err(unmade)?;
        let call = self
            .client
            .send_email()
            .set_email_tags(Some(tags).filter(|tags| !tags.is_empty()))
            .from_email_address(&self.from)
            .destination(Destination::builder().to_addresses(mail.to).build())
            .content(EmailContent::builder().simple(message.build()).build())
            .set_configuration_set_name(self.configuration_set.clone());
        let mut pauses = pauses();
        loop {
            self.pace.wait().await;
            let cause = match call.clone().send().await {
                Ok(answer) => return Ok(answer.message_id().unwrap_or_default().to_owned()),
                Err(error) => Cause::from(error),
            };
            match pauses.next() {
                Some(pause) if is_rate(&cause) => {
                    tokio::time::sleep(pause).await;
                }
                _ => return Err(cause.into()),
            }
        }
    }
}

/// The pauses after an exceeded rate: from one second, twice as long each time, at most twenty; seven of them.
fn pauses() -> impl Iterator<Item = Duration> {
    (0..7).map(|attempt| Duration::from_secs(1 << attempt).min(Duration::from_secs(20)))
}

fn hint(kind: ErrorKind, code: Option<&str>) -> &'static str {
    match (kind, code) {
        (_, Some("MessageRejected")) => {
            " (are sender and recipient verified, or is the account out of the SES sandbox?)"
        }
        (_, Some("NotFoundException")) => " (KEYSTEWARD_MAIL_CONFIGURATION_SET names none)",
        (_, Some("MailFromDomainNotVerifiedException")) => {
            " (verify the domain of KEYSTEWARD_MAIL_FROM)"
        }
        (ErrorKind::Denied, _) => {
            " (does the function's role allow ses:SendEmail from this address and to this recipient?)"
        }
        _ => "",
    }
}
