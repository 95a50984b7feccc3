//! Access keys that are the rotation's: the sweep touches none of them.

use super::*;
use crate::identifiers::UserId;
use Recorded::{Announced, Deactivated, Deactivating, Deleting, Reactivated, Superseded, Warned};

const ALL: [Recorded; 7] =
    [Warned, Superseded, Deactivating, Deactivated, Announced, Deleting, Reactivated];

#[test]
fn a_key_under_a_secret_is_never_deactivated_for_age() {
    for key in [key().old(days(4000)), key().old(days(4000)).used(now())] {
        let world = World::of(key).held_by_secret();
        check(&world, "report rotation-overdue");
        check(&world.clone().with_policy(|it| it.notice = days(0)), "report rotation-overdue");
    }
    check(&World::of(key()).held_by_secret(), "keep held-by-secret");
    check(
        &World::of(key().old(days(90)).last_use_unknown()).held_by_secret(),
        "report last-use-unknown",
    );
}

#[test]
fn a_key_under_a_secret_is_overdue_at_the_very_second() {
    let created = ago(days(200));
    let world = World::of(Credential { created, ..key() }.used(created + days(50)));
    let overdue = "report rotation-overdue";
    check_around(
        created + days(90),
        &world.held_by_secret(),
        ["keep held-by-secret", overdue, overdue],
    );
}

#[test]
fn an_inactive_key_under_a_secret_is_left_to_the_rotation() {
    let world = World::of(key().old(days(400)).inactive()).held_by_secret();
    check(&world, "keep held-by-secret");
    for state in [Deactivated, Announced, Deleting, Superseded] {
        let due = Some(ago(days(1)));
        check(&world.clone().recorded_due(state, ago(days(40)), due), "keep held-by-secret");
    }
}

#[test]
fn a_superseded_key_is_not_overdue() {
    for state in [Superseded, Deactivated] {
        let world = World::of(key().old(days(400)).used(now())).held_by_secret();
        check(&world.recorded(state, ago(days(20))), "keep held-by-secret");
    }
    for state in [Warned, Reactivated] {
        let world = World::of(key().old(days(400)).used(now())).held_by_secret();
        check(&world.recorded(state, ago(days(20))), "report rotation-overdue");
    }
}

#[test]
fn a_secret_holds_keys_and_nothing_else() {
    for kind in CredentialKind::ALL.into_iter().filter(|&kind| kind != CredentialKind::AccessKey) {
        let world = World::of(credential(kind).old(days(400)));
        for holds in [
            world.clone().held_by_secret(),
            world.clone().rotated(Holding::Holds),
            rotation_unreadable(world),
        ] {
            check(&holds, "warn stale, writes warned");
        }
    }
}

#[test]
fn a_superseded_key_without_a_secret_is_a_key_like_any_other() {
    let world = World::of(key()).recorded(Superseded, ago(days(9)));
    check(&world, "keep fresh");
    let world = World::of(key().old(days(400))).recorded(Superseded, ago(days(20)));
    check(&world, "warn stale, writes warned");
}

#[test]
fn the_case_of_the_tag_that_names_the_secret_does_not_matter() {
    for tag in ["Keysteward:Secret", "KEYSTEWARD:SECRET"] {
        let world = World::of(key().old(days(400))).recorded(Warned, ago(days(60)));
        check(&world.tag(tag, SECRET), "report rotation-overdue");
    }
}

fn rotation_unreadable(mut world: World) -> World {
    world.memory.rotation = Remembered::Unreadable("from a newer version".to_owned());
    world
}

#[test]
fn a_user_is_bound_by_the_tag_and_then_by_the_rotation_that_is_remembered_until_it_is_ended() {
    let gone = Binding::TagGone { secret: secret() };
    let unreadable = Binding::Unreadable("from a newer version".to_owned());
    for (holding, remembered) in
        [(Holding::Holds, gone.clone()), (Holding::Unknown, gone), (Holding::Ended, Binding::None)]
    {
        let absent = World { holding, ..World::empty() };
        let readable = World::empty().rotated(holding);
        let lost = rotation_unreadable(absent.clone());
        assert_eq!(absent.binding(), Binding::None, "{holding:?}");
        assert_eq!(readable.binding(), remembered, "{holding:?}");
        assert_eq!(lost.binding(), unreadable, "{holding:?}");
        for tagged in [absent, readable, lost] {
            for value in [SECRET, "", "anything"] {
                let bound = tagged.clone().tag("keysteward:SECRET", value).binding();
                assert_eq!(bound, Binding::Bound, "{holding:?}");
            }
        }
    }
}

