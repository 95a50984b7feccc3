//! The sweep under the permissions that README.md lists, and under none of the writing ones.

use aws_simulator::TABLE_ARN;
use serde_json::{Value, json};

use crate::estate::{BUCKET, Estate};

/// What a deployment that only reports needs.
fn reading() -> Value {
    json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Resource": "*", "Action": [
            "sts:GetCallerIdentity", "iam:GenerateCredentialReport", "iam:GetCredentialReport",
            "iam:GetAccountAuthorizationDetails", "iam:ListAccountAliases", "iam:ListServiceSpecificCredentials",
            "iam:ListAccessKeys", "iam:GetAccessKeyLastUsed", "iam:GetUser"]},
        {"Effect": "Allow", "Action": "dynamodb:Query", "Resource": TABLE_ARN},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{BUCKET}/keysteward/*")}
    ]})
}

/// What acting needs besides.
fn acting() -> Value {
    let mut policy = reading();
    let statements = policy["Statement"].as_array_mut().unwrap();
    statements.push(json!({"Effect": "Allow", "Resource": "arn:aws:iam::*:user/*",
        "Action": ["iam:UpdateAccessKey", "iam:DeleteAccessKey", "iam:UpdateServiceSpecificCredential", "iam:DeleteServiceSpecificCredential"]}));
    // Records of accounts, and nothing else that the table holds.
    statements.push(json!({"Effect": "Allow", "Resource": TABLE_ARN, "Action": ["dynamodb:PutItem", "dynamodb:DeleteItem"],
        "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": "account#*"}}}));
    statements.push(
        json!({"Effect": "Deny", "Resource": "*", "Action": ["iam:TagUser", "iam:UntagUser"]}),
    );
    statements.push(json!({"Effect": "Allow", "Action": "sns:Publish", "Resource": "arn:aws:sns:*:*:keysteward"}));
    policy
}

#[tokio::test(start_paused = true)]
async fn the_whole_ladder_needs_no_more_than_these_permissions() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    estate.simulator.set_role_policy("deactivate-stale", &acting());
    let key = estate.stale_user("ana");
    let other = estate.simulator.add_service_credential("ana", "bedrock.amazonaws.com", None);
    estate.advance(90);
    for wait in [14, 23, 7] {
        estate.swept().await;
        estate.advance(wait);
    }
    estate.swept().await;
    assert_eq!(
        estate.told(&key),
        ["deactivation-ahead", "deactivated", "deletion-ahead", "deleted"]
    );
    assert_eq!(
        estate.told(&other),
        ["deactivation-ahead", "deactivated", "deletion-ahead", "deleted"]
    );
    assert_eq!(estate.simulator.violations(), Vec::<String>::new());
}

/// Users outside the path are not warned of what the role could never do, and hold up nobody inside.
#[tokio::test(start_paused = true)]
async fn users_outside_the_path_are_neither_told_nor_touched() {
    let estate = Estate::ideal();
    estate.set("REPORT_BUCKET", BUCKET);
    estate.set("USER_PATH", "/service/");
    let policy = acting().to_string().replace("iam::*:user/*", "iam::*:user/service/*");
    let policy = serde_json::from_str(&policy).unwrap();
    estate.simulator.set_role_policy("deactivate-stale", &policy);
    let people: Vec<_> = (0..10).map(|n| estate.stale_user(&format!("a-person-{n}"))).collect();
    estate.simulator.add_user("bot", "/service/ci/", &[("owner", "owner@example.com")]);
    let key = estate.simulator.add_access_key("bot").id;
    estate.advance(90);
    for wait in [14, 0] {
        let summary = estate.swept().await;
        assert_eq!((&summary["credentials"], &summary["findings"]), (&json!(1), &json!(1)));
        estate.advance(wait);
    }
    assert_eq!(estate.told(&key), ["deactivation-ahead", "deactivated"]);
    assert_eq!(estate.notices().len(), 2);
    assert!(people.iter().all(|key| estate.told(key).is_empty()));
    let report = estate.report();
    assert_eq!(report["decisions"].as_array().unwrap().len(), 1);
    let finding = &report["findings"][0];
    assert_eq!(
        finding["text"],
        "KEYSTEWARD_USER_PATH is /service/: 10 of 11 users are elsewhere, and are not judged"
    );
}

#[tokio::test(start_paused = true)]
async fn a_dry_run_needs_no_permission_to_change_anything() {
    let estate = Estate::ideal();
    estate.set("MODE", "dry-run");
    estate.set("REPORT_BUCKET", BUCKET);
    estate.simulator.set_role_policy("deactivate-stale", &reading());
    estate.stale_user("ana");
    estate.advance(200);
    estate.swept().await;
    assert_eq!(estate.decision("ana")["outcome"], "dry-run");
}

/// A permission that is missing is named, and means that nothing was done.
#[tokio::test(start_paused = true)]
async fn a_missing_permission_is_named() {
    let estate = Estate::ideal();
    estate.simulator.set_role_policy("deactivate-stale", &reading());
    estate.stale_user("ana");
    estate.advance(90);
    let error = estate.sweep().await.unwrap_err().to_string();
    assert!(error.contains("sns:Publish"), "{error}");
    assert_eq!(estate.notices().len(), 0);
}
