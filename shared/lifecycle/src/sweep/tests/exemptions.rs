//! Who is left alone, and until when.

use super::*;
use crate::exemption::EXEMPT_TAG;
use Recorded::{Announced, Deactivated, Warned};

const EXEMPT: &str = "keep exempt";
const OFF: &str = "deactivate stale";

/// The notice is over: only an exemption keeps it now.
fn doomed(kind: CredentialKind) -> World {
    World::of(credential(kind).old(days(4000)))
        .recorded(Warned, ago(days(20)))
        .with_policy(|policy| policy.exempt.users.clear())
}

/// Exempt, whatever else is decided on.
#[track_caller]
fn check_exempt(world: &World) {
    let decision = world.decision();
    assert_eq!(
        (decision.action(), decision.reason.as_str()),
        (Action::Keep, "exempt"),
        "{world:#?}"
    );
}

#[test]
fn exempt_user_is_kept_however_old() {
    for kind in CredentialKind::ALL {
        check(&doomed(kind), OFF);
        check_exempt(&doomed(kind).tag(EXEMPT_TAG, ""));
        let users = ["alice".to_owned()].into();
        check_exempt(&doomed(kind).with_policy(|policy| policy.exempt.users = users));
    }
}

#[test]
fn users_outside_the_path_are_not_judged_and_keep_their_records() {
    for (setting, path, judged) in [
        ("/", "/", true),
        ("/", "/service/", true),
        ("/service/", "/service/", true),
        ("/service/", "/service/ci/", true),
        ("/service/", "/", false),
        ("/service/", "/services/", false),
        ("/service/", "/Service/", false),
        ("/service/", "/team/service/", false),
    ] {
        let mut world = doomed(CredentialKind::AccessKey);
        world.policy.user_path = setting.to_owned();
        world.user.path = path.to_owned();
        let outside = outside_user_path(&world.policy, std::slice::from_ref(&world.user));
        // Of a credential that is gone only the record is left.
        let gone = Inventory { credentials: Vec::new(), ..world.inventory() };
        for inventory in [world.inventory(), gone] {
            let plan = evaluate(&world.policy, &[inventory], world.now);
            assert_eq!(plan.decisions.len(), usize::from(judged), "{setting} {path}");
        }
        assert_eq!(outside.is_none(), judged);
        if let Some(finding) = outside {
            assert_eq!(
                finding.to_string(),
                "KEYSTEWARD_USER_PATH is /service/: 1 of 1 users are elsewhere, and are not judged: is it misspelt?"
            );
        }
    }
}

#[test]
fn an_exempt_inactive_credential_is_not_deleted() {
    for kind in CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated()) {
        let due = Some(ago(days(1)));
        let world = World::of(credential(kind).old(days(400)).inactive());
        let deactivated = world.clone().recorded_due(Deactivated, ago(days(100)), due);
        check(&deactivated, "warn deletion-ahead, writes deletion-announced");
        check(&deactivated.tag(EXEMPT_TAG, "reason=audit"), EXEMPT);
        let announced = world.recorded_due(Announced, ago(days(100)), due);
        check(&announced, "delete grace-over");
        check(&announced.tag(EXEMPT_TAG, "reason=audit"), EXEMPT);
    }
}

#[test]
fn an_exemption_ends_exactly_when_it_says() {
    let instant = doomed(CredentialKind::AccessKey)
        .recorded(Recorded::Superseded, now())
        .tag(EXEMPT_TAG, "until=2026-12-24T12:00:00Z reason=freeze");
    let edge = "2026-12-24T12:00:00Z".parse().unwrap();
    check_around(edge, &instant, [EXEMPT, WARNED, WARNED]);
    let day = instant.tag(EXEMPT_TAG, "until=2026-12-24");
    let edge = "2026-12-25T00:00:00Z".parse().unwrap();
    check_around(edge, &day, [EXEMPT, WARNED, WARNED]);
}

const WARNED: &str = "warn stale, writes warned";

#[test]
fn an_exemption_that_cannot_be_read_counts() {
    for value in ["until=soon", "until=2020-13-01", "no", "until=", "until=2020-01-01 2020-01-02"] {
        check_exempt(&doomed(CredentialKind::AccessKey).tag(EXEMPT_TAG, value));
    }
}

