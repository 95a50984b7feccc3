//! What happened, as lists and tables.

use std::collections::BTreeMap;

use anstream::println;
use aws_simulator::{LoggedCall, STEPS};
use serde_json::{Map, Value};

use super::Broken;
use super::style::{dim, good};

/// The operations in the order of their first call, with how often each was called in a row.
pub(crate) fn summary(calls: &[LoggedCall]) -> String {
    let mut runs: Vec<(String, usize)> = Vec::new();
    for call in calls {
        let name = match &call.error {
            // An empty version answers that it is not found, which is no failure here.
            Some(error) if error != "ResourceNotFoundException" => {
                format!("{} ({})", call.operation, error.trim_matches(['(', ')']))
            }
            _ => call.operation.clone(),
        };
        match runs.last_mut() {
            Some((last, times)) if *last == name => *times += 1,
            _ => runs.push((name, 1)),
        }
    }
    let runs = runs
        .into_iter()
        .map(|(name, times)| if times == 1 { name } else { format!("{times}x {name}") });
    runs.collect::<Vec<_>>().join(", ")
}

/// How often each operation was called in each step.
#[derive(Debug, Default)]
pub(crate) struct CallTable(BTreeMap<(String, String), [usize; 4]>);

impl CallTable {
    pub(crate) fn count(&mut self, step: &str, calls: &[LoggedCall]) {
        let Some(column) = STEPS.iter().position(|name| *name == step) else { return };
        for call in calls {
            let row = self.0.entry((call.service.clone(), call.operation.clone())).or_default();
            if let Some(cell) = row.get_mut(column) {
                *cell += 1;
            }
        }
    }

    pub(crate) fn print(&self) {
        let heads = STEPS.map(|step| format!("{step:>13}")).concat();
        println!("\n  {}", dim(&format!("{:<40}{heads}{:>8}", "API calls", "all")));
        let mut sums = [0; 4];
        for ((service, operation), row) in &self.0 {
            let cells = row
                .map(
                    |times| {
                        if times == 0 { format!("{:>13}", ".") } else { format!("{times:>13}") }
                    },
                )
                .concat();
            println!(
                "  {:<40}{cells}{:>8}",
                format!("{service} {operation}"),
                row.iter().sum::<usize>()
            );
            sums.iter_mut().zip(row).for_each(|(sum, times)| *sum += times);
        }
        let cells = sums.map(|sum| format!("{sum:>13}")).concat();
        println!("  {:<40}{cells}{:>8}", "all", sums.iter().sum::<usize>());
    }
}

/// The fields of a secret before and after, the secret ones masked.
pub(crate) fn print_fields(before: &str, after: &str) -> Result<(), Broken> {
    let fields = |text: &str| {
        serde_json::from_str::<Map<String, Value>>(text).map_err(|error| error.to_string())
    };
    let (before, after) = (fields(before)?, fields(after)?);
    if before.keys().ne(after.keys()) {
        return Err("the rotation added or removed a field of the secret".to_owned());
    }
    for ((name, old), new) in before.iter().zip(after.values()) {
        let changed = if old == new { dim("same") } else { good("changed") };
        println!("    {name:<20}{:<30}{:<30}{changed}", shown(name, old), shown(name, new));
    }
    Ok(())
}

/// A field's value; what is secret is masked whole.
fn shown(name: &str, value: &Value) -> String {
    match value.as_str() {
        Some(text) if name.contains("secret") || name.contains("password") => {
            format!(
                "\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022}\u{2022} ({} characters)",
                text.chars().count()
            )
        }
        Some(text) => text.to_owned(),
        None => value.to_string(),
    }
}
