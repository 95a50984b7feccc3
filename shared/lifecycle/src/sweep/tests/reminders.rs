//! When an owner is told again.

use super::*;
use crate::exemption::EXEMPT_TAG;
use Recorded::{Announced, Deactivated, Deactivating, Deleting, Reactivated, Superseded, Warned};

const WAITS: &str = "keep notice-running";
const AGAIN: &str = "warn deactivation-reminder, writes warned";
const OFF: &str = "deactivate stale";
const STAYS: &str = "keep grace-running";
const ONCE_MORE: &str = "warn deletion-reminder, writes deletion-announced";
const DELETED: &str = "delete grace-over";

fn reminders(spans: &[SignedDuration]) -> Reminders {
    Reminders::before(spans.iter().copied()).unwrap()
}

/// Reminders 14, 7 and 1 days before, and these waiting times.
fn reminded(world: World, notice: SignedDuration, grace: SignedDuration) -> World {
    world.with_policy(|policy| {
        policy.reminders = reminders(&[days(14), days(7), days(1)]);
        (policy.notice, policy.grace) = (notice, grace);
    })
}

fn at() -> Timestamp {
    ago(days(5))
}

/// Warned of at `at()`, under this notice period.
fn warned(kind: CredentialKind, notice: SignedDuration) -> World {
    let world = World::of(credential(kind).old(days(200)));
    reminded(world, notice, GRACE).recorded_due(Warned, at(), Some(at() + notice))
}

/// Deactivated at `at()`, and announced at the first moment.
fn announced(kind: CredentialKind, grace: SignedDuration) -> World {
    let world = World::of(credential(kind).old(days(200)).inactive());
    let world = reminded(world, NOTICE, grace);
    let world = world.recorded_due(Deactivated, at(), Some(at() + grace));
    let told = at() + (grace - days(7).min(grace / 2));
    let record = written(&world.clone().at(told).decision());
    world.remember(credential(kind).id, record)
}

impl World {
    /// The only record, as it would be had the owner last been told then.
    fn told(mut self, at: Timestamp) -> Self {
        for record in self.memory.records.values_mut() {
            let Remembered::Readable(record) = record else { continue };
            if let State::Warned { reminded, .. } = &mut record.state {
                *reminded = Some(at);
            } else if let State::DeletionAnnounced { told, .. } = &mut record.state {
                *told = at;
            } else {
                panic!("nobody is told of {record:?}");
            }
        }
        self
    }
}

#[test]
fn reminders_are_spans_in_order_and_each_once() {
    let spans = |of: &[SignedDuration]| {
        Reminders::before(of.iter().copied()).map(|reminders| reminders.spans().collect::<Vec<_>>())
    };
    assert_eq!(spans(&[]), Some(Vec::new()));
    assert_eq!(
        spans(&[days(1), days(14), days(7), days(14)]),
        Some(vec![days(1), days(7), days(14)])
    );
    assert_eq!(spans(&[seconds(1)]), Some(vec![seconds(1)]));
    for none in [days(0), seconds(-1), days(-7), SignedDuration::MIN] {
        assert_eq!(spans(&[days(7), none]), None, "{none:?}");
    }
    assert_eq!(Reminders::default(), reminders(&[]));
}

#[test]
fn a_reminder_of_a_deactivation_is_due_exactly_so_long_before_it() {
    for kind in CredentialKind::ALL {
        let due = at() + days(40);
        let world = warned(kind, days(40));
        check_around(due - days(14), &world, [WAITS, AGAIN, AGAIN]);
        let world = world.told(due - days(14));
        check_around(due - days(7), &world, [WAITS, AGAIN, AGAIN]);
        let world = world.told(due - days(7));
        check_around(due - days(1), &world, [WAITS, AGAIN, AGAIN]);
        let world = world.told(due - days(1));
        check_around(due, &world, [WAITS, OFF, OFF]);
    }
}

