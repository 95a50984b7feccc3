//! The closer look: live facts of one user.

use iam_client::ErrorKind;
use lifecycle::credential::{AccessKey, Credential, CredentialKind};
use lifecycle::sweep::{
    Binding, Holding, Inventory, UserFacts, UserRow, needs_last_use, password_of,
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
            let mut credentials = self.keys(suspect, user).await?;
            if *password {
                credentials.extend(self.password(row, user).await?);
            } else {
                credentials.extend(password_of(row, user));
            }
            credentials.extend(listed.iter().cloned());
            Ok(credentials)
        };
        self.inventory(suspect, user.clone(), found).await
    }

    /// All facts of a user anew, tags included, just before a credential is deactivated or deleted.
    ///
    /// IAM does not tell when a password was last changed, so that one date is still the report's.
    pub(crate) async fn look_again(
        &self,
        suspect: &Suspect,
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
                CredentialKind::AccessKey => self.keys(suspect, &fresh).await?,
                CredentialKind::Password => {
                    self.password(&suspect.row, &fresh).await?.into_iter().collect()
                }
                CredentialKind::SshPublicKey => reader.ssh_public_keys(&fresh.name).await?,
                CredentialKind::SigningCertificate => {
                    reader.signing_certificates(&fresh.name).await?
                }
                CredentialKind::ServiceSpecific => {
                    reader.service_specific_credentials_of(&fresh.name).await?
                }
            })
        };
        self.inventory(suspect, fresh.clone(), found).await
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

    async fn keys(
        &self,
        suspect: &Suspect,
        user: &UserFacts,
    ) -> Result<Vec<Credential>, iam_client::Error> {
        let policy = &self.function.config.policy;
        if !policy.kinds.contains(&CredentialKind::AccessKey) {
            return Ok(Vec::new());
        }
        let memory = &suspect.memory;
        let ask = |key: &AccessKey| needs_last_use(policy, memory, key, self.now);
        self.account.reader.access_key_credentials(&user.name, &ask).await
    }

    async fn inventory(
        &self,
        suspect: &Suspect,
        user: UserFacts,
        found: impl Future<Output = Result<Vec<Credential>, iam_client::Error>>,
    ) -> Result<Option<Inventory>, iam_client::Error> {
        let credentials = match found.await {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            other => other?,
        };
        let memory = suspect.memory.clone();
        // A tag that appeared meanwhile binds the user; one that went away does not free the keys before the next run asks the secret.
        let binding = match &suspect.binding {
            Binding::None => Binding::of(&user, &memory, Holding::Ended),
            other => other.clone(),
        };
        Ok(Some(Inventory { user, memory, binding, credentials }))
    }
}
