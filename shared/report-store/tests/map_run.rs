//! The files of a Map Run, in the form that the Step Functions developer guide shows under `ResultWriter`.

use aws_sdk_s3::primitives::ByteStream;
use aws_simulator::{Fault, Settings, Simulator, Times, What, When};
use report_store::{Child, ErrorKind, Outcome, ReportStore};
use serde_json::{Value, json};

const BUCKET: &str = "reports";
const RUN: &str = "keysteward/organization/runs/0f4c0b6d";

fn child(account: &str, status: &str, more: &Value) -> Value {
    let mut child = json!({
        "ExecutionArn": "arn:aws:states:eu-west-1:123456789012:execution:org/Sweeps:0a1b",
        "Input": json!({ "account": account }).to_string(),
        "InputDetails": { "Included": true },
        "Name": "0a1b",
        "RedriveCount": 0,
        "RedriveStatus": "NOT_REDRIVABLE",
        "StartDate": "2026-11-22T00:00:00.000Z",
        "StateMachineArn": "arn:aws:states:eu-west-1:123456789012:stateMachine:org/Sweeps",
        "Status": status,
        "StopDate": "2026-11-22T00:00:01.000Z",
    });
    for (key, value) in more.as_object().unwrap() {
        child[key] = value.clone();
    }
    child
}

async fn put(simulator: &Simulator, name: &str, body: String) {
    let s3 = aws_sdk_s3::Client::new(&simulator.sdk_config("states"));
    let call = s3.put_object().bucket(BUCKET).key(format!("{RUN}/{name}"));
    call.body(ByteStream::from(body.into_bytes())).send().await.unwrap();
}

async fn run() -> Simulator {
    let simulator = Simulator::new("2026-11-22T00:00:00Z".parse().unwrap(), Settings::IDEAL);
    simulator.add_bucket(BUCKET);
    let file = |name: &str| json!({ "Key": format!("{RUN}/{name}"), "Size": 4096 });
    let manifest = json!({
        "DestinationBucket": BUCKET,
        "MapRunArn": "arn:aws:states:eu-west-1:123456789012:mapRun:org/Sweeps:0f4c0b6d",
        "ResultFiles": {
            "FAILED": [file("FAILED_0.json")],
            "PENDING": [file("PENDING_0.json")],
            "SUCCEEDED": [file("SUCCEEDED_0.json"), file("SUCCEEDED_1.json")],
        },
    });
    put(&simulator, "manifest.json", manifest.to_string()).await;
    let output = json!({ "Output": "{}", "OutputDetails": { "Included": true } });
    for (name, account) in
        [("SUCCEEDED_0.json", "111111111111"), ("SUCCEEDED_1.json", "222222222222")]
    {
        put(&simulator, name, json!([child(account, "SUCCEEDED", &output)]).to_string()).await;
    }
    let failed = json!({"Error": "Sweep.LimitReached", "Cause": "{\"errorMessage\":\"too many\"}"});
    let failed = json!([
        child("333333333333", "FAILED", &failed),
        child("444444444444", "ABORTED", &json!({}))
    ]);
    put(&simulator, "FAILED_0.json", failed.to_string()).await;
    let pending = json!([{ "Input": "{\"account\":\"555555555555\"}", "Status": "PENDING" }]);
    put(&simulator, "PENDING_0.json", pending.to_string()).await;
    simulator
}

fn reader(simulator: &Simulator) -> ReportStore {
    ReportStore::new(&simulator.sdk_config("list-accounts"), BUCKET.into())
}

#[tokio::test(start_paused = true)]
async fn every_child_of_every_file_is_read() {
    let simulator = run().await;
    let children = reader(&simulator).children(&format!("{RUN}/manifest.json")).await.unwrap();
    let child = |account: &str, outcome| Child {
        input: Some(json!({ "account": account }).to_string()),
        outcome,
    };
    let failed =
        |error: &str, cause: &str| Outcome::Failed { error: error.into(), cause: cause.into() };
    let expected = [
        child("333333333333", failed("Sweep.LimitReached", "{\"errorMessage\":\"too many\"}")),
        child("444444444444", failed("ABORTED", "")),
        child("555555555555", Outcome::Pending),
        child("111111111111", Outcome::Succeeded),
        child("222222222222", Outcome::Succeeded),
    ];
    assert_eq!(children, expected);
}

#[tokio::test(start_paused = true)]
async fn one_file_that_cannot_be_read_fails_the_whole() {
    let simulator = run().await;
    for call in 1..=5 {
        let what = What::ErrorBefore;
        let fault = Fault { when: When::Call(call), times: Times::UntilInvocationEnds, what };
        simulator.plan(fault);
        let read = simulator
            .run(async { reader(&simulator).children(&format!("{RUN}/manifest.json")).await });
        let error = read.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "call {call}");
        simulator.forget_faults();
    }
    put(&simulator, "SUCCEEDED_1.json", "[{\"Input\"".to_owned()).await;
    let error = reader(&simulator).children(&format!("{RUN}/manifest.json")).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    assert_eq!(error.to_string(), format!("failed to read s3://reports/{RUN}/SUCCEEDED_1.json"));
    let error = reader(&simulator).children("elsewhere/manifest.json").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::NotFound);
}
