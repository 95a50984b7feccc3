//! What the code's structure promises, checked.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize().unwrap()
}

/// Every crate of the workspace: its folder, and what it depends on outside of tests.
fn crates() -> BTreeMap<String, (String, BTreeSet<String>)> {
    let cargo = env!("CARGO");
    let output = Command::new(cargo)
        .args(["metadata", "--format-version=1", "--no-deps", "--locked", "--offline"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let root = root();
    let packages = metadata["packages"].as_array().unwrap().iter().map(|package| {
        let manifest = Path::new(package["manifest_path"].as_str().unwrap()).parent().unwrap();
        let folder = manifest.strip_prefix(&root).unwrap().to_str().unwrap().to_owned();
        let normal = package["dependencies"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|dependency| dependency["kind"].is_null());
        let names =
            normal.map(|dependency| dependency["name"].as_str().unwrap().to_owned()).collect();
        (package["name"].as_str().unwrap().to_owned(), (folder, names))
    });
    packages.collect()
}

#[test]
fn the_core_depends_on_nothing_but_jiff() {
    assert_eq!(crates()["lifecycle"].1, BTreeSet::from(["jiff".to_owned()]));
}

#[test]
fn dependencies_point_one_way() {
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("lifecycle", &[][..]),
        ("sdk-error", &[]),
        ("lambda-shell", &[]),
        ("aws-simulator", &[]),
        ("iam-client", &["lifecycle", "sdk-error"]),
        ("secret-store", &["lifecycle", "sdk-error"]),
        ("notice", &["lifecycle", "sdk-error"]),
        ("report-store", &["sdk-error"]),
        ("record-store", &["lifecycle", "sdk-error"]),
        ("mail-sender", &["sdk-error"]),
        ("organization", &["sdk-error"]),
        ("plan-executor", &["iam-client", "lifecycle", "notice", "record-store", "sdk-error"]),
        (
            "rotate-key",
            &[
                "iam-client",
                "lambda-shell",
                "lifecycle",
                "notice",
                "plan-executor",
                "record-store",
                "secret-store",
            ],
        ),
        (
            "deactivate-stale",
            &[
                "iam-client",
                "lambda-shell",
                "lifecycle",
                "notice",
                "plan-executor",
                "record-store",
                "report-store",
                "secret-store",
            ],
        ),
        ("list-accounts", &["lambda-shell", "organization", "report-store"]),
        (
            "notify-owner",
            &["lambda-shell", "lifecycle", "mail-sender", "notice", "record-store", "secret-store"],
        ),
        (
            "keysteward",
            &[
                "aws-simulator",
                "deactivate-stale",
                "iam-client",
                "lambda-shell",
                "lifecycle",
                "notify-owner",
                "record-store",
                "rotate-key",
            ],
        ),
        ("tests", &[]),
    ]);
    let crates = crates();
    for (name, (_, dependencies)) in &crates {
        let allowed = allowed
            .get(name.as_str())
            .unwrap_or_else(|| panic!("say here what {name} may depend on"));
        let ours = dependencies.iter().filter(|dependency| crates.contains_key(*dependency));
        for dependency in ours {
            assert!(
                allowed.contains(&dependency.as_str()),
                "{name} must not depend on {dependency}"
            );
        }
    }
}

#[test]
fn no_function_links_the_simulated_account() {
    for (name, (folder, dependencies)) in crates() {
        assert!(
            !folder.starts_with("functions/") || !dependencies.contains("aws-simulator"),
            "{name}"
        );
    }
}

#[test]
fn folder_and_crate_have_one_name() {
    for (name, (folder, _)) in crates() {
        let last = Path::new(&folder).file_name().unwrap().to_str().unwrap();
        assert!(
            last == name || (name == "keysteward" && last == "cli"),
            "{folder} holds crate {name}"
        );
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_source_file_is_short_and_every_test_runs() {
    let mut files = Vec::new();
    sources(&root(), &mut files);
    assert!(files.len() > 40, "{}", files.len());
    // Spelled in two halves, so that this file passes its own check.
    let forbidden = [
        concat!("#[ig", "nore"),
        concat!("#[should_", "panic"),
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
    ];
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        assert!(
            text.lines().count() <= 420,
            "{} has {} lines",
            file.display(),
            text.lines().count()
        );
        for word in forbidden {
            assert!(!text.contains(word), "{} contains {word}", file.display());
        }
    }
}

#[test]
fn the_main_file_of_a_function_only_wires() {
    for (name, (folder, _)) in crates() {
        if folder.starts_with("functions/") {
            let main = std::fs::read_to_string(root().join(&folder).join("src/main.rs")).unwrap();
            assert!(
                main.lines().count() <= 45,
                "{name}'s main.rs has {} lines",
                main.lines().count()
            );
        }
    }
}
