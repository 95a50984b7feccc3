//! `PutResourcePolicy`, `GetResourcePolicy`, `DeleteResourcePolicy`: a policy is kept as it is, and enforced by nobody.

use serde_json::{Value, json};

use super::{SecretsManager, required};
use crate::error::ApiError;

impl SecretsManager {
    pub(super) fn put_resource_policy(&mut self, input: &Value) -> Result<Value, ApiError> {
        let policy = required(input, "ResourcePolicy")?;
        if !serde_json::from_str(policy).is_ok_and(|policy: Value| policy.is_object()) {
            let message = "This resource policy contains a syntax error.";
            return Err(ApiError::new(400, "MalformedPolicyDocumentException", message));
        }
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        secret.policy = Some(policy.to_owned());
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }

    pub(super) fn get_resource_policy(&mut self, input: &Value) -> Result<Value, ApiError> {
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        Ok(match &secret.policy {
            Some(policy) => {
                json!({"ARN": secret.arn, "Name": secret.name, "ResourcePolicy": policy})
            }
            None => json!({"ARN": secret.arn, "Name": secret.name}),
        })
    }

    pub(super) fn delete_resource_policy(&mut self, input: &Value) -> Result<Value, ApiError> {
        let secret = self.secret_mut(required(input, "SecretId")?)?.not_deleted()?;
        secret.policy = None;
        Ok(json!({"ARN": secret.arn, "Name": secret.name}))
    }
}
