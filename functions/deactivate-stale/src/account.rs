//! One account: the function's own, or one it assumes a role in.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use aws_config::{Region, SdkConfig};
use iam_client::{
    CallCounter, CallLimiter, ExternalId, IamReader, IamWriter, member_session, own_identity,
};
use lambda_shell::chain;
use lifecycle::identifiers::{AccountId, Arn};
use lifecycle::record::Record;
use lifecycle::rotation::VersionStage;
use lifecycle::sweep::Supersession;
use notice::Notice;
use secret_store::SecretStore;
use tokio::sync::OnceCell;

use crate::config::Mode;
use crate::{DeactivateStale, Error};

/// How long a session in another account lasts, in seconds: longer than any Lambda function runs, and within the hour that role chaining allows.
const SESSION_SECONDS: i32 = 1800;

/// So many changes denied in a row end the changes of a run: one may be about a single protected user.
const DENIED_IN_A_ROW: usize = 3;

/// How long the alias is waited for.
const ALIAS_TIMEOUT: Duration = Duration::from_secs(5);

/// The clients for one account. In dry-run mode there is no writer.
#[derive(Debug)]
pub(crate) struct Account {
    pub(crate) id: AccountId,
    pub(crate) reader: IamReader,
    pub(crate) writer: Option<IamWriter>,
    counter: CallCounter,
    refusals: AtomicUsize,
    alias: OnceCell<Option<String>>,
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
        Ok(Self {
            reader: IamReader::limited(&session, &limiter),
            writer,
            counter,
            refusals: AtomicUsize::new(0),
            alias: OnceCell::new(),
            own: (identity.account, function.sdk.clone()),
            session,
            id,
        })
    }

    /// The notice with the account's alias, which is read once, before the first notice.
    ///
    /// News without an alias is still news: a name that cannot be read in time is left out.
    pub(crate) async fn named(&self, notice: Notice) -> Notice {
        let read = || async {
            match tokio::time::timeout(ALIAS_TIMEOUT, self.reader.account_alias()).await {
                Ok(Ok(alias)) => alias,
                Ok(Err(error)) => {
                    tracing::warn!("notices go without the account's alias: {}", chain(&error));
                    None
                }
                Err(_) => {
                    tracing::warn!("notices go without the account's alias: IAM takes too long");
                    None
                }
            }
        };
        notice.in_account_called(self.alias.get_or_init(read).await.as_deref())
    }

    /// Notes how a change ended; whoever takes the function's permissions away wants it to stop.
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

    /// Whether the version that superseded a key is current in the secret that the user's tag names.
    ///
    /// Only the labels are read, never a value. The secret may lie in another Region, and in the function's own account.
    pub(crate) async fn supersession(&self, secret: &str, record: &Record) -> Supersession {
        let (Ok(arn), Some(version)) = (secret.parse::<Arn>(), &record.version) else {
            return Supersession::Unknown;
        };
        let config = if arn.account() == self.id {
            &self.session
        } else if arn.account() == self.own.0 {
            &self.own.1
        } else {
            return Supersession::Unknown;
        };
        let region = Region::new(arn.region().to_owned());
        let store = SecretStore::new(&config.clone().into_builder().region(region).build());
        match store.describe(&arn).await {
            Ok(stages) if stages.holder(&VersionStage::Current) == Some(version) => {
                Supersession::Stands
            }
            Ok(_) => Supersession::Undone,
            Err(_) => Supersession::Unknown,
        }
    }
}
