//! Faults that last, are counted, or strike one subject or one account only.

use aws_simulator::{Fault, Simulator, Times, What, When};

use crate::support::{account, code, iam};

async fn list(simulator: &Simulator, user: &str) -> String {
    code(iam(simulator).list_access_keys().user_name(user).send().await)
}

fn plan(simulator: &Simulator, when: When, times: Times) {
    simulator.plan(Fault { when, times, what: What::ErrorBefore });
}

#[tokio::test(start_paused = true)]
async fn a_fault_that_lasts_outlives_invocations() {
    let simulator = account();
    plan(&simulator, When::Operation("ListAccessKeys"), Times::Always);
    assert!(!simulator.faults_struck());
    for _ in 0..3 {
        assert_eq!(simulator.run(list(&simulator, "alice")).await.unwrap(), "ServiceFailure");
    }
    assert_eq!(code(iam(&simulator).list_users().send().await), "accepted");
    assert!(simulator.faults_struck());
    simulator.forget_faults();
    assert_eq!(list(&simulator, "alice").await, "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_counted_fault_strikes_so_often() {
    let simulator = account();
    plan(&simulator, When::Operation("ListAccessKeys"), Times::Count(2));
    assert_eq!(list(&simulator, "alice").await, "ServiceFailure");
    assert!(!simulator.faults_struck());
    assert_eq!(list(&simulator, "alice").await, "ServiceFailure");
    assert!(simulator.faults_struck());
    assert_eq!(list(&simulator, "alice").await, "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_fault_can_strike_one_user_or_one_key() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    let (first, second) = (simulator.add_access_key("bob"), simulator.add_access_key("bob"));
    plan(&simulator, When::OperationOn("ListAccessKeys", "bob".to_owned()), Times::Always);
    assert_eq!(list(&simulator, "alice").await, "accepted");
    assert_eq!(list(&simulator, "bob").await, "ServiceFailure");
    assert_eq!(list(&simulator, "alice").await, "accepted");
    let subject = second.id.clone();
    plan(&simulator, When::OperationOn("GetAccessKeyLastUsed", subject), Times::Once);
    let used = async |id: &str| {
        code(iam(&simulator).get_access_key_last_used().access_key_id(id).send().await)
    };
    assert_eq!(used(&first.id).await, "accepted");
    assert_eq!(used(&second.id).await, "ServiceFailure");
    assert_eq!(used(&second.id).await, "accepted");
}

#[tokio::test(start_paused = true)]
async fn a_fault_can_strike_one_account() {
    let simulator = account();
    let other = simulator.account("210987654321");
    other.add_user("alice", "/", &[]);
    let when = When::OperationIn("ListAccessKeys", "210987654321".to_owned());
    plan(&simulator, when, Times::UntilInvocationEnds);
    assert_eq!(list(&simulator, "alice").await, "accepted");
    assert_eq!(list(&other, "alice").await, "ServiceFailure");
    assert_eq!(list(&simulator, "alice").await, "accepted");
}
