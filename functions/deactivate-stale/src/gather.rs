//! Reads what the whole account tells: the credential report, the users with their tags, and what can be listed at once.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use jiff::Timestamp;
use lifecycle::credential::{Credential, CredentialKind};
use lifecycle::identifiers::{Arn, CredentialId, UserId, UserName};
use lifecycle::memory::UserMemory;
use lifecycle::sweep::{
    Binding, CredentialReport, Finding, Holding, Look, Policy, UserFacts, UserRow,
    exemptions_of_nobody, missing_from_report, outside_user_path, records_of_gone_users,
    root_findings, secret_to_ask, triage, user_findings,
};
use tokio::time::Instant;

use crate::account::Account;
use crate::ledger::{Ledger, Outcome};
use crate::sweep::{BETWEEN_USERS, in_parallel};
use crate::{Error, Sweep};

/// How long the report is waited for.
const PATIENCE: Duration = Duration::from_secs(300);

/// A user who needs a closer look.
#[derive(Clone, Debug)]
pub(crate) struct Suspect {
    pub(crate) row: UserRow,
    pub(crate) user: UserFacts,
    /// Credentials that were listed already.
    pub(crate) listed: Vec<Credential>,
    /// What is remembered of the user.
    pub(crate) memory: UserMemory,
    /// Whose affair the access keys are.
    pub(crate) binding: Binding,
    /// Whether the report calls for anything to be done about the password.
    pub(crate) password: bool,
    /// How many credentials the report would have deactivated or deleted.
    pub(crate) due: usize,
    /// When the report was made.
    pub(crate) reported: Timestamp,
    /// When the user was read.
    pub(crate) read_at: Instant,
}

/// Whom to look at, and the ledger with everybody else's decisions.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) ledger: Ledger,
    /// From whom something may be taken away.
    pub(crate) removable: Vec<Suspect>,
    /// Who may be warned.
    pub(crate) warnable: Vec<Suspect>,
    /// Records of users who are gone.
    pub(crate) obsolete: Vec<(UserId, CredentialId)>,
}

