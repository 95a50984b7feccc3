use aws_credential_types::provider::ProvideCredentials;
use aws_simulator::{ACCOUNT, TrustPolicy};
use iam_client::{ErrorKind, IamReader, account_of_key, member_session, own_identity};
use lifecycle::identifiers::Arn;

use super::*;

const MEMBER: &str = "210987654321";

/// A member account with the user `bob` and a role that trusts the function's, with an external id.
fn member(simulator: &Simulator) -> (Simulator, Arn) {
    let member = simulator.account(MEMBER);
    member.add_user("bob", "/", &[]);
    let mut trust = TrustPolicy::of([format!("arn:aws:iam::{ACCOUNT}:role/sweep")]);
    trust.external_id = Some("keysteward-42".to_owned());
    member.add_role("keysteward-member", trust);
    let role = format!("arn:aws:iam::{MEMBER}:role/keysteward-member").parse().unwrap();
    (member, role)
}

#[tokio::test(start_paused = true)]
async fn a_session_acts_in_the_member_account_and_everything_else_stays() {
    let simulator = ideal();
    let (_, role) = member(&simulator);
    let sdk = simulator.sdk_config("sweep");
    let session = member_session(&sdk, &role, Some("keysteward-42"), "sweep-1", 900).await.unwrap();
    assert_eq!(session.region(), sdk.region());
    let identity = own_identity(&session).await.unwrap();
    assert_eq!(identity.account, MEMBER.parse().unwrap());
    assert_eq!(
        identity.arn,
        format!("arn:aws:sts::{MEMBER}:assumed-role/keysteward-member/sweep-1")
    );
    assert_eq!(own_identity(&sdk).await.unwrap().account, ACCOUNT.parse().unwrap());
    let users = IamReader::new(&session).users().await.unwrap();
    assert_eq!(users.iter().map(|user| user.name.as_str()).collect::<Vec<_>>(), ["bob"]);
}

#[tokio::test(start_paused = true)]
async fn a_session_has_an_end() {
    let simulator = ideal();
    let (_, role) = member(&simulator);
    let sdk = simulator.sdk_config("sweep");
    let session = member_session(&sdk, &role, Some("keysteward-42"), "sweep", 900).await.unwrap();
    simulator.advance(SignedDuration::from_mins(16));
    own_identity(&session).await.unwrap_err();
    own_identity(&sdk).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn a_role_that_does_not_trust_the_caller_is_denied_with_a_hint() {
    let simulator = ideal();
    let (_, role) = member(&simulator);
    for (caller, external_id) in
        [("sweep", None), ("sweep", Some("wrong")), ("other", Some("keysteward-42"))]
    {
        let sdk = simulator.sdk_config(caller);
        let error = member_session(&sdk, &role, external_id, "sweep", 900).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
        let text = error.to_string();
        assert!(text.contains("keysteward-member") && text.contains("external id"), "{text}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_secrets_of_a_session_are_not_shown() {
    let simulator = ideal();
    let (_, role) = member(&simulator);
    let sdk = simulator.sdk_config("sweep");
    let session = member_session(&sdk, &role, Some("keysteward-42"), "sweep", 900).await.unwrap();
    let provider = session.credentials_provider().unwrap();
    let text = format!("{session:?} {provider:#?} {:?}", IamReader::new(&session));
    let credentials = provider.provide_credentials().await.unwrap();
    assert!(credentials.expiry().is_some());
    assert!(!text.contains(credentials.secret_access_key()));
    assert!(!text.contains(credentials.session_token().unwrap()));
}

#[tokio::test(start_paused = true)]
async fn the_account_of_a_key_is_found_wherever_it_is() {
    let simulator = ideal();
    let (member, _) = member(&simulator);
    let sdk = simulator.sdk_config("sweep");
    let (own, foreign) = (simulator.add_access_key("alice").id, member.add_access_key("bob").id);
    assert_eq!(
        account_of_key(&sdk, &own.parse().unwrap()).await.unwrap(),
        ACCOUNT.parse().unwrap()
    );
    assert_eq!(
        account_of_key(&sdk, &foreign.parse().unwrap()).await.unwrap(),
        MEMBER.parse().unwrap()
    );
    let error = account_of_key(&sdk, &"AKIANOBODYNOBODYNOBO".parse().unwrap()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Rejected);
}
