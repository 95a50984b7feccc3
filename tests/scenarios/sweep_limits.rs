//! Limits, exemptions, and the end of the invocation's time.

use std::time::Duration;

use aws_simulator::{ApiError, Fault, Settings, Times, What, When};
use serde_json::json;

use crate::estate::{BUCKET, Estate, slow};
use crate::support::days;

/// E6.
#[tokio::test(start_paused = true)]
async fn more_than_a_run_may_take_away_means_that_nothing_is_and_that_it_alarms() {
    for (actions, percent, due, allowed) in [
        ("3", "100", 4, 3),
        ("3", "100", 3, 3),
        ("100", "30", 4, 3),
        ("100", "30", 3, 3),
        ("1", "1", 1, 1),
    ] {
        let estate = Estate::ideal();
        estate.set("MAX_ACTIONS", actions);
        estate.set("MAX_ACTIONS_PERCENT", percent);
        let keys: Vec<_> = (0..due).map(|n| estate.stale_user(&format!("u{n}"))).collect();
        estate.advance(80);
        for n in due..10 {
            estate.stale_user(&format!("u{n}"));
        }
        estate.advance(10);
        estate.swept().await;
        estate.advance(14);
        let result = estate.sweep().await;
        let inactive = keys
            .iter()
            .enumerate()
            .filter(|(n, key)| estate.status(&format!("u{n}"), key).as_deref() == Some("Inactive"))
            .count();
        if due <= allowed {
            assert_eq!(inactive, due, "{actions} {percent}");
            result.unwrap();
        } else {
            assert_eq!(inactive, 0);
            let error = result.unwrap_err().to_string();
            assert!(
                error.contains("4 credentials were due") && error.contains("to 3, so none"),
                "{error}"
            );
            assert_eq!(estate.notices().last().unwrap()["kind"], "limit-reached");
            assert_eq!(estate.notices().last().unwrap()["severity"], "critical");
        }
    }
}

/// Warnings take nothing away, so a limit does not hold them back.
#[tokio::test(start_paused = true)]
async fn a_limit_that_is_reached_holds_back_no_warning() {
    let estate = Estate::ideal();
    estate.set("MAX_ACTIONS", "1");
    estate.stale_user("ana");
    estate.stale_user("bo");
    estate.advance(90);
    estate.swept().await;
    let late = estate.stale_user("cy");
    estate.advance(90);
    estate.sweep().await.unwrap_err();
    assert_eq!(estate.told(&late), ["deactivation-ahead"]);
}

/// E9, E10.
#[tokio::test(start_paused = true)]
async fn exempt_users_are_kept_however_old_their_keys() {
    let estate = Estate::ideal();
    estate.set("EXEMPT_USERS", "break-glass, CI-robot");
    estate.set("EXEMPT_PATHS", "/vendor/");
    estate.set("EXEMPT_GROUPS", "Untouchable");
    estate.set("REPORT_BUCKET", BUCKET);
    for name in ["break-glass", "ci-robot", "grouped", "tagged", "single", "unreadable"] {
        estate.stale_user(name);
    }
    estate.simulator.add_user("below", "/vendor/x/", &[]);
    estate.simulator.add_access_key("below");
    estate.simulator.add_group("untouchable");
    estate.simulator.add_to_group("grouped", "untouchable");
    estate.simulator.tag_user(
        "tagged",
        "keysteward:exempt",
        "until=2030-01-01 reason=quarterly job",
    );
    let single = estate.simulator.view(|view| view.keys("single"))[0].id.clone();
    estate.simulator.tag_user("single", &format!("keysteward:exempt:{single}"), "");
    estate.simulator.tag_user("unreadable", "keysteward:exempt", "for ever");
    estate.advance(400);
    estate.swept().await;
    assert_eq!(estate.writes(), ["PutObject", "PutObject"]);
    for name in ["break-glass", "ci-robot", "below", "grouped", "tagged", "single", "unreadable"] {
        assert_eq!(estate.decision(name)["reason"], "exempt", "{name}");
    }
    assert_eq!(estate.report()["findings"][0]["finding"], "exemption-unreadable");
}

