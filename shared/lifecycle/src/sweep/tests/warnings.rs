//! From the warning to the deactivation.

use super::*;
use Recorded::{Announced, Deactivated, Deactivating, Deleting, Reactivated, Warned};

const WARNED: &str = "warn stale, writes warned";
const WAITS: &str = "keep notice-running";
const OFF: &str = "deactivate stale";

#[test]
fn a_warning_is_written_down_with_its_due_date() {
    let decision = World::of(key().old(days(100))).decision();
    let record = written(&decision);
    let (since, due, cause) = (now(), now() + NOTICE, Cause::Stale);
    assert_eq!(record.state, State::Warned { since, due, reminded: None, cause });
    assert_eq!((record.user, record.created), ("Alice".into(), Some(ago(days(100)))));
    assert_eq!(decision.due(), Some(due));
    let Step::Warn { notice, .. } = decision.step else { panic!() };
    assert_eq!((notice.news, notice.exposed), (News::DeactivationAhead { due }, false));
    assert_eq!(notice.because, decision.reason.to_string());
}

#[test]
fn the_notice_ends_exactly_when_it_is_over() {
    let at = ago(days(5));
    for kind in CredentialKind::ALL {
        let world = World::of(credential(kind).old(days(200))).recorded(Warned, at);
        check_around(at + NOTICE, &world, [WAITS, OFF, OFF]);
    }
}

#[test]
fn a_warning_that_promised_more_is_kept() {
    let at = ago(days(5));
    let world = World::of(key().old(days(200)));
    let later = world.clone().recorded_due(Warned, at, Some(at + days(40)));
    check_around(at + days(40), &later, [WAITS, OFF, OFF]);
    let none = later.with_policy(|policy| policy.notice = days(0));
    check_around(at + days(40), &none, [WAITS, OFF, OFF]);
    // A date that was tampered with, or a notice that was made longer, does not shorten anything.
    let earlier = world.recorded_due(Warned, at, Some(at + days(1)));
    check_around(at + NOTICE, &earlier, [WAITS, OFF, OFF]);
}

#[test]
fn without_a_notice_period_nobody_is_warned() {
    for notice in [days(0), -seconds(1), SignedDuration::MIN] {
        let world = World::of(key().old(days(100))).with_policy(|policy| policy.notice = notice);
        check(&world, OFF);
        // The deactivation writes a record of its own.
        check(&world.recorded(Deactivated, ago(days(60))), OFF);
    }
    let second = World::of(key().old(days(100))).with_policy(|policy| policy.notice = seconds(1));
    check(&second, WARNED);
}

#[test]
fn what_was_taken_back_gets_a_notice_of_at_least_a_day() {
    let taken_back = |notice: SignedDuration| {
        let world = World::of(key().old(days(200))).recorded(Reactivated, ago(days(1)));
        world.with_policy(|policy| policy.notice = notice)
    };
    for (notice, expected) in [
        (SignedDuration::MIN, days(1)),
        (days(0), days(1)),
        (days(1) - seconds(1), days(1)),
        (days(1), days(1)),
        (days(1) + seconds(1), days(1) + seconds(1)),
        (days(14), days(14)),
    ] {
        let world = taken_back(notice);
        check(&world, WARNED);
        let record = written(&world.decision());
        let dates = (record.since(), record.due());
        assert_eq!(dates, (now(), Some(now() + expected)), "{notice:?}");
        let warned = world.in_state(record.state);
        check_around(now() + expected, &warned, [WAITS, OFF, OFF]);
    }
    // It may expire by itself within that day.
    let mut world = taken_back(days(0));
    world.credentials[0].expires = Some(now() + days(1));
    check_around(now(), &world, [WARNED, "keep expires-first", "keep expires-first"]);
}

#[test]
fn first_run_over_an_old_estate_only_warns() {
    for kind in CredentialKind::ALL {
        for age in [100, 365, 4000] {
            let active = World::of(credential(kind).old(days(age)));
            check(&active, WARNED);
            if kind.can_be_deactivated() {
                let inactive = World::of(credential(kind).old(days(age)).inactive());
                check(&inactive, "warn deletion-ahead, writes deactivated");
            }
        }
    }
}

#[test]
fn a_130_day_key_used_today_is_only_warned() {
    check(&World::of(key().old(days(130)).used(now())), WARNED);
}

#[test]
fn a_warning_from_before_the_key_was_used_again_does_not_count() {
    let by_disuse = World::of(key().old(days(300)).used(ago(days(50))))
        .with_policy(|policy| policy.max_age = None);
    let stale_since = ago(days(5));
    check(&by_disuse.clone().recorded(Warned, stale_since - seconds(1)), WARNED);
    check(&by_disuse.clone().recorded(Warned, stale_since), WAITS);
    check(&by_disuse.recorded(Warned, ago(days(100))), WARNED);
}

#[test]
fn a_warning_for_age_counts_although_the_key_is_used() {
    let key = key().old(days(110)).used(ago(days(1)));
    check(&World::of(key).recorded(Warned, ago(NOTICE)), OFF);
}

