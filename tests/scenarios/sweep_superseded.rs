//! Keys that a rotation replaced: the sweep retires them, and never the one that consumers read.

use aws_simulator::Settings;

use crate::estate::Estate;
use crate::support::{Account, USER};

/// An account with one finished rotation, and the sweep over it.
async fn rotated() -> (Account, Estate) {
    let account = Account::new(Settings::IDEAL);
    let estate = Estate::over(&account.simulator);
    account.rotate().await;
    account.assert_rotated();
    (account, estate)
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_that_nothing_uses_is_deactivated_after_its_overlap_and_deleted_after_its_grace()
 {
    let (account, estate) = rotated().await;
    let (old, current) = (account.first_key.clone(), account.current_key());
    estate.sweep_for(6).await;
    assert_eq!(estate.status(USER, &old).as_deref(), Some("Active"));
    estate.sweep_for(2).await;
    assert_eq!(estate.status(USER, &old).as_deref(), Some("Inactive"));
    estate.sweep_for(30).await;
    assert_eq!(estate.status(USER, &old), None);
    assert_eq!(estate.status(USER, &current).as_deref(), Some("Active"));
    assert_eq!(estate.told(&old), ["deactivated", "deletion-ahead", "deletion-ahead", "deleted"]);
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_in_use_is_kept_and_its_owner_told_who_uses_it_once_a_week() {
    let (account, estate) = rotated().await;
    let old = account.first_key.clone();
    for _ in 0..20 {
        estate.simulator.use_key(&old, "codebuild");
        estate.sweep_for(1).await;
    }
    assert_eq!(estate.status(USER, &old).as_deref(), Some("Active"));
    assert_eq!(estate.told(&old), ["superseded-in-use", "superseded-in-use"]);
    let text = estate.notices()[1]["text"].as_str().unwrap().to_owned();
    assert!(text.contains("with codebuild in eu-west-1"), "{text}");
    // The consumer moves over at last.
    estate.sweep_for(9).await;
    assert_eq!(estate.status(USER, &old).as_deref(), Some("Inactive"));
}

/// An operator went back to the old key: it is current again, and the sweep must not touch it.
#[tokio::test(start_paused = true)]
async fn a_key_that_was_rolled_back_to_is_never_deactivated() {
    let (account, estate) = rotated().await;
    let old = account.first_key.clone();
    account.roll_back().await;
    assert_eq!(account.current_key(), old);
    estate.sweep_for(60).await;
    assert_eq!(estate.status(USER, &old).as_deref(), Some("Active"));
    assert_eq!(estate.notices().len(), 1, "the rotation's own");
}

#[tokio::test(start_paused = true)]
async fn a_superseded_key_whose_secret_cannot_be_read_is_kept() {
    use aws_simulator::{ApiError, Fault, Times, What, When};
    let (account, estate) = rotated().await;
    let denied = ApiError::new(400, "AccessDeniedException", "not authorized");
    let when = When::Operation("DescribeSecret");
    estate.simulator.plan(Fault { when, times: Times::Always, what: What::Refuse(denied) });
    estate.sweep_for(20).await;
    assert_eq!(estate.status(USER, &account.first_key).as_deref(), Some("Active"));
}

/// The key that a secret's consumers read is rotation's affair, however old it is.
#[tokio::test(start_paused = true)]
async fn the_key_under_a_secret_is_reported_when_it_ages_and_never_touched() {
    let account = Account::new(Settings::IDEAL);
    let estate = Estate::over(&account.simulator);
    estate.set("REPORT_BUCKET", crate::estate::BUCKET);
    estate.sweep_for(200).await;
    assert_eq!(estate.status(USER, &account.first_key).as_deref(), Some("Active"));
    assert_eq!(estate.notices().len(), 0);
    assert_eq!(estate.decision(USER)["reason"], "rotation-overdue");
}

/// A year of rotations every 90 days and sweeps every day: the two keep out of each other's way.
#[tokio::test(start_paused = true)]
async fn rotations_and_sweeps_get_along_for_a_year() {
    let account = Account::new(Settings::REALISTIC);
    let estate = Estate::over(&account.simulator);
    account.watch_current_key();
    for day in 0..365 {
        if day % 90 == 0 {
            account.rotate().await;
        }
        let current = account.current_key();
        estate.simulator.use_key(&current, "s3");
        estate.sweep_for(1).await;
    }
    assert_eq!(account.simulator.violations(), Vec::<String>::new());
    assert_eq!(account.keys().len(), 2, "the current key, and one within its grace");
    let deleted = estate.notices().iter().filter(|notice| notice["kind"] == "deleted").count();
    assert_eq!(deleted, 4);
}
