//! Which users need a closer look, from the credential report and the users' tags alone.

use jiff::Timestamp;

use super::facts::{Binding, KeyRow, UserFacts, UserRow};
use super::ladder::{Case, Verdict};
use super::plan::{Decision, Memory, Step, Subject};
use super::policy::Policy;
use super::reason::Reason;
use crate::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use crate::identifiers::CredentialId;
use crate::memory::UserMemory;
use crate::record::{Record, Remembered};

/// What a user needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Look {
    /// Nothing: the decisions stand as they are, and no further call is made.
    None,
    /// A closer look, from which no more than a warning can come.
    Warnable,
    /// A closer look before anything is done to anybody: a deactivation or deletion may come of it.
    Removable,
}

/// The triage of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Triage {
    /// What the user needs.
    pub look: Look,
    /// The decisions of the report; they stand if no closer look is needed.
    pub decisions: Vec<Decision>,
}

/// Judges a user by the report's row, the user's tags and what is remembered; `listed` are those credentials that were listed for the whole account.
///
/// SSH public keys show in no report: whoever sweeps them lists them, or looks at every user. The report has no key ids.
/// A record is matched to a row by the time of creation, and only where that is unambiguous; everything else is looked at.
/// The report is hours old, so nothing is ever taken away on its word.
pub fn triage(
    policy: &Policy,
    row: &UserRow,
    user: &UserFacts,
    memory: &UserMemory,
    binding: &Binding,
    listed: &[Credential],
    now: Timestamp,
) -> Triage {
    let mut triage = Triage { look: Look::None, decisions: Vec::new() };
    let mut judge = |subject: Subject, record: &Remembered<Record>| {
        let case = Case { policy, user, binding, subject: &subject, record, now };
        triage.add(user, subject.clone(), case.judge());
    };
    if policy.kinds.contains(&CredentialKind::AccessKey) {
        for key in &row.access_keys {
            let matched = matching_record(row, memory, key);
            let id = matched.map(|(id, _)| id.clone());
            let record = matched
                .map_or(Remembered::Absent, |(_, record)| Remembered::Readable(record.clone()));
            judge(key_subject(key, id), &record);
        }
    }
    let password = password_of(row, user);
    let others = password.iter().chain(listed).filter(|it| policy.kinds.contains(&it.id.kind()));
    for credential in others {
        judge(Subject::from(credential), &memory.record(&credential.id));
    }
    if unmatched(policy, row, memory, binding, listed) {
        triage.look = triage.look.max(Look::Removable);
    }
    triage
}

impl Triage {
    fn add(&mut self, user: &UserFacts, subject: Subject, verdict: Verdict) {
        let Verdict { step, reason } = verdict;
        let look = match (&reason, &step) {
            // The report may be older than the exposure, and show what was deactivated since as active.
            (Reason::ExposedAndActive, _) => Look::Warnable,
            (_, Step::Deactivate { .. } | Step::Delete { .. }) => Look::Removable,
            (_, Step::Warn { .. } | Step::Complete { .. }) => Look::Warnable,
            (_, Step::Keep(memory) | Step::Report(memory)) => match memory {
                Memory::Write(_) | Memory::Remove => Look::Warnable,
                Memory::Unchanged => Look::None,
            },
        };
        self.look = self.look.max(look);
        let (user, user_id) = (user.name.clone(), user.id.clone());
        self.decisions.push(Decision { user, user_id, subject, step, reason });
    }
}

fn key_subject(key: &KeyRow, id: Option<CredentialId>) -> Subject {
    Subject {
        kind: CredentialKind::AccessKey,
        id,
        status: if key.active { CredentialStatus::Active } else { CredentialStatus::Inactive },
        created: key.created,
        expires: None,
        service: None,
        last_use: key.last_use.clone(),
        last_used_with: None,
    }
}

fn key_records(memory: &UserMemory) -> impl Iterator<Item = (&CredentialId, &Record)> {
    let keys = memory.records.iter().filter(|(id, _)| id.kind() == CredentialKind::AccessKey);
    keys.filter_map(|(id, record)| Some((id, record.readable()?)))
}

/// The one record that was made for a key created at that very second, if there is only one such key.
fn matching_record<'a>(
    row: &UserRow,
    memory: &'a UserMemory,
    key: &KeyRow,
) -> Option<(&'a CredentialId, &'a Record)> {
    let twins = row.access_keys.iter().filter(|other| other.created == key.created).count();
    let mut records = key_records(memory).filter(|(_, record)| record.created == Some(key.created));
    let matched = records.next();
    if twins == 1 && records.next().is_none() { matched } else { None }
}

/// Whether anything about the user cannot be told from the report: more credentials than it shows, or a record that fits none.
fn unmatched(
    policy: &Policy,
    row: &UserRow,
    memory: &UserMemory,
    binding: &Binding,
    listed: &[Credential],
) -> bool {
    let swept = |kind: &CredentialKind| policy.kinds.contains(kind);
    let fits = |id: &CredentialId, record: &Remembered<Record>| match (id, record) {
        // Keys that the rotation owns are not for the sweep to look at, unless they were exposed.
        (CredentialId::AccessKey(_), record)
            if binding.leaves_to_rotation()
                && !record.readable().is_some_and(Record::is_of_exposure) =>
        {
            true
        }
        // The report has no ids, so nobody can tell which key it is about.
        (CredentialId::AccessKey(_), Remembered::Unreadable(_) | Remembered::Absent) => false,
        (CredentialId::AccessKey(_), Remembered::Readable(record)) => {
            let keys = || row.access_keys.iter().filter(|key| record.created == Some(key.created));
            let rivals = key_records(memory).filter(|(_, other)| other.created == record.created);
            keys().count() == 1 && rivals.count() == 1
        }
        (CredentialId::Password, _) => row.password.is_some(),
        (
            CredentialId::SshPublicKey(_)
            | CredentialId::SigningCertificate(_)
            | CredentialId::ServiceSpecific(_),
            _,
        ) => listed.iter().any(|listed| listed.id == *id),
    };
    let lost = memory.records.iter().any(|(id, record)| swept(&id.kind()) && !fits(id, record));
    // The report counts certificates, and does not say of which kind there are more.
    let is_certificate = |id: &CredentialId| id.kind() == CredentialKind::SigningCertificate;
    let certificates = listed.iter().filter(|listed| is_certificate(&listed.id)).count();
    let unlisted = row.certificates > certificates || row.has_more;
    lost || (row.has_more && swept(&CredentialKind::AccessKey))
        || (unlisted && swept(&CredentialKind::SigningCertificate))
}

/// The password of a row as a credential, with the later of the two last uses that the report and IAM tell.
pub fn password_of(row: &UserRow, user: &UserFacts) -> Option<Credential> {
    let password = row.password.as_ref()?;
    let last_use = match (&password.last_use, user.password_last_used) {
        (LastUse::At(reported), Some(live)) => LastUse::At(live.max(*reported)),
        (LastUse::NoneRecorded, Some(live)) => LastUse::At(live),
        (reported, None) => reported.clone(),
        (LastUse::Unknown, Some(_)) => LastUse::Unknown,
    };
    Some(Credential {
        id: CredentialId::Password,
        status: CredentialStatus::Active,
        created: password.changed,
        expires: None,
        service: None,
        last_use,
        last_used_with: None,
    })
}
