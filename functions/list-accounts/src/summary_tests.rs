//! The table of fates.

use report_store::{Child, Outcome};
use serde_json::json;

use super::*;

fn list(count: usize) -> Vec<Listed> {
    let listed = |n| Listed { account: format!("{n:012}"), name: format!("team {n}") };
    (0..count).map(listed).collect()
}

fn child(n: usize, outcome: Outcome) -> Child {
    Child { input: Some(json!({"account": format!("{n:012}")}).to_string()), outcome }
}

fn failed(error: &str, cause: &str) -> Outcome {
    Outcome::Failed { error: error.to_owned(), cause: cause.to_owned() }
}

fn errors(summary: &Summary) -> Vec<(&str, &str, &str)> {
    let failures = summary.failures.iter();
    failures.map(|one| (one.account.as_str(), one.error.as_str(), one.message.as_str())).collect()
}

#[test]
fn a_run_that_swept_everybody_has_no_failures() {
    let children = (0..3).rev().map(|n| child(n, Outcome::Succeeded)).collect();
    let summary = Summary::of(&list(3), children);
    assert_eq!(summary, Summary { accounts: 3, succeeded: 3, failures: Vec::new() });
}

#[test]
fn every_way_to_fail_is_named_with_its_account() {
    let lambda = json!({"errorType": "Sweep.LimitReached", "errorMessage": "too many"}).to_string();
    let children = vec![
        child(4, Outcome::Pending),
        child(0, Outcome::Succeeded),
        child(1, failed("Sweep.LimitReached", &lambda)),
        child(2, failed("States.Timeout", "no answer in 960 seconds")),
        child(3, failed("ABORTED", "")),
    ];
    let summary = Summary::of(&list(6), children);
    assert_eq!((summary.accounts, summary.succeeded), (6, 1));
    let expected = [
        ("000000000001", "Sweep.LimitReached", "too many"),
        ("000000000002", "States.Timeout", "no answer in 960 seconds"),
        ("000000000003", "ABORTED", ""),
        ("000000000004", "NotStarted", "the run ended before this account's turn"),
        ("000000000005", "NoResult", "the run has no result for this account"),
    ];
    assert_eq!(errors(&summary), expected);
}

#[test]
fn a_result_that_names_no_account_counts_for_none() {
    let unnamed = |input: Option<&str>| Child {
        input: input.map(ToOwned::to_owned),
        outcome: Outcome::Succeeded,
    };
    let children = vec![unnamed(None), unnamed(Some("{")), unnamed(Some("{\"account\":7}"))];
    let summary = Summary::of(&list(1), children);
    assert_eq!((summary.succeeded, summary.failures.len()), (0, 1));
}

#[test]
fn an_account_with_a_success_and_a_failure_has_failed() {
    for order in [[0, 1], [1, 0]] {
        let outcomes = [Outcome::Succeeded, failed("Sweep.Incomplete", "")];
        let children = order.map(|n| child(0, outcomes[n].clone())).to_vec();
        let summary = Summary::of(&list(1), children);
        assert_eq!(errors(&summary), [("000000000000", "Sweep.Incomplete", "")]);
    }
}

#[test]
fn a_result_of_an_account_that_is_not_listed_changes_nothing() {
    let children = vec![child(0, Outcome::Succeeded), child(7, failed("Sweep.Incomplete", ""))];
    let summary = Summary::of(&list(1), children);
    assert_eq!(summary, Summary { accounts: 1, succeeded: 1, failures: Vec::new() });
}

#[test]
fn the_message_names_the_accounts_and_the_place() {
    let children =
        vec![child(0, Outcome::Succeeded), child(1, failed("Upstream.Denied", "no\nrole"))];
    let summary = Summary::of(&list(2), children);
    insta::assert_snapshot!(summary.message("s3://reports/a.json"), @"1 of 2 accounts were not swept, or not wholly; 000000000001 (team 1): Upstream.Denied: no role; all of it is in s3://reports/a.json");
}

#[test]
fn a_long_message_counts_the_rest_and_fits_into_a_cause() {
    let cause = "\"quoted\" ".repeat(1000);
    let children = (0..10_000).map(|n| child(n, failed("Sweep.Incomplete", &cause))).collect();
    let summary = Summary::of(&list(10_000), children);
    let message = summary.message("s3://reports/a.json");
    // What Step Functions keeps is the JSON form, in which quotes are escaped.
    let cause = json!({"errorType": "Organization.Incomplete", "errorMessage": message});
    assert!(cause.to_string().chars().count() < 32_000, "{}", cause.to_string().len());
    let (shown, rest) = message.split_once("; and ").unwrap();
    let shown = shown.matches("Sweep.Incomplete").count();
    assert_eq!(rest, format!("{} more; all of it is in s3://reports/a.json", 10_000 - shown));
    assert!(shown > 80, "{shown}");
    let document = summary.document("2026-11-22T00:00:00Z", "k");
    assert_eq!(document["failures"].as_array().unwrap().len(), 10_000);
    assert_eq!(summary.failures[0].message.chars().count(), 1001);
}