#[test]
fn a_reminder_of_a_deletion_is_due_exactly_so_long_before_it() {
    for kind in CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated()) {
        let due = at() + GRACE;
        let world = announced(kind, GRACE);
        check_around(due - days(7), &world, [STAYS; 3]);
        check_around(due - days(1), &world, [STAYS, ONCE_MORE, ONCE_MORE]);
        check_around(due - days(1), &world.clone().told(due - days(1)), [STAYS; 3]);
        check_around(due, &world.told(due - days(1)), [STAYS, DELETED, DELETED]);
    }
}

#[test]
fn whoever_was_told_within_a_span_is_not_reminded_by_it() {
    for span in [14, 7, 1] {
        let due = at() + days(40);
        let edge = due - days(span);
        let world =
            warned(CredentialKind::AccessKey, days(40)).at(edge + SignedDuration::from_hours(12));
        for (told, expected) in
            [(edge - seconds(1), AGAIN), (edge, WAITS), (edge + seconds(1), WAITS)]
        {
            check(&world.clone().told(told), expected);
        }
    }
}

#[test]
fn a_warning_that_leaves_no_more_than_a_span_is_no_reason_to_remind_at_once() {
    for (notice, first) in [(15, 14), (14, 7), (10, 7), (8, 7), (7, 1), (2, 1)] {
        let world = warned(CredentialKind::AccessKey, days(notice));
        check(&world.clone().at(at()), WAITS);
        check_around(at() + days(notice - first), &world, [WAITS, AGAIN, AGAIN]);
    }
    let world = warned(CredentialKind::AccessKey, days(1));
    check_around(at() + days(1), &world, [WAITS, OFF, OFF]);
}

#[test]
fn an_announcement_that_leaves_no_more_than_a_span_is_no_reason_to_remind_at_once() {
    for grace in [3, 6, 14, 30] {
        let world = announced(CredentialKind::AccessKey, days(grace));
        let told = days(grace) - days(7).min(days(grace) / 2);
        check(&world.clone().at(at() + told), STAYS);
        check_around(at() + days(grace - 1), &world, [STAYS, ONCE_MORE, ONCE_MORE]);
    }
    for grace in [1, 2] {
        let world = announced(CredentialKind::AccessKey, days(grace));
        check_around(at() + days(grace), &world, [STAYS, DELETED, DELETED]);
    }
}

#[test]
fn several_that_were_missed_make_one() {
    let due = at() + days(40);
    for left in [days(13), days(6), SignedDuration::from_hours(23), seconds(1)] {
        let world = warned(CredentialKind::AccessKey, days(40)).at(due - left);
        check(&world, AGAIN);
        check(&carried_out(world, due - left), WAITS);
    }
    check(&warned(CredentialKind::AccessKey, days(40)).at(due), OFF);
}

#[test]
fn a_reminder_writes_down_that_it_was_given_and_changes_nothing_else() {
    let told = at() + days(7);
    let world = warned(CredentialKind::AccessKey, NOTICE);
    let before = world.memory.record(&key().id).readable().unwrap().clone();
    let (since, due, cause) = (at(), at() + NOTICE, Cause::Stale);
    let after = before.in_state(State::Warned { since, due, reminded: Some(told), cause });
    assert_eq!(written(&world.at(told).decision()), after);
    let due = now() + days(3);
    for cause in [Cause::Stale, Cause::Superseded(replacement()), exposed_cause()] {
        let announced = |told| State::DeletionAnnounced {
            since: ago(days(27)),
            due,
            told,
            cause: cause.clone(),
        };
        let inactive = reminded(World::of(key().old(days(200)).inactive()), NOTICE, GRACE);
        let inactive = inactive.in_state(announced(ago(days(4)))).at(due - days(1));
        assert_eq!(written(&inactive.decision()).state, announced(due - days(1)));
    }
}

#[test]
fn a_reminder_moves_no_deadline() {
    let due = at() + NOTICE;
    let world = carried_out(warned(CredentialKind::AccessKey, NOTICE), due - days(5));
    check_around(due, &carried_out(world, due - seconds(1)), [WAITS, OFF, OFF]);
    let due = at() + GRACE;
    let world = carried_out(announced(CredentialKind::AccessKey, GRACE), due - seconds(1));
    check_around(due, &world, [STAYS, DELETED, DELETED]);
}

