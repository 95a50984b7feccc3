//! What the templates promise about the functions, checked without any tool.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn read(path: &str) -> String {
    let path = root().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The settings in the environment of each function of the template, by the name of its binary.
fn deployed() -> BTreeMap<String, BTreeSet<String>> {
    let mut functions: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut binary = None;
    for line in read("infra/template.yaml").lines() {
        if let Some((_, rest)) = line.split_once("CodeUri: ../functions/") {
            binary = Some(rest.to_owned());
        }
        // A resource begins two columns in, and with it another function.
        if line.starts_with("  ") && !line.starts_with("   ") && !line.trim_start().starts_with('#')
        {
            binary = None;
        }
        let name = line.trim_start().split(':').next().unwrap();
        if let (Some(binary), true) = (&binary, name.starts_with("KEYSTEWARD_")) {
            functions.entry(binary.clone()).or_default().insert(name.to_owned());
        }
    }
    functions
}

/// The settings that the documentation of a function's configuration lists, which the function's own tests hold to what it reads.
fn documented(function: &str) -> BTreeSet<String> {
    let source = read(&format!("functions/{function}/src/config.rs"));
    let start = source.find("const KNOWN: [&str;").unwrap();
    let list = &source[start..];
    let list = &list[list.find("= [").unwrap()..list.find("];").unwrap()];
    let names = list.split('"').skip(1).step_by(2);
    names.map(|name| format!("KEYSTEWARD_{name}")).collect()
}

#[test]
fn the_template_sets_exactly_what_each_function_reads() {
    let functions = std::fs::read_dir(root().join("functions")).unwrap();
    let functions: BTreeSet<String> =
        functions.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    let deployed = deployed();
    assert_eq!(deployed.keys().cloned().collect::<BTreeSet<_>>(), functions);
    for function in functions {
        assert_eq!(deployed.get(&function), Some(&documented(&function)), "{function}");
    }
}

#[test]
fn a_deployment_only_reports_unless_it_is_told_to_act() {
    let template = read("infra/template.yaml");
    for template in [template, read("infra/member-role.yaml")] {
        let mode = template.split("\n  Mode:\n").nth(1).unwrap();
        let mode = mode.split("Description").next().unwrap();
        assert!(mode.contains("Default: dry-run"), "{mode}");
        let delete = template.split("\n  Delete:\n").nth(1).unwrap();
        assert!(delete.split("Description").next().unwrap().contains("Default: \"off\""));
    }
}

#[test]
fn every_substitution_of_the_state_machine_is_made() {
    let definition = read("infra/organization.asl.json");
    let used: BTreeSet<&str> =
        definition.split("${").skip(1).map(|rest| rest.split('}').next().unwrap()).collect();
    let template = read("infra/template.yaml");
    let made = template.split("DefinitionSubstitutions:\n").nth(1).unwrap();
    let made: BTreeSet<&str> = made
        .lines()
        .take_while(|line| line.starts_with("        "))
        .map(|line| line.trim().split(':').next().unwrap())
        .collect();
    assert_eq!(made, used);
}

/// An alarm on a metric that nobody publishes never fires, or always.
#[test]
fn every_alarm_on_our_own_metrics_watches_one_that_is_published() {
    let template = read("infra/template.yaml");
    let published: String = ["deactivate-stale", "rotate-key"]
        .map(|function| read(&format!("functions/{function}/src/metrics.rs")))
        .concat();
    let mut watched = 0;
    for alarm in template.split("Namespace: Keysteward\n").skip(1) {
        let metric = alarm.trim_start().strip_prefix("MetricName: ").unwrap();
        let metric = metric.lines().next().unwrap();
        assert!(published.contains(&format!("(\"{metric}\", ")), "{metric}");
        // The counts of a run are published without dimensions, and by account.
        let head = alarm.split("Statistic").next().unwrap();
        let dimensions = head.split_once("Dimensions: ").map(|(_, dimensions)| dimensions.trim());
        let own = "[{ Name: Account, Value: !Ref AWS::AccountId }]";
        assert!(dimensions.is_none_or(|dimensions| dimensions == own), "{metric}");
        watched += 1;
    }
    assert_eq!(watched, 3);
}
