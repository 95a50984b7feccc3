//! What Secrets Manager does to a secret before and after it invokes the rotation function.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::versions::{CURRENT, PENDING, Version};
use super::{Secret, optional};
use crate::clock::add;
use crate::error::ApiError;
use crate::ids::Ids;

/// How a secret is rotated.
#[derive(Debug, Default)]
pub(crate) struct Rotation {
    /// Absent until rotation was configured once.
    pub(crate) enabled: Option<bool>,
    pub(crate) function: Option<String>,
    pub(crate) rules: Value,
    pub(crate) last_rotated: Option<Timestamp>,
    pub(crate) next: Option<Timestamp>,
    in_progress: Option<InProgress>,
}

#[derive(Clone, Debug)]
struct InProgress {
    token: String,
    rotation_token: String,
    test_only: bool,
}

/// A rotation that the function is now to be invoked for.
#[derive(Clone)]
pub(crate) struct Started {
    pub(crate) secret: String,
    pub(crate) token: String,
    pub(crate) rotation_token: String,
    /// Only `testSecret` is invoked, on a copy of the current value (`RotateImmediately=false`).
    pub(crate) test_only: bool,
}

/// Why a rotation ended without a new current version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum RotationError {
    /// The version was filled without the rotation's token.
    NotCreatedByFunction,
    /// All steps succeeded and the token is not current.
    NotPromoted,
}

impl Secret {
    /// Applies the input of `RotateSecret`.
    pub(crate) fn configure_rotation(
        &mut self,
        input: &Value,
        functions: &[String],
    ) -> Result<(), ApiError> {
        self.not_deleted()?;
        if self.owning_service.is_some() {
            return Err(ApiError::invalid_request(
                "You can't rotate a secret that is managed by another service.",
            ));
        }
        if let Some(function) = optional(input, "RotationLambdaARN") {
            if !functions.iter().any(|known| known == function) {
                let message = format!(
                    "Secrets Manager cannot invoke the specified Lambda function {function}."
                );
                return Err(ApiError::new(400, "AccessDeniedException", message));
            }
            self.rotation.function = Some(function.to_owned());
        }
        if self.rotation.function.is_none() {
            return Err(ApiError::invalid_request(
                "No Lambda rotation function ARN is associated with this secret.",
            ));
        }
        if let Some(rules) = input.get("RotationRules") {
            self.rotation.rules = rules.clone();
        }
        self.rotation.enabled = Some(true);
        Ok(())
    }

    /// Stages a rotation: `AWSPENDING` on an empty version, or on a copy of the current value when only testing.
    ///
    /// While an older version is stuck under `AWSPENDING` no new token starts: that rotation is attempted again.
    pub(crate) fn start_rotation(
        &mut self,
        test_only: bool,
        token: Option<&str>,
        now: Timestamp,
        ids: &mut Ids,
    ) -> Result<Started, Started> {
        let pending = self.holder(PENDING).map(ToOwned::to_owned);
        if let Some(stuck) = pending.filter(|pending| self.holder(CURRENT) != Some(pending)) {
            let of_version =
                self.versions.get(&stuck).and_then(|version| version.rotation_token.clone());
            let was_testing =
                self.rotation.in_progress.as_ref().is_some_and(|progress| progress.test_only);
            let rotation_token = of_version.unwrap_or_else(|| ids.uuid());
            let progress =
                InProgress { token: stuck, rotation_token, test_only: test_only && was_testing };
            self.rotation.in_progress = Some(progress.clone());
            return Err(self.started(&progress));
        }
        let progress = InProgress {
            token: token.map_or_else(|| ids.uuid(), ToOwned::to_owned),
            rotation_token: ids.uuid(),
            test_only,
        };
        let copy = self.holder(CURRENT).and_then(|id| self.versions.get(id)?.value.clone());
        let version = Version {
            value: copy.filter(|_| test_only),
            rotation_token: Some(progress.rotation_token.clone()),
            ..Version::empty(now)
        };
        self.versions.insert(progress.token.clone(), version);
        self.attach(PENDING, &progress.token, now);
        self.rotation.in_progress = Some(progress.clone());
        Ok(self.started(&progress))
    }

    fn started(&self, progress: &InProgress) -> Started {
        Started {
            secret: self.arn.clone(),
            token: progress.token.clone(),
            rotation_token: progress.rotation_token.clone(),
            test_only: progress.test_only,
        }
    }

    /// Whether the rotation still has its label: a function may give it up, a stranger may end it, rotation may be switched off.
    pub(crate) fn is_rotating(&self, token: &str) -> bool {
        self.rotation.enabled == Some(true)
            && self.rotation.in_progress.as_ref().is_some_and(|progress| progress.token == token)
            && (self.holder(PENDING) == Some(token) || self.holder(CURRENT) == Some(token))
    }

    pub(crate) fn abandon_rotation(&mut self) {
        if self.rotation.in_progress.take().is_some() {
            self.detach(PENDING);
        }
    }

    /// Judges a rotation whose steps all succeeded.
    pub(crate) fn finish_rotation(
        &mut self,
        started: &Started,
        now: Timestamp,
    ) -> Result<(), RotationError> {
        if self.versions.get(&started.token).is_some_and(|version| version.stored_by_stranger) {
            return Err(RotationError::NotCreatedByFunction);
        }
        if !started.test_only {
            if self.holder(CURRENT) != Some(&started.token) {
                return Err(RotationError::NotPromoted);
            }
            self.rotation.last_rotated = Some(now);
        }
        self.rotation.in_progress = None;
        self.detach(PENDING);
        let days = self.rotation.rules.get("AutomaticallyAfterDays").and_then(Value::as_i64);
        self.rotation.next = days.map(|days| add(now, SignedDuration::from_hours(24 * days)));
        Ok(())
    }
}
