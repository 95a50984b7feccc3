//! Everything that a move writes: the lease, the records, the completion.

use super::*;
use crate::sweep::News;

fn created(world: &World) -> (Vec<Removal>, RotationMemory) {
    let decided = world.decide(RotationStep::CreateSecret);
    let Move::CreateKey { after_removing, lease } = decided else { panic!("{decided:?}") };
    (after_removing, lease)
}

fn lease() -> Attempt {
    let created = ago(days(90));
    Attempt { token: TOKEN.into(), from: now(), until: now() + LIFETIME, created, key: None }
}

fn remembered(attempt: Option<Attempt>, last_success: Option<Timestamp>) -> RotationMemory {
    let (user, secret) = ("ci".into(), secret());
    RotationMemory { user, secret, attempt, last_success, unbound_told: None }
}

#[test]
fn a_lease_says_who_wants_a_key_from_when_to_when_and_which_key_it_replaces() {
    let odd = "2026-11-21T03:00:00.75Z".parse().unwrap();
    for now in [now(), odd] {
        let (removed, after) = created(&World::healthy().at(now));
        assert_eq!((removed, after), (Vec::new(), remembered(Some(lease()), None)));
    }
}

#[test]
fn a_lease_keeps_what_is_remembered_of_the_same_secret_but_for_an_earlier_attempt() {
    let mut world = World::healthy().attempt("an older token", ago(days(2)), ago(days(2)));
    let Remembered::Readable(rotation) = &mut world.rotation else { panic!() };
    (rotation.last_success, rotation.unbound_told) = (Some(ago(days(90))), Some(ago(days(1))));
    assert_eq!(created(&world).1, remembered(Some(lease()), Some(ago(days(90)))));
    let Remembered::Readable(rotation) = &mut world.rotation else { panic!() };
    rotation.secret = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:b".parse().unwrap();
    assert_eq!(created(&world).1, remembered(Some(lease()), None), "success of another secret");
}

#[test]
fn a_removal_is_recorded_before_it_is_made_and_reported_unless_it_is_of_an_orphan() {
    let removal = |world: &World| created(world).0.remove(0);
    let superseded = removal(&World::healthy().previous(key("P").superseded(ago(days(60)))));
    let cause = Cause::Superseded(replacement("first"));
    let (since, due) = (now(), now());
    let before = superseded.before.unwrap();
    assert_eq!(before.state, State::Deleting { since, due, cause });
    let notice = superseded.notice.unwrap();
    assert_eq!(
        (notice.news, notice.because),
        (News::Deleted, RemovalReason::Superseded.to_string())
    );
    let (since, due) = (ago(days(40)), ago(days(9)));
    let state = State::Deactivated { since, due: Some(due), cause: Cause::Stale };
    let deactivated = removal(&World::healthy().with(key("P").inactive().in_state(state)));
    let before = deactivated.before.unwrap();
    assert_eq!(before.state, State::Deleting { since, due, cause: Cause::Stale });
    let orphan = key("O").created(ago(SignedDuration::from_hours(1)));
    let orphan = removal(&World::healthy().attempt_an_hour_ago().with(orphan));
    assert_eq!((orphan.before, orphan.notice), (None, None), "nobody ever held it");
}

#[test]
fn the_notice_of_a_removal_says_that_the_key_was_exposed() {
    let cause = Cause::Exposed { event: None };
    let world = World::healthy().with(key("P").deactivated_for(cause, ago(days(31))));
    assert!(created(&world).0.remove(0).notice.unwrap().exposed);
}

#[test]
fn a_key_is_recorded_as_superseded_from_now_on_by_the_version_that_is_current() {
    let odd = "2026-11-21T03:00:00.75Z".parse().unwrap();
    let decided = World::healthy().previous(key("P")).at(odd).decide(RotationStep::CreateSecret);
    let Move::RecordSuperseded { key, record } = decided else { panic!("{decided:?}") };
    let by = replacement("first");
    assert_eq!(record.state, State::Superseded { since: now(), by, reminded: None });
    assert_eq!((key, record.created), (key_id("P"), Some(ago(days(180)))));
}

#[test]
fn a_promotion_supersedes_the_current_key_and_ends_the_attempt() {
    let world = World::healthy().attempt_an_hour_ago().names("N").pending("N");
    let decided = world.decide(RotationStep::FinishSecret);
    let Move::Promote { from, then } = decided else { panic!("{decided:?}") };
    assert_eq!((from, then.key), ("first".into(), key_id("N")));
    assert_eq!(then.after, remembered(None, Some(now())));
    let superseded = then.superseded.unwrap();
    assert_eq!((superseded.key, superseded.kept_until), (key_id("C"), now() + OVERLAP));
    let record = superseded.record.unwrap();
    let by = replacement(TOKEN);
    assert_eq!(record.state, State::Superseded { since: now(), by, reminded: None });
    assert_eq!(record.created, Some(ago(days(90))), "as the attempt says");
}

#[test]
fn a_promotion_of_which_nothing_is_remembered_is_completed_all_the_same() {
    let decided = World::healthy().pending("N").decide(RotationStep::FinishSecret);
    let Move::Promote { then, .. } = decided else { panic!("{decided:?}") };
    assert_eq!(then.after, remembered(None, Some(now())));
    assert_eq!(then.superseded.unwrap().record.unwrap().created, None);
}

#[test]
fn a_record_of_an_earlier_invocation_is_not_written_again() {
    let at = ago(SignedDuration::from_mins(30));
    let complete = |slot: KeySlot| {
        let mut world = World::promoted().attempt_an_hour_ago();
        world.keys[1] = slot;
        let Move::CompletePromotion(then) = world.decide(RotationStep::FinishSecret) else {
            panic!()
        };
        assert_eq!(then.after, remembered(None, Some(now())));
        then.superseded.unwrap()
    };
    let written = complete(key("P").superseded_by(TOKEN, at));
    assert_eq!((written.record, written.kept_until), (None, at + OVERLAP));
    for outdated in
        [key("P"), key("P").superseded(at), key("P").warned(at), key("P").deactivated(at)]
    {
        let superseded = complete(outdated);
        assert_eq!(superseded.kept_until, now() + OVERLAP);
        assert_eq!(superseded.record.unwrap().since(), now());
    }
}

#[test]
fn a_rotation_of_another_token_is_not_completed() {
    let mut world = World::promoted().attempt("another token", ago(days(1)), ago(days(1)));
    check(RotationStep::FinishSecret, &world, "nothing: AlreadyFinished");
    world.versions.others.clear();
    check(RotationStep::FinishSecret, &world, "nothing: AlreadyFinished");
}
