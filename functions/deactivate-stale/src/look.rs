//! The closer look: live facts of one user.

use iam_client::ErrorKind;
use lifecycle::credential::{Credential, CredentialKind};
use lifecycle::record::SECRET_TAG;
use lifecycle::rotation::Tagged;
use lifecycle::sweep::{
    Held, Inventory, Supersession, UserFacts, UserRow, needs_last_use, password_of, read_record,
};

use crate::Sweep;
use crate::gather::Suspect;

impl Sweep<'_> {
    /// The live facts of a user whom the triage singled out; `None` when the user is gone.
    pub(crate) async fn look(
        &self,
        suspect: &Suspect,
    ) -> Result<Option<Inventory>, iam_client::Error> {
        let Suspect { row, user, listed, password, .. } = suspect;
        let found = async {
            let mut credentials = self.keys(user).await?;
            if *password {
                credentials.extend(self.password(row, user).await?);
            } else {
                credentials.extend(password_of(row, user));
            }
            credentials.extend(listed.iter().cloned());
            Ok(credentials)
        };
        self.inventory(user.clone(), found).await
    }

    /// All facts of a user anew, tags included, just before something is taken away.
    ///
    /// IAM does not tell when a password was last changed, so that one date is still the report's.
    pub(crate) async fn look_again(
        &self,
        row: &UserRow,
        user: &UserFacts,
        kind: CredentialKind,
    ) -> Result<Option<Inventory>, iam_client::Error> {
        let reader = &self.account.reader;
        let groups = !self.function.config.policy.exempt.groups.is_empty();
        let fresh = match reader.user_facts(&user.name, groups).await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        if fresh.id != user.id {
            return Ok(None);
        }
        let found = async {
            Ok(match kind {
                CredentialKind::AccessKey => self.keys(&fresh).await?,
                CredentialKind::Password => self.password(row, &fresh).await?.into_iter().collect(),
                CredentialKind::SshPublicKey => reader.ssh_public_keys(&fresh.name).await?,
                CredentialKind::SigningCertificate => {
                    reader.signing_certificates(&fresh.name).await?
                }
                CredentialKind::ServiceSpecific => {
                    reader.service_specific_credentials_of(&fresh.name).await?
                }
            })
        };
        self.inventory(fresh.clone(), found).await
    }

    /// The password of the report's row, if the user still has that one: the report may be hours old, and the password deleted or given anew.
    async fn password(
        &self,
        row: &UserRow,
        user: &UserFacts,
    ) -> Result<Option<Credential>, iam_client::Error> {
        let Some(password) = password_of(row, user) else { return Ok(None) };
        let created = self.account.reader.login_profile(&user.name).await?;
        Ok(created.is_some_and(|created| created <= password.created).then_some(password))
    }

    async fn keys(&self, user: &UserFacts) -> Result<Vec<Credential>, iam_client::Error> {
        let policy = &self.function.config.policy;
        if !policy.kinds.contains(&CredentialKind::AccessKey) {
            return Ok(Vec::new());
        }
        let ask =
            |key: &lifecycle::credential::AccessKey| needs_last_use(policy, user, key, self.now);
        self.account.reader.access_key_credentials(&user.name, &ask).await
    }

    async fn inventory(
        &self,
        user: UserFacts,
        found: impl Future<Output = Result<Vec<Credential>, iam_client::Error>>,
    ) -> Result<Option<Inventory>, iam_client::Error> {
        let found = match found.await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let mut credentials = Vec::new();
        for credential in found {
            let supersession = self.supersession(&user, &credential).await;
            credentials.push(Held { credential, supersession });
        }
        Ok(Some(Inventory { user, credentials }))
    }

    /// Looks into the secret of a key that a rotation replaced, once its overlap is over.
    async fn supersession(&self, user: &UserFacts, credential: &Credential) -> Supersession {
        let record = match read_record(user, &credential.id) {
            Tagged::Readable(record) if record.version.is_some() => record,
            Tagged::Readable(_) | Tagged::Absent | Tagged::Unreadable(_) => {
                return Supersession::Unknown;
            }
        };
        let over = self.now.duration_since(record.at) >= self.function.config.policy.overlap;
        let secret = user.tags.iter().find(|(tag, _)| tag.eq_ignore_ascii_case(SECRET_TAG));
        match secret {
            Some((_, secret)) if over => self.account.supersession(secret, &record).await,
            _ => Supersession::Unknown,
        }
    }
}
