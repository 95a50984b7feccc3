//! Whether a deactivation is undone.

use std::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::identifiers::CredentialId;
use crate::record::{Record, Remembered, State};
use crate::rotation::later;
use crate::sweep::{News, PlannedNotice, Subject};

/// For how long a second try takes an undo for one that was interrupted.
const COMPLETED_WITHIN: SignedDuration = SignedDuration::from_mins(15);

/// What an operator asks for.
#[derive(Clone, Copy, Debug)]
pub struct Undo<'a> {
    /// The credential, with its record.
    pub credential: Option<(&'a CredentialId, &'a Remembered<Record>)>,
    /// Whether it is activated although its secret is known to others.
    pub although_exposed: bool,
    /// Whether this deployment may change anything.
    pub enforces: bool,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "one is made for each decision, and none is kept")]
pub enum Undone {
    /// Nothing: it was done before.
    Already,
    /// The record is written first, so that no run goes on from the earlier one; then the credential is activated, and the notice goes out.
    Activate {
        /// The credential as its record remembers it.
        subject: Subject,
        /// The notice.
        notice: PlannedNotice,
        /// The record of it.
        record: Record,
    },
}

/// Why a deactivation is not undone, and what to do instead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UndoRefusal {
    /// The deployment only reports.
    DryRun,
    /// Keysteward has no record of it.
    NoRecord,
    /// The record cannot be read.
    RecordUnreadable(String),
    /// A password cannot be brought back.
    Password,
    /// It is not deactivated.
    NotDeactivated,
    /// Its deletion has begun.
    DeletionBegun,
    /// Its secret is known to others.
    Exposed,
}

impl fmt::Display for UndoRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DryRun => {
                f.write_str("KEYSTEWARD_MODE is dry-run, so nothing can be changed; activate it by hand")
            }
            Self::NoRecord => f.write_str(
                "Keysteward did not deactivate it: there is no record of it; activate it by hand if it should work",
            ),
            Self::RecordUnreadable(fault) => {
                write!(f, "its record cannot be read: {fault}; activate it by hand")
            }
            Self::Password => f.write_str(
                "a password that was deleted cannot be brought back: give the user a new one",
            ),
            Self::NotDeactivated => f.write_str("it is not deactivated: to keep it, exempt it"),
            Self::DeletionBegun => f.write_str(
                "its deletion has begun, and the next run goes on with it: if it is still there, activate it by hand now",
            ),
            Self::Exposed => f.write_str(
                "it was deactivated because its secret is exposed: replace it, or say \"although_exposed\": true",
            ),
        }
    }
}

impl std::error::Error for UndoRefusal {}

