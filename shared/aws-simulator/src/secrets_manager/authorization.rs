//! What IAM judges a call by: the secret, its tags, and the stage that is asked for.

use serde_json::Value;

use super::Secret;
use crate::authorization::{Context, Scope};
use crate::request::Asked;
use crate::services::Account;

/// Fills in what IAM judges a call by.
pub(super) fn judged_by(
    context: &mut Context,
    asked: &Asked,
    account: Option<&Account>,
    scope: Scope<'_>,
) {
    if let Some(input) = asked.json() {
        context.secrets_manager(&asked.operation, input, account, scope);
    }
}

impl Context {
    fn secrets_manager(
        &mut self,
        operation: &str,
        input: &Value,
        account: Option<&Account>,
        scope: Scope<'_>,
    ) {
        let text = |name: &str| input.get(name).and_then(Value::as_str);
        let named = if operation == "CreateSecret" { "Name" } else { "SecretId" };
        let Some(id) = text(named) else { return };
        let secret = account.and_then(|account| account.secrets.secret(id).ok());
        self.resource = match secret {
            Some(secret) => secret.arn.clone(),
            None if id.starts_with("arn:") => id.to_owned(),
            None => {
                format!("arn:aws:secretsmanager:{}:{}:secret:{id}", scope.region, scope.account)
            }
        };
        self.set("secretsmanager:SecretId", self.resource.clone());
        if let Some(stage) = text("VersionStage") {
            self.set("secretsmanager:VersionStage", stage);
        }
        self.secret_tags(secret);
    }

    fn secret_tags(&mut self, secret: Option<&Secret>) {
        for (key, value) in secret.iter().flat_map(|secret| &secret.tags) {
            self.set(format!("aws:ResourceTag/{key}"), value);
            self.set(format!("secretsmanager:ResourceTag/{key}"), value);
        }
    }
}
