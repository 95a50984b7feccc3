//! The account that the rotated user lives in: the secret's own, or one that a role leads into.

use aws_config::SdkConfig;
use iam_client::{
    Error as IamError, ErrorKind, ExternalId, IamReader, IamWriter, KeyOwner, account_of_key,
    member_session,
};
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn};
use lifecycle::rotation::Refusal;

use crate::{Error, Invocation, RotateKey};

/// How the sessions are named in the other account's CloudTrail.
const SESSION_NAME: &str = "keysteward-rotate-key";

/// The shortest session there is, in seconds, and as long as an invocation can last.
const SESSION_SECONDS: i32 = 900;

/// IAM in one account.
#[derive(Clone, Debug)]
pub(crate) struct Iam {
    pub(crate) reader: IamReader,
    pub(crate) writer: IamWriter,
}

impl Iam {
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self { reader: IamReader::new(sdk), writer: IamWriter::new(sdk) }
    }
}

impl RotateKey {
    /// The role to assume in another account; `None` if no role is set for others.
    pub(crate) fn role_in(&self, partition: &str, account: &AccountId) -> Option<Arn> {
        self.config.member_role.as_ref()?.in_account(partition, account).ok()
    }

    /// A session of a role in another account.
    pub(crate) async fn session(&self, role: &Arn) -> Result<SdkConfig, IamError> {
        let external_id = self.config.external_id.as_ref().map(ExternalId::as_str);
        member_session(&self.sdk, role, external_id, SESSION_NAME, SESSION_SECONDS).await
    }
}

/// Where the current key's user was found.
pub(crate) struct Home {
    pub(crate) account: AccountId,
    pub(crate) iam: Iam,
    pub(crate) owner: KeyOwner,
}

impl Invocation<'_> {
    /// Finds the owner of the current key, in the secret's own account first.
    ///
    /// IAM tells of keys of its own account only; those of others it does not know, or does not tell of.
    pub(crate) async fn find_home(&self, key: &AccessKeyId) -> Result<Home, Error> {
        let (account, iam) = (self.event.secret.account().clone(), self.function.iam.clone());
        match iam.reader.key_owner(key).await {
            Ok(owner) => Ok(Home { account, iam, owner }),
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::Denied) => {
                self.find_elsewhere(key, error).await
            }
            Err(cause) => Err(self.iam_failed(cause)),
        }
    }

    /// Finds the owner in the account that STS names; `missing` is what IAM said at home.
    async fn find_elsewhere(&self, key: &AccessKeyId, missing: IamError) -> Result<Home, Error> {
        let (function, secret) = (self.function, &self.event.secret);
        let account = match (account_of_key(&function.sdk, key).await, &function.config.member_role)
        {
            (Ok(account), _) => account,
            // Nobody has the key, or nobody asked for other accounts: then what was said at home is the better answer.
            (Err(error), Some(_)) if error.kind() != ErrorKind::Rejected => {
                return Err(self.iam_failed(error));
            }
            (Err(_), _) => return Err(self.not_owned(key, missing)),
        };
        if account == *secret.account() {
            return Err(self.not_owned(key, missing));
        }
        let Some(role) = function.role_in(secret.partition(), &account) else {
            return Err(Error::OtherAccount {
                step: self.event.step,
                secret: secret.clone(),
                key: key.clone(),
                account,
            });
        };
        let session = function.session(&role).await.map_err(|cause| self.iam_failed(cause))?;
        let iam = Iam::new(&session);
        match iam.reader.key_owner(key).await {
            Ok(owner) => Ok(Home { account, iam, owner }),
            Err(cause) => Err(self.not_owned(key, cause)),
        }
    }

    fn not_owned(&self, key: &AccessKeyId, cause: IamError) -> Error {
        if cause.kind() == ErrorKind::NotFound {
            return self.refused(Refusal::KeyMissing { key: key.clone(), stage: "AWSCURRENT" });
        }
        self.iam_failed(cause)
    }
}
