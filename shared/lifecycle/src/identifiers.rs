//! Names that AWS gives to things, each with a type of its own so that they cannot be mixed up.

use std::fmt;

use crate::credential::CredentialKind;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as AWS spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// A name that people choose: AWS checks it, and nothing depends on its shape here.
macro_rules! chosen {
    ($(#[$doc:meta])* $name:ident) => {
        identifier! { $(#[$doc])* $name }

        impl $name {
            /// Wraps a name as AWS spells it; nothing is checked or changed.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name)
            }
        }
    };
}

/// A name that AWS gives out: `new` checks its shape.
macro_rules! given {
    ($(#[$doc:meta])* $name:ident, $what:literal, $check:expr) => {
        identifier! { $(#[$doc])* $name }

        impl $name {
            /// The identifier in `text`.
            ///
            /// # Errors
            ///
            /// When `text` does not have the shape of one.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidIdentifier> {
                let text = text.into();
                let check: fn(&str) -> bool = $check;
                if check(&text) { Ok(Self(text)) } else { Err(InvalidIdentifier($what)) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = InvalidIdentifier;

            fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
                Self::new(text)
            }
        }
    };
}

/// Whether a text can be an id of IAM: letters, digits and underscores, 128 at most.
///
/// AWS documents the pattern `[\w]+` and lengths from 16 to 128, and reserves the right to change the prefixes ("IAM identifiers", IAM User Guide).
fn is_word(text: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    (1..=128).contains(&text.len()) && text.bytes().all(legal)
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

given! {
    /// The id of an access key (`AKIA…`): an identifier, not a secret.
    AccessKeyId, "the id of an access key: letters, digits and underscores, 128 at most", is_word
}
given! {
    /// The id of an SSH public key (`APKA…`).
    SshPublicKeyId, "the id of an SSH public key: letters, digits and underscores, 128 at most", is_word
}
given! {
    /// The id of an X.509 signing certificate, which has no prefix.
    SigningCertificateId, "the id of a signing certificate: letters, digits and underscores, 128 at most", is_word
}
given! {
    /// The id of a credential for one AWS service (`ACCA…`).
    ServiceCredentialId, "the id of a service-specific credential: letters, digits and underscores, 128 at most", is_word
}
given! {
    /// The id of an IAM user (`AIDA…`), which a user recreated under the same name does not share.
    UserId, "the id of an IAM user: letters, digits and underscores, 128 at most", is_word
}
given! {
    /// The twelve digits of an AWS account.
    AccountId, "an account id: twelve digits", is_account
}
chosen! {
    /// The name of an IAM user, unique in its account whatever the case of its letters.
    UserName
}
chosen! {
    /// The id of one version of a secret; during a rotation it equals the rotation's `ClientRequestToken`.
    VersionId
}

/// A path of IAM users, such as `/service/`: one path, without what could be meant as a list or a pattern.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserPath(String);

impl UserPath {
    /// The path as IAM spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a user with `path` is at or below this one.
    pub fn covers(&self, path: &str) -> bool {
        path.starts_with(&self.0)
    }
}

impl Default for UserPath {
    /// The path of everybody.
    fn default() -> Self {
        Self("/".to_owned())
    }
}

impl std::str::FromStr for UserPath {
    type Err = InvalidIdentifier;

    fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
        let plain = |c: char| c.is_ascii_alphanumeric() || "/_.@+=-".contains(c);
        let whole = text.starts_with('/') && text.ends_with('/') && !text.contains("//");
        if whole && text.chars().all(plain) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidIdentifier("one path, such as /service/, of letters, digits and _.@+=-"))
        }
    }
}

/// A text that is not the identifier it should be. The text itself is not shown: it may be anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidIdentifier(&'static str);

impl fmt::Display for InvalidIdentifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for InvalidIdentifier {}

/// The id of a credential of any kind. A console password has none: its user is enough to name it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialId {
    /// An access key.
    AccessKey(AccessKeyId),
    /// The console password.
    Password,
    /// An SSH public key.
    SshPublicKey(SshPublicKeyId),
    /// A signing certificate.
    SigningCertificate(SigningCertificateId),
    /// A service-specific credential.
    ServiceSpecific(ServiceCredentialId),
}

impl CredentialId {
    /// The id of a credential of `kind`; the id of a password is the word `password`, as tags, reports and requests spell it.
    ///
    /// # Errors
    ///
    /// When `text` is not an id of that kind.
    pub fn new(kind: CredentialKind, text: &str) -> Result<Self, InvalidIdentifier> {
        match kind {
            CredentialKind::AccessKey => AccessKeyId::new(text).map(Self::AccessKey),
            CredentialKind::Password if text == PASSWORD => Ok(Self::Password),
            CredentialKind::Password => Err(InvalidIdentifier("the word password")),
            CredentialKind::SshPublicKey => SshPublicKeyId::new(text).map(Self::SshPublicKey),
            CredentialKind::SigningCertificate => {
                SigningCertificateId::new(text).map(Self::SigningCertificate)
            }
            CredentialKind::ServiceSpecific => {
                ServiceCredentialId::new(text).map(Self::ServiceSpecific)
            }
        }
    }

    /// What the credential is.
    pub fn kind(&self) -> CredentialKind {
        match self {
            Self::AccessKey(_) => CredentialKind::AccessKey,
            Self::Password => CredentialKind::Password,
            Self::SshPublicKey(_) => CredentialKind::SshPublicKey,
            Self::SigningCertificate(_) => CredentialKind::SigningCertificate,
            Self::ServiceSpecific(_) => CredentialKind::ServiceSpecific,
        }
    }

    /// The id as AWS spells it, or the word `password`.
    pub fn as_str(&self) -> &str {
        match self {
            Self::AccessKey(id) => id.as_str(),
            Self::Password => PASSWORD,
            Self::SshPublicKey(id) => id.as_str(),
            Self::SigningCertificate(id) => id.as_str(),
            Self::ServiceSpecific(id) => id.as_str(),
        }
    }
}

/// How tags, reports and requests name a console password.
const PASSWORD: &str = "password";

impl fmt::Display for CredentialId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<&AccessKeyId> for CredentialId {
    fn from(id: &AccessKeyId) -> Self {
        Self::AccessKey(id.clone())
    }
}

/// An Amazon resource name of a resource that belongs to an account, taken apart: `arn:partition:service:region:account:resource`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    colons: [u16; 5],
    account: AccountId,
}

impl Arn {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &str {
        self.part(0)
    }

    /// The service: `iam`, `secretsmanager`, …
    pub fn service(&self) -> &str {
        self.part(1)
    }

    /// The Region, empty for global services.
    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// The account that owns the resource.
    pub fn account(&self) -> &AccountId {
        &self.account
    }

    /// Everything after the account: `user/team/alice`, `secret:name-AbCdEf`, …
    pub fn resource(&self) -> &str {
        self.text.get(usize::from(self.colons[4]) + 1..).unwrap_or_default()
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn part(&self, index: usize) -> &str {
        match (self.colons.get(index), self.colons.get(index + 1)) {
            (Some(&start), Some(&end)) => {
                self.text.get(usize::from(start) + 1..end.into()).unwrap_or_default()
            }
            _ => "",
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Arn {
    type Err = NotAnArn;

    fn from_str(text: &str) -> Result<Self, NotAnArn> {
        let mut found = text.match_indices(':').map(|(at, _)| at);
        let mut colons = [0; 5];
        for colon in &mut colons {
            *colon = found.next().and_then(|at| at.try_into().ok()).ok_or(NotAnArn)?;
        }
        let part = |from: usize, to: usize| text.get(from + 1..to).unwrap_or_default();
        let account = part(colons[3].into(), colons[4].into());
        let account = account.parse().map_err(|_| NotAnArn)?;
        let arn = Self { text: text.to_owned(), colons, account };
        let complete =
            text.starts_with("arn:") && !arn.partition().is_empty() && !arn.service().is_empty();
        if complete && !arn.resource().is_empty() { Ok(arn) } else { Err(NotAnArn) }
    }
}

/// A text that is not an Amazon resource name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnArn;

impl fmt::Display for NotAnArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an ARN: expected `arn:partition:service:region:account:resource`, with the twelve digits of an account")
    }
}

impl std::error::Error for NotAnArn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_of_any_partition_is_taken_apart() {
        let arn: Arn = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a:b-AbCdEf"
            .parse()
            .unwrap();
        assert_eq!(arn.partition(), "aws-us-gov");
        assert_eq!(arn.service(), "secretsmanager");
        assert_eq!(arn.region(), "us-gov-west-1");
        assert_eq!(arn.account().as_str(), "123456789012");
        assert_eq!(arn.resource(), "secret:a:b-AbCdEf");
    }

    #[test]
    fn text_that_is_no_arn_is_refused() {
        for text in [
            "",
            "arn",
            "my-secret",
            "arn:aws:iam::123456789012",
            "arn:aws:iam::123456789012:",
            "arn::iam::123456789012:user/a",
            "x:aws:iam::123456789012:user/a",
            "arn:aws:iam::12345678901:user/a",
            "arn:aws:s3:::bucket",
        ] {
            assert_eq!(text.parse::<Arn>(), Err(NotAnArn), "{text}");
        }
    }
    #[test]
    fn ids_have_the_shape_that_aws_gives_them() {
        for text in ["", "1234", "12345678901a", "1234567890123", " 123456789012"] {
            assert!(AccountId::new(text).is_err(), "{text}");
        }
        assert!(AccountId::new("000000000000").is_ok());
        let (longest, longer) = ("A".repeat(128), "A".repeat(129));
        for text in ["", "AKIA EXAMPLE", "AKIA#1", "password:x", "AKIAé", &longer] {
            assert!(AccessKeyId::new(text).is_err(), "{text}");
            assert!(UserId::new(text).is_err(), "{text}");
            for kind in CredentialKind::ALL {
                assert!(CredentialId::new(kind, text).is_err(), "{kind} {text}");
            }
        }
        assert!(AccessKeyId::new(longest).is_ok());
    }

    #[test]
    fn the_id_of_a_credential_knows_its_kind_and_only_a_password_has_none_of_its_own() {
        for kind in CredentialKind::ALL {
            let text = if kind == CredentialKind::Password { "password" } else { "AKIA1" };
            let id = CredentialId::new(kind, text).unwrap();
            assert_eq!((id.kind(), id.as_str()), (kind, text));
        }
        assert!(CredentialId::new(CredentialKind::Password, "AKIA1").is_err());
        assert_eq!(
            CredentialId::new(CredentialKind::AccessKey, "password").unwrap(),
            CredentialId::AccessKey("password".parse().unwrap())
        );
    }
}
