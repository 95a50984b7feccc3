//! The table's items are lost, or restored to an earlier moment, at any time: that may cost time, never a key.

use aws_simulator::{RotationResult, Settings, TableSnapshot};
use jiff::SignedDuration;

use crate::support::{Account, days, report, switched_on};

/// So many days after a loss a rotation has succeeded again: an unattributed key is idle, warned about, and kept for its grace by then.
const LONGEST_REFUSAL: i64 = 90 + 14 + 30 + 10;

/// What becomes of the items of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Loss {
    All,
    Records,
    Rotation,
}

impl Loss {
    const EACH: [Self; 3] = [Self::All, Self::Records, Self::Rotation];

    fn concerns(self, sort: &str) -> bool {
        match self {
            Self::All => true,
            Self::Records => sort.starts_with("credential#"),
            Self::Rotation => sort.starts_with("rotation#"),
        }
    }
}

/// Whether the items are removed, or become what they were.
#[derive(Clone, Copy, Debug)]
enum Past {
    Nothing,
    Days(i64),
}

/// Lives with rounds every day and a rotation every thirty, loses items once, and answers after how many days a rotation succeeds again.
async fn live(lost_on: i64, loss: Loss, past: Past, step: Option<usize>) -> i64 {
    let account = Account::new(Settings::IDEAL);
    account.watch_current_key();
    let mut snapshots: Vec<TableSnapshot> = Vec::new();
    for day in 0..=lost_on {
        snapshots.push(account.simulator.table_snapshot());
        if day % 30 == 0 {
            account.rotate().await;
        }
        account.simulator.advance(days(1));
        account.round().await.unwrap();
    }
    // In the middle of a rotation, some steps are done when the items are lost.
    if let Some(done) = step {
        let events = account.simulator.stage_rotation(&account.secret).unwrap();
        for event in &events[..done] {
            let _ = account.invoke(&account.function(), event.clone()).await;
        }
    }
    match past {
        Past::Nothing => account.simulator.lose_items(|_, sort| loss.concerns(sort)),
        Past::Days(back) => {
            let at = usize::try_from((lost_on - back).max(0)).unwrap();
            account.simulator.restore_items(&snapshots[at], |_, sort| loss.concerns(sort));
        }
    }
    for day in 0..=LONGEST_REFUSAL {
        if account.rotate().await == RotationResult::Rotated {
            assert_eq!(account.simulator.violations(), Vec::<String>::new());
            return day;
        }
        account.simulator.advance(days(1));
        account.round().await.unwrap();
        assert_eq!(account.simulator.violations(), Vec::<String>::new());
    }
    panic!("no rotation for {LONGEST_REFUSAL} days: {:?}, {:?}", account.keys(), account.table());
}

/// Many minutes of lives, so all of them need `KEYSTEWARD_TEST_LONG_HISTORIES=1`; without it a sample is lived.
#[test]
fn whatever_is_lost_or_restored_whenever_no_rotation_is_refused_for_good() {
    let mut losses = Vec::new();
    for lost_on in [0, 1, 6, 7, 8, 14, 15, 22, 29, 30, 37, 44] {
        for loss in Loss::EACH {
            for past in [Past::Nothing, Past::Days(1), Past::Days(7), Past::Days(40)] {
                for step in [None, Some(1), Some(3)] {
                    losses.push((lost_on, loss, past, step));
                }
            }
        }
    }
    if !switched_on("KEYSTEWARD_TEST_LONG_HISTORIES") {
        losses = losses.into_iter().step_by(11).collect();
    }
    let mut longest = 0;
    for (lost_on, loss, past, step) in &losses {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .unwrap();
        longest = runtime.block_on(live(*lost_on, *loss, *past, *step)).max(longest);
    }
    let lives = losses.len();
    report(format_args!("{lives} losses; a rotation succeeded again after {longest} days at most"));
}

/// A key of a dead attempt that nothing names any more is the worst case: it is judged like one that a person made.
#[tokio::test(start_paused = true)]
async fn an_orphan_whose_attempt_is_forgotten_is_warned_about_deactivated_and_deleted() {
    use aws_simulator::{Fault, Times, What, When};
    let account = Account::healthy();
    account.watch_current_key();
    let (when, times) = (When::Operation("CreateAccessKey"), Times::Once);
    account.simulator.plan(Fault { when, times, what: What::CrashAfter });
    let [create, ..] = account.simulator.stage_rotation(&account.secret).unwrap();
    account.invoke(&account.function(), create).await.unwrap_err();
    let orphan = account.keys().into_iter().find(|key| key.id != account.first_key).unwrap().id;
    account.simulator.lose_items(|_, _| true);
    account.simulator.advance(SignedDuration::from_mins(30));
    let mut warned_on = None;
    for day in 0..LONGEST_REFUSAL {
        account.rounds_for(1).await;
        let notices = account.notices_of(&orphan);
        if warned_on.is_none() && notices.contains(&"deactivation-ahead".to_owned()) {
            warned_on = Some(day);
        }
        if account.status(&orphan).as_deref() == Some("Inactive") {
            assert!(warned_on.is_some_and(|warned| day >= warned + 14), "day {day}, {warned_on:?}");
        }
    }
    assert_eq!(account.status(&orphan), None);
    assert_eq!(account.rotate().await, RotationResult::Rotated);
}
