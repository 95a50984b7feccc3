//! An organization, read page by page.

use aws_sdk_organizations::Client;
use aws_sdk_organizations::types::Account;
use aws_simulator::{ACCOUNT, Fault, Simulator, Times, What, When};
use aws_types::region::Region;

use crate::support::{account, account_with, code, config};

const MEMBER: &str = "210987654321";

fn organizations(simulator: &Simulator) -> Client {
    Client::new(&config(simulator))
}

/// An organization of the management account and `members` others in its root.
fn organization(members: u64) -> (Simulator, String) {
    let simulator = account();
    let root = simulator.add_organization();
    for n in 0..members {
        // Not in the order of their ids, as on AWS.
        simulator.add_member(&format!("{:012}", 999_999_999_999 - n), &format!("m{n}"), &root);
    }
    (simulator, root)
}

/// Everything that `ListAccounts` lists, and how many accounts each page had.
async fn listed(client: &Client, most: Option<i32>) -> (Vec<Account>, Vec<usize>) {
    let (mut accounts, mut sizes, mut token) = (Vec::new(), Vec::new(), None);
    loop {
        let call = client.list_accounts().set_max_results(most).set_next_token(token);
        let page = call.send().await.unwrap();
        sizes.push(page.accounts().len());
        token = page.next_token.clone();
        accounts.extend(page.accounts.unwrap_or_default());
        if token.is_none() {
            return (accounts, sizes);
        }
    }
}

// Organizations API reference, ListAccounts: at most 20 in a page.
#[tokio::test(start_paused = true)]
async fn pages_have_twenty_accounts_at_most_and_list_everybody_once() {
    let (simulator, _) = organization(44);
    let client = organizations(&simulator);
    let (accounts, sizes) = listed(&client, None).await;
    assert_eq!(sizes, [20, 20, 5]);
    let mut ids: Vec<_> = accounts.iter().filter_map(Account::id).collect();
    assert_eq!(ids[0], ACCOUNT);
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 45);
    assert_eq!(listed(&client, Some(7)).await.1, [7, 7, 7, 7, 7, 7, 3]);
    for most in [0, 21] {
        let call = client.list_accounts().max_results(most).send().await;
        assert_eq!(code(call), "InvalidInputException");
    }
    let call = client.list_accounts().next_token("made up").send().await;
    assert_eq!(code(call), "InvalidInputException");
}

// Organizations API reference: List operations can return fewer than MaxResults, even none, and more may follow.
#[tokio::test(start_paused = true)]
async fn pages_may_be_short_or_empty_and_yet_not_the_last() {
    let (simulator, _) = organization(30);
    simulator.set_organization_pages(&[0, 20, 3, 0]);
    let (accounts, sizes) = listed(&organizations(&simulator), Some(20)).await;
    assert_eq!(sizes, [0, 20, 3, 0, 0, 8]);
    assert_eq!(accounts.len(), 31);
}

// Organizations API reference, Account.
#[tokio::test(start_paused = true)]
async fn an_account_has_a_state_and_the_older_status() {
    let (simulator, root) = organization(0);
    simulator.add_member(MEMBER, "prod", &root);
    let client = organizations(&simulator);
    for (state, status) in [
        (Some("ACTIVE"), Some("ACTIVE")),
        (Some("CLOSED"), Some("SUSPENDED")),
        (Some("PENDING_ACTIVATION"), None),
        (None, Some("PENDING_CLOSURE")),
        (Some("FROZEN"), None),
    ] {
        simulator.set_account_state(MEMBER, state, status);
        let (accounts, _) = listed(&client, None).await;
        let member = accounts.iter().find(|account| account.id() == Some(MEMBER)).unwrap();
        assert_eq!(member.state().map(|word| word.as_str()), state);
        assert_eq!(member.status().map(|word| word.as_str()), status);
        assert_eq!(member.name(), Some("prod"));
        assert!(
            member.arn().unwrap().starts_with("arn:aws:organizations::123456789012:account/o-")
        );
    }
}

