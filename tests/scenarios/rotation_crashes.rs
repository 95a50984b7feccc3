//! Crash enumeration: every fault at every API call of a rotation, and what Secrets Manager's retries make of it.
//!
//! After **every** call the key under AWSCURRENT must work. In the end there is one new current key, the old one is superseded,
//! and no version-less key is left.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_simulator::{Fault, RotationResult, Times, What, When};

use crate::support::{Account, days, on_two_threads, report, switched_on};

/// A fault at the k-th call.
#[derive(Clone, Debug)]
struct Strike {
    call: u64,
    what: What,
    times: Times,
}

/// What a rotation with planned faults came to.
struct Trial {
    verdict: Result<(), String>,
    calls: u64,
    struck: bool,
}

/// Rotates under these faults, in a world of its own; a rotation that was given up is followed by the next one.
fn trial(rotations_before: u32, strikes: &[Strike]) -> Trial {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .unwrap();
    runtime.block_on(async {
        let account = Account::healthy();
        account.watch_current_key();
        for _ in 0..rotations_before {
            assert_eq!(account.rotate().await, RotationResult::Rotated);
            account.simulator.advance(days(90));
        }
        let (old, calls_before) = (account.current_key(), account.simulator.calls().len() as u64);
        for Strike { call, what, times } in strikes {
            account.simulator.plan(Fault {
                when: When::Call(*call),
                times: *times,
                what: what.clone(),
            });
        }
        let mut result = account.rotate().await;
        let struck = account.simulator.faults_struck();
        let calls = account.simulator.calls().len() as u64 - calls_before;
        if matches!(result, RotationResult::Abandoned(_)) {
            result = account.rotate().await;
        }
        account.simulator.forget_faults();
        // What a removal was interrupted in, the daily round completes.
        let round = account.round().await;
        let verdict = match result {
            RotationResult::Rotated => round.and_then(|_| account.check_rotated_from(&old)),
            other => Err(format!("{other:?}; keys {:?}", account.keys())),
        };
        Trial { verdict, calls, struck }
    })
}

/// The calls of a rotation without faults.
fn faultless(rotations_before: u32) -> u64 {
    let Trial { verdict, calls, .. } = trial(rotations_before, &[]);
    assert_eq!(verdict, Ok(()));
    calls
}

/// Every fault at every one of `calls`; those that a retry may meet again strike once, and until the invocation ends.
fn strikes(calls: std::ops::RangeInclusive<u64>) -> Vec<Strike> {
    let mut strikes = Vec::new();
    for call in calls {
        for what in What::ENUMERATED {
            if !matches!(what, What::CrashBefore | What::CrashAfter) {
                strikes.push(Strike { call, what: what.clone(), times: Times::Once });
            }
            strikes.push(Strike { call, what, times: Times::UntilInvocationEnds });
        }
    }
    strikes
}

/// Runs the trials on two threads and returns how many ran, and what went wrong.
fn run_all(rotations_before: u32, trials: &[Vec<Strike>]) -> (usize, Vec<String>) {
    let ran = AtomicUsize::new(0);
    let worker = |trials: &[Vec<Strike>]| {
        let mut failures = Vec::new();
        for strikes in trials {
            let trial = trial(rotations_before, strikes);
            ran.fetch_add(1, Ordering::Relaxed);
            if !trial.struck {
                failures.push(format!("{strikes:?}: did not strike"));
            } else if let Err(error) = trial.verdict {
                failures.push(format!("{strikes:?}: {error}"));
            }
        }
        failures
    };
    let failures = on_two_threads(trials, worker);
    (ran.into_inner(), failures)
}

#[test]
fn any_single_fault_is_repaired_by_retries_and_never_cuts_off_a_consumer() {
    // The second rotation also removes the key that the first one superseded.
    for rotations_before in [0, 1] {
        let all = strikes(1..=faultless(rotations_before));
        let trials: Vec<_> = all.into_iter().map(|strike| vec![strike]).collect();
        let (ran, failures) = run_all(rotations_before, &trials);
        assert_eq!(ran, trials.len());
        report(format_args!("{ran} single faults after {rotations_before} rotations"));
        assert!(
            failures.is_empty(),
            "{} of {ran} ended badly:\n{}",
            failures.len(),
            failures.join("\n")
        );
    }
}

/// Some twenty minutes of trials, so it needs `KEYSTEWARD_TEST_DOUBLE_FAULTS=1`; without it a sample is run.
#[test]
fn any_two_faults_are_repaired_by_retries_and_never_cut_off_a_consumer() {
    let all = switched_on("KEYSTEWARD_TEST_DOUBLE_FAULTS");
    let lasting = |strike: &Strike| strike.times == Times::UntilInvocationEnds;
    let mut trials = Vec::new();
    for first in strikes(1..=faultless(0)).into_iter().filter(lasting) {
        let calls = trial(0, std::slice::from_ref(&first)).calls;
        let seconds = strikes(first.call + 1..=calls).into_iter().filter(lasting);
        trials.extend(seconds.map(|second| vec![first.clone(), second]));
    }
    if !all {
        trials = trials.into_iter().step_by(251).collect();
    }
    let (ran, mut failures) = run_all(0, &trials);
    failures.retain(|failure| !failure.ends_with("did not strike"));
    report(format_args!("{ran} double faults"));
    assert!(
        failures.is_empty(),
        "{} of {ran} trials ended badly:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
