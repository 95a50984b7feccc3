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

/// The modules of the simulated account's services, each with every name that its service has.
///
/// A module is one of a service when it has a `SERVICE`, or when accounts keep something under its name.
fn services(source: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let accounts = std::fs::read_to_string(source.join("services.rs")).unwrap();
    let mut services = BTreeMap::new();
    for entry in std::fs::read_dir(source).unwrap() {
        let path = entry.unwrap().path();
        let module = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let root = if path.is_dir() { path.join("mod.rs") } else { path };
        let text = std::fs::read_to_string(root).unwrap();
        let kept = accounts.contains(&format!("pub(crate) {module}: "));
        if kept || text.contains("const SERVICE: Service ") {
            let signing = text.split("Service::new(").nth(1).and_then(|new| new.split('"').nth(1));
            let names = signing.into_iter().chain([module.as_str()]).map(ToOwned::to_owned);
            services.insert(module.clone(), names.collect());
        }
    }
    services
}

#[test]
fn a_simulated_service_is_named_by_its_own_module_alone() {
    // Where tests and the list of services have to say which one they mean.
    let front = ["lib.rs", "seed", "services.rs", "view.rs"];
    // Seams on which one service, or the front door, needs another, as on AWS.
    let seams = BTreeSet::from([
        // Whoever signs does so with a key that IAM keeps.
        ("authentication.rs", "iam"),
        // Users and roles have ARNs of IAM, and sessions of roles those of STS.
        ("call.rs", "iam"),
        ("call.rs", "sts"),
        // The report does not tell the Region of a use of S3.
        ("iam/report/rows.rs", "s3"),
        // The host of a request has the service behind the bucket.
        ("object_request/mod.rs", "s3"),
        // Mail publishes its events to a topic.
        ("ses/mod.rs", "sns"),
        // Topics deliver to queues, and name them in their protocol.
        ("sns/subscriptions.rs", "sqs"),
        // The Security Token Service tells whose keys are, and starts sessions of roles.
        ("sts.rs", "iam"),
    ]);
    let source = root().join("shared/aws-simulator/src");
    let services = services(&source);
    assert!(services.len() >= 8, "{services:?}");
    let mut files = Vec::new();
    sources(&source, &mut files);
    let mut found = BTreeSet::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let words: BTreeSet<_> =
            text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').collect();
        let path = file.strip_prefix(&source).unwrap().to_str().unwrap().to_owned();
        let module = path.split(['/', '.']).next().unwrap();
        let open = front.iter().any(|open| path.split('/').next() == Some(open));
        for (service, names) in &services {
            let named = names.iter().any(|name| words.contains(name.as_str()));
            if named && !open && module != service {
                found.insert((path.clone(), service.clone()));
            }
        }
    }
    let found: BTreeSet<_> =
        found.iter().map(|(path, service)| (path.as_str(), service.as_str())).collect();
    assert_eq!(found, seams, "a service is named elsewhere, or a seam is gone");
}
