//! The ladder: warn, wait, deactivate, wait, delete.

use jiff::{SignedDuration, Timestamp};

use super::exempt;
use super::facts::{Binding, UserFacts};
use super::plan::{Action, Memory, News, PlannedNotice, Step, Subject};
use super::policy::Policy;
use super::reason::{Reason, Staleness};
use super::wording;
use crate::credential::{CredentialKind, CredentialStatus, LastUse};
use crate::record::{Cause, Record, Remembered, State};
use crate::rotation;

/// So long after its date a deletion that was announced is announced again: nobody expects it any more.
const LAPSE: SignedDuration = SignedDuration::from_hours(14 * 24);

/// A record dated further ahead than this is not believed.
const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Everything that bears on one credential.
pub(crate) struct Case<'a> {
    pub(crate) policy: &'a Policy,
    pub(crate) user: &'a UserFacts,
    pub(crate) binding: &'a Binding,
    pub(crate) subject: &'a Subject,
    pub(crate) record: &'a Remembered<Record>,
    pub(crate) now: Timestamp,
}

/// What becomes of it.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) step: Step,
    pub(crate) reason: Reason,
}

pub(crate) fn keep(reason: Reason) -> Verdict {
    Verdict { step: Step::Keep(Memory::Unchanged), reason }
}

pub(crate) fn report(reason: Reason) -> Verdict {
    Verdict { step: Step::Report(Memory::Unchanged), reason }
}

/// Whether the record is of an exposure that nobody took back. What an operator took back is on the ladder like anything else, warnings included.
fn is_exposed(record: &Record) -> bool {
    record.says_inactive() && record.is_of_exposure()
}

