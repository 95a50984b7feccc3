//! The Simple Storage Service: buckets, and objects put into and got from them.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode};
use jiff::Timestamp;
use md5::{Digest, Md5};

use crate::authorization::{Context, Scope};
use crate::call::Caller;
use crate::error::ApiError;
use crate::object_request::ObjectRequest;
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::services::Account;
use crate::signature::hex;
use crate::world::World;

pub(crate) const SERVICE: Service = Service {
    errors: Errors {
        internal: "InternalError",
        throttled: (503, "SlowDown", "Rate exceeded"),
        unknown_key: (403, "InvalidAccessKeyId"),
        expired: (400, "ExpiredToken"),
        ..Errors::QUERY
    },
    ..Service::new("s3", Protocol::Objects, judged_by, perform)
};

/// An object as it was put.
#[derive(Clone, Debug)]
pub(crate) struct Object {
    pub(crate) body: Bytes,
    pub(crate) content_type: Option<String>,
    modified: Timestamp,
}

impl Object {
    fn etag(&self) -> String {
        format!("\"{}\"", hex(&Md5::digest(&self.body)))
    }
}

/// The buckets of one account; their names are taken for every account.
#[derive(Debug, Default)]
pub(crate) struct S3 {
    pub(crate) buckets: BTreeMap<String, BTreeMap<String, Object>>,
}

/// Fills in what IAM judges a request by.
fn judged_by(context: &mut Context, asked: &Asked, account: Option<&Account>, _: Scope<'_>) {
    let Some(request) = asked.object() else { return };
    let operation = asked.operation.as_str();
    context.resource = arn(&request.bucket, &request.key);
    let bucket = account.and_then(|account| account.s3.buckets.get(&request.bucket));
    let missing = bucket.is_some_and(|bucket| !bucket.contains_key(&request.key));
    if operation == "GetObject" && missing {
        // Only who may list a bucket is told that an object is not in it.
        context.also.push(("s3:ListBucket".to_owned(), arn(&request.bucket, "")));
    }
    if operation == "PutObject" && request.only_if.is_some() {
        context.also.push(("s3:GetObject".to_owned(), context.resource.clone()));
    }
}

/// The ARN of an object, or of its bucket when the key is empty.
fn arn(bucket: &str, key: &str) -> String {
    match key {
        "" => format!("arn:aws:s3:::{bucket}"),
        key => format!("arn:aws:s3:::{bucket}/{key}"),
    }
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let request = asked.object()?;
    Some(answer_to(world, &asked.operation, request, caller).map(Body::Object))
}

fn answer_to(
    world: &mut World,
    operation: &str,
    request: &ObjectRequest,
    caller: &Caller,
) -> Result<Response<Bytes>, ApiError> {
    request.check_payload()?;
    let owner = world
        .accounts
        .iter_mut()
        .find(|(_, account)| account.s3.buckets.contains_key(&request.bucket));
    let (owner, account) = owner
        .ok_or_else(|| ApiError::new(404, "NoSuchBucket", "The specified bucket does not exist"))?;
    let expected = request.expected_owner.as_ref();
    // Buckets have no policies here, so nobody else may use them.
    if *owner != caller.account || expected.is_some_and(|expected| expected != owner) {
        return Err(ApiError::new(403, "AccessDenied", "Access Denied"));
    }
    match operation {
        "PutObject" => put(account, request, caller.now),
        "GetObject" => get(account, request),
        _ => Err(ApiError::new(
            501,
            "NotImplemented",
            "A header you provided implies functionality that is not implemented.",
        )),
    }
}

fn put(
    account: &mut Account,
    request: &ObjectRequest,
    now: Timestamp,
) -> Result<Response<Bytes>, ApiError> {
    let bucket = account.s3.buckets.entry(request.bucket.clone()).or_default();
    let stored = bucket.get(&request.key);
    let fails = match (&request.only_if, stored) {
        (Some(_), None) => return Err(no_such_key()),
        (Some(wanted), Some(stored)) => wanted.trim_matches('"') != stored.etag().trim_matches('"'),
        (None, stored) => request.only_if_new && stored.is_some(),
    };
    if fails {
        return Err(ApiError::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ));
    }
    let object = Object {
        body: request.payload()?,
        content_type: request.content_type.clone(),
        modified: now,
    };
    let response = answer(Bytes::new(), [("etag", object.etag())]);
    bucket.insert(request.key.clone(), object);
    Ok(response)
}

fn get(account: &Account, request: &ObjectRequest) -> Result<Response<Bytes>, ApiError> {
    let bucket = account.s3.buckets.get(&request.bucket);
    let object = bucket.and_then(|bucket| bucket.get(&request.key)).ok_or_else(no_such_key)?;
    let content_type = object.content_type.as_deref().unwrap_or("binary/octet-stream");
    let modified = object.modified.strftime("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let headers = [
        ("etag", object.etag()),
        ("content-type", content_type.to_owned()),
        ("last-modified", modified),
    ];
    Ok(answer(object.body.clone(), headers))
}

fn no_such_key() -> ApiError {
    ApiError::new(404, "NoSuchKey", "The specified key does not exist.")
}

fn answer<const N: usize>(body: Bytes, headers: [(&'static str, String); N]) -> Response<Bytes> {
    let mut response = Response::new(body);
    *response.status_mut() = StatusCode::OK;
    for (name, value) in headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
