//! What holds for a bound user when memory is lost, restored to an older state, or the user's tags are removed.

#![expect(clippy::unwrap_used, reason = "a test may panic outside its own function too")]

mod account;

use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use account::{Account, Event, days};

fn config() -> ProptestConfig {
    let beside = FileFailurePersistence::WithSource("regressions");
    ProptestConfig {
        cases: 192,
        failure_persistence: Some(Box::new(beside)),
        max_shrink_time: 3000,
        ..ProptestConfig::default()
    }
}

fn memory_event() -> impl Strategy<Value = Event> {
    prop_oneof![
        Just(Event::Lose(u8::MAX)),
        any::<u8>().prop_map(Event::Lose),
        (any::<u8>(), 0..40_usize).prop_map(|(items, back)| Event::Restore { items, back }),
        (0..40_usize).prop_map(|back| Event::Restore { items: u8::MAX, back }),
    ]
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => memory_event(),
        3 => (0..3_usize).prop_map(Event::Use),
        1 => (0..3_usize).prop_map(Event::Activate),
        1 => (0..3_usize).prop_map(Event::Deactivate),
        1 => Just(Event::MakeKey),
        1 => Just(Event::EditSecret),
        1 => (0..4_u8).prop_map(Event::InterruptRotation),
    ]
}

/// Days with at most one event each, and then quiet ones.
fn history() -> impl Strategy<Value = Vec<Option<Event>>> {
    prop::collection::vec(prop::option::weighted(0.3, event()), 1..120)
}

proptest! {
    #![proptest_config(config())]

    /// The account itself checks every step against what really happened in it.
    #[test]
    fn lost_or_restored_memory_costs_time_and_never_a_key(history in history()) {
        let mut account = Account::new();
        for event in history {
            account.pass_a_day(event, true);
        }
        let quiet = account.now;
        for _ in 0..220 {
            account.pass_a_day(None, true);
        }
        prop_assert!(account.rotated > Some(quiet), "no rotation since {quiet}: {account:#?}");
    }

    #[test]
    fn tags_that_are_removed_every_night_cost_no_key(
        nights in prop::collection::vec(any::<bool>(), 200),
        uses in prop::collection::vec(prop::option::weighted(0.2, (0..3_usize).prop_map(Event::Use)), 200),
    ) {
        let mut account = Account::new();
        account.pass_a_day(None, true);
        // Sometimes the tag is set again for a day.
        for (event, restored) in uses.into_iter().zip(nights) {
            account.pass_a_day(event, restored);
        }
        prop_assert!(account.current_is_active());
    }

    #[test]
    fn a_superseded_key_that_is_never_used_again_is_gone_in_time(skipped in 0..6_i64) {
        let mut account = Account::new();
        (0..31).for_each(|_| account.pass_a_day(None, true));
        let superseded = account.previous.clone().unwrap();
        let since = account.superseded_at(&superseded);
        account.now += days(skipped);
        while account.has(&superseded) {
            account.pass_a_day(None, true);
            // Overlap, lag, grace, announcement, and a day for each run that has to see it.
            let longest = days(7) + days(1) + days(7) + days(4) + days(4) + days(skipped);
            prop_assert!(account.now <= since + longest, "{account:#?}");
        }
    }
}

#[test]
fn tags_that_stay_away_for_two_hundred_days_cost_no_key() {
    let mut account = Account::new();
    account.pass_a_day(None, true);
    for _ in 0..200 {
        account.pass_a_day(None, false);
    }
    assert!(account.current_is_active());
    assert!((28..=30).contains(&account.told_of_lost_binding), "weekly: {account:#?}");
}

#[test]
fn the_histories_of_these_properties_rotate_retire_and_recover() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut retired, mut warned, mut rotations) = (0, 0, 0);
    for _ in 0..48 {
        let mut account = Account::new();
        for event in history().new_tree(&mut runner).unwrap().current() {
            account.pass_a_day(event, true);
        }
        (0..220).for_each(|_| account.pass_a_day(None, true));
        retired += account.retired;
        warned += account.warnings();
        rotations += account.rotations;
    }
    assert!(retired >= 50 && warned >= 10 && rotations >= 200, "{retired} {warned} {rotations}");
}
