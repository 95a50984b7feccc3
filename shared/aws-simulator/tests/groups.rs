//! Groups, authorization details, and what keeps a user from being deleted.

use aws_sdk_iam::types::{EntityType, UserDetail};
use aws_simulator::Simulator;

use crate::support::{account, account_with, code, iam};

async fn delete(simulator: &Simulator) -> String {
    code(iam(simulator).delete_user().user_name("alice").send().await)
}

// IAM API reference, CreateGroup, AddUserToGroup, ListGroupsForUser, RemoveUserFromGroup.
#[tokio::test(start_paused = true)]
async fn a_user_enters_and_leaves_a_group() {
    let simulator = account();
    let iam = iam(&simulator);
    let created = iam.create_group().group_name("Exempt").path("/g/").send().await.unwrap();
    assert_eq!(created.group.unwrap().arn, "arn:aws:iam::123456789012:group/g/Exempt");
    assert_eq!(code(iam.create_group().group_name("exempt").send().await), "EntityAlreadyExists");
    iam.add_user_to_group().group_name("Exempt").user_name("alice").send().await.unwrap();
    let groups = async || {
        let answer = iam.list_groups_for_user().user_name("alice").send().await.unwrap();
        answer.groups.into_iter().map(|group| group.group_name).collect::<Vec<_>>()
    };
    assert_eq!(groups().await, ["Exempt"]);
    let leave = || iam.remove_user_from_group().group_name("Exempt").user_name("alice").send();
    assert_eq!(code(leave().await), "accepted");
    assert_eq!(code(leave().await), "NoSuchEntity");
    assert!(groups().await.is_empty());
    let enter = iam.add_user_to_group().group_name("missing").user_name("alice").send().await;
    assert_eq!(code(enter), "NoSuchEntity");
}

// IAM API reference, ListGroupsForUser: in pages.
#[tokio::test(start_paused = true)]
async fn the_groups_of_a_user_are_listed_in_pages() {
    let simulator = account_with(|settings| settings.page_size = 1);
    for group in ["exempt", "team"] {
        simulator.add_group(group);
        simulator.add_to_group("alice", group);
    }
    let list = || iam(&simulator).list_groups_for_user().user_name("alice");
    let first = list().send().await.unwrap();
    assert_eq!((first.groups[0].group_name.as_str(), first.is_truncated), ("exempt", true));
    let next = list().marker(first.marker.unwrap()).send().await.unwrap();
    assert_eq!((next.groups[0].group_name.as_str(), next.is_truncated), ("team", false));
}

// IAM API reference, GetAccountAuthorizationDetails: the only bulk source of tags and groups; policies are URL-encoded.
#[tokio::test(start_paused = true)]
async fn the_authorization_details_have_tags_groups_and_policies_of_all_users() {
    let simulator = account_with(|settings| settings.page_size = 1);
    simulator.add_user("bob", "/team/", &[("owner", "x@example.com")]);
    simulator.add_group("exempt");
    simulator.add_to_group("bob", "exempt");
    simulator.add_user_policy("bob", "own", r#"{"Version": "2012-10-17"}"#);
    simulator.attach_user_policy("bob", "arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV3");
    let all = iam(&simulator).get_account_authorization_details().filter(EntityType::User);
    let mut pages = all.into_paginator().send();
    let mut details: Vec<UserDetail> = Vec::new();
    while let Some(page) = pages.next().await {
        details.extend(page.unwrap().user_detail_list.unwrap());
    }
    let [alice, bob] = details.as_slice() else { panic!("{details:?}") };
    assert_eq!(alice.arn.as_deref(), Some("arn:aws:iam::123456789012:user/alice"));
    assert!(alice.tags().is_empty() && alice.group_list().is_empty());
    assert_eq!(bob.tags()[0].value, "x@example.com");
    assert_eq!(bob.group_list(), ["exempt"]);
    assert_eq!(
        bob.user_policy_list()[0].policy_document.as_deref(),
        Some("%7B%22Version%22%3A%20%222012-10-17%22%7D")
    );
    assert_eq!(
        bob.attached_managed_policies()[0].policy_name.as_deref(),
        Some("AWSCompromisedKeyQuarantineV3")
    );
}

// IAM API reference, DeleteUser: everything that belongs to the user has to go first.
#[tokio::test(start_paused = true)]
async fn every_kind_of_child_keeps_a_user_from_being_deleted() {
    type Seed = fn(&Simulator);
    let children: [Seed; 8] = [
        |simulator| drop(simulator.add_access_key("alice")),
        |simulator| simulator.add_password("alice"),
        |simulator| drop(simulator.add_ssh_key("alice")),
        |simulator| drop(simulator.add_signing_certificate("alice", "x")),
        |simulator| drop(simulator.add_service_credential("alice", "bedrock.amazonaws.com", None)),
        |simulator| simulator.add_mfa_device("alice"),
        |simulator| {
            simulator.add_group("group");
            simulator.add_to_group("alice", "group");
        },
        |simulator| simulator.add_user_policy("alice", "own", "{}"),
    ];
    for (number, child) in children.iter().enumerate() {
        let simulator = account();
        child(&simulator);
        assert_eq!(delete(&simulator).await, "DeleteConflict", "child {number}");
        simulator.remove_user("alice");
        assert!(!simulator.view(|view| view.user_exists("alice")));
        simulator.add_user("alice", "/", &[]);
        assert_eq!(delete(&simulator).await, "accepted", "child {number}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_test_sees_every_credential_of_a_user() {
    let simulator = account();
    let key = simulator.add_access_key("alice").id;
    simulator.add_password("alice");
    let ssh = simulator.add_ssh_key("alice");
    let certificate = simulator.add_signing_certificate("alice", "x");
    let git = simulator.add_service_credential("alice", "codecommit.amazonaws.com", None);
    for id in [&key, &ssh, &certificate, &git] {
        simulator.set_status(id, "Inactive");
    }
    let seen = simulator.view(|view| view.credentials("alice"));
    let seen: Vec<_> =
        seen.iter().map(|own| (own.kind, own.id.as_str(), own.status.as_str())).collect();
    let expected = [
        ("access-key", key.as_str(), "Inactive"),
        ("password", "password", "Active"),
        ("ssh-public-key", &ssh, "Inactive"),
        ("signing-certificate", &certificate, "Inactive"),
        ("service-specific", &git, "Inactive"),
    ];
    assert_eq!(seen, expected);
}
