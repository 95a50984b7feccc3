//! Policies of the signer, enforced on every call of a role or user that a scenario has given one.

mod conditions;
mod document;
mod pattern;
mod variables;

use serde_json::Value;

use crate::authorization::Context;
use crate::call::{Caller, Principal};
use crate::error::ApiError;
use crate::request::Asked;
use crate::world::World;
pub(crate) use document::Policy;
use variables::Keys;

/// What a policy says of one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Allowed,
    NotAllowed,
    Denied,
}

/// A policy that is enforced, or why nobody can: then nothing is allowed.
pub(crate) type Enforced = Result<Policy, String>;

/// The name under which an account keeps the policy of a role.
pub(crate) fn of_role(name: &str) -> String {
    format!("role/{name}")
}

/// The name under which an account keeps the policy of a user.
pub(crate) fn of_user(name: &str) -> String {
    format!("user/{}", name.to_ascii_lowercase())
}

impl World {
    pub(crate) fn enforce(&mut self, account: &str, principal: String, policy: &Value) {
        self.account(account).policies.insert(principal, Policy::parse(policy));
    }

    /// Refuses a call that the policy of its signer, or of its session, does not allow.
    pub(crate) fn authorize(
        &mut self,
        asked: &Asked,
        context: &Context,
        caller: &Caller,
        access_key_id: &str,
    ) -> Result<(), ApiError> {
        let principal = match &caller.principal {
            Principal::Role { name, .. } => of_role(name),
            Principal::User { name, .. } => of_user(name),
        };
        let own = self.accounts.get(&caller.account).and_then(|own| own.policies.get(&principal));
        let session = self.sessions.get(access_key_id).and_then(|own| own.policy.as_ref());
        if own.is_none() && session.is_none() {
            return Ok(());
        }
        let keys = Keys::of(context, caller);
        let policies = [("identity-based", own), ("session", session)];
        // Who may delete a message may delete several at once.
        let single = asked.operation.strip_suffix("Batch").filter(|_| asked.service == "sqs");
        let action = format!("{}:{}", asked.service, single.unwrap_or(&asked.operation));
        let itself = (action, context.resource.clone());
        for (action, resource) in std::iter::once(&itself).chain(&context.also) {
            let refused = policies.iter().find_map(|(kind, policy)| {
                let verdict = match policy {
                    None => Ok(Verdict::Allowed),
                    Some(Ok(policy)) => policy.judge(action, resource, &keys),
                    Some(Err(error)) => Err(error.clone()),
                };
                let verdict = verdict.unwrap_or_else(|error| {
                    let violation = format!("{kind} policy of {principal}, {action}: {error}");
                    self.violations.push(violation);
                    Verdict::NotAllowed
                });
                (verdict != Verdict::Allowed).then_some((*kind, verdict))
            });
            // Everybody may ask who he is, even where a policy denies it.
            if let Some(why) = refused.filter(|_| action != "sts:GetCallerIdentity") {
                return Err(refusal(&asked.service, action, resource, caller, why));
            }
        }
        Ok(())
    }
}

fn refusal(
    service: &str,
    action: &str,
    resource: &str,
    caller: &Caller,
    (kind, verdict): (&str, Verdict),
) -> ApiError {
    let (status, code) = match service {
        "organizations" | "secretsmanager" => (400, "AccessDeniedException"),
        "ses" => (403, "AccessDeniedException"),
        "sns" => (403, "AuthorizationError"),
        _ => (403, "AccessDenied"),
    };
    // SNS alone spells its own name in capitals, and SQS alone everything in small letters.
    let action = match action.split_once(':') {
        Some(("sns", operation)) => format!("SNS:{operation}"),
        Some(("sqs", _)) => action.to_ascii_lowercase(),
        _ => action.to_owned(),
    };
    let why = match verdict {
        Verdict::Denied => format!("with an explicit deny in an {kind} policy"),
        _ => format!("because no {kind} policy allows the {action} action"),
    };
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} {why}",
        caller.arn(),
    );
    ApiError::new(status, code, message)
}
