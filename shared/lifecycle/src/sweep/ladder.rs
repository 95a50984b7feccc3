//! The ladder: warn, wait, deactivate, wait, delete.

use jiff::{SignedDuration, Timestamp};

use super::exempt;
use super::facts::{Supersession, UserFacts};
use super::plan::{Action, Note, Subject};
use super::policy::Policy;
use super::reason::{Reason, Rule, Staleness};
use crate::credential::{CredentialKind, CredentialStatus, LastUse};
use crate::record::{Record, RecordedState, SECRET_TAG};
use crate::rotation::{self, Tagged};

/// Who writes the sweep's records.
const BY: &str = "sweep";

/// How often the owner of a superseded key that is still in use is reminded.
const REMINDER: SignedDuration = SignedDuration::from_hours(7 * 24);

/// So long after its date a deletion that was announced is announced again: nobody expects it any more.
const LAPSE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A record dated further ahead than this is not believed.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Everything that bears on one credential.
pub(super) struct Case<'a> {
    pub(super) policy: &'a Policy,
    pub(super) user: &'a UserFacts,
    pub(super) subject: &'a Subject,
    pub(super) record: &'a Tagged<Record>,
    pub(super) supersession: Supersession,
    pub(super) now: Timestamp,
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Verdict {
    pub(super) action: Action,
    pub(super) reason: Reason,
    pub(super) note: Option<Note>,
}

fn verdict(action: Action, reason: Reason) -> Verdict {
    Verdict { action, reason, note: None }
}

/// Whether the record is of an exposure that nobody took back. What an operator took back is on the ladder like anything else, warnings included.
fn is_exposed(record: &Record) -> bool {
    use RecordedState::{
        Announced, Deactivated, Deactivating, Deleting, Reactivated, Superseded, Warned,
    };
    match record.state {
        Deactivating | Deactivated | Announced | Deleting => record.is_of_exposure(),
        Warned | Superseded | Reactivated => false,
    }
}

