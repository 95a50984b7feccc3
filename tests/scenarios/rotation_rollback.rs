//! An operator moves AWSCURRENT back, before a rotation or in the middle of one.

use std::time::Duration;

use aws_simulator::{Gate, RotationResult};
use lambda_shell::Deadline;
use rotate_key::RotateKey;

use crate::support::{Account, SECRET, TIMEOUT, config, days};

#[tokio::test(start_paused = true)]
async fn a_key_that_was_rolled_back_to_starts_a_new_overlap_when_it_is_superseded_again() {
    let account = Account::healthy();
    account.watch_current_key();
    account.rotate().await;
    account.roll_back().await;
    assert_eq!(account.current_key(), account.first_key);
    account.simulator.advance(days(30));
    let result = account.rotate().await;
    assert!(
        matches!(&result, RotationResult::Failed(error) if error.contains("is kept until")),
        "{result:?}"
    );
    account.simulator.advance(days(8));
    assert_eq!(account.rotate().await, RotationResult::Rotated);
    account.assert_rotated();
    let since = account.record(&account.first_key).unwrap().attributes["since"].clone();
    let today = account.simulator.now().to_string();
    assert_eq!(since[..10], today[..10], "the record is of today");
    // The next day, its slot is not free.
    account.simulator.advance(days(1));
    assert!(matches!(account.rotate().await, RotationResult::Failed(_)));
    assert!(account.keys().iter().any(|key| key.id == account.first_key));
}

#[tokio::test(start_paused = true)]
async fn a_rollback_in_the_last_moment_keeps_the_key_from_being_removed() {
    let account = Account::healthy();
    account.watch_current_key();
    account.rotate().await;
    account.simulator.advance(days(90));
    let [create, ..] = account.simulator.stage_rotation(SECRET).unwrap();
    let gate = Gate::new();
    let function =
        RotateKey::new(&account.simulator.gated_sdk_config("rotate-key", &gate), config(), |_| {});
    let mut step =
        Box::pin(function.handle(create, account.simulator.now(), Deadline::after(TIMEOUT)));
    let mut looks = 0;
    let error = loop {
        tokio::select! {
            biased;
            result = &mut step => break result.unwrap_err(),
            () = tokio::time::sleep(Duration::from_millis(1)) => {}
        }
        let waiting = gate.waiting();
        looks += u32::from(waiting.values().any(|operation| operation == "DescribeSecret"));
        if looks == 2 {
            // Everything is decided; the function is about to look at the labels once more.
            looks += 1;
            account.roll_back().await;
        }
        gate.release("rotate-key");
    };
    assert!(error.to_string().contains("the secret changed meanwhile"), "{error}");
    assert_eq!(account.current_key(), account.first_key);
    assert_eq!(account.keys().len(), 2);
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
}
