//! What a caller asks to send, checked against the rules of the API.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use super::Mail;
use super::address;
use crate::error::ApiError;

const RECIPIENTS: usize = 50;
const HEADERS: usize = 15;
const TAG_LENGTH: usize = 256;
const SIZE: usize = 40 * 1024 * 1024;

/// A mail that keeps the rules.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) from: String,
    to: Vec<String>,
    cc: Vec<String>,
    bcc: Vec<String>,
    reply_to: Vec<String>,
    subject: String,
    text: Option<String>,
    html: Option<String>,
    headers: Vec<(String, String)>,
    tags: BTreeMap<String, String>,
    pub(super) configuration_set: Option<String>,
}

pub(super) fn bad_request(message: impl Into<String>) -> ApiError {
    ApiError::new(400, "BadRequestException", message)
}

impl Outgoing {
    pub(super) fn parse(input: &Value) -> Result<Self, ApiError> {
        let text = |name: &str| input.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
        let destination = input.get("Destination").unwrap_or(&Value::Null);
        let simple = input.get("Content").and_then(|content| content.get("Simple"));
        let simple = simple.ok_or_else(|| bad_request("Only simple content is simulated."))?;
        let part = |name: &str| simple.get("Body").and_then(|body| body.get(name)).and_then(shown);
        let from = text("FromEmailAddress");
        let outgoing = Self {
            from: from.ok_or_else(|| bad_request("Missing required header 'From'."))?,
            to: texts(destination, "ToAddresses"),
            cc: texts(destination, "CcAddresses"),
            bcc: texts(destination, "BccAddresses"),
            reply_to: texts(input, "ReplyToAddresses"),
            subject: simple.get("Subject").and_then(shown).unwrap_or_default(),
            text: part("Text"),
            html: part("Html"),
            headers: pairs(simple, "Headers"),
            tags: BTreeMap::new(),
            configuration_set: text("ConfigurationSetName"),
        };
        let tags = pairs(input, "EmailTags");
        outgoing.check_addresses()?;
        outgoing.check_content()?;
        check_headers(&outgoing.headers)?;
        check_tags(&tags)?;
        Ok(Self { tags: tags.into_iter().collect(), ..outgoing })
    }

    /// Everybody the mail goes to, as they are written.
    pub(super) fn recipients(&self) -> impl Iterator<Item = &String> {
        self.to.iter().chain(&self.cc).chain(&self.bcc)
    }

    fn check_addresses(&self) -> Result<(), ApiError> {
        match self.recipients().count() {
            0 => return Err(bad_request("Missing required header 'To'.")),
            1..=RECIPIENTS => {}
            _ => return Err(bad_request(format!("Recipient count exceeds {RECIPIENTS}."))),
        }
        let mut all = self.recipients().chain(&self.reply_to).chain(std::iter::once(&self.from));
        all.try_for_each(|written| address::check(written))
    }

    fn check_content(&self) -> Result<(), ApiError> {
        if self.subject.contains(['\r', '\n']) {
            return Err(bad_request("Subject contains a line break"));
        }
        let parts = [&self.text, &self.html].map(|part| part.as_ref().map(String::len));
        match parts {
            [None, None] => Err(bad_request("The body has neither text nor HTML")),
            [text, html] if text.unwrap_or(0) + html.unwrap_or(0) > SIZE => {
                Err(bad_request(format!("Message length is more than {SIZE} bytes long")))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn into_mail(self, message_id: String, at: Timestamp, delivered: bool) -> Mail {
        Mail {
            from: self.from,
            to: self.to,
            cc: self.cc,
            bcc: self.bcc,
            reply_to: self.reply_to,
            subject: self.subject,
            text: self.text,
            html: self.html,
            headers: self.headers,
            tags: self.tags,
            configuration_set: self.configuration_set,
            message_id,
            at,
            delivered,
        }
    }
}

/// Content as its reader sees it: what is beyond ASCII is lost unless a character set was named.
fn shown(content: &Value) -> Option<String> {
    let data = content.get("Data")?.as_str()?;
    let named = content.get("Charset").is_some_and(Value::is_string);
    let seen = |c: char| if named || c.is_ascii() { c } else { '?' };
    Some(data.chars().map(seen).collect())
}

fn texts(input: &Value, name: &str) -> Vec<String> {
    let listed = input.get(name).and_then(Value::as_array).into_iter().flatten();
    listed.filter_map(Value::as_str).map(ToOwned::to_owned).collect()
}

fn pairs(input: &Value, name: &str) -> Vec<(String, String)> {
    let listed = input.get(name).and_then(Value::as_array).into_iter().flatten();
    listed
        .map(|pair| {
            let text = |name| pair.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
            (text("Name"), text("Value"))
        })
        .collect()
}

fn check_headers(headers: &[(String, String)]) -> Result<(), ApiError> {
    if headers.len() > HEADERS {
        return Err(bad_request(format!("The message has more than {HEADERS} headers.")));
    }
    for (name, value) in headers {
        let legal_name = (1..=126).contains(&name.len())
            && name.chars().all(|c| c.is_ascii_graphic() && c != ':');
        let legal_value =
            value.len() <= 995 && value.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        if !legal_name {
            return Err(bad_request(format!("Invalid header name {name:?}.")));
        }
        if !legal_value || name.len() + value.len() > 996 {
            return Err(bad_request(format!("Invalid value of the header {name}.")));
        }
    }
    Ok(())
}

fn check_tags(tags: &[(String, String)]) -> Result<(), ApiError> {
    let legal = |text: &String| {
        (1..=TAG_LENGTH).contains(&text.len())
            && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-".contains(c))
    };
    match tags.iter().find(|(name, value)| !legal(name) || !legal(value)) {
        Some((name, value)) => Err(bad_request(format!(
            "Invalid message tag {name:?}, {value:?}: only letters, digits, '_' and '-' are allowed."
        ))),
        None => Ok(()),
    }
}
