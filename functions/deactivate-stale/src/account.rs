//! One account: the function's own, or one it assumes a role in.

use std::sync::atomic::{AtomicUsize, Ordering};

use aws_config::{Region, SdkConfig};
use iam_client::{
    CallCounter, CallLimiter, ExternalId, IamReader, IamWriter, member_session, own_identity,
};
use lifecycle::identifiers::{AccountId, Arn};
use lifecycle::sweep::Holding;
use plan_executor::AccountAlias;
use secret_store::SecretStore;

use crate::config::Mode;
use crate::{DeactivateStale, Error};

/// How long a session in another account lasts, in seconds: longer than any Lambda function runs, and within the hour that role chaining allows.
const SESSION_SECONDS: i32 = 1800;

/// So many changes denied in a row end the changes of a run: one may be about a single protected user.
const DENIED_IN_A_ROW: usize = 3;

/// The clients for one account. In dry-run mode there is no writer.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) reader: IamReader,
    pub(crate) writer: Option<IamWriter>,
    pub(crate) alias: AccountAlias,
    counter: CallCounter,
    refusals: AtomicUsize,
    own: (AccountId, SdkConfig),
    session: SdkConfig,
}

impl Account {
    /// Opens an account; `None` is the function's own.
    pub(crate) async fn open(
        function: &DeactivateStale,
        account: Option<&AccountId>,
    ) -> Result<Self, Error> {
        let config = &function.config;
        let identity = own_identity(&function.sdk).await.map_err(Error::Own)?;
        let id = account.unwrap_or(&identity.account).clone();
        let session = if id == identity.account {
            function.sdk.clone()
        } else {
            let role = config
                .member_role
                .as_ref()
                .ok_or_else(|| Error::NoMemberRole { account: id.clone() })?;
            let partition = identity.arn.split(':').nth(1).unwrap_or("aws");
            let role = role
                .in_account(partition, &id)
                .map_err(|_| Error::NoMemberRole { account: id.clone() })?;
            let external_id = config.external_id.as_ref().map(ExternalId::as_str);
            member_session(
                &function.sdk,
                &role,
                external_id,
                "keysteward-deactivate-stale",
                SESSION_SECONDS,
            )
            .await
            .map_err(|cause| Error::Account { account: id.clone(), cause })?
        };
        let counter = CallCounter::default();
        let limiter = CallLimiter::per_second(config.iam_calls_per_second).counted_by(&counter);
        let writer = (config.mode == Mode::Enforce).then(|| IamWriter::limited(&session, &limiter));
        let reader = IamReader::limited(&session, &limiter);
        Ok(Self {
            alias: AccountAlias::new(reader.clone()),
            reader,
            writer,
            counter,
            refusals: AtomicUsize::new(0),
            own: (identity.account, function.sdk.clone()),
            session,
            id,
        })
    }

    /// Notes how a change ended; an operator who removes the function's permissions wants it to stop.
    pub(crate) fn note_change(&self, denied: bool) {
        if denied {
            self.refusals.fetch_add(1, Ordering::Relaxed);
        } else {
            self.refusals.store(0, Ordering::Relaxed);
        }
    }

    /// Whether the last changes were all denied, so that no more are tried.
    pub(crate) fn is_stopped(&self) -> bool {
        self.refusals.load(Ordering::Relaxed) >= DENIED_IN_A_ROW
    }

    /// How many requests were sent to IAM, retries included.
    pub(crate) fn calls(&self) -> u64 {
        self.counter.counts().values().sum()
    }

    /// Whether the secret that is remembered for a user still rotates the user's keys.
    ///
    /// Only its description is read, never a value. The secret may lie in another Region, and in the function's own account.
    pub(crate) async fn holding(&self, secret: &Arn) -> Holding {
        let config = if *secret.account() == self.id {
            &self.session
        } else if *secret.account() == self.own.0 {
            &self.own.1
        } else {
            return Holding::Unknown;
        };
        let region = Region::new(secret.region().to_owned());
        let config = config.clone().into_builder().region(region).build();
        SecretStore::new(&config).holding(secret).await
    }
}
