//! How Secrets Manager drives a rotation.

use std::cell::RefCell;

use aws_sdk_secretsmanager::types::RotationRulesType;
use aws_simulator::{ApiError, Invocation, Retries, RotationResult, STEPS, Simulator};
use jiff::SignedDuration;
use serde_json::Value;

use crate::support::{account, code, secrets};

const TWO: Retries = Retries { attempts: 2, spacing: SignedDuration::from_mins(10) };

/// A secret that is rotated every 30 days.
fn rotated_account() -> Simulator {
    let simulator = account();
    simulator.add_secret("ci/key", "one");
    simulator.enable_rotation("ci/key", 30);
    simulator
}

fn text(event: &Value, field: &str) -> String {
    event.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn labelled(simulator: &Simulator, label: &str) -> Option<String> {
    simulator.view(|view| view.version("ci/key", label)).map(|version| version.id)
}

/// Stores a value for the event's token, with or without the rotation's token.
async fn store(
    simulator: &Simulator,
    event: &Value,
    rotation_token: Option<String>,
) -> Result<(), String> {
    let put = secrets(simulator)
        .put_secret_value()
        .secret_id(text(event, "SecretId"))
        .secret_string("two");
    let put =
        put.client_request_token(text(event, "ClientRequestToken")).version_stages("AWSPENDING");
    put.set_rotation_token(rotation_token)
        .send()
        .await
        .map(drop)
        .map_err(|_| "not stored".to_owned())
}

async fn promote(simulator: &Simulator, event: &Value) -> Result<(), String> {
    let token = text(event, "ClientRequestToken");
    let update = secrets(simulator)
        .update_secret_version_stage()
        .secret_id("ci/key")
        .version_stage("AWSCURRENT");
    let update = update
        .move_to_version_id(token)
        .set_remove_from_version_id(labelled(simulator, "AWSCURRENT"));
    update.send().await.map(drop).map_err(|_| "not promoted".to_owned())
}

/// A function that does what it should.
async fn good_function(simulator: &Simulator, invocation: &Invocation) -> Result<(), String> {
    match invocation.step {
        "createSecret" => {
            store(simulator, &invocation.event, Some(text(&invocation.event, "RotationToken")))
                .await
        }
        "finishSecret" => promote(simulator, &invocation.event).await,
        _ => Ok(()),
    }
}

// Secrets Manager user guide, Lambda rotation functions; observed: four events, in order, one version and one RotationToken.
#[tokio::test(start_paused = true)]
async fn a_rotation_is_four_events_with_one_token_in_order() {
    let simulator = rotated_account();
    let events = RefCell::new(Vec::new());
    let invoke = async |invocation: Invocation| {
        events.borrow_mut().push(invocation.event.clone());
        good_function(&simulator, &invocation).await
    };
    assert_eq!(simulator.rotate("ci/key", TWO, invoke).await, Ok(RotationResult::Rotated));
    let events = events.into_inner();
    assert_eq!(events.iter().map(|event| text(event, "Step")).collect::<Vec<_>>(), STEPS);
    let token = labelled(&simulator, "AWSCURRENT").unwrap();
    let rotation_token = text(&events[0], "RotationToken");
    assert!((36..=256).contains(&rotation_token.len()), "{} characters", rotation_token.len());
    for event in &events {
        assert_eq!(event.as_object().unwrap().len(), 4);
        assert_eq!(
            (text(event, "ClientRequestToken"), text(event, "RotationToken")),
            (token.clone(), rotation_token.clone())
        );
        assert!(text(event, "SecretId").starts_with("arn:aws:secretsmanager:"));
    }
}

// Fact 4; observed.
#[tokio::test(start_paused = true)]
async fn pending_is_on_an_empty_version_before_the_function_is_called() {
    let simulator = rotated_account();
    let seen = RefCell::new(None);
    let invoke = async |invocation: Invocation| {
        seen.borrow_mut().get_or_insert_with(|| {
            (
                text(&invocation.event, "ClientRequestToken"),
                simulator.view(|view| view.version("ci/key", "AWSPENDING")),
            )
        });
        good_function(&simulator, &invocation).await
    };
    simulator.rotate("ci/key", TWO, invoke).await.unwrap();
    let (token, pending) = seen.into_inner().unwrap();
    let pending = pending.unwrap();
    assert_eq!((pending.id, pending.value), (token, None));
}

// Secrets Manager user guide, versions: the old version is AWSPREVIOUS; API reference, DescribeSecret: the two dates.
#[tokio::test(start_paused = true)]
async fn a_rotation_leaves_the_old_version_as_previous_and_plans_the_next() {
    let simulator = rotated_account();
    let old = labelled(&simulator, "AWSCURRENT");
    let invoke = async |invocation: Invocation| good_function(&simulator, &invocation).await;
    simulator.rotate("ci/key", TWO, invoke).await.unwrap();
    assert_eq!(
        (labelled(&simulator, "AWSPREVIOUS"), labelled(&simulator, "AWSPENDING")),
        (old, None)
    );
    let described = secrets(&simulator).describe_secret().secret_id("ci/key").send().await.unwrap();
    assert_eq!(described.last_rotated_date.unwrap().secs(), simulator.now().as_second());
    assert_eq!(
        described.next_rotation_date.unwrap().secs(),
        simulator.now().as_second() + 30 * 86_400
    );
}

// Secrets Manager user guide: "If any rotation step fails, Secrets Manager retries the entire rotation process multiple times."
#[tokio::test(start_paused = true)]
async fn a_failed_step_has_the_whole_rotation_tried_again_with_the_same_token() {
    let simulator = rotated_account();
    let calls = RefCell::new(Vec::new());
    let invoke = async |invocation: Invocation| {
        calls.borrow_mut().push((
            invocation.attempt,
            invocation.step,
            text(&invocation.event, "ClientRequestToken"),
        ));
        match (invocation.attempt, invocation.step) {
            (1, "testSecret") => Err("not yet".to_owned()),
            _ => good_function(&simulator, &invocation).await,
        }
    };
    let before = simulator.now();
    assert_eq!(simulator.rotate("ci/key", TWO, invoke).await, Ok(RotationResult::Rotated));
    let calls = calls.into_inner();
    let steps: Vec<_> = calls.iter().map(|(attempt, step, _)| (*attempt, *step)).collect();
    let first = [(1, "createSecret"), (1, "setSecret"), (1, "testSecret")];
    assert_eq!(steps, first.into_iter().chain(STEPS.map(|step| (2, step))).collect::<Vec<_>>());
    assert!(calls.iter().all(|(_, _, token)| *token == calls[0].2));
    assert!(simulator.now().duration_since(before) >= SignedDuration::from_mins(10));
}

// Facts 4.5: a stuck AWSPENDING has the next rotation attempt the same version again; an operator clears it.
#[tokio::test(start_paused = true)]
async fn a_stuck_rotation_is_attempted_again_until_somebody_takes_its_label_off() {
    let simulator = rotated_account();
    let failing = async |_: Invocation| Err("broken".to_owned());
    let failed = simulator.rotate("ci/key", TWO, failing).await;
    assert_eq!(failed, Ok(RotationResult::Failed("createSecret: broken".to_owned())));
    let stuck = labelled(&simulator, "AWSPENDING").unwrap();
    let rotate = || secrets(&simulator).rotate_secret().secret_id("ci/key").send();
    assert_eq!(code(rotate().await), "InvalidRequestException");
    assert_eq!(labelled(&simulator, "AWSPENDING").unwrap(), stuck);
    let tokens = RefCell::new(Vec::new());
    let invoke = async |invocation: Invocation| {
        tokens.borrow_mut().push(text(&invocation.event, "ClientRequestToken"));
        Err("still broken".to_owned())
    };
    simulator.drive_due(TWO, invoke).await;
    assert_eq!(tokens.into_inner(), [stuck.clone(), stuck.clone()]);
    let clear = secrets(&simulator)
        .update_secret_version_stage()
        .secret_id("ci/key")
        .version_stage("AWSPENDING");
    clear.remove_from_version_id(&stuck).send().await.unwrap();
    let fresh = rotate().await.unwrap().version_id.unwrap();
    assert_ne!(fresh, stuck);
}

// Secrets Manager API reference, RotateSecret, RotateImmediately; fact 5, observed: only testSecret, on a copy of the value.
#[tokio::test(start_paused = true)]
async fn rotation_set_up_for_later_only_tests_a_copy_of_the_current_value() {
    let simulator = account();
    simulator.add_secret("ci/key", "one");
    let function = simulator.add_function("rotate-key");
    let rules = RotationRulesType::builder().automatically_after_days(30).build();
    let rotate = secrets(&simulator)
        .rotate_secret()
        .secret_id("ci/key")
        .rotation_lambda_arn(function)
        .rotation_rules(rules);
    rotate.rotate_immediately(false).send().await.unwrap();
    let current = labelled(&simulator, "AWSCURRENT");
    let calls = RefCell::new(Vec::new());
    let invoke = async |invocation: Invocation| {
        calls.borrow_mut().push((
            invocation.step,
            simulator.view(|view| view.version("ci/key", "AWSPENDING")).unwrap(),
        ));
        Ok(())
    };
    assert_eq!(simulator.drive_due(TWO, invoke).await, [RotationResult::Tested]);
    let calls = calls.into_inner();
    let [(step, pending)] = calls.as_slice() else { panic!("not one call: {calls:?}") };
    assert_eq!((*step, pending.value.as_deref()), ("testSecret", Some("one")));
    assert_ne!(Some(&pending.id), current.as_ref());
    assert_eq!(
        (labelled(&simulator, "AWSCURRENT"), labelled(&simulator, "AWSPENDING")),
        (current, None)
    );
    let described = secrets(&simulator).describe_secret().secret_id("ci/key").send().await.unwrap();
    assert_eq!((described.rotation_enabled, described.last_rotated_date), (Some(true), None));
}

// Secrets Manager API reference, RotateSecret: rotates at once unless told otherwise, and again with every change of the rules.
#[tokio::test(start_paused = true)]
async fn configuring_rotation_rotates_at_once() {
    let simulator = account();
    simulator.add_secret("ci/key", "one");
    let function = simulator.add_function("rotate-key");
    let rotated = secrets(&simulator)
        .rotate_secret()
        .secret_id("ci/key")
        .rotation_lambda_arn(function)
        .send()
        .await
        .unwrap();
    let invoke = async |invocation: Invocation| good_function(&simulator, &invocation).await;
    assert_eq!(simulator.drive_due(TWO, invoke).await, [RotationResult::Rotated]);
    assert_eq!(labelled(&simulator, "AWSCURRENT"), rotated.version_id);
    let invoke = async |_: Invocation| Err("nothing is due any more".to_owned());
    assert_eq!(simulator.drive_due(TWO, invoke).await, []);
}

// Secrets Manager API reference, RotateSecret, ClientRequestToken: prevents a second version when a call is made again.
#[tokio::test(start_paused = true)]
async fn asking_for_a_rotation_again_with_the_same_token_starts_no_other() {
    let simulator = rotated_account();
    let rotate = || {
        secrets(&simulator)
            .rotate_secret()
            .secret_id("ci/key")
            .client_request_token("t".repeat(32))
            .send()
    };
    assert_eq!(
        (rotate().await.unwrap().version_id, rotate().await.unwrap().version_id),
        (Some("t".repeat(32)), Some("t".repeat(32)))
    );
    let invoke = async |invocation: Invocation| good_function(&simulator, &invocation).await;
    assert_eq!(simulator.drive_due(TWO, invoke).await.len(), 1);
}

// Secrets Manager user guide, troubleshooting rotation: "Pending secret version … was not created by Lambda …".
#[tokio::test(start_paused = true)]
async fn storing_the_new_value_without_the_rotation_token_fails_the_rotation() {
    let simulator = rotated_account();
    let invoke = async |invocation: Invocation| match invocation.step {
        "createSecret" => store(&simulator, &invocation.event, None).await,
        _ => good_function(&simulator, &invocation).await,
    };
    let result = simulator.rotate("ci/key", Retries { attempts: 1, ..TWO }, invoke).await.unwrap();
    assert!(
        matches!(&result, RotationResult::Failed(error) if error.contains("was not created by")),
        "{result:?}"
    );
}

// Secrets Manager user guide, CloudTrail entries: RotationAbandoned when a value is stored by hand; AWSPENDING is removed.
#[tokio::test(start_paused = true)]
async fn a_value_stored_by_hand_abandons_the_rotation() {
    let simulator = rotated_account();
    let invoke = async |invocation: Invocation| match invocation.step {
        "setSecret" => {
            secrets(&simulator)
                .put_secret_value()
                .secret_id("ci/key")
                .secret_string("by hand")
                .send()
                .await
                .unwrap();
            Err("the pending version is gone".to_owned())
        }
        _ => good_function(&simulator, &invocation).await,
    };
    let result = simulator.rotate("ci/key", TWO, invoke).await.unwrap();
    assert!(matches!(result, RotationResult::Abandoned(_)), "{result:?}");
    assert_eq!(labelled(&simulator, "AWSPENDING"), None);
    let current = simulator.view(|view| view.version("ci/key", "AWSCURRENT")).unwrap();
    assert_eq!(current.value.as_deref(), Some("by hand"));
}

// Secrets Manager API reference, CancelRotateSecret: rotation is off, and the labels stay as they are.
#[tokio::test(start_paused = true)]
async fn cancelling_switches_rotation_off_and_leaves_the_labels_where_they_are() {
    let simulator = rotated_account();
    let attempts = RefCell::new(0);
    let invoke = async |_: Invocation| {
        *attempts.borrow_mut() += 1;
        secrets(&simulator).cancel_rotate_secret().secret_id("ci/key").send().await.unwrap();
        Err("rotation is off".to_owned())
    };
    let result = simulator.rotate("ci/key", TWO, invoke).await.unwrap();
    assert!(
        matches!(result, RotationResult::Abandoned(_)) && attempts.into_inner() == 1,
        "{result:?}"
    );
    assert!(labelled(&simulator, "AWSPENDING").is_some());
    let described = secrets(&simulator).describe_secret().secret_id("ci/key").send().await.unwrap();
    assert_eq!(described.rotation_enabled, Some(false));
}

// Secrets Manager API reference, RotateSecret: a function must be known to the secret, and be there.
#[tokio::test(start_paused = true)]
async fn rotation_needs_a_function() {
    let simulator = account();
    simulator.add_secret("ci/key", "one");
    let rotate = || secrets(&simulator).rotate_secret().secret_id("ci/key");
    assert_eq!(code(rotate().send().await), "InvalidRequestException");
    let missing = "arn:aws:lambda:eu-west-1:123456789012:function:missing";
    assert_eq!(code(rotate().rotation_lambda_arn(missing).send().await), "AccessDeniedException");
    assert_eq!(labelled(&simulator, "AWSPENDING"), None);
}

// Secrets Manager API reference, DescribeSecret, OwningService: secrets of a service are rotated by it alone.
#[tokio::test(start_paused = true)]
async fn a_secret_of_another_service_is_not_rotated() {
    let simulator = rotated_account();
    simulator.set_owning_service("ci/key", "rds");
    assert_eq!(
        code(secrets(&simulator).rotate_secret().secret_id("ci/key").send().await),
        "InvalidRequestException"
    );
}

// Facts 4.5: RotationEnabled is absent until rotation was configured once.
#[tokio::test(start_paused = true)]
async fn rotation_enabled_is_absent_until_rotation_is_configured() {
    let simulator = account();
    simulator.add_secret("ci/key", "one");
    let enabled = async || {
        secrets(&simulator)
            .describe_secret()
            .secret_id("ci/key")
            .send()
            .await
            .unwrap()
            .rotation_enabled
    };
    assert_eq!(enabled().await, None);
    simulator.enable_rotation("ci/key", 30);
    assert_eq!(enabled().await, Some(true));
    simulator.disable_rotation("ci/key");
    assert_eq!(enabled().await, Some(false));
}

// The driver answers as the API does.
#[tokio::test(start_paused = true)]
async fn a_secret_that_is_missing_or_not_rotated_cannot_be_driven() {
    let simulator = account();
    simulator.add_secret("ci/key", "one");
    let refusal = async |secret: &str| {
        let refused: Result<_, ApiError> =
            simulator.rotate(secret, TWO, async |_: Invocation| Ok(())).await;
        refused.map_err(|error| error.code)
    };
    assert_eq!(refusal("missing").await, Err("ResourceNotFoundException".to_owned()));
    assert_eq!(refusal("ci/key").await, Err("InvalidRequestException".to_owned()));
}
