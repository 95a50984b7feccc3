//! Keys that somebody relies on, and that look as if nobody did.

use std::time::Duration;

use aws_simulator::{
    ApiError, Fault, Invocation, Retries, RotationResult, Settings, Times, What, When,
};
use jiff::SignedDuration;
use lambda_shell::Deadline;

use crate::support::{Account, SECRET, USER, days};

fn refuse(operation: &'static str, error: ApiError) -> Fault {
    Fault {
        when: When::Operation(operation),
        times: Times::UntilInvocationEnds,
        what: What::Refuse(error),
    }
}

fn is_listed(account: &Account, id: &str) -> bool {
    account.keys().iter().any(|key| key.id == id)
}

#[tokio::test(start_paused = true)]
async fn a_key_that_a_person_makes_after_a_failed_attempt_is_kept() {
    let refusals = [
        refuse(
            "PutSecretValue",
            ApiError::new(400, "EncryptionFailure", "the KMS key is disabled"),
        ),
        refuse("CreateAccessKey", ApiError::new(403, "AccessDenied", "not authorized")),
        refuse("CreateAccessKey", ApiError::new(409, "LimitExceeded", "the quota is used up")),
    ];
    for refusal in refusals {
        let account = Account::new(Settings::REALISTIC);
        account.watch_current_key();
        account.simulator.plan(refusal);
        let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
        account.invoke(&account.function(), create).await.unwrap_err();
        assert_eq!(account.keys().len(), 1);
        // Its use shows only hours later.
        account.simulator.advance(SignedDuration::from_secs(90));
        let by_hand = account.simulator.add_access_key(USER);
        account.simulator.use_key(&by_hand.id, "s3");
        let result = account.rotate().await;
        assert!(
            matches!(&result, RotationResult::Failed(error) if error.contains("was not made by a rotation")),
            "{result:?}"
        );
        assert!(is_listed(&account, &by_hand.id));
    }
}

#[tokio::test(start_paused = true)]
async fn a_key_that_was_current_an_hour_ago_is_kept_after_rolling_back_and_forward() {
    let account = Account::healthy();
    account.watch_current_key();
    account.rotate().await;
    let new = account.current_key();
    account.simulator.advance(days(1));
    account.roll_back().await;
    account.simulator.advance(days(60));
    account.simulator.use_key(&account.first_key, "s3");
    account.simulator.advance(days(9));
    account.roll_back().await;
    assert_eq!(account.current_key(), new, "rolled forward");
    account.simulator.advance(SignedDuration::from_hours(1));
    let result = account.rotate().await;
    // The record names the version that is current again, and the last recorded use is older than an overlap: what gives it away
    // is that it was used long after the overlap of its record.
    assert!(matches!(result, RotationResult::Failed(_)), "{result:?}");
    assert!(is_listed(&account, &account.first_key));
}

#[tokio::test(start_paused = true)]
async fn a_weekly_job_that_ran_an_hour_ago_keeps_its_key() {
    let account =
        Account::new(Settings { last_used_lag: SignedDuration::from_hours(4), ..Settings::IDEAL });
    account.rotate().await;
    for day in [81, 88] {
        let due = "2026-04-01T00:00:00Z".parse::<jiff::Timestamp>().unwrap() + days(day);
        account.simulator.advance(due.duration_since(account.simulator.now()));
        account.simulator.use_key(&account.first_key, "s3");
    }
    account.simulator.advance(SignedDuration::from_hours(1));
    let result = account.rotate().await;
    assert!(
        matches!(&result, RotationResult::Failed(error) if error.contains("was still used")),
        "{result:?}"
    );
    assert!(is_listed(&account, &account.first_key));
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_to_the_creation_is_never_followed_by_a_second_creation() {
    for what in [What::ErrorAfter, What::TimeoutAfter, What::ErrorBefore] {
        let account = Account::healthy();
        account.simulator.plan(Fault {
            when: When::Operation("CreateAccessKey"),
            times: Times::Once,
            what,
        });
        let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
        account.invoke(&account.function(), create).await.unwrap_err();
        let created =
            account.writes().into_iter().filter(|write| write == "CreateAccessKey").count();
        assert_eq!(created, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn the_key_of_a_rotation_that_was_given_up_frees_its_slot_by_itself() {
    let account = Account::healthy();
    account.watch_current_key();
    let [create, set, test, _] = account.simulator.stage_rotation(SECRET).unwrap();
    for event in [create, set, test] {
        account.invoke(&account.function(), event).await.unwrap();
    }
    let given_up = account.key_under("AWSPENDING").unwrap();
    account.take_off_pending().await;
    account.simulator.advance(days(1));
    let result = account.rotate().await;
    assert!(
        matches!(&result, RotationResult::Failed(error) if error.contains("belongs to a rotation that was given up")),
        "{result:?}"
    );
    account.simulator.advance(days(8));
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    assert!(!is_listed(&account, &given_up));
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn a_user_with_fifty_tags_is_rotated_like_any_other() {
    let account = Account::healthy();
    for number in 0..48 {
        account.simulator.tag_user(USER, &format!("other-{number}"), "x");
    }
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    assert_eq!(account.simulator.view(|view| view.tags(USER).len()), 50);
}

#[tokio::test(start_paused = true)]
async fn too_little_time_to_promote_ends_the_step_before_the_label_moves() {
    let account = Account::healthy();
    let [create, set, test, finish] = account.simulator.stage_rotation(SECRET).unwrap();
    for event in [create, set, test] {
        account.invoke(&account.function(), event).await.unwrap();
    }
    let writes = account.writes();
    let deadline = Deadline::after(Duration::from_secs(39));
    let error =
        account.function().handle(finish, account.simulator.now(), deadline).await.unwrap_err();
    assert!(
        error.to_string().contains("stopped before a change it might not have time to complete"),
        "{error}"
    );
    assert_eq!(account.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn removals_that_take_long_leave_no_time_to_create() {
    let account = Account::healthy();
    account.rotate().await;
    account.simulator.advance(days(90));
    let old = account.current_key();
    // Ten lost answers of five seconds each: the superseded key is removed, and then too little is left.
    account.simulator.plan(Fault {
        when: When::Operation("DeleteAccessKey"),
        times: Times::UntilInvocationEnds,
        what: What::TimeoutAfter,
    });
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    let deadline = Deadline::after(Duration::from_secs(106));
    let handled = account.function().handle(create, account.simulator.now(), deadline).await;
    assert!(handled.is_err());
    assert_eq!(account.current_key(), old);
    assert_eq!(
        account.writes().iter().filter(|write| *write == "CreateAccessKey").count(),
        1,
        "the first rotation's only"
    );
}

#[tokio::test(start_paused = true)]
async fn a_service_that_keeps_refusing_is_quoted_and_not_taken_for_silent() {
    // The SDK's pauses are random, so one run proves little.
    for _ in 0..40 {
        let account = Account::healthy();
        account.simulator.plan(refuse(
            "PutSecretValue",
            ApiError::new(400, "LimitExceededException", "too many versions"),
        ));
        let function = account.function();
        let invoke =
            async |invocation: Invocation| account.invoke(&function, invocation.event).await;
        let result = account
            .simulator
            .rotate(SECRET, Retries { attempts: 1, ..Retries::default() }, invoke)
            .await;
        let RotationResult::Failed(error) = result.unwrap() else { panic!("not refused") };
        assert!(error.contains("too many versions"), "{error}");
    }
}
