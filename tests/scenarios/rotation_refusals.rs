//! Rotations that must not happen: each leaves the account as it was, and says what to do.

use std::time::Duration;

use aws_simulator::{ApiError, Fault, Invocation, Retries, RotationResult, Times, What, When};
use lambda_shell::Deadline;

use crate::support::{Account, SECRET, USER, days};

/// Rotates, expects every attempt to fail with `text`, and expects no write at all.
async fn assert_refused(account: &Account, text: &str) {
    let keys = account.keys();
    let result = account.rotate().await;
    let RotationResult::Failed(error) = result else { panic!("not refused: {result:?}") };
    assert!(error.contains(text), "{error}");
    assert_eq!(account.writes(), Vec::<String>::new());
    assert_eq!(account.keys(), keys);
}

#[tokio::test(start_paused = true)]
async fn a_user_without_the_tag_is_refused_without_a_write() {
    let account = Account::healthy();
    account.simulator.untag_user(USER, "keysteward:secret");
    assert_refused(&account, "tag the user with keysteward:secret = arn:aws:secretsmanager:").await;
}

#[tokio::test(start_paused = true)]
async fn a_user_bound_to_another_secret_is_refused_without_a_write() {
    let account = Account::healthy();
    account.simulator.tag_user(
        USER,
        "keysteward:secret",
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:other-AbCdEf",
    );
    assert_refused(&account, "is bound to").await;
}