#[tokio::test(start_paused = true)]
async fn an_exemption_that_is_over_stops_counting_and_is_named_in_the_report() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    let key = estate.stale_user("ana");
    estate.simulator.tag_user("ana", "keysteward:exempt", "until=2026-04-01 reason=migration");
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.told(&key), Vec::<String>::new());
    estate.sweep_for(1).await;
    assert_eq!(estate.told(&key), ["deactivation-ahead"]);
    let report = estate.report();
    assert_eq!(report["findings"][0]["finding"], "exemption-over");
    assert!(report["findings"][0]["text"].as_str().unwrap().contains("migration"));
}

/// E9. Exemptions that cannot be read count.
#[tokio::test(start_paused = true)]
async fn exemptions_that_cannot_be_looked_up_mean_no_action_and_an_error() {
    let denied = || What::Refuse(ApiError::new(403, "AccessDenied", "not authorized"));
    let slow = || slow("ListAccessKeys");
    let estate = Estate::ideal();
    estate.set("EXEMPT_GROUPS", "untouchable");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    for operation in ["GetAccountAuthorizationDetails", "GetUser", "ListGroupsForUser"] {
        for what in [denied(), What::Throttle, What::ErrorBefore] {
            let when = When::Operation(operation);
            // The user is read once more because the first reading is old by then.
            estate.simulator.plan(slow());
            estate.simulator.plan(Fault { when, times: Times::Always, what });
            estate.sweep().await.unwrap_err();
            assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"), "{operation}");
            estate.simulator.forget_faults();
        }
    }
}

/// An exemption granted between the reading of the tags and the deactivation still counts, once that reading is older than a minute.
#[tokio::test(start_paused = true)]
async fn an_exemption_granted_more_than_a_minute_before_a_deactivation_counts() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    estate.simulator.plan(slow("ListAccessKeys"));
    let late = estate.simulator.clone();
    let sweep = estate.sweep();
    let exempt = async {
        // Once the users are read, somebody grants the exemption.
        while !late.calls().iter().any(|call| call.operation == "GetAccountAuthorizationDetails") {
            tokio::task::yield_now().await;
        }
        late.tag_user("ana", "keysteward:exempt", "reason=needed after all");
    };
    let (swept, ()) = tokio::join!(sweep, exempt);
    swept.unwrap();
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
}

/// E12.
#[tokio::test(start_paused = true)]
async fn a_run_that_runs_out_of_time_stops_between_two_users_and_the_next_one_goes_on() {
    // A call takes no simulated time, so the limit on calls makes the time pass.
    let estate = Estate::new(Settings::IDEAL);
    estate.set("IAM_CALLS_PER_SECOND", "1");
    let keys: Vec<_> = (0..40).map(|n| estate.stale_user(&format!("u{n:02}"))).collect();
    estate.advance(90);
    let mut runs = 0;
    loop {
        runs += 1;
        let summary = estate
            .handle_within(crate::estate::schedule(), Duration::from_secs(100))
            .await
            .unwrap();
        let (recorded, told) = (estate.calls_of("PutItem"), estate.notices().len());
        assert_eq!(recorded, told, "nobody is warned without a record");
        if summary["users_left"] == 0 {
            break;
        }
        assert!(runs < 20, "no run gets further");
    }
    assert!(runs > 1, "one run had time for all");
    for (n, key) in keys.iter().enumerate() {
        assert_eq!(estate.told(key), ["deactivation-ahead"], "u{n:02} is warned exactly once");
    }
}

#[tokio::test(start_paused = true)]
async fn calls_are_limited_on_the_client_side() {
    let estate = Estate::ideal();
    estate.set("IAM_CALLS_PER_SECOND", "5");
    for n in 0..50 {
        estate.stale_user(&format!("u{n:02}"));
    }
    estate.advance(90);
    estate.swept().await;
    let mut seconds = std::collections::BTreeMap::<_, u32>::new();
    let calls = estate.simulator.calls();
    for call in calls.iter().filter(|call| call.service == "iam") {
        *seconds.entry(call.at.as_second()).or_default() += 1;
    }
    let busiest = seconds.values().max().copied().unwrap();
    assert!(busiest <= 10, "{busiest} calls in one second");
    assert!(seconds.len() >= 20, "{} seconds", seconds.len());
}

