//! Users who carry the tag of a secret: their keys are rotate-key's, superseded ones included.

use crate::estate::{BUCKET, Estate};
use crate::memory::Memory;
use crate::support::{Account, USER};
use aws_simulator::Settings;

/// The key that a secret's consumers read is the rotation's affair, however old it is.
#[tokio::test(start_paused = true)]
async fn the_key_under_a_secret_is_reported_when_it_ages_and_never_touched() {
    let account = Account::new(Settings::IDEAL);
    let estate = Estate::over(&account.simulator);
    estate.set("REPORT_BUCKET", BUCKET);
    estate.sweep_for(200).await;
    assert_eq!(estate.status(USER, &account.first_key).as_deref(), Some("Active"));
    assert_eq!(estate.notices().len(), 0);
    assert_eq!(estate.decision(USER)["reason"], "rotation-overdue");
}

/// In use or not, active or not, replaced or current: no sweep changes, records or announces anything about it.
#[tokio::test(start_paused = true)]
async fn no_key_of_a_bound_user_is_touched_superseded_or_not() {
    for (replaced, status) in
        [(true, "Active"), (true, "Inactive"), (false, "Active"), (false, "Inactive")]
    {
        let account = Account::new(Settings::IDEAL);
        let (simulator, old) = (&account.simulator, account.first_key.clone());
        let current = simulator.add_access_key(USER).id;
        if replaced {
            Memory::of(simulator).supersede(USER, &old, &account.secret).await;
        }
        simulator.set_key_status(&old, status);
        let estate = Estate::over(simulator);
        let (table, writes) = (estate.table(), estate.writes().len());
        estate.sweep_for(400).await;
        assert_eq!(estate.status(USER, &old).as_deref(), Some(status), "{replaced}");
        assert_eq!(estate.status(USER, &current).as_deref(), Some("Active"), "{replaced}");
        assert_eq!((estate.table(), estate.writes().len()), (table, writes), "{replaced} {status}");
    }
}

/// The binding is about keys: other credentials of the user are the sweep's.
#[tokio::test(start_paused = true)]
async fn a_password_of_a_bound_user_is_swept_like_any_other() {
    let account = Account::new(Settings::IDEAL);
    let estate = Estate::over(&account.simulator);
    estate.set("CREDENTIALS", "access-key,password");
    account.simulator.add_password(USER);
    estate.advance(90);
    estate.swept().await;
    estate.sweep_for(14).await;
    assert_eq!(estate.told("password").last().map(String::as_str), Some("deactivated"));
    assert_eq!(estate.status(USER, "password"), None);
    assert_eq!(estate.status(USER, &account.first_key).as_deref(), Some("Active"));
}
