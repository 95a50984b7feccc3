//! Deactivations that were made, and of which nobody was told.

use super::*;
use crate::exemption::EXEMPT_TAG;
use Recorded::Deactivating;

const TOLD: &str = "deactivate interrupted, writes deactivated";

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
fn an_interrupted_deactivation_of_a_key_that_a_secret_holds_is_left_to_the_rotation_unless_it_was_exposed()
 {
    let ours = interrupted(CredentialKind::AccessKey);
    for (world, reason) in [
        (ours.clone().held_by_secret(), "keep held-by-secret"),
        (ours.clone().rotated(Holding::Holds), "report binding-tag-gone"),
        (ours.clone().rotated(Holding::Unknown), "report binding-tag-gone"),
        (ours.rotated(Holding::Ended), TOLD),
    ] {
        check(&world, reason);
        check(&world.exposed(Deactivating), TOLD);
    }
}

#[test]
fn an_interrupted_deactivation_is_completed_and_takes_nothing_away() {
    for (delete, due) in [(true, Some(now() + GRACE)), (false, None)] {
        let world = interrupted(CredentialKind::AccessKey);
        let world = world.with_policy(|policy| policy.delete = delete);
        assert!(!world.decision().takes_away());
        assert_eq!(world.plan().taken_away(), 0);
        let Step::Complete { done, notice, after } = world.decision().step else { panic!() };
        assert_eq!(
            (done, notice.news),
            (Action::Deactivate, News::Deactivated { kept_until: due })
        );
        let after = after.unwrap();
        assert_eq!(after.state, State::Deactivated { since: now(), due, cause: Cause::Stale });
        let completed = world.in_state(after.state);
        assert!(completed.decision().changes_nothing());
    }
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
    world.credentials[0].created = ago(days(199));
    check(&world, "warn deletion-ahead, writes deactivated");
}
