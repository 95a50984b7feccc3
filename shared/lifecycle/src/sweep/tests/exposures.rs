//! Credentials that were deactivated because their secrets are known to others.

use super::*;
use crate::exemption::EXEMPT_TAG;
use crate::record::RecordedState::{
    Announced, Deactivated, Deactivating, Deleting, Reactivated, Warned,
};

const REPORTED: &str = "report exposed-and-active";

#[test]
fn an_exposed_key_that_is_active_is_reported_and_its_record_stays() {
    for state in [Deactivating, Deactivated, Announced, Deleting] {
        for age in [10, 200] {
            let world = World::of(key().old(days(age))).exposed(state);
            check(&world, REPORTED);
            check(&world.clone().tag(EXEMPT_TAG, ""), REPORTED);
            check(&world.clone().held_by_secret(), REPORTED);
            check(&world.with_policy(|policy| policy.notice = days(0)), REPORTED);
            let unknown = World::of(key().old(days(age)).last_use_unknown());
            check(&unknown.exposed(state), REPORTED);
        }
    }
}

#[test]
fn the_date_of_an_exposed_key_that_came_back_is_forgotten_and_nothing_else() {
    // It was deleted the day after somebody deactivated it, as the report asks for.
    for state in [Deactivated, Announced, Deleting] {
        let text = format!(
            "state={} at=2026-09-01T03:00:00Z due=2026-10-01T03:00:00Z by=exposure event=AWS_RISK_CREDENTIALS_EXPOSED",
            state.as_str()
        );
        let tag = record_tag(&key().id);
        let mut world = World::of(key().old(days(200))).tag(&tag, &text);
        check(&world, &format!("{REPORTED}, writes {}", state.as_str()));
        let dateless = written(&world.decision()).to_string();
        assert_eq!(dateless, text.replace(" due=2026-10-01T03:00:00Z", ""));
        world = world.tag(tag, dateless);
        check(&world, REPORTED);
        world.credentials[0].credential.status = CredentialStatus::Inactive;
        check(&world, "warn deletion-ahead, writes deactivated");
        let record = written(&world.decision());
        assert_eq!((record.due, record.is_of_exposure()), (Some(now() + GRACE), true));
    }
}

#[test]
fn an_exposed_key_that_an_operator_took_back_is_a_key_like_any_other() {
    let stale = World::of(key().old(days(200))).exposed(Reactivated);
    check(&stale, "warn stale, writes warned");
    check(&stale.clone().tag(EXEMPT_TAG, ""), "keep exempt");
    check(&stale.held_by_secret(), "report rotation-overdue");
    check(&World::of(key()).exposed(Reactivated), "keep fresh-again, removes the record");
}

#[test]
fn the_warning_of_a_key_that_was_taken_back_holds_what_it_says() {
    let world = World::of(key().old(days(200))).exposed(Reactivated);
    let record = written(&world.decision());
    let world = world.tag(record_tag(&key().id), record.to_string());
    let (waits, off) = ("keep notice-running", "deactivate stale");
    check_around(now() + NOTICE, &world, [waits, off, off]);
    // And it is void like any other.
    check(&world.tag(EXEMPT_TAG, ""), "keep exempt, removes the record");
    let fresh = World::of(key()).exposed(Warned);
    check(&fresh, "keep fresh-again, removes the record");
}

#[test]
fn an_exposed_key_that_is_inactive_waits_for_its_deletion() {
    let world = World::of(key().old(days(200)).inactive()).exposed(Deactivated);
    check(&world, "warn deletion-ahead, writes deactivated");
    check(&world.clone().held_by_secret(), "warn deletion-ahead, writes deactivated");
    check(&world.clone().tag(EXEMPT_TAG, ""), "keep exempt");
    check(&world.with_policy(|policy| policy.delete = false), "keep deletion-off");
    let interrupted = World::of(key().inactive()).exposed(Deactivating);
    check(&interrupted, "deactivate interrupted");
}

#[test]
fn a_record_that_is_written_over_an_exposure_stays_one() {
    let world = World::of(key().old(days(200)).inactive()).exposed(Deactivated);
    assert_eq!(
        written(&world.decision()).to_string(),
        "state=deactivated at=2026-11-18T03:00:00Z due=2026-12-21T03:00:00Z created=2026-05-05T03:00:00Z by=exposure event=AWS_RISK_CREDENTIALS_EXPOSED"
    );
    let text = "state=deactivated at=2026-10-25T03:00:00Z due=2026-11-24T03:00:00Z by=exposure event=AWS_RISK_CREDENTIALS_EXPOSED";
    let announced = world.tag(record_tag(&key().id), text).decision();
    assert_eq!(
        written(&announced).to_string(),
        "state=announced at=2026-10-25T03:00:00Z due=2026-11-28T03:00:00Z told=2026-11-21T03:00:00Z created=2026-05-05T03:00:00Z by=exposure event=AWS_RISK_CREDENTIALS_EXPOSED"
    );
    let taken_back = World::of(key().old(days(200))).exposed(Reactivated).decision();
    let record = written(&taken_back);
    assert_eq!((record.is_of_exposure(), record.event.is_some()), (true, true));
}

#[test]
fn what_other_functions_write_is_no_exposure() {
    let text = "state=deactivated at=2026-10-25T03:00:00Z by=rotate-key event=AWS_RISK_CREDENTIALS_EXPOSED";
    let world = World::of(key().old(days(200))).tag(record_tag(&key().id), text);
    check(&world, "warn stale, writes warned");
    let record = written(&world.decision());
    assert_eq!((record.by.as_str(), record.event), ("sweep", None));
}
