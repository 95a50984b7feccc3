#![doc = include_str!("../README.md")]

mod calls;
mod limits;
mod pace;

use std::error::Error;
use std::fmt;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

pub use calls::CallCounter;
pub use limits::{
    LONGEST_ATTEMPT, LONGEST_BRIEF_ATTEMPT, LONGEST_BRIEF_CALL, LONGEST_CALL,
    LONGEST_PATIENT_ATTEMPT, LONGEST_PATIENT_CALL, brief_retries, brief_timeouts, patient_retries,
    patient_timeouts, retries, timeouts,
};
pub use pace::Pace;

/// What a failed call means for the one who made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorKind {
    /// The rate was exceeded; nothing was done.
    Throttled,
    /// The thing does not exist.
    NotFound,
    /// The caller may not do this.
    Denied,
    /// A quota is used up.
    LimitExceeded,
    /// Something of that name, or with another value, exists already.
    Conflict,
    /// The credentials are unknown, inactive, expired, or not known everywhere yet.
    InvalidCredentials,
    /// No answer, or a failure inside the service: the call may have had its effect.
    Unavailable,
    /// The service refused the call for a reason of its own; nothing was done.
    Rejected,
    /// The answer lacks something that AWS documents.
    Malformed,
}

impl ErrorKind {
    /// The kind as it appears in error types that alarms match.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Throttled => "Throttled",
            Self::NotFound => "NotFound",
            Self::Denied => "Denied",
            Self::LimitExceeded => "LimitExceeded",
            Self::Conflict => "Conflict",
            Self::InvalidCredentials => "InvalidCredentials",
            Self::Unavailable => "Unavailable",
            Self::Rejected => "Rejected",
            Self::Malformed => "Malformed",
        }
    }

    /// Whether the call may have had its effect although it failed.
    pub fn may_have_happened(self) -> bool {
        matches!(self, Self::Unavailable | Self::Malformed)
    }
}

/// The cause of a failed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    kind: ErrorKind,
    code: Option<String>,
    text: String,
}

impl Cause {
    /// A cause that no answer of AWS holds, but that the caller found out.
    pub fn new(kind: ErrorKind, text: impl Into<String>) -> Self {
        Self { kind, code: None, text: text.into() }
    }

    /// A cause for an answer that lacks `member`.
    pub fn malformed(member: &str) -> Self {
        let text = format!("the answer of AWS lacks {member}, or it cannot be read");
        Self::new(ErrorKind::Malformed, text)
    }

    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// The error code that the service answered, for the few callers to whom the kind does not say enough.
    pub fn code(&self) -> Option<&str> {
        self.code.as_deref()
    }
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl Error for Cause {}

impl<E: ProvideErrorMetadata + Error + 'static> From<SdkError<E, HttpResponse>> for Cause {
    fn from(error: SdkError<E, HttpResponse>) -> Self {
        match &error {
            SdkError::ServiceError(service) => {
                let (code, message) = (service.err().code(), service.err().message());
                let kind = kind_of(code.unwrap_or_default(), service.raw().status().as_u16());
                let text = match (code, message) {
                    (Some(code), Some(message)) => format!("{code}: {message}"),
                    (Some(code), None) => code.to_owned(),
                    (None, _) => format!("HTTP status {}", service.raw().status().as_u16()),
                };
                Self { kind, code: code.map(ToOwned::to_owned), text }
            }
            SdkError::TimeoutError(_) => unavailable("no answer in time"),
            SdkError::DispatchFailure(failure) if failure.is_timeout() => {
                unavailable("no answer in time")
            }
            SdkError::DispatchFailure(failure) => unavailable(
                &failure
                    .as_connector_error()
                    .map_or_else(|| "no connection".to_owned(), |error| innermost(error)),
            ),
            SdkError::ResponseError(_) => unavailable("the answer could not be read"),
            _ => Self::new(
                ErrorKind::Rejected,
                format!("the request could not be made: {}", innermost(&error)),
            ),
        }
    }
}

fn unavailable(text: &str) -> Cause {
    Cause::new(ErrorKind::Unavailable, text)
}

/// The text of the last error in the chain: the one that says what happened.
fn innermost(error: &dyn Error) -> String {
    let mut error = error;
    while let Some(source) = error.source() {
        error = source;
    }
    error.to_string()
}

fn kind_of(code: &str, status: u16) -> ErrorKind {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "Throttled"
        | "ProvisionedThroughputExceededException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "TooManyRequestsException" => ErrorKind::Throttled,
        "NoSuchEntity"
        | "ResourceNotFoundException"
        | "NotFound"
        | "NotFoundException"
        | "NoSuchBucket"
        | "NoSuchKey" => ErrorKind::NotFound,
        "AccessDenied"
        | "AccessDeniedException"
        | "AuthorizationError"
        | "UnauthorizedOperation"
        | "KMSAccessDenied" => ErrorKind::Denied,
        "LimitExceeded" | "LimitExceededException" => ErrorKind::LimitExceeded,
        "ResourceExistsException"
        | "EntityAlreadyExists"
        | "DeleteConflict"
        | "PreconditionFailed"
        | "ConditionalRequestConflict"
        | "ConcurrentModification"
        | "ConditionalCheckFailedException"
        | "TransactionConflictException"
        | "EntityTemporarilyUnmodifiable" => ErrorKind::Conflict,
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "InvalidAccessKeyId"
        | "ExpiredToken"
        | "ExpiredTokenException"
        | "SignatureDoesNotMatch"
        | "InvalidSignatureException" => ErrorKind::InvalidCredentials,
        "ServiceFailure"
        | "InternalFailure"
        | "InternalServiceError"
        | "InternalServerError"
        | "InternalError"
        | "ServiceUnavailable"
        | "RequestTimeout" => ErrorKind::Unavailable,
        _ if status == 429 => ErrorKind::Throttled,
        _ if status >= 500 => ErrorKind::Unavailable,
        _ => ErrorKind::Rejected,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_code_decides_not_the_status() {
        assert_eq!(kind_of("Throttling", 400), ErrorKind::Throttled);
        assert_eq!(kind_of("SlowDown", 503), ErrorKind::Throttled);
        assert_eq!(kind_of("ExpiredToken", 400), ErrorKind::InvalidCredentials);
        assert_eq!(kind_of("LimitExceeded", 409), ErrorKind::LimitExceeded);
        assert_eq!(kind_of("ConditionalCheckFailedException", 400), ErrorKind::Conflict);
        assert_eq!(kind_of("ProvisionedThroughputExceededException", 400), ErrorKind::Throttled);
        assert_eq!(kind_of("MalformedPolicyDocument", 400), ErrorKind::Rejected);
        assert_eq!(kind_of("SomethingNew", 503), ErrorKind::Unavailable);
        assert_eq!(kind_of("", 502), ErrorKind::Unavailable);
    }

    #[test]
    fn an_unknown_code_with_the_status_of_too_many_requests_is_an_exceeded_rate() {
        assert_eq!(kind_of("SomethingNew", 429), ErrorKind::Throttled);
        assert_eq!(kind_of("", 429), ErrorKind::Throttled);
        assert_eq!(kind_of("LimitExceededException", 429), ErrorKind::LimitExceeded);
        assert_eq!(kind_of("SomethingNew", 428), ErrorKind::Rejected);
    }

    #[test]
    fn only_failures_inside_the_service_may_have_had_an_effect() {
        assert!(ErrorKind::Unavailable.may_have_happened());
        assert!(!ErrorKind::Throttled.may_have_happened());
        assert!(!ErrorKind::Rejected.may_have_happened());
    }
}
