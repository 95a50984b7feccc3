//! The real binary, started as Lambda starts it, against the simulated organization's loopback server.

use std::path::Path;
use std::time::Duration;

use aws_simulator::{LambdaHost, REGION, Server, Simulator};
use serde_json::json;

use crate::support::{BUCKET, child, fill, ids, organization, run};

const TIMEOUT: Duration = Duration::from_secs(900);

/// An organization of `accounts` accounts, whose clock is the machine's own, which the binary reads.
#[expect(clippy::disallowed_methods, reason = "the binary under test reads the machine's clock")]
fn organization_of(accounts: u64) -> Simulator {
    let (simulator, root) = organization();
    simulator.advance(jiff::Timestamp::now().duration_since(simulator.now()));
    fill(&simulator, &root, 999_999_999_999, accounts - 1);
    simulator
}

async fn start(simulator: &Simulator, server: &Server, extra: &[(&str, &str)]) -> LambdaHost {
    let (id, secret, token) = simulator.role_credentials("list-accounts");
    let url = server.url();
    let mut environment = vec![
        ("AWS_REGION", REGION),
        ("AWS_ACCESS_KEY_ID", id.as_str()),
        ("AWS_SECRET_ACCESS_KEY", &secret),
        ("AWS_SESSION_TOKEN", &token),
        ("AWS_ENDPOINT_URL", &url),
        ("KEYSTEWARD_REPORT_BUCKET", BUCKET),
        ("KEYSTEWARD_ORGANIZATIONS_CALLS_PER_SECOND", "0"),
    ];
    environment.extend(extra);
    LambdaHost::start(Path::new(env!("CARGO_BIN_EXE_list-accounts")), &environment).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[expect(clippy::print_stdout, reason = "shown with --nocapture")]
async fn the_binary_lists_ten_thousand_accounts_and_sums_up_the_run() {
    let simulator = organization_of(10_000);
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host = start(&simulator, &server, &[]).await;
    let began = tokio::time::Instant::now();
    let list = host.invoke(&simulator, json!({ "list": {} }), TIMEOUT).await.unwrap();
    let (wall, usage) = (began.elapsed(), host.usage().unwrap_or_default());
    let ids = ids(&simulator, &list);
    assert_eq!(ids.len(), 10_000);
    println!("10,000 accounts, {} calls: {wall:?} wall, {usage}", simulator.calls().len());
    assert_eq!(simulator.calls().len(), 501);

    let children = ids
        .iter()
        .map(|id| child(id, (id == "123456789012").then_some(("Sweep.LimitReached", "too many"))));
    let (failed, succeeded): (Vec<_>, Vec<_>) =
        children.partition(|child| child["Status"] == "FAILED");
    let files = [("FAILED", json!(failed)), ("SUCCEEDED", json!(succeeded))];
    let event = run(&simulator, &list, &files).await;
    let error = host.invoke(&simulator, event, TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "Organization.Incomplete");
    let expected = "1 of 10000 accounts were not swept, or not wholly; 123456789012 (management): Sweep.LimitReached: too many; ";
    assert!(error.message.starts_with(expected), "{}", error.message);
    println!("and their results summed up: {}", host.usage().unwrap_or_default());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_failure_is_reported_with_its_type_and_its_whole_chain() {
    let simulator = organization_of(2);
    let server = Server::start(&simulator, 0).await.unwrap();
    let settings = [("KEYSTEWARD_ACCOUNTS", "111111111111")];
    let mut host = start(&simulator, &server, &settings).await;
    let error = host.invoke(&simulator, json!({ "list": {} }), TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "Organization.AccountsUnavailable");
    assert_eq!(
        error.message,
        "no list of accounts was written: KEYSTEWARD_ACCOUNTS names what cannot be swept: 111111111111 is not in the organization"
    );
    let error = host.invoke(&simulator, json!({}), TIMEOUT).await.unwrap_err();
    assert_eq!(error.error_type, "InvalidEvent");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_unknown_setting_ends_the_process_at_once() {
    let simulator = organization_of(1);
    let server = Server::start(&simulator, 0).await.unwrap();
    let mut host =
        start(&simulator, &server, &[("KEYSTEWARD_EXCLUDE_ACCOUNT", "111111111111")]).await;
    assert!(!host.wait().await.unwrap().success());
    let printed = host.finished_output().await;
    assert!(printed.contains("KEYSTEWARD_EXCLUDE_ACCOUNT is not a setting of this function"));
}
