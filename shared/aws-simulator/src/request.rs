//! A request, read once: what it asks for, and with which parameters.

use bytes::Bytes;
use http::Request;
use serde_json::Value;

use crate::object_request::ObjectRequest;
use crate::service::{Protocol, Service};
use crate::signature::Signature;
use crate::wire::Form;

/// What a request asks for, besides who signed it.
#[derive(Debug)]
pub(crate) struct Asked {
    /// The service as the signature names it.
    pub(crate) name: String,
    pub(crate) service: &'static Service,
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
        let name = signature.map_or("unknown", |signature| signature.service.as_str());
        let service = Service::named(name);
        let (operation, parameters) = match service.protocol {
            Protocol::Objects => {
                let object = ObjectRequest::parse(request);
                (object.operation(request.method()).to_owned(), Parameters::Object(object))
            }
            Protocol::RestJson(operation) => {
                let operation = operation(request.method(), request.uri().path());
                (operation.to_owned(), Parameters::json(request))
            }
            Protocol::Json(_) | Protocol::Query(_) => Self::named_in(request),
        };
        Self { name: name.to_owned(), service, operation, parameters }
    }

    /// The operation that a request names, in a header or in its form.
    fn named_in(request: &Request<Bytes>) -> (String, Parameters) {
        let target = request.headers().get("x-amz-target").and_then(|target| target.to_str().ok());
        match target.and_then(|target| target.rsplit_once('.')) {
            Some((_, operation)) => (operation.to_owned(), Parameters::json(request)),
            None => {
                let form = Form::parse(request.body());
                (form.get("Action").unwrap_or("unknown").to_owned(), Parameters::Form(form))
            }
        }
    }

    /// The parameters of a service that is sent forms.
    pub(crate) fn form(&self) -> Option<&Form> {
        match &self.parameters {
            Parameters::Form(form) => Some(form),
            _ => None,
        }
    }

    /// The parameters of a service that is sent JSON.
    pub(crate) fn json(&self) -> Option<&Value> {
        match &self.parameters {
            Parameters::Json(input) => Some(input),
            _ => None,
        }
    }

    /// The parameters of a service that is sent contents.
    pub(crate) fn object(&self) -> Option<&ObjectRequest> {
        match &self.parameters {
            Parameters::Object(object) => Some(object),
            _ => None,
        }
    }
}

impl Parameters {
    fn json(request: &Request<Bytes>) -> Self {
        serde_json::from_slice(request.body()).map_or(Self::Malformed, Self::Json)
    }

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
