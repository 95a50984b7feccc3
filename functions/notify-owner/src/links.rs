//! Links into the AWS console, made only of parts that were checked.

use lifecycle::identifiers::Arn;
use notice::Notice;
use serde::Serialize;

use crate::entry::Context;

/// A place to look.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What is there.
    pub label: &'static str,
    /// Where.
    pub url: String,
}

/// The places where the user and the secret of a notice are.
pub(crate) fn links(notice: &Notice, context: &Context) -> Vec<Link> {
    let user = notice.news.user().filter(|user| is_user_name(user)).and_then(|user| {
        let host = console(&context.partition)?;
        let user = escape(user);
        let page =
            format!("https://{host}/iam/home#/users/details/{user}?section=security_credentials");
        Some(Link { label: "The user in the IAM console", url: page })
    });
    let secret = notice.news.secret().and_then(|arn| {
        let (host, region) = (console(arn.partition())?, arn.region());
        let name = escape(secret_name(arn)?);
        let page =
            format!("https://{region}.{host}/secretsmanager/secret?name={name}&region={region}");
        Some(Link { label: "The secret in the Secrets Manager console", url: page })
    });
    user.into_iter().chain(secret).collect()
}

/// The name of a secret, if all of its ARN is as Secrets Manager makes one.
pub(crate) fn secret_name(arn: &Arn) -> Option<&str> {
    let name = arn.resource().strip_prefix("secret:")?;
    let (name, suffix) = name.rsplit_once('-')?;
    let suffix = suffix.len() == 6 && suffix.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let plain = arn.service() == "secretsmanager"
        && console(arn.partition()).is_some()
        && is_region(arn.region())
        && is_secret_name(name);
    (plain && suffix).then_some(name)
}

/// The console's host in a partition.
fn console(partition: &str) -> Option<&'static str> {
    match partition {
        "aws" => Some("console.aws.amazon.com"),
        "aws-cn" => Some("console.amazonaws.cn"),
        "aws-us-gov" => Some("console.amazonaws-us-gov.com"),
        _ => None,
    }
}

/// Whether it is a name that IAM takes for a user ("IAM and AWS STS quotas, name requirements").
pub(crate) fn is_user_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_+=,.@-".contains(&byte);
    (1..=64).contains(&text.len()) && text.bytes().all(legal)
}

fn is_region(text: &str) -> bool {
    (1..=32).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && text.starts_with(|c: char| c.is_ascii_lowercase())
}

/// Whether it is a name that Secrets Manager takes for a secret.
fn is_secret_name(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"/_+=.@-".contains(&byte);
    (1..=512).contains(&text.len()) && text.bytes().all(legal)
}

/// `text` with all but unreserved characters percent-encoded.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    escaped
}