impl Case<'_> {
    /// Decides, and forgets what is over.
    pub(super) fn judge(&self) -> Verdict {
        let mut verdict = self.decide();
        if verdict.note.is_none() && !verdict.action.takes_away() {
            verdict.note = self.forget(&verdict.reason);
        }
        verdict
    }

    /// What happens to a record that is about an earlier time, and would be taken for one of today later on.
    ///
    /// An active credential is not deactivated, whatever its record says; and a warning is void once something else protects the
    /// credential. A key that a secret holds, and that came back, is what its rotation asks the operator about, and an exposure stays one: only its date is forgotten.
    fn forget(&self, reason: &Reason) -> Option<Note> {
        use RecordedState::{
            Announced, Deactivated, Deactivating, Deleting, Reactivated, Superseded, Warned,
        };
        let Tagged::Readable(record) = self.record else { return None };
        if !self.is_active() {
            return None;
        }
        let protected =
            matches!(reason, Reason::Exempt(_) | Reason::HeldBySecret | Reason::RotationOverdue(_));
        match record.state {
            Warned => protected.then_some(Note::Remove),
            Deactivating if record.is_of_exposure() => None,
            Deactivated | Announced | Deleting if self.is_held() || record.is_of_exposure() => {
                let undated = || Record { due: None, told: None, ..record.clone() };
                record.due.map(|_| Note::Write(undated()))
            }
            Deactivating | Deactivated | Announced | Deleting => Some(Note::Remove),
            Superseded | Reactivated => None,
        }
    }

    /// Facts that are unclear come first, then exemptions, then the secret that may hold the key, then the ladder.
    fn decide(&self) -> Verdict {
        if matches!(self.subject.status, CredentialStatus::Unrecognized(_)) {
            return verdict(Action::Report, Reason::StatusUnrecognized);
        }
        let ahead = rotation::later(self.now, rotation::Policy::CLOCK_SLACK);
        let used_ahead = matches!(self.subject.last_use, LastUse::At(used) if used > ahead);
        if self.subject.created > ahead || used_ahead {
            return verdict(Action::Report, Reason::DateInFuture);
        }
        match self.record() {
            // What an interrupted run took away is told of, whoever is exempt by now.
            Some(record) if record.state == RecordedState::Deactivating && !self.is_active() => {
                let rules = self.staleness().ok().flatten().map(|staleness| staleness.rules);
                let rules = rules.unwrap_or_default();
                return verdict(Action::Deactivate, Reason::Interrupted { rules });
            }
            Some(record) if self.is_active() && is_exposed(record) => {
                return verdict(Action::Report, Reason::ExposedAndActive);
            }
            Some(_) | None => {}
        }
        if let Some(by) =
            exempt::exempted(self.policy, self.user, self.subject.id.as_ref(), self.now)
        {
            return verdict(Action::Keep, Reason::Exempt(by));
        }
        match (self.is_held(), self.is_active()) {
            (true, active) => self.held_by_secret(active),
            (false, true) => self.active(),
            (false, false) => self.inactive(),
        }
    }

    fn is_active(&self) -> bool {
        self.subject.status == CredentialStatus::Active
    }

    /// Whether a secret may hold it. IAM compares tag keys without regard to case.
    fn is_held(&self) -> bool {
        self.subject.kind == CredentialKind::AccessKey
            && self.user.tags.keys().any(|tag| tag.eq_ignore_ascii_case(SECRET_TAG))
    }

    /// The record, if it can be read and is about this very credential.
    fn record(&self) -> Option<&Record> {
        match self.record {
            Tagged::Readable(record)
                if record.created.is_none_or(|created| created == self.subject.created)
                    && record.at <= rotation::later(self.now, DAY) =>
            {
                Some(record)
            }
            Tagged::Readable(_) | Tagged::Absent | Tagged::Unreadable(_) => None,
        }
    }

    fn held_by_secret(&self, active: bool) -> Verdict {
        use RecordedState::{Announced, Deactivated, Deactivating, Deleting, Superseded};
        match (self.record().map(|record| (record, record.state)), active) {
            (Some((record, Superseded)), _) => self.superseded(record, active),
            (Some((record, Deactivating | Deactivated | Announced | Deleting)), false) => {
                self.retired(record)
            }
            (_, true) => match self.staleness() {
                Ok(Some(staleness)) => verdict(Action::Report, Reason::RotationOverdue(staleness)),
                Ok(None) => verdict(Action::Keep, Reason::HeldBySecret),
                Err(reason) => verdict(Action::Report, reason),
            },
            // The key consumers read may be among these: an inactive one is its operator's affair.
            (_, false) => verdict(Action::Keep, Reason::HeldBySecret),
        }
    }

    /// A key that was deactivated after its overlap. Somebody may have gone back to it all the same, so it is deleted only while that stands.
    fn retired(&self, record: &Record) -> Verdict {
        let decided = self.inactive();
        match (decided.action, &record.version, self.supersession) {
            (Action::Warn | Action::Delete, Some(_), Supersession::Undone) => {
                verdict(Action::Keep, Reason::SupersessionUndone)
            }
            (Action::Delete, Some(_), Supersession::Unknown) => {
                verdict(Action::Report, Reason::SecretUnreadable)
            }
            _ => decided,
        }
    }

    fn superseded(&self, record: &Record, active: bool) -> Verdict {
        let waits = self.policy.rotation();
        let kept_until = waits.kept_until(record.at);
        if self.now < kept_until {
            return verdict(Action::Keep, Reason::OverlapRunning { until: kept_until });
        }
        match self.supersession {
            Supersession::Stands => {}
            Supersession::Undone => return verdict(Action::Keep, Reason::SupersessionUndone),
            Supersession::Unknown => return verdict(Action::Report, Reason::SecretUnreadable),
        }
        if !active {
            return self.inactive();
        }
        match self.subject.last_use {
            LastUse::Unknown => verdict(Action::Report, Reason::LastUseUnknown),
            LastUse::At(used) if self.now < rotation::later(used, waits.quiet_time()) => {
                if let Some(due) = record.due.filter(|due| self.now < *due) {
                    return verdict(Action::Keep, Reason::OverlapRunning { until: due });
                }
                let reminder = rotation::later(self.now, REMINDER);
                Verdict {
                    action: Action::Warn,
                    reason: Reason::SupersededInUse {
                        used,
                        with: self.subject.last_used_with.clone(),
                    },
                    note: Some(Note::Write(Record { due: Some(reminder), ..record.clone() })),
                }
            }
            LastUse::NoneRecorded | LastUse::At(_) => {
                verdict(Action::Deactivate, Reason::Superseded { at: record.at })
            }
        }
    }

    fn active(&self) -> Verdict {
        let staleness = match self.staleness() {
            Ok(Some(staleness)) => staleness,
            Ok(None) => return self.fresh(),
            Err(reason) => return verdict(Action::Report, reason),
        };
        // Whoever had it activated again was promised a warning.
        let taken_back =
            self.record().is_some_and(|record| record.state == RecordedState::Reactivated);
        let notice = if taken_back { self.policy.notice.max(DAY) } else { self.policy.notice };
        let due = rotation::later(self.now, notice);
        if let Some(at) = self.subject.expires.filter(|at| self.now < *at && *at <= due) {
            return verdict(Action::Keep, Reason::ExpiresFirst { at });
        }
        // A warning from before the credential became stale was about an earlier time of disuse.
        let warned = self
            .record()
            .filter(|record| record.state == RecordedState::Warned && record.at >= staleness.since);
        if let Some(record) = warned {
            let promised = rotation::later(record.at, self.policy.notice);
            let until = record.due.map_or(promised, |due| due.max(promised));
            if self.now < until {
                let again = Reason::DeactivationReminder(staleness);
                return self
                    .remind(record, until, record.at, again)
                    .unwrap_or_else(|| verdict(Action::Keep, Reason::NoticeRunning { until }));
            }
            return verdict(Action::Deactivate, Reason::Stale(staleness));
        }
        if notice <= SignedDuration::ZERO {
            return verdict(Action::Deactivate, Reason::Stale(staleness));
        }
        Verdict {
            action: Action::Warn,
            reason: Reason::Stale(staleness),
            note: Some(Note::Write(self.write(RecordedState::Warned, self.now, Some(due)))),
        }
    }

    fn fresh(&self) -> Verdict {
        match self.record.clone() {
            Tagged::Readable(record) if record.state != RecordedState::Superseded => Verdict {
                action: Action::Keep,
                reason: Reason::FreshAgain,
                note: Some(Note::Remove),
            },
            Tagged::Readable(_) | Tagged::Absent | Tagged::Unreadable(_) => {
                verdict(Action::Keep, Reason::Fresh)
            }
        }
    }

    /// Inactive, or expired by a date that AWS keeps.
    ///
    /// The owner is told again shortly before the deletion, by a run that sees the credential inactive: in between nobody may have looked. The clock of the deletion starts at a recorded deactivation, never before.
    fn inactive(&self) -> Verdict {
        use RecordedState::{Announced, Deactivated, Deleting};
        let record = self.record();
        if !self.policy.delete {
            return verdict(Action::Keep, Reason::DeletionOff);
        }
        let recorded =
            record.filter(|record| matches!(record.state, Deactivated | Announced | Deleting));
        let due = rotation::later(self.now, self.policy.grace);
        let Some((record, promised)) = recorded.and_then(|record| Some((record, record.due?)))
        else {
            let since = recorded.map_or(self.now, |record| record.at);
            return Verdict {
                action: Action::Warn,
                reason: Reason::DeletionAhead { due },
                note: Some(Note::Write(self.write(Deactivated, since, Some(due)))),
            };
        };
        // A use after the recorded deactivation means that it was active meanwhile.
        let since = match self.subject.last_use {
            LastUse::At(used) => record.at.max(used),
            LastUse::NoneRecorded => record.at,
            LastUse::Unknown if self.subject.kind.has_last_use() => {
                return verdict(Action::Report, Reason::LastUseUnknown);
            }
            LastUse::Unknown => record.at,
        };
        let until = promised.max(rotation::later(since, self.policy.grace));
        let announce = self.policy.last_announcement();
        // An announcement of an earlier date is about that date, and one of long ago is forgotten.
        let lapsed = self.now.duration_since(promised) > LAPSE;
        let announced = record.state != Deactivated && until <= promised && !lapsed;
        let left = until.duration_since(self.now);
        if announced && left <= SignedDuration::ZERO {
            return verdict(Action::Delete, Reason::GraceOver { since: record.at });
        }
        // Earlier versions did not write down when they announced a deletion.
        let earliest = rotation::earlier(until, Policy::LONGEST_ANNOUNCEMENT).max(record.at);
        if announced
            && record.state == Announced
            && let Some(reminder) =
                self.remind(record, until, earliest, Reason::DeletionReminder { due: until })
        {
            return reminder;
        }
        if announced || left > announce {
            return verdict(Action::Keep, Reason::GraceRunning { until });
        }
        let due = until.max(rotation::later(self.now, announce));
        let announced = self.write(Announced, record.at, Some(due));
        Verdict {
            action: Action::Warn,
            reason: Reason::DeletionAhead { due },
            note: Some(Note::Write(Record { told: Some(self.now), ..announced })),
        }
    }

    /// A reminder that the deadline is `until`, if one is due. It moves no date: it writes down the one that holds already.
    ///
    /// A record that does not say when the owner was last told, or names a time to come, is taken to mean `first`: too early
    /// a time makes one reminder too many, and too late a time would lose one.
    fn remind(
        &self,
        record: &Record,
        until: Timestamp,
        first: Timestamp,
        reason: Reason,
    ) -> Option<Verdict> {
        let told = record.told.filter(|told| *told <= self.now).unwrap_or(first);
        let (due, told_now) = (Some(until), Some(self.now));
        self.policy.reminders.are_due(until, told, self.now).then(|| Verdict {
            action: Action::Warn,
            reason,
            note: Some(Note::Write(Record { due, told: told_now, ..record.clone() })),
        })
    }

    fn write(&self, state: RecordedState, at: Timestamp, due: Option<Timestamp>) -> Record {
        let created = Some(self.subject.created);
        let earlier = self.record();
        let version = earlier.and_then(|record| record.version.clone());
        let exposed = earlier.filter(|record| record.is_of_exposure());
        let by = exposed.map_or_else(|| BY.to_owned(), |record| record.by.clone());
        let event = exposed.and_then(|record| record.event.clone());
        Record { state, at, due, told: None, created, version, by, event }
    }

    /// The rules it breaks; an unknown last use is an error, never disuse.
    fn staleness(&self) -> Result<Option<Staleness>, Reason> {
        let Subject { kind, created, expires, last_use, .. } = self.subject;
        let mut rules = Vec::new();
        let mut since = Timestamp::MAX;
        let mut broken = |rule: Rule, from: Timestamp| {
            since = since.min(from);
            rules.push(rule);
        };
        if let (CredentialKind::SigningCertificate, Some(at)) = (kind, expires)
            && *at <= self.now
        {
            broken(Rule::CertificateExpired { at: *at }, *at);
        }
        let age = self.now.duration_since(*created);
        if kind.has_last_use() && self.policy.could_be_stale(age) {
            let last_used = match last_use {
                LastUse::At(at) => Some(*at),
                LastUse::NoneRecorded => None,
                LastUse::Unknown => return Err(Reason::LastUseUnknown),
            };
            // A credential cannot have been used before it existed; a password counts from its last change.
            let from = last_used.map_or(*created, |at| at.max(*created));
            let idle = self.now.duration_since(from);
            if let Some(limit) = self.policy.max_idle.filter(|limit| idle >= *limit) {
                broken(Rule::Idle { last_used, idle, limit }, rotation::later(from, limit));
            }
        }
        if let Some(limit) = self.policy.max_age.filter(|limit| age >= *limit)
            && *kind != CredentialKind::Password
        {
            broken(
                Rule::Aged { age, limit, use_is_recorded: kind.has_last_use() },
                rotation::later(*created, limit),
            );
        }
        Ok((!rules.is_empty()).then_some(Staleness { since, rules }))
    }
}
