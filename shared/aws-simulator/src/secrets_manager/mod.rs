//! Secrets Manager: secrets, their versions and labels, and the bookkeeping of rotations.

mod authorization;
mod describe;
mod driver;
mod operations;
mod rotation;
mod versions;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::Value;

use crate::call::Caller;
use crate::error::ApiError;
use crate::ids::Ids;
use crate::request::Asked;
use crate::service::{Body, Errors, Protocol, Service};
use crate::wire::JsonFormat;
use crate::world::World;
pub use driver::{Invocation, Retries, RotationResult, STEPS};
pub(crate) use rotation::Started;
use rotation::{Rotation, RotationError};
pub(crate) use versions::Version;

pub(crate) const SERVICE: Service = Service {
    errors: Errors { internal: "InternalServiceError", ..Errors::JSON },
    ..Service::new(
        "secretsmanager",
        Protocol::Json(JsonFormat::Rpc),
        authorization::judged_by,
        perform,
    )
};

/// A secret of the simulated account.
#[derive(Debug)]
pub(crate) struct Secret {
    pub(crate) arn: String,
    pub(crate) name: String,
    description: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    created: Timestamp,
    changed: Timestamp,
    deleted: Option<Timestamp>,
    pub(crate) owning_service: Option<String>,
    pub(crate) versions: BTreeMap<String, Version>,
    pub(crate) rotation: Rotation,
}

/// The secrets of one account and Region.
#[derive(Debug, Default)]
pub(crate) struct SecretsManager {
    secrets: Vec<Secret>,
}

impl SecretsManager {
    /// Finds a secret by name, ARN, or ARN without its six last characters.
    pub(crate) fn secret(&self, id: &str) -> Result<&Secret, ApiError> {
        self.secrets
            .iter()
            .find(|secret| secret.is_named(id))
            .ok_or_else(|| ApiError::secret_not_found("secret"))
    }

    pub(crate) fn secret_mut(&mut self, id: &str) -> Result<&mut Secret, ApiError> {
        self.secrets
            .iter_mut()
            .find(|secret| secret.is_named(id))
            .ok_or_else(|| ApiError::secret_not_found("secret"))
    }

    fn call(
        &mut self,
        operation: &str,
        input: &Value,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Option<Result<Value, ApiError>> {
        Some(match operation {
            "CreateSecret" => self.create_secret(input, caller, ids),
            "DescribeSecret" => self.describe_secret(input),
            "GetSecretValue" => self.get_secret_value(input, caller),
            "PutSecretValue" => self.put_secret_value(input, caller, ids),
            "UpdateSecretVersionStage" => self.update_secret_version_stage(input, caller),
            "ListSecretVersionIds" => self.list_secret_version_ids(input, caller),
            "ListSecrets" => self.list_secrets(input, caller),
            "CancelRotateSecret" => self.cancel_rotate_secret(input),
            "TagResource" => self.tag_resource(input),
            "UntagResource" => self.untag_resource(input),
            "DeleteSecret" => self.delete_secret(input, caller),
            "RestoreSecret" => self.restore_secret(input),
            _ => return None,
        })
    }
}

fn perform(world: &mut World, asked: &Asked, caller: &Caller) -> Option<Result<Body, ApiError>> {
    let input = asked.json()?;
    if asked.operation == "RotateSecret" {
        return Some(world.rotate_secret(input, caller).map(Body::Json));
    }
    let (account, ids) = world.account_and_ids(&caller.account);
    let answer = account.secrets.call(&asked.operation, input, caller, ids)?;
    Some(answer.map(Body::Json))
}

impl Secret {
    fn is_named(&self, id: &str) -> bool {
        self.name == id
            || self.arn == id
            || self.arn.rsplit_once('-').is_some_and(|(partial, _)| partial == id)
    }

    fn not_deleted(&mut self) -> Result<&mut Self, ApiError> {
        match self.deleted {
            None => Ok(self),
            Some(_) => Err(ApiError::invalid_request(
                "You can't perform this operation on the secret because it was marked for deletion.",
            )),
        }
    }
}

impl ApiError {
    fn secret_not_found(what: &str) -> Self {
        let message = format!("Secrets Manager can't find the specified {what}.");
        Self::new(400, "ResourceNotFoundException", message)
    }

    fn invalid_parameter(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidParameterException", message)
    }

    fn invalid_request(message: impl Into<String>) -> Self {
        Self::new(400, "InvalidRequestException", message)
    }
}

/// A required string member of the input.
fn required<'a>(input: &'a Value, name: &str) -> Result<&'a str, ApiError> {
    optional(input, name)
        .ok_or_else(|| ApiError::invalid_parameter(format!("You must provide a value for {name}.")))
}

fn optional<'a>(input: &'a Value, name: &str) -> Option<&'a str> {
    input.get(name).and_then(Value::as_str)
}

/// The token of a call; SDKs always send one.
fn token(input: &Value, ids: &mut Ids) -> Result<String, ApiError> {
    match optional(input, "ClientRequestToken") {
        None => Ok(ids.uuid()),
        Some(token) if (32..=64).contains(&token.len()) => Ok(token.to_owned()),
        Some(_) => {
            Err(ApiError::invalid_parameter("ClientRequestToken must be 32 to 64 characters long."))
        }
    }
}

fn labels(input: &Value) -> Vec<String> {
    let listed = input.get("VersionStages").and_then(Value::as_array);
    listed.map_or_else(
        || vec![versions::CURRENT.to_owned()],
        |labels| labels.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect(),
    )
}

fn tags(input: &Value) -> BTreeMap<String, String> {
    let listed = input.get("Tags").and_then(Value::as_array).into_iter().flatten();
    listed
        .filter_map(|tag| {
            Some((
                optional(tag, "Key")?.to_owned(),
                optional(tag, "Value").unwrap_or_default().to_owned(),
            ))
        })
        .collect()
}
