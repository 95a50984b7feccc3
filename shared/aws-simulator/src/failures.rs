//! What services answer when they fail for a reason that is not in the request; each has its own words.

use crate::error::ApiError;

pub(crate) fn internal(service: &str) -> ApiError {
    let code = match service {
        "secretsmanager" => "InternalServiceError",
        "organizations" => "ServiceException",
        "sns" | "s3" => "InternalError",
        "sts" | "ses" | "sqs" => "InternalFailure",
        _ => "ServiceFailure",
    };
    ApiError::new(500, code, "The request processing has failed because of an unknown error.")
}

pub(crate) fn throttled(service: &str) -> ApiError {
    let (status, code, message) = match service {
        "secretsmanager" => (400, "ThrottlingException", "Rate exceeded"),
        "organizations" => (
            400,
            "TooManyRequestsException",
            "You have sent too many requests in too short a period of time.",
        ),
        "ses" => (429, "TooManyRequestsException", "Maximum sending rate exceeded."),
        "sns" => (429, "Throttled", "Rate exceeded"),
        "sqs" => (403, "RequestThrottled", "Request is throttled."),
        "s3" => (503, "SlowDown", "Rate exceeded"),
        _ => (400, "Throttling", "Rate exceeded"),
    };
    ApiError::new(status, code, message)
}

pub(crate) fn unsigned() -> ApiError {
    ApiError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
}

pub(crate) fn not_carried_out() -> ApiError {
    ApiError::new(500, "InternalFailure", "The request was not carried out.")
}
