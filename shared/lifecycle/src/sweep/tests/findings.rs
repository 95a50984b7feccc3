//! What is reported and never acted upon.

use super::*;
use crate::exemption::EXEMPT_TAG;

fn report(users: &[(&str, Timestamp)]) -> CredentialReport {
    let users = users.iter().map(|&(name, created)| row(name, created)).collect();
    CredentialReport { generated: now(), root: None, users, rejected: Vec::new() }
}

fn row(name: &str, created: Timestamp) -> UserRow {
    UserRow {
        user: name.into(),
        arn: alice().arn,
        created,
        password: None,
        mfa_active: false,
        access_keys: Vec::new(),
        certificates: 0,
        has_more: false,
    }
}

fn user(name: &str, created: Timestamp) -> UserFacts {
    UserFacts { name: name.into(), created, ..alice() }
}

fn rejected(user: Option<&str>) -> RejectedRow {
    RejectedRow { line: 2, user: user.map(Into::into), fault: "cut off".to_owned() }
}

fn missing(report: &CredentialReport, users: &[(&str, Timestamp)]) -> Vec<String> {
    let users: Vec<_> = users.iter().map(|&(name, created)| user(name, created)).collect();
    let missing = missing_from_report(report, &users);
    missing.iter().map(|name| name.as_str().to_owned()).collect()
}

const NOBODY: [&str; 0] = [];

#[test]
fn a_report_that_was_cut_off_between_two_rows_is_noticed() {
    let (one, two, three) = (ago(days(3)), ago(days(2)), ago(days(1)));
    let users = [("one", one), ("two", two), ("three", three)];
    assert_eq!(missing(&report(&users), &users), NOBODY);
    assert_eq!(missing(&report(&users[..2]), &users), ["three"]);
    assert_eq!(missing(&report(&users[..1]), &users), ["two", "three"]);
    assert_eq!(missing(&report(&[]), &users), ["one", "two", "three"]);
    assert_eq!(missing(&report(&[]), &[]), NOBODY);
}

#[test]
fn users_who_were_deleted_since_are_not_missing() {
    let at = ago(days(3));
    assert_eq!(missing(&report(&[("one", at), ("two", at)]), &[("one", at)]), NOBODY);
}

#[test]
fn the_case_of_a_name_does_not_matter() {
    let at = ago(days(3));
    assert_eq!(missing(&report(&[("Alice", at)]), &[("aLICE", at)]), NOBODY);
}

#[test]
fn a_user_created_while_the_report_was_made_is_not_missing() {
    let edge = now() - seconds(15 * 60);
    for (offset, expected) in [(-1, vec!["new"]), (0, vec![]), (1, vec![])] {
        assert_eq!(missing(&report(&[]), &[("new", edge + seconds(offset))]), expected, "{offset}");
    }
    let old = CredentialReport { generated: Timestamp::MIN, ..report(&[]) };
    assert_eq!(missing(&old, &[("new", ago(days(1)))]), NOBODY);
}

#[test]
fn a_user_who_was_renamed_since_is_not_missing() {
    let (one, two) = (ago(days(3)), ago(days(2)));
    assert_eq!(missing(&report(&[("before", one)]), &[("after", one)]), NOBODY);
    assert_eq!(missing(&report(&[("before", one)]), &[("after", two)]), ["after"]);
    // One row accounts for one user, even if several were created in the same second.
    let twins = [("first", one), ("second", one)];
    assert_eq!(missing(&report(&[("before", one)]), &twins), ["second"]);
    assert_eq!(missing(&report(&[("a", one), ("b", one)]), &twins), NOBODY);
    // A row whose user still exists accounts for nobody else.
    assert_eq!(missing(&report(&[("first", one)]), &twins), ["second"]);
}

#[test]
fn a_row_that_could_not_be_read_accounts_for_one_user() {
    let at = ago(days(3));
    let mut cut = report(&[("one", at)]);
    let users = [("one", at), ("two", at), ("three", at)];
    cut.rejected = vec![rejected(Some("TWO"))];
    assert_eq!(missing(&cut, &users), ["three"]);
    cut.rejected = vec![rejected(None)];
    assert_eq!(missing(&cut, &users), ["three"]);
    cut.rejected = vec![rejected(None), rejected(None)];
    assert_eq!(missing(&cut, &users), NOBODY);
}

