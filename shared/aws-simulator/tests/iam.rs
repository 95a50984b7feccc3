//! Users and their tags.

use aws_sdk_iam::types::{Tag, User};
use aws_simulator::Simulator;
use jiff::SignedDuration;

use crate::support::{account, account_with, code, iam};

fn tag(key: &str, value: &str) -> Tag {
    Tag::builder().key(key).value(value).build().unwrap()
}

async fn user(simulator: &Simulator, name: &str) -> User {
    iam(simulator).get_user().user_name(name).send().await.unwrap().user.unwrap()
}

async fn tag_alice(simulator: &Simulator, key: &str, value: &str) -> String {
    code(iam(simulator).tag_user().user_name("alice").tags(tag(key, value)).send().await)
}

// IAM API reference, CreateUser and User.
#[tokio::test(start_paused = true)]
async fn a_user_has_a_path_in_its_arn_an_id_of_its_own_and_tags() {
    let simulator = account();
    let created = iam(&simulator)
        .create_user()
        .user_name("ci")
        .path("/team/a/")
        .tags(tag("owner", "x@example.com"))
        .send()
        .await;
    let created = created.unwrap().user.unwrap();
    assert_eq!(created.arn, "arn:aws:iam::123456789012:user/team/a/ci");
    assert_eq!(created.path, "/team/a/");
    assert!(
        created.user_id.starts_with("AIDA") && created.user_id.len() == 21,
        "{}",
        created.user_id
    );
    assert_eq!(user(&simulator, "ci").await.tags.unwrap(), [tag("owner", "x@example.com")]);
}

// IAM API reference, ListUsers: "this operation does not return the following attributes": PermissionsBoundary, Tags.
#[tokio::test(start_paused = true)]
async fn list_users_leaves_the_tags_out() {
    let simulator = account();
    simulator.add_user("ci", "/", &[("owner", "x@example.com")]);
    let listed = iam(&simulator).list_users().send().await.unwrap().users;
    assert!(listed.iter().all(|user| user.tags.is_none()));
}

// IAM API reference, ListUsers, PathPrefix.
#[tokio::test(start_paused = true)]
async fn users_are_listed_by_path() {
    let simulator = account();
    simulator.add_user("ci", "/team/a/", &[]);
    let listed = iam(&simulator).list_users().path_prefix("/team/").send().await.unwrap().users;
    assert_eq!(listed.iter().map(|user| user.user_name.as_str()).collect::<Vec<_>>(), ["ci"]);
}

// IAM user guide, quotas: names of users are unique in the account, whatever their path, and not distinguished by case.
#[tokio::test(start_paused = true)]
async fn two_names_that_differ_in_case_or_path_only_are_the_same_name() {
    let simulator = account();
    let iam = iam(&simulator);
    assert_eq!(code(iam.create_user().user_name("ALICE").send().await), "EntityAlreadyExists");
    assert_eq!(
        code(iam.create_user().user_name("alice").path("/other/").send().await),
        "EntityAlreadyExists"
    );
}

// IAM API reference, CreateUser, UserName: up to 64 characters of [\w+=,.@-].
#[tokio::test(start_paused = true)]
async fn a_user_name_is_checked() {
    let simulator = account();
    let iam = iam(&simulator);
    for bad in ["bad name", "ümlaut", "semi;colon", &"x".repeat(65)] {
        assert_eq!(code(iam.create_user().user_name(bad).send().await), "ValidationError", "{bad}");
    }
    for good in ["a+b=c,d.e@f-g_h", &"x".repeat(64)] {
        assert_eq!(code(iam.create_user().user_name(good).send().await), "accepted", "{good}");
    }
}

// IAM API reference, CreateUser and UpdateUser, Path: begins and ends with a slash.
#[tokio::test(start_paused = true)]
async fn a_path_is_checked_when_a_user_is_made_and_when_it_is_moved() {
    let simulator = account();
    let iam = iam(&simulator);
    assert_eq!(
        code(iam.create_user().user_name("ci").path("team").send().await),
        "ValidationError"
    );
    assert_eq!(
        code(iam.update_user().user_name("alice").new_path("team").send().await),
        "ValidationError"
    );
}

// IAM API reference, GetUser.
#[tokio::test(start_paused = true)]
async fn a_user_that_is_not_there_is_no_such_entity() {
    assert_eq!(code(iam(&account()).get_user().user_name("nobody").send().await), "NoSuchEntity");
}

