//! Roles that other accounts assume, and the sessions they get.

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_sdk_sts::operation::assume_role::builders::AssumeRoleFluentBuilder;
use aws_simulator::{Simulator, TrustPolicy};
use aws_types::SdkConfig;
use jiff::SignedDuration;

use crate::support::{account, code, config, config_with};

const MEMBER: &str = "210987654321";
const ROLE: &str = "arn:aws:iam::210987654321:role/keysteward-member";
const HUB: &str = "arn:aws:iam::123456789012:role/tester";

fn world(trust: TrustPolicy) -> Simulator {
    let simulator = account();
    let member = simulator.account(MEMBER);
    member.add_user("bob", "/", &[]);
    member.add_role("keysteward-member", trust);
    simulator
}

fn assume(simulator: &Simulator) -> AssumeRoleFluentBuilder {
    let sts = aws_sdk_sts::Client::new(&config(simulator));
    sts.assume_role().role_arn(ROLE).role_session_name("sweep")
}

async fn session(simulator: &Simulator) -> SdkConfig {
    let credentials = assume(simulator).send().await.unwrap().credentials.unwrap();
    let credentials = Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        Some(credentials.session_token),
        None,
        "test",
    );
    config(simulator)
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .build()
}

// STS API reference, AssumeRole.
#[tokio::test(start_paused = true)]
async fn a_session_of_a_role_acts_in_the_account_of_the_role() {
    let simulator = world(TrustPolicy::of([HUB]));
    let answer = assume(&simulator).send().await.unwrap();
    assert_eq!(
        answer.assumed_role_user.unwrap().arn,
        "arn:aws:sts::210987654321:assumed-role/keysteward-member/sweep"
    );
    assert_eq!(answer.credentials.unwrap().expiration.secs(), 1_767_225_600 + 3600);
    let iam = aws_sdk_iam::Client::new(&session(&simulator).await);
    assert_eq!(iam.list_users().send().await.unwrap().users[0].user_name, "bob");
    let calls = simulator.calls();
    let (assumed, listed) = (&calls[0], &calls[calls.len() - 1]);
    assert_eq!((assumed.account.as_str(), assumed.resource.as_str()), ("123456789012", ROLE));
    assert_eq!((listed.account.as_str(), listed.caller.as_str()), (MEMBER, "tester"));
}

// STS API reference, AssumeRole: access is denied alike when the role is missing and when it does not trust the caller.
#[tokio::test(start_paused = true)]
async fn a_role_that_is_missing_or_does_not_trust_the_caller_is_denied() {
    let denied = "User: arn:aws:sts::123456789012:assumed-role/tester/tester is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::210987654321:role/keysteward-member";
    for simulator in [account(), world(TrustPolicy::of(["arn:aws:iam::123456789012:role/other"]))] {
        let error = assume(&simulator).send().await.unwrap_err().into_service_error();
        assert_eq!(
            (error.meta().code(), error.meta().message()),
            (Some("AccessDenied"), Some(denied))
        );
    }
}

// IAM user guide, principals: an account's number and its root ARN mean everybody in the account.
#[tokio::test(start_paused = true)]
async fn a_role_may_trust_a_whole_account() {
    for principal in ["123456789012", "arn:aws:iam::123456789012:root"] {
        assert_eq!(code(assume(&world(TrustPolicy::of([principal]))).send().await), "accepted");
    }
    assert_eq!(
        code(assume(&world(TrustPolicy::of(["111122223333"]))).send().await),
        "AccessDenied"
    );
}

// IAM user guide, the confused deputy: a role may ask for an external id.
#[tokio::test(start_paused = true)]
async fn an_external_id_has_to_match() {
    let external_id = Some("ours".to_owned());
    let simulator = world(TrustPolicy { external_id, ..TrustPolicy::of([HUB]) });
    assert_eq!(code(assume(&simulator).send().await), "AccessDenied");
    assert_eq!(code(assume(&simulator).external_id("theirs").send().await), "AccessDenied");
    assert_eq!(code(assume(&simulator).external_id("ours").send().await), "accepted");
    assert_eq!(code(assume(&simulator).external_id("no spaces").send().await), "ValidationError");
}

// STS API reference, AssumeRole, DurationSeconds: 900 to the role's maximum; role chaining has one hour at most.
#[tokio::test(start_paused = true)]
async fn a_chained_session_lasts_an_hour_at_most_and_a_users_session_longer() {
    let simulator = world(TrustPolicy { max_session: 7200, ..TrustPolicy::of(["123456789012"]) });
    let chained = async |seconds| code(assume(&simulator).duration_seconds(seconds).send().await);
    assert_eq!(chained(899).await, "ValidationError");
    assert_eq!(chained(900).await, "accepted");
    assert_eq!(chained(3600).await, "accepted");
    assert_eq!(chained(3601).await, "ValidationError");
    let key = simulator.add_access_key("alice");
    let sts = aws_sdk_sts::Client::new(&config_with(&simulator, &key));
    let direct = async |seconds| {
        let call = sts.assume_role().role_arn(ROLE).role_session_name("sweep");
        code(call.duration_seconds(seconds).send().await)
    };
    assert_eq!(direct(7200).await, "accepted");
    assert_eq!(direct(7201).await, "ValidationError");
}

// STS API reference, AssumeRole, RoleSessionName: 2 to 64 of [\w+=,.@-].
#[tokio::test(start_paused = true)]
async fn a_session_name_is_checked() {
    let simulator = world(TrustPolicy::of([HUB]));
    for bad in ["x", "with space", &"x".repeat(65)] {
        let call = assume(&simulator).role_session_name(bad);
        assert_eq!(code(call.send().await), "ValidationError", "{bad}");
    }
    assert_eq!(code(assume(&simulator).role_session_name("a_b@c.d").send().await), "accepted");
}

// STS common errors, ExpiredToken 403; Secrets Manager, ExpiredTokenException.
#[tokio::test(start_paused = true)]
async fn a_session_ends_by_the_simulated_clock() {
    let simulator = world(TrustPolicy::of([HUB]));
    let session = session(&simulator).await;
    let iam = aws_sdk_iam::Client::new(&session);
    simulator.advance(SignedDuration::from_secs(3599));
    assert_eq!(code(iam.list_users().send().await), "accepted");
    simulator.advance(SignedDuration::from_secs(1));
    assert_eq!(code(iam.list_users().send().await), "ExpiredToken");
    let secrets = aws_sdk_secretsmanager::Client::new(&session);
    assert_eq!(code(secrets.list_secrets().send().await), "ExpiredTokenException");
}
