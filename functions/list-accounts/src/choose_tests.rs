//! The table of choices, and what holds for all of them.

use organization::{Member, State};
use proptest::prelude::*;

use super::*;

const ONE: &str = "111111111111";
const TWO: &str = "222222222222";
const THREE: &str = "333333333333";
const UNIT: &str = "ou-ab12-34cd56ef";

fn member(id: &str, state: State) -> Member {
    Member { id: id.to_owned(), name: format!("name of {id}"), state }
}

fn active(id: &str) -> Member {
    member(id, State::Active)
}

fn config(settings: &[(&str, &str)]) -> Config {
    let bucket = [("REPORT_BUCKET", "reports")];
    let settings = bucket.iter().chain(settings);
    let variables =
        settings.map(|(name, value)| (format!("KEYSTEWARD_{name}"), (*value).to_owned()));
    Config::from_variables(variables).unwrap()
}

fn ids(choice: &Choice) -> Vec<&str> {
    choice.accounts.iter().map(|listed| listed.account.as_str()).collect()
}

fn skipped(choice: &Choice) -> Vec<(&str, usize)> {
    choice.skipped.iter().map(|(reason, count)| (reason.as_str(), *count)).collect()
}

#[test]
fn without_settings_every_active_account_is_listed_once_in_order() {
    let members = vec![active(THREE), active(ONE), active(TWO), active(ONE)];
    let choice = choose(&Facts { members, ..Facts::default() }, &config(&[])).unwrap();
    assert_eq!(ids(&choice), [ONE, TWO, THREE]);
    assert_eq!(choice.accounts[0].name, "name of 111111111111");
    assert!(choice.skipped.is_empty() && choice.findings.is_empty());
}

