//! Policies of roles and users, enforced on every call they sign.

use aws_sdk_iam::types::{StatusType, Tag};
use aws_simulator::{Simulator, TrustPolicy};
use serde_json::{Value, json};

use crate::support::{account, code, config, config_with, iam};

fn allow(action: &str, resource: &str) -> Value {
    json!({"Effect": "Allow", "Action": action, "Resource": resource})
}

fn under(statements: Value) -> Simulator {
    let simulator = account();
    simulator.add_user("ci", "/team/a/", &[("managed", "yes")]);
    set(&simulator, statements);
    simulator
}

fn set(simulator: &Simulator, statements: Value) {
    let policy = json!({"Version": "2012-10-17", "Statement": statements});
    simulator.set_role_policy("tester", &policy);
}

async fn list_keys(simulator: &Simulator, user: &str) -> String {
    code(iam(simulator).list_access_keys().user_name(user).send().await)
}

/// What `ListAccessKeys` of the user `ci` is answered when it is allowed under a condition only.
async fn with_condition(condition: Value) -> String {
    let simulator = under(json!({
        "Effect": "Allow", "Action": "iam:ListAccessKeys", "Resource": "*", "Condition": condition,
    }));
    let answer = list_keys(&simulator, "ci").await;
    assert!(simulator.violations().is_empty(), "{:?}", simulator.violations());
    answer
}

// IAM user guide, policy evaluation logic: denied by default; the message names user, action and resource.
#[tokio::test(start_paused = true)]
async fn what_no_statement_allows_is_denied() {
    let simulator = under(json!([allow("iam:ListAccessKeys", "*")]));
    assert_eq!(list_keys(&simulator, "ci").await, "accepted");
    let refused = iam(&simulator).get_user().user_name("ci").send().await.unwrap_err();
    assert_eq!(refused.raw_response().unwrap().status().as_u16(), 403);
    let refused = refused.into_service_error();
    assert_eq!(refused.meta().code(), Some("AccessDenied"));
    assert_eq!(
        refused.meta().message(),
        Some(
            "User: arn:aws:sts::123456789012:assumed-role/tester/tester is not authorized to perform: iam:GetUser on resource: arn:aws:iam::123456789012:user/team/a/ci because no identity-based policy allows the iam:GetUser action"
        )
    );
    assert_eq!(simulator.calls().pop().unwrap().error.as_deref(), Some("AccessDenied"));
}

#[tokio::test(start_paused = true)]
async fn a_role_without_a_policy_may_do_everything_and_so_may_its_namesake_elsewhere() {
    let simulator = under(json!([]));
    assert_eq!(list_keys(&simulator, "ci").await, "AccessDenied");
    let other = aws_sdk_iam::Client::new(&simulator.sdk_config("other"));
    assert_eq!(code(other.list_users().send().await), "accepted");
    let elsewhere = iam(&simulator.account("210987654321"));
    assert_eq!(code(elsewhere.list_users().send().await), "accepted");
}

// IAM user guide, Action: wildcards, and no case; NotAction.
#[tokio::test(start_paused = true)]
async fn actions_have_wildcards_and_no_case() {
    for action in ["iam:List*", "IAM:listaccesskeys", "iam:?istAccessKeys", "*"] {
        let simulator = under(json!([allow(action, "*")]));
        assert_eq!(list_keys(&simulator, "ci").await, "accepted", "{action}");
    }
    for action in ["iam:Get*", "sts:*", "iam:ListAccessKey", "iam:ListAccessKeys?"] {
        let simulator = under(json!([allow(action, "*")]));
        assert_eq!(list_keys(&simulator, "ci").await, "AccessDenied", "{action}");
    }
    let but =
        json!([{"Effect": "Allow", "NotAction": ["iam:Get*", "iam:Create*"], "Resource": "*"}]);
    let simulator = under(but);
    assert_eq!(list_keys(&simulator, "ci").await, "accepted");
    assert_eq!(code(iam(&simulator).get_user().user_name("ci").send().await), "AccessDenied");
}

