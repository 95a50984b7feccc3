//! Exposed keys and undone deactivations while the table is in trouble.

use aws_simulator::{ApiError, Fault, Times, What, When};
use lambda_shell::{Failure as _, chain};

use crate::estate::{Estate, exposure, refuse, undo};
use crate::support::report;

/// Every way in which the table is out of reach for a whole invocation.
fn troubles() -> [What; 5] {
    [
        What::Throttle,
        What::Refuse(ApiError::new(400, "AccessDeniedException", "not authorized")),
        What::TimeoutBefore,
        What::ErrorBefore,
        What::ErrorAfter,
    ]
}

fn out_of_reach(estate: &Estate, what: &What) {
    for operation in ["Query", "GetItem", "PutItem"] {
        let (when, times) = (When::Operation(operation), Times::Always);
        estate.simulator.plan(Fault { when, times, what: what.clone() });
    }
}

#[tokio::test(start_paused = true)]
async fn no_table_out_of_reach_keeps_an_exposed_key_alive() {
    for what in troubles() {
        let estate = Estate::ideal();
        let (ana, bo) = (estate.stale_user("ana"), estate.stale_user("bo"));
        out_of_reach(&estate, &what);
        let error = estate.handle(exposure(&[&ana, &bo])).await.unwrap_err();
        assert_eq!(error.error_type(), "Exposure.Unrecorded", "{what:?}: {}", chain(&error));
        let text = chain(&error);
        assert!(text.contains(&ana) && text.contains("are deactivated"), "{text}");
        assert!(!text.contains("may still be active"), "{text}");
        for (user, key) in [("ana", &ana), ("bo", &bo)] {
            assert_eq!(estate.status(user, key).as_deref(), Some("Inactive"), "{what:?}");
            assert_eq!(estate.told(key), ["exposed"], "{what:?}");
        }
        // Lambda repeats the event, and the table is there again.
        estate.simulator.forget_faults();
        estate.handle(exposure(&[&ana, &bo])).await.unwrap();
        assert_eq!(estate.state("ana", &ana).as_deref(), Some("deactivated"), "{what:?}");
        assert_eq!(estate.recorded("ana", &ana, "cause").as_deref(), Some("exposed"));
        estate.handle(undo("ana", &ana)).await.unwrap_err();
        assert_eq!(estate.status("ana", &ana).as_deref(), Some("Inactive"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_missing_table_keeps_no_exposed_key_alive() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.simulator.delete_table();
    let error = estate.handle(exposure(&[&key])).await.unwrap_err();
    assert_eq!(error.error_type(), "Exposure.Unrecorded");
    assert!(chain(&error).contains("KEYSTEWARD_TABLE_ARN"), "{}", chain(&error));
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
}

#[tokio::test(start_paused = true)]
async fn trouble_at_any_call_of_an_answer_is_made_up_for_by_the_retry() {
    let healthy = Estate::ideal();
    let key = healthy.stale_user("ana");
    healthy.handle(exposure(&[&key])).await.unwrap();
    let table = |calls: Vec<aws_simulator::LoggedCall>| {
        let own = calls.into_iter().filter(|call| call.service == "dynamodb");
        own.map(|call| call.number).collect::<Vec<_>>()
    };
    let calls = table(healthy.simulator.calls());
    let mut trials = 0;
    for call in &calls {
        for what in troubles() {
            let estate = Estate::ideal();
            let key = estate.stale_user("ana");
            let (when, times) = (When::Call(*call), Times::UntilInvocationEnds);
            estate.simulator.plan(Fault { when, times, what: what.clone() });
            let _ = estate.simulator.run(estate.handle(exposure(&[&key]))).await;
            let status = estate.status("ana", &key);
            assert_eq!(status.as_deref(), Some("Inactive"), "{what:?} at call {call}");
            estate.handle(exposure(&[&key])).await.unwrap();
            assert_eq!(
                estate.state("ana", &key).as_deref(),
                Some("deactivated"),
                "{what:?} {call}"
            );
            assert_eq!(estate.recorded("ana", &key, "cause").as_deref(), Some("exposed"));
            trials += 1;
        }
    }
    report(format_args!("{trials} troubles at {} calls of the table", calls.len()));
    assert!(trials >= 20, "{trials}");
}

/// An exposure is remembered across a warning that stood in its place, whoever wrote last.
#[tokio::test(start_paused = true)]
async fn an_exposure_takes_the_place_of_a_warning() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    assert_eq!(estate.state("ana", &key).as_deref(), Some("warned"));
    estate.simulator.plan(refuse("Query"));
    estate.handle(exposure(&[&key])).await.unwrap_err();
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.simulator.forget_faults();
    estate.handle(exposure(&[&key])).await.unwrap();
    assert_eq!(estate.recorded("ana", &key, "cause").as_deref(), Some("exposed"));
}

async fn deactivated() -> (Estate, String) {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    (estate, key)
}

/// Without its record nobody can tell why a credential is inactive, so it stays so.
#[tokio::test(start_paused = true)]
async fn an_undo_activates_nothing_while_the_table_is_out_of_reach() {
    for what in troubles() {
        let (estate, key) = deactivated().await;
        out_of_reach(&estate, &what);
        let error = estate.handle(undo("ana", &key)).await.unwrap_err();
        assert!(error.error_type().starts_with("Upstream."), "{}", error.error_type());
        assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"), "{what:?}");
        estate.simulator.forget_faults();
        estate.handle(undo("ana", &key)).await.unwrap();
        assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"), "{what:?}");
    }
}

/// The record comes first: a run that read the earlier one must not go on from it.
#[tokio::test(start_paused = true)]
async fn an_undo_that_cannot_be_recorded_activates_nothing_and_its_second_try_completes_it() {
    let (estate, key) = deactivated().await;
    estate.simulator.plan(refuse("PutItem"));
    let error = estate.handle(undo("ana", &key)).await.unwrap_err();
    assert_eq!(error.error_type(), "Undo.Unrecorded");
    assert!(chain(&error).contains("was not activated"), "{}", chain(&error));
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    estate.simulator.forget_faults();
    let answer = estate.handle(undo("ana", &key)).await.unwrap();
    assert_eq!(answer["outcome"], "reactivated");
    assert_eq!(estate.state("ana", &key).as_deref(), Some("reactivated"));
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
}

#[tokio::test(start_paused = true)]
async fn a_fault_at_any_call_of_an_undo_is_made_up_for_by_its_second_try() {
    let (estate, key) = deactivated().await;
    let before = estate.simulator.calls().len();
    estate.handle(undo("ana", &key)).await.unwrap();
    let calls = (estate.simulator.calls().len() - before) as u64;
    for call in 1..=calls {
        for what in What::ENUMERATED {
            let (estate, key) = deactivated().await;
            let (when, times) = (When::Call(call), Times::UntilInvocationEnds);
            estate.simulator.plan(Fault { when, times, what: what.clone() });
            let _ = estate.simulator.run(estate.handle(undo("ana", &key))).await;
            assert!(estate.simulator.faults_struck(), "call {call}, {what:?}");
            estate.simulator.forget_faults();
            estate.handle(undo("ana", &key)).await.unwrap();
            let state = (estate.status("ana", &key), estate.state("ana", &key));
            assert_eq!(
                state,
                (Some("Active".into()), Some("reactivated".into())),
                "{call}, {what:?}"
            );
            assert_eq!(estate.told(&key).last().map(String::as_str), Some("reactivated"));
        }
    }
}
