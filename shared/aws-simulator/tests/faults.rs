//! Faults, crashes, throttling, the gate, the watch and the log: what the simulated account adds to AWS.

use aws_simulator::{ApiError, Crashed, Fault, Gate, Simulator, Times, What, When};
use jiff::SignedDuration;

use crate::support::{account, account_with, code, iam, secrets};

fn plan(simulator: &Simulator, what: What, times: Times) {
    simulator.plan(Fault { when: When::Operation("CreateAccessKey"), times, what });
}

async fn create(simulator: &Simulator) -> String {
    code(iam(simulator).create_access_key().user_name("alice").send().await)
}

/// A client that tries again, as SDKs do unless told otherwise.
async fn create_stubbornly(simulator: &Simulator) -> String {
    let iam = aws_sdk_iam::Client::new(&simulator.sdk_config("tester"));
    code(iam.create_access_key().user_name("alice").send().await)
}

fn keys(simulator: &Simulator) -> usize {
    simulator.view(|view| view.keys("alice").len())
}

// The kinds of fault, by what the caller is told and by what is done.
#[tokio::test(start_paused = true)]
async fn a_fault_strikes_before_or_after_the_effect() {
    let refused = What::Refuse(ApiError::new(409, "ConcurrentModification", "try again"));
    let table = [
        (What::ErrorBefore, "ServiceFailure", 0),
        (What::ErrorAfter, "ServiceFailure", 1),
        (What::TimeoutBefore, "no answer", 0),
        (What::TimeoutAfter, "no answer", 1),
        (What::Throttle, "Throttling", 0),
        (refused, "ConcurrentModification", 0),
    ];
    for (what, answer, made) in table {
        let simulator = account();
        plan(&simulator, what.clone(), Times::Once);
        assert!(!simulator.faults_struck());
        assert_eq!(
            (create(&simulator).await.as_str(), keys(&simulator)),
            (answer, made),
            "{what:?}"
        );
        assert!(simulator.faults_struck());
        assert_eq!(create(&simulator).await, "accepted", "the fault is over: {what:?}");
    }
}

// The function's process ends in the middle of a call; what comes after it in the function never runs.
#[tokio::test(start_paused = true)]
async fn a_crash_ends_the_invocation_before_or_after_the_effect() {
    for (what, made) in [(What::CrashBefore, 0), (What::CrashAfter, 1)] {
        let simulator = account();
        plan(&simulator, what, Times::Once);
        assert_eq!(simulator.run(create(&simulator)).await, Err(Crashed));
        assert_eq!(keys(&simulator), made);
        assert_eq!(simulator.run(create(&simulator)).await, Ok("accepted".to_owned()));
    }
}

// Fact 2: the SDK repeats a call whose answer was lost, and CreateAccessKey then makes a second key.
#[tokio::test(start_paused = true)]
async fn a_lost_answer_has_the_sdk_make_a_second_key() {
    let simulator = account();
    plan(&simulator, What::TimeoutAfter, Times::Once);
    assert_eq!(create_stubbornly(&simulator).await, "accepted");
    assert_eq!(keys(&simulator), 2);
}

// An SDK tries three times; a fault that lasts outlives them all, and ends with the invocation.
#[tokio::test(start_paused = true)]
async fn a_lasting_fault_outlives_the_retries_of_the_sdk() {
    let simulator = account();
    plan(&simulator, What::Throttle, Times::UntilInvocationEnds);
    assert_eq!(simulator.run(create_stubbornly(&simulator)).await, Ok("Throttling".to_owned()));
    assert_eq!(simulator.calls().len(), 3);
    assert_eq!(simulator.run(create_stubbornly(&simulator)).await, Ok("accepted".to_owned()));
}

#[tokio::test(start_paused = true)]
async fn a_fault_strikes_the_call_of_its_number_counted_from_the_plan() {
    let simulator = account();
    create(&simulator).await;
    simulator.plan(Fault { when: When::Call(2), times: Times::Once, what: What::ErrorBefore });
    let list = || iam(&simulator).list_access_keys().user_name("alice").send();
    let answers = [code(list().await), code(list().await), code(list().await)];
    assert_eq!(answers, ["accepted", "ServiceFailure", "accepted"]);
}

#[tokio::test(start_paused = true)]
async fn planned_faults_can_be_forgotten() {
    let simulator = account();
    plan(&simulator, What::ErrorBefore, Times::Once);
    simulator.forget_faults();
    assert_eq!(create(&simulator).await, "accepted");
}

