//! The operations that list secrets and versions.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::operations::seconds;
use super::{Secret, SecretsManager, optional, required};
use crate::call::Caller;
use crate::error::ApiError;

impl SecretsManager {
    pub(super) fn describe_secret(&self, input: &Value) -> Result<Value, ApiError> {
        Ok(self.secret(required(input, "SecretId")?)?.describe("VersionIdsToStages"))
    }

    pub(super) fn list_secret_version_ids(
        &self,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let secret = self.secret(required(input, "SecretId")?)?;
        let deprecated = input.get("IncludeDeprecated").and_then(Value::as_bool).unwrap_or(false);
        // A version without a value is not listed here, though DescribeSecret shows its labels.
        let shown = secret
            .versions
            .iter()
            .filter(|(_, v)| v.value.is_some() && (deprecated || !v.labels.is_empty()));
        let versions: Vec<_> = shown
            .map(|(id, version)| {
                json!({
                    "VersionId": id, "VersionStages": version.labels.keys().collect::<Vec<_>>(),
                    "CreatedDate": seconds(version.created),
                })
            })
            .collect();
        let (versions, next) = page(versions, input, caller)?;
        let mut answer = json!({"ARN": secret.arn, "Name": secret.name, "Versions": versions});
        add_token(&mut answer, next);
        Ok(answer)
    }

    pub(super) fn list_secrets(&self, input: &Value, caller: &Caller) -> Result<Value, ApiError> {
        let filters: Vec<_> =
            input.get("Filters").and_then(Value::as_array).into_iter().flatten().collect();
        let found = self.secrets.iter().filter(|secret| {
            secret.deleted.is_none() && filters.iter().all(|filter| secret.passes(filter))
        });
        let found = found.map(|secret| secret.describe("SecretVersionsToStages")).collect();
        let (found, next) = page(found, input, caller)?;
        let mut answer = json!({ "SecretList": found });
        add_token(&mut answer, next);
        Ok(answer)
    }
}

/// One page of a list, and the token of the next one.
fn page(
    items: Vec<Value>,
    input: &Value,
    caller: &Caller,
) -> Result<(Vec<Value>, Option<String>), ApiError> {
    let size = input.get("MaxResults").and_then(Value::as_u64).unwrap_or(100);
    let size = usize::try_from(size).unwrap_or(100).clamp(1, 100).min(caller.settings.page_size);
    let start = optional(input, "NextToken").map_or(Ok(0), str::parse::<usize>);
    let start =
        start.map_err(|_| ApiError::new(400, "InvalidNextTokenException", "Invalid NextToken"))?;
    let end = start.saturating_add(size);
    let next = (end < items.len()).then(|| end.to_string());
    Ok((items.into_iter().skip(start).take(size).collect(), next))
}

fn add_token(answer: &mut Value, next: Option<String>) {
    if let (Some(answer), Some(next)) = (answer.as_object_mut(), next) {
        answer.insert("NextToken".to_owned(), json!(next));
    }
}

impl Secret {
    fn passes(&self, filter: &Value) -> bool {
        let values: Vec<_> = filter
            .get("Values")
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let starts = |text: &str| values.iter().any(|value| text.starts_with(value));
        match optional(filter, "Key") {
            Some("name") => starts(&self.name),
            Some("tag-key") => self.tags.keys().any(|key| starts(key)),
            Some("tag-value") => self.tags.values().any(|value| starts(value)),
            Some("description") => self.description.as_deref().is_some_and(starts),
            _ => true,
        }
    }

    fn describe(&self, versions: &str) -> Value {
        let stages: BTreeMap<_, Vec<_>> = self
            .versions
            .iter()
            .filter(|(_, version)| !version.labels.is_empty())
            .map(|(id, version)| (id, version.labels.keys().collect()))
            .collect();
        let tags: Vec<_> =
            self.tags.iter().map(|(key, value)| json!({"Key": key, "Value": value})).collect();
        let members = [
            ("ARN", json!(self.arn)),
            ("Name", json!(self.name)),
            ("Description", json!(self.description)),
            (versions, json!(stages)),
            ("Tags", json!(tags)),
            ("CreatedDate", json!(seconds(self.created))),
            ("LastChangedDate", json!(seconds(self.changed))),
            ("DeletedDate", json!(self.deleted.map(seconds))),
            ("OwningService", json!(self.owning_service)),
            ("RotationEnabled", json!(self.rotation.enabled)),
            ("RotationLambdaARN", json!(self.rotation.function)),
            ("RotationRules", self.rotation.rules.clone()),
            ("LastRotatedDate", json!(self.rotation.last_rotated.map(seconds))),
            ("NextRotationDate", json!(self.rotation.next.map(seconds))),
        ];
        // A member without a value is left out, as RotationEnabled is until rotation was configured once.
        members
            .into_iter()
            .filter(|(_, value)| !value.is_null())
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}
