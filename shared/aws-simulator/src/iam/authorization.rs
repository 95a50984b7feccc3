//! What IAM judges its own calls by: the user or group, its tags, and those of the request.

use super::User;
use crate::authorization::{Context, Scope};
use crate::call::Principal;
use crate::request::Asked;
use crate::services::Account;
use crate::wire::Form;

/// Fills in what IAM judges a call by.
pub(super) fn judged_by(
    context: &mut Context,
    asked: &Asked,
    account: Option<&Account>,
    scope: Scope<'_>,
) {
    if let Some(form) = asked.form() {
        context.iam(&asked.operation, form, account, scope);
    }
}

impl Context {
    fn iam(&mut self, operation: &str, form: &Form, account: Option<&Account>, scope: Scope<'_>) {
        match operation {
            "GenerateCredentialReport"
            | "GetCredentialReport"
            | "GetAccountAuthorizationDetails"
            | "ListAccountAliases" => return,
            "ListUsers" => {
                self.resource = collection(scope.account, form.get("PathPrefix"));
                return;
            }
            "CreateGroup" | "AddUserToGroup" | "RemoveUserFromGroup" => {
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
        self.set_list("aws:TagKeys", &keys);
    }
}

fn entity(account: &str, kind: &str, path: Option<&str>, name: &str) -> String {
    format!("arn:aws:iam::{account}:{kind}{}{name}", path.unwrap_or("/"))
}

/// Observed on AWS: a list of users is judged as the path it is asked for.
fn collection(account: &str, prefix: Option<&str>) -> String {
    format!("arn:aws:iam::{account}:user{}", prefix.unwrap_or("/"))
}
