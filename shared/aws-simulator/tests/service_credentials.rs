//! Credentials that work with one service only.

use aws_sdk_iam::types::{ServiceSpecificCredentialMetadata, StatusType};
use aws_simulator::Simulator;
use jiff::SignedDuration;

use crate::support::{account, account_with, code, iam};

const GIT: &str = "codecommit.amazonaws.com";
const BEDROCK: &str = "bedrock.amazonaws.com";

async fn listed(simulator: &Simulator) -> Vec<ServiceSpecificCredentialMetadata> {
    let list = iam(simulator).list_service_specific_credentials().user_name("alice");
    list.send().await.unwrap().service_specific_credentials.unwrap_or_default()
}

async fn create(simulator: &Simulator, service: &str) -> String {
    let call = iam(simulator).create_service_specific_credential().user_name("alice");
    code(call.service_name(service).send().await)
}

async fn set_status(simulator: &Simulator, user: &str, id: &str, status: StatusType) -> String {
    let call = iam(simulator).update_service_specific_credential().user_name(user);
    code(call.service_specific_credential_id(id).status(status).send().await)
}

// IAM API reference, ServiceSpecificCredential: a Git credential has a user name and password, an API key an alias and secret.
#[tokio::test(start_paused = true)]
async fn a_git_credential_is_a_name_and_password_and_an_api_key_a_secret_with_a_prefix() {
    let simulator = account();
    let made = async |service: &str| {
        let call = iam(&simulator).create_service_specific_credential().user_name("alice");
        let answer = call.service_name(service).send().await.unwrap();
        answer.service_specific_credential.unwrap()
    };
    let git = made(GIT).await;
    assert_eq!(git.service_user_name, "alice-at-123456789012");
    assert!(!git.service_password.is_empty() && git.service_credential_secret.is_none());
    assert!(git.service_specific_credential_id.starts_with("ACCA"));
    let key = made(BEDROCK).await;
    assert!(key.service_credential_secret.as_deref().unwrap().starts_with("ABSK"));
    assert!(key.service_password.is_empty() && key.expiration_date.is_none());
    assert_eq!(simulator.view(|view| view.issued_secrets().len()), 2);
}

// IAM user guide, quotas: two for each service and user, inactive ones included. Observed: an unknown service is no such entity.
#[tokio::test(start_paused = true)]
async fn a_user_has_two_credentials_for_each_service() {
    let simulator = account();
    let first = simulator.add_service_credential("alice", GIT, None);
    simulator.add_service_credential("alice", GIT, None);
    simulator.set_status(&first, "Inactive");
    assert_eq!(create(&simulator, GIT).await, "LimitExceeded");
    assert_eq!(create(&simulator, BEDROCK).await, "accepted");
    assert_eq!(create(&simulator, "unknown.amazonaws.com").await, "NoSuchEntity");
}

// Observed: CredentialAgeDays adds exact days; after them the status is Expired, and cannot be set or lifted.
#[tokio::test(start_paused = true)]
async fn a_credential_expires_by_itself_and_stays_expired() {
    let simulator = account();
    let id = simulator.add_service_credential("alice", BEDROCK, Some(30));
    let expires = listed(&simulator).await[0].expiration_date.unwrap().secs();
    assert_eq!(expires, 1_767_225_600 + 30 * 86_400);
    assert_eq!(set_status(&simulator, "alice", &id, StatusType::Expired).await, "InvalidInput");
    simulator.advance(SignedDuration::from_hours(30 * 24));
    assert_eq!(listed(&simulator).await[0].status, StatusType::Expired);
    let reset = iam(&simulator).reset_service_specific_credential().user_name("alice");
    let reset = reset.service_specific_credential_id(&id).send().await.unwrap();
    assert_eq!(reset.service_specific_credential.unwrap().status, StatusType::Expired);
    let viewed = simulator.view(|view| view.credentials("alice").remove(0).status);
    assert_eq!(viewed, "Expired");
}

// IAM API reference, ResetServiceSpecificCredential: a new secret, and everything else as it was.
#[tokio::test(start_paused = true)]
async fn a_reset_changes_the_secret_only() {
    let simulator = account();
    let id = simulator.add_service_credential("alice", GIT, None);
    simulator.set_status(&id, "Inactive");
    let before = listed(&simulator).await;
    simulator.advance(SignedDuration::from_hours(5));
    let reset = async || {
        let call = iam(&simulator).reset_service_specific_credential().user_name("alice");
        let answer = call.service_specific_credential_id(&id).send().await.unwrap();
        answer.service_specific_credential.unwrap().service_password
    };
    assert_ne!(reset().await, reset().await);
    assert_eq!(listed(&simulator).await, before);
}

// Observed: another user's credential is a validation error, a missing one no such entity.
#[tokio::test(start_paused = true)]
async fn another_users_credential_is_invalid_and_a_missing_one_is_not_there() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    let id = simulator.add_service_credential("alice", GIT, None);
    let set =
        async |user: &str, id: &str| set_status(&simulator, user, id, StatusType::Inactive).await;
    assert_eq!(set("bob", &id).await, "ValidationError");
    assert_eq!(set("alice", "ACCAAAAAAAAAAAAAAAAAA").await, "NoSuchEntity");
    assert_eq!(set("alice", &id).await, "accepted");
    let delete = iam(&simulator).delete_service_specific_credential().user_name("alice");
    delete.service_specific_credential_id(&id).send().await.unwrap();
    assert!(listed(&simulator).await.is_empty());
}

// Observed: a rename keeps the names that the credentials sign in with.
#[tokio::test(start_paused = true)]
async fn a_renamed_user_keeps_the_login_of_its_credential() {
    let simulator = account();
    let id = simulator.add_service_credential("alice", GIT, None);
    let rename = iam(&simulator).update_user().user_name("alice").new_user_name("alina");
    rename.send().await.unwrap();
    let list = iam(&simulator).list_service_specific_credentials().user_name("alina");
    let listed = list.send().await.unwrap().service_specific_credentials.unwrap();
    assert_eq!(
        (listed[0].user_name.as_str(), listed[0].service_user_name.as_str()),
        ("alina", "alice-at-123456789012")
    );
    assert_eq!(set_status(&simulator, "alina", &id, StatusType::Inactive).await, "accepted");
}

// IAM API reference, ListServiceSpecificCredentials: AllUsers, in pages. Observed: it excludes UserName, and a service is optional.
#[tokio::test(start_paused = true)]
async fn all_credentials_of_an_account_can_be_listed_at_once() {
    let simulator = account_with(|settings| settings.page_size = 2);
    let mut ids = Vec::new();
    for user in ["bob", "carol"] {
        simulator.add_user(user, "/", &[]);
        ids.push(simulator.add_service_credential(user, GIT, None));
        ids.push(simulator.add_service_credential(user, BEDROCK, None));
    }
    ids.sort();
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let list = iam(&simulator).list_service_specific_credentials().all_users(true);
        let page = list.set_marker(marker).send().await.unwrap();
        let listed = page.service_specific_credentials.unwrap();
        found.extend(listed.into_iter().map(|own| own.service_specific_credential_id));
        if !page.is_truncated {
            break;
        }
        marker = page.marker;
    }
    assert_eq!(found, ids);
    let list = iam(&simulator).list_service_specific_credentials().all_users(true);
    assert_eq!(code(list.user_name("bob").send().await), "ValidationError");
    let list = iam(&simulator).list_service_specific_credentials().all_users(true);
    let git = list.service_name(GIT).send().await.unwrap().service_specific_credentials.unwrap();
    assert_eq!(git.len(), 2);
}
