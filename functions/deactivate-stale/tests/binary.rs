//! The real binary, started as Lambda starts it, against the simulated account's loopback server.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;
use std::time::Duration;

use aws_simulator::{ACCOUNT, LambdaHost, REGION, Server, Settings, Simulator, TABLE_ARN};
use jiff::SignedDuration;
use serde_json::{Value, json};

const TIMEOUT: Duration = Duration::from_secs(900);

/// The most verbose that anybody can make the function.
const VERBOSE: [(&str, &str); 3] =
    [("RUST_LOG", "trace"), ("AWS_LAMBDA_LOG_LEVEL", "trace"), ("LOG_SENSITIVE_BODIES", "true")];

fn schedule() -> Value {
    json!({"source": "aws.scheduler", "detail-type": "Scheduled Event", "detail": "{}"})
}

/// An account that is 100 days old by the machine's own clock, which the binary reads.
#[expect(clippy::disallowed_methods, reason = "the binary under test reads the machine's clock")]
fn account() -> Simulator {
    let age = SignedDuration::from_hours(24 * 100);
    let start = jiff::Timestamp::now().saturating_sub(age).unwrap();
    let simulator = Simulator::new(start, Settings::IDEAL);
    simulator.add_topic("keysteward");
    simulator.add_bucket("reports");
    simulator
}

async fn start(simulator: &Simulator, server: &Server, extra: &[(&str, &str)]) -> LambdaHost {
    let (id, secret, token) = simulator.role_credentials("deactivate-stale");
    let topic = format!("arn:aws:sns:{REGION}:{ACCOUNT}:keysteward");
    let url = server.url();
    let mut environment = vec![
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &secret),
        ("AWS_SESSION_TOKEN", &token),
        ("AWS_ENDPOINT_URL", &url),
        ("KEYSTEWARD_MODE", "enforce"),
        ("KEYSTEWARD_NOTICE_TOPIC_ARN", &topic),
        ("KEYSTEWARD_TABLE_ARN", TABLE_ARN),
        ("KEYSTEWARD_IAM_CALLS_PER_SECOND", "0"),
    ];
    environment.extend(extra);
    LambdaHost::start(Path::new(env!("CARGO_BIN_EXE_deactivate-stale")), &environment)
        .await
        .unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_binary_sweeps_stores_its_report_and_prints_its_metrics() {
    let simulator = account();
    simulator.add_user("ana", "/", &[("owner", "ana@example.com")]);
    let key = simulator.add_access_key("ana");
    simulator.advance(SignedDuration::from_hours(24 * 100));
    let server = Server::start(&simulator, 0).await.unwrap();
    let settings = [("KEYSTEWARD_REPORT_BUCKET", "reports")];
    let mut host = start(&simulator, &server, &[&settings[..], &VERBOSE[..]].concat()).await;
    let summary = host.invoke(&simulator, schedule(), TIMEOUT).await.unwrap();
    assert_eq!(summary["actions"]["warn"], json!({"done": 1}), "{summary}");
    assert!(summary["report"].as_str().unwrap().starts_with("s3://reports/keysteward/account="));
    assert_eq!(simulator.view(|view| view.objects("reports").len()), 2);
    let table = simulator.view(|view| view.table());
    assert_eq!(table.len(), 1);
    assert!(table[0].sk.ends_with(&format!("#access-key#{}", key.id)), "{}", table[0].sk);
    assert_eq!(table[0].attributes["state"], "warned");
    assert_eq!(table[0].attributes["by"], "deactivate-stale");
    let printed = host.stop().await;
    let metrics: Vec<Value> = printed
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .filter(|line: &Value| line.get("_aws").is_some())
        .collect();
    assert_eq!(metrics[0]["Warned"], 1);
    assert_eq!(metrics[0]["_aws"]["CloudWatchMetrics"][0]["Namespace"], "Keysteward");
    // For the account, and for alarms over all accounts.
    let sets = &metrics[0]["_aws"]["CloudWatchMetrics"][0]["Dimensions"];
    assert_eq!(*sets, json!([["Account"], []]));
    for secret in [key.secret, simulator.role_credentials("deactivate-stale").2] {
        assert!(!printed.contains(&secret), "a secret was printed");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_reported_with_its_type_and_its_whole_chain() {
    let simulator = account();
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host = start(&simulator, &server, &[]).await;
    let error = host.invoke(&simulator, json!({"acount": "1"}), TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "InvalidEvent");
    let other = json!({"account": "210987654321"});
    let error = host.invoke(&simulator, other, TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "Sweep.NoMemberRole", "{}", error.message);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_setting_ends_the_process_at_once() {
    let simulator = account();
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host = start(&simulator, &server, &[("KEYSTEWARD_EXEMPT_USER", "ana")]).await;
    assert!(!host.wait().await.unwrap().success());
    let printed = host.finished_output().await;
    assert!(printed.contains("KEYSTEWARD_EXEMPT_USER is not a setting of this function"));
}

/// An account of five thousand users, every third of them stale: the largest that IAM allows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "shown with --nocapture")]
async fn the_binary_sweeps_five_thousand_users() {
    const USERS: usize = 5_000;
    let simulator = account();
    for n in 0..USERS {
        if n % 3 == 0 {
            let name = format!("user-{n:04}");
            simulator.add_user(&name, "/people/", &[("owner", "team@example.com")]);
            simulator.add_access_key(&name);
        }
    }
    simulator.advance(SignedDuration::from_hours(24 * 50));
    for n in 0..USERS {
        if n % 3 != 0 {
            let name = format!("user-{n:04}");
            simulator.add_user(&name, "/people/", &[("owner", "team@example.com")]);
            simulator.add_access_key(&name);
        }
    }
    simulator.advance(SignedDuration::from_hours(24 * 50));
    let server = Server::start(&simulator, 0).await.unwrap();
    let settings = [("KEYSTEWARD_REPORT_BUCKET", "reports")];
    let mut host = start(&simulator, &server, &settings).await;
    let began = tokio::time::Instant::now();
    let summary = host.invoke(&simulator, schedule(), TIMEOUT).await.unwrap();
    let wall = began.elapsed();
    assert_eq!(summary["actions"]["warn"], json!({"done": USERS.div_ceil(3)}), "{summary}");
    let usage = host.usage().unwrap_or_default();
    println!("{USERS} users, {} calls: {wall:?} wall, {usage}", simulator.calls().len());
}
