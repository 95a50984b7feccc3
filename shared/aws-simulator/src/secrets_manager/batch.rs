//! `BatchGetSecretValue`: several current values in one call.

use serde_json::{Value, json};

use super::SecretsManager;
use crate::call::Caller;
use crate::error::ApiError;

impl SecretsManager {
    pub(super) fn batch_get_secret_value(
        &mut self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let listed = |name: &str| {
            input.get(name).and_then(Value::as_array).filter(|items| !items.is_empty())
        };
        let wanted: Vec<String> = match (listed("SecretIdList"), listed("Filters")) {
            (Some(ids), None) => {
                ids.iter().filter_map(Value::as_str).map(ToOwned::to_owned).collect()
            }
            (None, Some(filters)) => {
                self.filtered(filters.iter()).map(|secret| secret.arn.clone()).collect()
            }
            _ => {
                return Err(ApiError::invalid_parameter(
                    "You must include either SecretIdList or Filters, and not both.",
                ));
            }
        };
        if wanted.len() > 20 && listed("SecretIdList").is_some() {
            return Err(ApiError::invalid_parameter("SecretIdList has more than 20 members."));
        }
        let (mut values, mut errors) = (Vec::new(), Vec::new());
        for id in wanted {
            match self.get_secret_value(&json!({ "SecretId": id }), caller) {
                Ok(value) => values.push(value),
                Err(error) => errors.push(
                    json!({"SecretId": id, "ErrorCode": error.code, "Message": error.message}),
                ),
            }
        }
        Ok(json!({"SecretValues": values, "Errors": errors}))
    }
}
