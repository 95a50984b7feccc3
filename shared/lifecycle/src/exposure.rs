//! The answer to AWS's report of an exposed access key: deactivate at once, notify, and keep the evidence.

use jiff::Timestamp;

use crate::credential::{AccessKey, CredentialStatus};
use crate::identifiers::UserName;
use crate::record::{Cause, Record, Remembered, State};

/// What is known of an exposed key.
#[derive(Clone, Copy, Debug)]
pub struct ExposedKey<'a> {
    /// The name of the user who has the key; nothing else is needed to deactivate it.
    pub user: &'a UserName,
    /// The key as IAM lists it, if the list could be read.
    pub key: Option<&'a AccessKey>,
    /// The key's record; unreadable, too, where it could not be read at all.
    pub record: &'a Remembered<Record>,
    /// What AWS calls the event.
    pub event: Option<&'a str>,
    /// Whether this deployment may change anything.
    pub enforces: bool,
}

/// What is done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one is made for each decision, and none is kept")]
pub enum Answer {
    /// Nothing: the event was answered before, or an operator activated the key again since.
    Answered,
    /// The key is active and this deployment changes nothing: somebody is paged.
    Page,
    /// The record is written, the key deactivated, the notice goes out, and the record is completed.
    ///
    /// Neither a record that cannot be written nor a notice that cannot be sent keeps the key alive.
    Deactivate {
        /// The record before the change; `None` where an unreadable one must stay as it is.
        before: Option<Record>,
        /// Whether the key was inactive already.
        was_inactive: bool,
        /// The record after it.
        after: Option<Record>,
    },
}

/// Decides on one exposed key.
pub fn answer(exposed: &ExposedKey<'_>, now: Timestamp) -> Answer {
    let inactive = exposed.key.is_some_and(|key| key.status != CredentialStatus::Active);
    if !exposed.enforces {
        return if inactive { Answer::Answered } else { Answer::Page };
    }
    let record = exposed.record.readable();
    if record.is_some_and(|record| is_answered(record, exposed, inactive)) {
        return Answer::Answered;
    }
    let begun = record.is_some_and(Record::is_of_exposure);
    let cause = Cause::Exposed { event: exposed.event.map(ToOwned::to_owned) };
    // An unreadable record is never overwritten; the key is deactivated all the same.
    let writes = !matches!(exposed.record, Remembered::Unreadable(_));
    let write = |state| {
        let created = exposed.key.map(|key| key.created);
        writes.then(|| Record { user: exposed.user.clone(), created, state })
    };
    Answer::Deactivate {
        before: write(State::Deactivating { since: now, cause: cause.clone() }),
        was_inactive: inactive && !begun,
        // Evidence: without a date, no sweep deletes it unannounced.
        after: write(State::Deactivated { since: now, due: None, cause }),
    }
}

