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

// S3 API reference, Object: the ETag of an object that was put in one piece is the MD5 digest of its content.
#[tokio::test(start_paused = true)]
async fn the_etag_is_the_digest_of_the_content() {
    let s3 = s3(&bucket());
    let body = ByteStream::from_static(b"abc");
    let put = s3.put_object().bucket("reports").key("x").body(body).send().await.unwrap();
    assert_eq!(put.e_tag.as_deref(), Some("\"900150983cd24fb0d6963f7d28e17f72\""));
}

// S3 user guide, conditional writes: 412 when somebody was faster, 404 when there is nothing to replace.
#[tokio::test(start_paused = true)]
async fn an_object_can_be_replaced_only_if_it_is_as_it_was_read() {
    let simulator = bucket();
    let s3 = s3(&simulator);
    let put = async |body: &'static str, etag: Option<&str>| {
        let body = ByteStream::from_static(body.as_bytes());
        let call = s3.put_object().bucket("reports").key("x").body(body);
        call.set_if_match(etag.map(ToOwned::to_owned)).send().await
    };
    assert_eq!(code(put("1", Some("\"c4ca4238a0b923820dcc509a6f75849b\"")).await), "NoSuchKey");
    let first = put("1", None).await.unwrap().e_tag.unwrap();
    let second = put("2", Some(&first)).await.unwrap().e_tag.unwrap();
    assert_ne!(first, second);
    let late = put("3", Some(&first)).await;
    assert_eq!(late.as_ref().unwrap_err().raw_response().unwrap().status().as_u16(), 412);
    assert_eq!(code(late), "PreconditionFailed");
    assert_eq!(code(put("3", Some(second.trim_matches('"'))).await), "accepted");
    assert_eq!(simulator.view(|view| view.objects("reports")[0].body.clone()), "3");
}

fn under(statements: serde_json::Value) -> Simulator {
    let simulator = bucket();
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": statements});
    simulator.set_role_policy("tester", &policy);
    simulator
}

// S3 API reference, GetObject, permissions: 404 only with s3:ListBucket, else 403.
#[tokio::test(start_paused = true)]
async fn only_who_may_list_a_bucket_is_told_that_a_key_is_missing() {
    let read = serde_json::json!({
        "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::reports/*",
    });
    let list = serde_json::json!({
        "Effect": "Allow", "Action": "s3:ListBucket", "Resource": "arn:aws:s3:::reports",
    });
    for (statements, answer) in [
        (serde_json::json!([read]), ("AccessDenied", 403)),
        (serde_json::json!([read, list]), ("NoSuchKey", 404)),
    ] {
        let simulator = under(statements);
        let s3 = s3(&simulator);
        let got = s3.get_object().bucket("reports").key("x").send().await;
        let status = got.as_ref().unwrap_err().raw_response().unwrap().status().as_u16();
        assert_eq!((code(got).as_str(), status), answer);
        s3.put_object().bucket("reports").key("x").send().await.unwrap();
        assert_eq!(code(s3.get_object().bucket("reports").key("x").send().await), "accepted");
    }
}

// S3 user guide, conditional writes: If-Match reads the object, so it needs that permission as well.
#[tokio::test(start_paused = true)]
async fn replacing_an_object_as_it_was_read_needs_the_permission_to_read_it() {
    let write = serde_json::json!({
        "Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/*",
    });
    let simulator = under(write);
    let s3 = s3(&simulator);
    let put = || s3.put_object().bucket("reports").key("x");
    let etag = put().if_none_match("*").send().await.unwrap().e_tag.unwrap();
    assert_eq!(code(put().if_match(etag).send().await), "AccessDenied");
}
