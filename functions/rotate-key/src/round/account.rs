//! The account of a round: the function's own, or one it assumes a role in.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aws_config::{Region, SdkConfig};
use iam_client::{CallLimiter, IamReader, IamWriter, own_identity};
use lifecycle::identifiers::{AccountId, Arn};
use plan_executor::AccountAlias;
use secret_store::SecretStore;

use super::RoundError;
use crate::RotateKey;

/// Most IAM calls in a second: the account's own people and rotations need the rest of what IAM allows.
const IAM_CALLS_PER_SECOND: u32 = 10;

/// The clients of a round.
#[derive(Debug)]
pub(super) struct Account {
    pub(super) id: AccountId,
    pub(super) reader: IamReader,
    pub(super) writer: IamWriter,
    pub(super) alias: AccountAlias,
    own: (AccountId, SdkConfig),
    /// By Region.
    secrets: Mutex<BTreeMap<String, SecretStore>>,
}

impl Account {
    /// Opens an account; `None` is the function's own.
    pub(super) async fn open(
        function: &RotateKey,
        account: Option<&AccountId>,
    ) -> Result<Self, RoundError> {
        let own = own_identity(&function.sdk).await.map_err(RoundError::Own)?;
        let id = account.unwrap_or(&own.account).clone();
        let session = if id == own.account {
            function.sdk.clone()
        } else {
            let no_role = || RoundError::NoMemberRole { account: id.clone() };
            let partition = own.arn.split(':').nth(1).unwrap_or("aws");
            let role = function.role_in(partition, &id).ok_or_else(no_role)?;
            let session = function.session(&role).await;
            session.map_err(|cause| RoundError::Account { account: id.clone(), cause })?
        };
        let limiter = CallLimiter::per_second(IAM_CALLS_PER_SECOND);
        let reader = IamReader::limited(&session, &limiter);
        Ok(Self {
            alias: AccountAlias::new(reader.clone()),
            writer: IamWriter::limited(&session, &limiter),
            reader,
            own: (own.account, function.sdk.clone()),
            secrets: Mutex::default(),
            id,
        })
    }

    /// Whether a secret lies in the account of the round, which is not the function's own.
    pub(super) fn is_of_member(&self, secret: &Arn) -> bool {
        self.id != self.own.0 && *secret.account() == self.id
    }

    /// The store of the Region that a secret of the function's account lies in; `None` for a secret of any other account.
    pub(super) fn store_of(&self, secret: &Arn) -> Option<SecretStore> {
        let (own, config) = &self.own;
        if secret.account() != own {
            return None;
        }
        let region = secret.region().to_owned();
        let make = || {
            let region = Region::new(region.clone());
            SecretStore::new(&config.clone().into_builder().region(region).build())
        };
        let mut stores = self.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        Some(stores.entry(region.clone()).or_insert_with(make).clone())
    }
}