#[test]
fn a_notice_period_that_was_made_longer_is_told_and_written_down_with_its_new_end() {
    let world = warned(CredentialKind::AccessKey, NOTICE).told(at() + days(13));
    let longer = world.with_policy(|policy| policy.notice = days(30));
    let until = at() + days(30);
    check_around(until - days(14), &longer, [WAITS, AGAIN, AGAIN]);
    let longer = carried_out(longer, until - days(14));
    let record = written(&longer.clone().at(until - days(7)).decision());
    assert_eq!((record.since(), record.due()), (at(), Some(until)));
    // What was promised holds, although the period is shorter again.
    let shorter = longer.with_policy(|policy| policy.notice = NOTICE);
    check_around(until, &carried_out(shorter, until - days(1)), [WAITS, OFF, OFF]);
}

#[test]
fn a_grace_that_was_made_longer_is_announced_anew_and_not_reminded_of() {
    let due = at() + GRACE;
    let world = announced(CredentialKind::AccessKey, GRACE);
    let longer = world.with_policy(|policy| policy.grace = days(60));
    check_around(due - days(1), &longer, [STAYS; 3]);
    let anew = "warn deletion-ahead, writes deletion-announced";
    check_around(at() + days(53), &longer, [STAYS, anew, anew]);
}

#[test]
fn a_time_to_come_is_not_believed_to_be_when_the_owner_was_told() {
    let due = at() + NOTICE;
    let world = warned(CredentialKind::AccessKey, NOTICE).at(due - days(6));
    check(&world.clone().told(due - days(6)), WAITS);
    for told in [due - days(6) + seconds(1), due, Timestamp::MAX] {
        check(&world.clone().told(told), AGAIN);
        check(&carried_out(world.clone().told(told), due - days(6)), WAITS);
    }
}

#[test]
fn only_a_warning_or_an_announcement_that_counts_is_followed_by_reminders() {
    let due = at() + NOTICE;
    let late = warned(CredentialKind::AccessKey, NOTICE).at(due - days(1));
    check(&late, AGAIN);
    check(&late.clone().with_policy(|policy| policy.reminders = Reminders::default()), WAITS);
    check(&late.clone().tag(EXEMPT_TAG, ""), "keep exempt, removes the record");
    check(&late.clone().held_by_secret(), "report rotation-overdue");
    check(&late.clone().rotated(Holding::Holds), "report binding-tag-gone");
    let mut used = late.clone().with_policy(|policy| policy.max_age = None);
    used.credentials[0].last_use = LastUse::At(now());
    check(&used, "keep fresh-again, removes the record");
    let mut unknown = late.clone();
    unknown.credentials[0].last_use = LastUse::Unknown;
    check(&unknown, "report last-use-unknown");
    // Nothing that counts was told: what was missed is a warning.
    let mut anew = late.clone().with_policy(|policy| policy.max_age = None);
    anew.credentials[0].last_use = LastUse::At(at() - days(45) + seconds(1));
    check(&anew, "warn stale, writes warned");
    for state in [Reactivated, Deactivated, Deactivating, Deleting, Announced, Superseded] {
        check(&late.clone().recorded_due(state, at(), Some(due)), "warn stale, writes warned");
    }
    check(&late.clone().record_unreadable(), "report record-unreadable");
    let mut lost = late.clone();
    lost.memory.records.clear();
    check(&lost, "warn stale, writes warned");
    let inactive = announced(CredentialKind::AccessKey, GRACE).at(at() + days(29));
    check(&inactive, ONCE_MORE);
    check(&inactive.clone().tag(EXEMPT_TAG, ""), "keep exempt");
    check(&inactive.clone().with_policy(|policy| policy.delete = false), "keep deletion-off");
    check(&inactive.recorded_due(Deleting, at(), Some(at() + GRACE)), STAYS);
}

#[test]
fn what_was_taken_back_is_reminded_of_in_its_next_notice_period() {
    let taken_back = reminded(World::of(key().old(days(200))), NOTICE, GRACE);
    let world = carried_out(taken_back.recorded(Reactivated, ago(days(1))), now());
    check_around(now() + days(7), &world, [WAITS, AGAIN, AGAIN]);
}
