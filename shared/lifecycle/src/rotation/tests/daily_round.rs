//! The daily round: keys that are held, exempt or unclear, and records that are about the past.

use super::*;
use crate::exemption::EXEMPT_TAG;
use crate::sweep::{Action, News, Reason, Step};

const SUPERSEDED: &str = "keep overlap-running, writes superseded";
const COMPLETED: &str = "deactivate interrupted, writes deactivated";

/// Every state that a key can be recorded in, long ago and with its date over.
fn states(cause: &Cause) -> Vec<State> {
    let (since, due, told) = (ago(days(60)), ago(days(1)), ago(days(8)));
    let cause = || cause.clone();
    vec![
        State::Warned { since, due, reminded: None, cause: cause() },
        State::Superseded { since, by: replacement("first"), reminded: None },
        State::Superseded { since, by: replacement("another"), reminded: None },
        State::Deactivating { since, cause: cause() },
        State::Deactivated { since, due: Some(due), cause: cause() },
        State::DeletionAnnounced { since, due, told, cause: cause() },
        State::Deleting { since, due, cause: cause() },
        State::Reactivated { since, cause: cause() },
    ]
}

fn causes() -> [Cause; 4] {
    let event = Some("AWS_RISK_CREDENTIALS_EXPOSED".to_owned());
    [Cause::Stale, Cause::ByHand, Cause::Superseded(replacement("first")), Cause::Exposed { event }]
}

/// A key in every state, active and inactive, and without a record.
fn slots(id: &str) -> Vec<KeySlot> {
    let recorded = causes().into_iter().flat_map(|cause| states(&cause));
    let slots = recorded.map(|state| key(id).in_state(state)).chain([key(id)]);
    slots.flat_map(|slot| [slot.clone(), slot.inactive()]).collect()
}

fn is_interrupted(decision: &Decision) -> bool {
    matches!(decision.reason, Reason::Interrupted { .. })
}

#[test]
fn current_pending_and_labelled_keys_are_never_touched_whatever_their_records_say() {
    for slot in slots("H") {
        let mut current = World::healthy().without_keys().with(slot.clone());
        current.versions.current.key = key_id("H");
        let healthy = || World::healthy().with(slot.clone());
        for held in [
            current,
            healthy().pending("H"),
            healthy().holds("blue", "H"),
            healthy().holds("blue", "H").holds("AWSPREVIOUS", "H"),
            healthy().holds("AWSPENDING", "H"),
        ] {
            let decision = held.judged("H");
            let untouched = decision.action() <= Action::Report || is_interrupted(&decision);
            assert!(untouched && !decision.takes_away(), "{decision:?} given {held:#?}");
        }
    }
}

#[test]
fn the_record_of_a_held_key_stays_but_for_a_warning() {
    let held = |slot: KeySlot| World::healthy().with(slot).pending("N");
    check_round(&held(key("N")), "N", "keep held-by-secret");
    check_round(
        &held(key("N").warned(ago(days(20)))),
        "N",
        "keep held-by-secret, removes the record",
    );
    for cause in causes() {
        for state in states(&cause).into_iter().skip(1) {
            check_round(&held(key("N").in_state(state)), "N", "keep held-by-secret");
        }
    }
}

#[test]
fn a_label_keeps_a_key_and_voids_its_warning() {
    let world = |slot: KeySlot| World::healthy().with(slot).holds("blue", "P").holds("green", "P");
    let decision = world(key("P")).judged("P");
    assert_eq!(decision.reason, Reason::HeldByLabel { label: "blue".to_owned() });
    let voided = "keep held-by-label, removes the record";
    check_round(&world(key("P").warned(ago(days(20)))), "P", voided);
    check_round(&world(key("P").superseded(ago(days(60)))), "P", "keep held-by-label");
}

#[test]
fn an_exempt_key_is_kept_and_its_warning_is_void() {
    let own = format!("{EXEMPT_TAG}:P");
    for tag in [EXEMPT_TAG, own.as_str()] {
        for slot in
            [key("P"), key("P").superseded(ago(days(60))), key("P").deactivated(ago(days(99)))]
        {
            let decision = World::healthy().previous(slot).judged_with("P", Some((tag, "")));
            assert_eq!((decision.action(), decision.reason.as_str()), (Action::Keep, "exempt"));
            assert!(decision.changes_nothing());
        }
        let warned = World::healthy().with(key("P").warned(ago(days(20))));
        let decided = warned.judged_with("P", Some((tag, "")));
        let decided = crate::sweep::tests::describe(&decided);
        assert_eq!(decided, "keep exempt, removes the record");
    }
    let world = World::healthy().previous(key("P").superseded(ago(days(60))));
    let other = world.judged_with("P", Some(("keysteward:exempt:C", "")));
    assert_eq!(other.action(), Action::Deactivate);
}

#[test]
fn an_exemption_ends_exactly_when_it_says() {
    let edge = now() + days(3);
    let world = World::healthy().previous(key("P").superseded(ago(days(60))));
    let until = format!("until={edge} reason=freeze");
    for (offset, expected) in [(-1, Action::Keep), (0, Action::Deactivate), (1, Action::Deactivate)]
    {
        let world = world.clone().at(edge + seconds(offset));
        let decision = world.judged_with("P", Some((EXEMPT_TAG, until.as_str())));
        assert_eq!(decision.action(), expected, "{offset} s from the edge");
    }
}