#[test]
fn every_binding_but_none_leaves_the_keys_to_the_rotation() {
    assert!(!Binding::None.leaves_to_rotation());
    assert!(Binding::Bound.leaves_to_rotation());
    assert!(Binding::TagGone { secret: secret() }.leaves_to_rotation());
    assert!(Binding::Unreadable(String::new()).leaves_to_rotation());
}

#[test]
fn the_secret_of_a_remembered_rotation_is_asked_only_once_the_tag_is_gone() {
    let asked = |world: &World| secret_to_ask(&world.user, &world.memory).cloned();
    let world = World::empty().rotated(Holding::Holds);
    assert_eq!(asked(&world), Some(secret()));
    assert_eq!(asked(&world.clone().held_by_secret()), None);
    assert_eq!(asked(&World::empty()), None);
    assert_eq!(asked(&rotation_unreadable(world)), None);
}

#[test]
fn a_key_whose_users_tag_is_gone_is_reported_and_never_touched_while_the_secret_may_hold_it() {
    for holding in [Holding::Holds, Holding::Unknown] {
        for it in [key(), key().old(days(400)), key().old(days(400)).inactive()] {
            let world = World::of(it).rotated(holding);
            for state in ALL {
                check(&world.clone().recorded(state, ago(days(60))), "report binding-tag-gone");
            }
            check(&world, "report binding-tag-gone");
            check(&world.with_policy(|it| it.notice = days(0)), "report binding-tag-gone");
        }
    }
    let ended = World::of(key().old(days(400))).rotated(Holding::Ended);
    check(&ended, "warn stale, writes warned");
}

#[test]
fn a_key_of_a_rotation_that_cannot_be_read_is_reported_and_never_touched() {
    for it in [key(), key().old(days(400)), key().old(days(400)).inactive()] {
        for state in ALL {
            let world = World::of(it.clone()).recorded(state, ago(days(60)));
            check(&rotation_unreadable(world), "report record-unreadable");
        }
    }
}

#[test]
fn a_lost_binding_is_a_finding_and_says_what_to_do() {
    let row = UserRow {
        user: alice().name,
        arn: alice().arn,
        created: alice().created,
        password: None,
        mfa_active: true,
        access_keys: Vec::new(),
        certificates: 0,
        has_more: false,
    };
    let findings = |binding: &Binding| user_findings(&row, &alice(), binding, now());
    for quiet in [Binding::None, Binding::Bound, Binding::Unreadable(String::new())] {
        assert_eq!(findings(&quiet), [], "{quiet:?}");
    }
    let found = findings(&Binding::TagGone { secret: secret() });
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.as_str(), finding.user()), ("binding-tag-gone", Some(&alice().name)));
    insta::assert_snapshot!(finding, @"user Alice has lost the tag keysteward:secret, and secret arn:aws:secretsmanager:eu-central-1:123456789012:secret:alice-AbCdEf still rotates its keys: nobody touches them; set the tag again, or end the rotation of the secret");
}

#[test]
fn the_last_use_of_a_key_is_asked_for_only_where_it_bears_on_a_decision() {
    let access_key = |age, status| crate::credential::AccessKey {
        id: "AKIAEXAMPLEEXAMPLE01".parse().unwrap(),
        status,
        created: ago(age),
    };
    let needed = |world: &World, age, status| {
        needs_last_use(&policy(), &world.memory, &access_key(age, status), now())
    };
    let (active, inactive) = (CredentialStatus::Active, CredentialStatus::Inactive);
    let nothing = World::empty();
    assert!(!needed(&nothing, days(45) - seconds(1), active.clone()));
    assert!(needed(&nothing, days(45), active.clone()));
    assert!(needed(&nothing, days(45) + seconds(1), active.clone()));
    assert!(!needed(&nothing, days(400), inactive.clone()));
    for world in [World::of(key()).recorded(Warned, now()), World::of(key()).record_unreadable()] {
        assert!(
            needed(&world, days(1), active.clone()) && needed(&world, days(1), inactive.clone())
        );
    }
}

#[test]
fn the_memory_of_another_user_is_nobody_elses() {
    let memory = crate::memory::AccountMemory {
        users: [(alice().id, World::empty().rotated(Holding::Holds).memory)].into(),
        ..Default::default()
    };
    let recreated: UserId = "AIDAEXAMPLEEXAMPLE02".parse().unwrap();
    assert_eq!(secret_to_ask(&alice(), memory.of(&alice().id)), Some(&secret()));
    assert_eq!(secret_to_ask(&alice(), memory.of(&recreated)), None);
}
