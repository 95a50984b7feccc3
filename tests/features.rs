//! The command and the tests compile every dependency once.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::process::Command;

/// Every crate with the features it is compiled with, for `packages` and these kinds of dependencies.
fn crates(packages: &[&str], kinds: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--locked", "--offline", "--prefix", "none", "--format", "{p} [{f}]"])
        .args(["--edges", kinds])
        .args(packages)
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| line.trim_end_matches(" (*)").to_owned()).collect()
}

/// A crate with other features is another crate, and so is everything that stands on it: the AWS SDK takes minutes to compile.
#[test]
fn the_command_and_the_documentation_compile_no_crate_that_the_tests_do_not() {
    let tests = crates(&["--workspace"], "normal,build,dev");
    assert!(tests.len() > 200, "{}", tests.len());
    for (what, packages) in [
        ("the command", ["--package", "keysteward"].as_slice()),
        ("the documentation", &["--workspace"]),
    ] {
        let own = crates(packages, "normal,build");
        let other: Vec<_> = own.difference(&tests).collect();
        assert!(other.is_empty(), "{what} compiles with other features than the tests: {other:?}");
    }
}
