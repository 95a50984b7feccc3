//! Credentials that were deactivated because their secrets are known to others.

use super::*;
use crate::exemption::EXEMPT_TAG;
use Recorded::{Announced, Deactivated, Deactivating, Deleting, Reactivated, Warned};

const REPORTED: &str = "report exposed-and-active";

#[test]
fn an_exposed_key_that_is_active_is_reported_and_its_record_stays() {
    for (state, reported) in [
        (Deactivating, REPORTED.to_owned()),
        (Deactivated, REPORTED.to_owned()),
        (Announced, format!("{REPORTED}, writes deactivated")),
        (Deleting, format!("{REPORTED}, writes deactivated")),
    ] {
        for age in [10, 200] {
            let world = World::of(key().old(days(age))).exposed(state);
            check(&world, &reported);
            check(&world.clone().tag(EXEMPT_TAG, ""), &reported);
            check(&world.clone().held_by_secret(), &reported);
            check(&world.with_policy(|policy| policy.notice = days(0)), &reported);
            let unknown = World::of(key().old(days(age)).last_use_unknown());
            check(&unknown.exposed(state), &reported);
        }
    }
}

#[test]
fn the_date_of_an_exposed_key_that_came_back_is_forgotten_and_nothing_else() {
    // It was deleted the day after somebody deactivated it, as the report asks for.
    let since = ago(days(81));
    for state in [Deactivated, Announced, Deleting] {
        let dated = state.state(since, Some(since + GRACE), exposed_cause());
        let world = World::of(key().old(days(200))).in_state(dated);
        check(&world, &format!("{REPORTED}, writes deactivated"));
        let mut world = carried_out(world, now());
        let undated = State::Deactivated { since, due: None, cause: exposed_cause() };
        let record = world.memory.record(&key().id);
        assert_eq!(record.readable().map(|record| &record.state), Some(&undated));
        check(&world, REPORTED);
        world.credentials[0].status = CredentialStatus::Inactive;
        check(&world, "warn deletion-ahead, writes deactivated");
        let record = written(&world.decision());
        assert_eq!((record.due(), record.is_of_exposure()), (Some(now() + GRACE), true));
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
    let world = carried_out(world, now());
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
    check(&world.clone().held_by_secret(), "keep held-by-secret");
    check(&world.clone().tag(EXEMPT_TAG, ""), "keep exempt");
    check(&world.with_policy(|policy| policy.delete = false), "keep deletion-off");
    let interrupted = World::of(key().inactive()).exposed(Deactivating);
    check(&interrupted, "deactivate interrupted, writes deactivated");
    let Step::Complete { notice, after, .. } = interrupted.decision().step else { panic!() };
    let event = Some(EVENT.to_owned());
    assert_eq!((notice.news, notice.exposed), (News::ExposedAndDeactivated { event }, true));
    assert_eq!(after.unwrap().due(), None, "evidence is deleted on no date set in advance");
}

#[test]
fn a_record_that_is_written_over_an_exposure_stays_one() {
    let inactive = || World::of(key().old(days(200)).inactive());
    let (since, cause) = (ago(days(3)), exposed_cause);
    let due = Some(now() + GRACE);
    assert_eq!(
        written(&inactive().exposed(Deactivated).decision()).state,
        State::Deactivated { since, due, cause: cause() }
    );
    let warned = inactive().exposed(Warned).decision();
    let record = written(&warned);
    assert_eq!(record.state, State::Deactivated { since: now(), due, cause: cause() });
    let since = ago(days(27));
    let due = Some(since + GRACE);
    let announced = inactive().in_state(State::Deactivated { since, due, cause: cause() });
    let (due, told) = (now() + days(7), now());
    assert_eq!(
        written(&announced.decision()).state,
        State::DeletionAnnounced { since, due, told, cause: cause() }
    );
    let taken_back = World::of(key().old(days(200))).exposed(Reactivated).decision();
    assert_eq!(written(&taken_back).cause(), cause());
    let due = World::of(key().old(days(200))).in_state(Warned.state(ago(NOTICE), None, cause()));
    let Step::Deactivate { before, notice, after } = due.decision().step else { panic!() };
    assert_eq!(before.cause(), cause());
    assert_eq!(after.map(|after| (after.cause(), after.due())), Some((cause(), None)));
    assert!(notice.exposed);
}

#[test]
fn only_the_cause_of_a_record_makes_it_an_exposure() {
    for cause in [Cause::Stale, Cause::ByHand, Cause::Superseded(replacement())] {
        let state = Deactivated.state(ago(days(27)), None, cause);
        check(&World::of(key().old(days(200))).in_state(state), "warn stale, writes warned");
    }
}
