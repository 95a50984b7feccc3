//! Facts that change while a sweep runs, or between two runs that nobody saw.

use aws_simulator::{ApiError, Fault, Gate, Times, What, When};
use lambda_shell::Deadline;

use crate::estate::{BUCKET, Estate, TIMEOUT, schedule};
use crate::memory::Memory;

/// Sweeps, and does `meanwhile` when the sweep is about to call `operation` for the first time.
async fn overtaken(
    estate: &Estate,
    operation: &str,
    meanwhile: impl AsyncFn(),
) -> serde_json::Value {
    let gate = Gate::new();
    let function = estate.gated_function(&gate);
    let mut sweep =
        Box::pin(function.handle(schedule(), estate.simulator.now(), Deadline::after(TIMEOUT)));
    let mut done = false;
    let summary = loop {
        tokio::select! {
            biased;
            swept = &mut sweep => break swept.unwrap(),
            () = tokio::time::sleep(std::time::Duration::from_millis(1)) => {}
        }
        if let Some((name, waiting)) = gate.waiting().iter().next() {
            if waiting == operation && !done {
                done = true;
                meanwhile().await;
            }
            gate.release(name);
        }
    };
    assert!(done, "the sweep never called {operation}");
    summary
}

/// The user is bound to a secret and rotated while a sweep warns, reminds or deactivates: the rotation's record survives.
#[tokio::test(start_paused = true)]
async fn a_sweep_writes_over_no_record_that_a_rotation_just_wrote() {
    for (days, operation, action) in
        [(0, "Publish", "warn"), (7, "Publish", "warn"), (14, "PutItem", "deactivate")]
    {
        let estate = Estate::ideal();
        let key = estate.stale_user("ana");
        estate.advance(90);
        if days > 0 {
            estate.swept().await;
            estate.advance(days);
        }
        let secret = estate.simulator.add_secret("keys/ana", "{}");
        let memory = Memory::of(&estate.simulator);
        let rotate = async || {
            estate.simulator.tag_user("ana", "keysteward:secret", &secret);
            memory.supersede("ana", &key, &secret).await;
        };
        let summary = overtaken(&estate, operation, rotate).await;
        assert_eq!(summary["actions"][action]["changed"], 1, "{summary}");
        assert_eq!(estate.state("ana", &key).as_deref(), Some("superseded"), "day {days}");
        assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"), "day {days}");
    }
}

/// A record that goes away meanwhile, as when the table is restored, is no reason to act on what it said.
#[tokio::test(start_paused = true)]
async fn a_sweep_deactivates_nothing_whose_warning_vanished_meanwhile() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let lose = async || estate.simulator.lose_items(|_, _| true);
    let summary = overtaken(&estate, "PutItem", lose).await;
    assert_eq!(summary["actions"]["deactivate"]["changed"], 1, "{summary}");
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    estate.sweep_for(1).await;
    assert_eq!(estate.told(&key), ["deactivation-ahead"; 2], "its owner is warned anew");
}

/// The only notice that gets through has to say which rule is behind it.
#[tokio::test(start_paused = true)]
async fn the_notice_of_an_interrupted_deactivation_says_why() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let what = What::Refuse(ApiError::new(403, "AuthorizationError", "not authorized"));
    estate.simulator.plan(Fault { when: When::Operation("Publish"), times: Times::Always, what });
    estate.sweep().await.unwrap_err();
    estate.simulator.forget_faults();
    estate.sweep_for(1).await;
    assert_eq!(estate.told(&key), ["deactivation-ahead", "deactivated"]);
    let text = estate.notices().pop().unwrap()["text"].as_str().unwrap().to_owned();
    assert!(text.contains("never used") || text.contains("days old"), "{text}");
}

/// "Kinds without last-used data are judged by age and say so."
#[tokio::test(start_paused = true)]
async fn a_kind_without_last_use_says_that_it_is_judged_by_age() {
    let estate = Estate::ideal();
    estate.set("CREDENTIALS", "ssh-public-key");
    estate.set("REPORT_BUCKET", BUCKET);
    estate.simulator.add_user("ana", "/", &[]);
    estate.simulator.add_ssh_key("ana");
    estate.advance(90);
    estate.swept().await;
    let text = estate.notices().pop().unwrap()["text"].as_str().unwrap().to_owned();
    let decision = estate.decision("ana").to_string();
    assert!(text.contains("IAM records no use of its kind"), "{text}");
    assert!(decision.contains("IAM records no use of its kind"), "{decision}");
}

