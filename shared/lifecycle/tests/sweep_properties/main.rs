//! What holds for every decision of a sweep, whatever the facts, and for years of sweeps, whatever happens between them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test may panic outside its own function too"
)]

mod account;
mod events;
mod executor;
mod reminders;
mod worlds;

use lifecycle::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use lifecycle::exemption::Exemption;
use lifecycle::identifiers::UserName;
use lifecycle::record::{Record, Remembered, State};
use lifecycle::sweep::{
    Action, Decision, Inventory, Look, Memory, Reason, Rule, Step, UserFacts, evaluate,
};
use proptest::prelude::*;
use proptest::test_runner::FileFailurePersistence;

use account::{Account, Announcement, Deletion};
use events::{event, rules};
use worlds::{World, days, world};

/// Failures are remembered in a file next to this one. What is flat-mapped shrinks slowly, and a larger example now is better than the smallest in minutes.
fn config(cases: u32) -> ProptestConfig {
    let beside = FileFailurePersistence::WithSource("regressions");
    ProptestConfig {
        cases,
        failure_persistence: Some(Box::new(beside)),
        max_shrink_time: 3000,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn every_credential_that_is_swept_is_decided_on_once(world in world()) {
        let plan = world.plan();
        let swept = |held: &&Credential| world.policy.kinds.contains(&held.id.kind());
        for held in world.credentials.iter().filter(swept) {
            let id = Some(&held.id);
            prop_assert_eq!(plan.decisions.iter().filter(|it| it.subject.id.as_ref() == id).count(), 1);
        }
        let about = plan.decisions.iter().filter(|it| it.reason != Reason::Gone);
        prop_assert_eq!(about.count(), world.credentials.iter().filter(swept).count());
    }

    #[test]
    fn only_inactive_credentials_are_deleted_and_only_active_or_interrupted_ones_deactivated(world in world()) {
        for decision in world.plan().decisions.iter().filter(|it| it.reason != Reason::Gone) {
            let active = decision.subject.status == CredentialStatus::Active;
            match decision.action() {
                Action::Delete => {
                    prop_assert!(!active && world.policy.delete);
                    prop_assert_ne!(decision.subject.kind, CredentialKind::Password);
                }
                Action::Deactivate => {
                    let interrupted = matches!(decision.reason, Reason::Interrupted { .. });
                    prop_assert!(active || interrupted);
                }
                Action::Keep | Action::Report | Action::Warn => {}
            }
            let unrecognized = matches!(decision.subject.status, CredentialStatus::Unrecognized(_));
            prop_assert!(!unrecognized || decision.action() == Action::Report);
        }
    }

    #[test]
    fn what_is_unknown_is_never_stale(world in world()) {
        for decision in world.plan().decisions.iter().filter(|it| it.reason != Reason::Gone) {
            let known = decision.subject.last_use != LastUse::Unknown;
            let keeps_one = decision.subject.kind.has_last_use();
            // An inactive credential gets its first record, and an interrupted deactivation is only announced.
            let harmless = matches!(decision.reason, Reason::DeletionAhead { .. } | Reason::Interrupted { .. });
            if keeps_one && !known && !harmless {
                prop_assert!(decision.action() <= Action::Report, "{decision:?}");
            }
        }
    }

    #[test]
    fn nothing_that_was_used_within_the_limit_is_called_idle(world in world()) {
        for decision in world.plan().decisions {
            for rule in decision.reason.rules() {
                if let Rule::Idle { limit, .. } = rule {
                    prop_assert_eq!(Some(*limit), world.policy.max_idle);
                    prop_assert!(world.now.duration_since(decision.subject.created) >= *limit);
                    if let LastUse::At(used) = decision.subject.last_use {
                        prop_assert!(world.now.duration_since(used) >= *limit);
                    }
                }
            }
        }
    }

    #[test]
    fn what_is_exempt_is_left_alone(world in world()) {
        for decision in world.plan().decisions.iter().filter(|it| it.reason != Reason::Gone) {
            let id = decision.subject.id.as_ref().unwrap();
            let tagged = Exemption::find(&world.user.tags, id).any(|it| it.counts(world.now));
            if tagged || !world.policy.exempt.users.is_empty() {
                let told = matches!(decision.reason, Reason::Interrupted { .. }) && !decision.takes_away();
                prop_assert!(decision.action() <= Action::Report || told, "{decision:?}");
            }
        }
    }

    #[test]
    fn only_what_was_announced_for_a_date_that_is_over_is_deleted(world in world()) {
        let deleted = |it: &&Decision| it.action() == Action::Delete && it.reason != Reason::Gone;
        for decision in world.plan().decisions.iter().filter(deleted) {
            let record = world.record(decision).unwrap();
            let announced = matches!(record.state, State::DeletionAnnounced { .. } | State::Deleting { .. });
            prop_assert!(announced && record.due().is_some_and(|due| due <= world.now), "{record:?}");
        }
    }

    #[test]
    fn an_interrupted_deactivation_is_told_of_and_takes_nothing_away(world in world()) {
        for decision in world.plan().decisions.iter().filter(|it| it.reason != Reason::Gone) {
            let interrupted = matches!(decision.reason, Reason::Interrupted { .. });
            let state = world.record(decision).map(|record| record.state);
            let inactive = decision.subject.status == CredentialStatus::Inactive;
            let clear = decision.reason != Reason::DateInFuture;
            let exposed = world.record(decision).is_some_and(|record| record.is_of_exposure());
            let rotated = decision.subject.kind == CredentialKind::AccessKey && world.binding().leaves_to_rotation();
            if inactive && clear && matches!(state, Some(State::Deactivating { .. })) && (exposed || !rotated) {
                prop_assert!(interrupted, "{decision:?}");
            }
            prop_assert!(!interrupted || !decision.takes_away());
        }
    }

    #[test]
    fn what_is_written_over_an_exposure_stays_one(world in world()) {
        for decision in world.plan().decisions.iter().filter(|it| it.reason != Reason::Gone) {
            let Some(record) = world.record(decision).filter(Record::is_of_exposure) else { continue };
            let ended = !record.says_inactive();
            let mut due = record.due();
            match &decision.step {
                Step::Keep(Memory::Write(after)) | Step::Report(Memory::Write(after)) | Step::Warn { after, .. } => {
                    due = after.due();
                    prop_assert_eq!(after.cause(), record.cause());
                }
                Step::Keep(Memory::Remove) | Step::Report(Memory::Remove) => {
                    prop_assert!(ended, "forgotten: {:?}", decision);
                }
                Step::Deactivate { before, after, .. } => {
                    prop_assert_eq!(before.cause(), record.cause());
                    if let Some(after) = after {
                        prop_assert_eq!((after.cause(), after.due()), (record.cause(), None));
                    }
                }
                Step::Delete { before, .. } => prop_assert_eq!(before.cause(), record.cause()),
                Step::Complete { after, .. } => {
                    let cause = after.as_ref().map(Record::cause);
                    prop_assert_eq!(cause, Some(record.cause()));
                }
                Step::Keep(Memory::Unchanged) | Step::Report(Memory::Unchanged) => {}
            }
            if decision.subject.status == CredentialStatus::Active && !ended {
                prop_assert!(decision.action() == Action::Report, "{decision:?}");
                let deactivating = matches!(record.state, State::Deactivating { .. });
                prop_assert!(due.is_none() || deactivating, "its date is over when it comes back: {decision:?}");
            }
        }
    }

    #[test]
    fn a_key_that_the_rotation_may_own_is_never_touched_and_neither_is_its_record(world in world()) {
        let keys = |it: &&Decision| it.subject.kind == CredentialKind::AccessKey;
        let rotated = world.binding().leaves_to_rotation();
        for decision in world.plan().decisions.iter().filter(keys).filter(|_| rotated) {
            prop_assert_ne!(&decision.reason, &Reason::Gone);
            let record = world.memory.record(decision.subject.id.as_ref().unwrap());
            let exposed = record.readable().is_some_and(Record::is_of_exposure);
            let completed = exposed && matches!(decision.step, Step::Complete { .. });
            prop_assert!(completed || decision.action() <= Action::Report, "{decision:?}");
            prop_assert!(exposed || decision.changes_nothing(), "{decision:?}");
        }
    }

    #[test]
    fn a_record_that_cannot_be_read_is_neither_overwritten_nor_acted_upon(world in world()) {
        for decision in world.plan().decisions {
            let record = world.memory.record(decision.subject.id.as_ref().unwrap());
            if matches!(record, Remembered::Unreadable(_)) {
                prop_assert!(decision.action() == Action::Report && decision.changes_nothing(), "{decision:?}");
            }
        }
    }

    #[test]
    fn the_order_of_the_facts_does_not_change_the_plan(
        (one, other, credentials) in (world(), world()).prop_flat_map(|(one, other)| {
            let credentials = Just(one.credentials.clone()).prop_shuffle();
            (Just(one), Just(other), credentials)
        })
    ) {
        let user = UserFacts { name: UserName::new("Bob"), ..other.user.clone() };
        let bob = Inventory { user, ..other.inventory() };
        let plan = evaluate(&one.policy, &[one.inventory(), bob.clone()], one.now);
        prop_assert_eq!(&plan, &evaluate(&one.policy, &[one.inventory(), bob.clone()], one.now));
        let shuffled = World { credentials, ..one };
        prop_assert_eq!(&plan, &evaluate(&shuffled.policy, &[bob, shuffled.inventory()], shuffled.now));
    }

    #[test]
    fn the_triage_settles_nobody_for_whom_anything_would_be_done(world in world()) {
        let triage = world.look(&world.row());
        let plan = world.plan();
        match triage.look {
            Look::None => {
                prop_assert!(plan.decisions.iter().all(|it| it.changes_nothing()), "{plan:?}");
                prop_assert!(triage.decisions.iter().all(|it| it.changes_nothing()), "{triage:?}");
            }
            Look::Warnable => prop_assert_eq!(plan.taken_away(), 0),
            Look::Removable => {}
        }
        let mut mirrored = world.row();
        mirrored.access_keys.reverse();
        let again = world.look(&mirrored);
        prop_assert_eq!(triage.look, again.look, "the order of the report's columns means nothing");
    }
}

proptest! {
    #![proptest_config(config(256))]

    /// The account itself checks every decision against what really happened.
    #[test]
    fn years_of_sweeps_keep_every_promise(
        policy in rules(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let mut account = Account::new(policy);
        for event in events {
            account.undergo(event);
        }
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn nothing_is_deleted_without_an_announcement_by_a_run_that_saw_it_inactive(
        policy in rules(),
        events in prop::collection::vec(event(), 1..120),
    ) {
        let window = days(7).min(policy.grace / 2);
        let mut account = Account::new(policy);
        for event in events {
            account.undergo(event);
        }
        for deletion in &account.deletions {
            let counts = |it: &Announcement| announces(it, deletion) && it.at + window <= deletion.at;
            prop_assert!(account.announcements.iter().any(counts), "{deletion:?}");
        }
    }
}

/// Whether this announcement is of this deletion: the credential was inactive, nothing was known of it since that speaks against it, and the date was told.
fn announces(announcement: &Announcement, deletion: &Deletion) -> bool {
    let Announcement { id, at, due, inactive } = announcement;
    let unused = !matches!(deletion.last_use, LastUse::At(used) if used > *at);
    let stayed = deletion.seen_active.is_none_or(|seen| seen < *at);
    *id == deletion.id && *inactive && unused && stayed && *due <= deletion.at
}

#[test]
fn the_accounts_of_these_properties_see_deletions_of_every_kind() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeMap::new();
    for _ in 0..64 {
        let histories = (rules(), prop::collection::vec(event(), 1..120));
        let (policy, events) = histories.new_tree(&mut runner).unwrap().current();
        let mut account = Account::new(policy);
        for event in events {
            account.undergo(event);
        }
        for deletion in account.deletions {
            *seen.entry(deletion.id.kind()).or_insert(0) += 1;
        }
    }
    let deletable = CredentialKind::ALL.into_iter().filter(|kind| kind.can_be_deactivated());
    for kind in deletable {
        assert!(seen.get(&kind).is_some_and(|&count| count >= 5), "{kind}: {seen:?}");
    }
}

#[test]
fn the_worlds_of_these_properties_reach_every_decision() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..8192 {
        for decision in world().new_tree(&mut runner).unwrap().current().plan().decisions {
            seen.insert(format!("{}:{}", decision.action(), decision.reason.as_str()));
        }
    }
    let all = "deactivate:gone deactivate:interrupted deactivate:stale delete:gone \
        delete:grace-over keep:deletion-off keep:exempt keep:expires-first keep:fresh keep:fresh-again keep:gone \
        keep:grace-running keep:held-by-secret keep:notice-running report:binding-tag-gone \
        report:date-in-future report:exposed-and-active report:last-use-unknown report:record-unreadable report:rotation-overdue \
        report:status-unrecognized warn:deactivation-reminder warn:deletion-ahead warn:deletion-reminder warn:stale";
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>().join(" "), all);
}