/// Decides whether a credential is activated again.
///
/// # Errors
///
/// Why not.
pub fn undo(undo: &Undo<'_>, now: Timestamp) -> Result<Undone, UndoRefusal> {
    if !undo.enforces {
        return Err(UndoRefusal::DryRun);
    }
    let (id, record) = undo.credential.ok_or(UndoRefusal::NoRecord)?;
    if !id.kind().can_be_deactivated() {
        return Err(UndoRefusal::Password);
    }
    let record = match record {
        Remembered::Readable(record) => record,
        Remembered::Absent => return Err(UndoRefusal::NoRecord),
        Remembered::Unreadable(fault) => return Err(UndoRefusal::RecordUnreadable(fault.clone())),
    };
    match record.state {
        State::Deactivating { .. }
        | State::Deactivated { .. }
        | State::DeletionAnnounced { .. } => {}
        // One that was interrupted is completed by a second try; later ones find it done.
        State::Reactivated { since, .. } if now <= later(since, COMPLETED_WITHIN) => {}
        State::Reactivated { .. } => return Ok(Undone::Already),
        State::Deleting { .. } => return Err(UndoRefusal::DeletionBegun),
        State::Warned { .. } | State::Superseded { .. } => return Err(UndoRefusal::NotDeactivated),
    }
    if record.is_of_exposure() && !undo.although_exposed {
        return Err(UndoRefusal::Exposed);
    }
    Ok(Undone::Activate {
        subject: Subject::of_record(id, record),
        notice: PlannedNotice {
            news: News::Reactivated,
            because: "an operator undid the deactivation".to_owned(),
            exposed: record.is_of_exposure(),
        },
        record: if matches!(record.state, State::Reactivated { .. }) {
            record.clone()
        } else {
            record.in_state(State::Reactivated { since: now, cause: record.cause() })
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::CredentialKind;
    use crate::record::{Cause, Replacement};

    fn now() -> Timestamp {
        "2026-11-21T03:00:00Z".parse().unwrap()
    }

    fn earlier() -> Timestamp {
        "2026-11-01T03:00:00Z".parse().unwrap()
    }

    fn key() -> CredentialId {
        CredentialId::new(CredentialKind::AccessKey, "AKIA1").unwrap()
    }

    fn by_rotation() -> Replacement {
        let secret = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci".parse().unwrap();
        Replacement { secret, version: "v".into() }
    }

    fn recorded(state: State) -> Remembered<Record> {
        Remembered::Readable(Record { user: "ci".into(), created: Some(earlier()), state })
    }

    fn deactivations(cause: &Cause) -> [State; 3] {
        let (since, due, told) = (earlier(), now(), earlier());
        let cause = || cause.clone();
        [
            State::Deactivating { since, cause: cause() },
            State::Deactivated { since, due: None, cause: cause() },
            State::DeletionAnnounced { since, due, told, cause: cause() },
        ]
    }

    fn decide(record: &Remembered<Record>, although_exposed: bool) -> Result<Undone, UndoRefusal> {
        let key = key();
        let credential = Some((&key, record));
        undo(&Undo { credential, although_exposed, enforces: true }, now())
    }

    #[test]
    fn every_deactivation_is_undone_and_remembered_as_taken_back() {
        for cause in [Cause::Stale, Cause::ByHand, Cause::Superseded(by_rotation())] {
            for (state, although) in deactivations(&cause).into_iter().zip([true, false, true]) {
                let Ok(Undone::Activate { subject, notice, record }) =
                    decide(&recorded(state), although)
                else {
                    panic!()
                };
                let taken_back = State::Reactivated { since: now(), cause: cause.clone() };
                assert_eq!((record.state, record.created), (taken_back, Some(earlier())));
                assert_eq!((notice.news, notice.exposed), (News::Reactivated, false));
                assert_eq!((subject.id, subject.created), (Some(key()), earlier()));
            }
        }
    }

    #[test]
    fn an_exposed_key_is_activated_only_by_somebody_who_says_so() {
        let cause = Cause::Exposed { event: Some("AWS_RISK_CREDENTIALS_EXPOSED".to_owned()) };
        for state in deactivations(&cause) {
            let record = recorded(state);
            assert_eq!(decide(&record, false), Err(UndoRefusal::Exposed));
            let Ok(Undone::Activate { notice, record, .. }) = decide(&record, true) else {
                panic!()
            };
            assert!(notice.exposed && record.is_of_exposure());
        }
    }

    #[test]
    fn what_was_undone_is_not_undone_again() {
        for cause in [Cause::Stale, Cause::Exposed { event: None }] {
            let record = recorded(State::Reactivated { since: earlier(), cause });
            assert_eq!(decide(&record, false), Ok(Undone::Already));
        }
    }

    #[test]
    fn an_undo_that_was_interrupted_is_completed_within_a_quarter_of_an_hour() {
        for (seconds, again) in [(899, true), (900, true), (901, false)] {
            let since = now() - SignedDuration::from_secs(seconds);
            let record = recorded(State::Reactivated { since, cause: Cause::Stale });
            let completes = matches!(
                decide(&record, false),
                Ok(Undone::Activate { record: ref same, .. }) if Some(same) == record.readable()
            );
            assert_eq!(completes, again, "{seconds} s");
        }
    }

    #[test]
    fn a_deletion_that_has_begun_is_not_undone() {
        let (since, due, cause) = (earlier(), now(), Cause::Stale);
        let record = recorded(State::Deleting { since, due, cause });
        assert_eq!(decide(&record, true), Err(UndoRefusal::DeletionBegun));
    }

    #[test]
    fn what_is_active_is_not_activated() {
        let (since, due, reminded) = (earlier(), now(), None);
        for state in [
            State::Warned { since, due, reminded, cause: Cause::Stale },
            State::Superseded { since, by: by_rotation(), reminded },
        ] {
            assert_eq!(decide(&recorded(state), true), Err(UndoRefusal::NotDeactivated));
        }
    }

    #[test]
    fn nothing_is_undone_without_a_record_that_can_be_read() {
        assert_eq!(decide(&Remembered::Absent, true), Err(UndoRefusal::NoRecord));
        let fault = || "it is from a newer version".to_owned();
        let unreadable = decide(&Remembered::Unreadable(fault()), true);
        assert_eq!(unreadable, Err(UndoRefusal::RecordUnreadable(fault())));
        let nobody = Undo { credential: None, although_exposed: true, enforces: true };
        assert_eq!(undo(&nobody, now()), Err(UndoRefusal::NoRecord));
    }

    #[test]
    fn a_password_is_never_brought_back_and_a_dry_run_undoes_nothing() {
        let record = recorded(State::Deactivating { since: earlier(), cause: Cause::Stale });
        let (password, key) = (CredentialId::Password, key());
        let of = |id, enforces| {
            undo(&Undo { credential: Some((id, &record)), although_exposed: true, enforces }, now())
        };
        assert_eq!(of(&password, true), Err(UndoRefusal::Password));
        assert_eq!(of(&password, false), Err(UndoRefusal::DryRun));
        assert_eq!(of(&key, false), Err(UndoRefusal::DryRun));
    }

    #[test]
    fn refusals_say_what_to_do_instead() {
        for (refusal, text) in [
            (
                UndoRefusal::DryRun,
                "KEYSTEWARD_MODE is dry-run, so nothing can be changed; activate it by hand",
            ),
            (
                UndoRefusal::DeletionBegun,
                "its deletion has begun, and the next run goes on with it: if it is still there, activate it by hand now",
            ),
            (
                UndoRefusal::NoRecord,
                "Keysteward did not deactivate it: there is no record of it; activate it by hand if it should work",
            ),
            (
                UndoRefusal::RecordUnreadable("it is from a newer version".to_owned()),
                "its record cannot be read: it is from a newer version; activate it by hand",
            ),
            (
                UndoRefusal::Password,
                "a password that was deleted cannot be brought back: give the user a new one",
            ),
            (UndoRefusal::NotDeactivated, "it is not deactivated: to keep it, exempt it"),
            (
                UndoRefusal::Exposed,
                "it was deactivated because its secret is exposed: replace it, or say \"although_exposed\": true",
            ),
        ] {
            assert_eq!(refusal.to_string(), text);
        }
    }
}
