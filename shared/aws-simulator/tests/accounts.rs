//! Several accounts in one world, and what IAM would judge their calls by.

use std::time::SystemTime;

use aws_sdk_iam::types::Tag;
use aws_simulator::{LoggedCall, Simulator};
use jiff::SignedDuration;

use crate::support::{account, code, config, config_with, iam};

const OTHER: &str = "210987654321";

fn last_call(simulator: &Simulator) -> LoggedCall {
    simulator.calls().pop().unwrap()
}

fn condition<'a>(call: &'a LoggedCall, key: &str) -> Option<&'a str> {
    call.conditions.get(key).map(String::as_str)
}

// IAM user guide, AWS accounts: users, keys and their names belong to one account.
#[tokio::test(start_paused = true)]
async fn accounts_share_the_clock_and_the_log_and_nothing_else() {
    let simulator = account();
    let other = simulator.account(OTHER);
    other.add_user("bob", "/", &[]);
    other.add_user("alice", "/team/", &[]);
    let key = other.add_access_key("alice");
    let users = iam(&other).list_users().send().await.unwrap().users;
    let arns: Vec<_> = users.iter().map(|user| user.arn.as_str()).collect();
    assert_eq!(
        arns,
        ["arn:aws:iam::210987654321:user/team/alice", "arn:aws:iam::210987654321:user/bob"]
    );
    assert_eq!(iam(&simulator).list_users().send().await.unwrap().users.len(), 1);
    assert_eq!(simulator.view(|view| view.keys("alice").len()), 0);
    assert_eq!(other.view(|view| view.keys("alice").len()), 1);
    other.advance(SignedDuration::from_hours(1));
    assert_eq!(simulator.now(), other.now());
    let accounts: Vec<_> = simulator.calls().into_iter().map(|call| call.account).collect();
    assert_eq!(accounts, [OTHER, "123456789012"]);
    let sts = aws_sdk_sts::Client::new(&config_with(&simulator, &key));
    assert_eq!(sts.get_caller_identity().send().await.unwrap().account.as_deref(), Some(OTHER));
}

// IAM user guide, assumed-role ARNs: a role's sessions carry the account of the role.
#[tokio::test(start_paused = true)]
async fn roles_of_the_same_name_in_two_accounts_are_two_roles() {
    let simulator = account();
    let who = async |simulator: &Simulator| {
        let sts = aws_sdk_sts::Client::new(&config(simulator));
        sts.get_caller_identity().send().await.unwrap().arn.unwrap()
    };
    let own = who(&simulator).await;
    assert_eq!(own, "arn:aws:sts::123456789012:assumed-role/tester/tester");
    let other = who(&simulator.account(OTHER)).await;
    assert_eq!(other, "arn:aws:sts::210987654321:assumed-role/tester/tester");
}

// IAM API reference: throttling is by account.
#[tokio::test(start_paused = true)]
async fn the_rate_of_one_account_does_not_slow_another() {
    let simulator = account();
    simulator.set(|settings| settings.iam_calls_per_second = 1);
    let (own, other) = (iam(&simulator), iam(&simulator.account(OTHER)));
    assert_eq!(code(own.list_users().send().await), "accepted");
    assert_eq!(code(own.list_users().send().await), "Throttling");
    assert_eq!(code(other.list_users().send().await), "accepted");
}

#[tokio::test(start_paused = true)]
async fn sdk_clients_take_the_time_from_the_simulated_clock() {
    let simulator = account();
    simulator.advance(SignedDuration::from_hours(24 * 90));
    let time = simulator.sdk_config("tester").time_source().unwrap().now();
    assert_eq!(time, SystemTime::from(simulator.now()));
}

// Service authorization reference, IAM: actions on users have the resource type user and its tags.
#[tokio::test(start_paused = true)]
async fn a_call_about_a_user_is_judged_by_the_arn_and_the_tags_of_the_user() {
    let simulator = account();
    simulator.add_user("ci", "/team/a/", &[("managed", "yes")]);
    let key = simulator.add_access_key("ci");
    iam(&simulator).list_access_keys().user_name("ci").send().await.unwrap();
    let call = last_call(&simulator);
    assert_eq!(call.resource, "arn:aws:iam::123456789012:user/team/a/ci");
    assert_eq!(condition(&call, "aws:ResourceTag/managed"), Some("yes"));
    assert_eq!(condition(&call, "iam:ResourceTag/managed"), Some("yes"));
    // The request holds no user name; the key tells.
    iam(&simulator).get_access_key_last_used().access_key_id(&key.id).send().await.unwrap();
    assert_eq!(last_call(&simulator).resource, "arn:aws:iam::123456789012:user/team/a/ci");
    // The tags are those from before the call.
    iam(&simulator).untag_user().user_name("ci").tag_keys("managed").send().await.unwrap();
    assert_eq!(condition(&last_call(&simulator), "aws:ResourceTag/managed"), Some("yes"));
    iam(&simulator).list_access_keys().user_name("ci").send().await.unwrap();
    assert_eq!(condition(&last_call(&simulator), "aws:ResourceTag/managed"), None);
}

