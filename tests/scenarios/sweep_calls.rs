//! How many calls a sweep makes: a fixed number, a page of users for each thousand, and a few for each user who needs them.

use std::collections::BTreeMap;

use aws_simulator::Settings;

use crate::estate::{Estate, slow};
use crate::support::report;

const USERS: usize = 5_000;
const STALE: usize = 20;
const WAITING: usize = 30;

fn counts(estate: &Estate, from: usize) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for call in estate.simulator.calls().split_off(from) {
        *counts.entry(call.operation).or_insert(0) += 1;
    }
    counts
}

#[tokio::test(start_paused = true)]
async fn fresh_and_waiting_users_cost_no_call_of_their_own() {
    let estate = Estate::new(Settings::IDEAL);
    for n in 0..WAITING {
        estate.stale_user(&format!("waiting-{n:04}"));
    }
    estate.advance(6);
    for n in 0..STALE {
        estate.stale_user(&format!("stale-{n:04}"));
    }
    estate.advance(81);
    for n in 0..USERS - STALE - WAITING {
        estate.stale_user(&format!("fresh-{n:04}"));
    }
    estate.advance(3);
    estate.swept().await;
    assert_eq!(estate.notices().len(), WAITING);
    estate.advance(6);

    let from = estate.simulator.calls().len();
    estate.swept().await;
    let made = counts(&estate, from);
    let expected = [
        ("GetCallerIdentity", 1),
        ("Query", 1),
        // The first call starts the report, the second finds it complete.
        ("GenerateCredentialReport", 2),
        ("GetCredentialReport", 1),
        ("GetAccountAuthorizationDetails", USERS / 1000),
        ("ListServiceSpecificCredentials", 1),
        ("ListAccessKeys", STALE),
        ("GetAccessKeyLastUsed", STALE),
        ("ListAccountAliases", 1),
        ("Publish", STALE),
        ("PutItem", STALE),
    ];
    let whole: usize = made.values().sum();
    report(format_args!(
        "{USERS} users, {STALE} stale, {WAITING} waiting: {whole} calls: {made:?}"
    ));
    assert_eq!(without_polls(made), without_polls(counted(&expected)));
}

fn counted(counts: &[(&str, usize)]) -> BTreeMap<String, usize> {
    counts.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

/// What a live look at a user with one key costs.
const LOOK: [(&str, usize); 2] = [("GetAccessKeyLastUsed", 1), ("ListAccessKeys", 1)];

/// A warning or a reminder costs no call of IAM beyond the look: the notice, and one write of the record.
#[tokio::test(start_paused = true)]
async fn a_warning_and_a_reminder_cost_what_the_readme_says() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.advance(90);
    let warning = counted(&[&LOOK[..], &[("Publish", 1), ("PutItem", 1)]].concat());
    // Warned on day 0, deactivated on day 14, announced on day 37, deleted on day 44.
    for day in 0..44 {
        let from = estate.simulator.calls().len();
        estate.swept().await;
        let made = per_credential(counts(&estate, from));
        match day {
            0 | 7 | 13 | 37 | 43 => assert_eq!(made, warning, "day {day}"),
            14 => assert!(made.contains_key("UpdateAccessKey"), "{made:?}"),
            _ => assert_eq!(made, BTreeMap::new(), "day {day}"),
        }
        estate.advance(1);
    }
}

/// How often IAM is asked whether the report is ready depends on IAM.
fn without_polls(mut counts: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    counts.remove("GenerateCredentialReport");
    counts
}

/// A deactivation and a deletion cost one call of IAM beyond the look, and two writes of the record.
#[tokio::test(start_paused = true)]
async fn a_deactivation_and_a_deletion_cost_what_the_readme_says() {
    let (deactivation, deletion) = climbed(|_| {}).await;
    let change = [("Publish", 1), ("PutItem", 2), ("UpdateAccessKey", 1)];
    assert_eq!(deactivation, counted(&[&LOOK[..], &change].concat()));
    let change = [("DeleteAccessKey", 1), ("DeleteItem", 1), ("Publish", 1), ("PutItem", 1)];
    assert_eq!(deletion, counted(&[&LOOK[..], &change].concat()));
}

/// Facts older than a minute are read once more, user and tags included.
#[tokio::test(start_paused = true)]
async fn a_second_look_is_made_only_when_the_first_is_older_than_a_minute() {
    let (deactivation, deletion) =
        climbed(|estate| estate.simulator.plan(slow("ListAccessKeys"))).await;
    // Four attempts at the first call of the look wait for nothing; the fifth is answered.
    let looks = [("GetAccessKeyLastUsed", 2), ("GetUser", 1), ("ListAccessKeys", 4 + 2)];
    let change = [("Publish", 1), ("PutItem", 2), ("UpdateAccessKey", 1)];
    assert_eq!(deactivation, counted(&[&looks[..], &change].concat()));
    let change = [("DeleteAccessKey", 1), ("DeleteItem", 1), ("Publish", 1), ("PutItem", 1)];
    assert_eq!(deletion, counted(&[&looks[..], &change].concat()));
}

/// The calls of the run that deactivates and of the one that deletes, each after `prepare`.
async fn climbed(prepare: impl Fn(&Estate)) -> (BTreeMap<String, usize>, BTreeMap<String, usize>) {
    let estate = Estate::ideal();
    let key = estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let from = estate.simulator.calls().len();
    prepare(&estate);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key).as_deref(), Some("Inactive"));
    let deactivation = per_credential(counts(&estate, from));
    estate.advance(23);
    estate.swept().await;
    estate.advance(7);
    let from = estate.simulator.calls().len();
    prepare(&estate);
    estate.swept().await;
    assert_eq!(estate.status("ana", &key), None);
    (deactivation, per_credential(counts(&estate, from)))
}

/// The table is read once however many items it holds, but for the pages of a megabyte that DynamoDB answers in.
#[tokio::test(start_paused = true)]
async fn the_table_is_read_with_one_query_for_each_megabyte() {
    let estate = Estate::ideal();
    let text = "x".repeat(40_000);
    for n in 0..40 {
        let account = format!("account#{}", aws_simulator::ACCOUNT);
        estate.simulator.put_raw_item(&account, &format!("later#{n:03}"), &[("text", &text)]);
    }
    let from = estate.simulator.calls().len();
    estate.swept().await;
    // 26 of them fit into a page.
    assert_eq!(counts(&estate, from)["Query"], 2);
    assert_eq!(estate.table().len(), 40);
}

fn per_credential(mut counts: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    for name in [
        "GetCallerIdentity",
        "GenerateCredentialReport",
        "GetCredentialReport",
        "GetAccountAuthorizationDetails",
        "ListServiceSpecificCredentials",
        "ListAccountAliases",
        "Query",
    ] {
        counts.remove(name);
    }
    counts
}
