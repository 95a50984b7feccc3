//! Objects, put and got.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumAlgorithm;
use aws_simulator::{Fault, Server, Simulator, Times, What, When};
use aws_types::SdkConfig;
use aws_types::region::Region;

use crate::support::{account, code, config, config_with};

fn s3(simulator: &Simulator) -> aws_sdk_s3::Client {
    aws_sdk_s3::Client::new(&config(simulator))
}

fn bucket() -> Simulator {
    let simulator = account();
    simulator.add_bucket("reports");
    simulator
}

async fn put(s3: &aws_sdk_s3::Client, bucket: &str) -> String {
    let body = ByteStream::from_static(b"user,arn\n");
    code(s3.put_object().bucket(bucket).key("a/b c+d=ü.csv").body(body).send().await)
}

// S3 API reference, PutObject and GetObject.
#[tokio::test(start_paused = true)]
async fn an_object_is_got_as_it_was_put() {
    let simulator = bucket();
    let s3 = s3(&simulator);
    let body = ByteStream::from_static(b"user,arn\n");
    let put = s3.put_object().bucket("reports").key("a/b c+d=ü.csv").content_type("text/csv");
    let put = put.body(body).send().await.unwrap();
    let got = s3.get_object().bucket("reports").key("a/b c+d=ü.csv").send().await.unwrap();
    assert_eq!(got.content_type.as_deref(), Some("text/csv"));
    assert_eq!(got.last_modified.unwrap().secs(), 1_767_225_600);
    assert!(put.e_tag.is_some() && put.e_tag == got.e_tag);
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "user,arn\n");
    let seen = simulator.view(|view| view.objects("reports"));
    let [object] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(
        (object.key.as_str(), object.content_type.as_deref()),
        ("a/b c+d=ü.csv", Some("text/csv"))
    );
    assert_eq!(object.body, "user,arn\n");
    let calls = simulator.calls();
    assert_eq!(calls[0].resource, "arn:aws:s3:::reports/a/b c+d=ü.csv");
    let operations: Vec<_> = calls.iter().map(|call| call.operation.as_str()).collect();
    assert_eq!(operations, ["PutObject", "GetObject"]);
}

// S3 API reference, error responses.
#[tokio::test(start_paused = true)]
async fn missing_buckets_and_keys_and_foreign_buckets_are_refused() {
    let simulator = bucket();
    simulator.account("210987654321").add_bucket("theirs");
    let s3 = s3(&simulator);
    assert_eq!(put(&s3, "missing").await, "NoSuchBucket");
    assert_eq!(put(&s3, "theirs").await, "AccessDenied");
    assert_eq!(code(s3.get_object().bucket("reports").key("x").send().await), "NoSuchKey");
    let put = s3.put_object().bucket("reports").key("x").expected_bucket_owner("210987654321");
    assert_eq!(code(put.send().await), "AccessDenied");
    assert!(simulator.view(|view| view.objects("reports").is_empty()));
}

// S3 user guide, conditional writes.
#[tokio::test(start_paused = true)]
async fn an_object_can_be_put_only_if_there_is_none() {
    let simulator = bucket();
    let s3 = s3(&simulator);
    let put = || s3.put_object().bucket("reports").key("x").if_none_match("*").send();
    assert_eq!(code(put().await), "accepted");
    assert_eq!(code(put().await), "PreconditionFailed");
}

// S3 API reference, signature version 4: a key that is not known has its own code.
#[tokio::test(start_paused = true)]
async fn keys_are_checked_under_the_codes_of_s3() {
    let simulator = bucket();
    let mut key = simulator.add_access_key("alice");
    let s3 = |key: &aws_simulator::NewKey| aws_sdk_s3::Client::new(&config_with(&simulator, key));
    assert_eq!(put(&s3(&key), "reports").await, "accepted");
    simulator.set_key_status(&key.id, "Inactive");
    assert_eq!(put(&s3(&key), "reports").await, "InvalidAccessKeyId");
    simulator.set_key_status(&key.id, "Active");
    key.secret.push('x');
    assert_eq!(put(&s3(&key), "reports").await, "SignatureDoesNotMatch");
}

// S3 API reference, error responses: SlowDown 503, InternalError 500.
#[tokio::test(start_paused = true)]
async fn s3_names_its_failures_differently() {
    let simulator = bucket();
    for (what, answer) in [(What::ErrorBefore, "InternalError"), (What::Throttle, "SlowDown")] {
        simulator.plan(Fault { when: When::Operation("PutObject"), times: Times::Once, what });
        assert_eq!(put(&s3(&simulator), "reports").await, answer);
    }
}

// SDK guide, data integrity: a body whose length is not in memory is sent in chunks, its checksum behind them.
#[tokio::test]
async fn a_body_from_a_file_arrives_without_its_chunks() {
    let simulator = bucket();
    let path = std::env::temp_dir().join(format!("aws-simulator-{}", std::process::id()));
    std::fs::write(&path, "x".repeat(200_000)).unwrap();
    let s3 = s3(&simulator);
    for algorithm in [ChecksumAlgorithm::Crc32, ChecksumAlgorithm::Sha256] {
        let body = ByteStream::from_path(&path).await.unwrap();
        let put = s3.put_object().bucket("reports").key("file").checksum_algorithm(algorithm);
        put.body(body).send().await.unwrap();
        let seen = simulator.view(|view| view.objects("reports"));
        assert_eq!(seen[0].body, "x".repeat(200_000));
    }
    std::fs::remove_file(path).unwrap();
}

// The server's address is a number, so the SDK names the bucket in the path.
#[tokio::test]
async fn the_server_takes_objects() {
    let simulator = bucket();
    let server = Server::start(&simulator, 0).await.unwrap();
    let (id, secret, token) = simulator.role_credentials("tester");
    let credentials = Credentials::new(id, secret, Some(token), None, "test");
    let config = SdkConfig::builder()
        .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
        .region(Region::new("eu-west-1"))
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .endpoint_url(server.url())
        .build();
    let s3 = aws_sdk_s3::Client::new(&config);
    assert_eq!(put(&s3, "reports").await, "accepted");
    let got = s3.get_object().bucket("reports").key("a/b c+d=ü.csv").send().await.unwrap();
    assert_eq!(got.body.collect().await.unwrap().into_bytes(), "user,arn\n");
    assert_eq!(put(&s3, "missing").await, "NoSuchBucket");
}

// S3 user guide, virtual hosting: the bucket in the host's name, with a real host and with a local one.
#[tokio::test(start_paused = true)]
async fn a_bucket_may_be_named_by_the_host() {
    let simulator = bucket();
    let local = config(&simulator).into_builder().endpoint_url("http://localhost:4566").build();
    assert_eq!(put(&s3(&simulator), "reports").await, "accepted");
    assert_eq!(put(&aws_sdk_s3::Client::new(&local), "reports").await, "accepted");
    assert_eq!(simulator.view(|view| view.objects("reports").len()), 1);
}