/// IAM is shared with other tools: a service that throttles half the time slows the sweep down and stops nothing.
#[tokio::test(start_paused = true)]
async fn throttling_by_others_is_waited_out() {
    let estate = Estate::new(Settings { iam_calls_per_second: 3, ..Settings::IDEAL });
    for n in 0..30 {
        estate.stale_user(&format!("u{n:02}"));
    }
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.notices().len(), 30);
}

/// E11.
#[tokio::test(start_paused = true)]
async fn one_user_who_fails_stops_no_other_and_the_run_ends_in_error() {
    let estate = Estate::ideal();
    for user in ["ana", "bo", "cy"] {
        estate.stale_user(user);
    }
    estate.advance(90);
    let when = When::OperationOn("PutItem", "bo".to_owned());
    let what = What::Refuse(ApiError::new(403, "AccessDenied", "not authorized"));
    estate.simulator.plan(Fault { when, times: Times::Always, what });
    let error = estate.sweep().await.unwrap_err().to_string();
    assert!(
        error.contains("1 part(s) of the sweep failed") && error.contains("user bo"),
        "{error}"
    );
    estate.simulator.forget_faults();
    estate.simulator.advance(days(1));
    let summary = estate.swept().await;
    assert_eq!(summary["actions"]["warn"], json!({"done": 1}), "bo is warned again");
}

/// A warning that could not be published delays the deactivation.
#[tokio::test(start_paused = true)]
async fn a_warning_that_nobody_got_starts_no_notice_period() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    for _ in 0..20 {
        let when = When::Operation("Publish");
        estate.simulator.plan(Fault { when, times: Times::Always, what: What::ErrorBefore });
        estate.sweep().await.unwrap_err();
        estate.simulator.forget_faults();
        estate.simulator.advance(days(1));
    }
    assert_eq!(estate.record("ana", &key), None);
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
}

/// Elsewhere the mail says "deleted" when the deletion failed.
#[tokio::test(start_paused = true)]
async fn no_notice_says_that_something_was_done_which_failed() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let refused = |operation| Fault {
        when: When::Operation(operation),
        times: Times::Always,
        what: What::Refuse(ApiError::new(
            403,
            "AccessDenied",
            "explicit deny in a service control policy",
        )),
    };
    estate.simulator.plan(refused("UpdateAccessKey"));
    estate.sweep().await.unwrap_err();
    assert_eq!(estate.told(&key), ["deactivation-ahead"]);
    estate.simulator.forget_faults();
    assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"), "the next run tries again");
    estate.sweep_for(1).await;
    assert_eq!(estate.told(&key), ["deactivation-ahead", "deactivated"]);
    estate.advance(23);
    estate.swept().await;
    estate.advance(7);
    estate.simulator.plan(refused("DeleteAccessKey"));
    estate.sweep().await.unwrap_err();
    assert_eq!(estate.told(&key).len(), 3);
    estate.simulator.forget_faults();
    estate.sweep_for(1).await;
    assert_eq!(estate.told(&key).last().map(String::as_str), Some("deleted"));
}

/// E8. An operator who withdraws the function's permissions in the middle of a run stops it: three changes denied in a row are enough.
#[tokio::test(start_paused = true)]
async fn permissions_taken_away_in_the_middle_of_a_run_stop_it() {
    let estate = Estate::ideal();
    for n in 0..20 {
        estate.stale_user(&format!("u{n:02}"));
    }
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let before = estate.calls_of("PutItem");
    let what = What::Refuse(ApiError::new(403, "AccessDenied", "explicit deny"));
    estate.simulator.plan(Fault { when: When::Operation("PutItem"), times: Times::Always, what });
    let error = estate.sweep().await.unwrap_err().to_string();
    assert!(error.contains("20 part(s) of the sweep failed"), "{error}");
    assert_eq!(estate.calls_of("PutItem") - before, 3);
    assert_eq!(estate.calls_of("UpdateAccessKey"), 0);
}
