//! Records of credentials that are gone, and records that are about the past.

use super::*;

const ALL: [RecordedState; 7] = [
    RecordedState::Warned,
    RecordedState::Superseded,
    RecordedState::Deactivating,
    RecordedState::Deactivated,
    RecordedState::Announced,
    RecordedState::Deleting,
    RecordedState::Reactivated,
];

fn only_record(tag: &str, state: RecordedState) -> World {
    let (at, by) = (ago(days(1)), "sweep".to_owned());
    let record =
        Record { state, at, due: None, told: None, created: None, version: None, event: None, by };
    World::empty().tag(tag, record.to_string())
}

#[test]
fn the_record_of_a_key_that_is_gone_is_removed() {
    for state in ALL {
        let told = if state == RecordedState::Deleting { "delete" } else { "keep" };
        let expected = format!("{told} gone, removes the record");
        check(&only_record("keysteward:AKIAEXAMPLEEXAMPLE09", state), &expected);
    }
}

#[test]
fn the_record_of_a_password_that_is_gone_is_removed() {
    for state in ALL {
        let told = match state {
            RecordedState::Deleting => "delete",
            // A password is deactivated by deleting it.
            RecordedState::Deactivating => "deactivate",
            RecordedState::Warned
            | RecordedState::Superseded
            | RecordedState::Deactivated
            | RecordedState::Announced
            | RecordedState::Reactivated => "keep",
        };
        let expected = format!("{told} gone, removes the record");
        check(&only_record("keysteward:password", state), &expected);
    }
}

#[test]
fn the_kind_of_what_is_gone_is_told_by_its_id() {
    for kind in CredentialKind::ALL {
        let id = credential(kind).id;
        let world = only_record(&record_tag(&id), RecordedState::Warned);
        let decision = world.decision();
        assert_eq!((decision.subject.kind, decision.subject.id), (kind, Some(id)));
        let others = CredentialKind::ALL.into_iter().filter(|&other| other != kind).collect();
        let unswept = world.with_policy(|policy| policy.kinds = others);
        assert_eq!(unswept.plan().decisions, [], "a kind that is not swept may well exist: {kind}");
    }
}

#[test]
fn other_tags_are_no_records() {
    let text = "state=warned at=2026-10-01T03:00:00Z by=sweep";
    for tag in [
        "keysteward:secret",
        "keysteward:pending",
        "keysteward:exempt",
        "keysteward:exempt:AKIAEXAMPLEEXAMPLE09",
        "keysteward:",
        "keysteward",
        "AKIAEXAMPLEEXAMPLE09",
        "Keysteward:AKIAEXAMPLEEXAMPLE09",
    ] {
        assert_eq!(World::empty().tag(tag, text).plan().decisions, [], "{tag}");
    }
    for text in ["", "hello", "state=warned"] {
        let world = World::empty().tag("keysteward:AKIAEXAMPLEEXAMPLE09", text);
        assert_eq!(world.plan().decisions, [], "{text}");
    }
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
    use RecordedState::{Announced, Deactivated, Deactivating, Deleting};
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
fn a_warning_is_about_the_past_once_its_credential_is_exempt_or_held_by_a_secret() {
    // Else the credential would be deactivated, unannounced, the day the exemption or the secret is gone.
    let warned = World::of(key().old(days(300))).recorded(RecordedState::Warned, ago(days(3)));
    check(&warned.clone().tag("keysteward:exempt", ""), &format!("keep exempt{REMOVED}"));
    check(&warned.clone().held_by_secret(), &format!("report rotation-overdue{REMOVED}"));
    let fresh = World::of(key()).recorded(RecordedState::Warned, ago(days(3))).held_by_secret();
    check(&fresh, &format!("keep held-by-secret{REMOVED}"));
    check(&warned, "keep notice-running");
}

#[test]
fn an_interrupted_deactivation_of_an_active_key_does_not_stand_in_the_way_of_its_rotation() {
    let world = World::of(key()).held_by_secret().recorded(RecordedState::Deactivating, now());
    check(&world, &format!("keep held-by-secret{REMOVED}"));
}

#[test]
fn a_key_under_a_secret_that_came_back_is_not_deleted_the_day_it_is_deactivated_again() {
    use RecordedState::{Announced, Deactivated, Deleting};
    for state in [Deactivated, Announced, Deleting] {
        let active = World::of(key().old(days(60)).used(ago(days(50)))).held_by_secret();
        let world = active.clone().recorded_due(state, ago(days(40)), Some(ago(days(10))));
        let record = written(&world.decision());
        assert_eq!((record.state, record.at, record.due), (state, ago(days(40)), None));
        let mut world = active.recorded(state, ago(days(40)));
        check(&world, "report rotation-overdue");
        world.credentials[0].credential.status = CredentialStatus::Inactive;
        check(&world, "warn deletion-ahead, writes deactivated");
    }
}

#[test]
fn the_record_of_an_inactive_credential_stays_while_it_is_exempt() {
    use RecordedState::{Announced, Deactivated, Deleting, Warned};
    for state in [Warned, Deactivated, Announced, Deleting] {
        let world = World::of(key().inactive()).recorded(state, ago(days(3)));
        check(&world.tag("keysteward:exempt", ""), "keep exempt");
    }
}
