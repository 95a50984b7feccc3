//! What went wrong, with which operation, on what.

use std::fmt;

use sdk_error::{Cause, ErrorKind};

/// An operation of IAM or STS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    missing_docs,
    reason = "each variant is the operation of that name in the IAM or STS API reference"
)]
pub enum Operation {
    GetAccessKeyLastUsed,
    GetUser,
    GetAccountAuthorizationDetails,
    ListAccountAliases,
    ListGroupsForUser,
    ListAccessKeys,
    ListSshPublicKeys,
    ListSigningCertificates,
    ListServiceSpecificCredentials,
    GetLoginProfile,
    GenerateCredentialReport,
    GetCredentialReport,
    CreateAccessKey,
    UpdateAccessKey,
    DeleteAccessKey,
    UpdateSshPublicKey,
    DeleteSshPublicKey,
    UpdateSigningCertificate,
    DeleteSigningCertificate,
    UpdateServiceSpecificCredential,
    DeleteServiceSpecificCredential,
    CreateLoginProfile,
    DeleteLoginProfile,
    GetCallerIdentity,
    GetAccessKeyInfo,
    AssumeRole,
}

impl Operation {
    /// What is attempted, and the permission it takes.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::GetAccessKeyLastUsed => {
                ("look up the owner and last use of access key", "iam:GetAccessKeyLastUsed")
            }
            Self::GetUser => ("read IAM user", "iam:GetUser"),
            Self::GetAccountAuthorizationDetails => {
                ("list the IAM users of", "iam:GetAccountAuthorizationDetails")
            }
            Self::ListAccountAliases => ("read the alias of", "iam:ListAccountAliases"),
            Self::ListGroupsForUser => ("list the groups of IAM user", "iam:ListGroupsForUser"),
            Self::ListAccessKeys => ("list the access keys of IAM user", "iam:ListAccessKeys"),
            Self::ListSshPublicKeys => {
                ("list the SSH public keys of IAM user", "iam:ListSSHPublicKeys")
            }
            Self::ListSigningCertificates => {
                ("list the signing certificates of IAM user", "iam:ListSigningCertificates")
            }
            Self::ListServiceSpecificCredentials => {
                ("list the service-specific credentials of", "iam:ListServiceSpecificCredentials")
            }
            Self::GetLoginProfile => {
                ("look for a console password of IAM user", "iam:GetLoginProfile")
            }
            Self::GenerateCredentialReport => {
                ("have the credential report made of", "iam:GenerateCredentialReport")
            }
            Self::GetCredentialReport => {
                ("read the credential report of", "iam:GetCredentialReport")
            }
            Self::CreateAccessKey => ("create an access key for IAM user", "iam:CreateAccessKey"),
            Self::UpdateAccessKey => ("change the status of access key", "iam:UpdateAccessKey"),
            Self::DeleteAccessKey => ("delete access key", "iam:DeleteAccessKey"),
            Self::UpdateSshPublicKey => {
                ("change the status of SSH public key", "iam:UpdateSSHPublicKey")
            }
            Self::DeleteSshPublicKey => ("delete SSH public key", "iam:DeleteSSHPublicKey"),
            Self::UpdateSigningCertificate => {
                ("change the status of signing certificate", "iam:UpdateSigningCertificate")
            }
            Self::DeleteSigningCertificate => {
                ("delete signing certificate", "iam:DeleteSigningCertificate")
            }
            Self::UpdateServiceSpecificCredential => (
                "change the status of service-specific credential",
                "iam:UpdateServiceSpecificCredential",
            ),
            Self::DeleteServiceSpecificCredential => {
                ("delete service-specific credential", "iam:DeleteServiceSpecificCredential")
            }
            Self::CreateLoginProfile => {
                ("create a console password for IAM user", "iam:CreateLoginProfile")
            }
            Self::DeleteLoginProfile => {
                ("delete the console password of IAM user", "iam:DeleteLoginProfile")
            }
            Self::GetCallerIdentity => ("sign a request with access key", "sts:GetCallerIdentity"),
            Self::GetAccessKeyInfo => ("look up the account of access key", "sts:GetAccessKeyInfo"),
            Self::AssumeRole => ("assume role", "sts:AssumeRole"),
        }
    }
}

/// A failed call; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    /// What was attempted.
    pub operation: Operation,
    /// On which user or key.
    pub subject: String,
    #[source]
    cause: Cause,
}

impl Error {
    pub(crate) fn new(
        operation: Operation,
        subject: impl Into<String>,
        cause: impl Into<Cause>,
    ) -> Self {
        Self { operation, subject: subject.into(), cause: cause.into() }
    }

    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (attempt, permission) = self.operation.words();
        write!(f, "failed to {attempt} {}", self.subject)?;
        match (self.kind(), self.operation) {
            (ErrorKind::Denied, Operation::AssumeRole) => f.write_str(
                " (does the function's role allow sts:AssumeRole on it, and does it trust that role, with that external id?)",
            ),
            (ErrorKind::Denied, _) => {
                write!(f, " (does the function's role allow {permission} on it?)")
            }
            _ => Ok(()),
        }
    }
}