/// Whether this event was answered before, by a deactivation that stands, or by an operator who took it back.
fn is_answered(record: &Record, exposed: &ExposedKey<'_>, inactive: bool) -> bool {
    match (&record.state, record.cause()) {
        (State::Reactivated { .. }, Cause::Exposed { event }) => event.as_deref() == exposed.event,
        (State::Deactivating { .. }, _) => false,
        (_, Cause::Exposed { .. }) => inactive && record.says_inactive(),
        (_, Cause::Stale | Cause::Superseded(_) | Cause::ByHand) => false,
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;
    use crate::record::Replacement;

    const EVENT: &str = "AWS_RISK_CREDENTIALS_EXPOSED";

    fn now() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    fn ago(hours: i64) -> Timestamp {
        now() - SignedDuration::from_hours(hours)
    }

    fn key(status: CredentialStatus) -> AccessKey {
        AccessKey { id: "AKIA1".parse().unwrap(), status, created: ago(5000) }
    }

    fn exposed(event: &str) -> Cause {
        Cause::Exposed { event: Some(event.to_owned()) }
    }

    fn recorded(state: State) -> Remembered<Record> {
        Remembered::Readable(Record { user: "ci".into(), created: Some(ago(5000)), state })
    }

    fn decide(key: Option<&AccessKey>, record: &Remembered<Record>, enforces: bool) -> Answer {
        let user = "ci".into();
        answer(&ExposedKey { user: &user, key, record, event: Some(EVENT), enforces }, now())
    }

    /// Every state but those that say that the key is inactive.
    fn live(cause: &Cause) -> Vec<State> {
        let (since, cause) = (ago(50), cause.clone());
        let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci".parse().unwrap();
        let by = Replacement { secret, version: "v".into() };
        vec![
            State::Warned { since, due: now(), reminded: None, cause },
            State::Superseded { since, by, reminded: None },
        ]
    }

    /// Every state that says that the key is inactive, but for one that is interrupted.
    fn inactive(cause: &Cause) -> Vec<State> {
        let (since, due) = (ago(50), now());
        let cause = || cause.clone();
        vec![
            State::Deactivated { since, due: None, cause: cause() },
            State::Deactivated { since, due: Some(due), cause: cause() },
            State::DeletionAnnounced { since, due, told: since, cause: cause() },
            State::Deleting { since, due, cause: cause() },
        ]
    }

    #[test]
    fn an_exposed_key_is_deactivated_at_once_and_recorded_before_and_after() {
        let key = key(CredentialStatus::Active);
        let Answer::Deactivate { before, was_inactive, after } =
            decide(Some(&key), &Remembered::Absent, true)
        else {
            panic!()
        };
        let (since, cause) = (now(), exposed(EVENT));
        let before = before.unwrap();
        assert_eq!(before.state, State::Deactivating { since, cause: cause.clone() });
        assert_eq!((before.user, before.created), ("ci".into(), Some(ago(5000))));
        let undated = State::Deactivated { since, due: None, cause };
        assert_eq!(after.unwrap().state, undated, "evidence is deleted on no date set in advance");
        assert!(!was_inactive);
    }

    #[test]
    fn a_key_that_could_not_be_listed_is_deactivated_all_the_same() {
        let decided = decide(None, &Remembered::Absent, true);
        let Answer::Deactivate { before, was_inactive, .. } = decided else { panic!() };
        assert_eq!((before.unwrap().created, was_inactive), (None, false));
    }

    #[test]
    fn a_record_that_cannot_be_read_is_not_overwritten_and_does_not_keep_the_key_alive() {
        let unreadable = Remembered::Unreadable("from a newer version".to_owned());
        for status in [CredentialStatus::Active, CredentialStatus::Inactive] {
            let decided = decide(Some(&key(status)), &unreadable, true);
            let Answer::Deactivate { before, after, .. } = decided else { panic!() };
            assert_eq!((before, after), (None, None));
        }
    }

    #[test]
    fn an_active_key_is_deactivated_whatever_its_record_says_unless_an_operator_took_this_event_back()
     {
        let active = key(CredentialStatus::Active);
        for cause in [Cause::Stale, Cause::ByHand, exposed(EVENT), exposed("another")] {
            for state in live(&cause).into_iter().chain(inactive(&cause)) {
                let decided = decide(Some(&active), &recorded(state), true);
                assert!(matches!(decided, Answer::Deactivate { .. }), "{decided:?}");
            }
            let since = ago(1);
            let taken_back = State::Reactivated { since, cause: cause.clone() };
            let decided = decide(Some(&active), &recorded(taken_back), true);
            assert_eq!(decided == Answer::Answered, cause == exposed(EVENT), "{cause:?}");
        }
    }

    #[test]
    fn an_event_that_was_answered_is_not_answered_again_while_the_key_is_inactive() {
        let off = key(CredentialStatus::Inactive);
        for cause in [Cause::Stale, Cause::ByHand, exposed(EVENT)] {
            for state in inactive(&cause) {
                let decided = decide(Some(&off), &recorded(state), true);
                assert_eq!(decided == Answer::Answered, cause == exposed(EVENT), "{cause:?}");
            }
        }
        // Nobody knows that it is inactive.
        for state in inactive(&exposed(EVENT)) {
            let decided = decide(None, &recorded(state), true);
            assert!(matches!(decided, Answer::Deactivate { .. }), "{decided:?}");
        }
    }

    #[test]
    fn an_answer_that_was_interrupted_is_completed_and_the_key_was_not_inactive_before_it() {
        let off = key(CredentialStatus::Inactive);
        for (cause, was) in [(exposed(EVENT), false), (Cause::Stale, true)] {
            let state = State::Deactivating { since: ago(1), cause };
            let decided = decide(Some(&off), &recorded(state), true);
            let Answer::Deactivate { was_inactive, after, .. } = decided else { panic!() };
            assert_eq!((was_inactive, after.unwrap().since()), (was, now()));
        }
        let by_hand = decide(Some(&off), &Remembered::Absent, true);
        assert!(matches!(by_hand, Answer::Deactivate { was_inactive: true, .. }), "{by_hand:?}");
    }

    #[test]
    fn a_deployment_that_changes_nothing_pages_somebody_while_the_key_may_be_active() {
        let unreadable = Remembered::Unreadable(String::new());
        for record in [Remembered::Absent, unreadable] {
            let active = key(CredentialStatus::Active);
            assert_eq!(decide(Some(&active), &record, false), Answer::Page);
            assert_eq!(decide(None, &record, false), Answer::Page);
            let off = key(CredentialStatus::Inactive);
            assert_eq!(decide(Some(&off), &record, false), Answer::Answered);
        }
    }
}
