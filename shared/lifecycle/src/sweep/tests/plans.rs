//! Whole plans: what counts, what is in them, and in which order.

use super::*;

#[test]
fn a_run_may_take_away_the_smaller_of_its_two_limits() {
    for (actions, percent, credentials, allowed) in [
        (50, 10, 0, 0),
        (50, 10, 1, 1),
        (50, 10, 9, 1),
        (50, 10, 10, 1),
        (50, 10, 11, 2),
        (50, 10, 490, 49),
        (50, 10, 491, 50),
        (50, 10, 500, 50),
        (50, 10, 501, 50),
        (50, 10, 100_000, 50),
        (0, 10, 1000, 0),
        (50, 0, 1000, 0),
        (50, 100, 7, 7),
        (50, 1000, 7, 50),
        (u32::MAX, u32::MAX, 0, 0),
        (u32::MAX, u32::MAX, usize::MAX, u32::MAX as usize),
        (u32::MAX, 100, 12_345, 12_345),
    ] {
        let limits = Limits { actions, percent };
        assert_eq!(limits.allowed(credentials), allowed, "{limits:?} of {credentials}");
    }
}

#[test]
fn a_plan_counts_only_what_it_takes_away() {
    let counted: Vec<_> = Action::ALL.into_iter().filter(|action| action.takes_away()).collect();
    assert_eq!(counted, [Action::Deactivate, Action::Delete]);
    let world = World::of(key().old(days(100)));
    assert_eq!(world.plan().taken_away(), 0);
    let warned = world.recorded(Recorded::Warned, ago(NOTICE));
    assert_eq!(warned.plan().taken_away(), 1);
}

#[test]
fn only_the_kinds_that_are_swept_are_decided_on() {
    for kind in CredentialKind::ALL {
        let world =
            World::of(credential(kind).old(days(4000))).recorded(Recorded::Warned, ago(days(20)));
        let only = |kinds: &[CredentialKind]| {
            let kinds = kinds.iter().copied().collect();
            world.clone().with_policy(|policy| policy.kinds = kinds).plan().decisions.len()
        };
        assert_eq!(only(&[kind]), 1, "{kind}");
        let others: Vec<_> = CredentialKind::ALL.into_iter().filter(|&it| it != kind).collect();
        assert_eq!(only(&others), 0, "{kind}");
    }
}

#[test]
fn decisions_are_ordered_by_user_kind_and_id() {
    let second = Credential { id: key_id("AKIAEXAMPLEEXAMPLE02"), ..key() };
    let mut world = World::of(credential(CredentialKind::Password));
    world.credentials.push(second);
    world.credentials.push(key());
    let bob = UserFacts { name: "Bob".into(), ..alice() };
    let inventory = [Inventory { user: bob, ..world.inventory() }, world.inventory()];
    let plan = evaluate(&world.policy, &inventory, world.now);
    let name = |decision: &Decision| {
        let id = decision.subject.id.as_ref().map_or("?", CredentialId::as_str);
        format!("{} {id}", decision.user)
    };
    let order: Vec<_> = plan.decisions.iter().map(name).collect();
    assert_eq!(
        order,
        [
            "Alice AKIAEXAMPLEEXAMPLE01",
            "Alice AKIAEXAMPLEEXAMPLE02",
            "Alice password",
            "Bob AKIAEXAMPLEEXAMPLE01",
            "Bob AKIAEXAMPLEEXAMPLE02",
            "Bob password",
        ]
    );
}