// IAM user guide, renaming a user: the user keeps its credentials, and its unique id.
#[tokio::test(start_paused = true)]
async fn a_renamed_user_keeps_its_keys_its_tags_and_its_id() {
    let simulator = account();
    simulator.tag_user("alice", "owner", "x@example.com");
    let key = simulator.add_access_key("alice");
    let before = user(&simulator, "alice").await;
    iam(&simulator)
        .update_user()
        .user_name("alice")
        .new_user_name("alina")
        .new_path("/team/")
        .send()
        .await
        .unwrap();
    let after = user(&simulator, "alina").await;
    assert_eq!(
        (after.user_id, after.create_date, after.tags),
        (before.user_id, before.create_date, before.tags)
    );
    assert_eq!(after.arn, "arn:aws:iam::123456789012:user/team/alina");
    let keys = iam(&simulator)
        .list_access_keys()
        .user_name("alina")
        .send()
        .await
        .unwrap()
        .access_key_metadata;
    assert_eq!(
        keys.iter().map(|key| key.access_key_id.as_deref()).collect::<Vec<_>>(),
        [Some(key.id.as_str())]
    );
    assert_eq!(code(iam(&simulator).get_user().user_name("alice").send().await), "NoSuchEntity");
}

// IAM API reference, UpdateUser, EntityAlreadyExists.
#[tokio::test(start_paused = true)]
async fn a_user_cannot_take_the_name_of_another_but_may_change_the_case_of_its_own() {
    let simulator = account();
    simulator.add_user("bob", "/", &[]);
    let rename =
        |to: &str| iam(&simulator).update_user().user_name("alice").new_user_name(to).send();
    assert_eq!(code(rename("BOB").await), "EntityAlreadyExists");
    assert_eq!(code(rename("Alice").await), "accepted");
    assert_eq!(user(&simulator, "Alice").await.user_name, "Alice");
}

// IAM user guide, unique identifiers: a user made anew under an old name gets a new id.
#[tokio::test(start_paused = true)]
async fn a_user_made_anew_under_an_old_name_has_another_id() {
    let simulator = account();
    let before = user(&simulator, "alice").await.user_id;
    iam(&simulator).delete_user().user_name("alice").send().await.unwrap();
    iam(&simulator).create_user().user_name("alice").send().await.unwrap();
    assert_ne!(user(&simulator, "alice").await.user_id, before);
}

// IAM API reference, DeleteUser: the user must not have keys (or other items).
#[tokio::test(start_paused = true)]
async fn a_user_with_keys_cannot_be_deleted() {
    let simulator = account();
    let key = simulator.add_access_key("alice");
    let iam = iam(&simulator);
    assert_eq!(code(iam.delete_user().user_name("alice").send().await), "DeleteConflict");
    iam.delete_access_key().user_name("alice").access_key_id(&key.id).send().await.unwrap();
    assert_eq!(code(iam.delete_user().user_name("alice").send().await), "accepted");
    assert_eq!(code(iam.get_user().user_name("alice").send().await), "NoSuchEntity");
}

// IAM API reference, ListUsers, ListAccessKeys and ListUserTags: fewer items than asked for may come, with a marker.
#[tokio::test(start_paused = true)]
async fn pages_of_one_item_lose_nothing() {
    let simulator = account_with(|settings| settings.page_size = 1);
    for name in ["bob", "Carol", "dave"] {
        simulator.add_user(name, "/", &[]);
    }
    for key in ["a", "b", "c"] {
        simulator.tag_user("alice", key, "x");
    }
    let keys = [simulator.add_access_key("alice").id, simulator.add_access_key("alice").id];
    let iam = iam(&simulator);
    let users: Vec<_> =
        iam.list_users().into_paginator().items().send().collect::<Result<_, _>>().await.unwrap();
    assert_eq!(
        users.iter().map(|user| user.user_name.as_str()).collect::<Vec<_>>(),
        ["alice", "bob", "Carol", "dave"]
    );
    let listed: Vec<_> = iam
        .list_access_keys()
        .user_name("alice")
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .unwrap();
    assert!(
        listed.len() == 2
            && keys
                .iter()
                .all(|id| listed.iter().any(|key| key.access_key_id.as_ref() == Some(id)))
    );
    let tags: Vec<_> = iam
        .list_user_tags()
        .user_name("alice")
        .into_paginator()
        .items()
        .send()
        .collect::<Result<_, _>>()
        .await
        .unwrap();
    assert_eq!(tags, [tag("a", "x"), tag("b", "x"), tag("c", "x")]);
}

