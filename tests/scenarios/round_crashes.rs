//! Crash enumeration: every fault at every API call of a round, on each of the days on which it does something.

use std::collections::{BTreeMap, BTreeSet};

use aws_simulator::{Fault, Settings, Times, What, When};

use crate::round::rotated;
use crate::support::{Account, days, on_two_threads, report};

/// The days of a round: around the end of the overlap, of the grace and of the days on which a deletion is announced.
///
/// Twice, because a deactivation that was interrupted before the key was inactive looks like a key that somebody activated again: it
/// gets another overlap.
const DAYS: [i64; 14] = [6, 7, 8, 14, 15, 16, 22, 23, 24, 30, 31, 32, 38, 39];

/// A fault at one call of the round of one of these days.
#[derive(Clone, Debug)]
struct Strike {
    day: i64,
    call: u64,
    what: What,
    times: Times,
}

/// What a life of a superseded key came to.
struct Life {
    /// How many calls the round of each day made.
    calls: BTreeMap<i64, u64>,
    struck: bool,
    verdict: Result<(), String>,
}

/// Lives through the days after a rotation; on one of them the round may meet a fault.
fn live(strike: Option<&Strike>) -> Life {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let account = rotated(Settings::IDEAL).await;
        let (mut calls, mut struck, mut today) = (BTreeMap::new(), false, 0);
        for day in DAYS {
            account.simulator.advance(days(day - today));
            today = day;
            let before = account.simulator.calls().len();
            if let Some(Strike { call, what, times, .. }) = strike.filter(|own| own.day == day) {
                let (when, what, times) = (When::Call(*call), what.clone(), *times);
                account.simulator.plan(Fault { when, times, what });
                let _ = account.round().await;
                struck = account.simulator.faults_struck();
                account.simulator.forget_faults();
            } else if let Err(error) = account.round().await {
                return Life { calls, struck, verdict: Err(format!("day {day}: {error}")) };
            }
            calls.insert(day, (account.simulator.calls().len() - before) as u64);
        }
        Life { calls, struck, verdict: judge(&account) }
    })
}

/// In the end the superseded key is gone, its owner was notified of each change, and the current key worked all the time.
fn judge(account: &Account) -> Result<(), String> {
    let old = &account.first_key;
    // A notice whose answer was lost is published again, with the same id.
    let notices = account.distinct_notices_of(old);
    let count = |kind: &str| notices.iter().filter(|notice| *notice == kind).count();
    let violations = account.simulator.violations();
    if !violations.is_empty() {
        return Err(format!("{violations:?}"));
    }
    if account.status(old).is_some() || account.record(old).is_some() {
        return Err(format!("left: {:?}, {:?}", account.keys(), account.record(old)));
    }
    // One that was sent, and whose record was not completed, is sent again by the next round.
    let right = |kind| (1..=2).contains(&count(kind));
    if right("deactivated") && right("deleted") { Ok(()) } else { Err(format!("{notices:?}")) }
}

#[test]
fn any_single_fault_of_a_round_is_repaired_by_the_next_ones_and_never_cuts_off_a_consumer() {
    let faultless = live(None);
    assert_eq!(faultless.verdict, Ok(()));
    let mut strikes = Vec::new();
    let mut seen = BTreeSet::new();
    // Days of the same number of calls do the same.
    for (day, calls) in faultless.calls.into_iter().filter(|(_, calls)| seen.insert(*calls)) {
        for call in 1..=calls {
            for what in What::ENUMERATED {
                let times = [Times::Once, Times::UntilInvocationEnds];
                let each = times.map(|times| Strike { day, call, what: what.clone(), times });
                strikes.extend(each);
            }
        }
    }
    let worker = |strikes: &[Strike]| {
        let mut failures = Vec::new();
        for strike in strikes {
            let life = live(Some(strike));
            if !life.struck {
                failures.push(format!("{strike:?}: did not strike"));
            } else if let Err(error) = life.verdict {
                failures.push(format!("{strike:?}: {error}"));
            }
        }
        failures
    };
    let failures = on_two_threads(&strikes, worker);
    let ran = strikes.len();
    report(format_args!("{ran} single faults of rounds on {} kinds of days", seen.len()));
    assert!(ran > 200, "{ran}");
    assert!(failures.is_empty(), "{} of {ran}:\n{}", failures.len(), failures.join("\n"));
}