// IAM user guide, Resource: the path is part of a user's ARN; a wildcard stays between its colons; NotResource.
#[tokio::test(start_paused = true)]
async fn resources_are_matched_with_path_and_account() {
    let fits = [
        "arn:aws:iam::123456789012:user/team/a/ci",
        "arn:aws:iam::*:user/team/*",
        "arn:*:iam::*:user/*/ci",
    ];
    for resource in fits {
        let simulator = under(json!([allow("iam:*", resource)]));
        assert_eq!(list_keys(&simulator, "ci").await, "accepted", "{resource}");
    }
    let misses = [
        "arn:aws:iam::123456789012:user/ci",
        "arn:aws:iam::210987654321:user/*",
        "arn:aws:iam::*:user/Team/*",
        "arn:aws:*",
    ];
    for resource in misses {
        let simulator = under(json!([allow("iam:*", resource)]));
        assert_eq!(list_keys(&simulator, "ci").await, "AccessDenied", "{resource}");
    }
    let but =
        json!([{"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:iam::*:user/team/*"}]);
    let simulator = under(but);
    assert_eq!(list_keys(&simulator, "ci").await, "AccessDenied");
    assert_eq!(list_keys(&simulator, "alice").await, "accepted");
}

// Service authorization reference, IAM: actions without a resource type need Resource "*"; the key's owner is the resource.
#[tokio::test(start_paused = true)]
async fn reports_need_every_resource_and_a_keys_last_use_its_owner() {
    let simulator = under(json!([allow("iam:*", "arn:aws:iam::*:user/team/*")]));
    let (own, foreign) = (simulator.add_access_key("ci"), simulator.add_access_key("alice"));
    let iam = iam(&simulator);
    let used = async |id: &str| code(iam.get_access_key_last_used().access_key_id(id).send().await);
    assert_eq!(code(iam.generate_credential_report().send().await), "AccessDenied");
    assert_eq!(used(&own.id).await, "accepted");
    assert_eq!(used(&foreign.id).await, "AccessDenied");
}

// IAM user guide, policy evaluation logic: an explicit deny outweighs every allow.
#[tokio::test(start_paused = true)]
async fn an_explicit_deny_wins() {
    let deny = json!({"Effect": "Deny", "Action": "iam:ListAccessKeys", "Resource": "arn:aws:iam::*:user/team/*"});
    let simulator = under(json!([allow("*", "*"), deny]));
    assert_eq!(list_keys(&simulator, "alice").await, "accepted");
    let refused = iam(&simulator).list_access_keys().user_name("ci").send().await.unwrap_err();
    let refused = refused.into_service_error();
    assert!(
        refused
            .meta()
            .message()
            .unwrap()
            .ends_with("with an explicit deny in an identity-based policy")
    );
}

