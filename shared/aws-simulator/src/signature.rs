//! Signature Version 4, from the verifying side.
//!
//! The date of a signature is not compared with the simulated clock: real SDKs sign with the machine's time.

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use sha2::{Digest, Sha256};

use crate::service::Service;

/// What an `Authorization` header says.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    pub(crate) access_key_id: String,
    pub(crate) region: String,
    pub(crate) service: String,
    date: String,
    signed_headers: String,
    signature: String,
}

impl Signature {
    pub(crate) fn parse(request: &Request<Bytes>) -> Option<Self> {
        let header = request.headers().get("authorization")?.to_str().ok()?;
        let fields = header.strip_prefix("AWS4-HMAC-SHA256")?;
        let field = |name: &str| {
            fields
                .split(',')
                .find_map(|field| field.trim().strip_prefix(name)?.strip_prefix('='))
                .map(ToOwned::to_owned)
        };
        let credential = field("Credential")?;
        let mut scope = credential.split('/');
        let signature = Self {
            access_key_id: scope.next()?.to_owned(),
            date: scope.next()?.to_owned(),
            region: scope.next()?.to_owned(),
            service: scope.next()?.to_owned(),
            signed_headers: field("SignedHeaders")?,
            signature: field("Signature")?,
        };
        (scope.next() == Some("aws4_request")).then_some(signature)
    }

    /// Whether the signature was made with `secret` over this very request.
    pub(crate) fn matches(&self, request: &Request<Bytes>, secret: &str) -> bool {
        let Some(time) = header(request, "x-amz-date") else { return false };
        let canonical = self.canonical_request(request);
        let scope = format!("{}/{}/{}/aws4_request", self.date, self.region, self.service);
        let to_sign =
            format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{}", hex(&Sha256::digest(canonical)));
        let mut key = format!("AWS4{secret}").into_bytes();
        for part in [self.date.as_str(), &self.region, &self.service, "aws4_request", &to_sign] {
            key = hmac(&key, part.as_bytes());
        }
        hex(&key) == self.signature
    }

    fn canonical_request(&self, request: &Request<Bytes>) -> String {
        let mut headers = String::new();
        for name in self.signed_headers.split(';') {
            let value = header(request, name).unwrap_or_default();
            let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
            headers.push_str(&format!("{name}:{value}\n"));
        }
        let declares = Service::named(&self.service).protocol.declares_the_body();
        let declared = if declares { header(request, "x-amz-content-sha256") } else { None };
        let payload = declared.unwrap_or_else(|| hex(&Sha256::digest(request.body())));
        let uri = request.uri();
        let mut query: Vec<&str> =
            uri.query().into_iter().flat_map(|query| query.split('&')).collect();
        query.sort_unstable();
        format!(
            "{}\n{}\n{}\n{headers}\n{}\n{payload}",
            request.method(),
            uri.path(),
            query.join("&"),
            self.signed_headers
        )
    }
}

/// A header's value; the in-process connector leaves the host to the URI.
fn header(request: &Request<Bytes>, name: &str) -> Option<String> {
    match request.headers().get(name) {
        Some(value) => value.to_str().ok().map(ToOwned::to_owned),
        None if name == "host" => request.uri().authority().map(ToString::to_string),
        None => None,
    }
}

pub(crate) fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}