#[test]
fn a_warned_key_that_was_used_again_is_let_off() {
    let key = key().old(days(80)).used(ago(days(1)));
    let world = World::of(key).recorded(Warned, ago(days(10)));
    check(&world, "keep fresh-again, removes the record");
}

#[test]
fn a_run_that_was_missed_shortens_no_notice_and_loses_none() {
    let at = ago(days(60));
    let world = World::of(key().old(days(200))).recorded(Warned, at);
    check(&world.clone().at(at + days(13)), WAITS);
    check(&world.clone().at(at + days(15)), OFF);
    check(&world.at(at + days(50)), OFF);
}

#[test]
fn only_a_warning_makes_a_deactivation() {
    for state in [Deactivating, Deactivated, Announced, Deleting, Reactivated] {
        let stale = World::of(key().old(days(300))).recorded(state, ago(days(60)));
        check(&stale, WARNED);
        let fresh = World::of(key()).recorded(state, ago(days(5)));
        check(&fresh, "keep fresh-again, removes the record");
    }
}

#[test]
fn a_warning_of_another_credential_does_not_count() {
    let world = World::of(key().old(days(200)));
    let other = key_id("AKIAEXAMPLEEXAMPLE02");
    let state = Warned.state(ago(days(51)), None, Cause::Stale);
    let plan = world.remember(other, Record { user: "Alice".into(), created: None, state }).plan();
    let decided: Vec<_> = plan.decisions.iter().map(describe).collect();
    assert_eq!(decided, [WARNED, "keep gone, removes the record"]);
}

#[test]
fn a_warning_about_an_earlier_password_does_not_count() {
    let password = credential(CredentialKind::Password).old(days(60));
    let world = World::of(password).recorded(Warned, ago(days(14)));
    check(&world, OFF);
    let mut changed = world.clone();
    changed.credentials[0].created = ago(days(60) - seconds(1));
    check(&changed, WARNED);
}

#[test]
fn a_warning_dated_ahead_of_its_time_is_not_believed() {
    let world = World::of(key().old(days(200)));
    check(&world.clone().recorded(Warned, now() + days(1)), WAITS);
    check(&world.clone().recorded(Warned, now() + days(1) + seconds(1)), WARNED);
    check(&world.recorded(Warned, Timestamp::MAX), WARNED);
}

#[test]
fn a_warning_that_was_lost_is_given_again() {
    let world = World::of(key().old(days(200))).recorded(Warned, ago(NOTICE));
    check(&world, OFF);
    let lost = World { memory: UserMemory::default(), ..world };
    check(&lost, WARNED);
    check_around(now() + NOTICE, &carried_out(lost, now()), [WAITS, OFF, OFF]);
}

#[test]
fn two_active_keys_are_judged_each_by_itself() {
    let mut world = World::of(key().old(days(200))).recorded(Warned, ago(NOTICE));
    world.credentials.push(Credential { id: key_id("AKIAEXAMPLEEXAMPLE02"), ..key() });
    let decided: Vec<_> = world.plan().decisions.iter().map(describe).collect();
    assert_eq!(decided, [OFF, "keep fresh"]);
}

/// What each step writes before and after the change, and which notice goes out.
#[test]
fn a_deactivation_is_recorded_before_it_is_made_and_after_its_notice() {
    for kind in CredentialKind::ALL {
        for (delete, due) in [(true, Some(now() + GRACE)), (false, None)] {
            let world = World::of(credential(kind).old(days(200))).recorded(Warned, ago(NOTICE));
            let decision = world.with_policy(|policy| policy.delete = delete).decision();
            let Step::Deactivate { before, notice, after } = &decision.step else { panic!() };
            let (since, cause) = (now(), Cause::Stale);
            assert_eq!(before.state, State::Deactivating { since, cause: cause.clone() });
            // A password is deleted, so nothing is left to record.
            let kept = kind.can_be_deactivated();
            let state = State::Deactivated { since, due, cause };
            assert_eq!(after.as_ref().map(|after| &after.state), kept.then_some(&state));
            let news = News::Deactivated { kept_until: due.filter(|_| kept) };
            assert_eq!((&notice.news, notice.exposed), (&news, false));
            assert_eq!(notice.because, decision.reason.to_string());
            assert_eq!((before.created, &before.user), (Some(ago(days(200))), &"Alice".into()));
        }
    }
}

#[test]
fn a_deletion_is_recorded_before_it_is_made() {
    let (since, due) = (ago(days(35)), ago(days(1)));
    for cause in [Cause::Stale, Cause::ByHand, Cause::Superseded(replacement())] {
        for state in [Announced, Deleting] {
            let state = state.state(since, Some(due), cause.clone());
            let world = World::of(key().old(days(200)).inactive()).in_state(state);
            let Step::Delete { before, notice } = world.decision().step else { panic!() };
            assert_eq!(before.state, State::Deleting { since, due, cause: cause.clone() });
            assert_eq!((notice.news, notice.exposed), (News::Deleted, false));
        }
    }
}
