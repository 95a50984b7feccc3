//! The table emptied, any of its items lost, or restored to an earlier state, at any moment: that costs time, and never a key.

use aws_simulator::{Fault, Settings, Simulator, TableSnapshot, Times, What, When};
use jiff::SignedDuration;

use crate::estate::Estate;
use crate::guardian::Guardian;
use crate::support::{report, switched_on};
use crate::sweep_crashes::{Eve, eve};
use crate::sweep_histories::{Dice, USERS, live};

/// How many snapshots are kept: a point-in-time recovery reaches back 35 days.
const RECOVERABLE: usize = 35;

/// Something that happens to the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    /// It is emptied.
    All,
    /// Any subset of its items is removed.
    Some,
    /// It is restored to an earlier state.
    Restored,
    /// Any subset of its items is restored to an earlier state.
    Mixed,
}

const LOSSES: [Loss; 4] = [Loss::All, Loss::Some, Loss::Restored, Loss::Mixed];

fn strike(simulator: &Simulator, loss: Loss, earlier: &[TableSnapshot], dice: &mut Dice) {
    let snapshot = &earlier[dice.index(earlier.len())];
    match loss {
        Loss::All => simulator.lose_items(|_, _| true),
        Loss::Some => simulator.lose_items(|_, _| dice.one_in(2)),
        Loss::Restored => simulator.restore_items(snapshot, |_, _| true),
        Loss::Mixed => {
            // An item is asked about twice, in its old place and in its new one: both must have one answer.
            let salt = dice.below(u64::MAX);
            simulator.restore_items(snapshot, |pk, sk| {
                let mut dice = Dice(salt);
                for byte in pk.bytes().chain(sk.bytes()) {
                    dice.0 = dice.0.wrapping_mul(31).wrapping_add(byte.into());
                }
                dice.one_in(2)
            });
        }
    }
}

async fn history(seed: u64, length: i64) -> (u64, u64, usize) {
    let mut dice = Dice(seed);
    let lag = SignedDuration::from_hours(i64::try_from(dice.below(5)).unwrap());
    let estate = Estate::new(Settings { last_used_lag: lag, ..Settings::IDEAL });
    estate.set("CREDENTIALS", "access-key,password,service-specific,ssh-public-key");
    let idle_only = dice.one_in(2);
    if idle_only {
        estate.set("MAX_AGE_DAYS", "0");
    }
    let simulator = &estate.simulator;
    for user in USERS {
        simulator.add_user(user, "/", &[]);
        simulator.add_access_key(user);
    }
    estate.advance(i64::try_from(dice.below(120)).unwrap());
    let guardian = Guardian::over(simulator, &USERS, idle_only);
    guardian.expects_losses();
    let mut earlier = vec![simulator.table_snapshot()];
    let (mut sweeps, mut losses, mut taken) = (0, 0, 0);
    // Some histories lose something every few days, others leave the ladder time to be climbed.
    let rarity = [3, 10, 25][dice.index(3)];
    for day in 0..length {
        live(&estate, &guardian, &mut dice).await;
        if dice.one_in(rarity) {
            let loss = LOSSES[dice.index(LOSSES.len())];
            strike(simulator, loss, &earlier, &mut dice);
            losses += 1;
        }
        if dice.one_in(5) {
            let what = What::ENUMERATED[dice.index(What::ENUMERATED.len())].clone();
            let times = if dice.one_in(2) { Times::Once } else { Times::UntilInvocationEnds };
            simulator.plan(Fault { when: When::Call(1 + dice.below(30)), times, what });
        }
        let _ = simulator.run(estate.sweep()).await;
        simulator.forget_faults();
        sweeps += 1;
        taken += guardian.taken_away();
        assert_eq!(simulator.violations(), Vec::<String>::new(), "seed {seed}, day {day}");
        earlier.push(simulator.table_snapshot());
        if earlier.len() > RECOVERABLE {
            earlier.remove(0);
        }
        estate.advance(1);
    }
    (sweeps, losses, taken)
}

#[tokio::test(start_paused = true)]
async fn no_loss_of_memory_has_a_key_deactivated_unwarned() {
    let (worlds, length) =
        if switched_on("KEYSTEWARD_TEST_LONG_HISTORIES") { (200, 730) } else { (12, 180) };
    let (mut sweeps, mut losses, mut taken) = (0, 0, 0);
    for seed in 1000..1000 + worlds {
        let counts = history(seed, length).await;
        (sweeps, losses, taken) = (sweeps + counts.0, losses + counts.1, taken + counts.2);
    }
    report(format_args!(
        "{worlds} accounts, {length} days each, {sweeps} sweeps, {losses} losses, {taken} changes"
    ));
    assert!(taken > 20, "{taken}: nothing is shown by accounts in which nothing happens");
}

/// The ladder is climbed from wherever it is, with warnings anew where they were forgotten.
async fn check_the_long_end(eve: &Eve) -> Result<(), String> {
    let Eve { estate, keys, .. } = eve;
    for _ in 0..12 {
        estate.sweep().await.map_err(|error| lambda_shell::chain(&error))?;
        estate.advance(7);
    }
    if let Some(violation) = estate.simulator.violations().first() {
        return Err(violation.clone());
    }
    let [over, due, again, warned, by_hand, reminded, last_day] = keys.as_slice() else {
        return Err("keys".to_owned());
    };
    for (user, key) in [
        ("over", over),
        ("due", due),
        ("warned", warned),
        ("by-hand", by_hand),
        ("reminded", reminded),
        ("last-day", last_day),
    ] {
        let (status, told) = (estate.status(user, key), estate.told(key));
        if status.is_some() {
            return Err(format!("{user}: {status:?}, notices {told:?}"));
        }
    }
    if estate.status("signs-in", "password").is_some() {
        return Err("the password is still there".to_owned());
    }
    match estate.status("again", again).as_deref() {
        Some("Active") => Ok(()),
        other => Err(format!("again: {other:?}")),
    }
}

/// The run is killed at any call, and before the next one the table loses something.
#[tokio::test(start_paused = true)]
async fn a_crash_at_any_call_and_a_loss_before_the_next_run_cost_time_and_no_key() {
    let healthy = eve().await;
    let before = healthy.estate.simulator.calls().len();
    healthy.estate.swept().await;
    let calls = healthy.estate.simulator.calls().len() - before;
    let mut dice = Dice(7);
    let mut trials = 0;
    for call in 1..=calls as u64 {
        for what in [What::CrashBefore, What::CrashAfter] {
            for loss in [Loss::All, Loss::Some, Loss::Mixed] {
                let eve = eve().await;
                let simulator = &eve.estate.simulator;
                eve.guardian.expects_losses();
                let earlier = [simulator.table_snapshot()];
                let (when, times) = (When::Call(call), Times::Once);
                simulator.plan(Fault { when, times, what: what.clone() });
                let _ = simulator.run(eve.estate.sweep()).await;
                assert!(simulator.faults_struck(), "call {call}");
                strike(simulator, loss, &earlier, &mut dice);
                if let Err(broken) = check_the_long_end(&eve).await {
                    panic!("{what:?} at call {call} of {calls}, then {loss:?}: {broken}");
                }
                trials += 1;
            }
        }
    }
    report(format_args!("{trials} crashes at {calls} calls of a sweep, each with a loss"));
    assert!(trials >= 180, "{trials}");
}
