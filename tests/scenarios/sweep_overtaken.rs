//! Facts that change while a sweep runs, or between two runs that nobody saw.

use aws_simulator::{ACCOUNT, ApiError, Fault, Gate, Settings, Times, What, When};
use deactivate_stale::{Config, DeactivateStale};
use lambda_shell::Deadline;

use crate::estate::{BUCKET, Estate, TIMEOUT, schedule};
use crate::support::{Account, USER};

fn gated(estate: &Estate, gate: &Gate) -> DeactivateStale {
    let topic = format!("arn:aws:sns:{}:{ACCOUNT}:keysteward", aws_simulator::REGION);
    let variables = [
        ("MODE", "enforce"),
        ("IAM_CALLS_PER_SECOND", "0"),
        ("NOTICE_TOPIC_ARN", &topic),
        ("DELETE", "on"),
    ];
    let variables = variables.map(|(name, value)| (format!("KEYSTEWARD_{name}"), value.to_owned()));
    let config = Config::from_variables(variables).unwrap();
    DeactivateStale::new(&estate.simulator.gated_sdk_config("sweep", gate), config, |_| {})
}

/// A rotation finishes while a sweep removes an old warning of the key: the rotation's record must survive.
#[tokio::test(start_paused = true)]
async fn a_sweep_removes_no_record_that_a_rotation_just_wrote() {
    let account = Account::new(Settings::IDEAL);
    let estate = Estate::over(&account.simulator);
    let record = "state=warned at=2026-04-01T00:00:00Z due=2026-04-15T00:00:00Z created=2026-01-01T00:00:00Z by=sweep";
    let tag = format!("keysteward:{}", account.first_key);
    account.simulator.tag_user(USER, &tag, record);
    let gate = Gate::new();
    let function = gated(&estate, &gate);
    let mut sweep =
        Box::pin(function.handle(schedule(), estate.simulator.now(), Deadline::after(TIMEOUT)));
    let mut rotated = false;
    loop {
        tokio::select! {
            biased;
            swept = &mut sweep => { swept.unwrap(); break }
            () = tokio::time::sleep(std::time::Duration::from_millis(1)) => {}
        }
        if let Some((name, operation)) = gate.waiting().iter().next() {
            if operation == "GetUser" && !rotated {
                rotated = true;
                account.rotate().await;
                account.assert_rotated();
            }
            gate.release(name);
        }
    }
    assert!(rotated);
    assert_eq!(estate.state(USER, &account.first_key).as_deref(), Some("superseded"));
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
    assert_eq!(calls.len(), 3 + 1 + (1 + 1) + 1, "{calls:?}");
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