// IAM user guide, condition operators: strings and ARNs.
#[tokio::test(start_paused = true)]
async fn conditions_on_texts_compare_the_tags_of_the_user() {
    let tag = "aws:ResourceTag/managed";
    let holds = [
        json!({"StringEquals": {tag: "yes"}}),
        json!({"StringEquals": {"AWS:resourcetag/Managed": ["no", "yes"]}}),
        json!({"StringNotEquals": {tag: "no"}}),
        json!({"StringNotEquals": {"aws:ResourceTag/missing": "no"}}),
        json!({"StringEqualsIgnoreCase": {tag: "YES"}}),
        json!({"StringLike": {tag: "y?*"}}),
        json!({"StringNotLike": {tag: "n*"}}),
        json!({"StringEqualsIfExists": {"aws:ResourceTag/missing": "x"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/test*"}}),
        json!({"ArnEquals": {"aws:PrincipalArn": "arn:aws:iam::123456789012:role/tester"}}),
        json!({"Bool": {"aws:SecureTransport": true}}),
        json!({"Null": {"aws:ResourceTag/missing": "true"}}),
        json!({"Null": {tag: false}}),
    ];
    for condition in holds {
        assert_eq!(with_condition(condition.clone()).await, "accepted", "{condition}");
    }
    let fails = [
        json!({"StringEquals": {tag: "Yes"}}),
        json!({"StringEquals": {tag: "y*"}}),
        json!({"StringEquals": {"aws:ResourceTag/missing": "x"}}),
        json!({"StringNotEquals": {tag: ["no", "yes"]}}),
        json!({"StringLike": {tag: "n*"}}),
        json!({"StringNotLike": {tag: "y*"}}),
        json!({"StringEqualsIfExists": {tag: "no"}}),
        json!({"ArnLike": {"aws:PrincipalArn": "*:role/tester"}}),
        json!({"Bool": {"aws:SecureTransport": "false"}}),
        json!({"Bool": {"aws:MultiFactorAuthPresent": "false"}}),
        json!({"Null": {tag: "true"}}),
        json!({"StringEquals": {tag: "yes"}, "Null": {tag: "true"}}),
    ];
    for condition in fails {
        assert_eq!(with_condition(condition.clone()).await, "AccessDenied", "{condition}");
    }
}

// IAM user guide, ABAC for tagging: ForAllValues over aws:TagKeys, which holds without any; ForAnyValue, which does not.
#[tokio::test(start_paused = true)]
async fn conditions_on_tag_keys_are_about_all_or_any_of_them() {
    let tag = async |operator: &str, keys: &[&str]| {
        let simulator = under(json!({
            "Effect": "Allow", "Action": "iam:TagUser", "Resource": "*",
            "Condition": {operator: {"aws:TagKeys": ["keysteward/*", "owner"]}},
        }));
        let tags = keys.iter().map(|key| Tag::builder().key(*key).value("1").build().unwrap());
        let call = iam(&simulator).tag_user().user_name("ci").set_tags(Some(tags.collect()));
        code(call.send().await)
    };
    assert_eq!(tag("ForAllValues:StringLike", &["keysteward/a", "owner"]).await, "accepted");
    assert_eq!(tag("ForAllValues:StringLike", &["keysteward/a", "other"]).await, "AccessDenied");
    assert_eq!(tag("ForAllValues:StringLike", &[]).await, "accepted");
    assert_eq!(tag("ForAnyValue:StringLike", &["keysteward/a", "other"]).await, "accepted");
    assert_eq!(tag("ForAnyValue:StringLike", &["other"]).await, "AccessDenied");
    assert_eq!(tag("ForAnyValue:StringLike", &[]).await, "AccessDenied");
}

// Observed: a credential without an age does not satisfy a comparison of ages.
#[tokio::test(start_paused = true)]
async fn an_absent_age_is_not_below_a_limit() {
    let simulator = under(json!({
        "Effect": "Allow", "Action": "iam:CreateServiceSpecificCredential", "Resource": "*",
        "Condition": {"NumericLessThanEquals": {"iam:ServiceSpecificCredentialAgeDays": "90"}},
    }));
    let create = async |days: Option<i32>| {
        let call = iam(&simulator).create_service_specific_credential().user_name("ci");
        let call = call.service_name("bedrock.amazonaws.com").set_credential_age_days(days);
        code(call.send().await)
    };
    assert_eq!(create(Some(90)).await, "accepted");
    assert_eq!(create(Some(91)).await, "AccessDenied");
    assert_eq!(create(None).await, "AccessDenied");
}

// IAM user guide, policy variables: they need the version of 2012; a user's name is not its path; a role has no user name.
#[tokio::test(start_paused = true)]
async fn a_user_manages_itself_by_a_variable() {
    let simulator = account();
    simulator.add_user("bob", "/team/", &[]);
    let own = |resources: Value, version: &str| {
        json!({"Version": version, "Statement": {
            "Effect": "Allow", "Action": "iam:ListAccessKeys", "Resource": resources,
        }})
    };
    let root = "arn:aws:iam::*:user/${aws:username}";
    let any = "arn:aws:iam::*:user/*/${aws:username}";
    let key = simulator.add_access_key("bob");
    let bob = aws_sdk_iam::Client::new(&config_with(&simulator, &key));
    let list = |user: &str| bob.list_access_keys().user_name(user).send();
    simulator.set_user_policy("bob", &own(json!([root, any]), "2012-10-17"));
    assert_eq!(code(list("bob").await), "accepted");
    assert_eq!(code(list("alice").await), "AccessDenied");
    simulator.set_user_policy("bob", &own(json!(root), "2012-10-17"));
    assert_eq!(code(list("bob").await), "AccessDenied", "the path is part of the ARN");
    simulator.set_user_policy("bob", &own(json!([root, any]), "2008-10-17"));
    assert_eq!(code(list("bob").await), "AccessDenied", "the old version knows no variables");
    simulator.set_role_policy("tester", &own(json!([root, any]), "2012-10-17"));
    assert_eq!(list_keys(&simulator, "alice").await, "AccessDenied", "a role has no user name");
}

#[tokio::test(start_paused = true)]
async fn what_is_not_simulated_refuses_the_call_and_is_a_violation() {
    let unknown = [
        json!([allow("iam:*", "*"), {
            "Effect": "Deny", "Action": "*", "Resource": "*",
            "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}},
        }]),
        json!([{"Effect": "Allow", "Action": "*", "Resource": "*", "Principal": "*"}]),
        json!([allow("*", "arn:aws:iam::*:user/${aws:username, 'x'}")]),
        json!([{"Effect": "allow", "Action": "*", "Resource": "*"}]),
        json!([{"Effect": "Allow", "Action": "*"}]),
    ];
    for statements in unknown {
        let simulator = under(statements.clone());
        assert_eq!(list_keys(&simulator, "ci").await, "AccessDenied", "{statements}");
        assert_eq!(simulator.violations().len(), 1, "{statements}");
    }
}

// STS API reference, GetCallerIdentity: no permissions are required.
#[tokio::test(start_paused = true)]
async fn everybody_may_ask_who_he_is() {
    let simulator = under(json!([{"Effect": "Deny", "Action": "*", "Resource": "*"}]));
    let sts = aws_sdk_sts::Client::new(&config(&simulator));
    assert_eq!(code(sts.get_caller_identity().send().await), "accepted");
}

// Common errors of the services: each names a refusal in its own way.
#[tokio::test(start_paused = true)]
async fn every_service_refuses_under_its_own_code() {
    let simulator = under(json!([]));
    simulator.add_bucket("reports");
    let (secret, topic) = (simulator.add_secret("x", "x"), simulator.add_topic("notices"));
    let config = config(&simulator);
    let secrets = aws_sdk_secretsmanager::Client::new(&config).get_secret_value().secret_id(secret);
    assert_eq!(code(secrets.send().await), "AccessDeniedException");
    let sns = aws_sdk_sns::Client::new(&config).publish().topic_arn(topic).message("x");
    assert_eq!(code(sns.send().await), "AuthorizationError");
    let s3 = aws_sdk_s3::Client::new(&config).put_object().bucket("reports").key("x");
    assert_eq!(code(s3.send().await), "AccessDenied");
}

// IAM user guide, session policies: a session may do what both its role and its own policy allow.
#[tokio::test(start_paused = true)]
async fn a_session_policy_takes_permissions_away() {
    let simulator = under(json!([allow("sts:AssumeRole", "arn:aws:iam::*:role/auditor")]));
    simulator.add_role("auditor", TrustPolicy::of(["123456789012"]));
    simulator.set_role_policy(
        "auditor",
        &json!({"Version": "2012-10-17", "Statement": allow("iam:*AccessKey*", "*")}),
    );
    let sts = aws_sdk_sts::Client::new(&config(&simulator));
    let assume = |policy: String| {
        let call = sts.assume_role().role_arn("arn:aws:iam::123456789012:role/auditor");
        call.role_session_name("audit").policy(policy).send()
    };
    assert_eq!(code(assume("{}".to_owned()).await), "MalformedPolicyDocument");
    let reads = json!({"Version": "2012-10-17", "Statement": allow("iam:List*", "*")});
    let credentials = assume(reads.to_string()).await.unwrap().credentials.unwrap();
    let credentials = aws_credential_types::Credentials::new(
        credentials.access_key_id,
        credentials.secret_access_key,
        Some(credentials.session_token),
        None,
        "test",
    );
    let provider = aws_credential_types::provider::SharedCredentialsProvider::new(credentials);
    let session = config(&simulator).into_builder().credentials_provider(provider).build();
    let iam = aws_sdk_iam::Client::new(&session);
    let key = simulator.add_access_key("ci");
    assert_eq!(code(iam.list_access_keys().user_name("ci").send().await), "accepted");
    assert_eq!(code(iam.list_users().send().await), "AccessDenied", "the role may not");
    let update = iam.update_access_key().user_name("ci").access_key_id(&key.id);
    let update = update.status(StatusType::Inactive).send().await.unwrap_err().into_service_error();
    assert!(update.meta().message().unwrap().contains("because no session policy allows"));
}
