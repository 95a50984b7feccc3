//! Exposed keys, and the way back.

use aws_simulator::{ApiError, Fault, Times, What, When};
use jiff::SignedDuration;
use lambda_shell::chain;
use serde_json::{Value, json};

use crate::estate::{Estate, exposure, undo};

#[tokio::test(start_paused = true)]
async fn an_exposed_key_is_deactivated_at_once_whatever_the_limits_and_exemptions() {
    let estate = Estate::ideal();
    estate.set("MAX_ACTIONS", "1");
    estate.set("EXEMPT_USERS", "ana");
    let (one, two) = (estate.stale_user("ana"), estate.stale_user("bo"));
    let kept = estate.simulator.add_access_key("bo").id;
    let answer = estate.handle(exposure(&[&one, &two])).await.unwrap();
    assert_eq!(answer["exposed"].as_array().unwrap().len(), 2);
    assert_eq!(estate.status("ana", &one).as_deref(), Some("Inactive"));
    assert_eq!(estate.status("bo", &two).as_deref(), Some("Inactive"));
    assert_eq!(estate.status("bo", &kept).as_deref(), Some("Active"));
    assert_eq!(estate.told(&one), ["exposed"]);
    assert_eq!(estate.notices()[0]["severity"], "critical");
    assert_eq!(estate.notices()[0]["answer"]["outcome"], "deactivated");
}

#[tokio::test(start_paused = true)]
async fn the_same_event_from_the_backup_region_changes_nothing_and_pages_nobody() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    let (writes, record) = (estate.writes(), estate.record("ana", &key));
    let answer = estate.handle(exposure(&[&key])).await.unwrap();
    assert_eq!(answer["exposed"][0]["outcome"], "already-deactivated");
    assert_eq!((estate.writes(), estate.record("ana", &key)), (writes, record));
}

/// An exposed key is evidence: no sweep deletes it in the ordinary grace without telling first.
#[tokio::test(start_paused = true)]
async fn an_exposed_key_is_kept_until_its_deletion_was_announced() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    estate.sweep_for(30).await;
    let announced = ["exposed", "deletion-ahead", "deletion-ahead", "deletion-ahead"];
    assert_eq!(estate.told(&key), announced);
    estate.sweep_for(1).await;
    assert_eq!(estate.told(&key), [&announced[..], &["deleted"]].concat());
}

#[tokio::test(start_paused = true)]
async fn in_dry_run_mode_an_exposed_key_is_paged_and_not_touched() {
    let estate = Estate::ideal();
    estate.set("MODE", "dry-run");
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    assert_eq!(estate.writes(), ["Publish"]);
    assert!(estate.notices()[0]["text"].as_str().unwrap().contains("STILL ACTIVE"));
}

/// The root user's keys, temporary credentials, and what is gone already: somebody has to look.
#[tokio::test(start_paused = true)]
async fn what_is_no_users_access_key_is_paged_and_not_touched() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    for entity in ["AKIAROOTROOTROOTROOT", "ASIATEMPORARYEXAMPLE", "ana"] {
        estate.handle(exposure(&[entity])).await.unwrap();
        let notice = estate.notices().pop().unwrap();
        let outcome = &notice["answer"]["outcome"];
        assert_eq!((&notice["kind"], outcome), (&json!("exposed"), &json!("failed")));
        assert_eq!(notice["credential"]["id"], entity);
    }
    estate.handle(exposure(&[])).await.unwrap();
    assert!(
        estate.notices().pop().unwrap()["text"].as_str().unwrap().contains("names no credential")
    );
    assert_eq!(estate.writes(), ["Publish"; 4]);
}

