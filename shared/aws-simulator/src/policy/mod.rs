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
use crate::service::Errors;
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
        let itself = (context.action.clone(), context.resource.clone());
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
            if let Some(why) = refused.filter(|_| !context.always_allowed) {
                return Err(refusal(&asked.service.errors, action, resource, caller, why));
            }
        }
        Ok(())
    }
}

fn refusal(
    errors: &Errors,
    action: &str,
    resource: &str,
    caller: &Caller,
    (kind, verdict): (&str, Verdict),
) -> ApiError {
    let (status, code) = errors.denied;
    let action = (errors.spelled)(action);
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
