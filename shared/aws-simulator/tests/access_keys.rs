//! Access keys: their number, their states, whose they are.

use aws_sdk_iam::types::StatusType;
use aws_simulator::Simulator;
use jiff::SignedDuration;

use crate::support::{account, account_with, code, config_with, iam};

async fn statuses(simulator: &Simulator, user: &str) -> Vec<(String, String)> {
    let listed =
        iam(simulator).list_access_keys().user_name(user).send().await.unwrap().access_key_metadata;
    let listed = listed
        .into_iter()
        .map(|key| (key.access_key_id.unwrap(), key.status.unwrap().as_str().to_owned()));
    listed.collect()
}

// IAM API reference, CreateAccessKey: the secret is in this answer, and in no other.
#[tokio::test(start_paused = true)]
async fn a_new_key_is_active_and_shows_its_secret_once() {
    let simulator = account();
    let key = iam(&simulator)
        .create_access_key()
        .user_name("alice")
        .send()
        .await
        .unwrap()
        .access_key
        .unwrap();
    assert_eq!((key.user_name.as_str(), key.status.as_str()), ("alice", "Active"));
    assert!(
        key.access_key_id.starts_with("AKIA") && key.access_key_id.len() == 20,
        "{}",
        key.access_key_id
    );
    assert!(key.access_key_id.chars().all(|c| c.is_ascii_uppercase() || ('2'..='7').contains(&c)));
    assert_eq!(key.secret_access_key.len(), 40);
    assert_eq!(statuses(&simulator, "alice").await, [(key.access_key_id, "Active".to_owned())]);
}

// Fact 2; IAM API reference, CreateAccessKey: there is no client token.
#[tokio::test(start_paused = true)]
async fn creating_a_key_twice_makes_two_keys() {
    let simulator = account();
    for _ in 0..2 {
        iam(&simulator).create_access_key().user_name("alice").send().await.unwrap();
    }
    assert_eq!(statuses(&simulator, "alice").await.len(), 2);
}

// IAM user guide, quotas: two access keys for a user, inactive ones included, not adjustable.
#[tokio::test(start_paused = true)]
async fn a_third_access_key_exceeds_the_quota_even_when_the_others_are_inactive() {
    let simulator = account();
    let keys = [simulator.add_access_key("alice"), simulator.add_access_key("alice")];
    let iam = iam(&simulator);
    let third = || iam.create_access_key().user_name("alice").send();
    assert_eq!(code(third().await), "LimitExceeded");
    for key in &keys {
        iam.update_access_key()
            .user_name("alice")
            .access_key_id(&key.id)
            .status(StatusType::Inactive)
            .send()
            .await
            .unwrap();
    }
    assert_eq!(code(third().await), "LimitExceeded");
    iam.delete_access_key().user_name("alice").access_key_id(&keys[0].id).send().await.unwrap();
    assert_eq!(code(third().await), "accepted");
}

// IAM API reference, UpdateAccessKey; that Expired is refused was observed for the other credential types.
#[tokio::test(start_paused = true)]
async fn a_key_can_be_made_inactive_and_active_but_not_expired() {
    let simulator = account();
    let id = simulator.add_access_key("alice").id;
    let set = |status: &str| {
        iam(&simulator)
            .update_access_key()
            .user_name("alice")
            .access_key_id(&id)
            .status(status.into())
            .send()
    };
    for status in ["Inactive", "Active"] {
        assert_eq!(code(set(status).await), "accepted");
        assert_eq!(statuses(&simulator, "alice").await, [(id.clone(), status.to_owned())]);
    }
    assert_eq!(code(set("Expired").await), "InvalidInput");
    assert_eq!(code(set("Sleeping").await), "ValidationError");
    assert_eq!(statuses(&simulator, "alice").await, [(id.clone(), "Active".to_owned())]);
}

// IAM API reference, StatusType has a third value: a client must bear a key that is neither active nor inactive.
#[tokio::test(start_paused = true)]
async fn a_key_may_be_found_expired() {
    let simulator = account();
    let id = simulator.add_access_key("alice").id;
    simulator.set_key_status(&id, "Expired");
    assert_eq!(statuses(&simulator, "alice").await, [(id, "Expired".to_owned())]);
}

