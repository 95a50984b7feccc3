//! What is left in the end.

use std::collections::BTreeMap;

use anstream::println;

use super::cast::{BATCH, BREAK_GLASS, Cast, SERVICE};
use super::rotation::holder;
use super::style::{dim, key};
use super::{Broken, DAYS};

/// Everybody's credentials after the last day, and how often each function called AWS.
pub(crate) fn print(cast: &Cast) -> Result<(), Broken> {
    cast.chapter(&format!("What is left after {DAYS} days"));
    println!(
        "  {}",
        dim(&format!(
            "{:<14}{:<20}{:<22}{:>9}  {:<10}",
            "user", "credential", "id", "age", "status"
        ))
    );
    for user in ["ana", "bo", "dee", "vendor", "intern", BATCH, BREAK_GLASS, SERVICE] {
        let credentials = cast.simulator.view(|view| view.credentials(user));
        if credentials.is_empty() {
            println!("  {user:<14}{}", dim("nothing"));
        }
        for credential in credentials {
            let age = cast.simulator.now().duration_since(credential.created).as_hours() / 24;
            let held = match holder(cast, &credential.id) {
                Some(labels) => format!("held under {labels}"),
                None if user == SERVICE => {
                    return Err(format!("nobody holds key {}", credential.id));
                }
                None => String::new(),
            };
            println!(
                "  {user:<14}{:<20}{}{age:>4} days  {:<10}{}",
                credential.kind,
                key(&format!("{:<22}", credential.id)),
                credential.status,
                dim(&held)
            );
        }
    }
    let mut calls: BTreeMap<_, BTreeMap<_, usize>> = BTreeMap::new();
    for call in cast.simulator.calls() {
        *calls.entry(call.caller).or_default().entry(call.operation).or_default() += 1;
    }
    println!();
    for function in ["deactivate-stale", "rotate-key"] {
        let own = calls.remove(function).unwrap_or_default();
        let total: usize = own.values().sum();
        let mut counts: Vec<_> = own.into_iter().collect();
        counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let counts: Vec<_> =
            counts.iter().map(|(operation, count)| format!("{count} {operation}")).collect();
        println!("  {function} made {total} API calls: {}", dim(&counts.join(", ")));
    }
    Ok(())
}
