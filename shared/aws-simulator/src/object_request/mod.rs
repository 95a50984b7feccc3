//! What a request to S3 asks for; there is no `Action`, so method and path tell.

mod chunks;

use bytes::Bytes;
use http::{Method, Request};
use sha2::{Digest, Sha256};

use crate::error::ApiError;
use crate::signature::hex;

/// A request about an object, or about a bucket when the key is empty.
#[derive(Debug)]
pub(crate) struct ObjectRequest {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) content_type: Option<String>,
    pub(crate) expected_owner: Option<String>,
    pub(crate) only_if_new: bool,
    /// The entity tag that the object must still have.
    pub(crate) only_if: Option<String>,
    /// What `x-amz-content-sha256` says of the body.
    declared_hash: Option<String>,
    body: Bytes,
}

impl ObjectRequest {
    pub(crate) fn parse(request: &Request<Bytes>) -> Self {
        let header = |name: &str| {
            request.headers().get(name).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned)
        };
        let host = header("host").or_else(|| request.uri().authority().map(ToString::to_string));
        let path = request.uri().path().trim_start_matches('/');
        let (bucket, key) = match host.as_deref().and_then(virtual_bucket) {
            Some(bucket) => (bucket, path),
            None => path.split_once('/').unwrap_or((path, "")),
        };
        Self {
            bucket: bucket.to_owned(),
            key: decoded(key),
            content_type: header("content-type"),
            expected_owner: header("x-amz-expected-bucket-owner"),
            only_if_new: header("if-none-match").as_deref() == Some("*"),
            only_if: header("if-match"),
            declared_hash: header("x-amz-content-sha256"),
            body: request.body().clone(),
        }
    }

    pub(crate) fn operation(&self, method: &Method) -> &'static str {
        match (method.as_str(), self.key.is_empty()) {
            ("PUT", false) => "PutObject",
            ("GET", false) => "GetObject",
            ("HEAD", false) => "HeadObject",
            ("DELETE", false) => "DeleteObject",
            ("PUT", true) => "CreateBucket",
            ("GET", true) => "ListObjects",
            _ => "unknown",
        }
    }

    /// Checks that the body is the one that was signed, where it was.
    pub(crate) fn check_payload(&self) -> Result<(), ApiError> {
        match self.declared_hash.as_deref() {
            None => Err(ApiError::new(
                400,
                "InvalidRequest",
                "Missing required header for this request: x-amz-content-sha256",
            )),
            Some("UNSIGNED-PAYLOAD") => Ok(()),
            Some(declared) if declared.starts_with("STREAMING-") => Ok(()),
            Some(declared) if declared == hex(&Sha256::digest(&self.body)) => Ok(()),
            Some(_) => Err(ApiError::new(
                400,
                "XAmzContentSHA256Mismatch",
                "The provided 'x-amz-content-sha256' header does not match what was computed.",
            )),
        }
    }

    /// The content to store.
    pub(crate) fn payload(&self) -> Result<Bytes, ApiError> {
        let chunked =
            self.declared_hash.as_deref().is_some_and(|hash| hash.starts_with("STREAMING-"));
        if !chunked {
            return Ok(self.body.clone());
        }
        chunks::decode(&self.body).map(Bytes::from).ok_or_else(|| {
            ApiError::new(400, "IncompleteBody", "The request body terminated unexpectedly")
        })
    }
}

/// The bucket that a host name begins with, as in `bucket.s3.eu-west-1.amazonaws.com` and `bucket.localhost`.
fn virtual_bucket(host: &str) -> Option<&str> {
    let name = host.split(':').next()?;
    match name.strip_suffix(".amazonaws.com") {
        Some(name) => {
            name.split_once(".s3.").map(|(bucket, _)| bucket).or(name.strip_suffix(".s3"))
        }
        None => name.strip_suffix(".localhost"),
    }
}

/// Text whose bytes may be written as `%20`.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let escaped = match (first, after) {
            (b'%', [high, low, after @ ..]) => digits(*high, *low).map(|byte| (byte, after)),
            _ => None,
        };
        let (byte, after) = escaped.unwrap_or((*first, after));
        bytes.push(byte);
        rest = after;
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn digits(high: u8, low: u8) -> Option<u8> {
    let value =
        |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
    Some(value(high)? << 4 | value(low)?)
}