#[tokio::test(start_paused = true)]
async fn an_exposed_key_that_cannot_be_deactivated_is_paged_as_still_active_and_an_error() {
    let estate = Estate::ideal();
    let (stuck, other) = (estate.stale_user("ana"), estate.stale_user("bo"));
    let denied = ApiError::new(403, "AccessDenied", "not authorized");
    let when = When::OperationOn("UpdateAccessKey", stuck.clone());
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(denied) });
    let error = estate.handle(exposure(&[&stuck, &other])).await.unwrap_err().to_string();
    assert!(error.contains("1 exposed credential(s) may still be active"), "{error}");
    assert_eq!(estate.status("bo", &other).as_deref(), Some("Inactive"), "the others are answered");
    let told = estate.notices();
    let stuck = told.iter().find(|notice| notice["credential"]["id"] == stuck.as_str()).unwrap();
    assert_eq!(stuck["answer"]["outcome"], "failed");
    assert!(stuck["text"].as_str().unwrap().contains("could NOT be deactivated"));
}

#[tokio::test(start_paused = true)]
async fn every_interrupted_answer_to_an_exposure_is_completed_by_the_retry() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.handle(exposure(&[&key])).await.unwrap();
    let calls = estate.simulator.calls().len() as u64;
    for call in 1..=calls {
        for what in What::ENUMERATED {
            let estate = Estate::ideal();
            let key = estate.stale_user("ana");
            let fault = Fault { when: When::Call(call), times: Times::UntilInvocationEnds, what };
            estate.simulator.plan(fault);
            let _ = estate.simulator.run(estate.handle(exposure(&[&key]))).await;
            estate.handle(exposure(&[&key])).await.unwrap();
            assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"), "call {call}");
            let told = estate.notices();
            let done = |notice: &Value| notice["answer"]["outcome"] == "deactivated";
            assert!(told.iter().any(done), "call {call}: {told:?}");
            assert_eq!(estate.state("ana", &key).as_deref(), Some("deactivated"), "call {call}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_activates_what_was_deactivated_and_the_ladder_starts_over() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    let answer = estate.handle(undo("ana", &key)).await.unwrap();
    assert_eq!(answer["outcome"], "reactivated");
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    assert_eq!(estate.state("ana", &key).as_deref(), Some("reactivated"));
    // For a quarter of an hour, a second try may be one that completes the first.
    estate.simulator.advance(SignedDuration::from_mins(16));
    assert_eq!(estate.handle(undo("ana", &key)).await.unwrap()["outcome"], "already-reactivated");
    estate.sweep_for(14).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(1).await;
    let ladder = ["deactivation-ahead", "deactivation-ahead", "deactivation-ahead", "deactivated"];
    assert_eq!(estate.told(&key), [&ladder[..], &["reactivated"], &ladder].concat());
}

#[tokio::test(start_paused = true)]
async fn an_undo_brings_back_nothing_that_keysteward_did_not_deactivate() {
    let estate = Estate::ideal();
    let (active, by_hand) = (estate.stale_user("ana"), estate.stale_user("bo"));
    estate.simulator.set_key_status(&by_hand, "Inactive");
    let exposed = estate.stale_user("cy");
    estate.handle(exposure(&[&exposed])).await.unwrap();
    for (user, key, why) in [
        ("ana", active.as_str(), "there is no record of it"),
        ("bo", &by_hand, "there is no record of it"),
        ("cy", &exposed, "its secret is exposed"),
        ("ana", "password", "cannot be brought back"),
    ] {
        let error = chain(&estate.handle(undo(user, key)).await.unwrap_err());
        assert!(error.contains(why), "{error}");
    }
    assert_eq!(estate.status("bo", &by_hand).as_deref(), Some("Inactive"));
    let mut event = undo("cy", &exposed);
    event["undo"]["although_exposed"] = true.into();
    estate.handle(event).await.unwrap();
    assert_eq!(estate.status("cy", &exposed).as_deref(), Some("Active"));
    estate.set("MODE", "dry-run");
    let error = chain(&estate.handle(undo("ana", &active)).await.unwrap_err());
    assert!(error.contains("KEYSTEWARD_MODE is dry-run"), "{error}");
}
