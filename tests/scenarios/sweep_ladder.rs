//! The ladder, day by day: warn, wait, deactivate, wait, delete.

use serde_json::json;

use crate::estate::{BUCKET, Estate};
use crate::support::days;

/// What the owner of a stale key is told when a run takes place every day.
const WHOLE_LADDER: [&str; 7] = [
    "deactivation-ahead",
    "deactivation-ahead",
    "deactivation-ahead",
    "deactivated",
    "deletion-ahead",
    "deletion-ahead",
    "deleted",
];

#[tokio::test(start_paused = true)]
async fn a_stale_key_is_warned_about_then_deactivated_then_deleted_and_its_owner_is_told_each_time()
{
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"));
    estate.sweep_for(13).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"), "on day 13 of 14");
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"), "on day 14");
    assert_eq!(estate.state("ana", &key).as_deref(), Some("deactivated"));
    estate.sweep_for(29).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"), "on day 29 of 30");
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key), None, "on day 30");
    assert_eq!(estate.record("ana", &key), None);
    assert_eq!(estate.told(&key), WHOLE_LADDER);
    estate.sweep_for(3).await;
    assert_eq!(estate.notices().len(), WHOLE_LADDER.len());
}

/// E5. One second before the limit; the tables of `lifecycle` have the second itself and the one after it.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_89_days_old_is_left_alone_and_costs_no_call() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.simulator.advance(days(90) - crate::estate::seconds(1));
    estate.swept().await;
    assert_eq!(estate.writes(), Vec::<String>::new());
    assert_eq!(estate.simulator.calls().len(), 6);
}

/// Elsewhere a key of 130 days that is in daily use is deleted on the first run.
#[tokio::test(start_paused = true)]
async fn the_first_run_over_an_old_estate_only_warns() {
    let estate = Estate::ideal();
    for user in ["ana", "bo", "cy"] {
        estate.stale_user(user);
    }
    let used = estate.stale_user("dee");
    estate.advance(130);
    estate.simulator.use_key(&used, "s3");
    let summary = estate.swept().await;
    assert_eq!(summary["actions"], json!({"warn": {"done": 4}}));
    assert!(estate.notices().iter().all(|notice| notice["kind"] == "deactivation-ahead"));
    assert_eq!(estate.status("dee", &used).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn running_twice_a_day_equals_running_once() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    for _ in 0..50 {
        estate.simulator.advance(days(1));
        estate.swept().await;
        let (table, notices) = (estate.table(), estate.notices().len());
        let writes = estate.writes().len();
        estate.swept().await;
        assert_eq!((estate.table(), estate.notices().len()), (table, notices));
        assert_eq!(estate.writes().len(), writes);
    }
    assert_eq!(estate.told(&key), WHOLE_LADDER);
}

#[tokio::test(start_paused = true)]
async fn a_missed_day_delays_a_rung_and_skips_none() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(40);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.advance(100);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"), "announced first");
    estate.advance(30);
    estate.swept().await;
    assert_eq!(
        estate.status("ana", &key).as_deref(),
        Some("Inactive"),
        "announced anew: that date is long over"
    );
    estate.advance(10);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key), None);
    assert_eq!(
        estate.told(&key),
        ["deactivation-ahead", "deactivated", "deletion-ahead", "deletion-ahead", "deleted"]
    );
}

/// E18. Elsewhere a key that a person deactivated yesterday is deleted today, because the clock runs from its creation.
#[tokio::test(start_paused = true)]
async fn a_key_deactivated_by_hand_yesterday_gets_the_whole_grace() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(200);
    estate.simulator.set_key_status(&key, "Inactive");
    estate.advance(1);
    estate.swept().await;
    assert_eq!(estate.told(&key), ["deletion-ahead"]);
    estate.sweep_for(23).await;
    assert_eq!(estate.told(&key), ["deletion-ahead", "deletion-ahead"], "a week before");
    estate.sweep_for(6).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key), None);
}

#[tokio::test(start_paused = true)]
async fn with_deletion_off_nothing_is_ever_deleted() {
    let estate = Estate::ideal();
    estate.set("DELETE", "off");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.sweep_for(300).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    assert_eq!(estate.told(&key), WHOLE_LADDER[..4]);
    // Whoever switches it on later is warned first.
    estate.set("DELETE", "on");
    estate.sweep_for(30).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key), None);
    assert_eq!(
        estate.told(&key)[4..],
        ["deletion-ahead", "deletion-ahead", "deletion-ahead", "deleted"]
    );
}

