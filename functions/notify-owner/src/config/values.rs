//! What a setting may hold, each kind with a type of its own.

use std::str::FromStr;

use lifecycle::identifiers::{AccountId, Arn};

use crate::address::Address;

/// The ARN of a topic, whole: a Region, an account and a name as SNS takes it.
///
/// A FIFO topic, whose name has a dot, takes no message without a group.
pub(super) struct Topic(pub(super) Arn);

impl FromStr for Topic {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let arn = regional(text, "sns").ok_or(())?;
        is_name(arn.resource(), 256).then_some(Self(arn)).ok_or(())
    }
}

/// The ARN of a function, without a version or alias: so does Secrets Manager name the function that rotates a secret.
pub(super) struct Function(pub(super) Arn);

impl FromStr for Function {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let arn = regional(text, "lambda").ok_or(())?;
        let name = arn.resource().strip_prefix("function:").ok_or(())?;
        is_name(name, 140).then_some(Self(arn)).ok_or(())
    }
}

/// A name that means nothing to a shell, for it is shown in commands.
pub(super) struct FunctionName(pub(super) String);

impl FromStr for FunctionName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_:".contains(&byte);
        let plain = text.len() <= 170 && text.bytes().all(legal) && !text.starts_with('-');
        plain.then(|| Self(text.to_owned())).ok_or(())
    }
}

/// Letters, digits, hyphens and underscores.
pub(super) struct PlainName(pub(super) String);

impl FromStr for PlainName {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        is_name(text, 64).then(|| Self(text.to_owned())).ok_or(())
    }
}

/// The key of a tag, as IAM and Secrets Manager take it.
pub(super) struct TagKey(pub(super) String);

impl FromStr for TagKey {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let legal = |c: char| c.is_alphanumeric() || " _.:/=+-@".contains(c);
        let short = (1..=128).contains(&text.chars().count());
        (short && text.chars().all(legal)).then(|| Self(text.to_owned())).ok_or(())
    }
}

/// Whom to notify for an account.
pub(super) struct Contact {
    pub(super) account: AccountId,
    pub(super) address: Address,
}

impl FromStr for Contact {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (account, address) = text.split_once('=').ok_or(())?;
        let address = address.parse().map_err(|_| ())?;
        let account = account.parse().map_err(|_| ())?;
        Ok(Self { account, address })
    }
}

/// The ARN of a thing that one service has in one Region of one account.
fn regional(text: &str, service: &str) -> Option<Arn> {
    let arn: Arn = text.parse().ok()?;
    let legal = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let region = !arn.region().is_empty() && arn.region().bytes().all(legal);
    let partition = arn.partition().bytes().all(legal);
    (arn.service() == service && partition && region).then_some(arn)
}

fn is_name(text: &str, longest: usize) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    (1..=longest).contains(&text.len()) && text.bytes().all(legal)
}
