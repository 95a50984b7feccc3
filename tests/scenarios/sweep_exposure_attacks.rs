//! Ways to leave an exposed key alive, to forget it, or to say something false about it.

use aws_simulator::{Fault, Gate, Settings, Times, What, When};
use lambda_shell::Deadline;
use serde_json::{Value, json};

use crate::estate::{Estate, TIMEOUT, exposure, refuse, schedule, seconds, undo};

/// The first sweep after an exposure announces the deletion, and must not forget why the key was deactivated.
#[tokio::test(start_paused = true)]
async fn an_undo_refuses_an_exposed_key_after_any_sweep_too() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    estate.sweep_for(1).await;
    let undone = estate.handle(undo("ana", &key)).await;
    assert!(undone.is_err(), "activated a leaked key: {undone:?}");
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
}

/// The copy from the backup Region may come after a sweep.
#[tokio::test(start_paused = true)]
async fn the_copy_from_the_backup_region_pages_nobody_after_a_sweep_either() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    estate.swept().await;
    let record = estate.record("ana", &key);
    estate.handle(exposure(&[&key])).await.unwrap();
    assert_eq!(estate.told(&key), ["exposed", "deletion-ahead"]);
    assert_eq!(estate.record("ana", &key), record, "the clock of the announced deletion runs on");
}

/// SNS is down when the key is exposed; the sweep of the night finds the half-done deactivation.
#[tokio::test(start_paused = true)]
async fn a_sweep_that_finishes_an_exposure_keeps_it_an_exposure() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.simulator.plan(refuse("Publish"));
    estate.handle(exposure(&[&key])).await.unwrap_err();
    estate.simulator.forget_faults();
    estate.swept().await;
    let told = estate.notices();
    assert_eq!(estate.recorded("ana", &key, "cause").as_deref(), Some("exposed"));
    assert!(
        told.iter().any(|notice| notice["severity"] == "critical"),
        "nobody ever hears that the key is exposed: {told:?}"
    );
    assert!(estate.handle(undo("ana", &key)).await.is_err(), "activated a leaked key");
}

/// An exposure while a sweep is about to warn: the sweep must not write its older record over it.
#[tokio::test(start_paused = true)]
async fn a_sweep_writes_no_warning_over_an_exposure() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    let gate = Gate::new();
    let function = estate.gated_function(&gate);
    let mut sweep =
        Box::pin(function.handle(schedule(), estate.simulator.now(), Deadline::after(TIMEOUT)));
    let mut exposed = false;
    loop {
        tokio::select! {
            biased;
            swept = &mut sweep => { swept.unwrap(); break }
            () = tokio::time::sleep(std::time::Duration::from_millis(1)) => {}
        }
        let waiting = gate.waiting();
        if let Some((name, operation)) = waiting.iter().next() {
            // Before the first call that changes anything, AWS reports the key.
            if operation == "Publish" && !exposed {
                exposed = true;
                estate.handle(exposure(&[&key])).await.unwrap();
            }
            gate.release(name);
        }
    }
    assert!(exposed);
    assert_eq!(estate.state("ana", &key).as_deref(), Some("deactivated"));
    assert_eq!(estate.recorded("ana", &key, "cause").as_deref(), Some("exposed"));
}

/// The list of keys lags behind; `GetAccessKeyLastUsed` names the user all the same.
#[tokio::test(start_paused = true)]
async fn a_key_that_is_not_listed_yet_is_deactivated_when_exposed() {
    let estate = Estate::new(Settings { list_lag: seconds(60), ..Settings::IDEAL });
    let key = estate.stale_user("ana");
    estate.simulator.advance(seconds(5));
    let answer = estate.handle(exposure(&[&key])).await;
    let done = estate.status("ana", &key).as_deref() == Some("Inactive");
    assert!(done || answer.is_err(), "left active and called a success: {answer:?}");
}

/// A user who cannot be read is no reason to leave a leaked key alive.
#[tokio::test(start_paused = true)]
async fn a_user_who_cannot_be_read_keeps_no_exposed_key_alive() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.simulator.plan(refuse("GetUser"));
    let _ = estate.handle(exposure(&[&key])).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
}

#[tokio::test(start_paused = true)]
async fn a_missing_affected_account_is_the_events_own_account() {
    for odd in [Value::Null, json!("")] {
        let estate = Estate::ideal();
        let key = estate.stale_user("ana");
        let mut event = exposure(&[&key]);
        event["detail"]["affectedAccount"] = odd.clone();
        let answer = estate.handle(event).await;
        let paged = !estate.notices().is_empty();
        assert!(paged, "{odd}: an exposed key, and nobody is paged: {answer:?}");
    }
}

/// Somebody activates a leaked key in the console.
#[tokio::test(start_paused = true)]
async fn an_exposed_key_that_somebody_activates_again_is_not_forgotten() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", crate::estate::BUCKET);
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    estate.simulator.set_key_status(&key, "Active");
    estate.advance(1);
    let error = estate.sweep().await.unwrap_err().to_string();
    assert!(error.contains("somebody activated it again"), "{error}");
    let decision = estate.decision("ana");
    assert_ne!(
        decision["action"], "keep",
        "a leaked key is active and nobody hears of it: {decision}"
    );
}

/// The operator's word stands against a late copy of the event.
#[tokio::test(start_paused = true)]
async fn a_late_copy_does_not_take_an_undo_back() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    let mut event = undo("ana", &key);
    event["undo"]["although_exposed"] = true.into();
    estate.handle(event).await.unwrap();
    estate.handle(exposure(&[&key])).await.unwrap();
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
}

/// A key that its owner had deactivated is not said to have been deactivated by Keysteward.
#[tokio::test(start_paused = true)]
async fn an_exposed_key_that_was_inactive_already_is_told_of_as_such() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.simulator.set_key_status(&key, "Inactive");
    estate.handle(exposure(&[&key])).await.unwrap();
    let text = estate.notices().pop().unwrap()["text"].as_str().unwrap().to_owned();
    assert!(!text.contains("deactivated at once"), "{text}");
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_could_not_be_told_is_told_by_the_second_try() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    estate.simulator.plan(refuse("Publish"));
    estate.handle(undo("ana", &key)).await.unwrap_err();
    estate.simulator.forget_faults();
    estate.handle(undo("ana", &key)).await.unwrap();
    assert_eq!(estate.told(&key).last().map(String::as_str), Some("reactivated"));
}

/// "Its owner is warned anew before anything else happens to it."
#[tokio::test(start_paused = true)]
async fn what_an_undo_promises_holds_without_a_notice_period() {
    let estate = Estate::ideal();
    estate.set("NOTICE_DAYS", "0");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.handle(undo("ana", &key)).await.unwrap();
    let text = estate.notices().pop().unwrap()["text"].as_str().unwrap().to_owned();
    estate.sweep_for(1).await;
    let kept = estate.status("ana", &key).as_deref() == Some("Active");
    assert!(
        kept || !text.contains("warned anew"),
        "{text:?}, and the next sweep deactivated it unwarned"
    );
}

/// A key of a rotation that is undone is retired some day all the same, or a rotation says why not.
#[tokio::test(start_paused = true)]
async fn an_undo_of_an_interrupted_deactivation_that_never_happened_changes_nothing_wrongly() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let when = When::Operation("UpdateAccessKey");
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::TimeoutBefore });
    let _ = estate.sweep().await;
    estate.simulator.forget_faults();
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(1).await;
    let told = estate.told(&key);
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"), "{told:?}");
}
