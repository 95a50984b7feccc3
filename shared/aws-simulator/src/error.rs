//! Errors as AWS answers them.

/// An error answer: the code decides what a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiError {
    /// The HTTP status.
    pub status: u16,
    /// The error code, spelled as on the wire.
    pub code: String,
    /// The human text.
    pub message: String,
    /// A further member of the answer, where a service has one.
    pub(crate) member: Option<(&'static str, serde_json::Value)>,
}

impl ApiError {
    /// An error with any status, code and text.
    pub fn new(status: u16, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { status, code: code.into(), message: message.into(), member: None }
    }

    /// The error with a further member in its answer.
    pub(crate) fn with_member(mut self, name: &'static str, value: serde_json::Value) -> Self {
        self.member = Some((name, value));
        self
    }

    pub(crate) fn no_such_entity(what: &str, name: &str) -> Self {
        Self::new(404, "NoSuchEntity", format!("The {what} with name {name} cannot be found."))
    }

    pub(crate) fn limit_exceeded(message: impl Into<String>) -> Self {
        Self::new(409, "LimitExceeded", message)
    }

    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new(400, "ValidationError", message)
    }
}