// Fact 1: no answer holds the time of a deactivation; the creation date stays.
#[tokio::test(start_paused = true)]
async fn deactivating_a_key_leaves_its_creation_date() {
    let simulator = account();
    let id = simulator.add_access_key("alice").id;
    simulator.advance(SignedDuration::from_hours(24 * 30));
    let iam = iam(&simulator);
    iam.update_access_key()
        .user_name("alice")
        .access_key_id(&id)
        .status(StatusType::Inactive)
        .send()
        .await
        .unwrap();
    let listed =
        iam.list_access_keys().user_name("alice").send().await.unwrap().access_key_metadata;
    assert_eq!(listed[0].create_date.unwrap().secs(), crate::support::start().as_second());
}

// IAM API reference, UpdateAccessKey and DeleteAccessKey: NoSuchEntity; the key must be the named user's.
#[tokio::test(start_paused = true)]
async fn the_key_of_another_user_is_no_such_entity() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    let id = simulator.add_access_key("bob").id;
    let iam = iam(&simulator);
    let update =
        iam.update_access_key().user_name("alice").access_key_id(&id).status(StatusType::Inactive);
    assert_eq!(code(update.send().await), "NoSuchEntity");
    assert_eq!(
        code(iam.delete_access_key().user_name("alice").access_key_id(&id).send().await),
        "NoSuchEntity"
    );
    assert_eq!(statuses(&simulator, "bob").await, [(id, "Active".to_owned())]);
}

// IAM API reference, DeleteAccessKey, NoSuchEntity.
#[tokio::test(start_paused = true)]
async fn deleting_a_key_again_is_no_such_entity() {
    let simulator = account();
    let id = simulator.add_access_key("alice").id;
    let delete =
        || iam(&simulator).delete_access_key().user_name("alice").access_key_id(&id).send();
    assert_eq!(code(delete().await), "accepted");
    assert_eq!(code(delete().await), "NoSuchEntity");
}

// IAM API reference, ListAccessKeys and CreateAccessKey, NoSuchEntity.
#[tokio::test(start_paused = true)]
async fn the_keys_of_nobody_are_no_such_entity() {
    let iam = iam(&account());
    assert_eq!(code(iam.list_access_keys().user_name("nobody").send().await), "NoSuchEntity");
    assert_eq!(code(iam.create_access_key().user_name("nobody").send().await), "NoSuchEntity");
}

// IAM API reference: "If you do not specify a user name, IAM determines the user name based on the access key signing the request."
#[tokio::test(start_paused = true)]
async fn without_a_user_name_a_call_is_about_the_user_who_signed_it() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    let own = aws_sdk_iam::Client::new(&config_with(&simulator, &key));
    let listed = own.list_access_keys().send().await.unwrap().access_key_metadata;
    assert_eq!(listed[0].access_key_id.as_deref(), Some(key.id.as_str()));
    assert_eq!(own.get_user().send().await.unwrap().user.unwrap().user_name, "alice");
    own.create_access_key().send().await.unwrap();
    assert_eq!(statuses(&simulator, "alice").await.len(), 2);
}

// IAM API reference: "If a temporary access key is used, then UserName is required."
#[tokio::test(start_paused = true)]
async fn without_a_user_name_a_call_of_a_role_is_refused() {
    let simulator = account();
    let iam = iam(&simulator);
    assert_eq!(code(iam.list_access_keys().send().await), "ValidationError");
    assert_eq!(code(iam.create_access_key().send().await), "ValidationError");
    assert_eq!(code(iam.get_user().send().await), "ValidationError");
}

// IAM user guide, eventual consistency: a new key may be missing from a list; the quota knows it.
#[tokio::test(start_paused = true)]
async fn a_new_key_may_be_missing_from_the_list_for_a_while() {
    let simulator = account_with(|settings| settings.list_lag = SignedDuration::from_secs(5));
    let iam = iam(&simulator);
    for _ in 0..2 {
        iam.create_access_key().user_name("alice").send().await.unwrap();
    }
    assert_eq!(statuses(&simulator, "alice").await, []);
    assert_eq!(code(iam.create_access_key().user_name("alice").send().await), "LimitExceeded");
    simulator.advance(SignedDuration::from_secs(5));
    assert_eq!(statuses(&simulator, "alice").await.len(), 2);
}
