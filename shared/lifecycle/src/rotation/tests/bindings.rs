//! Users whose tag is gone, and bindings that are remembered so that no other tool can end them by removing a tag.

use super::*;
use crate::sweep::Holding;

fn rotation(attempt: Option<Attempt>, unbound_told: Option<Timestamp>) -> RotationMemory {
    let last_success = Some(ago(days(30)));
    RotationMemory { user: "ci".into(), secret: secret(), attempt, last_success, unbound_told }
}

fn memory(rotation: RotationMemory) -> UserMemory {
    UserMemory { rotation: Remembered::Readable(rotation), ..UserMemory::default() }
}

fn attempt(from: Timestamp) -> Attempt {
    let (token, until, created) = (TOKEN.into(), from + LIFETIME, ago(days(90)));
    Attempt { token, from, until, created, key: None }
}

#[test]
fn a_lost_binding_is_reported_at_once_and_then_every_week() {
    for holding in [Holding::Holds, Holding::Unknown] {
        let told = rotation(None, Some(now()));
        let tell = LostBinding::Tell { secret: secret(), after: told.clone() };
        assert_eq!(lost_binding(&memory(rotation(None, None)), holding, now()), tell);
        let told = memory(told);
        let edge = now() + days(7);
        for (offset, waits) in [(-1, true), (0, false), (1, false)] {
            let decided = lost_binding(&told, holding, edge + seconds(offset));
            assert_eq!(
                decided == LostBinding::Wait,
                waits,
                "{offset} s from the edge: {decided:?}"
            );
        }
    }
}

#[test]
fn a_time_to_come_is_not_believed_to_be_when_a_lost_binding_was_reported() {
    for at in [now() + seconds(1), Timestamp::MAX] {
        let decided = lost_binding(&memory(rotation(None, Some(at))), Holding::Holds, now());
        assert!(matches!(decided, LostBinding::Tell { .. }), "{decided:?}");
    }
}

#[test]
fn what_is_remembered_of_the_rotation_stays_when_a_lost_binding_is_reported() {
    let old = attempt(ago(days(2)));
    let odd: Timestamp = "2026-11-21T03:00:00.9Z".parse().unwrap();
    let decided = lost_binding(&memory(rotation(Some(old.clone()), None)), Holding::Holds, odd);
    let after = rotation(Some(old), Some(now()));
    assert_eq!(decided, LostBinding::Tell { secret: secret(), after });
}

#[test]
fn a_rotation_that_was_ended_is_forgotten_but_not_under_a_running_attempt() {
    for holding in [Holding::Ended, Holding::Holds, Holding::Unknown] {
        let from = ago(days(1));
        let leased = memory(rotation(Some(attempt(from)), None));
        let edge = from + LIFETIME + Policy::CLOCK_SLACK;
        for (offset, waits) in [(-1, true), (0, true), (1, false)] {
            let decided = lost_binding(&leased, holding, edge + seconds(offset));
            assert_eq!(
                decided == LostBinding::Wait,
                waits,
                "{offset} s from the edge: {decided:?}"
            );
        }
    }
    let ended = lost_binding(&memory(rotation(None, Some(now()))), Holding::Ended, now());
    assert_eq!(ended, LostBinding::Forget);
}

#[test]
fn nothing_is_done_about_a_user_of_whom_no_rotation_is_remembered_or_can_be_read() {
    let unreadable = Remembered::Unreadable("from a newer version".to_owned());
    for rotation in [Remembered::Absent, unreadable] {
        let memory = UserMemory { rotation, ..UserMemory::default() };
        for holding in [Holding::Ended, Holding::Holds, Holding::Unknown] {
            assert_eq!(lost_binding(&memory, holding, now()), LostBinding::Wait);
        }
    }
}

fn to_remember(rotation: Remembered<RotationMemory>) -> Option<RotationMemory> {
    let world = World { rotation, ..World::healthy() };
    world.ask(binding_to_remember)
}

#[test]
fn the_binding_is_remembered_from_the_first_round_on() {
    let bare = RotationMemory { last_success: None, ..rotation(None, None) };
    assert_eq!(to_remember(Remembered::Absent), Some(bare.clone()));
    assert_eq!(to_remember(Remembered::Readable(bare)), None, "it is remembered already");
    assert_eq!(to_remember(Remembered::Readable(rotation(None, None))), None);
    assert_eq!(to_remember(Remembered::Unreadable(String::new())), None, "it is not overwritten");
}

#[test]
fn a_binding_that_came_back_is_reported_anew_when_it_is_lost_again() {
    let told = rotation(Some(attempt(ago(days(1)))), Some(ago(days(1))));
    let after = rotation(Some(attempt(ago(days(1)))), None);
    assert_eq!(to_remember(Remembered::Readable(told)), Some(after));
}

#[test]
fn a_binding_to_another_secret_keeps_the_attempt_and_nothing_else() {
    let other = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:other-AbCdEf";
    let old = RotationMemory {
        secret: other.parse().unwrap(),
        ..rotation(Some(attempt(ago(days(1)))), Some(ago(days(1))))
    };
    let after =
        RotationMemory { last_success: None, ..rotation(Some(attempt(ago(days(1)))), None) };
    assert_eq!(to_remember(Remembered::Readable(old)), Some(after));
}
