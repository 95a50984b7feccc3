//! Everything the simulated account holds, and how a request meets it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::call::{Caller, LoggedCall, Principal};
use crate::clock::VirtualClock;
use crate::error::ApiError;
use crate::faults::{FaultPlan, What};
use crate::iam::{self, Iam};
use crate::ids::Ids;
use crate::secrets_manager::{SecretsManager, Started};
use crate::settings::Settings;
use crate::signature::Signature;
use crate::sns::{self, Sns};
use crate::sts;
use crate::wire::{Form, json_error, json_response, operation, xml_error, xml_response};

/// One AWS account.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) iam: Iam,
    pub(crate) secrets: SecretsManager,
    pub(crate) sns: Sns,
}

/// Credentials that are no user's: those of a role, as a Lambda function has them.
#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) secret: String,
    pub(crate) token: Option<String>,
    pub(crate) account: String,
    pub(crate) role: String,
}

/// How a call ends for the one who made it.
pub(crate) enum Answer {
    Response(Response<Bytes>),
    Timeout,
    Crash,
}

type Watch = Box<dyn Fn(&World) -> Result<(), String> + Send>;

/// The state behind the simulator.
pub(crate) struct World {
    pub(crate) clock: VirtualClock,
    pub(crate) settings: Settings,
    pub(crate) ids: Ids,
    pub(crate) accounts: BTreeMap<String, Account>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) functions: Vec<String>,
    pub(crate) due: Vec<Started>,
    pub(crate) faults: FaultPlan,
    pub(crate) log: Vec<LoggedCall>,
    pub(crate) watch: Option<Watch>,
    pub(crate) violations: Vec<String>,
    second: (i64, u32),
}

impl World {
    pub(crate) fn new(start: Timestamp, settings: Settings) -> Self {
        Self {
            clock: VirtualClock::starting_at(start),
            settings,
            ids: Ids::default(),
            accounts: BTreeMap::new(),
            sessions: BTreeMap::new(),
            functions: Vec::new(),
            due: Vec::new(),
            faults: FaultPlan::default(),
            log: Vec::new(),
            watch: None,
            violations: Vec::new(),
            second: (0, 0),
        }
    }

    pub(crate) fn account(&mut self, id: &str) -> &mut Account {
        self.accounts.entry(id.to_owned()).or_default()
    }

    /// Answers one request: counts and logs it, injects the fault planned for it, and lets the service do its work.
    pub(crate) fn answer(&mut self, label: Option<&str>, request: &Request<Bytes>) -> Answer {
        let signature = Signature::parse(request);
        let service =
            signature.as_ref().map_or("unknown", |signature| signature.service.as_str()).to_owned();
        let operation = operation(request);
        let number = self.log.len() as u64 + 1;
        let fault = self.faults.strike(number, &operation);
        let effect = fault.as_ref().is_none_or(What::has_effect);
        let denied =
            matches!(&fault, Some(What::Refuse(error)) if error.code.starts_with("AccessDenied"));
        let (caller, result) = match (effect, &signature) {
            (true, Some(signature)) => match self.authenticate(signature, request) {
                Ok(caller) => {
                    (Some(caller.clone()), self.perform(&service, &operation, request, &caller))
                }
                Err(error) => (None, Err(error)),
            },
            (true, None) => (
                None,
                Err(ApiError::new(
                    403,
                    "MissingAuthenticationToken",
                    "Request is missing Authentication Token",
                )),
            ),
            (false, _) => {
                if let (Some(signature), true) = (&signature, denied) {
                    // A denied call was authenticated before, and counts as a use of its key.
                    let _ = self.authenticate(signature, request);
                }
                (
                    None,
                    Err(ApiError::new(500, "InternalFailure", "The request was not carried out.")),
                )
            }
        };
        let (outcome, answer) = self.apply(fault, &service, &operation, result);
        self.log.push(LoggedCall {
            number,
            caller: label
                .map_or_else(|| signer(caller.as_ref(), signature.as_ref()), ToOwned::to_owned),
            service,
            operation,
            at: self.clock.now(),
            error: outcome,
        });
        if let Some(watch) = &self.watch
            && let Err(violation) = watch(self)
        {
            self.violations.push(format!("after call {number}: {violation}"));
        }
        answer
    }

    fn apply(
        &mut self,
        fault: Option<What>,
        service: &str,
        operation: &str,
        result: Result<Body, ApiError>,
    ) -> (Option<String>, Answer) {
        let result = match fault {
            None => result,
            Some(What::TimeoutBefore | What::TimeoutAfter) => {
                return (Some("(timeout)".to_owned()), Answer::Timeout);
            }
            Some(What::CrashBefore | What::CrashAfter) => {
                return (Some("(crash)".to_owned()), Answer::Crash);
            }
            Some(What::ErrorBefore | What::ErrorAfter) => {
                let code = match service {
                    "secretsmanager" => "InternalServiceError",
                    "sns" => "InternalError",
                    "sts" => "InternalFailure",
                    _ => "ServiceFailure",
                };
                Err(ApiError::new(
                    500,
                    code,
                    "The request processing has failed because of an unknown error.",
                ))
            }
            Some(What::Throttle) => Err(throttled(service)),
            Some(What::Refuse(error)) => Err(error),
        };
        let error = result.as_ref().err().map(|error| error.code.clone());
        (error, Answer::Response(self.render(service, operation, result)))
    }

