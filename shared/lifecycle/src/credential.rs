//! Credentials of IAM users as facts.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::identifiers::{AccessKeyId, CredentialId};

/// What a credential is; the names are those of the setting `KEYSTEWARD_CREDENTIALS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CredentialKind {
    /// An access key, for programs.
    AccessKey,
    /// The console password; a user has at most one, and it cannot be deactivated, only deleted.
    Password,
    /// An SSH public key, for CodeCommit.
    SshPublicKey,
    /// An X.509 signing certificate.
    SigningCertificate,
    /// A credential for one AWS service: CodeCommit, Keyspaces, Bedrock, `CloudWatch`, and whatever comes.
    ServiceSpecific,
}

impl CredentialKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [
        Self::AccessKey,
        Self::Password,
        Self::SshPublicKey,
        Self::SigningCertificate,
        Self::ServiceSpecific,
    ];

    /// The kind as settings, reports and notices spell it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AccessKey => "access-key",
            Self::Password => "password",
            Self::SshPublicKey => "ssh-public-key",
            Self::SigningCertificate => "signing-certificate",
            Self::ServiceSpecific => "service-specific",
        }
    }

    /// Whether IAM records the last use. Kinds without it are judged by age alone.
    pub fn has_last_use(self) -> bool {
        matches!(self, Self::AccessKey | Self::Password)
    }

    /// Whether the credential can be deactivated and activated again.
    pub fn can_be_deactivated(self) -> bool {
        self != Self::Password
    }
}

impl fmt::Display for CredentialKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::AccessKey => "access key",
            Self::Password => "console password",
            Self::SshPublicKey => "SSH public key",
            Self::SigningCertificate => "signing certificate",
            Self::ServiceSpecific => "service-specific credential",
        })
    }
}

impl FromStr for CredentialKind {
    type Err = UnknownKind;

    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// A word that is no kind of credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownKind;

impl fmt::Display for UnknownKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = CredentialKind::ALL.into_iter().map(CredentialKind::as_str).collect();
        write!(f, "unknown kind of credential: expected {}", names.join(", "))
    }
}

impl std::error::Error for UnknownKind {}

/// One credential of a user, as IAM shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credential {
    /// Its kind and id.
    pub id: CredentialId,
    /// Whether it is accepted.
    pub status: CredentialStatus,
    /// When it was created or uploaded; for a password, when it was last changed.
    pub created: Timestamp,
    /// When it stops working by itself: the date AWS keeps, or that of the certificate.
    pub expires: Option<Timestamp>,
    /// The service of a service-specific credential, such as `bedrock.amazonaws.com`.
    pub service: Option<String>,
    /// Its last use; [`LastUse::Unknown`] where IAM keeps none, or where nobody asked.
    pub last_use: LastUse,
    /// Where it was last used, if IAM tells.
    pub last_used_with: Option<ServiceUse>,
}

/// The service and Region of a last use, as IAM names them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceUse {
    /// The service, such as `s3`.
    pub service: String,
    /// The Region; `None` for a global service.
    pub region: Option<String>,
}

/// One access key as IAM lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessKey {
    /// The key's id.
    pub id: AccessKeyId,
    /// Whether requests signed with it are accepted.
    pub status: CredentialStatus,
    /// When it was created, in whole seconds.
    pub created: Timestamp,
}

/// The status IAM reports for a credential.
///
/// A status that IAM adds one day is [`CredentialStatus::Unrecognized`]: neither active nor safe to touch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialStatus {
    /// The credential is accepted.
    Active,
    /// The credential is refused; it can be made active again.
    Inactive,
    /// The credential passed an expiry date that AWS keeps.
    Expired,
    /// A status this program does not know.
    Unrecognized(String),
}

impl fmt::Display for CredentialStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Active => f.write_str("Active"),
            Self::Inactive => f.write_str("Inactive"),
            Self::Expired => f.write_str("Expired"),
            Self::Unrecognized(status) => f.write_str(status),
        }
    }
}

/// What IAM knows of a credential's last use.
///
/// IAM records a use minutes to hours after it happened, so the newest uses may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LastUse {
    /// IAM holds no record: the credential was never used, or not since recording began, or only just now.
    NoneRecorded,
    /// The last use that IAM recorded.
    At(Timestamp),
    /// Nobody asked, or the answer could not be read: never to be taken for "unused".
    Unknown,
}
