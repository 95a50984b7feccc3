//! Everything the simulated account holds, and how a request meets it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use crate::authentication::Session;
use crate::authorization::{Context, Scope};
use crate::call::{Caller, LoggedCall, Principal};
use crate::clock::VirtualClock;
use crate::error::ApiError;
use crate::failures::{internal, not_carried_out, throttled, unsigned};
use crate::faults::{FaultPlan, What};
use crate::iam::{self, Iam};
use crate::ids::Ids;
use crate::organizations::{self, Organization};
use crate::policy::Enforced;
use crate::rate::Rate;
use crate::request::{Asked, Parameters};
use crate::s3::S3;
use crate::secrets_manager::{SecretsManager, Started};
use crate::ses::{self, Ses};
use crate::settings::Settings;
use crate::signature::Signature;
use crate::sns::{self, Sns};
use crate::sqs::Sqs;
use crate::sts::{self, Role};
use crate::wire::{JsonFormat, json_error, json_response, s3_error, xml_error, xml_response};

/// The services whose errors are JSON.
const SPEAK_JSON: [&str; 4] = ["organizations", "secretsmanager", "ses", "sqs"];

/// One AWS account.
#[derive(Debug, Default)]
pub(crate) struct Account {
    pub(crate) iam: Iam,
    pub(crate) secrets: SecretsManager,
    pub(crate) ses: Ses,
    pub(crate) sns: Sns,
    pub(crate) sqs: Sqs,
    pub(crate) s3: S3,
    pub(crate) roles: BTreeMap<String, Role>,
    /// The policies that are enforced, by role or user; whoever has none may do everything.
    pub(crate) policies: BTreeMap<String, Enforced>,
    /// The calls to IAM.
    rate: Rate,
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
    pub(crate) organization: Option<Organization>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) functions: Vec<String>,
    pub(crate) due: Vec<Started>,
    pub(crate) faults: FaultPlan,
    pub(crate) log: Vec<LoggedCall>,
    pub(crate) watch: Option<Watch>,
    pub(crate) violations: Vec<String>,
}

impl Drop for World {
    fn drop(&mut self) {
        crate::call_samples::write(&self.log);
    }
}

impl World {
    pub(crate) fn new(start: Timestamp, settings: Settings) -> Self {
        Self {
            clock: VirtualClock::starting_at(start),
            settings,
            ids: Ids::default(),
            accounts: BTreeMap::new(),
            organization: None,
            sessions: BTreeMap::new(),
            functions: Vec::new(),
            due: Vec::new(),
            faults: FaultPlan::default(),
            log: Vec::new(),
            watch: None,
            violations: Vec::new(),
        }
    }

    pub(crate) fn account(&mut self, id: &str) -> &mut Account {
        self.account_and_ids(id).0
    }

    /// An account, made when it is first named, and what its new ids come from.
    pub(crate) fn account_and_ids(&mut self, id: &str) -> (&mut Account, &mut Ids) {
        let Self { accounts, ids, clock, .. } = self;
        if !accounts.contains_key(id) {
            let account = Account { iam: Iam::new(clock.start()), ..Account::default() };
            accounts.insert(id.to_owned(), account);
        }
        (accounts.entry(id.to_owned()).or_default(), ids)
    }

