//! The table throttled, denied, unreachable or slow at any call: nothing is acted upon unrecorded, and the runs after it complete what was begun.

use aws_simulator::{ApiError, Fault, Settings, Times, What, When};
use lambda_shell::{Failure as _, chain};

use crate::estate::Estate;
use crate::support::report;
use crate::sweep_crashes::{check_the_end, eve};

fn denied() -> What {
    What::Refuse(ApiError::new(400, "AccessDeniedException", "not authorized"))
}

/// Every way in which a call of the table fails for good.
fn troubles() -> [What; 6] {
    [
        What::Throttle,
        denied(),
        What::TimeoutBefore,
        What::TimeoutAfter,
        What::ErrorBefore,
        What::ErrorAfter,
    ]
}

/// The places of the table's calls in the sweep of the eve, counted from one.
async fn calls_of_the_table() -> Vec<u64> {
    let healthy = eve().await;
    let before = healthy.estate.simulator.calls().len();
    healthy.estate.swept().await;
    let calls = healthy.estate.simulator.calls().split_off(before);
    let numbered = (1..).zip(calls);
    numbered.filter(|(_, call)| call.service == "dynamodb").map(|(number, _)| number).collect()
}

#[tokio::test(start_paused = true)]
async fn trouble_at_any_call_of_the_table_ends_the_run_in_error_and_is_made_up_for() {
    let calls = calls_of_the_table().await;
    let mut trials = 0;
    for call in &calls {
        for what in troubles() {
            let eve = eve().await;
            let simulator = &eve.estate.simulator;
            let (when, times) = (When::Call(*call), Times::UntilInvocationEnds);
            simulator.plan(Fault { when, times, what: what.clone() });
            let swept = simulator.run(eve.estate.sweep()).await.unwrap();
            assert!(simulator.faults_struck(), "call {call}");
            assert!(swept.is_err(), "{what:?} at call {call}: {swept:?}");
            if let Err(broken) = check_the_end(&eve).await {
                panic!("{what:?} at call {call}: {broken}");
            }
            trials += 1;
        }
    }
    report(format_args!("{trials} troubles at {} calls of the table", calls.len()));
    assert!(trials >= 60, "{trials}");
}

/// One failed attempt is retried, before and after its effect: a write that is repeated is recognized.
#[tokio::test(start_paused = true)]
async fn trouble_that_passes_is_waited_out() {
    let calls = calls_of_the_table().await;
    for call in &calls {
        for what in troubles().into_iter().filter(|what| *what != denied()) {
            let eve = eve().await;
            let (when, times) = (When::Call(*call), Times::Count(2));
            eve.estate.simulator.plan(Fault { when, times, what: what.clone() });
            let swept = eve.estate.sweep().await;
            assert!(swept.is_ok(), "{what:?} at call {call}: {swept:?}");
            check_the_end(&eve)
                .await
                .unwrap_or_else(|broken| panic!("{what:?} at {call}: {broken}"));
        }
    }
}

/// Whichever operation is out of order for the whole run, no credential changes without its record.
#[tokio::test(start_paused = true)]
async fn nothing_is_acted_upon_while_an_operation_of_the_table_is_out_of_order() {
    for operation in ["Query", "PutItem"] {
        for what in troubles() {
            let eve = eve().await;
            let simulator = &eve.estate.simulator;
            let credentials = || {
                let users = ["over", "due", "warned", "by-hand", "again", "signs-in"];
                users.map(|user| simulator.view(|view| view.credentials(user)))
            };
            let before = credentials();
            let (when, times) = (When::Operation(operation), Times::Always);
            simulator.plan(Fault { when, times, what: what.clone() });
            let error = eve.estate.sweep().await.unwrap_err();
            // A record that was written although its answer never came: the credential waits for the next run.
            assert_eq!(credentials(), before, "{operation} {what:?}");
            let text = chain(&error);
            assert!(text.contains("table arn:aws:dynamodb:"), "{text}");
            if operation == "Query" {
                assert!(text.starts_with("nothing was done in account 123456789012"), "{text}");
                assert!(error.error_type().starts_with("Upstream."), "{}", error.error_type());
            } else {
                assert_eq!(error.error_type(), "Sweep.Incomplete");
            }
            simulator.forget_faults();
            check_the_end(&eve).await.unwrap_or_else(|broken| panic!("{what:?}: {broken}"));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_table_that_is_missing_is_an_error_that_names_its_setting() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.advance(90);
    estate.simulator.delete_table();
    let error = estate.sweep().await.unwrap_err();
    assert_eq!(error.error_type(), "Upstream.NotFound");
    assert!(chain(&error).contains("KEYSTEWARD_TABLE_ARN"), "{}", chain(&error));
    assert_eq!(estate.writes(), Vec::<String>::new());
    assert_eq!(estate.notices().len(), 0);
}

/// In dry-run mode as well: without the records nobody could say what would be done.
#[tokio::test(start_paused = true)]
async fn a_dry_run_needs_the_table_too() {
    let estate = Estate::ideal();
    estate.set("MODE", "dry-run");
    estate.simulator.delete_table();
    let error = estate.sweep().await.unwrap_err();
    assert_eq!(error.error_type(), "Upstream.NotFound");
}

#[tokio::test(start_paused = true)]
async fn records_of_users_who_are_gone_are_removed_and_no_others() {
    let estate = Estate::new(Settings { page_size: 2, ..Settings::IDEAL });
    let keys: Vec<_> = ["ana", "bo", "cy"].map(|user| (user, estate.stale_user(user))).into();
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.table().len(), 3);
    estate.simulator.remove_user("ana");
    estate.simulator.remove_user("cy");
    let away = estate.table();
    // A user of the same name is another user.
    let other = estate.stale_user("cy");
    estate.set("MODE", "dry-run");
    estate.sweep_for(1).await;
    assert_eq!(estate.table(), away, "a dry run changes no record");
    estate.set("MODE", "enforce");
    let before = estate.calls_of("DeleteItem");
    estate.sweep_for(1).await;
    assert_eq!(estate.calls_of("DeleteItem") - before, 2);
    let left: Vec<_> =
        estate.table().into_iter().map(|item| item.attributes["user"].clone()).collect();
    assert_eq!(left, ["bo"]);
    assert_eq!(
        estate.told(&keys[2].1),
        ["deactivation-ahead"],
        "nobody is notified about the gone"
    );
    assert_eq!(estate.status("cy", &other).as_deref(), Some("Active"));
}

/// Only users outside the path are not judged; they are not gone.
#[tokio::test(start_paused = true)]
async fn records_of_users_outside_the_path_are_kept() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.set("USER_PATH", "/service/");
    estate.sweep_for(3).await;
    assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"));
}
