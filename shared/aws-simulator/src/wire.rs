//! The wire formats: form in and XML out (IAM, STS, SNS), and JSON both ways (DynamoDB, Organizations, Secrets Manager, SES).

use std::borrow::Cow;
use std::collections::BTreeMap;

use aws_smithy_xml::encode::{ScopeWriter, XmlWriter};
use bytes::Bytes;
use http::Response;
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::error::ApiError;

/// The parameters of a form-encoded call.
#[derive(Debug, Default)]
pub(crate) struct Form(BTreeMap<String, String>);

impl Form {
    pub(crate) fn parse(body: &[u8]) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub(crate) fn values(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }

    pub(crate) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.get(name).filter(|value| !value.is_empty()).ok_or_else(|| {
            ApiError::validation(format!("1 validation error detected: Value at '{name}' failed to satisfy constraint: Member must not be null"))
        })
    }

    /// The members of a list parameter, in order.
    pub(crate) fn list(&self, name: &str) -> Vec<&str> {
        (1..).map_while(|n| self.get(&format!("{name}.member.{n}"))).collect()
    }

    /// The key and value of every member of `Tags`.
    pub(crate) fn tags(&self) -> Vec<(String, String)> {
        (1..)
            .map_while(|n| {
                let key = self.get(&format!("Tags.member.{n}.Key"))?;
                Some((
                    key.to_owned(),
                    self.get(&format!("Tags.member.{n}.Value")).unwrap_or_default().to_owned(),
                ))
            })
            .collect()
    }

    /// The entries of a map parameter.
    pub(crate) fn map(&self, name: &str) -> BTreeMap<String, String> {
        (1..)
            .map_while(|n| {
                let key = self.get(&format!("{name}.entry.{n}.key"))?;
                let value = self.get(&format!("{name}.entry.{n}.value")).unwrap_or_default();
                Some((key.to_owned(), value.to_owned()))
            })
            .collect()
    }
}

/// A tree of XML elements.
#[derive(Clone, Debug)]
pub(crate) enum Xml {
    Text(String),
    Elements(Vec<(Cow<'static, str>, Xml)>),
}

impl Xml {
    pub(crate) fn elements(elements: impl IntoIterator<Item = (&'static str, Self)>) -> Self {
        Self::Elements(elements.into_iter().map(|(name, content)| (name.into(), content)).collect())
    }

    pub(crate) fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub(crate) fn time(at: Timestamp) -> Self {
        Self::Text(at.to_string())
    }

    pub(crate) fn members(items: impl IntoIterator<Item = Xml>) -> Self {
        Self::elements(items.into_iter().map(|item| ("member", item)))
    }

    fn write(&self, scope: &mut ScopeWriter<'_, '_>) {
        match self {
            Self::Text(text) => scope.data(text),
            Self::Elements(elements) => {
                for (name, content) in elements {
                    let mut inner = scope.start_el(name).finish();
                    content.write(&mut inner);
                    inner.finish();
                }
            }
        }
    }
}

fn document(root: &str, namespace: &str, content: &Xml) -> String {
    let mut text = String::new();
    let mut writer = XmlWriter::new(&mut text);
    let mut scope = writer.start_el(root).write_ns(namespace, None).finish();
    content.write(&mut scope);
    scope.finish();
    text
}

pub(crate) fn xml_response(
    operation: &str,
    namespace: &str,
    request_id: &str,
    result: Option<Xml>,
) -> Response<Bytes> {
    let metadata = Xml::elements([("RequestId", Xml::text(request_id))]);
    let result = result.map(|result| (format!("{operation}Result").into(), result));
    let content = result.into_iter().chain([("ResponseMetadata".into(), metadata)]).collect();
    response(
        200,
        "text/xml",
        document(&format!("{operation}Response"), namespace, &Xml::Elements(content)),
    )
}

pub(crate) fn xml_error(namespace: &str, request_id: &str, error: &ApiError) -> Response<Bytes> {
    let side = if error.status >= 500 { "Receiver" } else { "Sender" };
    let detail = Xml::elements([
        ("Type", Xml::text(side)),
        ("Code", Xml::text(&error.code)),
        ("Message", Xml::text(&error.message)),
    ]);
    let content = Xml::elements([("Error", detail), ("RequestId", Xml::text(request_id))]);
    response(error.status, "text/xml", document("ErrorResponse", namespace, &content))
}

/// An error as S3 answers it: without a namespace, and without anything around it.
pub(crate) fn object_error(request_id: &str, error: &ApiError) -> Response<Bytes> {
    let content = Xml::elements([
        ("Code", Xml::text(&error.code)),
        ("Message", Xml::text(&error.message)),
        ("RequestId", Xml::text(request_id)),
    ]);
    let mut text = String::new();
    let mut writer = XmlWriter::new(&mut text);
    let mut scope = writer.start_el("Error").finish();
    content.write(&mut scope);
    scope.finish();
    response(error.status, "application/xml", text)
}

/// How a service that speaks JSON names its content and its errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonFormat {
    /// The operation is in a header, the code of an error in the body (Secrets Manager).
    Rpc,
    /// As before, in another version and with the namespace of the codes (DynamoDB).
    RpcWithNamespace(&'static str),
    /// The operation is in method and path, the code of an error in a header (SES).
    Rest,
}

impl JsonFormat {
    fn content_type(self) -> &'static str {
        match self {
            Self::Rpc => "application/x-amz-json-1.1",
            Self::RpcWithNamespace(_) => "application/x-amz-json-1.0",
            Self::Rest => "application/json",
        }
    }
}

pub(crate) fn json_response(format: JsonFormat, body: &Value) -> Response<Bytes> {
    response(200, format.content_type(), body.to_string())
}

pub(crate) fn json_error(format: JsonFormat, error: &ApiError) -> Response<Bytes> {
    let mut body = match format {
        JsonFormat::RpcWithNamespace(namespace) => json!({
            "__type": format!("{namespace}#{}", error.code), "message": error.message,
        }),
        JsonFormat::Rpc => {
            json!({"__type": error.code, "message": error.message, "Message": error.message})
        }
        JsonFormat::Rest => json!({ "message": error.message }),
    };
    if let (Some((name, value)), Some(members)) = (&error.member, body.as_object_mut()) {
        members.insert((*name).to_owned(), value.clone());
    }
    let mut response = response(error.status, format.content_type(), body.to_string());
    if format == JsonFormat::Rest
        && let Ok(code) = http::HeaderValue::from_str(&error.code)
    {
        response.headers_mut().insert("x-amzn-errortype", code);
    }
    response
}

fn response(status: u16, content_type: &'static str, body: String) -> Response<Bytes> {
    let mut response = Response::new(Bytes::from(body));
    *response.status_mut() =
        http::StatusCode::from_u16(status).unwrap_or(http::StatusCode::INTERNAL_SERVER_ERROR);
    response.headers_mut().insert("content-type", http::HeaderValue::from_static(content_type));
    response
}
