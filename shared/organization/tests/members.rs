//! Accounts and units, page by page.

use std::error::Error as _;
use std::time::Duration;

use aws_simulator::{ACCOUNT, Fault, Settings, Simulator, Times, What, When};
use organization::{CallCounter, ErrorKind, Member, Members, State};

fn simulator() -> (Simulator, String) {
    let simulator = Simulator::new("2026-01-01T00:00:00Z".parse().unwrap(), Settings::IDEAL);
    let root = simulator.add_organization();
    (simulator, root)
}

fn reader(simulator: &Simulator, calls: u32) -> Members {
    Members::new(&simulator.sdk_config("list-accounts"), calls, &CallCounter::default())
}

fn ids(members: Vec<Member>) -> Vec<String> {
    members.into_iter().map(|member| member.id).collect()
}

fn fill(simulator: &Simulator, parent: &str, count: u64) {
    for n in 0..count {
        simulator.add_member(&format!("{:012}", 900_000_000_000 - n), "member", parent);
    }
}

#[tokio::test(start_paused = true)]
async fn short_and_empty_pages_are_followed_to_the_one_without_a_token() {
    let (simulator, root) = simulator();
    fill(&simulator, &root, 60);
    for sizes in [&[20][..], &[1], &[0, 20], &[0, 0, 7], &[20, 0]] {
        simulator.set_organization_pages(sizes);
        let listed = ids(reader(&simulator, 0).all().await.unwrap());
        assert_eq!(listed.len(), 61, "{sizes:?}");
        let direct = ids(reader(&simulator, 0).directly_in(&root).await.unwrap());
        assert_eq!(direct.len(), 61, "{sizes:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_unit_tells_its_own_accounts_and_units_and_no_deeper_ones() {
    let (simulator, root) = simulator();
    let units: Vec<_> =
        (0..45).map(|n| simulator.add_organizational_unit(&root, &format!("team-{n}"))).collect();
    simulator.add_organizational_unit(&units[0], "inner");
    simulator.add_member("210987654321", "prod", &units[0]);
    let reader = reader(&simulator, 0);
    assert_eq!(reader.units_in(&root).await.unwrap(), units);
    let direct = reader.directly_in(&units[0]).await.unwrap();
    let state = State::Active;
    assert_eq!(direct, [Member { id: "210987654321".into(), name: "prod".into(), state }]);
    assert_eq!(ids(reader.directly_in(&root).await.unwrap()), [ACCOUNT]);
}

#[tokio::test(start_paused = true)]
async fn a_throttled_page_is_asked_for_again() {
    let (simulator, root) = simulator();
    fill(&simulator, &root, 99);
    simulator.set(|settings| settings.organizations_calls_per_second = 2);
    assert_eq!(reader(&simulator, 0).all().await.unwrap().len(), 100);
    let throttled = simulator.calls().iter().filter(|call| call.error.is_some()).count();
    assert!(throttled > 0);
}

#[tokio::test(start_paused = true)]
async fn a_paced_reader_is_never_throttled() {
    let (simulator, root) = simulator();
    fill(&simulator, &root, 399);
    simulator.set(|settings| settings.organizations_calls_per_second = 6);
    let began = simulator.now();
    assert_eq!(reader(&simulator, 5).all().await.unwrap().len(), 400);
    assert!(simulator.calls().iter().all(|call| call.error.is_none()));
    let took = Duration::try_from(simulator.now().duration_since(began)).unwrap();
    assert!(took >= Duration::from_millis(3_800) && took < Duration::from_secs(5), "{took:?}");
}

#[tokio::test(start_paused = true)]
async fn a_page_that_keeps_failing_fails_the_list() {
    let (simulator, root) = simulator();
    fill(&simulator, &root, 50);
    let fault = Fault { when: When::Call(2), times: Times::Always, what: What::ErrorBefore };
    simulator.plan(fault);
    let error = reader(&simulator, 0).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(error.to_string(), "failed to list the accounts of this organization");
    assert!(error.source().unwrap().to_string().contains("ServiceException"));
}

#[tokio::test(start_paused = true)]
async fn an_error_says_what_to_look_at() {
    let (simulator, root) = simulator();
    simulator.add_member("210987654321", "prod", &root);
    let error = reader(&simulator.account("210987654321"), 0).all().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Denied);
    assert_eq!(
        error.to_string(),
        "failed to list the accounts of this organization (does the function's role allow organizations:ListAccounts, and does it run in the management account or a delegated administrator's?)"
    );
    let unit = "ou-none-00000000";
    for error in [
        reader(&simulator, 0).directly_in(unit).await.unwrap_err(),
        reader(&simulator, 0).units_in(unit).await.unwrap_err(),
    ] {
        assert!(error.to_string().ends_with("(is there such a unit in this organization?)"));
        assert_eq!(error.kind(), ErrorKind::Rejected);
    }
    let error = reader(&simulator.account("310987654321"), 0).all().await.unwrap_err();
    assert!(error.source().unwrap().to_string().starts_with("AWSOrganizationsNotInUseException"));
}
