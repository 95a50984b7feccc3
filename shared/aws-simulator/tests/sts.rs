//! Who signed: which keys are accepted, and as whom.

use aws_sdk_iam::types::StatusType;
use aws_simulator::{NewKey, Simulator};
use jiff::SignedDuration;

use crate::support::{account, account_with, code, config, config_with, iam, sts_with};

async fn identity(simulator: &Simulator, key: &NewKey) -> String {
    code(sts_with(simulator, key).get_caller_identity().send().await)
}

// STS API reference, GetCallerIdentity: the ARN holds the path, the id is the user's unique id.
#[tokio::test(start_paused = true)]
async fn a_user_key_is_its_user_path_and_all() {
    let simulator = account();
    simulator.add_user("ci", "/service/", &[]);
    let key = simulator.add_access_key("ci");
    let who = sts_with(&simulator, &key).get_caller_identity().send().await.unwrap();
    assert_eq!(who.arn.as_deref(), Some("arn:aws:iam::123456789012:user/service/ci"));
    assert_eq!(who.account.as_deref(), Some("123456789012"));
    let user = iam(&simulator).get_user().user_name("ci").send().await.unwrap().user.unwrap();
    assert_eq!(who.user_id, Some(user.user_id));
}

// STS API reference, GetCallerIdentity, example of a role: assumed-role ARN, AROA id with the session's name.
#[tokio::test(start_paused = true)]
async fn a_role_is_an_assumed_role() {
    let who =
        aws_sdk_sts::Client::new(&config(&account())).get_caller_identity().send().await.unwrap();
    assert_eq!(who.arn.as_deref(), Some("arn:aws:sts::123456789012:assumed-role/tester/tester"));
    assert!(who.user_id.unwrap().starts_with("AROA"));
}

// Observed, and documented as the common error InvalidClientTokenId.
#[tokio::test(start_paused = true)]
async fn an_inactive_key_is_refused_until_it_is_active_again() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    for (status, answer) in
        [(StatusType::Inactive, "InvalidClientTokenId"), (StatusType::Active, "accepted")]
    {
        iam(&simulator)
            .update_access_key()
            .user_name("alice")
            .access_key_id(&key.id)
            .status(status)
            .send()
            .await
            .unwrap();
        assert_eq!(identity(&simulator, &key).await, answer);
    }
}

// Common errors of AWS APIs, InvalidClientTokenId: "The X.509 certificate or AWS access key ID provided does not exist".
#[tokio::test(start_paused = true)]
async fn a_deleted_and_an_unknown_key_are_refused() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    iam(&simulator)
        .delete_access_key()
        .user_name("alice")
        .access_key_id(&key.id)
        .send()
        .await
        .unwrap();
    assert_eq!(identity(&simulator, &key).await, "InvalidClientTokenId");
    let unknown = NewKey { id: "AKIAZZZZZZZZZZZZZZZZ".to_owned(), secret: "x".repeat(40) };
    assert_eq!(identity(&simulator, &unknown).await, "InvalidClientTokenId");
}

// Common errors of AWS APIs, SignatureDoesNotMatch.
#[tokio::test(start_paused = true)]
async fn a_key_with_a_wrong_secret_is_told_that_the_signature_does_not_match() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    assert_eq!(
        identity(&simulator, &NewKey { secret: "x".repeat(40), ..key }).await,
        "SignatureDoesNotMatch"
    );
}

// Common errors of the JSON services: the same refusals have other names in Secrets Manager.
#[tokio::test(start_paused = true)]
async fn secrets_manager_names_the_refusals_differently() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    let list = async |key: &NewKey| {
        code(
            aws_sdk_secretsmanager::Client::new(&config_with(&simulator, key))
                .list_secrets()
                .send()
                .await,
        )
    };
    assert_eq!(list(&key).await, "accepted");
    assert_eq!(
        list(&NewKey { secret: "x".repeat(40), ..key.clone() }).await,
        "InvalidSignatureException"
    );
    simulator.set_key_status(&key.id, "Inactive");
    assert_eq!(list(&key).await, "UnrecognizedClientException");
}

// Fact 8: a fresh key needs some five to fifteen seconds to work.
#[tokio::test(start_paused = true)]
async fn a_key_just_made_is_not_known_yet() {
    let simulator = account_with(|settings| settings.propagation = SignedDuration::from_secs(10));
    let key = simulator.add_access_key("alice");
    simulator.advance(SignedDuration::from_secs(9));
    assert_eq!(identity(&simulator, &key).await, "InvalidClientTokenId");
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(identity(&simulator, &key).await, "accepted");
}

// Reported of real accounts: "fluctuations" after the first success; one success proves little.
#[tokio::test(start_paused = true)]
async fn a_key_may_be_refused_again_after_it_was_accepted() {
    let simulator = account_with(|settings| settings.flapping = SignedDuration::from_secs(10));
    let key = simulator.add_access_key("alice");
    let mut answers = Vec::new();
    for _ in 0..4 {
        answers.push(identity(&simulator, &key).await);
    }
    assert_eq!(answers, ["InvalidClientTokenId", "accepted", "InvalidClientTokenId", "accepted"]);
    simulator.advance(SignedDuration::from_secs(10));
    for _ in 0..2 {
        assert_eq!(identity(&simulator, &key).await, "accepted");
    }
}

// STS API reference, GetAccessKeyInfo: the account of a key, active or not; a temporary one is told apart by its prefix.
#[tokio::test(start_paused = true)]
async fn the_account_of_a_key_is_told_even_when_it_is_inactive() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    simulator.set_key_status(&key.id, "Inactive");
    let sts = aws_sdk_sts::Client::new(&config(&simulator));
    let info = sts.get_access_key_info().access_key_id(&key.id).send().await.unwrap();
    assert_eq!(info.account.as_deref(), Some("123456789012"));
}
