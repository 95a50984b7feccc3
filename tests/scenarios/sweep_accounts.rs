//! Other accounts, through a role in each.

use aws_simulator::{ACCOUNT, TrustPolicy};
use lambda_shell::chain;
use serde_json::{Value, json};

use crate::estate::Estate;

const MEMBER: &str = "210987654321";
const ROLE: &str = "keysteward-member";

fn sweep_of(account: &str) -> Value {
    json!({ "account": account })
}

/// A member account that trusts the function's role, with the external id.
fn organization() -> Estate {
    let estate = Estate::ideal();
    let trust = TrustPolicy {
        principals: vec![format!("arn:aws:iam::{ACCOUNT}:role/deactivate-stale")],
        external_id: Some("x-42".to_owned()),
        max_session: 3600,
    };
    let member = estate.simulator.account(MEMBER);
    member.add_role(ROLE, trust);
    member.add_user("ana", "/", &[]);
    member.add_access_key("ana");
    estate.stale_user("ana");
    estate.set("MEMBER_ROLE_NAME", ROLE);
    estate.set("EXTERNAL_ID", "x-42");
    estate.advance(90);
    estate
}

#[tokio::test(start_paused = true)]
async fn another_account_is_swept_through_its_role_and_the_own_one_is_not_touched() {
    let estate = organization();
    let summary = estate.handle(sweep_of(MEMBER)).await.unwrap();
    assert_eq!(summary["account"], MEMBER);
    let member = estate.simulator.account(MEMBER);
    let records: Vec<_> = estate.table().into_iter().map(|item| item.pk).collect();
    assert_eq!(records, [format!("account#{MEMBER}")], "one table for all accounts");
    assert!(member.view(|view| view.tags("ana")).is_empty(), "nothing is written on the user");
    assert_eq!(estate.notices()[0]["account"], MEMBER, "the topic is the function's own");
    for call in estate.simulator.calls() {
        let expected = match call.service.as_str() {
            "iam" => MEMBER,
            "dynamodb" => ACCOUNT,
            _ => continue,
        };
        assert_eq!(call.account, expected, "{}", call.operation);
    }
}

#[tokio::test(start_paused = true)]
async fn naming_the_own_account_needs_no_role() {
    let estate = organization();
    estate.handle(sweep_of(ACCOUNT)).await.unwrap();
    assert_eq!(estate.calls_of("AssumeRole"), 0);
}

/// E11. A role that is missing, or an account that was closed.
#[tokio::test(start_paused = true)]
async fn an_account_that_cannot_be_entered_is_a_clear_error() {
    let estate = organization();
    estate.set("EXTERNAL_ID", "wrong");
    let error = chain(&estate.handle(sweep_of(MEMBER)).await.unwrap_err());
    assert!(error.contains("nothing was done in account 210987654321"), "{error}");
    assert!(error.contains("AccessDenied"), "{error}");
    let error = chain(&estate.handle(sweep_of("111111111111")).await.unwrap_err());
    assert!(error.contains("nothing was done in account 111111111111"), "{error}");

    let alone = Estate::ideal();
    let error = chain(&alone.handle(sweep_of(MEMBER)).await.unwrap_err());
    assert!(error.contains("set KEYSTEWARD_MEMBER_ROLE_NAME"), "{error}");
    assert_eq!(alone.writes(), Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_key_exposed_in_another_account_is_deactivated_there() {
    let estate = organization();
    let member = estate.simulator.account(MEMBER);
    let key = member.view(|view| view.keys("ana"))[0].id.clone();
    let event = json!({"detail-type": "AWS Health Event", "source": "aws.health", "account": ACCOUNT,
        "detail": {"service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_COMPROMISED", "communicationId": "c-1",
            "affectedAccount": MEMBER, "affectedEntities": [{"entityValue": key}]}});
    estate.handle(event).await.unwrap();
    assert_eq!(member.view(|view| view.keys("ana"))[0].status, "Inactive");
    assert_eq!(estate.notices()[0]["account"], MEMBER);
}

/// Nobody can enter the account, and somebody hears of it all the same.
#[tokio::test(start_paused = true)]
async fn a_key_exposed_in_an_account_that_cannot_be_entered_is_paged() {
    let estate = organization();
    let event = json!({"detail-type": "AWS Health Event", "source": "aws.health", "account": ACCOUNT,
        "detail": {"service": "RISK", "eventTypeCode": "AWS_RISK_CREDENTIALS_EXPOSED", "communicationId": "c-1",
            "affectedAccount": "111111111111", "affectedEntities": [{"entityValue": "AKIAEXAMPLE"}]}});
    estate.handle(event).await.unwrap_err();
    assert_eq!(estate.notices()[0]["answer"]["outcome"], "failed");
    assert_eq!(estate.notices()[0]["account"], "111111111111");
}
