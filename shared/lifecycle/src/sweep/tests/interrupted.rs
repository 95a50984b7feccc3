//! Deactivations that were made, and of which nobody was told.

use super::*;
use crate::exemption::EXEMPT_TAG;
use crate::record::RecordedState::Deactivating;

const TOLD: &str = "deactivate interrupted";

fn interrupted(kind: CredentialKind) -> World {
    World::of(credential(kind).old(days(200)).inactive()).recorded(Deactivating, ago(days(1)))
}

fn kinds() -> impl Iterator<Item = CredentialKind> {
    CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated())
}

#[test]
fn an_interrupted_deactivation_is_told_of() {
    for (kind, delete) in kinds().flat_map(|kind| [(kind, false), (kind, true)]) {
        check(&interrupted(kind).with_policy(|policy| policy.delete = delete), TOLD);
    }
}

#[test]
fn an_interrupted_deactivation_is_told_of_whoever_is_exempt_by_now() {
    for kind in kinds() {
        check(&interrupted(kind).tag(EXEMPT_TAG, "reason=my job broke"), TOLD);
        let id = credential(kind).id;
        check(&interrupted(kind).tag(format!("{EXEMPT_TAG}:{id}"), ""), TOLD);
        let users = ["alice".to_owned()].into();
        check(&interrupted(kind).with_policy(|policy| policy.exempt.users = users), TOLD);
        let paths = ["/".to_owned()].into();
        check(&interrupted(kind).with_policy(|policy| policy.exempt.paths = paths), TOLD);
    }
}

#[test]
fn an_interrupted_deactivation_is_told_of_whatever_a_secret_holds_by_now() {
    for supersession in [Supersession::Stands, Supersession::Undone, Supersession::Unknown] {
        let world = interrupted(CredentialKind::AccessKey).held_by_secret();
        check(&world.supersession(supersession), TOLD);
    }
}

#[test]
fn an_interrupted_deactivation_takes_nothing_away() {
    let world = interrupted(CredentialKind::AccessKey);
    assert!(!world.decision().takes_away());
    assert_eq!(world.plan().taken_away(), 0);
    assert_eq!(world.decision().note, None, "its record is written when it is told of");
}

#[test]
fn an_interrupted_deactivation_is_told_of_with_the_rules_behind_it() {
    let rules = |key: Credential| {
        let decision = World::of(key.inactive()).recorded(Deactivating, ago(days(1))).decision();
        assert_eq!(describe(&decision), TOLD);
        decision.reason.rules().iter().map(Rule::as_str).collect::<Vec<_>>()
    };
    assert_eq!(rules(key().old(days(200))), ["idle", "aged"]);
    assert_eq!(rules(key().old(days(200)).used(now())), ["aged"]);
    assert_eq!(rules(key()), [""; 0]);
    assert_eq!(rules(key().old(days(200)).last_use_unknown()), [""; 0]);
}

#[test]
fn an_active_key_was_not_deactivated_whatever_its_record_says() {
    let world = World::of(key().old(days(200))).recorded(Deactivating, ago(days(1)));
    check(&world, "warn stale, writes warned");
    check(&world.tag(EXEMPT_TAG, ""), "keep exempt, removes the record");
}

#[test]
fn the_interrupted_deactivation_of_another_credential_is_not_told_of() {
    let mut world = interrupted(CredentialKind::AccessKey);
    world.credentials[0].credential.created = ago(days(199));
    check(&world, "warn deletion-ahead, writes deactivated");
}
