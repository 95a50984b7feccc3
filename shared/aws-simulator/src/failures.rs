//! The failures of requests that no service was asked to carry out.

use crate::error::ApiError;

pub(crate) fn unsigned() -> ApiError {
    ApiError::new(403, "MissingAuthenticationToken", "Request is missing Authentication Token")
}

pub(crate) fn not_carried_out() -> ApiError {
    ApiError::new(500, "InternalFailure", "The request was not carried out.")
}
