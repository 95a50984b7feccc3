//! A request, read once: what it asks for, and with which parameters.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::s3::request::ObjectRequest;
use crate::ses;
use crate::signature::Signature;
use crate::wire::Form;

/// What a request asks for, besides who signed it.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) parameters: Parameters,
}

/// The parameters of a call, in the wire format of its service.
#[derive(Debug)]
pub(crate) enum Parameters {
    Form(Form),
    Json(Value),
    Object(ObjectRequest),
    /// A body that should have been JSON and is not.
    Malformed,
}

impl Asked {
    pub(crate) fn parse(request: &Request<Bytes>, signature: Option<&Signature>) -> Self {
        let service = signature.map_or("unknown", |signature| signature.service.as_str());
        if service == "s3" {
            let object = ObjectRequest::parse(request);
            let operation = object.operation(request.method()).to_owned();
            return Self {
                service: service.to_owned(),
                operation,
                parameters: Parameters::Object(object),
            };
        }
        if service == "ses" {
            let body = serde_json::from_slice(request.body());
            return Self {
                service: service.to_owned(),
                operation: ses::operation(request.method(), request.uri().path()).to_owned(),
                parameters: body.map_or(Parameters::Malformed, Parameters::Json),
            };
        }
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        let (operation, parameters) = match target.and_then(|target| target.rsplit_once('.')) {
            Some((_, operation)) => {
                let body = serde_json::from_slice(request.body());
                (operation.to_owned(), body.map_or(Parameters::Malformed, Parameters::Json))
            }
            None => {
                let form = Form::parse(request.body());
                (form.get("Action").unwrap_or("unknown").to_owned(), Parameters::Form(form))
            }
        };
        Self { service: service.to_owned(), operation, parameters }
    }
}

impl Parameters {
    /// Whether one of the values is `subject`: a user name, a credential's id, a recipient.
    pub(crate) fn mention(&self, subject: &str) -> bool {
        match self {
            Self::Form(form) => form.values().any(|value| value == subject),
            Self::Json(input) => is_among(input, subject),
            Self::Object(object) => object.bucket == subject || object.key == subject,
            Self::Malformed => false,
        }
    }
}

fn is_among(value: &Value, subject: &str) -> bool {
    match value {
        Value::String(text) => text == subject,
        Value::Array(items) => items.iter().any(|item| is_among(item, subject)),
        Value::Object(members) => members.values().any(|member| is_among(member, subject)),
        _ => false,
    }
}