// Secrets Manager API reference, InternalServiceError; common errors of the JSON services, ThrottlingException.
#[tokio::test(start_paused = true)]
async fn secrets_manager_names_its_failures_differently() {
    let simulator = account();
    for (what, answer) in
        [(What::ErrorBefore, "InternalServiceError"), (What::Throttle, "ThrottlingException")]
    {
        simulator.plan(Fault { when: When::Operation("ListSecrets"), times: Times::Once, what });
        assert_eq!(code(secrets(&simulator).list_secrets().send().await), answer);
    }
}

// Facts 2.1: IAM throttles by account and second, with the code Throttling; reported trouble begins at 5 to 10 calls.
#[tokio::test(start_paused = true)]
async fn iam_refuses_calls_over_its_rate_until_the_next_second() {
    let simulator = account_with(|settings| settings.iam_calls_per_second = 2);
    let list = || iam(&simulator).list_users().send();
    let answers = [code(list().await), code(list().await), code(list().await)];
    assert_eq!(answers, ["accepted", "accepted", "Throttling"]);
    assert_eq!(code(secrets(&simulator).list_secrets().send().await), "accepted");
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(code(list().await), "accepted");
}

#[tokio::test(start_paused = true)]
async fn the_log_numbers_the_calls_and_names_caller_operation_and_outcome() {
    let simulator = account();
    let other = aws_sdk_iam::Client::new(&simulator.sdk_config("other"));
    iam(&simulator).list_users().send().await.unwrap();
    simulator.advance(SignedDuration::from_secs(7));
    assert_eq!(code(other.delete_user().user_name("nobody").send().await), "NoSuchEntity");
    secrets(&simulator).list_secrets().send().await.unwrap();
    let calls = simulator.calls();
    let short: Vec<_> = calls
        .iter()
        .map(|call| {
            (call.number, call.caller.as_str(), call.service.as_str(), call.operation.as_str())
        })
        .collect();
    let expected = [
        (1, "tester", "iam", "ListUsers"),
        (2, "other", "iam", "DeleteUser"),
        (3, "tester", "secretsmanager", "ListSecrets"),
    ];
    assert_eq!(short, expected);
    let outcomes: Vec<_> =
        calls.iter().map(|call| (call.error.as_deref(), call.is_write())).collect();
    assert_eq!(outcomes, [(None, false), (Some("NoSuchEntity"), true), (None, false)]);
    assert_eq!(calls[1].at.duration_since(calls[0].at), SignedDuration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn the_watch_looks_at_the_account_after_every_call() {
    let simulator = account();
    simulator.watch(
        |view| if view.keys("alice").len() > 1 { Err("two keys".to_owned()) } else { Ok(()) },
    );
    create(&simulator).await;
    assert!(simulator.violations().is_empty());
    create(&simulator).await;
    assert_eq!(simulator.violations(), ["after call 2: two keys"]);
}

#[tokio::test(start_paused = true)]
async fn a_gate_holds_the_calls_until_they_are_released() {
    let simulator = account();
    let gate = Gate::new();
    let clients =
        ["a", "b"].map(|label| aws_sdk_iam::Client::new(&simulator.gated_sdk_config(label, &gate)));
    let calls = clients.map(|iam| tokio::spawn(async move { code(iam.list_users().send().await) }));
    while gate.waiting().len() < 2 {
        tokio::task::yield_now().await;
    }
    assert_eq!(gate.waiting().get("b").map(String::as_str), Some("ListUsers"));
    assert!(simulator.calls().is_empty());
    for label in ["b", "a"] {
        gate.release(label);
        while !simulator.calls().iter().any(|call| call.caller == label) {
            tokio::task::yield_now().await;
        }
    }
    for call in calls {
        assert_eq!(call.await.unwrap(), "accepted");
    }
    let order: Vec<_> = simulator.calls().into_iter().map(|call| call.caller).collect();
    assert_eq!(order, ["b", "a"]);
}

#[tokio::test(start_paused = true)]
async fn an_operation_that_is_not_simulated_says_so() {
    let simulator = account();
    assert_eq!(code(iam(&simulator).list_roles().send().await), "InvalidAction");
    assert_eq!(
        code(secrets(&simulator).validate_resource_policy().resource_policy("{}").send().await),
        "UnknownOperationException"
    );
}
