//! Ways to make a sweep warn too often, take too much, or fall silent.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_simulator::{ACCOUNT, Fault, Settings, Times, What, When};
use lambda_shell::Deadline;
use serde_json::{Value, json};

use crate::estate::{Estate, refuse, schedule};

/// IAM allows a user 50 tags. Keysteward needs none of them.
#[tokio::test(start_paused = true)]
async fn a_user_with_fifty_tags_is_swept_like_any_other() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    for number in 0..49 {
        estate.simulator.tag_user("ana", &format!("tag-{number}"), "x");
    }
    let by_hand = estate.simulator.add_access_key("ana").id;
    estate.simulator.set_key_status(&by_hand, "Inactive");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(45).await;
    let announced = ["deletion-ahead"; 3];
    assert_eq!(estate.told(&by_hand), [&announced[..], &["deleted"]].concat());
    assert_eq!(estate.told(&key).last().map(String::as_str), Some("deleted"));
    assert_eq!(estate.simulator.view(|view| view.tags("ana")).len(), 50);
}

/// The run is killed between the deactivation and its notice, the owner's job fails, and somebody exempts the user.
#[tokio::test(start_paused = true)]
async fn an_interrupted_deactivation_is_told_of_though_the_user_is_exempt_by_then() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let fault = Fault {
        when: When::Operation("UpdateAccessKey"),
        times: Times::Once,
        what: What::CrashAfter,
    };
    estate.simulator.plan(fault);
    let _ = estate.simulator.run(estate.sweep()).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.simulator.tag_user("ana", "keysteward:exempt", "reason=my job broke");
    estate.sweep_for(10).await;
    assert_eq!(estate.told(&key), ["deactivation-ahead", "deactivated"], "a notice is lost");
}

static LINES: Mutex<Vec<Value>> = Mutex::new(Vec::new());

fn metrics(line: &Value) {
    LINES.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
}

/// A run that left deactivations undone for want of time did not complete.
#[tokio::test(start_paused = true)]
async fn a_run_that_left_deactivations_for_the_next_one_is_not_called_complete() {
    let estate = Estate::new(Settings::IDEAL);
    for n in 0..12 {
        estate.stale_user(&format!("u{n:02}"));
    }
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    estate.set("IAM_CALLS_PER_SECOND", "1");
    let function = estate.function_with_metrics(metrics);
    let deadline = Deadline::after(Duration::from_secs(110));
    let summary = function.handle(schedule(), estate.simulator.now(), deadline).await.unwrap();
    let left = summary["actions"]["deactivate"]["out-of-time"].as_u64().unwrap_or_default();
    assert!(left > 0, "the test needs a run that has no time for all: {summary}");
    let lines = LINES.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let run = lines.iter().find(|line| line.get("SweepCompleted").is_some()).unwrap();
    assert_eq!(run["SweepCompleted"], 0, "{left} deactivations are left: {run} {summary}");
    assert_ne!(summary["users_left"], 0);
}

/// The formula of functions/deactivate-stale/README.md, with N = 1 and S = 0: a list that is empty takes one call to see.
#[tokio::test(start_paused = true)]
async fn the_documented_number_of_calls_holds_without_service_specific_credentials() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.swept().await;
    let calls: Vec<_> = estate.simulator.calls().into_iter().map(|call| call.operation).collect();
    assert_eq!(calls.len(), 1 + 3 + 1 + 1, "{calls:?}");
}

/// More is due than one run may take away, and nobody can tell because half of the users cannot be read.
#[tokio::test(start_paused = true)]
async fn users_who_cannot_be_read_do_not_make_room_under_the_limit() {
    let estate = Estate::ideal();
    estate.set("MAX_ACTIONS", "5");
    let keys: Vec<_> =
        (0..10).map(|n| (format!("u{n:02}"), estate.stale_user(&format!("u{n:02}")))).collect();
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    for (user, _) in keys.iter().take(5) {
        let when = When::OperationOn("ListAccessKeys", user.clone());
        estate.simulator.plan(Fault { when, times: Times::Always, what: What::Throttle });
    }
    estate.sweep().await.unwrap_err();
    let inactive = keys
        .iter()
        .filter(|(user, key)| estate.status(user, key).as_deref() == Some("Inactive"))
        .count();
    assert_eq!(inactive, 0, "10 were due, 5 are allowed");
}

/// IAM allows commas in names of users.
#[tokio::test(start_paused = true)]
async fn a_user_with_a_comma_in_its_name_can_be_exempt_or_is_refused() {
    let estate = Estate::ideal();
    let key = estate.stale_user("break,glass");
    estate.set("EXEMPT_USERS", "break,glass");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    assert_eq!(estate.status("break,glass", &key).as_deref(), Some("Active"));
}

