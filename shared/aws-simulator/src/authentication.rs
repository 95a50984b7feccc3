//! Who signed a request, found out as strictly as AWS does.

use bytes::Bytes;
use http::Request;
use jiff::Timestamp;

use crate::call::{Caller, Principal};
use crate::error::ApiError;
use crate::policy::Enforced;
use crate::service::Service;
use crate::signature::Signature;
use crate::world::World;

/// Credentials that are no user's: those of a role, as a Lambda function has them.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) account: String,
    pub(crate) role: String,
    /// The session's own name, which ends its ARN.
    pub(crate) name: String,
    /// When it ends; the credentials that Lambda hands to a function are renewed before that.
    pub(crate) expires: Option<Timestamp>,
    /// The policy that was sent when the session began; it takes permissions away.
    pub(crate) policy: Option<Enforced>,
}

impl World {
    /// The account that the key of a signature belongs to, whether or not the signature is good.
    pub(crate) fn claimed_account(&self, signature: &Signature) -> Option<&str> {
        let id = signature.access_key_id.as_str();
        if let Some(session) = self.sessions.get(id) {
            return Some(&session.account);
        }
        self.accounts
            .iter()
            .find(|(_, account)| account.iam.key_owner(id).is_some())
            .map(|(account, _)| account.as_str())
    }

    /// The signer, whose key must exist, be active and known by now, and fit the signature.
    pub(crate) fn authenticate(
        &mut self,
        signature: &Signature,
        request: &Request<Bytes>,
    ) -> Result<Caller, ApiError> {
        let errors = &Service::named(&signature.service).errors;
        if let Some(error) = out_of_scope(signature, request) {
            return Err(error);
        }
        let (now, settings, id) =
            (self.clock.now(), self.settings, signature.access_key_id.as_str());
        let caller = |account: &str, principal| Caller {
            principal,
            account: account.to_owned(),
            region: signature.region.clone(),
            now,
            settings,
        };
        if let Some(session) = self.sessions.get(id) {
            let token =
                request.headers().get("x-amz-security-token").and_then(|token| token.to_str().ok());
            if session.token.as_deref() != token {
                return Err(errors.unknown_key());
            }
            if !signature.matches(request, &session.secret) {
                return Err(errors.wrong_signature());
            }
            if session.expires.is_some_and(|expires| now >= expires) {
                return Err(errors.expired());
            }
            let principal =
                Principal::Role { name: session.role.clone(), session: session.name.clone() };
            return Ok(caller(&session.account, principal));
        }
        let account = self.claimed_account(signature).map(ToOwned::to_owned);
        let Some(account) = account else { return Err(errors.unknown_key()) };
        let iam = &mut self.account(&account).iam;
        let Some((name, key)) = iam.key_mut(id) else { return Err(errors.unknown_key()) };
        let name = name.to_owned();
        if !key.accepts(now, &settings) {
            return Err(errors.unknown_key());
        }
        if !signature.matches(request, &key.secret) {
            return Err(errors.wrong_signature());
        }
        key.used(now, &signature.service, &signature.region);
        let user = iam.user(&name)?;
        let principal = Principal::User { name, id: user.id.clone(), arn: user.arn(&account) };
        Ok(caller(&account, principal))
    }
}

/// A service with one endpoint takes signatures of one Region; a loopback address says nothing about the Region.
fn out_of_scope(signature: &Signature, request: &Request<Bytes>) -> Option<ApiError> {
    let endpoint = Service::named(&signature.service).only_endpoint?;
    let host = request.headers().get("host").and_then(|host| host.to_str().ok());
    let host = host.or_else(|| request.uri().host()).unwrap_or_default();
    (host == endpoint.host && signature.region != endpoint.region).then(|| {
        let message =
            format!("Credential should be scoped to a valid region, not '{}'.", signature.region);
        ApiError::new(400, "InvalidSignatureException", message)
    })
}