#[tokio::test(start_paused = true)]
async fn the_key_of_a_victim_written_into_ones_own_secret_is_refused() {
    let account = Account::healthy();
    account.simulator.add_user("admin", "/", &[]);
    let victim = account.simulator.add_access_key("admin");
    let value = format!(r#"{{"access_key_id":"{}","secret_access_key":"guessed"}}"#, victim.id);
    let secret = account.simulator.add_secret("attackers", &value);
    account.simulator.enable_rotation(&secret, 1);
    let account = Account { secret, ..account };
    assert_refused(&account, "IAM user admin does not carry the tag").await;
    assert_eq!(account.simulator.view(|view| view.keys("admin").len()), 1);
}

#[tokio::test(start_paused = true)]
async fn a_renamed_user_is_refused() {
    let account = Account::healthy();
    let value =
        account.simulator.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().value.unwrap();
    let secret = account.simulator.add_secret("renamed", &value.replace(USER, "old-name"));
    account.simulator.tag_user(USER, "keysteward:secret", &secret);
    account.simulator.enable_rotation(&secret, 90);
    let account = Account { secret, ..account };
    assert_refused(&account, r#"names another user name than "ci-deployer""#).await;
}

#[tokio::test(start_paused = true)]
async fn a_current_key_that_is_gone_is_refused() {
    let account = Account::healthy();
    account.simulator.remove_access_key(&account.first_key);
    assert_refused(&account, "is not a key of the user any more").await;
}

#[tokio::test(start_paused = true)]
async fn a_current_key_that_is_inactive_is_refused() {
    for status in ["Inactive", "Expired", "Quarantined"] {
        let account = Account::healthy();
        account.simulator.set_key_status(&account.first_key, status);
        assert_refused(&account, &format!("is {status}, so its consumers are cut off already"))
            .await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_second_key_that_a_person_made_is_refused_and_kept() {
    let account = Account::healthy();
    account.simulator.add_access_key(USER);
    account.simulator.advance(days(1));
    assert_refused(&account, "was not made by a rotation").await;
}

#[tokio::test(start_paused = true)]
async fn more_than_two_keys_are_refused_and_kept() {
    let account = Account::healthy();
    for _ in 0..7 {
        account.simulator.add_access_key(USER);
    }
    account.simulator.advance(days(1));
    assert_refused(&account, "was not made by a rotation").await;
    assert_eq!(account.keys().len(), 8);
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_in_its_overlap_is_kept() {
    let account = Account::healthy();
    account.rotate().await;
    account.simulator.advance(days(6));
    let writes = account.writes();
    let result = account.rotate().await;
    assert!(
        matches!(&result, RotationResult::Failed(error) if error.contains("is kept until")),
        "{result:?}"
    );
    assert_eq!(account.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_that_is_still_used_is_kept() {
    let account = Account::healthy();
    account.rotate().await;
    account.simulator.advance(days(89));
    account.simulator.use_key(&account.first_key, "s3");
    account.simulator.advance(days(1));
    let writes = account.writes();
    let result = account.rotate().await;
    assert!(
        matches!(&result, RotationResult::Failed(error) if error.contains("was still used at 2026-06-")),
        "{result:?}"
    );
    assert_eq!(account.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_read_never_counts_as_unused() {
    let account = Account::healthy();
    account.rotate().await;
    account.simulator.advance(days(90));
    // The look-up of the current key's owner comes first; the one of the superseded key's last use is throttled for good.
    account.simulator.plan(Fault {
        when: When::Call(8),
        times: Times::UntilInvocationEnds,
        what: What::Throttle,
    });
    let events = account.simulator.stage_rotation(SECRET).unwrap();
    let writes = account.writes();
    let error = account.invoke(&account.function(), events[0].clone()).await.unwrap_err();
    assert!(account.simulator.faults_struck());
    assert!(error.contains("Rate exceeded"), "{error}");
    assert_eq!(account.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn an_unusable_value_is_refused_before_a_key_is_made() {
    for (value, text) in [
        ("not json", "is not a JSON object"),
        ("{}", "has no access key at its top level"),
        (r#"{"AccessKeyId":"AKIA"}"#, "AccessKeyId or SecretAccessKey is missing"),
    ] {
        let account = Account::healthy();
        let secret = account.simulator.add_secret("unusable", value);
        account.simulator.enable_rotation(&secret, 90);
        assert_refused(&Account { secret, ..account }, text).await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_copy_of_the_secret_in_another_field_is_refused_before_a_key_is_made() {
    let account = Account::healthy();
    let value =
        account.simulator.view(|view| view.version(SECRET, "AWSCURRENT")).unwrap().value.unwrap();
    let secret = serde_json::from_str::<serde_json::Value>(&value).unwrap()["secret_access_key"]
        .as_str()
        .unwrap()
        .to_owned();
    let value = value.replace("kept", &format!("[default] aws_secret_access_key={secret}"));
    let arn = account.simulator.add_secret("buried", &value);
    account.simulator.tag_user(USER, "keysteward:secret", &arn);
    account.simulator.enable_rotation(&arn, 90);
    assert_refused(
        &Account { secret: arn, ..account },
        r#"field "note" contains the secret access key"#,
    )
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_secret_of_an_aws_service_is_refused() {
    let account = Account::healthy();
    account.simulator.set_owning_service(SECRET, "rds");
    assert_refused(&account, "managed by rds").await;
}

#[tokio::test(start_paused = true)]
async fn too_little_time_ends_a_step_before_it_changes_anything() {
    let account = Account::healthy();
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    let function = account.function();
    let deadline = Deadline::after(Duration::from_secs(60));
    let error = function.handle(create, account.simulator.now(), deadline).await.unwrap_err();
    assert!(
        error.to_string().contains("give the function a timeout of at least 165 seconds"),
        "{error}"
    );
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn an_unknown_deadline_is_trusted() {
    let account = Account::healthy();
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    let now = account.simulator.now();
    account.function().handle(create, now, Deadline::new(600_000, now)).await.unwrap();
    assert_eq!(account.keys().len(), 2);
}

/// Rotates while every `operation` is refused with `error`, and expects that no key is left behind.
async fn assert_compensated(operation: &'static str, error: ApiError, text: &str) {
    let account = Account::healthy();
    account.watch_current_key();
    let fault = Fault {
        when: When::Operation(operation),
        times: Times::UntilInvocationEnds,
        what: What::Refuse(error),
    };
    account.simulator.plan(fault);
    let once = Retries { attempts: 1, ..Retries::default() };
    let function = account.function();
    let invoke = async |invocation: Invocation| account.invoke(&function, invocation.event).await;
    let result = account.simulator.rotate(SECRET, once, invoke).await.unwrap();
    let RotationResult::Failed(error) = result else { panic!("not refused: {result:?}") };
    assert!(error.contains(text), "{error}");
    assert_eq!(account.keys().len(), 1, "the new key is deleted again");
    assert_eq!(account.current_key(), account.first_key);
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn a_value_that_kms_will_not_encrypt_leaves_no_key_and_names_the_permission() {
    let error = ApiError::new(
        400,
        "EncryptionFailure",
        "Secrets Manager can't encrypt the protected secret text",
    );
    assert_compensated("PutSecretValue", error, "kms:GenerateDataKey").await;
}

#[tokio::test(start_paused = true)]
async fn a_denied_put_leaves_no_key_and_names_the_permission() {
    let error = ApiError::new(400, "AccessDeniedException", "not authorized");
    assert_compensated("PutSecretValue", error, "secretsmanager:PutSecretValue").await;
}

#[tokio::test(start_paused = true)]
async fn a_secret_with_too_many_versions_leaves_no_key() {
    let error = ApiError::new(400, "LimitExceededException", "the limit of versions");
    assert_compensated("PutSecretValue", error, "the limit of versions").await;
}

#[tokio::test(start_paused = true)]
async fn a_secret_that_is_deleted_in_the_middle_leaves_no_key() {
    let account = Account::healthy();
    account.watch_current_key();
    let gone = || ApiError::new(400, "InvalidRequestException", "it was marked for deletion");
    let refuse =
        |when| Fault { when, times: Times::UntilInvocationEnds, what: What::Refuse(gone()) };
    account.simulator.plan(refuse(When::Operation("PutSecretValue")));
    // The thirteenth call is the read-back, which the deletion refuses too.
    account.simulator.plan(refuse(When::Call(13)));
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    let error = account.invoke(&account.function(), create).await.unwrap_err();
    assert!(account.simulator.faults_struck());
    assert!(error.contains("marked for deletion"), "{error}");
    assert_eq!(account.keys().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_denied_read_of_the_current_value_stops_before_a_key_is_made() {
    let account = Account::healthy();
    let denied = ApiError::new(400, "AccessDeniedException", "not authorized to decrypt");
    account.simulator.plan(Fault {
        when: When::Call(3),
        times: Times::UntilInvocationEnds,
        what: What::Refuse(denied),
    });
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    let error = account.invoke(&account.function(), create).await.unwrap_err();
    assert!(error.contains("kms:Decrypt"), "{error}");
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_pending_key_that_somebody_deleted_is_given_up_and_the_next_rotation_succeeds() {
    let account = Account::healthy();
    account.watch_current_key();
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    account.invoke(&account.function(), create).await.unwrap();
    account.simulator.remove_access_key(&account.key_under("AWSPENDING").unwrap());
    let result = account.rotate().await;
    assert!(
        matches!(&result, RotationResult::Abandoned(error) if error.contains("somebody deleted its key")),
        "{result:?}"
    );
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
}

#[tokio::test(start_paused = true)]
async fn a_pending_key_of_somebody_else_is_never_promoted() {
    let account = Account::healthy();
    account.watch_current_key();
    account.simulator.add_user("mallory", "/", &[]);
    let foreign = account.simulator.add_access_key("mallory");
    let [_, _, test, finish] = account.simulator.stage_rotation(SECRET).unwrap();
    let token = test["ClientRequestToken"].as_str().unwrap();
    let value =
        format!(r#"{{"access_key_id":"{}","secret_access_key":"{}"}}"#, foreign.id, foreign.secret);
    account.simulator.fill_version(SECRET, token, &value);
    for event in [test, finish] {
        let error = account.invoke(&account.function(), event).await.unwrap_err();
        assert!(error.contains("signs as arn:aws:iam::123456789012:user/mallory"), "{error}");
    }
    assert_eq!(account.current_key(), account.first_key);
    assert_eq!(account.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn rotation_that_is_switched_off_between_two_steps_stops() {
    let account = Account::healthy();
    let [_, set, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    account.simulator.disable_rotation(SECRET);
    let error = account.invoke(&account.function(), set).await.unwrap_err();
    assert!(error.contains("rotation is not switched on"), "{error}");
}