/// A report that nobody could read in the meantime must say that there was no warning ("said loudly in log and report").
#[tokio::test(start_paused = true)]
async fn a_notice_period_of_zero_is_said_in_the_report() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", crate::estate::BUCKET);
    estate.set("NOTICE_DAYS", "0");
    estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    let text = estate.report().to_string();
    assert!(text.contains("without a warning") || text.contains("notice_days"), "{text}");
}

/// Lambda runs a failed asynchronous invocation twice more: the same news must have the same id.
#[tokio::test(start_paused = true)]
async fn a_limit_that_is_reached_is_told_under_one_id_a_day() {
    let estate = Estate::ideal();
    estate.set("MAX_ACTIONS", "1");
    for n in 0..3 {
        estate.stale_user(&format!("u{n}"));
    }
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    for _ in 0..3 {
        estate.sweep().await.unwrap_err();
        estate.simulator.advance(crate::estate::seconds(60));
    }
    let notices = estate.notices();
    let mut ids: Vec<_> = notices
        .iter()
        .filter(|notice| notice["kind"] == "limit-reached")
        .map(|notice| notice["id"].to_string())
        .collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 1, "{ids:?}");
}

/// E13. Two runs at the same time take nothing away twice, and leave a record of the deactivation.
#[tokio::test(start_paused = true)]
async fn two_runs_at_once_leave_the_account_as_one_does() {
    let estate = Estate::ideal();
    let keys: Vec<_> =
        (0..5).map(|n| (format!("u{n}"), estate.stale_user(&format!("u{n}")))).collect();
    estate.advance(90);
    estate.swept().await;
    for (days, expected) in [(14, Some("deactivated")), (23, Some("deletion-announced")), (7, None)]
    {
        estate.advance(days);
        let (one, two) = tokio::join!(estate.sweep(), estate.sweep());
        one.unwrap();
        two.unwrap();
        for (user, key) in &keys {
            assert_eq!(estate.state(user, key).as_deref(), expected, "{user}");
        }
    }
}

/// A read of the table that does not ask for the newest state may see an older one: every read of the sweep asks.
#[tokio::test(start_paused = true)]
async fn a_table_that_lags_has_nothing_done_twice_and_nothing_early() {
    let estate = Estate::new(Settings { table_lag: crate::estate::seconds(30), ..Settings::IDEAL });
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    estate.swept().await;
    estate.swept().await;
    estate.swept().await;
    estate.advance(29);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    assert_eq!(estate.told(&key), ["deactivation-ahead", "deactivated", "deletion-ahead"]);
}

/// Settings that change between runs shorten nothing that was promised.
#[tokio::test(start_paused = true)]
async fn settings_that_change_between_runs_keep_every_promise() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.set("NOTICE_DAYS", "1");
    estate.set("MODE", "dry-run");
    estate.sweep_for(3).await;
    estate.set("MODE", "enforce");
    estate.sweep_for(10).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.set("GRACE_DAYS", "1");
    estate.set("CREDENTIALS", "password");
    estate.sweep_for(10).await;
    estate.set("CREDENTIALS", "access-key");
    estate.set("DELETE", "off");
    estate.sweep_for(10).await;
    estate.set("DELETE", "on");
    estate.sweep_for(10).await;
    assert_eq!(
        estate.status("ana", &key).as_deref(),
        Some("Inactive"),
        "it is announced once more"
    );
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key), None);
}

/// A password that an administrator just set for a returning colleague is not deleted on the word of an old report.
#[tokio::test(start_paused = true)]
async fn a_password_that_was_changed_after_the_report_is_kept() {
    let estate = Estate::ideal();
    estate.set("CREDENTIALS", "password");
    estate.simulator.add_user("ana", "/", &[]);
    estate.simulator.add_password("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    // Somebody has the report made three hours before the sweep.
    let iam = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("auditor"));
    iam.generate_credential_report().send().await.unwrap();
    estate.simulator.advance(crate::estate::seconds(3600));
    estate.simulator.change_password("ana");
    estate.simulator.advance(crate::estate::seconds(3600));
    estate.swept().await;
    let status = estate.status("ana", "password");
    assert!(status.is_some(), "a password of an hour ago was deleted for good");
}

/// Failures before the first user leave a metric to alarm on.
#[tokio::test(start_paused = true)]
async fn a_run_that_fails_early_prints_a_metric() {
    static EARLY: Mutex<Vec<Value>> = Mutex::new(Vec::new());
    let estate = Estate::ideal();
    estate.simulator.plan(refuse("GetCredentialReport"));
    let function = estate.function_with_metrics(|line| {
        EARLY.lock().unwrap_or_else(PoisonError::into_inner).push(line.clone());
    });
    let deadline = Deadline::after(Duration::from_secs(900));
    function
        .handle(json!({"account": ACCOUNT}), estate.simulator.now(), deadline)
        .await
        .unwrap_err();
    assert!(!EARLY.lock().unwrap_or_else(PoisonError::into_inner).is_empty());
}
