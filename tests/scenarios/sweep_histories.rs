//! Random accounts, random people, random faults, for months of simulated days.

use aws_simulator::{Fault, Settings, Times, What, When};
use jiff::SignedDuration;

use crate::estate::{Estate, exposure, undo};
use crate::guardian::Guardian;
use crate::support::{report, switched_on};

/// A generator of numbers that are the same in every run (`SplitMix64`).
#[derive(Debug)]
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn below(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % n
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    /// An index into something of this length.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap()
    }
}

pub(crate) const USERS: [&str; 5] = ["ana", "Bo", "cy.dee", "e+f@example.com", "_g"];

/// What people, and AWS, do on one day.
pub(crate) async fn live(estate: &Estate, guardian: &Guardian, dice: &mut Dice) {
    let simulator = &estate.simulator;
    if dice.one_in(30) {
        estate.set(
            "MODE",
            ["enforce", "enforce", "dry-run"][usize::try_from(dice.below(3)).unwrap()],
        );
        estate.set("DELETE", ["on", "on", "off"][usize::try_from(dice.below(3)).unwrap()]);
    }
    for user in USERS {
        let credentials = simulator.view(|view| view.credentials(user));
        for credential in &credentials {
            let (id, active) = (credential.id.as_str(), credential.status == "Active");
            if credential.kind == "access-key" && active && dice.one_in(40) {
                simulator.use_key(id, "s3");
                guardian.used(user, id, simulator.now());
            }
            if credential.kind == "password" && dice.one_in(60) {
                simulator.use_password(user);
                guardian.used(user, id, simulator.now());
            }
            if credential.kind == "access-key" && active && dice.one_in(500) {
                guardian.settle(simulator);
                guardian.exposed(id);
                // In dry-run mode nothing is done; the page is what counts.
                let _ = estate.handle(exposure(&[id])).await;
                guardian.settle(simulator);
            }
            if !active && dice.one_in(120) {
                guardian.settle(simulator);
                let _ = estate.handle(undo(user, id)).await;
                guardian.settle(simulator);
            }
            if id != "password" && dice.one_in(150) {
                simulator.set_status(id, if active { "Inactive" } else { "Active" });
            }
            if credential.kind == "access-key" && dice.one_in(300) {
                simulator.remove_access_key(id);
            }
            let tag = format!("keysteward:exempt:{id}");
            match dice.below(200) {
                0 => simulator.tag_user(user, &tag, "reason=because"),
                1..=3 => simulator.untag_user(user, &tag),
                4 => simulator.tag_user(user, "keysteward:exempt", ""),
                5..=9 => simulator.untag_user(user, "keysteward:exempt"),
                _ => {}
            }
        }
        let keys = credentials.iter().filter(|credential| credential.kind == "access-key").count();
        if keys < 2 && dice.one_in(60) {
            simulator.add_access_key(user);
        }
        if dice.one_in(200) {
            simulator.add_password(user);
        }
        if dice.one_in(200) {
            simulator.add_service_credential(user, "bedrock.amazonaws.com", None);
        }
    }
    guardian.settle(simulator);
}

async fn history(seed: u64, length: i64) -> u64 {
    let mut dice = Dice(seed);
    let lag = SignedDuration::from_hours(i64::try_from(dice.below(5)).unwrap());
    let page_size = [1, 2, 3, 1000][usize::try_from(dice.below(4)).unwrap()];
    let settings = Settings { last_used_lag: lag, page_size, ..Settings::IDEAL };
    let estate = Estate::new(settings);
    estate.set("CREDENTIALS", "access-key,password,service-specific,ssh-public-key");
    let limit = 1 + dice.below(4);
    estate.set("MAX_ACTIONS", &limit.to_string());
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
    let mut sweeps = 0;
    for day in 0..length {
        live(&estate, &guardian, &mut dice).await;
        if dice.one_in(10) {
            guardian.looks_away(simulator.now());
            estate.advance(1);
            continue;
        }
        if estate.is("MODE", "dry-run") {
            guardian.looks_away(simulator.now());
        }
        let faulty = dice.one_in(4);
        if faulty {
            let what = What::ENUMERATED[usize::try_from(dice.below(6)).unwrap()].clone();
            let times = if dice.one_in(2) { Times::Once } else { Times::UntilInvocationEnds };
            simulator.plan(Fault { when: When::Call(1 + dice.below(30)), times, what });
        }
        let _ = guardian.taken_away();
        let result = simulator.run(estate.sweep()).await;
        simulator.forget_faults();
        if !matches!(result, Ok(Ok(_))) {
            guardian.looks_away(simulator.now());
        }
        sweeps += 1;
        let taken = guardian.taken_away() as u64;
        assert!(taken <= limit, "seed {seed}, day {day}: {taken} of at most {limit}");
        assert_eq!(simulator.violations(), Vec::<String>::new(), "seed {seed}, day {day}");
        if !faulty && matches!(result, Ok(Ok(_))) {
            let writes = estate.writes().len();
            let _ = estate.sweep().await;
            assert_eq!(
                estate.writes().len(),
                writes,
                "seed {seed}, day {day}: a second run changed something"
            );
        }
        estate.advance(1);
    }
    sweeps
}

#[tokio::test(start_paused = true)]
async fn no_history_makes_a_sweep_break_a_promise() {
    let (worlds, length) =
        if switched_on("KEYSTEWARD_TEST_LONG_HISTORIES") { (200, 730) } else { (8, 200) };
    let mut sweeps = 0;
    for seed in 0..worlds {
        sweeps += history(seed, length).await;
    }
    report(format_args!("{worlds} accounts, {length} days each, {sweeps} sweeps"));
}
