//! When a key was last used, as far as IAM tells.

use aws_sdk_iam::operation::get_access_key_last_used::GetAccessKeyLastUsedOutput;
use aws_sdk_iam::types::StatusType;
use aws_simulator::{ApiError, Fault, NewKey, Simulator, Times, What, When};
use jiff::{SignedDuration, Timestamp};

use crate::support::{account, account_with, at, code, config_with, iam, start, sts_with};

async fn asked(simulator: &Simulator, key: &NewKey) -> GetAccessKeyLastUsedOutput {
    iam(simulator).get_access_key_last_used().access_key_id(&key.id).send().await.unwrap()
}

async fn last_used(simulator: &Simulator, key: &NewKey) -> Option<Timestamp> {
    let date = asked(simulator, key).await.access_key_last_used.unwrap().last_used_date;
    date.map(|date| Timestamp::from_second(date.secs()).unwrap())
}

// IAM API reference, AccessKeyLastUsed: no date, and N/A for the service and the Region, when the key was never used.
#[tokio::test(start_paused = true)]
async fn a_key_never_used_has_no_date_and_not_applicable_for_the_rest() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    let answer = asked(&simulator, &key).await.access_key_last_used.unwrap();
    assert_eq!(
        (answer.last_used_date, answer.service_name.as_str(), answer.region.as_str()),
        (None, "N/A", "N/A")
    );
}

// IAM API reference, GetAccessKeyLastUsed, UserName: the only way from a key to its user.
#[tokio::test(start_paused = true)]
async fn the_answer_names_the_owner_of_the_key() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    assert_eq!(asked(&simulator, &key).await.user_name.as_deref(), Some("alice"));
    let unknown = iam(&simulator)
        .get_access_key_last_used()
        .access_key_id("AKIAAAAAAAAAAAAAAAAA")
        .send()
        .await;
    assert_eq!(code(unknown), "NoSuchEntity");
}

// IAM API reference, AccessKeyLastUsed: date, service and Region of the most recent use.
#[tokio::test(start_paused = true)]
async fn a_use_is_recorded_with_its_service_and_region() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    simulator.advance(SignedDuration::from_hours(1));
    sts_with(&simulator, &key).get_caller_identity().send().await.unwrap();
    let answer = asked(&simulator, &key).await.access_key_last_used.unwrap();
    assert_eq!((answer.service_name.as_str(), answer.region.as_str()), ("sts", "eu-west-1"));
    assert_eq!(last_used(&simulator, &key).await, Some(at("2026-01-01T01:00:00Z")));
}

// Fact 8; observed: after a successful call the last use was still N/A seconds later.
#[tokio::test(start_paused = true)]
async fn a_use_shows_only_after_a_while() {
    let simulator = account_with(|settings| settings.last_used_lag = SignedDuration::from_hours(4));
    let key = simulator.add_access_key("alice");
    sts_with(&simulator, &key).get_caller_identity().send().await.unwrap();
    simulator.advance(SignedDuration::from_mins(239));
    assert_eq!(last_used(&simulator, &key).await, None);
    simulator.advance(SignedDuration::from_mins(1));
    assert_eq!(last_used(&simulator, &key).await, Some(start()));
}

// IAM user guide, credential report: a key used more than once in fifteen minutes has only the first use recorded.
#[tokio::test(start_paused = true)]
async fn uses_within_fifteen_minutes_count_as_the_first() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    simulator.use_key(&key.id, "s3");
    simulator.advance(SignedDuration::new(899, 0));
    simulator.use_key(&key.id, "ec2");
    assert_eq!(last_used(&simulator, &key).await, Some(start()));
    simulator.advance(SignedDuration::new(1, 0));
    simulator.use_key(&key.id, "ec2");
    assert_eq!(last_used(&simulator, &key).await, Some(at("2026-01-01T00:15:00Z")));
}

// IAM records authenticated requests only: a signature that is refused is nobody's use.
#[tokio::test(start_paused = true)]
async fn a_call_whose_signature_is_refused_is_no_use() {
    let simulator = account_with(|settings| settings.propagation = SignedDuration::from_secs(10));
    let key = simulator.add_access_key("alice");
    let call =
        async |key: NewKey| code(sts_with(&simulator, &key).get_caller_identity().send().await);
    assert_eq!(call(key.clone()).await, "InvalidClientTokenId");
    simulator.advance(SignedDuration::from_mins(1));
    assert_eq!(
        call(NewKey { secret: "x".repeat(40), ..key.clone() }).await,
        "SignatureDoesNotMatch"
    );
    let iam = iam(&simulator);
    iam.update_access_key()
        .user_name("alice")
        .access_key_id(&key.id)
        .status(StatusType::Inactive)
        .send()
        .await
        .unwrap();
    assert_eq!(call(key.clone()).await, "InvalidClientTokenId");
    assert_eq!(last_used(&simulator, &key).await, None);
}

// IAM API reference, GenerateServiceLastAccessedDetails: "This includes all attempts", denied ones as well; presumed for keys.
#[tokio::test(start_paused = true)]
async fn a_denied_call_and_a_failing_one_are_uses() {
    let simulator = account();
    let keys = [simulator.add_access_key("alice"), simulator.add_access_key("alice")];
    let own = keys.each_ref().map(|key| aws_sdk_iam::Client::new(&config_with(&simulator, key)));
    let denied = ApiError::new(403, "AccessDenied", "not authorized");
    simulator.plan(Fault {
        when: When::Operation("ListUsers"),
        times: Times::Once,
        what: What::Refuse(denied),
    });
    assert_eq!(code(own[0].list_users().send().await), "AccessDenied");
    assert_eq!(code(own[1].get_user().user_name("nobody").send().await), "NoSuchEntity");
    for key in &keys {
        assert_eq!(last_used(&simulator, key).await, Some(start()));
    }
}
