//! Records of credentials that are gone, and records that are about the past.

use super::*;
use crate::memory::AccountMemory;

const ALL: [Recorded; 7] = [
    Recorded::Warned,
    Recorded::Superseded,
    Recorded::Deactivating,
    Recorded::Deactivated,
    Recorded::Announced,
    Recorded::Deleting,
    Recorded::Reactivated,
];

fn only_record(id: CredentialId, state: Recorded) -> World {
    let state = state.state(ago(days(1)), None, Cause::Stale);
    World::empty().remember(id, Record { user: "Alice".into(), created: None, state })
}

#[test]
fn the_record_of_a_key_that_is_gone_is_removed() {
    for state in ALL {
        let told = if state == Recorded::Deleting { "delete" } else { "keep" };
        let expected = format!("{told} gone, removes the record");
        check(&only_record(key_id("AKIAEXAMPLEEXAMPLE09"), state), &expected);
    }
}

#[test]
fn the_record_of_a_password_that_is_gone_is_removed() {
    for state in ALL {
        let told = match state {
            Recorded::Deleting => "delete",
            // A password is deactivated by deleting it.
            Recorded::Deactivating => "deactivate",
            Recorded::Warned
            | Recorded::Superseded
            | Recorded::Deactivated
            | Recorded::Announced
            | Recorded::Reactivated => "keep",
        };
        let expected = format!("{told} gone, removes the record");
        check(&only_record(CredentialId::Password, state), &expected);
    }
}

#[test]
fn only_the_records_of_kinds_that_are_swept_are_removed() {
    for kind in CredentialKind::ALL {
        let id = credential(kind).id;
        let world = only_record(id.clone(), Recorded::Warned);
        let decision = world.decision();
        assert_eq!((decision.subject.kind, decision.subject.id), (kind, Some(id)));
        let others = CredentialKind::ALL.into_iter().filter(|&other| other != kind).collect();
        let unswept = world.with_policy(|policy| policy.kinds = others);
        assert_eq!(unswept.plan().decisions, [], "a kind that is not swept may well exist: {kind}");
    }
}

