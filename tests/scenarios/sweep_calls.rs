//! How many calls a sweep makes: a fixed number, a page of users for each thousand, and a few for each user who needs them.

use std::collections::BTreeMap;

use aws_simulator::Settings;

use crate::estate::Estate;
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
        // The first call starts the report, the second finds it complete.
        ("GenerateCredentialReport", 2),
        ("GetCredentialReport", 1),
        ("GetAccountAuthorizationDetails", USERS / 1000),
        ("ListServiceSpecificCredentials", 1),
        ("ListAccessKeys", STALE),
        ("GetAccessKeyLastUsed", STALE),
        ("GetUser", STALE),
        ("ListAccountAliases", 1),
        ("Publish", STALE),
        ("TagUser", STALE),
    ];
    let expected: BTreeMap<_, _> =
        expected.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    let whole: usize = made.values().sum();
    report(format_args!(
        "{USERS} users, {STALE} stale, {WAITING} waiting: {whole} calls: {made:?}"
    ));
    assert_eq!(without_polls(made), without_polls(expected));
}

/// A reminder costs what a warning does, on the days of reminders and on no other.
#[tokio::test(start_paused = true)]
async fn a_reminder_costs_what_the_readme_says() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    let reminder = [
        ("GetAccessKeyLastUsed", 1),
        ("GetUser", 1),
        ("ListAccessKeys", 1),
        ("Publish", 1),
        ("TagUser", 1),
    ];
    let reminder = BTreeMap::from(reminder.map(|(name, count)| (name.to_owned(), count)));
    // Deactivated on day 14, announced on day 37, deleted on day 44.
    for day in 1..44 {
        estate.advance(1);
        let from = estate.simulator.calls().len();
        estate.swept().await;
        let made = per_credential(counts(&estate, from));
        match day {
            7 | 13 | 37 | 43 => assert_eq!(made, reminder, "day {day}"),
            14 => assert!(made.contains_key("UpdateAccessKey"), "{made:?}"),
            _ => assert_eq!(made, BTreeMap::new(), "day {day}"),
        }
    }
}

/// How often IAM is asked whether the report is ready depends on IAM.
fn without_polls(mut counts: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    counts.remove("GenerateCredentialReport");
    counts
}

/// A deactivation looks again at the user, the keys and the last use, and writes two records around the change.
#[tokio::test(start_paused = true)]
async fn a_deactivation_and_a_deletion_cost_what_the_readme_says() {
    let estate = Estate::ideal();
    estate.stale_user("ana");
    estate.advance(90);
    estate.swept().await;
    estate.advance(14);
    let from = estate.simulator.calls().len();
    estate.swept().await;
    let deactivation = per_credential(counts(&estate, from));
    let expected = [
        ("GetAccessKeyLastUsed", 2),
        ("GetUser", 1),
        ("ListAccessKeys", 2),
        ("Publish", 1),
        ("TagUser", 2),
        ("UpdateAccessKey", 1),
    ];
    assert_eq!(deactivation, expected.map(|(name, count)| (name.to_owned(), count)).into());
    estate.advance(23);
    estate.swept().await;
    estate.advance(7);
    let from = estate.simulator.calls().len();
    estate.swept().await;
    let deletion = per_credential(counts(&estate, from));
    let expected = [
        ("DeleteAccessKey", 1),
        ("GetAccessKeyLastUsed", 2),
        ("GetUser", 1),
        ("ListAccessKeys", 2),
        ("Publish", 1),
        ("TagUser", 1),
        ("UntagUser", 1),
    ];
    assert_eq!(deletion, expected.map(|(name, count)| (name.to_owned(), count)).into());
}

fn per_credential(mut counts: BTreeMap<String, usize>) -> BTreeMap<String, usize> {
    for name in [
        "GetCallerIdentity",
        "GenerateCredentialReport",
        "GetCredentialReport",
        "GetAccountAuthorizationDetails",
        "ListServiceSpecificCredentials",
        "ListAccountAliases",
    ] {
        counts.remove(name);
    }
    counts
}