    fn render(
        &mut self,
        service: &str,
        operation: &str,
        result: Result<Body, ApiError>,
    ) -> Response<Bytes> {
        let namespace = match service {
            "sts" => sts::NAMESPACE,
            "sns" => sns::NAMESPACE,
            _ => iam::NAMESPACE,
        };
        let request_id = self.ids.uuid();
        match result {
            Ok(Body::Xml(xml)) => xml_response(operation, namespace, &request_id, xml),
            Ok(Body::Json(json)) => json_response(&json),
            Err(error) if service == "secretsmanager" => json_error(&error),
            Err(error) => xml_error(namespace, &request_id, &error),
        }
    }

    /// Finds out who signed the request, as strictly as AWS: the key must exist, be active and known by now, and fit.
    fn authenticate(
        &mut self,
        signature: &Signature,
        request: &Request<Bytes>,
    ) -> Result<Caller, ApiError> {
        let json = signature.service == "secretsmanager";
        let invalid_key = || match json {
            true => ApiError::new(
                400,
                "UnrecognizedClientException",
                "The security token included in the request is invalid.",
            ),
            false => ApiError::new(
                403,
                "InvalidClientTokenId",
                "The security token included in the request is invalid.",
            ),
        };
        let wrong_secret = || {
            let code = if json { "InvalidSignatureException" } else { "SignatureDoesNotMatch" };
            ApiError::new(
                403,
                code,
                "The request signature we calculated does not match the signature you provided.",
            )
        };
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
                return Err(invalid_key());
            }
            if !signature.matches(request, &session.secret) {
                return Err(wrong_secret());
            }
            let principal =
                Principal::Role { name: session.role.clone(), session: session.role.clone() };
            return Ok(caller(&session.account, principal));
        }
        for (account, state) in &mut self.accounts {
            let Some((name, key)) = state.iam.key_mut(id) else { continue };
            let name = name.to_owned();
            if !key.accepts(now, &settings) {
                return Err(invalid_key());
            }
            if !signature.matches(request, &key.secret) {
                return Err(wrong_secret());
            }
            key.used(now, &signature.service, &signature.region);
            let user = state.iam.user(&name)?;
            let principal = Principal::User { name, id: user.id.clone(), arn: user.arn(account) };
            return Ok(caller(account, principal));
        }
        Err(invalid_key())
    }

    fn perform(
        &mut self,
        service: &str,
        operation: &str,
        request: &Request<Bytes>,
        caller: &Caller,
    ) -> Result<Body, ApiError> {
        if service == "iam" && self.over_the_rate(caller) {
            return Err(throttled(service));
        }
        let unknown = || {
            ApiError::new(
                400,
                "InvalidAction",
                format!("Could not find operation {operation} for service {service}"),
            )
        };
        if service == "secretsmanager" {
            return self.perform_json(operation, request, caller).map(Body::Json);
        }
        let form = Form::parse(request.body());
        let Self { accounts, ids, .. } = self;
        let account = accounts.entry(caller.account.clone()).or_default();
        let xml = match (service, operation) {
            ("iam", _) => account.iam.call(operation, &form, caller, ids),
            ("sns", _) => account.sns.call(operation, &form, caller, ids),
            ("sts", "GetCallerIdentity") => Some(Ok(Some(sts::get_caller_identity(caller)))),
            ("sts", "GetAccessKeyInfo") => {
                let owner = |id: &str| {
                    let owner =
                        accounts.iter().find(|(_, account)| account.iam.key_owner(id).is_some());
                    owner.map(|(id, _)| id.clone())
                };
                Some(sts::get_access_key_info(&form, owner).map(Some))
            }
            _ => None,
        };
        xml.ok_or_else(unknown)?.map(Body::Xml)
    }

    fn perform_json(
        &mut self,
        operation: &str,
        request: &Request<Bytes>,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        let input: Value = serde_json::from_slice(request.body())
            .map_err(|_| ApiError::new(400, "SerializationException", "The body is not JSON."))?;
        if operation == "RotateSecret" {
            return self.rotate_secret(&input, caller);
        }
        let Self { accounts, ids, .. } = self;
        let account = accounts.entry(caller.account.clone()).or_default();
        account.secrets.call(operation, &input, caller, ids).ok_or_else(|| {
            ApiError::new(
                400,
                "UnknownOperationException",
                format!("Unknown operation {operation}"),
            )
        })?
    }

    fn over_the_rate(&mut self, caller: &Caller) -> bool {
        let second = caller.now.as_second();
        if self.second.0 != second {
            self.second = (second, 0);
        }
        self.second.1 = self.second.1.saturating_add(1);
        self.second.1 > caller.settings.iam_calls_per_second
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

enum Body {
    Xml(Option<crate::wire::Xml>),
    Json(Value),
}

fn throttled(service: &str) -> ApiError {
    let (status, code) = match service {
        "secretsmanager" => (400, "ThrottlingException"),
        "sns" => (429, "Throttled"),
        _ => (400, "Throttling"),
    };
    ApiError::new(status, code, "Rate exceeded")
}

/// The role or user who signed, else the key id of a signature that could not be checked.
fn signer(caller: Option<&Caller>, signature: Option<&Signature>) -> String {
    match (caller.map(|caller| &caller.principal), signature) {
        (Some(Principal::User { name, .. } | Principal::Role { name, .. }), _) => name.clone(),
        (None, Some(signature)) => signature.access_key_id.clone(),
        (None, None) => "unsigned".to_owned(),
    }
}
