//! What may happen in an account, and under which rules.

use lifecycle::credential::CredentialKind;
use lifecycle::sweep::{ConfiguredExemptions, Limits, Policy};
use proptest::prelude::*;
use proptest::sample::select;

use crate::worlds::{days, reminders};

/// What happens in an account; numbers pick one of its credentials.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    /// Days pass, and at the end of them a sweep runs; it may stop after some of its effects.
    Sweep {
        days: i64,
        effects: usize,
    },
    /// Days pass without one.
    Pass(i64),
    Use(usize),
    Activate(usize),
    Deactivate(usize),
    Delete(usize),
    Create(CredentialKind),
    ChangePassword,
    LoseRecord(usize),
    Exempt(bool),
    Bind(bool),
    /// A rotation replaces it: rotate-key owns it from now on.
    Supersede(usize),
    /// The rotation of the user's keys is ended.
    EndRotation,
    /// AWS tells of an exposed key; the answer may be interrupted before anybody is told.
    Expose {
        key: usize,
        interrupted: bool,
    },
    /// Between two runs it is activated, used, and deactivated again.
    Borrow(usize),
    /// An operator takes a deactivation back.
    Undo(usize),
    AllowDeletion(bool),
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    let pick = || 0..8_usize;
    prop_oneof![
        24 => (prop_oneof![Just(1), 1..40_i64], prop_oneof![3 => Just(usize::MAX), 1 => 0..6_usize])
            .prop_map(|(days, effects)| Event::Sweep { days, effects }),
        1 => (1..200_i64).prop_map(Event::Pass),
        4 => pick().prop_map(Event::Use),
        3 => pick().prop_map(Event::Activate),
        2 => pick().prop_map(Event::Deactivate),
        1 => pick().prop_map(Event::Delete),
        3 => select(CredentialKind::ALL.to_vec()).prop_map(Event::Create),
        1 => Just(Event::ChangePassword),
        1 => pick().prop_map(Event::LoseRecord),
        1 => any::<bool>().prop_map(Event::Exempt),
        1 => any::<bool>().prop_map(Event::Bind),
        2 => pick().prop_map(Event::Supersede),
        1 => Just(Event::EndRotation),
        1 => (pick(), any::<bool>()).prop_map(|(key, interrupted)| Event::Expose { key, interrupted }),
        3 => pick().prop_map(Event::Borrow),
        2 => pick().prop_map(Event::Undo),
        1 => any::<bool>().prop_map(Event::AllowDeletion),
    ]
}

pub(crate) fn rules() -> impl Strategy<Value = Policy> {
    let limit = || prop::option::of(select(vec![days(30), days(45), days(90)]));
    let wait = |least: i64| (least..30_i64).prop_map(days);
    (limit(), limit(), wait(0), wait(1), reminders()).prop_map(
        |(max_age, max_idle, notice, grace, reminders)| Policy {
            kinds: CredentialKind::ALL.into(),
            max_age,
            max_idle,
            notice,
            reminders,
            grace,
            delete: true,
            limits: Limits { actions: 50, percent: 10 },
            exempt: ConfiguredExemptions::default(),
            user_path: "/".to_owned(),
        },
    )
}
