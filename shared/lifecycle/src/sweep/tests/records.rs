//! Records of credentials that are gone.

use super::*;

const ALL: [RecordedState; 6] = [
    RecordedState::Warned,
    RecordedState::Superseded,
    RecordedState::Deactivating,
    RecordedState::Deactivated,
    RecordedState::Deleting,
    RecordedState::Reactivated,
];

fn only_record(tag: &str, state: RecordedState) -> World {
    let (at, by) = (ago(days(1)), "sweep".to_owned());
    let record = Record { state, at, due: None, created: None, version: None, by };
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
