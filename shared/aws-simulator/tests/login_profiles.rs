//! Console passwords, and their use.

use aws_simulator::Simulator;
use jiff::{SignedDuration, Timestamp};

use crate::support::{account, account_with, at, code, iam};

async fn profile(simulator: &Simulator) -> aws_sdk_iam::types::LoginProfile {
    let answer = iam(simulator).get_login_profile().user_name("alice").send().await;
    answer.unwrap().login_profile.unwrap()
}

async fn last_used(simulator: &Simulator) -> Option<Timestamp> {
    let user = iam(simulator).get_user().user_name("alice").send().await.unwrap().user.unwrap();
    user.password_last_used.map(|used| Timestamp::from_second(used.secs()).unwrap())
}

// IAM API reference, CreateLoginProfile, GetLoginProfile, DeleteLoginProfile.
#[tokio::test(start_paused = true)]
async fn a_password_is_made_once_and_gone_when_deleted() {
    let simulator = account();
    let iam = iam(&simulator);
    let create = || {
        let call = iam.create_login_profile().user_name("alice").password("correct horse");
        call.password_reset_required(true).send()
    };
    assert_eq!(code(iam.get_login_profile().user_name("alice").send().await), "NoSuchEntity");
    assert_eq!(code(iam.delete_login_profile().user_name("alice").send().await), "NoSuchEntity");
    assert!(create().await.unwrap().login_profile.unwrap().password_reset_required);
    assert_eq!(code(create().await), "EntityAlreadyExists");
    assert_eq!(profile(&simulator).await.user_name, "alice");
    assert_eq!(code(iam.delete_login_profile().user_name("alice").send().await), "accepted");
    assert_eq!(code(iam.get_login_profile().user_name("alice").send().await), "NoSuchEntity");
    let view = simulator.view(|view| view.issued_secrets());
    assert_eq!(view, ["correct horse"], "a search for leaks looks for it");
}

// IAM API reference, LoginProfile, CreateDate: when the password for the user was created, not when it was changed.
#[tokio::test(start_paused = true)]
async fn a_changed_password_keeps_its_creation_date() {
    let simulator = account();
    simulator.add_password("alice");
    simulator.advance(SignedDuration::from_hours(24));
    let update = iam(&simulator).update_login_profile().user_name("alice").password("new one");
    update.send().await.unwrap();
    assert_eq!(profile(&simulator).await.create_date.secs(), 1_767_225_600);
}

// IAM API reference, EntityTemporarilyUnmodifiable: a login profile that was just made.
#[tokio::test(start_paused = true)]
async fn a_password_just_made_cannot_be_touched_for_a_while() {
    let wait = SignedDuration::from_secs(60);
    let simulator = account_with(|settings| settings.login_profile_settling = wait);
    simulator.add_password("alice");
    let iam = iam(&simulator);
    let delete = || iam.delete_login_profile().user_name("alice").send();
    let update = iam.update_login_profile().user_name("alice").password("x").send().await;
    assert_eq!(code(update), "EntityTemporarilyUnmodifiable");
    assert_eq!(code(delete().await), "EntityTemporarilyUnmodifiable");
    simulator.advance(wait);
    assert_eq!(code(delete().await), "accepted");
}

// IAM API reference, User, PasswordLastUsed: absent when never used, and kept when the password is deleted.
#[tokio::test(start_paused = true)]
async fn the_last_use_of_a_password_outlives_it() {
    let simulator = account();
    simulator.add_password("alice");
    assert_eq!(last_used(&simulator).await, None);
    simulator.advance(SignedDuration::from_hours(1));
    simulator.use_password("alice");
    // IAM user guide, credential reports: uses within five minutes count as the first of them.
    simulator.advance(SignedDuration::from_mins(4));
    simulator.use_password("alice");
    simulator.remove_password("alice");
    assert_eq!(last_used(&simulator).await, Some(at("2026-01-01T01:00:00Z")));
    let listed = iam(&simulator).list_users().send().await.unwrap().users;
    assert_eq!(listed[0].password_last_used.unwrap().secs(), 1_767_229_200);
}
