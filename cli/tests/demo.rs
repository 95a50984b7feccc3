//! The command as a user runs it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::{Command, Output};

fn keysteward(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_keysteward"))
        .args(arguments)
        .env("NO_COLOR", "1")
        .output()
        .unwrap()
}

#[test]
fn the_demo_is_what_runs_without_an_argument_and_succeeds() {
    let output = keysteward(&[]);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{told}");
    for part in [
        "The key under the secret is 90 days old",
        "held by nobody",
        "Secrets Manager starts over",
        "superseded-in-use  ci-deployer",
        "deactivated        vendor",
        "deleted            intern",
        "exposed            dee",
        "reactivated        batch-job",
        "What is left after 120 days",
        "after each of them the current key worked",
    ] {
        assert!(told.contains(part), "{part:?} is missing from:\n{told}");
    }
    assert_eq!(keysteward(&["demo"]).stdout, told.as_bytes());
}

#[test]
fn the_demo_is_plain_text_where_there_is_no_terminal() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysteward"));
    let output = command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn the_demo_is_coloured_where_colour_is_asked_for() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysteward"));
    let output = command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn a_port_that_is_taken_is_a_clear_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = keysteward(&["simulate", "--port", &port]);
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("try another --port"));
}
