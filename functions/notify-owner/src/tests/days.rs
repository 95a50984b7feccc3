//! How many days are left.

use super::*;

#[test]
fn the_days_that_are_left_are_those_of_the_calendar() {
    let left = |now: &str| {
        let context = Context { now: at(now), ..context() };
        let entry = Entry::of(&key(Kind::DeactivationAhead), &context);
        let mut facts = entry.facts.into_iter();
        let fact = facts.find(|fact| fact.name.ends_with(" be deactivated on")).unwrap();
        format!("{} {}", fact.name, fact.value)
    };
    for (now, told) in [
        ("2026-11-01T03:00:00Z", "Will be deactivated on 2026-11-15 (in 14 days)"),
        ("2026-11-01T03:05:00Z", "Will be deactivated on 2026-11-15 (in 14 days)"),
        ("2026-11-14T23:59:59Z", "Will be deactivated on 2026-11-15 (in 1 day)"),
        ("2026-11-15T00:00:00Z", "Will be deactivated on 2026-11-15 (today)"),
        ("2026-11-15T02:59:59Z", "Will be deactivated on 2026-11-15 (today)"),
        ("2026-11-15T03:00:00Z", "Was to be deactivated on 2026-11-15"),
        ("2026-11-16T00:00:00Z", "Was to be deactivated on 2026-11-15"),
    ] {
        assert_eq!(left(now), told, "{now}");
    }
}
