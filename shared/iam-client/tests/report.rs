use std::time::Duration;

use aws_simulator::{ACCOUNT, ApiError};
use iam_client::ErrorKind;
use lifecycle::credential::LastUse;
use lifecycle::sweep::CredentialReport;

use super::*;

const PATIENCE: Duration = Duration::from_secs(300);

async fn fetch(simulator: &Simulator) -> Result<CredentialReport, Error> {
    reader(simulator).credential_report(&ACCOUNT.parse().unwrap(), simulator.now(), PATIENCE).await
}

fn delayed(seconds: i64) -> Simulator {
    account(Settings { report_delay: SignedDuration::from_secs(seconds), ..Settings::IDEAL })
}

#[tokio::test(start_paused = true)]
async fn the_report_says_what_the_account_holds() {
    let simulator = ideal();
    let key = simulator.add_access_key("alice");
    simulator.add_password("alice");
    simulator.advance(days(10));
    simulator.use_key(&key.id, "s3");
    simulator.advance(days(1));
    let report = fetch(&simulator).await.unwrap();
    assert_eq!((report.users.len(), report.rejected.len()), (1, 0));
    let alice = &report.users[0];
    assert_eq!(alice.arn.as_str(), "arn:aws:iam::123456789012:user/team/alice");
    assert_eq!(alice.access_keys.len(), 1);
    assert_eq!(alice.access_keys[0].last_use, LastUse::At(at("2026-01-11T00:00:00Z")));
    assert_eq!(alice.password.as_ref().unwrap().last_use, LastUse::NoneRecorded);
    assert!(report.root.is_some());
}

#[tokio::test(start_paused = true)]
async fn a_report_that_iam_has_at_hand_takes_two_calls_and_no_time() {
    let simulator = ideal();
    fetch(&simulator).await.unwrap();
    let (calls, time) = (simulator.calls().len(), simulator.now());
    fetch(&simulator).await.unwrap();
    assert_eq!(operations(&simulator, calls), ["GenerateCredentialReport", "GetCredentialReport"]);
    assert!(simulator.now().duration_since(time) < SignedDuration::from_secs(1));
}

#[tokio::test(start_paused = true)]
async fn a_report_in_the_making_is_waited_for() {
    let simulator = delayed(40);
    let started = simulator.now();
    fetch(&simulator).await.unwrap();
    let waited = simulator.now().duration_since(started);
    assert!((40..75).contains(&waited.as_secs()), "{waited}");
    assert!(simulator.calls().len() < 10);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_expires_between_the_two_calls_is_made_anew() {
    let simulator = ideal();
    fetch(&simulator).await.unwrap();
    for code in ["ReportExpired", "ReportNotPresent"] {
        let error = ApiError::new(410, code, "Unknown");
        refuse(&simulator, "GetCredentialReport", Times::Once, What::Refuse(error));
        let calls = simulator.calls().len();
        fetch(&simulator).await.unwrap();
        let expected =
            ["Generate", "Get", "Generate", "Get"].map(|verb| format!("{verb}CredentialReport"));
        assert_eq!(operations(&simulator, calls), expected);
    }
}

#[tokio::test(start_paused = true)]
async fn patience_ends_with_the_last_answer() {
    let simulator = delayed(3600);
    let error = fetch(&simulator).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    let text = chain(&error);
    assert!(text.contains("within 300 seconds") && text.contains("ReportInProgress"), "{text}");
    assert!(text.contains("read the credential report of account 123456789012"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn a_blocked_generation_is_waited_out_and_told_when_it_is_not_over() {
    let simulator = ideal();
    let blocked = || What::Refuse(ApiError::new(409, "LimitExceeded", "Blocked"));
    refuse(&simulator, "GenerateCredentialReport", Times::Count(3), blocked());
    let started = simulator.now();
    fetch(&simulator).await.unwrap();
    assert!(simulator.now().duration_since(started).as_secs() >= 90);

    refuse(&simulator, "GenerateCredentialReport", Times::Always, blocked());
    let error = fetch(&simulator).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::LimitExceeded);
    assert!(chain(&error).contains("LimitExceeded: Blocked"), "{}", chain(&error));
}

#[tokio::test(start_paused = true)]
async fn throttling_of_the_generation_is_waited_out() {
    let simulator = ideal();
    refuse(&simulator, "GenerateCredentialReport", Times::Count(15), What::Throttle);
    fetch(&simulator).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_refused_generation_is_an_error_at_once() {
    let simulator = ideal();
    let denied = ApiError::new(403, "AccessDenied", "no");
    refuse(&simulator, "GenerateCredentialReport", Times::Always, What::Refuse(denied));
    let error = fetch(&simulator).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert!(error.to_string().contains("iam:GenerateCredentialReport"), "{error}");
    assert_eq!(simulator.calls().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_report_that_is_too_old_or_of_the_future_is_refused() {
    let simulator = ideal();
    let reader = reader(&simulator);
    let made = simulator.now();
    fetch(&simulator).await.unwrap();
    for (minutes, good) in [(-16, false), (-14, true), (254, true), (256, false)] {
        let now = made.checked_add(SignedDuration::from_mins(minutes)).unwrap();
        let report = reader.credential_report(&ACCOUNT.parse().unwrap(), now, PATIENCE).await;
        match report {
            Ok(_) => assert!(good, "{minutes}"),
            Err(error) => {
                assert!(!good && error.kind() == ErrorKind::Malformed, "{minutes}");
                assert!(
                    chain(&error).contains("older than 4 hours 15 minutes"),
                    "{}",
                    chain(&error)
                );
            }
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_report_that_was_cut_off_is_malformed_and_not_quoted() {
    let simulator = ideal();
    simulator.override_report(Some(b"user,arn\ncanary,canary"));
    let error = fetch(&simulator).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Malformed);
    let text = chain(&error);
    assert!(text.contains("no column user_creation_time") && !text.contains("canary"), "{text}");
}