/// E15.
#[tokio::test(start_paused = true)]
async fn a_key_used_between_the_report_and_the_action_is_kept() {
    let estate = Estate::ideal();
    estate.set("MAX_AGE_DAYS", "0");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    // The report of this minute says "unused"; the use comes after it.
    let admin = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("admin"));
    admin.generate_credential_report().send().await.unwrap();
    estate.simulator.use_key(&key, "s3");
    estate.simulator.advance(crate::estate::seconds(60));
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    assert_eq!(estate.record("ana", &key), None, "the warning is about the past");
}

#[tokio::test(start_paused = true)]
async fn a_key_used_after_its_warning_is_warned_about_anew_when_it_falls_idle_again() {
    let estate = Estate::ideal();
    estate.set("MAX_AGE_DAYS", "0");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.sweep_for(10).await;
    estate.simulator.use_key(&key, "s3");
    estate.sweep_for(90).await;
    assert_eq!(
        estate.told(&key),
        ["deactivation-ahead", "deactivation-ahead", "deactivation-ahead"],
        "a warning, a reminder, and another warning"
    );
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(13).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_activated_by_hand_is_warned_about_anew() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.sweep_for(15).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.simulator.set_key_status(&key, "Active");
    estate.sweep_for(14).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    assert_eq!(estate.told(&key), [&WHOLE_LADDER[..4], &WHOLE_LADDER[..4]].concat());
}

/// E4. A throttled read is no proof of disuse, and a young key that was never used is no stale one.
#[tokio::test(start_paused = true)]
async fn an_unreadable_last_use_means_no_action_and_an_error() {
    use aws_simulator::{ApiError, Fault, Times, What, When};
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    let other = estate.stale_user("bo");
    estate.advance(90);
    let refused = [
        What::Throttle,
        What::ErrorBefore,
        What::Refuse(ApiError::new(403, "AccessDenied", "not authorized")),
        What::TimeoutBefore,
    ];
    for what in refused {
        let when = When::OperationOn("GetAccessKeyLastUsed", key.clone());
        estate.simulator.plan(Fault { when, times: Times::Always, what });
        let error = estate.sweep().await.unwrap_err();
        assert!(error.to_string().contains("user ana"), "{error}");
        assert_eq!(estate.record("ana", &key), None);
        estate.simulator.forget_faults();
    }
    assert_eq!(estate.state("bo", &other).as_deref(), Some("warned"), "the others carry on");
    assert_eq!(estate.told(&key), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_notice_period_of_zero_deactivates_without_warning() {
    let estate = Estate::ideal();
    estate.set("NOTICE_DAYS", "0");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    assert_eq!(estate.told(&key), ["deactivated"]);
}

/// E7.
#[tokio::test(start_paused = true)]
async fn a_dry_run_makes_no_write_call_and_says_what_it_would_do() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let (warned, inactive) = (estate.stale_user("ana"), estate.stale_user("bo"));
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    estate.set("MODE", "dry-run");
    let fresh = estate.stale_user("cy");
    estate.advance(90);
    let before = estate.writes().len();
    let summary = estate.swept().await;
    assert_eq!(summary["actions"]["deactivate"], json!({"dry-run": 2}));
    assert_eq!(summary["actions"]["warn"], json!({"dry-run": 1}));
    assert_eq!(estate.writes()[before..], ["PutObject", "PutObject"]);
    assert_eq!(estate.decision("ana")["outcome"], "dry-run");
    for (user, key) in [("ana", warned), ("bo", inactive), ("cy", fresh)] {
        assert_eq!(estate.status(user, &key).as_deref(), Some("Active"));
    }
}

/// E14. What is gone already is no failure.
#[tokio::test(start_paused = true)]
async fn what_vanishes_between_report_and_action_is_done_already() {
    let estate = Estate::ideal();
    let (ana, bo) = (estate.stale_user("ana"), estate.stale_user("bo"));
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let admin = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("admin"));
    admin.generate_credential_report().send().await.unwrap();
    estate.simulator.remove_user("ana");
    estate.simulator.remove_access_key(&bo);
    estate.swept().await;
    assert_eq!(estate.record("bo", &bo), None, "its record is cleaned up");
    assert_eq!(estate.told(&ana), ["deactivation-ahead"]);
    assert_eq!(estate.told(&bo), ["deactivation-ahead"]);
}

#[tokio::test(start_paused = true)]
async fn a_user_recreated_under_the_same_name_is_another_user() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.advance(104);
    let admin = aws_sdk_iam::Client::new(&estate.simulator.sdk_config("admin"));
    admin.generate_credential_report().send().await.unwrap();
    estate.simulator.remove_user("ana");
    estate.simulator.advance(crate::estate::seconds(60));
    let key = estate.stale_user("ana");
    estate.swept().await;
    assert_eq!(estate.told(&key), Vec::<String>::new());
    assert_eq!(estate.record("ana", &key), None);
}