impl Case<'_> {
    /// Decides, and forgets what is over.
    pub(crate) fn judge(&self) -> Verdict {
        let mut verdict = self.decide();
        if let Step::Keep(memory @ Memory::Unchanged) | Step::Report(memory @ Memory::Unchanged) =
            &mut verdict.step
        {
            *memory = self.forget(&verdict.reason);
        }
        verdict
    }

    /// What happens to a record that is about an earlier time, and would be taken for one of today later on.
    ///
    /// An active credential is not deactivated, whatever its record says; and a warning is void once the credential is exempt, or held by a label.
    /// An exposure stays one: only its date is forgotten. Records of keys that the rotation owns are left to the rotation.
    pub(crate) fn forget(&self, reason: &Reason) -> Memory {
        let Remembered::Readable(record) = self.record else { return Memory::Unchanged };
        if !self.is_active() {
            return Memory::Unchanged;
        }
        match &record.state {
            State::Deactivating { cause: Cause::Exposed { .. }, .. }
            | State::Superseded { .. }
            | State::Reactivated { .. } => Memory::Unchanged,
            _ if record.is_of_exposure() && record.says_inactive() => {
                let (since, cause) = (record.since(), record.cause());
                let undated = || record.in_state(State::Deactivated { since, due: None, cause });
                record.due().map_or(Memory::Unchanged, |_| Memory::Write(undated()))
            }
            _ if self.is_held() => Memory::Unchanged,
            State::Warned { .. }
                if !matches!(reason, Reason::Exempt(_) | Reason::HeldByLabel { .. }) =>
            {
                Memory::Unchanged
            }
            State::Warned { .. }
            | State::Deactivating { .. }
            | State::Deactivated { .. }
            | State::DeletionAnnounced { .. }
            | State::Deleting { .. } => Memory::Remove,
        }
    }

    /// Facts that are unclear come first, then exemptions, then the secret that may hold the key, then the ladder.
    fn decide(&self) -> Verdict {
        if matches!(self.subject.status, CredentialStatus::Unrecognized(_)) {
            return report(Reason::StatusUnrecognized);
        }
        let ahead = rotation::later(self.now, rotation::Policy::CLOCK_SLACK);
        let used_ahead = matches!(self.subject.last_use, LastUse::At(used) if used > ahead);
        if self.subject.created > ahead || used_ahead {
            return report(Reason::DateInFuture);
        }
        if let Remembered::Unreadable(fault) = self.record {
            return report(Reason::RecordUnreadable { fault: fault.clone() });
        }
        let exposed = self.record().filter(|record| record.is_of_exposure());
        match self.record() {
            // What an interrupted run deactivated is told of, whoever is exempt by now.
            Some(record)
                if matches!(record.state, State::Deactivating { .. })
                    && !self.is_active()
                    && (!self.is_held() || exposed.is_some()) =>
            {
                return self.interrupted(record);
            }
            Some(record) if self.is_active() && is_exposed(record) => {
                return report(Reason::ExposedAndActive);
            }
            Some(_) | None => {}
        }
        if let Some(by) =
            exempt::exempted(self.policy, self.user, self.subject.id.as_ref(), self.now)
        {
            return keep(Reason::Exempt(by));
        }
        match self.binding {
            Binding::Bound if self.is_key() => self.held_by_secret(),
            Binding::TagGone { secret } if self.is_key() => {
                report(Reason::BindingTagGone { secret: secret.clone() })
            }
            Binding::Unreadable(fault) if self.is_key() => {
                report(Reason::RecordUnreadable { fault: fault.clone() })
            }
            Binding::None | Binding::Bound | Binding::TagGone { .. } | Binding::Unreadable(_) => {
                if self.is_active() {
                    self.active()
                } else {
                    self.inactive()
                }
            }
        }
    }

    fn is_active(&self) -> bool {
        self.subject.status == CredentialStatus::Active
    }

    fn is_key(&self) -> bool {
        self.subject.kind == CredentialKind::AccessKey
    }

    /// Whether the rotation owns the credential.
    fn is_held(&self) -> bool {
        self.is_key() && self.binding.leaves_to_rotation()
    }

    /// The record, if it can be read and is about this very credential.
    fn record(&self) -> Option<&Record> {
        self.record.readable().filter(|record| {
            record.created.is_none_or(|created| created == self.subject.created)
                && record.since() <= rotation::later(self.now, DAY)
        })
    }

    /// The deactivation was done, and its notice or its record are missing.
    pub(crate) fn interrupted(&self, record: &Record) -> Verdict {
        let rules = self.staleness().ok().flatten().map(|staleness| staleness.rules);
        let reason = Reason::Interrupted { rules: rules.unwrap_or_default() };
        let due = self.deletion_after(record);
        let news = match record.cause() {
            Cause::Exposed { event } => News::ExposedAndDeactivated { event },
            Cause::Stale | Cause::Superseded(_) | Cause::ByHand => {
                News::Deactivated { kept_until: due }
            }
        };
        let notice = self.notice(news, &reason);
        let after = self.write(State::Deactivated { since: self.now, due, cause: record.cause() });
        let step = Step::Complete { done: Action::Deactivate, notice, after: Some(after) };
        Verdict { step, reason }
    }

    /// Keys under a secret are for the rotation; here it only shows whether they got old.
    fn held_by_secret(&self) -> Verdict {
        let superseded = self.record().is_some_and(|record| {
            matches!(record.state, State::Superseded { .. } | State::Deactivated { .. })
        });
        if !self.is_active() || superseded {
            return keep(Reason::HeldBySecret);
        }
        match self.staleness() {
            Ok(Some(staleness)) => report(Reason::RotationOverdue(staleness)),
            Ok(None) => keep(Reason::HeldBySecret),
            Err(reason) => report(reason),
        }
    }

    pub(crate) fn active(&self) -> Verdict {
        let staleness = match self.staleness() {
            Ok(Some(staleness)) => staleness,
            Ok(None) => return self.fresh(),
            Err(reason) => return report(reason),
        };
        // An owner who had it activated again was promised a warning.
        let reactivated =
            self.record().is_some_and(|record| matches!(record.state, State::Reactivated { .. }));
        let notice = if reactivated { self.policy.notice.max(DAY) } else { self.policy.notice };
        let due = rotation::later(self.now, notice);
        if let Some(at) = self.subject.expires.filter(|at| self.now < *at && *at <= due) {
            return keep(Reason::ExpiresFirst { at });
        }
        // A warning from before the credential became stale was about an earlier time of disuse.
        let warned = self.record().filter(|record| {
            matches!(record.state, State::Warned { .. }) && record.since() >= staleness.since
        });
        if let Some(record) = warned {
            let promised = rotation::later(record.since(), self.policy.notice);
            let until = record.due().map_or(promised, |due| due.max(promised));
            if self.now < until {
                return self
                    .remind(record, until, staleness)
                    .unwrap_or_else(|| keep(Reason::NoticeRunning { until }));
            }
            return self.deactivate(Reason::Stale(staleness));
        }
        if notice <= SignedDuration::ZERO {
            return self.deactivate(Reason::Stale(staleness));
        }
        let reason = Reason::Stale(staleness);
        let cause = Cause::Stale.or_exposure_of(self.record());
        let warned = State::Warned { since: self.now, due, reminded: None, cause };
        let notice = self.notice(News::DeactivationAhead { due }, &reason);
        Verdict { step: Step::Warn { notice, after: self.write(warned) }, reason }
    }

    pub(crate) fn deactivate(&self, reason: Reason) -> Verdict {
        let cause = match self.record().map(Record::cause) {
            Some(cause @ (Cause::Exposed { .. } | Cause::Superseded(_))) => cause,
            Some(Cause::Stale | Cause::ByHand) | None => Cause::Stale,
        };
        let before = self.write(State::Deactivating { since: self.now, cause: cause.clone() });
        let due = self.deletion_after(&before);
        let notice = self.notice(News::Deactivated { kept_until: due }, &reason);
        let after = State::Deactivated { since: self.now, due, cause };
        let after = self.subject.kind.can_be_deactivated().then(|| self.write(after));
        Verdict { step: Step::Deactivate { before, notice, after }, reason }
    }

    /// When a credential that is deactivated now may be deleted. The evidence of an exposure is deleted on no date that was set in advance.
    fn deletion_after(&self, record: &Record) -> Option<Timestamp> {
        let deletes = self.policy.delete && !record.is_of_exposure();
        (deletes && self.subject.kind.can_be_deactivated())
            .then(|| rotation::later(self.now, self.policy.grace))
    }

    fn fresh(&self) -> Verdict {
        match self.record.readable().map(|record| &record.state) {
            Some(
                State::Warned { .. }
                | State::Deactivating { .. }
                | State::Deactivated { .. }
                | State::DeletionAnnounced { .. }
                | State::Deleting { .. }
                | State::Reactivated { .. },
            ) => Verdict { step: Step::Keep(Memory::Remove), reason: Reason::FreshAgain },
            Some(State::Superseded { .. }) | None => keep(Reason::Fresh),
        }
    }

    /// Inactive, or expired by a date that AWS keeps.
    ///
    /// The owner is told again shortly before the deletion, by a run that sees the credential inactive: in between nobody may have looked.
    /// The clock of the deletion starts at a recorded deactivation, never before.
    pub(crate) fn inactive(&self) -> Verdict {
        if !self.policy.delete {
            return keep(Reason::DeletionOff);
        }
        let recorded = self.record().filter(|record| {
            record.says_inactive() && !matches!(record.state, State::Deactivating { .. })
        });
        let Some((record, promised)) = recorded.and_then(|record| Some((record, record.due()?)))
        else {
            return self.announce_first(recorded);
        };
        // A use after the recorded deactivation means that it was active meanwhile.
        let since = match self.subject.last_use {
            LastUse::At(used) => record.since().max(used),
            LastUse::NoneRecorded => record.since(),
            LastUse::Unknown if self.subject.kind.has_last_use() => {
                return report(Reason::LastUseUnknown);
            }
            LastUse::Unknown => record.since(),
        };
        let until = promised.max(rotation::later(since, self.policy.grace));
        // An announcement of an earlier date is about that date, and one of long ago is forgotten.
        let lapsed = self.now.duration_since(promised) > LAPSE;
        let announced =
            !matches!(record.state, State::Deactivated { .. }) && until <= promised && !lapsed;
        let left = until.duration_since(self.now);
        if announced && left <= SignedDuration::ZERO {
            return self.delete(record, promised);
        }
        if announced && let Some(reminder) = self.remind_of_deletion(record, until) {
            return reminder;
        }
        let announce = self.policy.last_announcement();
        if announced || left > announce {
            return keep(Reason::GraceRunning { until });
        }
        let due = until.max(rotation::later(self.now, announce));
        let (since, told, cause) = (record.since(), self.now, record.cause());
        let after = self.write(State::DeletionAnnounced { since, due, told, cause });
        self.warn_of_deletion(Reason::DeletionAhead { due }, due, after)
    }

    /// The owner of an inactive credential is told for the first time that it will be deleted.
    fn announce_first(&self, recorded: Option<&Record>) -> Verdict {
        let due = rotation::later(self.now, self.policy.grace);
        let since = recorded.map_or(self.now, Record::since);
        // A warned credential that is inactive was deactivated by somebody else.
        let cause = self.record().filter(|record| !matches!(record.state, State::Warned { .. }));
        let cause = cause.map_or(Cause::ByHand, Record::cause).or_exposure_of(self.record());
        let after = self.write(State::Deactivated { since, due: Some(due), cause });
        self.warn_of_deletion(Reason::DeletionAhead { due }, due, after)
    }

    fn warn_of_deletion(&self, reason: Reason, due: Timestamp, after: Record) -> Verdict {
        let notice = self.notice(News::DeletionAhead { due }, &reason);
        Verdict { step: Step::Warn { notice, after }, reason }
    }

    fn delete(&self, record: &Record, due: Timestamp) -> Verdict {
        let reason = Reason::GraceOver { since: record.since() };
        let (since, cause) = (record.since(), record.cause());
        let before = self.write(State::Deleting { since, due, cause });
        Verdict {
            step: Step::Delete { before, notice: self.notice(News::Deleted, &reason) },
            reason,
        }
    }

    /// A reminder of a deactivation, if one is due. It moves no date: it writes down the one that holds already.
    fn remind(&self, record: &Record, until: Timestamp, staleness: Staleness) -> Option<Verdict> {
        let State::Warned { since, reminded, cause, .. } = &record.state else { return None };
        // A date to come is not believed: too early a one makes one reminder too many, too late a one would lose one.
        let told = reminded.filter(|told| *told <= self.now).unwrap_or(*since);
        if !self.policy.reminders.are_due(until, told, self.now) {
            return None;
        }
        let reason = Reason::DeactivationReminder(staleness);
        let (since, due, reminded, cause) = (*since, until, Some(self.now), cause.clone());
        let after = record.in_state(State::Warned { since, due, reminded, cause });
        let notice = self.notice(News::DeactivationAhead { due: until }, &reason);
        Some(Verdict { step: Step::Warn { notice, after }, reason })
    }

    /// A reminder of a deletion that was announced, if one is due.
    fn remind_of_deletion(&self, record: &Record, until: Timestamp) -> Option<Verdict> {
        let State::DeletionAnnounced { since, told, cause, .. } = &record.state else {
            return None;
        };
        // A date to come is not believed, and no announcement is made earlier than so long before its date.
        let earliest = rotation::earlier(until, Policy::LONGEST_ANNOUNCEMENT);
        let told = Some(*told).filter(|told| *told <= self.now);
        let told = told.unwrap_or_else(|| earliest.max(*since));
        if !self.policy.reminders.are_due(until, told, self.now) {
            return None;
        }
        let (since, due, told, cause) = (*since, until, self.now, cause.clone());
        let after = record.in_state(State::DeletionAnnounced { since, due, told, cause });
        Some(self.warn_of_deletion(Reason::DeletionReminder { due: until }, until, after))
    }

    fn write(&self, state: State) -> Record {
        Record { user: self.user.name.clone(), created: Some(self.subject.created), state }
    }

    fn notice(&self, news: News, reason: &Reason) -> PlannedNotice {
        let because = wording::because(self.policy, self.record(), reason);
        let exposed = self.record().is_some_and(Record::is_of_exposure);
        PlannedNotice { news, because, exposed }
    }
}
