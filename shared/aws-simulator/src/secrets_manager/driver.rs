//! The half of a rotation that Secrets Manager does: staging, invoking, trying again, judging.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{RotationError, Started, token};
use crate::Simulator;
use crate::call::Caller;
use crate::error::ApiError;
use crate::world::World;

/// How stubborn Secrets Manager is; AWS documents neither number.
#[derive(Clone, Copy, Debug)]
pub struct Retries {
    /// How often the whole rotation is attempted in one rotation window.
    pub attempts: u32,
    /// The time between two attempts.
    pub spacing: SignedDuration,
}

impl Default for Retries {
    fn default() -> Self {
        Self { attempts: 6, spacing: SignedDuration::from_mins(10) }
    }
}

/// The four invocations of a rotation, in order.
pub const STEPS: [&str; 4] = ["createSecret", "setSecret", "testSecret", "finishSecret"];

/// One invocation of the rotation function, as it is about to be made.
#[derive(Clone)]
pub struct Invocation {
    /// The event the function is handed. It holds the `RotationToken`: do not print it.
    pub event: Value,
    /// The step's name.
    pub step: &'static str,
    /// The number of the attempt, counted from one.
    pub attempt: u32,
}

impl std::fmt::Debug for Invocation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Invocation")
            .field("step", &self.step)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}

/// How a rotation ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RotationResult {
    /// The token is current.
    Rotated,
    /// The function passed the test of a rotation that is only being set up.
    Tested,
    /// Every attempt failed; the last error follows.
    Failed(String),
    /// The function gave up its token, or somebody stored a value meanwhile: the next rotation starts afresh.
    Abandoned(String),
}

impl Simulator {
    /// Rotates a secret as Secrets Manager does: stages a token, invokes the function for each step, starts over when a step fails.
    ///
    /// While an older token is stuck, that rotation is attempted again. The clock moves on between attempts.
    ///
    /// # Errors
    ///
    /// The error that `RotateSecret` answers when rotation is not configured.
    pub async fn rotate(
        &self,
        secret: &str,
        retries: Retries,
        invoke: impl AsyncFnMut(Invocation) -> Result<(), String>,
    ) -> Result<RotationResult, ApiError> {
        let started = self.with(|world| world.start_rotation(secret, false, None))?;
        Ok(self.drive(started, retries, invoke).await)
    }

    /// Tests a rotation as Secrets Manager does when it is set up with `RotateImmediately=false`.
    ///
    /// # Errors
    ///
    /// The error that `RotateSecret` answers when rotation is not configured.
    pub async fn test_rotation(
        &self,
        secret: &str,
        invoke: impl AsyncFnMut(Invocation) -> Result<(), String>,
    ) -> Result<RotationResult, ApiError> {
        let started = self.with(|world| world.start_rotation(secret, true, None))?;
        Ok(self.drive(started, Retries { attempts: 1, ..Retries::default() }, invoke).await)
    }

    /// Stages a rotation and returns its four events, for a caller that delivers them in an order of its own.
    ///
    /// # Errors
    ///
    /// The error that `RotateSecret` answers when rotation is not configured.
    pub fn stage_rotation(&self, secret: &str) -> Result<[Value; 4], ApiError> {
        let started = self.with(|world| world.start_rotation(secret, false, None))?;
        Ok(STEPS.map(|step| event(&started, step)))
    }

    /// Drives the rotations that `RotateSecret` calls have asked for since the last time, in the order of the calls.
    ///
    /// The call itself only stages a rotation: the account has no Lambda to invoke, so whoever plays the function comes here.
    pub async fn drive_due(
        &self,
        retries: Retries,
        mut invoke: impl AsyncFnMut(Invocation) -> Result<(), String>,
    ) -> Vec<RotationResult> {
        let mut results = Vec::new();
        for started in self.with(|world| std::mem::take(&mut world.shared.due)) {
            results.push(self.drive(started, retries, &mut invoke).await);
        }
        results
    }

