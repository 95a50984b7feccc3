//! What holds for reminders, however often runs take place and fail.

use jiff::{SignedDuration, Timestamp};
use lifecycle::credential::{Credential, CredentialKind, CredentialStatus};
use lifecycle::sweep::{Action, Policy, Reason, Reminders};
use proptest::prelude::*;
use proptest::sample::select;

use crate::account::Account;
use crate::config;
use crate::worlds::{HOUR, days, reminders};

/// What becomes of one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Run {
    Succeeds,
    /// It does not take place.
    Skipped,
    /// Nothing can be published, so nothing is recorded either.
    Unpublished,
    /// A warning is published, and its record is not written.
    Unrecorded,
}

/// One run that published something about the key.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Told {
    at: Timestamp,
    reason: Reason,
    recorded: bool,
}

/// What happened to one key from its first warning to its deletion.
#[derive(Debug, Default)]
struct Life {
    told: Vec<Told>,
    /// The deadline on record after each run.
    deadlines: Vec<Option<Timestamp>>,
    deactivated: Option<Timestamp>,
    deleted: Option<Timestamp>,
    /// When runs took place that could tell.
    succeeded: Vec<Timestamp>,
}

impl Life {
    fn new(policy: &Policy, runs: &[(i64, Run)]) -> Self {
        let mut account = Account::new(policy.clone());
        account.credentials.retain(|it| it.id.kind() == CredentialKind::AccessKey);
        account.now += days(90);
        let mut life = Self::default();
        for (hours, run) in runs {
            life.meet(&mut account, *run);
            let due = account.credentials.first().and_then(|key| account.record(&key.id)?.due());
            life.deadlines.push(due);
            account.now += SignedDuration::from_secs(hours * HOUR);
        }
        life
    }

    fn meet(&mut self, account: &mut Account, run: Run) {
        let now = account.now;
        if run == Run::Succeeds {
            self.succeeded.push(now);
        }
        for decision in account.plan().decisions {
            let recorded = run == Run::Succeeds;
            if decision.action() == Action::Warn && (recorded || run == Run::Unrecorded) {
                self.told.push(Told { at: now, reason: decision.reason.clone(), recorded });
            }
            if recorded {
                account.effects(&decision).into_iter().for_each(|effect| account.apply(effect));
            }
        }
        let active = |it: &Credential| it.status == CredentialStatus::Active;
        if !account.credentials.iter().any(active) {
            self.deactivated.get_or_insert(now);
        }
        if account.credentials.is_empty() {
            self.deleted.get_or_insert(now);
        }
    }

    /// The tellings of the notice period that counts, or those since the announcement that counts; the first is no reminder.
    fn rung(&self, first: fn(&Reason) -> bool, end: Option<Timestamp>) -> Vec<&Told> {
        let of = |told: &&Told| end.is_none_or(|end| told.at < end);
        let told: Vec<_> = self.told.iter().filter(of).collect();
        let start = told.iter().rposition(|told| first(&told.reason) && told.recorded);
        start.map(|start| told.into_iter().skip(start).collect()).unwrap_or_default()
    }

    fn notice_period(&self) -> Vec<&Told> {
        self.rung(|reason| matches!(reason, Reason::Stale(_)), self.deactivated)
    }