#[test]
fn no_tag_of_a_user_is_a_record() {
    let text = "state=deleting at=2026-10-01T03:00:00Z due=2026-10-02T03:00:00Z by=sweep";
    for tag in ["keysteward:AKIAEXAMPLEEXAMPLE09", "keysteward:password", "keysteward:pending"] {
        assert_eq!(World::empty().tag(tag, text).plan().decisions, [], "{tag}");
        let world = World::of(key().old(days(300)).inactive()).tag(tag, text);
        check(&world, "warn deletion-ahead, writes deactivated");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_reported_kept_and_never_acted_upon() {
    for kind in CredentialKind::ALL {
        for age in [3, 300, 4000] {
            let it = credential(kind).old(days(age));
            let worlds = [World::of(it.clone()), World::of(it.clone().inactive())];
            for world in worlds.map(World::record_unreadable) {
                check(&world, "report record-unreadable");
                check(&world.clone().tag("keysteward:exempt", ""), "report record-unreadable");
                check(&world.with_policy(|it| it.notice = days(0)), "report record-unreadable");
            }
        }
        let mut gone = World::of(credential(kind)).record_unreadable();
        gone.credentials.clear();
        assert_eq!(gone.plan().decisions, [], "{kind}: nobody knows what it says");
    }
}

#[test]
fn the_record_of_a_key_that_is_gone_is_left_to_the_rotation_of_a_bound_user() {
    let id = || key_id("AKIAEXAMPLEEXAMPLE09");
    for state in ALL {
        for world in [
            only_record(id(), state).held_by_secret(),
            only_record(id(), state).rotated(Holding::Holds),
            only_record(id(), state).rotated(Holding::Unknown),
        ] {
            assert_eq!(world.plan().decisions, [], "{state:?}");
        }
        let password = only_record(CredentialId::Password, state).held_by_secret();
        assert_eq!(password.plan().decisions.len(), 1, "a secret holds keys and nothing else");
        let ended = only_record(id(), state).rotated(Holding::Ended);
        assert_eq!(ended.plan().decisions.len(), 1);
    }
}

#[test]
fn the_notice_of_a_deletion_that_was_interrupted_is_sent_once_the_credential_is_gone() {
    let world = only_record(key_id("AKIAEXAMPLEEXAMPLE09"), Recorded::Deleting);
    let Step::Complete { done, notice, after } = world.decision().step else { panic!() };
    assert_eq!((done, notice.news, after), (Action::Delete, News::Deleted, None));
    let world = only_record(CredentialId::Password, Recorded::Deactivating);
    let Step::Complete { done, notice, after } = world.decision().step else { panic!() };
    let news = News::Deactivated { kept_until: None };
    assert_eq!((done, notice.news, after), (Action::Deactivate, news, None));
}

#[test]
fn the_records_of_users_who_are_gone_are_removed_and_those_that_cannot_be_read_stay() {
    let mut memory = AccountMemory::default();
    let of_alice = only_record(key().id, Recorded::Warned).memory;
    let mut of_bob = only_record(key_id("AKIAEXAMPLEEXAMPLE02"), Recorded::Superseded).memory;
    let unreadable = Remembered::Unreadable("from a newer version".to_owned());
    of_bob.records.insert(CredentialId::Password, unreadable);
    let bob = UserFacts { name: "Bob".into(), id: "AIDABOB".parse().unwrap(), ..alice() };
    memory.users.insert(alice().id, of_alice);
    memory.users.insert(bob.id.clone(), of_bob);
    assert_eq!(records_of_gone_users(&memory, &[alice(), bob.clone()]), []);
    let gone = records_of_gone_users(&memory, &[alice()]);
    assert_eq!(gone, [(&bob.id, &key_id("AKIAEXAMPLEEXAMPLE02"))]);
    // A user recreated under the old name has another id, and nothing of the old one is theirs.
    let recreated = UserFacts { id: "AIDANEW".parse().unwrap(), ..alice() };
    assert_eq!(records_of_gone_users(&memory, &[recreated.clone(), bob]).len(), 1);
    assert_eq!(memory.of(&recreated.id), &UserMemory::default());
    // Users in whatever path exist.
    let elsewhere = UserFacts { path: "/elsewhere/".to_owned(), ..alice() };
    assert_eq!(records_of_gone_users(&memory, &[elsewhere]).len(), 1);
}

#[test]
fn the_record_of_a_credential_that_exists_is_not_that_of_one_that_is_gone() {
    for kind in CredentialKind::ALL {
        for state in ALL {
            let world = World::of(credential(kind)).recorded(state, ago(days(1)));
            assert_eq!(world.plan().decisions.len(), 1, "{kind} {state:?}");
        }
    }
}

const REMOVED: &str = ", removes the record";

#[test]
fn the_record_of_a_deactivation_is_about_the_past_once_the_credential_is_active() {
    use Recorded::{Announced, Deactivated, Deactivating, Deleting};
    for state in [Deactivating, Deactivated, Announced, Deleting] {
        let service = credential(CredentialKind::ServiceSpecific).old(days(300));
        // It kept its record while it was active, and was deleted the day it was deactivated by hand.
        let on_record = |credential: Credential| {
            World::of(credential).recorded_due(state, ago(days(60)), Some(ago(days(30))))
        };
        let exempt = on_record(service.clone()).tag("keysteward:exempt", "until=2026-11-30");
        check(&exempt, &format!("keep exempt{REMOVED}"));
        let expires = on_record(service.expires(now() + days(2)));
        check(&expires, &format!("keep expires-first{REMOVED}"));
        let unknown = on_record(key().old(days(300)).last_use_unknown());
        check(&unknown, &format!("report last-use-unknown{REMOVED}"));
        check(&on_record(key()), &format!("keep fresh-again{REMOVED}"));
    }
}

#[test]
fn a_warning_is_about_the_past_once_its_credential_is_exempt() {
    // Else the credential would be deactivated, unannounced, the day the exemption is gone.
    let warned = World::of(key().old(days(300))).recorded(Recorded::Warned, ago(days(3)));
    check(&warned.clone().tag("keysteward:exempt", ""), &format!("keep exempt{REMOVED}"));
    check(&warned, "keep notice-running");
}

#[test]
fn the_sweep_touches_no_record_of_a_key_that_a_secret_holds() {
    for state in ALL {
        for age in [10, 300] {
            let active = World::of(key().old(days(age)));
            let inactive = World::of(key().old(days(age)).inactive());
            for world in [active, inactive].map(|it| it.recorded(state, ago(days(3)))) {
                for held in [
                    world.clone().held_by_secret(),
                    world.clone().rotated(Holding::Holds),
                    world.clone().rotated(Holding::Unknown),
                    world.clone().held_by_secret().tag("keysteward:exempt", ""),
                ] {
                    let decision = held.decision();
                    assert!(decision.changes_nothing(), "{state:?}: {decision:?}");
                }
            }
        }
    }
}

#[test]
fn the_record_of_an_inactive_credential_stays_while_it_is_exempt() {
    use Recorded::{Announced, Deactivated, Deleting, Warned};
    for state in [Warned, Deactivated, Announced, Deleting] {
        let world = World::of(key().inactive()).recorded(state, ago(days(3)));
        check(&world.tag("keysteward:exempt", ""), "keep exempt");
    }
}