impl Sweep<'_> {
    pub(crate) async fn gather(&self) -> Result<Gathered, Error> {
        let failed = |cause| Error::Account { account: self.account.id.clone(), cause };
        let Account { id, reader, .. } = self.account;
        let patience = self.deadline.remaining().map_or(PATIENCE, |left| (left / 2).min(PATIENCE));
        let report = reader.credential_report(id, self.now, patience).await.map_err(failed)?;
        let read_at = Instant::now();
        let users = reader.users().await.map_err(failed)?;
        let missing = missing_from_report(&report, &users);
        if let Some(user) = missing.first() {
            let (account, count) = (id.clone(), missing.len());
            return Err(Error::ReportIncomplete { account, user: user.clone(), count });
        }
        let mut ledger = Ledger { findings: root_findings(&report), ..Ledger::default() };
        for row in &report.rejected {
            let who = row.user.as_ref().map_or("an unknown user", |user| user.as_str());
            let subject = format!("row {} of the credential report, of {who}", row.line);
            ledger.failures.push(crate::ledger::Failure { subject, error: row.fault.clone() });
        }
        let mut listed = self.account_wide().await.map_err(failed)?;
        self.of_each_user(&report, &mut listed, &mut ledger).await;
        let bindings = self.bindings(&users).await;
        let found = Found { report, users, listed, bindings, read_at };
        Ok(self.sort_out(found, ledger))
    }

    /// Asks the secrets of those users who lost the tag while a rotation of their keys is remembered; of nobody else.
    async fn bindings(&self, users: &[UserFacts]) -> BTreeMap<UserId, Holding> {
        let memory = &self.memory.memory;
        let asked = users.iter().filter_map(|user| {
            let secret = secret_to_ask(user, memory.of(&user.id))?;
            Some((user.id.clone(), secret.clone()))
        });
        let sweep = *self;
        let ask = move |(user, secret): (UserId, Arn)| async move {
            (user, sweep.account.holding(&secret).await)
        };
        in_parallel(asked.collect(), ask).await.into_iter().collect()
    }

    /// Service-specific credentials can be listed for all users at once.
    async fn account_wide(&self) -> Result<Listed, iam_client::Error> {
        let mut listed = Listed::default();
        if self.swept(CredentialKind::ServiceSpecific) {
            for (user, credential) in self.account.reader.service_specific_credentials().await? {
                listed.of(&user).push(credential);
            }
        }
        Ok(listed)
    }

    /// SSH keys and certificates are listed user by user: certificates of those whom the report shows with one, SSH keys of everybody.
    async fn of_each_user(
        &self,
        report: &CredentialReport,
        listed: &mut Listed,
        ledger: &mut Ledger,
    ) {
        let ssh = self.swept(CredentialKind::SshPublicKey);
        let certificates = self.swept(CredentialKind::SigningCertificate);
        let wanted = report.users.iter().filter_map(|row| {
            let certificates = certificates && row.certificates > 0;
            (ssh || certificates).then(|| (row.user.clone(), certificates))
        });
        let sweep = *self;
        let answers = in_parallel(wanted.collect(), move |(user, certificates)| async move {
            if !sweep.deadline.allows(BETWEEN_USERS) {
                return (user, None);
            }
            let found = sweep.list(&user, ssh, certificates).await;
            (user, Some(found))
        });
        for (user, answer) in answers.await {
            match answer {
                Some(Ok(found)) => listed.of(&user).extend(found),
                // A user who is gone has nothing to sweep.
                Some(Err(error)) if error.kind() == iam_client::ErrorKind::NotFound => {}
                Some(Err(error)) => {
                    ledger.failed(format!("user {user}"), &error);
                    listed.unread.insert(user.as_str().to_lowercase());
                }
                None => {
                    listed.unread.insert(user.as_str().to_lowercase());
                    ledger.users_left += 1;
                }
            }
        }
    }

    async fn list(
        &self,
        user: &UserName,
        ssh: bool,
        certificates: bool,
    ) -> Result<Vec<Credential>, iam_client::Error> {
        let reader = &self.account.reader;
        let mut found = Vec::new();
        if ssh {
            found.extend(reader.ssh_public_keys(user).await?);
        }
        if certificates {
            found.extend(reader.signing_certificates(user).await?);
        }
        Ok(found)
    }

    fn swept(&self, kind: CredentialKind) -> bool {
        self.policy().kinds.contains(&kind)
    }

    fn policy(&self) -> &Policy {
        &self.function.config.policy
    }

    /// Joins rows and users, and triages them. A user who is in one of the two only was created or deleted meanwhile.
    fn sort_out(&self, found: Found, mut ledger: Ledger) -> Gathered {
        let Found { report, users, mut listed, bindings, read_at } = found;
        let reported = report.generated;
        let mut rows: BTreeMap<_, _> =
            report.users.into_iter().map(|row| (row.user.as_str().to_lowercase(), row)).collect();
        let (mut removable, mut warnable) = (Vec::new(), Vec::new());
        let gone = records_of_gone_users(&self.memory.memory, &users);
        let obsolete = gone.into_iter().map(|(user, id)| (user.clone(), id.clone())).collect();
        ledger.findings.extend(exemptions_of_nobody(self.policy(), &users));
        ledger.findings.extend(outside_user_path(self.policy(), &users));
        for user in users.into_iter().filter(|user| self.policy().covers(user)) {
            let name = user.name.as_str().to_lowercase();
            let Some(row) = rows.remove(&name) else { continue };
            let listed_here = std::mem::take(listed.of(&user.name));
            ledger.credentials += self.count(&row, &listed_here);
            if row.created != user.created {
                ledger.findings.push(Finding::RecreatedSinceReport { user: user.name });
                continue;
            }
            let memory = self.memory.memory.of(&user.id).clone();
            let holding = bindings.get(&user.id).copied().unwrap_or(Holding::Unknown);
            let binding = Binding::of(&user, &memory, holding);
            ledger.findings.extend(user_findings(&row, &user, &binding, self.now));
            if listed.unread.contains(&name) {
                continue;
            }
            let triage =
                triage(self.policy(), &row, &user, &memory, &binding, &listed_here, self.now);
            let password = triage.decisions.iter().any(|decision| {
                decision.subject.kind == CredentialKind::Password && !decision.changes_nothing()
            });
            let due = triage.decisions.iter().filter(|decision| decision.takes_away()).count();
            let listed = listed_here;
            let suspect =
                Suspect { row, user, listed, memory, binding, password, due, reported, read_at };
            match triage.look {
                Look::None => {
                    for decision in triage.decisions {
                        ledger.record(decision, Outcome::NothingToDo);
                    }
                }
                Look::Warnable => warnable.push(suspect),
                Look::Removable => removable.push(suspect),
            }
        }
        ledger.allowed = self.policy().limits.allowed(ledger.credentials);
        Gathered { ledger, removable, warnable, obsolete }
    }

    /// How many credentials of the swept kinds a user has.
    fn count(&self, row: &UserRow, listed: &[Credential]) -> usize {
        let keys = if self.swept(CredentialKind::AccessKey) { row.access_keys.len() } else { 0 };
        let password = self.swept(CredentialKind::Password) && row.password.is_some();
        keys + usize::from(password) + listed.len()
    }
}

/// What the whole account tells.
struct Found {
    report: CredentialReport,
    users: Vec<UserFacts>,
    listed: Listed,
    bindings: BTreeMap<UserId, Holding>,
    read_at: Instant,
}

/// Credentials by the lower-case name of their user.
#[derive(Debug, Default)]
struct Listed {
    credentials: BTreeMap<String, Vec<Credential>>,
    /// Users whose credentials could not be listed.
    unread: BTreeSet<String>,
}

impl Listed {
    fn of(&mut self, user: &UserName) -> &mut Vec<Credential> {
        self.credentials.entry(user.as_str().to_lowercase()).or_default()
    }
}
