//! What IAM would judge a call by: the resource it acts on, and the condition keys of the request.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::call::Principal;
use crate::iam::User;
use crate::request::{Asked, Parameters};
use crate::s3;
use crate::secrets_manager::Secret;
use crate::ses;
use crate::sqs;
use crate::wire::Form;
use crate::world::Account;

/// The resource and the condition keys of one call.
#[derive(Debug, Default)]
pub(crate) struct Context {
    pub(crate) resource: String,
    /// Further actions and resources that the caller must be allowed as well.
    pub(crate) also: Vec<(String, String)>,
    pub(crate) conditions: BTreeMap<String, String>,
}

/// Where a call acts, and for whom.
#[derive(Clone, Copy)]
pub(crate) struct Scope<'a> {
    pub(crate) account: &'a str,
    pub(crate) region: &'a str,
    pub(crate) signer: Option<&'a Principal>,
}

impl Context {
    /// The context of a call that acts in `account`, as the account is before the call.
    pub(crate) fn of(asked: &Asked, account: Option<&Account>, scope: Scope<'_>) -> Self {
        let mut context = Self { resource: "*".to_owned(), ..Self::default() };
        match (asked.service.as_str(), &asked.parameters) {
            ("iam", Parameters::Form(form)) => {
                context.iam(&asked.operation, form, account, scope);
            }
            ("sts", Parameters::Form(form)) => context.sts(form),
            ("sns", Parameters::Form(form)) => context.sns(form, scope),
            ("secretsmanager", Parameters::Json(input)) => {
                context.secrets_manager(&asked.operation, input, account, scope);
            }
            ("sqs", Parameters::Json(input)) => sqs::judged_by(&mut context, input, scope),
            ("ses", Parameters::Json(input)) => ses::judged_by(&mut context, input, account, scope),
            (_, Parameters::Object(object)) => {
                s3::judged_by(&mut context, &asked.operation, object, account);
            }
            _ => {}
        }
        context
    }

    pub(crate) fn set(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.conditions.insert(key.into(), value.into());
    }

    fn iam(&mut self, operation: &str, form: &Form, account: Option<&Account>, scope: Scope<'_>) {
        match operation {
            "GenerateCredentialReport"
            | "GetCredentialReport"
            | "GetAccountAuthorizationDetails"
            | "GetAccountSummary"
            | "GetAccountPasswordPolicy"
            | "ListAccountAliases"
            | "ListVirtualMFADevices" => return,
            "ListUsers" => {
                self.resource = collection(scope.account, "user", form.get("PathPrefix"));
                return;
            }
            "ListGroups" => {
                self.resource = collection(scope.account, "group", form.get("PathPrefix"));
                return;
            }
            "GetGroup" | "CreateGroup" | "AddUserToGroup" | "RemoveUserFromGroup" => {
                let name = form.get("GroupName").unwrap_or_default();
                let known = account.and_then(|account| account.iam.group(name).ok());
                self.resource = known.map_or_else(
                    || entity(scope.account, "group", form.get("Path"), name),
                    |group| group.arn(scope.account),
                );
                return;
            }
            // Observed on AWS: the permission for all users at once is the one for any user.
            "ListServiceSpecificCredentials" if form.get("AllUsers") == Some("true") => {
                self.resource = format!("arn:aws:iam::{}:user/*", scope.account);
                return;
            }
            _ => {}
        }
        self.user(operation, form, account, scope);
        self.request_tags(form);
        if operation.ends_with("ServiceSpecificCredential") {
            let id = form.get("ServiceSpecificCredentialId").unwrap_or_default();
            let stored = account.and_then(|account| account.iam.service_credential(id));
            let service = stored.map(|credential| credential.service.as_str());
            if let Some(service) = service.or_else(|| form.get("ServiceName")) {
                self.set("iam:ServiceSpecificCredentialServiceName", service);
            }
            if let Some(days) = form.get("CredentialAgeDays") {
                self.set("iam:ServiceSpecificCredentialAgeDays", days);
            }
        }
    }

    fn user(&mut self, operation: &str, form: &Form, account: Option<&Account>, scope: Scope<'_>) {
        let iam = account.map(|account| &account.iam);
        let user = match (operation, form.get("UserName"), scope.signer) {
            ("GetAccessKeyLastUsed", ..) => {
                let id = form.get("AccessKeyId").unwrap_or_default();
                iam.and_then(|iam| iam.key_owner(id))
            }
            (_, Some(name), _) => iam.and_then(|iam| iam.user(name).ok()),
            (_, None, Some(Principal::User { name, .. })) => {
                iam.and_then(|iam| iam.user(name).ok())
            }
            _ => None,
        };
        self.resource = match (user, form.get("UserName")) {
            (Some(user), _) => user.arn(scope.account),
            (None, Some(name)) => entity(scope.account, "user", form.get("Path"), name),
            (None, None) => format!("arn:aws:iam::{}:user/*", scope.account),
        };
        self.user_tags(user);
    }

    fn user_tags(&mut self, user: Option<&User>) {
        for (key, value) in user.iter().flat_map(|user| &user.tags.now) {
            self.set(format!("aws:ResourceTag/{key}"), value);
            self.set(format!("iam:ResourceTag/{key}"), value);
        }
    }

    fn request_tags(&mut self, form: &Form) {
        let tags = form.tags();
        let mut keys: Vec<String> = tags.iter().map(|(key, _)| key.clone()).collect();
        keys.extend(form.list("TagKeys").into_iter().map(ToOwned::to_owned));
        for (key, value) in tags {
            self.set(format!("aws:RequestTag/{key}"), value);
        }
        if !keys.is_empty() {
            self.set("aws:TagKeys", keys.join(","));
        }
    }

    fn sts(&mut self, form: &Form) {
        let Some(role) = form.get("RoleArn") else { return };
        role.clone_into(&mut self.resource);
        for (parameter, key) in
            [("ExternalId", "sts:ExternalId"), ("RoleSessionName", "sts:RoleSessionName")]
        {
            if let Some(value) = form.get(parameter) {
                self.set(key, value);
            }
        }
    }

    fn sns(&mut self, form: &Form, scope: Scope<'_>) {
        if let Some(topic) = form.get("TopicArn") {
            topic.clone_into(&mut self.resource);
        } else if let Some((topic, _)) =
            form.get("SubscriptionArn").and_then(|arn| arn.rsplit_once(':'))
        {
            topic.clone_into(&mut self.resource);
        } else if let Some(name) = form.get("Name") {
            self.resource = format!("arn:aws:sns:{}:{}:{name}", scope.region, scope.account);
        }
        for (parameter, key) in [("Protocol", "sns:Protocol"), ("Endpoint", "sns:Endpoint")] {
            if let Some(value) = form.get(parameter) {
                self.set(key, value);
            }
        }
    }

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

fn entity(account: &str, kind: &str, path: Option<&str>, name: &str) -> String {
    format!("arn:aws:iam::{account}:{kind}{}{name}", path.unwrap_or("/"))
}

/// Observed on AWS: a list of users is judged as the path it is asked for.
fn collection(account: &str, kind: &str, prefix: Option<&str>) -> String {
    format!("arn:aws:iam::{account}:{kind}{}", prefix.unwrap_or("/"))
}