// IAM API reference, MaxItems: 100 when it is left out, never more than 1,000.
#[tokio::test(start_paused = true)]
async fn a_page_has_100_items_unless_told_otherwise() {
    let simulator = account();
    (0..120).for_each(|n| simulator.add_user(&format!("user-{n:03}"), "/", &[]));
    let iam = iam(&simulator);
    let first = iam.list_users().send().await.unwrap();
    assert_eq!((first.users.len(), first.is_truncated), (100, true));
    let all = iam.list_users().max_items(1000).send().await.unwrap();
    assert_eq!((all.users.len(), all.is_truncated, all.marker), (121, false, None));
    assert_eq!(code(iam.list_users().max_items(1001).send().await), "ValidationError");
}

// IAM user guide, quotas: 50 tags for a user.
#[tokio::test(start_paused = true)]
async fn the_fifty_first_tag_exceeds_the_quota_and_a_changed_one_does_not() {
    let simulator = account();
    for n in 0..50 {
        assert_eq!(tag_alice(&simulator, &format!("key-{n}"), "x").await, "accepted");
    }
    assert_eq!(tag_alice(&simulator, "one-more", "x").await, "LimitExceeded");
    assert_eq!(tag_alice(&simulator, "key-7", "y").await, "accepted");
    assert_eq!(simulator.view(|view| view.tags("alice").len()), 50);
}

// IAM user guide, tagging: letters, digits, space and _.:/=+-@; a key has up to 128 characters, a value up to 256.
#[tokio::test(start_paused = true)]
async fn tags_take_only_some_characters_and_lengths() {
    let simulator = account();
    for bad in ["a;b", "a,b", "{}", "a\"b", "a\nb", "a*b", &"x".repeat(257)] {
        assert_eq!(tag_alice(&simulator, "key", bad).await, "ValidationError", "{bad:?}");
    }
    for good in ["", "arn:aws:iam::1:user/x", "a b_c.d/e=f+g-h@i", "Straße", &"x".repeat(256)] {
        assert_eq!(tag_alice(&simulator, "key", good).await, "accepted", "{good:?}");
    }
    assert_eq!(tag_alice(&simulator, &"k".repeat(129), "x").await, "ValidationError");
    assert_eq!(tag_alice(&simulator, "semi;colon", "x").await, "ValidationError");
    assert_eq!(tag_alice(&simulator, "aws:own", "x").await, "InvalidInput");
}

// IAM user guide, tagging: keys of tags are not distinguished by case; the new spelling replaces the old tag.
#[tokio::test(start_paused = true)]
async fn tag_keys_that_differ_in_case_only_are_the_same_tag() {
    let simulator = account();
    tag_alice(&simulator, "Department", "foo").await;
    tag_alice(&simulator, "department", "bar").await;
    let tags = iam(&simulator).list_user_tags().user_name("alice").send().await.unwrap().tags;
    assert_eq!(tags, [tag("department", "bar")]);
}

// IAM API reference, UntagUser.
#[tokio::test(start_paused = true)]
async fn untagging_takes_only_the_named_tags_and_does_not_mind_missing_ones() {
    let simulator = account();
    tag_alice(&simulator, "a", "1").await;
    tag_alice(&simulator, "b", "2").await;
    iam(&simulator)
        .untag_user()
        .user_name("alice")
        .tag_keys("a")
        .tag_keys("c")
        .send()
        .await
        .unwrap();
    assert_eq!(user(&simulator, "alice").await.tags.unwrap(), [tag("b", "2")]);
}

// IAM user guide, eventual consistency: a tag just written may read as it was.
#[tokio::test(start_paused = true)]
async fn a_changed_tag_may_read_as_it_was_for_a_while() {
    let simulator = account_with(|settings| settings.tag_lag = SignedDuration::from_secs(5));
    tag_alice(&simulator, "owner", "new").await;
    assert_eq!(user(&simulator, "alice").await.tags, None);
    simulator.advance(SignedDuration::from_secs(5));
    assert_eq!(user(&simulator, "alice").await.tags.unwrap(), [tag("owner", "new")]);
}