#[test]
fn the_exemption_of_one_credential_exempts_no_other() {
    let own = doomed(CredentialKind::AccessKey);
    check_exempt(&own.clone().tag(format!("{EXEMPT_TAG}:{}", key().id), ""));
    check(&own.clone().tag(format!("{EXEMPT_TAG}:AKIAEXAMPLEEXAMPLE02"), ""), OFF);
    check(&own.clone().tag(format!("{EXEMPT_TAG}:AKIAEXAMPLEEXAMPLE0"), ""), OFF);
    check(&own.tag(format!("{EXEMPT_TAG}:password"), ""), OFF);
    let password = doomed(CredentialKind::Password);
    check_exempt(&password.tag(format!("{EXEMPT_TAG}:password"), ""));
}

#[test]
fn one_of_two_exemptions_is_enough() {
    let over = doomed(CredentialKind::AccessKey).tag(EXEMPT_TAG, "until=2020-01-01");
    check(&over, OFF);
    check_exempt(&over.tag(format!("{EXEMPT_TAG}:{}", key().id), "until=2030-01-01"));
}

#[test]
fn the_case_of_an_exemption_does_not_matter() {
    for tag in ["KEYSTEWARD:EXEMPT", "Keysteward:Exempt", "keysteward:exempt:akiaexampleexample01"]
    {
        check_exempt(&doomed(CredentialKind::AccessKey).tag(tag, ""));
    }
    for (name, exempt) in [("ALICE", true), ("alice", true), ("alice2", false), ("alic", false)] {
        let mut world = doomed(CredentialKind::AccessKey);
        world.user.name = name.into();
        world.policy.exempt.users = ["alice".to_owned()].into();
        assert_eq!(world.decision().reason.as_str() == "exempt", exempt, "{name}");
    }
}

#[test]
fn a_name_with_commas_is_exempt_when_all_its_parts_are_entries() {
    // The commas of a name separate entries of the setting, where an empty entry is a fault.
    for (name, entries, exempt) in [
        ("break,glass", &["break", "glass"][..], true),
        ("Break,GLASS", &["break", "glass", "other"], true),
        ("break,glass", &["break"], false),
        ("break,glass", &["glass"], false),
        ("break,glass", &[], false),
        ("break", &["break", "glass"], true),
        ("break,", &["break"], true),
        (",", &["break"], false),
        (",", &[], false),
    ] {
        let mut world = doomed(CredentialKind::AccessKey);
        world.user.name = name.into();
        world.policy.exempt.users = entries.iter().map(|&entry| entry.to_owned()).collect();
        assert_eq!(world.decision().reason.as_str() == "exempt", exempt, "{name} {entries:?}");
    }
    let mut world = doomed(CredentialKind::AccessKey);
    world.user.name = "break,glass".into();
    world.policy.exempt.users = ["break".to_owned(), "glass".to_owned()].into();
    insta::assert_snapshot!(
        world.decision().reason.to_string(),
        @"it is exempt: KEYSTEWARD_EXEMPT_USERS names break,glass"
    );
}

#[test]
fn everything_below_an_exempt_path_is_exempt() {
    for (path, exempt) in [
        ("/break-glass/", true),
        ("/break-glass/eu/", true),
        ("/", false),
        ("/break/", false),
        ("/eu/break-glass/", false),
    ] {
        let mut world = doomed(CredentialKind::AccessKey);
        world.user.path = path.to_owned();
        world.policy.exempt.paths = ["/break-glass/".to_owned(), "/ci/".to_owned()].into();
        assert_eq!(world.decision().reason.as_str() == "exempt", exempt, "{path}");
    }
}

#[test]
fn members_of_an_exempt_group_are_exempt() {
    for (group, exempt) in
        [("BreakGlass", true), ("breakglass", true), ("break", false), ("breakglass2", false)]
    {
        let mut world = doomed(CredentialKind::AccessKey);
        world.user.groups = ["everybody".to_owned(), group.to_owned()].into();
        world.policy.exempt.groups = ["breakglass".to_owned()].into();
        assert_eq!(world.decision().reason.as_str() == "exempt", exempt, "{group}");
    }
}

#[test]
fn an_exemption_that_is_over_starts_with_a_warning() {
    let world = World::of(key().old(days(400))).tag(EXEMPT_TAG, "until=2026-11-20");
    check(&world, WARNED);
    check(&world.recorded(Warned, ago(days(1))), "keep notice-running");
}