#[test]
fn a_recreated_user_is_not_missing() {
    assert_eq!(missing(&report(&[("one", ago(days(90)))]), &[("one", ago(days(1)))]), NOBODY);
}

fn root(
    password_enabled: Option<bool>,
    mfa_active: bool,
    active_access_keys: usize,
) -> Vec<Finding> {
    let root = Some(RootRow { password_enabled, mfa_active, active_access_keys });
    root_findings(&CredentialReport { root, ..report(&[]) })
}

#[test]
fn the_root_user_is_reported() {
    assert_eq!(root_findings(&report(&[])), []);
    assert_eq!(root(Some(true), true, 0), []);
    assert_eq!(root(Some(false), false, 0), [], "it cannot sign in");
    assert_eq!(root(Some(true), false, 0), [Finding::RootWithoutMfa]);
    assert_eq!(root(None, false, 0), [Finding::RootWithoutMfa]);
    assert_eq!(root(None, true, 2), [Finding::RootAccessKeys { count: 2 }]);
    assert_eq!(
        root(None, false, 1),
        [Finding::RootAccessKeys { count: 1 }, Finding::RootWithoutMfa]
    );
}

fn texts(row: &UserRow, user: &UserFacts) -> Vec<String> {
    let findings = user_findings(row, user, &Binding::None, now());
    assert!(findings.iter().all(|finding| finding.user() == Some(&user.name)), "{findings:?}");
    findings.iter().map(|finding| format!("{}: {finding}", finding.as_str())).collect()
}

#[test]
fn a_password_without_mfa_is_reported() {
    let mut row = row("Alice", ago(days(3)));
    assert_eq!(texts(&row, &alice()), NOBODY);
    row.password = Some(PasswordRow { changed: ago(days(1)), last_use: LastUse::NoneRecorded });
    assert_eq!(
        texts(&row, &alice()),
        ["password-without-mfa: user Alice has a console password and no MFA device"]
    );
    row.mfa_active = true;
    assert_eq!(texts(&row, &alice()), NOBODY);
}

#[test]
fn exemptions_that_are_over_or_unreadable_are_reported() {
    let row = row("Alice", ago(days(3)));
    let user = alice()
        .tag(EXEMPT_TAG, "until=2026-11-20 reason=batch job")
        .tag(format!("{EXEMPT_TAG}:AKIAEXAMPLEEXAMPLE01"), "for ever")
        .tag(format!("{EXEMPT_TAG}:AKIAEXAMPLEEXAMPLE02"), "until=2026-11-21")
        .tag(format!("{EXEMPT_TAG}:AKIAEXAMPLEEXAMPLE03"), "")
        .tag("keysteward:exempted", "until=2020-01-01");
    assert_eq!(
        texts(&row, &user),
        [
            "exemption-over: an exemption of user Alice is over: tag keysteward:exempt until 2026-11-21T00:00:00Z: batch job",
            "exemption-unreadable: an exemption of user Alice cannot be read and counts: tag keysteward:exempt:AKIAEXAMPLEEXAMPLE01 (unreadable, so without an end)",
        ]
    );
    let over = user_findings(&row, &user, &Binding::None, "2026-11-22T00:00:00Z".parse().unwrap());
    assert_eq!(over.len(), 3);
}

#[test]
fn findings_say_what_is_to_be_done() {
    let user = || "Alice".into();
    insta::assert_snapshot!(Finding::RootAccessKeys { count: 1 }, @"the root user has 1 active access key(s): delete them; nothing needs them");
    insta::assert_snapshot!(Finding::RootWithoutMfa, @"the root user can sign in without MFA: enable it");
    insta::assert_snapshot!(Finding::RecreatedSinceReport { user: user() }, @"user Alice was created after the credential report was made, and waits for the next one");
    assert_eq!(Finding::RootWithoutMfa.as_str(), "root-without-mfa");
    assert_eq!(Finding::RootAccessKeys { count: 1 }.as_str(), "root-access-keys");
    assert_eq!(Finding::RootWithoutMfa.user(), None);
    assert_eq!(Finding::RootAccessKeys { count: 1 }.user(), None);
    assert_eq!(Finding::RecreatedSinceReport { user: user() }.user(), Some(&user()));
    assert_eq!(Finding::RecreatedSinceReport { user: user() }.as_str(), "recreated-since-report");
}
