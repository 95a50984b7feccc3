//! The real binary, started as Lambda starts it, against the simulated account's loopback server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::Duration;

use aws_simulator::{ACCOUNT, LambdaHost, REGION, Server, Settings, Simulator, TABLE_ARN};
use jiff::Timestamp;
use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_secs(300);

/// The most verbose that anybody can make the function.
const VERBOSE: [(&str, &str); 3] =
    [("RUST_LOG", "trace"), ("AWS_LAMBDA_LOG_LEVEL", "trace"), ("LOG_SENSITIVE_BODIES", "true")];

/// An account that may send mail to everybody, by the machine's own clock, which the binary reads.
#[expect(clippy::disallowed_methods, reason = "the binary under test reads the machine's clock")]
fn account() -> Simulator {
    let simulator = Simulator::new(Timestamp::now(), Settings::IDEAL);
    simulator.verify_identity("example.com");
    simulator.leave_mail_sandbox();
    simulator
}

fn topic() -> String {
    format!("arn:aws:sns:{REGION}:{ACCOUNT}:keysteward")
}

async fn start(simulator: &Simulator, server: &Server, extra: &[(&str, &str)]) -> LambdaHost {
    let (id, secret, token) = simulator.role_credentials("notify-owner");
    let (url, topic) = (server.url(), topic());
    let mut environment = vec![
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &secret),
        ("AWS_SESSION_TOKEN", &token),
        ("AWS_ENDPOINT_URL", &url),
        ("KEYSTEWARD_NOTICE_TOPIC_ARN", &topic),
        ("KEYSTEWARD_MAIL_FROM", "keysteward@example.com"),
        ("KEYSTEWARD_MAIL_ADMIN", "security@example.com"),
        ("KEYSTEWARD_MAIL_DOMAINS", "example.com"),
        ("KEYSTEWARD_TABLE_ARN", TABLE_ARN),
        ("KEYSTEWARD_MAILS_PER_SECOND", "0"),
    ];
    environment.extend(extra);
    LambdaHost::start(Path::new(env!("CARGO_BIN_EXE_notify-owner")), &environment).await.unwrap()
}

/// A batch of warnings: number `n` is for owner `n` modulo `owners`. Their day is ahead by the real clock, which the binary reads.
fn batch(notices: usize, owners: usize) -> Value {
    let record = |n: usize| {
        let user = format!("user-{n}");
        let notice = json!({"schema": "keysteward/notice/v1", "id": format!("deactivation-ahead/{ACCOUNT}/{user}"),
            "kind": "deactivation-ahead", "severity": "warning", "account": ACCOUNT, "account_alias": "prod",
            "user": user, "at": "2026-11-01T03:00:00Z", "due": "2999-11-15T03:00:00Z",
            "credential": {"kind": "access-key", "id": format!("AKIAIOSFODNN7{n:07}"), "created": "2026-01-01T00:00:00Z",
                "last_used": {"at": "2026-02-01T00:00:00Z", "service": "s3", "region": "eu-west-1"}},
            "because": "last used 273 days ago, on 2026-02-01 (limit 90 days)",
            "owner": {"user": format!("owner-{}@example.com", n % owners), "description": "nightly export"},
            "text": "Access key will be deactivated."});
        let body = json!({"Type": "Notification", "MessageId": n.to_string(), "TopicArn": topic(), "Message": notice.to_string()});
        json!({"messageId": format!("m-{n}"), "receiptHandle": "r", "eventSource": "aws:sqs", "awsRegion": REGION,
            "eventSourceARN": format!("arn:aws:sqs:{REGION}:{ACCOUNT}:notify-owner"), "body": body.to_string()})
    };
    json!({"Records": (0..notices).map(record).collect::<Vec<_>>()})
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_mails_a_batch_remembers_it_and_prints_its_metrics() {
    let simulator = account();
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host = start(&simulator, &server, &VERBOSE).await;
    for _ in 0..2 {
        let answer = host.invoke(&simulator, batch(3, 2), TIMEOUT).await.unwrap();
        assert_eq!(answer, json!({ "batchItemFailures": [] }));
    }
    let mails = simulator.view(|view| view.mails().to_vec());
    assert_eq!(mails.len(), 2);
    let printed = host.stop().await;
    let metrics: Vec<Value> = printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line.get("_aws").is_some())
        .collect();
    let counts = |name: &str| metrics.iter().map(|line| line[name].as_u64()).collect::<Vec<_>>();
    assert_eq!(counts("DigestsTold"), [Some(2), Some(0)]);
    assert_eq!(counts("DigestsToldBefore"), [Some(0), Some(2)]);
    let (_, secret, token) = simulator.role_credentials("notify-owner");
    // Addresses are personal, and SES's answers name them.
    for hidden in [secret.as_str(), &token, "owner-0@example.com", "security@example.com"] {
        assert!(!printed.contains(hidden), "{hidden} was printed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_reported_with_its_type_and_its_whole_chain() {
    let simulator = account();
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host = start(&simulator, &server, &[]).await;
    let error = host.invoke(&simulator, json!({"account": "1"}), TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "InvalidEvent");
    simulator.suspend_mail();
    let event = json!({"Records": [{"EventSource": "aws:sns",
        "Sns": serde_json::from_str::<Value>(batch(1, 1)["Records"][0]["body"].as_str().unwrap()).unwrap()}]});
    let error = host.invoke(&simulator, event, TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "Notices.Untold");
    assert!(error.message.contains("AccountSuspendedException"), "{}", error.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_fault_of_the_settings_ends_the_process_at_once() {
    let simulator = account();
    let server = Server::start(&simulator, 0).await.unwrap();
    let faulty = [("KEYSTEWARD_MAIL_DOMAIN", "x.org"), ("KEYSTEWARD_TEMPLATES", "/nowhere")];
    let mut host = start(&simulator, &server, &faulty).await;
    assert!(!host.wait().await.unwrap().success());
    let printed = host.finished_output().await;
    for fault in
        ["KEYSTEWARD_MAIL_DOMAIN is not a setting", "template /nowhere/mail.html cannot be read"]
    {
        assert!(printed.contains(fault), "{printed}");
    }
}

/// More than Lambda hands over at once: a batch ends at 10,000 messages or 6 MB.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "shown with --nocapture")]
async fn the_binary_tells_ten_thousand_notices_to_five_hundred_owners() {
    const NOTICES: usize = 10_000;
    const OWNERS: usize = 500;
    let simulator = account();
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host = start(&simulator, &server, &[]).await;
    let began = tokio::time::Instant::now();
    let answer = host.invoke(&simulator, batch(NOTICES, OWNERS), TIMEOUT).await.unwrap();
    let wall = began.elapsed();
    assert_eq!(answer, json!({ "batchItemFailures": [] }));
    let mails = simulator.view(|view| view.mails().to_vec());
    assert_eq!(mails.len(), OWNERS);
    let entries = |mail: &aws_simulator::Mail| {
        mail.text
            .as_ref()
            .map_or(0, |text| text.matches("will be deactivated on 2999-11-15.").count())
    };
    assert_eq!(mails.iter().map(entries).sum::<usize>(), NOTICES);
    let (calls, usage) = (simulator.calls().len(), host.usage().unwrap_or_default());
    println!(
        "{NOTICES} notices, {OWNERS} owners, {calls} calls, {} mails: {wall:?} wall, {usage}",
        mails.len()
    );
}
