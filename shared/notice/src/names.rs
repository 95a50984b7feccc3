//! Names and days as words spell them.

use jiff::Timestamp;
use lifecycle::credential::CredentialKind;
use lifecycle::identifiers::Arn;

use crate::Credential;

/// The longest subject: SNS takes fewer than 100 characters.
const LONGEST_SUBJECT: usize = 99;

/// The name in the ARN of a secret, without the six characters that AWS appends.
pub(crate) fn secret_name(arn: &Arn) -> &str {
    let name = arn.resource().strip_prefix("secret:").unwrap_or(arn.resource());
    name.rsplit_once('-').filter(|(_, end)| end.len() == 6).map_or(name, |(name, _)| name)
}

/// `line` as SNS and mail take it for a subject: printable ASCII, under 100 characters, no line break.
pub fn subject_line(line: &str) -> String {
    line.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(LONGEST_SUBJECT).collect()
}

/// `name`, cut where it is longer than `longest`.
pub(crate) fn short(name: &str, longest: usize) -> String {
    let mut short: String = name.chars().take(longest).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}

/// The day of an instant, in UTC: `2026-11-22`.
pub fn day(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d").to_string()
}

impl Credential {
    /// The kind, for the start of a line.
    pub fn title(&self) -> &'static str {
        match self.kind {
            CredentialKind::AccessKey => "Access key",
            CredentialKind::Password => "Console password",
            CredentialKind::SshPublicKey => "SSH public key",
            CredentialKind::SigningCertificate => "Signing certificate",
            CredentialKind::ServiceSpecific => "Service credential",
        }
    }

    pub(crate) fn is_password(&self) -> bool {
        self.kind == CredentialKind::Password
    }
}
