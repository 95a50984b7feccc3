//! What became of a run.

use aws_simulator::{Fault, Times, What, When};
use lambda_shell::{Failure as _, chain};
use serde_json::{Value, json};

use crate::support::{BUCKET, child, fill, invoked, listed, organization, put, run};

fn report(simulator: &aws_simulator::Simulator) -> Value {
    let objects = simulator.view(|view| view.objects(BUCKET));
    let report = objects.iter().find(|object| {
        object.key.ends_with("T03-00-00Z.json") && object.key.contains("/organization/")
    });
    serde_json::from_slice(&report.unwrap().body).unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_run_that_swept_everybody_is_answered_and_stored() {
    let (simulator, root) = organization();
    simulator.add_member("111111111111", "prod", &root);
    let list = listed(&simulator, &[]).await.unwrap();
    let files = [
        ("SUCCEEDED", json!([child("111111111111", None)])),
        ("SUCCEEDED", json!([child("123456789012", None)])),
    ];
    let event = run(&simulator, &list, &files).await;
    let answer = invoked(&simulator, &[], event).await.unwrap().unwrap();
    let place = "s3://reports/keysteward/organization/2026-11-22T03-00-00Z.json";
    assert_eq!(answer, json!({"accounts": 2, "succeeded": 2, "failed": 0, "report": place}));
    let expected = json!({
        "form": "keysteward/organization/v1",
        "at": "2026-11-22T03:00:00Z",
        "results": "s3://reports/keysteward/organization/runs/0f4c0b6d/manifest.json",
        "accounts": 2, "succeeded": 2, "failed": 0, "failures": [],
    });
    assert_eq!(report(&simulator), expected);
}

#[tokio::test(start_paused = true)]
async fn a_run_with_failures_ends_in_an_error_that_names_them() {
    let (simulator, root) = organization();
    for (account, name) in
        [("111111111111", "prod"), ("222222222222", "test"), ("333333333333", "lab")]
    {
        simulator.add_member(account, name, &root);
    }
    let list = listed(&simulator, &[]).await.unwrap();
    let files = [
        (
            "FAILED",
            json!([child("222222222222", Some(("Sweep.LimitReached", "too many were due")))]),
        ),
        ("PENDING", json!([{ "Input": "{\"account\":\"333333333333\"}" }])),
        ("SUCCEEDED", json!([child("123456789012", None)])),
    ];
    let event = run(&simulator, &list, &files).await;
    let error = invoked(&simulator, &[], event).await.unwrap().unwrap_err();
    assert_eq!(error.error_type(), "Organization.Incomplete");
    insta::assert_snapshot!(chain(&error), @"3 of 4 accounts were not swept, or not wholly; 111111111111 (prod): NoResult: the run has no result for this account; 222222222222 (test): Sweep.LimitReached: too many were due; 333333333333 (lab): NotStarted: the run ended before this account's turn; all of it is in s3://reports/keysteward/organization/2026-11-22T03-00-00Z.json");
    let report = report(&simulator);
    assert_eq!((&report["succeeded"], &report["failed"]), (&json!(1), &json!(3)));
    let failure = json!({"account": "222222222222", "name": "test", "error": "Sweep.LimitReached", "message": "too many were due"});
    assert_eq!(report["failures"][1], failure);
}

#[tokio::test(start_paused = true)]
async fn failures_are_named_even_if_the_summary_cannot_be_stored() {
    let (simulator, _) = organization();
    let list = listed(&simulator, &[]).await.unwrap();
    let failed = json!([child("123456789012", Some(("Upstream.Denied", "no role")))]);
    let event = run(&simulator, &list, &[("FAILED", failed)]).await;
    let what = What::ErrorBefore;
    simulator.plan(Fault { when: When::Operation("PutObject"), times: Times::Always, what });
    let error = invoked(&simulator, &[], event).await.unwrap().unwrap_err();
    assert_eq!(error.error_type(), "Organization.Incomplete");
    insta::assert_snapshot!(chain(&error), @"1 of 1 accounts were not swept, or not wholly; 123456789012 (management): Upstream.Denied: no role; all of it is in s3://reports/keysteward/organization/runs/0f4c0b6d/manifest.json");
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_failures_fit_into_an_error_and_all_are_stored() {
    let (simulator, root) = organization();
    fill(&simulator, &root, 999_999_999_999, 9_999);
    let list = listed(&simulator, &[]).await.unwrap();
    let text = "many words ".repeat(5);
    let failed: Vec<_> = (0..9_999_u64)
        .map(|n| child(&format!("{:012}", 999_999_999_999 - n), Some(("Sweep.Incomplete", &text))))
        .collect();
    let files = [("FAILED", json!(failed)), ("SUCCEEDED", json!([child("123456789012", None)]))];
    let event = run(&simulator, &list, &files).await;
    let error = invoked(&simulator, &[], event).await.unwrap().unwrap_err();
    let text = chain(&error);
    assert!(text.starts_with("9999 of 10000 accounts") && text.len() < 21_000, "{}", text.len());
    assert!(text.contains(" more; all of it is in s3://reports/keysteward/organization/2026"));
    assert_eq!(report(&simulator)["failures"].as_array().unwrap().len(), 9_999);
}

#[tokio::test(start_paused = true)]
async fn what_is_no_list_or_no_result_is_an_error() {
    let (simulator, _) = organization();
    let list = listed(&simulator, &[]).await.unwrap();
    let event = run(&simulator, &list, &[]).await;
    let changed = |member: &str, value: &str| {
        let mut event = event.clone();
        event["summarize"][member] = json!(value);
        event
    };
    put(&simulator, "no-list.json", &json!({"accounts": []})).await;
    for (event, expected) in [
        (changed("bucket", "elsewhere"), "InvalidEvent"),
        (changed("key", "nothing/manifest.json"), "Upstream.NotFound"),
        (changed("accounts", "nothing.json"), "Upstream.NotFound"),
        (changed("accounts", "no-list.json"), "Organization.NotAList"),
        (changed("key", "no-list.json"), "Upstream.Malformed"),
        (json!({ "sumarize": {} }), "InvalidEvent"),
    ] {
        let error = invoked(&simulator, &[], event).await.unwrap().unwrap_err();
        assert_eq!(error.error_type(), expected, "{}", chain(&error));
    }
}
