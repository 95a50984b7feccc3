//! Rotations that succeed, what they leave behind, and what they cost.

use std::collections::BTreeMap;

use aws_simulator::{Fault, Invocation, Retries, RotationResult, Settings, Times, What, When};
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::{Account, SECRET, days};

#[tokio::test(start_paused = true)]
async fn a_rotation_leaves_a_new_current_key_and_a_recorded_superseded_one() {
    let account = Account::healthy();
    account.watch_current_key();
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn a_rotation_changes_the_key_fields_and_nothing_else() {
    let account = Account::healthy();
    let before =
        account.simulator.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().value.unwrap();
    account.rotate().await;
    let after =
        account.simulator.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().value.unwrap();
    let fields = |text: &str| serde_json::from_str::<BTreeMap<String, Value>>(text).unwrap();
    let (before, after) = (fields(&before), fields(&after));
    let changed: Vec<_> = before
        .iter()
        .filter(|(name, value)| after[*name] != **value)
        .map(|(name, _)| name.as_str())
        .collect();
    assert_eq!(changed, ["access_key_id", "secret_access_key"]);
    assert_eq!(before.len(), after.len());
}

#[tokio::test(start_paused = true)]
async fn a_rotation_without_faults_makes_these_calls_and_no_more() {
    let account = Account::healthy();
    let function = account.function();
    let mut steps = String::new();
    let invoke = async |invocation: Invocation| {
        let before = account.simulator.calls().len();
        let result = account.invoke(&function, invocation.event).await;
        let calls: Vec<_> = account
            .simulator
            .calls()
            .split_off(before)
            .into_iter()
            .map(|call| call.operation)
            .collect();
        steps.push_str(&format!("{} {}: {}\n", invocation.step, calls.len(), calls.join(" ")));
        result
    };
    account.simulator.rotate(SECRET, Retries::default(), invoke).await.unwrap();
    assert_eq!(
        steps,
        "createSecret 13: DescribeSecret GetSecretValue GetSecretValue GetAccessKeyLastUsed GetUser Query GetItem ListAccessKeys PutItem CreateAccessKey PutItem PutSecretValue GetSecretValue\n\
         setSecret 6: DescribeSecret GetSecretValue GetSecretValue GetAccessKeyLastUsed GetUser ListAccessKeys\n\
         testSecret 8: DescribeSecret GetSecretValue GetSecretValue GetAccessKeyLastUsed GetUser GetCallerIdentity GetCallerIdentity GetCallerIdentity\n\
         finishSecret 13: DescribeSecret GetSecretValue GetSecretValue GetAccessKeyLastUsed GetUser Query GetItem GetCallerIdentity UpdateSecretVersionStage PutItem ListAccountAliases Publish PutItem\n"
    );
}

#[tokio::test(start_paused = true)]
async fn a_rotation_waits_out_the_propagation_of_the_new_key() {
    let account = Account::new(Settings::REALISTIC);
    account.watch_current_key();
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
    let refused = account
        .simulator
        .calls()
        .into_iter()
        .filter(|call| call.error.as_deref() == Some("InvalidClientTokenId"))
        .count();
    assert!(refused >= 4, "the key was refused {refused} times before it was known");
}

#[tokio::test(start_paused = true)]
async fn a_rotation_succeeds_while_every_read_lags_behind() {
    let lag = SignedDuration::from_secs(15);
    let settings = Settings {
        list_lag: lag,
        tag_lag: lag,
        stage_lag: lag,
        page_size: 1,
        ..Settings::REALISTIC
    };
    let account = Account::new(settings);
    account.watch_current_key();
    let result = account.rotate().await;
    assert_eq!(result, RotationResult::Rotated);
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn a_throttling_storm_delays_a_rotation_and_does_not_break_it() {
    let account = Account::healthy();
    account.watch_current_key();
    account.simulator.set(|settings| settings.iam_calls_per_second = 1);
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn ten_rotations_in_a_row_leave_two_keys_and_no_litter() {
    let account = Account::healthy();
    account.watch_current_key();
    let mut before = account.current_key();
    for _ in 0..10 {
        assert_eq!(account.rotate().await, RotationResult::Rotated);
        let current = account.current_key();
        assert_ne!(current, before);
        let keys: Vec<_> = account.keys().into_iter().map(|key| key.id).collect();
        assert_eq!(keys, [before.clone(), current.clone()]);
        assert_eq!(account.check_rotated_from(&before), Ok(()));
        before = current;
        account.simulator.advance(days(90));
    }
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_finished_rotation_is_published_once_and_truly() {
    let account = Account::healthy();
    account.rotate().await;
    let published = account.simulator.view(|view| view.published().to_vec());
    assert_eq!(published.len(), 1);
    let notice: Value = serde_json::from_str(&published[0].message).unwrap();
    assert_eq!(notice["kind"], "rotated");
    assert_eq!(notice["credential"]["id"], account.current_key());
    assert_eq!(notice["superseded"]["id"], account.first_key);
    assert_eq!(notice["secret"], account.secret);
    assert_eq!(published[0].attributes["kind"], "rotated");
}

#[tokio::test(start_paused = true)]
async fn a_step_that_is_repeated_changes_nothing() {
    let account = Account::healthy();
    account.watch_current_key();
    let function = account.function();
    for event in account.simulator.stage_rotation(SECRET).unwrap() {
        account.invoke(&function, event.clone()).await.unwrap();
        let (writes, keys) = (account.writes(), account.keys());
        account.invoke(&function, event.clone()).await.unwrap();
        assert_eq!(account.writes(), writes, "{}", event["Step"]);
        assert_eq!(account.keys(), keys);
    }
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn steps_in_any_order_do_no_harm_and_the_right_order_still_succeeds() {
    // Every sequence of four steps, repeats included.
    for sequence in 0..4_u32.pow(4) {
        let account = Account::healthy();
        account.watch_current_key();
        let function = account.function();
        let events = account.simulator.stage_rotation(SECRET).unwrap();
        for place in 0..4 {
            let step = (sequence / 4_u32.pow(place)) % 4;
            let _ = account.invoke(&function, events[step as usize].clone()).await;
        }
        for event in &events {
            account.invoke(&function, event.clone()).await.unwrap();
        }
        assert_eq!(account.check_rotated(), Ok(()), "sequence {sequence}");
    }
}

#[tokio::test(start_paused = true)]
async fn setting_rotation_up_without_rotating_tests_and_changes_nothing() {
    let account = Account::healthy();
    let function = account.function();
    let mut steps = Vec::new();
    let invoke = async |invocation: Invocation| {
        steps.push(invocation.step);
        account.invoke(&function, invocation.event).await
    };
    let result = account.simulator.test_rotation(SECRET, invoke).await.unwrap();
    assert_eq!((result, steps), (RotationResult::Tested, vec!["testSecret"]));
    assert_eq!(account.writes(), Vec::<String>::new());
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn an_empty_pending_version_passes_the_test() {
    let account = Account::healthy();
    let [_, _, test, _] = account.simulator.stage_rotation(SECRET).unwrap();
    account.invoke(&account.function(), test).await.unwrap();
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_failed_notice_is_an_error_and_the_next_attempt_completes_the_rotation() {
    let account = Account::healthy();
    let denied = aws_simulator::ApiError::new(403, "AuthorizationError", "not allowed");
    account.simulator.plan(Fault {
        when: When::Operation("Publish"),
        times: Times::UntilInvocationEnds,
        what: What::Refuse(denied),
    });
    let mut errors = Vec::new();
    let function = account.function();
    let invoke = async |invocation: Invocation| {
        let result = account.invoke(&function, invocation.event).await;
        errors.extend(result.clone().err());
        result
    };
    let result = account.simulator.rotate(SECRET, Retries::default(), invoke).await.unwrap();
    assert_eq!(result, RotationResult::Rotated);
    assert!(
        errors[0].contains("was rotated, and the notice to its owner was not sent"),
        "{errors:?}"
    );
    account.assert_rotated();
    assert_eq!(account.simulator.view(|view| view.published().len()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_label_that_moved_although_the_answer_was_lost_counts_as_moved() {
    let account = Account::healthy();
    account.watch_current_key();
    let lost = Fault {
        when: When::Operation("UpdateSecretVersionStage"),
        times: Times::Once,
        what: What::TimeoutAfter,
    };
    account.simulator.plan(lost);
    let result = account.simulator.rotate(
        SECRET,
        Retries { attempts: 1, ..Retries::default() },
        async |invocation: Invocation| account.invoke(&account.function(), invocation.event).await,
    );
    assert_eq!(result.await.unwrap(), RotationResult::Rotated);
    account.assert_rotated();
}
