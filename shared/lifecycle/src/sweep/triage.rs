//! Which users need a closer look, from the credential report and the users' tags alone.

use jiff::Timestamp;

use super::evaluate::{read_record, records};
use super::facts::{KeyRow, Supersession, UserFacts, UserRow};
use super::ladder::{Case, Verdict};
use super::plan::{Action, Decision, Subject};
use super::policy::Policy;
use super::reason::Reason;
use crate::credential::{Credential, CredentialKind, CredentialStatus, LastUse};
use crate::identifiers::CredentialId;
use crate::record::Record;
use crate::rotation::Tagged;

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

/// Judges a user by the report's row and the user's tags; `listed` are those credentials that were listed for the whole account.
///
/// SSH public keys show in no report: whoever sweeps them lists them, or looks at every user. The report has no key ids.
/// A record is matched to a row by the time of creation, and only where that is unambiguous; everything else is looked at.
/// The report is hours old, so nothing is ever taken away on its word.
pub fn triage(
    policy: &Policy,
    row: &UserRow,
    user: &UserFacts,
    listed: &[Credential],
    now: Timestamp,
) -> Triage {
    let mut triage = Triage { look: Look::None, decisions: Vec::new() };
    let mut judge = |subject: Subject, record: &Tagged<Record>| {
        let supersession = Supersession::Unknown;
        let case = Case { policy, user, subject: &subject, record, supersession, now };
        triage.add(user, subject.clone(), case.judge());
    };
    if policy.kinds.contains(&CredentialKind::AccessKey) {
        for key in &row.access_keys {
            let matched = matching_record(row, user, key);
            let id = matched.as_ref().map(|(id, _)| id.clone());
            let record = matched.map_or(Tagged::Absent, |(_, record)| Tagged::Readable(record));
            judge(key_subject(key, id), &record);
        }
    }
    let password = password_of(row, user);
    for credential in password.iter().chain(listed).filter(|it| policy.kinds.contains(&it.kind)) {
        judge(Subject::from(credential), &read_record(user, &credential.id));
    }
    if unmatched(policy, row, user, listed) {
        triage.look = triage.look.max(Look::Removable);
    }
    triage
}

impl Triage {
    fn add(&mut self, user: &UserFacts, subject: Subject, verdict: Verdict) {
        let Verdict { action, reason, note } = verdict;
        let look = match (&reason, action) {
            // The report may be older than the exposure, and show what was deactivated since as active.
            (Reason::ExposedAndActive, _) => Look::Warnable,
            (Reason::SecretUnreadable, _) | (_, Action::Deactivate | Action::Delete) => {
                Look::Removable
            }
            (_, Action::Warn) => Look::Warnable,
            (_, Action::Keep | Action::Report) if note.is_some() => Look::Warnable,
            (_, Action::Keep | Action::Report) => Look::None,
        };
        self.look = self.look.max(look);
        self.decisions.push(Decision { user: user.name.clone(), subject, action, reason, note });
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

fn key_records(user: &UserFacts) -> impl Iterator<Item = (CredentialId, Record)> + '_ {
    records(user).filter(|(id, _)| CredentialKind::of_id(id) == CredentialKind::AccessKey)
}

/// The one record that was made for a key created at that very second, if there is only one such key.
fn matching_record(
    row: &UserRow,
    user: &UserFacts,
    key: &KeyRow,
) -> Option<(CredentialId, Record)> {
    let twins = row.access_keys.iter().filter(|other| other.created == key.created).count();
    let mut records = key_records(user).filter(|(_, record)| record.created == Some(key.created));
    let matched = records.next();
    if twins == 1 && records.next().is_none() { matched } else { None }
}

/// Whether anything about the user cannot be told from the report: more credentials than it shows, or a record that fits none.
fn unmatched(policy: &Policy, row: &UserRow, user: &UserFacts, listed: &[Credential]) -> bool {
    let swept = |kind: &CredentialKind| policy.kinds.contains(kind);
    let fits = |id: &CredentialId, record: &Record| match CredentialKind::of_id(id) {
        CredentialKind::AccessKey => {
            let keys = || row.access_keys.iter().filter(|key| record.created == Some(key.created));
            let rivals = key_records(user).filter(|(_, other)| other.created == record.created);
            keys().count() == 1 && rivals.count() == 1
        }
        CredentialKind::Password => row.password.is_some(),
        CredentialKind::SshPublicKey
        | CredentialKind::SigningCertificate
        | CredentialKind::ServiceSpecific => listed.iter().any(|listed| listed.id == *id),
    };
    let lost =
        records(user).any(|(id, record)| swept(&CredentialKind::of_id(&id)) && !fits(&id, &record));
    // The report counts certificates, and does not tell of which kind there are more.
    let is_certificate = |kind: &CredentialKind| *kind == CredentialKind::SigningCertificate;
    let certificates = listed.iter().filter(|listed| is_certificate(&listed.kind)).count();
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
        kind: CredentialKind::Password,
        id: CredentialId::password(),
        status: CredentialStatus::Active,
        created: password.changed,
        expires: None,
        service: None,
        last_use,
        last_used_with: None,
    })
}
