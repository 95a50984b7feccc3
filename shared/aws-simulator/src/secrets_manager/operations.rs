//! The operations that read and change secrets.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::versions::{CURRENT, Version};
use super::{Rotation, Secret, SecretsManager, labels, optional, required, tags, token};
use crate::call::Caller;
use crate::clock::add;
use crate::error::ApiError;
use crate::ids::Ids;

const MAXIMUM_VALUE_SIZE: usize = 65_536;

impl SecretsManager {
    pub(super) fn create_secret(
        &mut self,
        input: &Value,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Value, ApiError> {
        let name = required(input, "Name")?;
        let token = token(input, ids)?;
        let value = optional(input, "SecretString").map(ToOwned::to_owned);
        check_size(value.as_deref())?;
        if let Ok(secret) = self.secret(name)
            && secret.name == name
            && secret.versions.get(&token).is_some_and(|version| version.value == value)
        {
            // The same call again, as SDKs make it when the first answer was lost.
            return Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token}));
        }
        let secret = self.add_secret(name, value, Some(&token), caller, ids)?;
        secret.tags = tags(input);
        secret.description = optional(input, "Description").map(ToOwned::to_owned);
        Ok(json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token}))
    }

    pub(crate) fn add_secret(
        &mut self,
        name: &str,
        value: Option<String>,
        token: Option<&str>,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<&mut Secret, ApiError> {
        if let Some(secret) = self.secrets.iter_mut().find(|secret| secret.name == name) {
            secret.not_deleted()?;
            let message = format!("The operation failed because the secret {name} already exists.");
            return Err(ApiError::new(400, "ResourceExistsException", message));
        }
        let legal = |c: char| c.is_ascii_alphanumeric() || "/_+=.@-".contains(c);
        if name.is_empty() || name.len() > 512 || !name.chars().all(legal) {
            return Err(ApiError::new(
                400,
                "ValidationException",
                "Invalid name. Must be a valid name containing alphanumeric characters, or any of the following: -/_+=.@!",
            ));
        }
        let token = token.map_or_else(|| ids.uuid(), ToOwned::to_owned);
        let mut versions = BTreeMap::new();
        if value.is_some() {
            let labels = BTreeMap::from([(CURRENT.to_owned(), Timestamp::MIN)]);
            versions.insert(token, Version { value, labels, ..Version::empty(caller.now) });
        }
        self.secrets.push(Secret {
            arn: format!(
                "arn:aws:secretsmanager:{}:{}:secret:{name}-{}",
                caller.region,
                caller.account,
                ids.suffix()
            ),
            name: name.to_owned(),
            description: None,
            tags: BTreeMap::new(),
            created: caller.now,
            changed: caller.now,
            deleted: None,
            owning_service: None,
            versions,
            rotation: Rotation::default(),
        });
        self.secrets.last_mut().ok_or_else(|| ApiError::secret_not_found("secret"))
    }

    pub(super) fn get_secret_value(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        let (id, stage) = (optional(input, "VersionId"), optional(input, "VersionStage"));
        let missing = || {
            ApiError::secret_not_found(&format!(
                "secret value for {} {}",
                id.map_or("staging label:", |_| "VersionId:"),
                id.or(stage).unwrap_or(CURRENT)
            ))
        };
        let found = match id {
            Some(id) => id,
            None => secret.holder_seen_by(stage.unwrap_or(CURRENT), caller).ok_or_else(missing)?,
        };
        let version = secret.versions.get(found).ok_or_else(missing)?;
        if stage.is_some_and(|stage| id.is_some() && !version.labels.contains_key(stage)) {
            return Err(ApiError::invalid_request(
                "You provided a VersionStage that is not associated to the provided VersionId.",
            ));
        }
        let value = version.value.as_ref().ok_or_else(missing)?;
        Ok(json!({
            "ARN": secret.arn, "Name": secret.name, "VersionId": found, "SecretString": value,
            "VersionStages": version.labels.keys().collect::<Vec<_>>(), "CreatedDate": seconds(version.created),
        }))
    }

    pub(super) fn put_secret_value(
        &mut self,
        input: &Value,
        caller: &Caller,
        ids: &mut Ids,
    ) -> Result<Value, ApiError> {
        let token = token(input, ids)?;
        let value = required(input, "SecretString")?;
        check_size(Some(value))?;
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        let labels = labels(input);
        secret.put(&token, value, &labels, optional(input, "RotationToken"), caller.now)?;
        let labels: Vec<_> = secret
            .versions
            .get(&token)
            .into_iter()
            .flat_map(|version| version.labels.keys())
            .collect();
        Ok(
            json!({"ARN": secret.arn, "Name": secret.name, "VersionId": token, "VersionStages": labels}),
        )
    }

    pub(super) fn update_secret_version_stage(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        let label = required(input, "VersionStage")?;
        secret.move_label(
            label,
            optional(input, "MoveToVersionId"),
            optional(input, "RemoveFromVersionId"),
            caller.now,
        )?;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }

    pub(super) fn cancel_rotate_secret(&mut self, input: &Value) -> Result<Value, ApiError> {
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        secret.rotation.enabled = Some(false);
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }

    pub(super) fn tag_resource(&mut self, input: &Value) -> Result<Value, ApiError> {
        self.secret_mut(required(input, "SecretId")?)?.not_deleted()?.tags.extend(tags(input));
        Ok(json!({}))
    }

    pub(super) fn untag_resource(&mut self, input: &Value) -> Result<Value, ApiError> {
        let keys: Vec<_> = input
            .get("TagKeys")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        self.secret_mut(required(input, "SecretId")?)?
            .not_deleted()?
            .tags
            .retain(|key, _| !keys.contains(&key.as_str()));
        Ok(json!({}))
    }

    pub(super) fn delete_secret(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let window = input.get("RecoveryWindowInDays").and_then(Value::as_i64);
        let force =
            input.get("ForceDeleteWithoutRecovery").and_then(Value::as_bool).unwrap_or(false);
        if window.is_some_and(|days| force || !(7..=30).contains(&days)) {
            return Err(ApiError::invalid_parameter(
                "RecoveryWindowInDays must be 7 to 30, and you can't use it together with ForceDeleteWithoutRecovery.",
            ));
        }
        let days = window.unwrap_or(30);
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        let at = add(caller.now, SignedDuration::from_hours(if force { 0 } else { days * 24 }));
        secret.deleted = Some(at);
        let answer = json!({"ARN": secret.arn, "Name": secret.name, "DeletionDate": seconds(at)});
        if force {
            let arn = secret.arn.clone();
            self.secrets.retain(|secret| secret.arn != arn);
        }
        Ok(answer)
    }

    pub(super) fn restore_secret(&mut self, input: &Value) -> Result<Value, ApiError> {
        let secret = self.secret_mut(required(input, "SecretId")?)?;
        secret.deleted = None;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }
}

fn check_size(value: Option<&str>) -> Result<(), ApiError> {
    match value {
        Some(value) if value.len() > MAXIMUM_VALUE_SIZE => Err(ApiError::invalid_parameter(
            format!("SecretString is longer than {MAXIMUM_VALUE_SIZE} bytes."),
        )),
        _ => Ok(()),
    }
}

/// A time as the JSON protocol writes it.
pub(super) fn seconds(at: Timestamp) -> f64 {
    at.as_duration().as_secs_f64()
}