#[test]
fn a_record_that_cannot_be_read_is_reported_and_kept() {
    for slot in [key("P").record_unreadable(), key("P").record_unreadable().inactive()] {
        for world in [
            World::healthy().with(slot.clone()),
            World::healthy().previous(slot.clone()),
            World::healthy().with(slot.clone()).pending("P"),
        ] {
            check_round(&world, "P", "report record-unreadable");
        }
    }
}

#[test]
fn the_record_of_a_key_that_is_gone_is_removed_unless_it_cannot_be_read() {
    let gone = |slot: KeySlot| {
        let world = World::healthy();
        let memory = World { keys: vec![slot], ..World::healthy() }.memory();
        world.ask(|facts| round(&ci(), &Facts { memory: &memory, ..*facts }))
    };
    for cause in causes() {
        for state in states(&cause) {
            let deleted = matches!(state, State::Deleting { .. });
            let decisions = gone(key("G").in_state(state));
            let of_gone = decisions.iter().find(|it| it.reason == Reason::Gone).unwrap();
            let expected = if deleted { "delete gone" } else { "keep gone" };
            let decided = crate::sweep::tests::describe(of_gone);
            assert_eq!(decided, format!("{expected}, removes the record"));
        }
    }
    let unreadable = gone(key("G").record_unreadable());
    assert!(unreadable.iter().all(|it| it.reason != Reason::Gone), "nobody knows what it says");
}

#[test]
fn a_status_or_a_date_that_is_unclear_is_reported() {
    for status in [CredentialStatus::Expired, CredentialStatus::Unrecognized("New".to_owned())] {
        for slot in slots("P") {
            let world = World::healthy().previous(slot.status(status.clone()));
            check_round(&world, "P", "report status-unrecognized");
        }
    }
    let superseded = || key("P").superseded(ago(days(60)));
    let (slack, late) = (now() + seconds(60), now() + seconds(61));
    let previous = |slot: KeySlot| World::healthy().previous(slot);
    check_round(&previous(superseded().used(late)), "P", "report date-in-future");
    check_round(&previous(superseded().created(late)), "P", "report date-in-future");
    check_round(
        &previous(superseded().used(slack)),
        "P",
        "warn superseded-in-use, writes superseded",
    );
}

#[test]
fn an_interrupted_deactivation_is_completed_whoever_is_exempt_or_holds_the_key_by_now() {
    for cause in causes() {
        let since = ago(days(1));
        let slot =
            key("P").inactive().in_state(State::Deactivating { since, cause: cause.clone() });
        for world in [
            World::healthy().with(slot.clone()),
            World::healthy().previous(slot.clone()),
            World::healthy().with(slot.clone()).holds("blue", "P"),
            World::healthy().with(slot.clone()).pending("P"),
        ] {
            for tag in [None, Some((EXEMPT_TAG, ""))] {
                let decision = world.judged_with("P", tag);
                assert_eq!(crate::sweep::tests::describe(&decision), COMPLETED);
                assert!(!decision.takes_away());
                let Step::Complete { notice, after, .. } = decision.step else { panic!() };
                let due = Some(now() + GRACE).filter(|_| !matches!(cause, Cause::Exposed { .. }));
                let cause = cause.clone();
                let news = match cause.clone() {
                    Cause::Exposed { event } => News::ExposedAndDeactivated { event },
                    Cause::Stale | Cause::ByHand | Cause::Superseded(_) => {
                        News::Deactivated { kept_until: due }
                    }
                };
                assert_eq!(notice.news, news);
                let state = State::Deactivated { since: now(), due, cause };
                assert_eq!(after.map(|after| after.state), Some(state));
            }
        }
    }
}

#[test]
fn an_exposed_key_is_reported_while_it_is_active_and_kept_as_evidence_once_it_is_not() {
    let [.., exposed] = causes();
    for state in states(&exposed).into_iter().filter(|it| !matches!(it, State::Superseded { .. })) {
        let (slot, was) = (key("P").in_state(state.clone()), state.as_str());
        let inactive = World::healthy().previous(slot.clone().inactive());
        if !matches!(state, State::Deactivating { .. }) {
            check_round(&inactive, "P", "keep held-by-secret");
        }
        let decision = World::healthy().previous(slot).judged("P");
        // What an operator took back, or never lost, is a key like any other.
        if !matches!(state, State::Warned { .. } | State::Reactivated { .. }) {
            assert_eq!(decision.reason, Reason::ExposedAndActive, "{was}");
            assert_eq!(decision.action(), Action::Report);
        }
    }
}

#[test]
fn the_round_decides_on_every_key_once_and_in_the_order_of_ids() {
    let world = World::healthy().with(key("B")).previous(key("A").superseded(ago(days(60))));
    let decisions = world.ask(|facts| round(&ci(), facts));
    let ids: Vec<_> = decisions.iter().filter_map(|it| it.subject.id.as_ref()).collect();
    let expected = ["A", "B", "C"].map(|id| CredentialId::from(&key_id(id)));
    assert_eq!(ids, expected.iter().collect::<Vec<_>>());
}

#[test]
fn a_previous_key_without_a_record_starts_its_overlap() {
    check_round(&World::healthy().previous(key("P")), "P", SUPERSEDED);
    check_round(&World::healthy().previous(key("P").inactive()), "P", SUPERSEDED);
    check_round(&World::healthy().previous(key("P").used(now())), "P", SUPERSEDED);
}