    async fn drive(
        &self,
        started: Started,
        retries: Retries,
        mut invoke: impl AsyncFnMut(Invocation) -> Result<(), String>,
    ) -> RotationResult {
        let mut last = "no attempt was made".to_owned();
        for attempt in 1..=retries.attempts {
            if attempt > 1 {
                self.advance(retries.spacing);
            }
            match self.attempt(&started, attempt, &mut invoke).await {
                Ok(()) if started.test_only => return RotationResult::Tested,
                Ok(()) => return RotationResult::Rotated,
                Err(error) => last = error,
            }
            if !self.with(|world| world.is_rotating(&started)) {
                return RotationResult::Abandoned(last);
            }
        }
        RotationResult::Failed(last)
    }

    async fn attempt(
        &self,
        started: &Started,
        attempt: u32,
        invoke: &mut impl AsyncFnMut(Invocation) -> Result<(), String>,
    ) -> Result<(), String> {
        let steps = STEPS.into_iter().filter(|step| !started.test_only || *step == "testSecret");
        for step in steps {
            let invocation = Invocation { event: event(started, step), step, attempt };
            let result = invoke(invocation).await;
            self.invocation_ended();
            result.map_err(|error| format!("{step}: {error}"))?;
        }
        self.with(|world| world.finish_rotation(started)).map_err(|error| match error {
            RotationError::NotCreatedByFunction => {
                "the pending version was not created by the rotation function: it was stored without the RotationToken".to_owned()
            }
            RotationError::NotPromoted => "all steps succeeded, and the new version is not current".to_owned(),
        })
    }
}

fn event(started: &Started, step: &str) -> Value {
    json!({
        "Step": step, "SecretId": started.secret,
        "ClientRequestToken": started.token, "RotationToken": started.rotation_token,
    })
}

impl World {
    fn start_rotation(
        &mut self,
        secret: &str,
        test_only: bool,
        token: Option<&str>,
    ) -> Result<Started, ApiError> {
        let now = self.clock.now();
        let Self { accounts, ids, .. } = self;
        let secrets =
            accounts.values_mut().find_map(|account| account.secrets.secret_mut(secret).ok());
        let secret = secrets.ok_or_else(|| ApiError::secret_not_found("secret"))?;
        if secret.rotation.enabled != Some(true) {
            return Err(ApiError::invalid_request("Rotation is not enabled for this secret."));
        }
        Ok(secret.start_rotation(test_only, token, now, ids).unwrap_or_else(|again| again))
    }

    /// `RotateSecret`: configures and stages; the function is invoked by whoever drives the rotation.
    pub(super) fn rotate_secret(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let functions = self.shared.functions.clone();
        let (account, ids) = self.account_and_ids(&caller.account);
        let id = input.get("SecretId").and_then(Value::as_str).unwrap_or_default();
        let secret = account.secrets.secret_mut(id)?;
        secret.configure_rotation(input, &functions)?;
        let token = token(input, ids)?;
        if secret.versions.contains_key(&token) {
            // The same call again, as SDKs make it when the first answer was lost.
            return Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token}));
        }
        let at_once = input.get("RotateImmediately").and_then(Value::as_bool).unwrap_or(true);
        match secret.start_rotation(!at_once, Some(&token), caller.now, ids) {
            Ok(started) => {
                let answer =
                    json!({"ARN": secret.arn, "Name": secret.name, "VersionId": started.token});
                self.shared.due.push(started);
                Ok(answer)
            }
            Err(again) => {
                self.shared.due.push(again);
                Err(ApiError::invalid_request(
                    "A previous rotation isn't complete. That rotation will be reattempted.",
                ))
            }
        }
    }

    fn is_rotating(&mut self, started: &Started) -> bool {
        self.accounts.values().any(|account| {
            account.secrets.secret(&started.secret).is_ok_and(|s| s.is_rotating(&started.token))
        })
    }

    fn finish_rotation(&mut self, started: &Started) -> Result<(), RotationError> {
        let now = self.clock.now();
        let mut accounts = self.accounts.values_mut();
        let secret = accounts.find_map(|account| account.secrets.secret_mut(&started.secret).ok());
        secret.ok_or(RotationError::NotPromoted)?.finish_rotation(started, now)
    }
}
