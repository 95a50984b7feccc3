//! Rotations that succeed, and what they leave behind.

use aws_simulator::{RotationResult, Settings};
use jiff::SignedDuration;

use crate::support::{Account, USER, days};

#[tokio::test(start_paused = true)]
async fn a_rotation_leaves_a_new_current_key_and_a_recorded_superseded_one() {
    let account = Account::healthy();
    account.watch_current_key();
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
}
