//! The handle that tests and the demo hold.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::TimeSource;
use aws_types::SdkConfig;
use aws_types::region::Region;
use bytes::Bytes;
use http::Request;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::Notify;

use crate::call::LoggedCall;
use crate::connector::Connector;
use crate::faults::Fault;
use crate::gate::Gate;
use crate::settings::Settings;
use crate::view::View;
use crate::world::{Answer, World};
use crate::{ACCOUNT, REGION};

/// A simulated AWS account; clones share it, and its neighbours are a call of [`Simulator::account`] away.
#[derive(Clone)]
pub struct Simulator {
    world: Arc<Mutex<World>>,
    account: Arc<str>,
    crash: Arc<Notify>,
}

impl fmt::Debug for Simulator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Simulator").finish_non_exhaustive()
    }
}

/// The function died in the middle of its work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crashed;

impl Simulator {
    /// An empty account whose clock starts at `start`.
    pub fn new(start: Timestamp, settings: Settings) -> Self {
        Self {
            world: Arc::new(Mutex::new(World::new(start, settings))),
            account: Arc::from(ACCOUNT),
            crash: Arc::new(Notify::new()),
        }
    }

    /// Another account of the same world: clock, log, faults and settings are shared, users and roles are not.
    pub fn account(&self, id: &str) -> Self {
        Self { account: Arc::from(id), ..self.clone() }
    }

    /// The account that seeds, views and roles of this handle belong to.
    pub fn account_id(&self) -> &str {
        &self.account
    }

    /// The configuration of a function that runs under the role `role`, for any SDK client.
    pub fn sdk_config(&self, role: &str) -> SdkConfig {
        self.config(role, None)
    }

    /// As [`Simulator::sdk_config`], with every call held at `gate` until a test lets it through.
    pub fn gated_sdk_config(&self, role: &str, gate: &Gate) -> SdkConfig {
        self.config(role, Some(gate.clone()))
    }

    fn config(&self, role: &str, gate: Option<Gate>) -> SdkConfig {
        let (id, secret, token) = self.role_credentials(role);
        let connector = Connector { simulator: self.clone(), label: role.to_owned(), gate };
        SdkConfig::builder()
            .behavior_version(aws_config::BehaviorVersion::v2026_01_12())
            .credentials_provider(SharedCredentialsProvider::new(Credentials::new(
                id,
                secret,
                Some(token),
                None,
                "simulator",
            )))
            .region(Region::from_static(REGION))
            .time_source(VirtualTime(self.clone()))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .http_client(connector)
            .build()
    }

    /// The time by the simulated clock.
    pub fn now(&self) -> Timestamp {
        self.lock().clock.now()
    }

    /// Moves the simulated clock ahead.
    pub fn advance(&self, by: SignedDuration) {
        self.lock().advance(by);
    }

    /// Changes the delays and limits from now on.
    pub fn set(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.lock().settings);
    }

    /// Plans a fault; calls are counted from now on.
    pub fn plan(&self, fault: Fault) {
        let mut world = self.lock();
        let calls = world.log.len() as u64;
        world.faults.add(fault, calls);
    }

    /// Whether every planned fault has struck.
    pub fn faults_struck(&self) -> bool {
        self.lock().faults.is_spent()
    }

    /// Forgets the planned faults.
    pub fn forget_faults(&self) {
        self.lock().faults.clear();
    }

    /// Every call so far, in order.
    pub fn calls(&self) -> Vec<LoggedCall> {
        self.lock().log.clone()
    }

    /// Has `watch` look at the account after every call; what it objects to is kept in [`Simulator::violations`].
    pub fn watch(&self, watch: impl Fn(&View<'_>) -> Result<(), String> + Send + 'static) {
        let account = self.account.clone();
        self.lock().watch = Some(Box::new(move |world| watch(&View::of(world, &account))));
    }

    /// What the watch objected to.
    pub fn violations(&self) -> Vec<String> {
        self.lock().violations.clone()
    }

    /// Looks into the account.
    pub fn view<T>(&self, look: impl FnOnce(&View<'_>) -> T) -> T {
        look(&View::of(&self.lock(), &self.account))
    }

    /// Runs an invocation, and drops it on the spot when a planned crash strikes one of its calls.
    ///
    /// # Errors
    ///
    /// [`Crashed`] when it did.
    pub async fn run<T>(&self, invocation: impl Future<Output = T>) -> Result<T, Crashed> {
        let result = tokio::select! {
            biased;
            result = invocation => Ok(result),
            () = self.crash.notified() => Err(Crashed),
        };
        self.invocation_ended();
        result
    }

    pub(crate) fn invocation_ended(&self) {
        self.lock().faults.invocation_ended();
    }

    pub(crate) async fn crashed(&self) {
        self.crash.notified().await;
    }

    pub(crate) fn answer(&self, label: Option<&str>, request: &Request<Bytes>) -> Answer {
        let answer = self.lock().answer(label, request);
        if matches!(answer, Answer::Crash) {
            self.crash.notify_one();
        }
        answer
    }

    pub(crate) fn with<T>(&self, change: impl FnOnce(&mut World) -> T) -> T {
        change(&mut self.lock())
    }

    fn lock(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The simulated clock, for SDK clients: their credentials expire by it.
struct VirtualTime(Simulator);

impl fmt::Debug for VirtualTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VirtualTime").finish_non_exhaustive()
    }
}

impl TimeSource for VirtualTime {
    fn now(&self) -> SystemTime {
        self.0.now().into()
    }
}