    /// Answers one request: counts and logs it, injects the fault planned for it, and lets the service do its work.
    pub(crate) fn answer(&mut self, label: Option<&str>, request: &Request<Bytes>) -> Answer {
        let signature = Signature::parse(request);
        let asked = Asked::parse(request, signature.as_ref());
        let number = self.log.len() as u64 + 1;
        let claimed = signature.as_ref().and_then(|signature| self.claimed_account(signature));
        let account = claimed.unwrap_or_default().to_owned();
        let fault = self.faults.strike(number, &asked, &account);
        let effect = fault.as_ref().is_none_or(What::has_effect);
        let denied =
            matches!(&fault, Some(What::Refuse(error)) if error.code.starts_with("AccessDenied"));
        // A denied call was authenticated before, and counts as a use of its key.
        let signer = match &signature {
            Some(signature) if effect || denied => Some(self.authenticate(signature, request)),
            _ => None,
        };
        let region = signature.as_ref().map(|signature| signature.region.as_str());
        let context = self.context(&asked, &account, region, signer.as_ref());
        let (caller, result) = match signer {
            Some(Ok(caller)) if effect => {
                let key = signature.as_ref().map_or("", |signature| &signature.access_key_id);
                let allowed = self.authorize(&asked, &context, &caller, key);
                let result = allowed.and_then(|()| self.perform(&asked, &caller));
                (Some(caller), result)
            }
            Some(Err(error)) if effect => (None, Err(error)),
            None if effect => (None, Err(unsigned())),
            _ => (None, Err(not_carried_out())),
        };
        let (outcome, answer) = self.apply(fault, &asked, result);
        self.log.push(LoggedCall {
            number,
            caller: label
                .map_or_else(|| signed_by(caller.as_ref(), signature.as_ref()), ToOwned::to_owned),
            account,
            service: asked.service,
            operation: asked.operation,
            resource: context.resource,
            conditions: context.conditions,
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

    fn context(
        &self,
        asked: &Asked,
        account: &str,
        region: Option<&str>,
        signer: Option<&Result<Caller, ApiError>>,
    ) -> Context {
        let signer = signer.and_then(|signer| signer.as_ref().ok()).map(|caller| &caller.principal);
        let scope = Scope { account, region: region.unwrap_or_default(), signer };
        Context::of(asked, self.accounts.get(account), scope)
    }

    fn apply(
        &mut self,
        fault: Option<What>,
        asked: &Asked,
        result: Result<Body, ApiError>,
    ) -> (Option<String>, Answer) {
        let service = asked.service.as_str();
        let result = match fault {
            None => result,
            Some(What::TimeoutBefore | What::TimeoutAfter) => {
                return (Some("(timeout)".to_owned()), Answer::Timeout);
            }
            Some(What::CrashBefore | What::CrashAfter) => {
                return (Some("(crash)".to_owned()), Answer::Crash);
            }
            Some(What::ErrorBefore | What::ErrorAfter) => Err(internal(service)),
            Some(What::Throttle) => Err(throttled(service)),
            Some(What::Refuse(error)) => Err(error),
        };
        let error = result.as_ref().err().map(|error| error.code.clone());
        (error, Answer::Response(self.render(asked, result)))
    }

    fn render(&mut self, asked: &Asked, result: Result<Body, ApiError>) -> Response<Bytes> {
        let Asked { service, operation, .. } = asked;
        let namespace = match service.as_str() {
            "sts" => sts::NAMESPACE,
            "sns" => sns::NAMESPACE,
            _ => iam::NAMESPACE,
        };
        let request_id = self.ids.uuid();
        match result {
            Ok(Body::Xml(xml)) => xml_response(operation, namespace, &request_id, xml),
            Ok(Body::Json(json)) => json_response(JsonFormat::of(service), &json),
            Ok(Body::Object(response)) => response,
            Err(error) if service == "s3" => s3_error(&request_id, &error),
            Err(error) if SPEAK_JSON.contains(&service.as_str()) => {
                json_error(JsonFormat::of(service), &error)
            }
            Err(error) => xml_error(namespace, &request_id, &error),
        }
    }

    fn perform(&mut self, asked: &Asked, caller: &Caller) -> Result<Body, ApiError> {
        let Asked { service, operation, parameters } = asked;
        let limit = caller.settings.iam_calls_per_second;
        if service == "iam" && self.account(&caller.account).rate.is_exceeded(caller.now, limit) {
            return Err(throttled(service));
        }
        let form = match parameters {
            Parameters::Form(form) => form,
            Parameters::Json(input) => {
                return self.perform_json(service, operation, input, caller).map(Body::Json);
            }
            Parameters::Object(request) => {
                return self.perform_s3(operation, request, caller).map(Body::Object);
            }
            Parameters::Malformed => {
                return Err(ApiError::new(400, "SerializationException", "The body is not JSON."));
            }
        };
        let unknown = || {
            ApiError::new(
                400,
                "InvalidAction",
                format!("Could not find operation {operation} for service {service}"),
            )
        };
        let (account, ids) = self.account_and_ids(&caller.account);
        let xml = match (service.as_str(), operation.as_str()) {
            ("iam", _) => account.iam.call(operation, form, caller, ids),
            ("sns", _) => sns::call(account, operation, form, caller, ids),
            ("sts", "AssumeRole") => Some(self.assume_role(form, caller).map(Some)),
            ("sts", "GetCallerIdentity") => Some(Ok(Some(sts::get_caller_identity(caller)))),
            ("sts", "GetAccessKeyInfo") => {
                let owner = |id: &str| {
                    let owner = self
                        .accounts
                        .iter()
                        .find(|(_, account)| account.iam.key_owner(id).is_some());
                    owner.map(|(id, _)| id.clone())
                };
                Some(sts::get_access_key_info(form, owner).map(Some))
            }
            _ => None,
        };
        xml.ok_or_else(unknown)?.map(Body::Xml)
    }

    fn perform_json(
        &mut self,
        service: &str,
        operation: &str,
        input: &Value,
        caller: &Caller,
    ) -> Result<Value, ApiError> {
        if operation == "RotateSecret" {
            return self.rotate_secret(input, caller);
        }
        if service == "organizations" {
            let answer = organizations::call(self.organization.as_mut(), operation, input, caller);
            return answer.ok_or_else(|| unknown_operation(operation))?;
        }
        let (account, ids) = self.account_and_ids(&caller.account);
        let answer = match service {
            "secretsmanager" => account.secrets.call(operation, input, caller, ids),
            "sqs" => account.sqs.call(operation, input, caller, ids),
            "ses" => ses::call(account, operation, input, caller, ids),
            _ => None,
        };
        answer.ok_or_else(|| unknown_operation(operation))?
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

fn unknown_operation(operation: &str) -> ApiError {
    ApiError::new(400, "UnknownOperationException", format!("Unknown operation {operation}"))
}

enum Body {
    Xml(Option<crate::wire::Xml>),
    Json(Value),
    Object(Response<Bytes>),
}

/// The role or user who signed, else the key id of a signature that could not be checked.
fn signed_by(caller: Option<&Caller>, signature: Option<&Signature>) -> String {
    match (caller.map(|caller| &caller.principal), signature) {
        (Some(Principal::User { name, .. } | Principal::Role { name, .. }), _) => name.clone(),
        (None, Some(signature)) => signature.access_key_id.clone(),
        (None, None) => "unsigned".to_owned(),
    }
}