// Organizations API reference, ListAccountsForParent and ListOrganizationalUnitsForParent: direct children only.
#[tokio::test(start_paused = true)]
async fn a_parent_lists_its_direct_children() {
    let (simulator, root) = organization(0);
    let team = simulator.add_organizational_unit(&root, "team");
    let inner = simulator.add_organizational_unit(&team, "inner");
    simulator.add_member(MEMBER, "prod", &root);
    simulator.add_member("310987654321", "test", &inner);
    let client = organizations(&simulator);
    let accounts = async |parent: &str| {
        let page = client.list_accounts_for_parent().parent_id(parent).send().await.unwrap();
        let ids = page.accounts().iter().filter_map(Account::id).map(ToOwned::to_owned);
        ids.collect::<Vec<_>>()
    };
    let units = async |parent: &str| {
        let call = client.list_organizational_units_for_parent().parent_id(parent);
        let page = call.send().await.unwrap();
        let ids = page.organizational_units().iter().filter_map(|unit| unit.id.clone());
        ids.collect::<Vec<_>>()
    };
    assert_eq!(accounts(&root).await, [ACCOUNT, MEMBER]);
    assert!(accounts(&team).await.is_empty());
    assert_eq!(accounts(&inner).await, ["310987654321"]);
    assert_eq!((units(&root).await, units(&team).await), (vec![team.clone()], vec![inner.clone()]));
    simulator.add_member(MEMBER, "prod", &team);
    assert_eq!(
        (accounts(&root).await, accounts(&team).await),
        (vec![ACCOUNT.into()], vec![MEMBER.into()])
    );
    let call = client.list_accounts_for_parent().parent_id("ou-none-00000000").send().await;
    assert_eq!(code(call), "ParentNotFoundException");
}

// Organizations user guide, delegated administrators.
#[tokio::test(start_paused = true)]
async fn only_management_and_delegated_accounts_may_list() {
    let (simulator, root) = organization(0);
    simulator.add_member(MEMBER, "prod", &root);
    let member = organizations(&simulator.account(MEMBER));
    assert_eq!(code(member.list_accounts().send().await), "AccessDeniedException");
    simulator.add_delegated_administrator(MEMBER);
    assert_eq!(listed(&member, None).await.0.len(), 2);
    let stranger = organizations(&simulator.account("310987654321"));
    let answer = code(stranger.list_accounts().send().await);
    assert_eq!(answer, "AWSOrganizationsNotInUseException");
}

// Organizations user guide, quotas: calls of one account in a second; TooManyRequestsException. ServiceException is a 500.
#[tokio::test(start_paused = true)]
async fn calls_are_limited_and_fail_under_the_names_of_the_service() {
    let simulator = account_with(|settings| settings.organizations_calls_per_second = 8);
    simulator.add_organization();
    let client = organizations(&simulator);
    for _ in 0..8 {
        assert_eq!(code(client.list_accounts().send().await), "accepted");
    }
    assert_eq!(code(client.list_accounts().send().await), "TooManyRequestsException");
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    assert_eq!(code(client.list_accounts().send().await), "accepted");
    for (what, answer) in
        [(What::ErrorBefore, "ServiceException"), (What::Throttle, "TooManyRequestsException")]
    {
        simulator.plan(Fault { when: When::Operation("ListAccounts"), times: Times::Once, what });
        assert_eq!(code(client.list_accounts().send().await), answer);
    }
}

// Service authorization reference, AWS Organizations.
#[tokio::test(start_paused = true)]
async fn a_role_needs_the_permission_of_each_operation() {
    let (simulator, root) = organization(0);
    let policy = serde_json::json!({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "organizations:ListAccounts", "Resource": "*",
    }});
    simulator.set_role_policy("tester", &policy);
    let client = organizations(&simulator);
    assert_eq!(code(client.list_accounts().send().await), "accepted");
    let refused = client.list_accounts_for_parent().parent_id(&root).send().await;
    assert_eq!(code(refused), "AccessDeniedException");
}

// "AWS Organizations endpoints and quotas": one endpoint, in us-east-1, wherever the caller is.
#[tokio::test(start_paused = true)]
async fn the_service_is_signed_for_in_one_region() {
    let (simulator, _) = organization(0);
    assert_eq!(config(&simulator).region(), Some(&Region::from_static("eu-west-1")));
    assert_eq!(listed(&organizations(&simulator), None).await.0.len(), 1);
    let signing_in = |region, url: &str| {
        let config = config(&simulator).into_builder().region(Region::new(region));
        Client::new(&config.endpoint_url(url).build())
    };
    let real = "https://organizations.us-east-1.amazonaws.com";
    assert_eq!(code(signing_in("us-east-1", real).list_accounts().send().await), "accepted");
    let elsewhere = signing_in("eu-west-1", real).list_accounts().send().await;
    assert_eq!(code(elsewhere), "InvalidSignatureException");
    // Under an address of the test's own the SDK signs for the Region that it is told.
    let local = signing_in("eu-west-1", "http://127.0.0.1:1").list_accounts().send().await;
    assert_eq!(code(local), "accepted");
}

/// The largest organizations have tens of thousands of accounts.
#[tokio::test(start_paused = true)]
async fn ten_thousand_accounts_are_five_hundred_pages() {
    let (simulator, _) = organization(9_999);
    let (accounts, sizes) = listed(&organizations(&simulator), None).await;
    assert_eq!((accounts.len(), sizes.len()), (10_000, 500));
}