#[test]
fn only_active_accounts_are_listed_and_unknown_states_are_findings() {
    let members = vec![
        active(ONE),
        member(TWO, State::Inactive("SUSPENDED")),
        member(THREE, State::Unknown("FROZEN".to_owned())),
        member("444444444444", State::Unknown(String::new())),
    ];
    let choice = choose(&Facts { members, ..Facts::default() }, &config(&[])).unwrap();
    assert_eq!(ids(&choice), [ONE]);
    assert_eq!(skipped(&choice), [("SUSPENDED", 1), ("unknown", 2)]);
    insta::assert_snapshot!(choice.findings.join("\n"), @r#"
    account 333333333333 has the state "FROZEN", which this version does not know; it is not swept
    account 444444444444 has the state "", which this version does not know; it is not swept
    "#);
}

#[test]
fn units_select_what_is_in_them_and_excluded_units_take_away() {
    let facts = Facts {
        members: vec![active(ONE), active(TWO), active(THREE)],
        included: vec![active(THREE), active(TWO)],
        excluded: vec![active(TWO)],
    };
    let choice = choose(&facts, &config(&[("ORGANIZATIONAL_UNITS", UNIT)])).unwrap();
    assert_eq!((ids(&choice), skipped(&choice)), (vec![THREE], vec![("excluded", 1)]));
    let facts = Facts { included: Vec::new(), ..facts };
    let choice = choose(&facts, &config(&[("EXCLUDE_ORGANIZATIONAL_UNITS", UNIT)])).unwrap();
    assert_eq!(ids(&choice), [ONE, THREE]);
}

#[test]
fn an_account_that_joined_after_the_first_list_is_listed_too() {
    let facts =
        Facts { members: vec![active(ONE)], included: vec![active(TWO)], excluded: Vec::new() };
    let choice = choose(&facts, &config(&[("ORGANIZATIONAL_UNITS", UNIT)])).unwrap();
    assert_eq!(ids(&choice), [TWO]);
}

#[test]
fn named_accounts_are_listed_alone() {
    let facts = Facts { members: vec![active(ONE), active(TWO)], ..Facts::default() };
    let choice = choose(&facts, &config(&[("ACCOUNTS", TWO)])).unwrap();
    assert_eq!(ids(&choice), [TWO]);
}

#[test]
fn a_named_account_that_cannot_be_swept_is_an_error_that_names_it() {
    let members = vec![
        active(ONE),
        member(TWO, State::Inactive("CLOSED")),
        member(THREE, State::Unknown("FROZEN".to_owned())),
    ];
    let named = [ONE, TWO, THREE, "444444444444"].join(",");
    let refusal = choose(&Facts { members, ..Facts::default() }, &config(&[("ACCOUNTS", &named)]))
        .unwrap_err();
    insta::assert_snapshot!(refusal, @r#"KEYSTEWARD_ACCOUNTS names what cannot be swept: 222222222222 is CLOSED; 333333333333 has the unknown state "FROZEN"; 444444444444 is not in the organization"#);
}

#[test]
fn an_excluded_account_that_does_not_exist_is_a_finding() {
    let facts = Facts { members: vec![active(ONE), active(TWO)], ..Facts::default() };
    let excluded = [TWO, THREE].join(",");
    let choice = choose(&facts, &config(&[("EXCLUDE_ACCOUNTS", &excluded)])).unwrap();
    assert_eq!((ids(&choice), skipped(&choice)), (vec![ONE], vec![("excluded", 1)]));
    assert_eq!(
        choice.findings,
        ["KEYSTEWARD_EXCLUDE_ACCOUNTS names 333333333333, which is not in the organization"]
    );
}

#[test]
fn a_list_of_nobody_is_an_error() {
    let facts = Facts { members: vec![active(ONE)], ..Facts::default() };
    for settings in [("EXCLUDE_ACCOUNTS", ONE), ("ORGANIZATIONAL_UNITS", UNIT)] {
        let refusal = choose(&facts, &config(&[settings])).unwrap_err();
        assert_eq!(refusal, Refusal::NobodyLeft { members: 1 });
    }
    assert_eq!(choose(&Facts::default(), &config(&[])), Err(Refusal::NobodyLeft { members: 0 }));
}

#[test]
fn of_two_states_the_active_one_counts() {
    for members in [
        vec![active(ONE), member(ONE, State::Inactive("SUSPENDED"))],
        vec![member(ONE, State::Unknown(String::new())), active(ONE)],
    ] {
        let choice = choose(&Facts { members, ..Facts::default() }, &config(&[])).unwrap();
        assert_eq!((ids(&choice), skipped(&choice)), (vec![ONE], vec![]));
    }
}

fn any_member() -> impl Strategy<Value = Member> {
    let state = prop_oneof![
        3 => Just(State::Active),
        1 => Just(State::Inactive("SUSPENDED")),
        1 => Just(State::Unknown("FROZEN".to_owned())),
    ];
    (0..12_u64, state).prop_map(|(id, state)| member(&format!("{id:012}"), state))
}

fn any_facts() -> impl Strategy<Value = Facts> {
    let list = || proptest::collection::vec(any_member(), 0..12);
    (list(), list(), list()).prop_map(|(members, included, excluded)| Facts {
        members,
        included,
        excluded,
    })
}

fn any_config() -> impl Strategy<Value = Config> {
    let ids = || proptest::collection::btree_set(0..14_u64, 0..3);
    (ids(), any::<bool>(), any::<bool>()).prop_map(|(exclude, units, exclude_units)| {
        let unit = |set: bool| if set { UNIT } else { "" };
        let exclude: Vec<_> = exclude.iter().map(|id| format!("{id:012}")).collect();
        config(&[
            ("EXCLUDE_ACCOUNTS", &exclude.join(",")),
            ("ORGANIZATIONAL_UNITS", unit(units)),
            ("EXCLUDE_ORGANIZATIONAL_UNITS", unit(exclude_units)),
        ])
    })
}

proptest! {
    #[test]
    fn every_account_is_listed_or_counted_and_none_twice(facts in any_facts(), config in any_config()) {
        let Ok(choice) = choose(&facts, &config) else { return Ok(()) };
        let listed = ids(&choice);
        prop_assert!(listed.windows(2).all(|pair| pair[0] < pair[1]), "{listed:?}");
        let all = [&facts.members, &facts.included, &facts.excluded];
        let pool: BTreeSet<_> = match config.units.is_empty() {
            true => all.into_iter().flatten().map(|member| member.id.as_str()).collect(),
            false => facts.included.iter().map(|member| member.id.as_str()).collect(),
        };
        let skipped: usize = choice.skipped.values().sum();
        prop_assert_eq!(pool.len(), listed.len() + skipped);
        for id in listed {
            prop_assert!(pool.contains(id));
            let says_active = |member: &Member| member.id == id && member.state == State::Active;
            prop_assert!(all.into_iter().flatten().any(says_active));
            prop_assert!(!facts.excluded.iter().any(|member| member.id == id));
            prop_assert!(!config.exclude_accounts.iter().any(|account| account.as_str() == id));
        }
    }

    #[test]
    fn the_order_of_what_was_read_changes_nothing(facts in any_facts(), config in any_config()) {
        let mut turned = facts.clone();
        for list in [&mut turned.members, &mut turned.included, &mut turned.excluded] {
            list.reverse();
        }
        prop_assert_eq!(choose(&facts, &config), choose(&turned, &config));
    }
}