// IAM user guide, controlling access during tagging: aws:RequestTag and aws:TagKeys.
#[tokio::test(start_paused = true)]
async fn tags_in_a_request_are_condition_keys() {
    let simulator = account();
    let tag = |key: &str| Tag::builder().key(key).value("1").build().unwrap();
    let tagging = iam(&simulator).tag_user().user_name("alice").tags(tag("a")).tags(tag("b"));
    tagging.send().await.unwrap();
    let call = last_call(&simulator);
    assert_eq!(condition(&call, "aws:RequestTag/a"), Some("1"));
    assert_eq!(condition(&call, "aws:TagKeys"), Some("a,b"));
    iam(&simulator).untag_user().user_name("alice").tag_keys("b").send().await.unwrap();
    assert_eq!(condition(&last_call(&simulator), "aws:TagKeys"), Some("b"));
}

// Service authorization reference, IAM: no resource type; observed: the denial of a list names the path.
#[tokio::test(start_paused = true)]
async fn account_wide_reads_have_no_resource_and_lists_have_their_path() {
    let simulator = account();
    let iam = iam(&simulator);
    iam.get_account_authorization_details().send().await.unwrap();
    assert_eq!(last_call(&simulator).resource, "*");
    iam.list_users().path_prefix("/team/").send().await.unwrap();
    assert_eq!(last_call(&simulator).resource, "arn:aws:iam::123456789012:user/team/");
}

// Observed: creation exposes service and age, a change the stored service, and AllUsers needs user/*.
#[tokio::test(start_paused = true)]
async fn service_credentials_are_judged_by_service_and_age() {
    let simulator = account();
    let iam = iam(&simulator);
    let created = iam
        .create_service_specific_credential()
        .user_name("alice")
        .service_name("bedrock.amazonaws.com")
        .credential_age_days(30)
        .send()
        .await;
    let call = last_call(&simulator);
    let service = "iam:ServiceSpecificCredentialServiceName";
    assert_eq!(condition(&call, service), Some("bedrock.amazonaws.com"));
    assert_eq!(condition(&call, "iam:ServiceSpecificCredentialAgeDays"), Some("30"));
    let id = created.unwrap().service_specific_credential.unwrap().service_specific_credential_id;
    let delete = iam.delete_service_specific_credential().user_name("alice");
    delete.service_specific_credential_id(id).send().await.unwrap();
    assert_eq!(condition(&last_call(&simulator), service), Some("bedrock.amazonaws.com"));
    iam.list_service_specific_credentials().all_users(true).send().await.unwrap();
    assert_eq!(last_call(&simulator).resource, "arn:aws:iam::123456789012:user/*");
}

// Service authorization reference, Secrets Manager and SNS.
#[tokio::test(start_paused = true)]
async fn secrets_and_topics_are_judged_by_their_arns() {
    let simulator = account();
    let (secret, topic) = (simulator.add_secret("ci/key", "x"), simulator.add_topic("notices"));
    let secrets = aws_sdk_secretsmanager::Client::new(&config(&simulator));
    secrets.get_secret_value().secret_id("ci/key").send().await.unwrap();
    assert_eq!(last_call(&simulator).resource, secret);
    let sns = aws_sdk_sns::Client::new(&config(&simulator));
    sns.publish().topic_arn(&topic).message("x").send().await.unwrap();
    assert_eq!(last_call(&simulator).resource, topic);
}

// 5,000 users is the quota of an account; a sweep asks about each of them.
#[tokio::test(start_paused = true)]
async fn calls_in_a_full_account_stay_cheap() {
    let simulator = account();
    for n in 1..5_000 {
        let name = format!("user-{n}");
        simulator.add_user(&name, "/", &[("owner", "x@example.com")]);
        simulator.add_access_key(&name);
    }
    let key = simulator.view(|view| view.keys("user-4999").remove(0).id);
    let iam = iam(&simulator);
    for _ in 0..500 {
        iam.get_access_key_last_used().access_key_id(&key).send().await.unwrap();
    }
}

// IAM API reference, ListAccountAliases: an account has one alias at most; it is not a resource.
#[tokio::test(start_paused = true)]
async fn an_account_has_one_alias_at_most() {
    let simulator = account();
    let aliases = async || {
        let answer = iam(&simulator).list_account_aliases().send().await.unwrap();
        assert!(!answer.is_truncated);
        answer.account_aliases
    };
    assert_eq!(aliases().await, Vec::<String>::new());
    simulator.set_account_alias("example");
    simulator.set_account_alias("example-production");
    assert_eq!(aliases().await, ["example-production"]);
    assert_eq!(simulator.calls()[0].resource, "*");
    simulator.account("210987654321").set_account_alias("example-test");
    assert_eq!(aliases().await, ["example-production"]);
}
