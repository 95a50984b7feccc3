//! What the front door knows of a service: a value that the service's own module has.

use bytes::Bytes;
use http::{Method, Response};
use serde_json::Value;

use crate::authorization::{Context, Scope};
use crate::call::Caller;
use crate::error::ApiError;
use crate::request::Asked;
use crate::services::{Account, SERVICES};
use crate::wire::{
    JsonFormat, Xml, json_error, json_response, object_error, xml_error, xml_response,
};
use crate::world::World;

type JudgedBy = fn(&mut Context, &Asked, Option<&Account>, Scope<'_>);
type Perform = fn(&mut World, &Asked, &Caller) -> Option<Result<Body, ApiError>>;

/// A service of the simulated account.
#[derive(Debug)]
pub(crate) struct Service {
    /// The name in the scope of signatures, and before the colon of actions.
    pub(crate) name: &'static str,
    pub(crate) protocol: Protocol,
    pub(crate) errors: Errors,
    /// The one endpoint of a service that has no others.
    pub(crate) only_endpoint: Option<Endpoint>,
    /// Fills in what IAM judges a call by.
    pub(crate) judged_by: JudgedBy,
    /// Carries out an operation; nothing comes of one that the service does not have.
    pub(crate) perform: Perform,
}

/// How requests and answers are written.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Protocol {
    /// A form in, XML of this namespace out.
    Query(&'static str),
    /// JSON both ways; a header names the operation.
    Json(JsonFormat),
    /// JSON both ways; the method and the path mean an operation.
    RestJson(fn(&Method, &str) -> &'static str),
    /// Contents both ways, and errors in XML; the method and the path mean an operation.
    Objects,
}

/// The endpoint of a service that takes signatures of one Region.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Endpoint {
    pub(crate) host: &'static str,
    pub(crate) region: &'static str,
}

/// How a service words the failures that every service has.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Errors {
    /// The code of a failure of the service itself.
    pub(crate) internal: &'static str,
    /// The status, code and text of one call too many.
    pub(crate) throttled: (u16, &'static str, &'static str),
    /// The status and code of a refusal by a policy.
    pub(crate) denied: (u16, &'static str),
    /// The status and code of a key that is not known or not active.
    pub(crate) unknown_key: (u16, &'static str),
    /// The code of a signature that does not fit.
    pub(crate) wrong_signature: &'static str,
    /// The status and code of a session that is over.
    pub(crate) expired: (u16, &'static str),
    /// How a refusal spells an action.
    pub(crate) spelled: fn(&str) -> String,
}

impl Errors {
    /// The words of services that answer in XML.
    pub(crate) const QUERY: Self = Self {
        internal: "ServiceFailure",
        throttled: (400, "Throttling", "Rate exceeded"),
        denied: (403, "AccessDenied"),
        unknown_key: (403, "InvalidClientTokenId"),
        wrong_signature: "SignatureDoesNotMatch",
        expired: (403, "ExpiredToken"),
        spelled: ToOwned::to_owned,
    };

    /// The words of services that answer in JSON.
    pub(crate) const JSON: Self = Self {
        throttled: (400, "ThrottlingException", "Rate exceeded"),
        denied: (400, "AccessDeniedException"),
        unknown_key: (400, "UnrecognizedClientException"),
        wrong_signature: "InvalidSignatureException",
        expired: (400, "ExpiredTokenException"),
        ..Self::QUERY
    };

    pub(crate) fn internal(&self) -> ApiError {
        let message = "The request processing has failed because of an unknown error.";
        ApiError::new(500, self.internal, message)
    }

    pub(crate) fn throttled(&self) -> ApiError {
        let (status, code, message) = self.throttled;
        ApiError::new(status, code, message)
    }

    pub(crate) fn unknown_key(&self) -> ApiError {
        let (status, code) = self.unknown_key;
        ApiError::new(status, code, "The security token included in the request is invalid.")
    }

    pub(crate) fn wrong_signature(&self) -> ApiError {
        let message =
            "The request signature we calculated does not match the signature you provided.";
        ApiError::new(403, self.wrong_signature, message)
    }

    pub(crate) fn expired(&self) -> ApiError {
        let (status, code) = self.expired;
        ApiError::new(status, code, "The security token included in the request is expired")
    }
}

/// What a service answers when all is well.
pub(crate) enum Body {
    Xml(Option<Xml>),
    Json(Value),
    Object(Response<Bytes>),
}

/// Stands for the service of a request that names none, or one that is not simulated.
static NOT_SIMULATED: Service =
    Service::new("unknown", Protocol::Query(""), |_, _, _, _| (), |_, _, _| None);

impl Service {
    /// A service with the words of its protocol for what fails.
    pub(crate) const fn new(
        name: &'static str,
        protocol: Protocol,
        judged_by: JudgedBy,
        perform: Perform,
    ) -> Self {
        let errors = match protocol {
            Protocol::Query(_) | Protocol::Objects => Errors::QUERY,
            Protocol::Json(_) | Protocol::RestJson(_) => Errors::JSON,
        };
        Self { name, protocol, errors, only_endpoint: None, judged_by, perform }
    }

    /// The service of a name.
    pub(crate) fn named(name: &str) -> &'static Self {
        let mut services = SERVICES.iter().copied();
        services.find(|service| service.name == name).unwrap_or(&NOT_SIMULATED)
    }
}

impl Protocol {
    /// The answer to a call of `operation`.
    pub(crate) fn response(
        self,
        operation: &str,
        request_id: &str,
        result: Result<Body, ApiError>,
    ) -> Response<Bytes> {
        match (result, self) {
            (Ok(Body::Object(response)), _) => response,
            (Ok(Body::Xml(xml)), _) => xml_response(operation, self.namespace(), request_id, xml),
            (Ok(Body::Json(json)), _) => json_response(self.json_format(), &json),
            (Err(error), Self::Query(namespace)) => xml_error(namespace, request_id, &error),
            (Err(error), Self::Objects) => object_error(request_id, &error),
            (Err(error), _) => json_error(self.json_format(), &error),
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::Query(namespace) => namespace,
            _ => "",
        }
    }

    fn json_format(self) -> JsonFormat {
        match self {
            Self::Json(format) => format,
            _ => JsonFormat::Rest,
        }
    }

    /// The refusal of an operation that is not simulated.
    pub(crate) fn unknown_operation(self, service: &str, operation: &str) -> ApiError {
        let (code, message) = match self {
            Self::Query(_) | Self::Objects => (
                "InvalidAction",
                format!("Could not find operation {operation} for service {service}"),
            ),
            _ => ("UnknownOperationException", format!("Unknown operation {operation}")),
        };
        ApiError::new(400, code, message)
    }

    /// Whether a signature covers what a header says of the body, which may be that it is not signed.
    pub(crate) fn declares_the_body(self) -> bool {
        matches!(self, Self::Objects)
    }
}