/// C * (1 + k): one user with a password and a key, both stale; S > 0 so that the listing is in the formula.
#[tokio::test(start_paused = true)]
async fn the_documented_number_of_calls_holds_with_a_password() {
    let estate = Estate::ideal();
    estate.set("MODE", "dry-run");
    estate.set("CREDENTIALS", "access-key,password");
    estate.stale_user("ana");
    estate.simulator.add_password("ana");
    estate.advance(90);
    estate.swept().await;
    let calls: Vec<_> = estate.simulator.calls().into_iter().map(|call| call.operation).collect();
    assert_eq!(calls.len(), 1 + 3 + 1 + (1 + 1) + 1, "{calls:?}");
}

/// An operator who mistypes a name of a user, or whose user was renamed, hears of it.
#[tokio::test(start_paused = true)]
async fn an_exemption_of_nobody_is_reported() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    estate.set("EXEMPT_USERS", "brake-glass");
    estate.stale_user("break-glass");
    estate.swept().await;
    assert!(estate.report().to_string().contains("brake-glass"));
}

/// A key deactivated by hand on the eve of the deletion date of an earlier, undone deactivation gets its whole grace.
#[tokio::test(start_paused = true)]
async fn an_earlier_deactivation_is_forgotten_although_the_account_was_over_its_time() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    estate.simulator.set_key_status(&key, "Active");
    // Kinds switched off for a while: nobody notices that it is active again.
    estate.set("CREDENTIALS", "password");
    estate.sweep_for(29).await;
    estate.simulator.set_key_status(&key, "Inactive");
    estate.set("CREDENTIALS", "access-key");
    estate.sweep_for(1).await;
    assert_eq!(
        estate.status("ana", &key).as_deref(),
        Some("Inactive"),
        "deleted one day after its owner deactivated it"
    );
}

/// The same while the function is in dry-run mode.
#[tokio::test(start_paused = true)]
async fn an_earlier_deactivation_does_not_count_after_a_time_of_dry_run() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    estate.set("MODE", "dry-run");
    estate.simulator.set_key_status(&key, "Active");
    estate.sweep_for(29).await;
    estate.simulator.set_key_status(&key, "Inactive");
    estate.set("MODE", "enforce");
    estate.sweep_for(1).await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
}

/// Deletion switched on after a long time: what was said to be "kept" is announced before it goes.
#[tokio::test(start_paused = true)]
async fn deletion_switched_off_and_on_again_deletes_nothing_unannounced() {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    estate.set("DELETE", "off");
    estate.sweep_for(100).await;
    estate.set("DELETE", "on");
    estate.sweep_for(1).await;
    let told = estate.told(&key);
    assert_ne!(
        told.last().map(String::as_str),
        Some("deleted"),
        "{told:?}: 71 days after the date it was told"
    );
}

/// IAM throttles others' calls and ours: the run ends by itself, with its report, before Lambda ends it.
#[tokio::test(start_paused = true)]
async fn a_throttled_run_ends_before_lambda_ends_it() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    for n in 0..60 {
        estate.stale_user(&format!("u{n:02}"));
    }
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let reports = estate.simulator.view(|view| view.objects(BUCKET)).len();
    // Two attempts of three are throttled, as when another tool lists everything.
    for number in 0..2000 {
        if number % 3 != 0 {
            let fault =
                Fault { when: When::Call(8 + number), times: Times::Once, what: What::Throttle };
            estate.simulator.plan(fault);
        }
    }
    let left = std::time::Duration::from_secs(300);
    let run = tokio::time::timeout(left, estate.handle_within(schedule(), left)).await;
    let stored = estate.simulator.view(|view| view.objects(BUCKET)).len();
    assert!(run.is_ok(), "Lambda killed it; {} new reports", stored - reports);
}

/// No sweep saw the key in use between two times of disuse; the warning was about the first.
#[tokio::test(start_paused = true)]
async fn a_warning_from_before_an_unseen_time_of_use_does_not_count() {
    let estate = Estate::ideal();
    estate.set("MAX_AGE_DAYS", "0");
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(5);
    estate.simulator.use_key(&key, "s3");
    estate.advance(95);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Active"));
    assert_eq!(estate.told(&key), ["deactivation-ahead", "deactivation-ahead"]);
}
