//! Two rotations in fast motion, on a simulated account and with the real function.

mod account;
mod ledger;
mod style;

use std::process::ExitCode;

use anstream::{eprintln, println};
use aws_simulator::{Fault, RotationResult, Times, What, When};
use jiff::SignedDuration;

use account::{Account, USER};
use style::{bad, bold, dim, good};

/// The invariant that broke, or whatever else kept the story from its good end.
type Broken = String;

pub(crate) fn run() -> ExitCode {
    // A paused clock jumps over every wait, so months take no time.
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build();
    let told =
        runtime.map_err(|error| error.to_string()).and_then(|runtime| runtime.block_on(tell()));
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(broken) => {
            eprintln!("\n{}", bad(&format!("BROKEN: {broken}")));
            ExitCode::FAILURE
        }
    }
}

async fn tell() -> Result<(), Broken> {
    println!("{}", bold("Keysteward: two rotations of an access key, in fast motion"));
    println!(
        "{}",
        dim(
            "The account is simulated, in memory, with a clock of its own; the function and its AWS SDK clients are the real ones."
        )
    );
    println!(
        "{}",
        dim("After every single API call it is checked that the key consumers read still works.")
    );
    let account = Account::open();
    first_rotation(&account).await?;
    second_rotation(&account).await?;
    the_end(&account)
}

async fn first_rotation(account: &Account) -> Result<(), Broken> {
    account.chapter(&format!(
        "IAM user {USER} gets access key {}, kept in secret {}",
        account.current_key()?,
        account::SECRET
    ));
    account.simulator.advance(days(90));
    account.chapter("The key is 90 days old: Secrets Manager rotates it");
    let (before, old) = (account.value()?, account.current_key()?);
    let result = account.rotate().await?;
    account.expect_rotated(&result, &old)?;
    println!("\n  The secret, before and after:");
    ledger::print_fields(&before, &account.value()?)?;
    println!("\n  Both keys work, so consumers can move over when they next read the secret:");
    account.sign_with_both(&old).await?;
    Ok(())
}

async fn second_rotation(account: &Account) -> Result<(), Broken> {
    account.simulator.advance(days(90));
    account.chapter("90 days later the next rotation is due, and this time the function is killed in the middle");
    println!(
        "  {}",
        dim(
            "The crash strikes between CreateAccessKey and PutSecretValue: IAM has a key whose secret nobody holds."
        )
    );
    let crash = Fault {
        when: When::Operation("CreateAccessKey"),
        times: Times::Once,
        what: What::CrashAfter,
    };
    account.simulator.plan(crash);
    let old = account.current_key()?;
    let result = account.rotate().await?;
    if !account.simulator.faults_struck() {
        return Err("the planned crash did not strike".to_owned());
    }
    account.expect_rotated(&result, &old)?;
    account.sign_with_both(&old).await
}

fn the_end(account: &Account) -> Result<(), Broken> {
    account.chapter("What is left");
    account.print_keys()?;
    let calls = account.simulator.calls().len();
    let violations = account.simulator.violations();
    if let Some(violation) = violations.first() {
        return Err(format!(
            "{} of {calls} checks failed, the first {violation}",
            violations.len()
        ));
    }
    println!(
        "\n  {}",
        good(&format!(
            "{calls} API calls, and after each of them the current key worked. No key is left that nobody holds."
        ))
    );
    println!(
        "  {}",
        dim(
            "Next: README.md says how to run the real binary, and how the tests do this for every crash point."
        )
    );
    Ok(())
}

fn days(days: i64) -> SignedDuration {
    SignedDuration::from_hours(24 * days)
}

/// Whether the rotation came to its good end.
fn rotated(result: &RotationResult) -> Result<(), Broken> {
    match result {
        RotationResult::Rotated => Ok(()),
        other => Err(format!("the rotation ended as {other:?}")),
    }
}
