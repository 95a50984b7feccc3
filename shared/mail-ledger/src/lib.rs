#![doc = include_str!("../README.md")]

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use jiff::{SignedDuration, Timestamp};
use sdk_error::Cause;
use sha2::{Digest, Sha256};

pub use sdk_error::ErrorKind;

/// How long it is remembered that something was told.
pub const MEMORY: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The longest that reading an entry takes, and the longest that adding to it takes: a ledger that hangs must not cost the mail.
pub const LONGEST_CALL: Duration = Duration::from_secs(5);

/// The longest that one attempt at a request takes.
const LONGEST_ATTEMPT: Duration = Duration::from_secs(2);

/// How often a write is tried when others write as well: eight at once all come through.
const ATTEMPTS: usize = 8;

/// The ledger in one bucket.
#[derive(Clone, Debug)]
pub struct MailLedger {
    client: aws_sdk_s3::Client,
    bucket: String,
}

/// What one destination was told, as far as the ledger knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    entries: BTreeMap<String, Timestamp>,
    version: Option<String>,
}

/// A call that failed; the cause is in `source()`.
#[derive(Debug, thiserror::Error)]
pub struct Error {
    operation: Operation,
    subject: String,
    #[source]
    cause: Cause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Read,
    Write,
}

impl Told {
    /// Whether the notice of this id was told before.
    pub fn knows(&self, id: &str) -> bool {
        self.entries.contains_key(&hash(id))
    }
}

impl MailLedger {
    /// A ledger in `bucket`, whose requests are made twice at most; nothing takes longer than [`LONGEST_CALL`].
    pub fn new(config: &SdkConfig, bucket: String) -> Self {
        let retries = RetryConfig::standard()
            .with_max_attempts(2)
            .with_initial_backoff(Duration::from_millis(200));
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(LONGEST_ATTEMPT)
            .operation_timeout(LONGEST_CALL)
            .build();
        let config = aws_sdk_s3::config::Builder::from(config)
            .retry_config(retries)
            .timeout_config(timeouts)
            .build();
        Self { client: aws_sdk_s3::Client::from_conf(config), bucket }
    }

    /// What `destination` was told; nothing, if it has no entry.
    ///
    /// An entry that is damaged says nothing either, and the next [`add`](Self::add) writes it anew. What was in its place is
    /// not shown: somebody else wrote it.
    ///
    /// # Errors
    ///
    /// When S3 does not answer within [`LONGEST_CALL`], or refuses.
    pub async fn read(&self, destination: &str) -> Result<Told, Error> {
        self.in_time(Operation::Read, destination, self.fetch(destination)).await
    }

    async fn fetch(&self, destination: &str) -> Result<Told, Error> {
        let key = key(destination);
        let failed = |cause| self.failed(Operation::Read, &key, cause);
        let answer = self.client.get_object().bucket(&self.bucket).key(&key).send().await;
        let object = match answer.map_err(Cause::from) {
            Err(cause)
                if cause.kind() == ErrorKind::NotFound && cause.code() == Some("NoSuchKey") =>
            {
                return Ok(Told::default());
            }
            other => other.map_err(failed)?,
        };
        let version = object.e_tag().map(ToOwned::to_owned);
        let body = object.body.collect().await;
        let body =
            body.map_err(|_| failed(Cause::new(ErrorKind::Unavailable, "the object broke off")))?;
        let entries = serde_json::from_slice(&body.into_bytes()).unwrap_or_default();
        Ok(Told { entries, version })
    }

    /// Adds `ids` to what `destination` was told before; what another function wrote since `told` was read stays.
    ///
    /// # Errors
    ///
    /// When S3 does not confirm it within [`LONGEST_CALL`].
    pub async fn add(
        &self,
        destination: &str,
        told: Told,
        ids: &[&str],
        now: Timestamp,
    ) -> Result<(), Error> {
        let adding = self.extend(destination, told, ids, now);
        self.in_time(Operation::Write, destination, adding).await
    }

    async fn extend(
        &self,
        destination: &str,
        mut told: Told,
        ids: &[&str],
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut attempt = 1;
        loop {
            told.entries.extend(ids.iter().map(|id| (hash(id), now)));
            told.entries.retain(|_, at| now.duration_since(*at) <= MEMORY);
            match self.write(destination, &told).await {
                Err(error) if error.is_overtaken() && attempt < ATTEMPTS => {
                    attempt += 1;
                    told = self.fetch(destination).await?;
                }
                other => return other,
            }
        }
    }

    async fn write(&self, destination: &str, told: &Told) -> Result<(), Error> {
        let key = key(destination);
        let failed = |cause| self.failed(Operation::Write, &key, cause);
        let body = serde_json::to_vec(&told.entries)
            .map_err(|_| failed(Cause::malformed("a form that can be written")))?;
        let call = self.client.put_object().bucket(&self.bucket).key(&key);
        let call = match &told.version {
            Some(version) => call.if_match(version),
            None => call.if_none_match("*"),
        };
        let call = call.content_type("application/json").body(ByteStream::from(body));
        call.send().await.map(drop).map_err(|error| failed(error.into()))
    }

    /// The limits of the client are about requests; this one is about all of them, and about the body of an answer.
    async fn in_time<T>(
        &self,
        operation: Operation,
        destination: &str,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        tokio::time::timeout(LONGEST_CALL, work).await.unwrap_or_else(|_| {
            let cause = Cause::new(ErrorKind::Unavailable, "no answer in time");
            Err(self.failed(operation, &key(destination), cause))
        })
    }

    fn failed(&self, operation: Operation, key: &str, cause: Cause) -> Error {
        Error { operation, subject: format!("s3://{}/{key}", self.bucket), cause }
    }
}

impl Error {
    /// The kind to branch on.
    pub fn kind(&self) -> ErrorKind {
        self.cause.kind()
    }

    /// Whether the entry is not the one that was read: another, or gone, for which S3 has an answer of its own.
    fn is_overtaken(&self) -> bool {
        self.kind() == ErrorKind::Conflict || self.cause.code() == Some("NoSuchKey")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (verb, permissions) = match self.operation {
            Operation::Read => ("read", "s3:GetObject on it and s3:ListBucket on its bucket"),
            Operation::Write => ("write", "s3:PutObject on it"),
        };
        write!(f, "failed to {verb} the mail ledger {}", self.subject)?;
        match self.kind() {
            ErrorKind::Denied => write!(f, " (does the function's role allow {permissions}?)"),
            ErrorKind::NotFound => f.write_str(" (is there such a bucket?)"),
            _ => Ok(()),
        }
    }
}

fn key(destination: &str) -> String {
    format!("mail-ledger/{}.json", hash(destination))
}

/// Half of SHA-256, in hexadecimal: enough to tell ids apart.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