    fn last_week(&self) -> Vec<&Told> {
        let rung = self.rung(|reason| matches!(reason, Reason::DeletionAhead { .. }), self.deleted);
        if self.deactivated.is_some() { rung } else { Vec::new() }
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    let wait = |least: i64| prop_oneof![1 => Just(30), 3 => least..45_i64].prop_map(days);
    (wait(1), wait(1), reminders(), crate::events::rules()).prop_map(
        |(notice, grace, reminders, rules)| Policy {
            max_age: Some(days(90)),
            max_idle: None,
            notice,
            grace,
            reminders,
            ..rules
        },
    )
}

fn run() -> impl Strategy<Value = Run> {
    let fails = select(vec![Run::Skipped, Run::Unpublished, Run::Unrecorded]);
    prop_oneof![7 => Just(Run::Succeeds), 3 => fails]
}

fn daily() -> impl Strategy<Value = Vec<(i64, Run)>> {
    prop::collection::vec((Just(24), run()), 130)
}

fn at_any_hour() -> impl Strategy<Value = Vec<(i64, Run)>> {
    prop::collection::vec((prop_oneof![Just(0), 1..60_i64], run()), 150)
}

/// The deadline that a telling was of.
fn deadline(policy: &Policy, rung: &[&Told]) -> Timestamp {
    let first = rung.first().unwrap();
    match first.reason {
        Reason::DeletionAhead { due } => due,
        _ => first.at + policy.notice,
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn reminders_move_no_deadline_and_no_rung(policy in policy(), runs in at_any_hour()) {
        let silent = Policy { reminders: Reminders::default(), ..policy.clone() };
        let (life, other) = (Life::new(&policy, &runs), Life::new(&silent, &runs));
        prop_assert_eq!(life.deadlines, other.deadlines);
        prop_assert_eq!((life.deactivated, life.deleted), (other.deactivated, other.deleted));
        let reminds = |told: &Told| matches!(told.reason, Reason::DeactivationReminder(_) | Reason::DeletionReminder { .. });
        let rest: Vec<_> = life.told.into_iter().filter(|told| !reminds(told)).collect();
        prop_assert_eq!(rest, other.told);
    }

    #[test]
    fn an_owner_is_told_once_and_once_for_each_reminder_at_most(policy in policy(), runs in at_any_hour()) {
        let life = Life::new(&policy, &runs);
        for rung in [life.notice_period(), life.last_week()] {
            let recorded = rung.iter().filter(|told| told.recorded).count();
            prop_assert!(recorded <= 1 + policy.reminders.spans().count(), "{rung:?}");
        }
    }

    #[test]
    fn between_two_tellings_lies_the_time_of_a_reminder(policy in policy(), runs in at_any_hour()) {
        let life = Life::new(&policy, &runs);
        for rung in [life.notice_period(), life.last_week()].into_iter().filter(|rung| !rung.is_empty()) {
            let due = deadline(&policy, &rung);
            for pair in rung.windows(2).filter(|pair| pair.iter().all(|told| told.recorded)) {
                let [earlier, later] = pair else { continue };
                let between = |span| (earlier.at < due - span) && (due - span <= later.at);
                prop_assert!(policy.reminders.spans().any(between), "{earlier:?} {later:?}");
            }
        }
    }

    #[test]
    fn no_two_tellings_fall_on_one_day_of_daily_runs(policy in policy(), runs in daily()) {
        let life = Life::new(&policy, &runs);
        for rung in [life.notice_period(), life.last_week()] {
            for pair in rung.windows(2) {
                let [earlier, later] = pair else { continue };
                prop_assert!(later.at.duration_since(earlier.at) >= days(1));
            }
        }
    }

    #[test]
    fn a_reminder_is_lost_only_if_no_run_succeeds_between_its_time_and_the_deadline(
        policy in policy(),
        runs in at_any_hour(),
    ) {
        let life = Life::new(&policy, &runs);
        for (rung, end) in [(life.notice_period(), life.deactivated), (life.last_week(), life.deleted)] {
            if rung.is_empty() || end.is_none() {
                continue;
            }
            let (first, due) = (rung.first().unwrap().at, deadline(&policy, &rung));
            for span in policy.reminders.spans().filter(|span| first < due - *span) {
                let in_time = |at: Timestamp| due - span <= at && at < due;
                let could = life.succeeded.iter().copied().find(|at| in_time(*at));
                let told = rung.iter().any(|told| told.recorded && Some(told.at) == could);
                let told_already = rung.iter().any(|told| told.recorded && in_time(told.at));
                prop_assert!(could.is_none() || told || told_already, "{span:?}: {rung:?}");
            }
        }
    }
}

#[test]
fn the_lives_of_these_properties_are_reminded_of_both_rungs_and_end() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut ended, mut deactivation, mut deletion, mut repeated) = (0, 0, 0, 0);
    for _ in 0..64 {
        let (policy, runs) = (policy(), at_any_hour()).new_tree(&mut runner).unwrap().current();
        let life = Life::new(&policy, &runs);
        ended += usize::from(life.deleted.is_some());
        for told in &life.told {
            deactivation += usize::from(matches!(told.reason, Reason::DeactivationReminder(_)));
            deletion += usize::from(matches!(told.reason, Reason::DeletionReminder { .. }));
            repeated += usize::from(!told.recorded);
        }
    }
    let seen = (ended, deactivation, deletion, repeated);
    assert!(ended >= 30 && deactivation >= 30 && deletion >= 10 && repeated >= 20, "{seen:?}");
}
