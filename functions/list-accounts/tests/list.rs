//! The list of accounts.

use std::time::Duration;

use aws_simulator::{ACCOUNT, Fault, Times, What, When};
use lambda_shell::{Deadline, Failure as _, chain};
use list_accounts::ListAccounts;
use serde_json::json;

use crate::support::{BUCKET, config, counts, fill, ids, listed, organization};

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";

#[tokio::test(start_paused = true)]
async fn the_list_is_sorted_and_the_answer_says_where_it_is() {
    let (simulator, root) = organization();
    simulator.add_member(TWO, "test \"two\"", &root);
    simulator.add_member(ONE, "prod", &root);
    let answer = listed(&simulator, &[]).await.unwrap();
    let key = "keysteward/manifest/2026-11-22T03-00-00Z.json";
    let expected = json!({"bucket": BUCKET, "key": key, "count": 3, "skipped": {}, "findings": []});
    assert_eq!(answer, expected);
    let objects = simulator.view(|view| view.objects(BUCKET));
    assert_eq!(objects[0].content_type.as_deref(), Some("application/json"));
    insta::assert_snapshot!(String::from_utf8_lossy(&objects[0].body), @r#"[{"account":"111111111111","name":"prod"},{"account":"123456789012","name":"management"},{"account":"222222222222","name":"test \"two\""}]"#);
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_accounts_take_five_hundred_pages() {
    let (simulator, root) = organization();
    fill(&simulator, &root, 999_999_999_999, 9_999);
    let answer = listed(&simulator, &[]).await.unwrap();
    let ids = ids(&simulator, &answer);
    assert_eq!(ids.len(), 10_000);
    assert!(ids.is_sorted());
    let expected = [("ListAccounts".to_owned(), 500), ("PutObject".to_owned(), 1)];
    assert_eq!(counts(&simulator), expected.into());
}

/// AWS lets one account make eight calls in a second; at the default rate none of them is refused.
#[tokio::test(start_paused = true)]
async fn at_the_default_rate_aws_refuses_no_page() {
    let (simulator, root) = organization();
    fill(&simulator, &root, 999_999_999_999, 9_999);
    simulator.set(|settings| settings.organizations_calls_per_second = 8);
    let began = simulator.now();
    listed(&simulator, &[("ORGANIZATIONS_CALLS_PER_SECOND", "5")]).await.unwrap();
    assert_eq!(counts(&simulator)["ListAccounts"], 500);
    let seconds = simulator.now().duration_since(began).as_secs();
    assert!((98..=102).contains(&seconds), "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn pages_that_are_throttled_short_or_empty_lose_nobody() {
    let (simulator, root) = organization();
    fill(&simulator, &root, 999_999_999_999, 499);
    simulator.set(|settings| settings.organizations_calls_per_second = 3);
    simulator.set_organization_pages(&[0, 20, 3, 0, 0, 11]);
    let answer = listed(&simulator, &[]).await.unwrap();
    assert_eq!(ids(&simulator, &answer).len(), 500);
    let refused = simulator.calls().iter().filter(|call| call.error.is_some()).count();
    assert!(refused > 10, "{refused}");
}

#[tokio::test(start_paused = true)]
async fn only_active_accounts_are_listed() {
    let (simulator, root) = organization();
    let states = [
        (Some("ACTIVE"), None),
        (None, Some("ACTIVE")),
        (Some("PENDING_ACTIVATION"), None),
        (Some("SUSPENDED"), Some("ACTIVE")),
        (None, Some("SUSPENDED")),
        (Some("PENDING_CLOSURE"), None),
        (Some("CLOSED"), Some("SUSPENDED")),
        (Some("FROZEN"), Some("ACTIVE")),
        (None, None),
    ];
    for (n, (state, status)) in states.into_iter().enumerate() {
        let account = format!("{n:012}");
        simulator.add_member(&account, "member", &root);
        simulator.set_account_state(&account, state, status);
    }
    let answer = listed(&simulator, &[]).await.unwrap();
    assert_eq!(ids(&simulator, &answer), ["000000000000", "000000000001", ACCOUNT]);
    let skipped = json!({"CLOSED": 1, "PENDING_ACTIVATION": 1, "PENDING_CLOSURE": 1, "SUSPENDED": 2, "unknown": 2});
    assert_eq!(answer["skipped"], skipped);
    assert_eq!(answer["findings"].as_array().unwrap().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn units_are_followed_to_the_bottom() {
    let (simulator, root) = organization();
    let team = simulator.add_organizational_unit(&root, "team");
    let inner = simulator.add_organizational_unit(&team, "inner");
    let deepest = simulator.add_organizational_unit(&inner, "deepest");
    let other = simulator.add_organizational_unit(&root, "other");
    fill(&simulator, &root, 900_000_000_000, 3);
    fill(&simulator, &team, 800_000_000_000, 21);
    fill(&simulator, &inner, 700_000_000_000, 5);
    fill(&simulator, &deepest, 600_000_000_000, 7);
    fill(&simulator, &other, 500_000_000_000, 11);
    let count = async |settings: &[(&str, &str)]| {
        let answer = listed(&simulator, settings).await.unwrap();
        let ids = ids(&simulator, &answer);
        (ids.len(), answer["skipped"]["excluded"].as_u64().unwrap_or_default())
    };
    assert_eq!(count(&[]).await, (48, 0));
    assert_eq!(count(&[("ORGANIZATIONAL_UNITS", &team)]).await, (33, 0));
    let both = format!("{team},{inner},{other}");
    assert_eq!(count(&[("ORGANIZATIONAL_UNITS", &both)]).await, (44, 0));
    assert_eq!(count(&[("EXCLUDE_ORGANIZATIONAL_UNITS", &inner)]).await, (36, 12));
    let settings =
        [("ORGANIZATIONAL_UNITS", team.as_str()), ("EXCLUDE_ORGANIZATIONAL_UNITS", &inner)];
    assert_eq!(count(&settings).await, (21, 12));
}

/// What the README's formula says: units cost a page of accounts and one of units each, and more only where there are more than twenty.
#[tokio::test(start_paused = true)]
async fn units_cost_what_the_readme_says() {
    let (simulator, root) = organization();
    let team = simulator.add_organizational_unit(&root, "team");
    for n in 0..25 {
        simulator.add_organizational_unit(&team, &format!("part {n}"));
    }
    fill(&simulator, &team, 800_000_000_000, 41);
    listed(&simulator, &[("ORGANIZATIONAL_UNITS", &team)]).await.unwrap();
    let expected = [
        ("ListAccounts", 3),
        ("ListAccountsForParent", 3 + 25),
        ("ListOrganizationalUnitsForParent", 2 + 25),
        ("PutObject", 1),
    ];
    assert_eq!(counts(&simulator), expected.map(|(name, n)| (name.to_owned(), n)).into());
}

#[tokio::test(start_paused = true)]
async fn named_accounts_must_be_there() {
    let (simulator, root) = organization();
    simulator.add_member(ONE, "prod", &root);
    let answer = listed(&simulator, &[("ACCOUNTS", ONE)]).await.unwrap();
    assert_eq!(ids(&simulator, &answer), [ONE]);
    simulator.set_account_state(ONE, Some("CLOSED"), None);
    let error = listed(&simulator, &[("ACCOUNTS", &format!("{ONE},{TWO}"))]).await.unwrap_err();
    assert_eq!(error.error_type(), "Organization.AccountsUnavailable");
    insta::assert_snapshot!(chain(&error), @"no list of accounts was written: KEYSTEWARD_ACCOUNTS names what cannot be swept: 111111111111 is CLOSED; 222222222222 is not in the organization");
    assert_eq!(simulator.view(|view| view.objects(BUCKET).len()), 1);
}

#[tokio::test(start_paused = true)]
async fn an_excluded_account_that_is_not_there_is_in_the_answer() {
    let (simulator, _) = organization();
    let answer = listed(&simulator, &[("EXCLUDE_ACCOUNTS", ONE)]).await.unwrap();
    let finding =
        "KEYSTEWARD_EXCLUDE_ACCOUNTS names 111111111111, which is not in the organization";
    assert_eq!(answer["findings"], json!([finding]));
    let error = listed(&simulator, &[("EXCLUDE_ACCOUNTS", ACCOUNT)]).await.unwrap_err();
    assert_eq!(error.error_type(), "Organization.NobodyLeft");
}

#[tokio::test(start_paused = true)]
async fn an_answer_stays_small_however_much_there_is_to_find() {
    let (simulator, root) = organization();
    for n in 0..3_000 {
        let account = format!("{n:012}");
        simulator.add_member(&account, "member", &root);
        simulator.set_account_state(&account, Some("FROZEN"), None);
    }
    let answer = listed(&simulator, &[]).await.unwrap();
    assert!(answer.to_string().len() < 20_000);
    let findings = answer["findings"].as_array().unwrap();
    assert_eq!(findings.last().unwrap(), "and 2900 more, which the log names");
    assert_eq!(answer["skipped"]["unknown"], 3_000);
}

#[tokio::test(start_paused = true)]
async fn a_unit_that_does_not_exist_is_an_error() {
    let (simulator, _) = organization();
    for setting in ["ORGANIZATIONAL_UNITS", "EXCLUDE_ORGANIZATIONAL_UNITS"] {
        let error = listed(&simulator, &[(setting, "ou-none-00000000")]).await.unwrap_err();
        assert_eq!(error.error_type(), "Upstream.Rejected");
        insta::allow_duplicates! {
            insta::assert_snapshot!(chain(&error), @"no list of accounts was written: failed to list the accounts in ou-none-00000000 (is there such a unit in this organization?): ParentNotFoundException: You provided a parent that does not exist.");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn outside_of_the_management_account_there_is_no_list() {
    let (simulator, root) = organization();
    simulator.add_member(ONE, "prod", &root);
    let member = simulator.account(ONE);
    let error = listed(&member, &[]).await.unwrap_err();
    assert_eq!(error.error_type(), "Upstream.Denied");
    let stranger = simulator.account(TWO);
    let error = listed(&stranger, &[]).await.unwrap_err();
    assert_eq!(error.error_type(), "Upstream.Rejected");
    assert!(chain(&error).contains("AWSOrganizationsNotInUseException"), "{}", chain(&error));
}

#[tokio::test(start_paused = true)]
async fn an_invocation_without_the_time_to_read_says_so() {
    let (simulator, root) = organization();
    fill(&simulator, &root, 999_999_999_999, 999);
    let settings = config(&[("ORGANIZATIONS_CALLS_PER_SECOND", "1")]);
    let function = ListAccounts::new(&simulator.sdk_config("list-accounts"), settings);
    let deadline = Deadline::after(Duration::from_secs(60));
    let event = json!({ "list": {} });
    let error = function.handle(event, simulator.now(), deadline).await.unwrap_err();
    assert_eq!(error.error_type(), "Organization.OutOfTime");
    assert!(simulator.view(|view| view.objects(BUCKET).is_empty()));
}

#[tokio::test(start_paused = true)]
async fn the_permissions_of_the_readme_suffice() {
    let (simulator, root) = organization();
    let team = simulator.add_organizational_unit(&root, "team");
    simulator.add_member(ONE, "prod", &team);
    let statement = json!([
        {"Effect": "Allow", "Resource": "*", "Action": ["organizations:ListAccounts",
            "organizations:ListAccountsForParent", "organizations:ListOrganizationalUnitsForParent"]},
        {"Effect": "Allow", "Action": "s3:PutObject", "Resource": "arn:aws:s3:::reports/keysteward/manifest/*"},
    ]);
    let policy = json!({"Version": "2012-10-17", "Statement": statement});
    simulator.set_role_policy("list-accounts", &policy);
    listed(&simulator, &[("ORGANIZATIONAL_UNITS", &team)]).await.unwrap();
    assert!(simulator.violations().is_empty());
    let denied = Fault {
        when: When::Operation("ListAccounts"),
        times: Times::Once,
        what: What::Refuse(aws_simulator::ApiError::new(400, "AccessDeniedException", "no")),
    };
    simulator.plan(denied);
    assert_eq!(listed(&simulator, &[]).await.unwrap_err().error_type(), "Upstream.Denied");
}
