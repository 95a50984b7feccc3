//! The command as a user runs it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The command, in a folder of its own for each test: the demo leaves its mails there.
fn command(test: &str) -> (Command, PathBuf) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(test);
    std::fs::create_dir_all(&folder).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysteward"));
    command.current_dir(&folder);
    (command, folder)
}

fn keysteward(arguments: &[&str], test: &str) -> Output {
    let (mut command, _) = command(test);
    command.args(arguments).env("NO_COLOR", "1").output().unwrap()
}

#[test]
fn the_demo_is_what_runs_without_an_argument_and_succeeds() {
    let test = "demo-told";
    let output = keysteward(&[], test);
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
    assert_eq!(keysteward(&["demo"], test).stdout, told.as_bytes());
}

#[test]
fn the_demo_leaves_its_mails_and_a_page_that_lists_them() {
    let (mut command, folder) = command("demo-mails");
    let told = String::from_utf8(command.output().unwrap().stdout).unwrap();
    let folder = folder.join("target/keysteward-demo");
    let files = std::fs::read_dir(&folder).unwrap();
    let names: Vec<_> =
        files.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let html = names.iter().filter(|name| name.ends_with("@example.com.html")).count();
    assert!(told.contains(&format!("{html} mails went out")), "{told}");
    assert!(html > 20, "{html}");
    assert_eq!(names.iter().filter(|name| name.ends_with(".txt")).count(), html);
    let index = std::fs::read_to_string(folder.join("index.html")).unwrap();
    assert_eq!(index.matches(".html\">").count(), html);
    // The address that somebody wrote into a tag gets nothing, and the mailbox that went tells.
    assert!(!index.contains("mallory") && index.contains("(came back)"));
}

#[test]
fn the_demo_is_plain_text_where_there_is_no_terminal() {
    let (mut command, _) = command("demo-plain");
    let output = command.env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE").output().unwrap();
    assert!(!String::from_utf8(output.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn the_demo_is_coloured_where_colour_is_asked_for() {
    let (mut command, _) = command("demo-coloured");
    let output = command.env_remove("NO_COLOR").env("CLICOLOR_FORCE", "1").output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains('\u{1b}'));
}

#[test]
fn a_port_that_is_taken_is_a_clear_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let output = keysteward(&["simulate", "--port", &port], "port");
    assert!(!output.status.success());
    assert!(String::from_utf8(output.stderr).unwrap().contains("try another --port"));
}
