//! Everything the simulated account holds, and how a request meets it.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{Request, Response};
use jiff::{SignedDuration, Timestamp};

use crate::authentication::Session;
use crate::authorization::{Context, Scope};
use crate::call::{Caller, LoggedCall, Principal};
use crate::clock::VirtualClock;
use crate::error::ApiError;
use crate::failures::{not_carried_out, unsigned};
use crate::faults::{FaultPlan, What};
use crate::ids::Ids;
use crate::request::{Asked, Parameters};
use crate::service::Body;
use crate::services::{Account, Shared};
use crate::settings::Settings;
use crate::signature::Signature;

/// How a call ends for the one who made it.
pub(crate) enum Answer {
    Response(Response<Bytes>),
    Timeout,
    Hang,
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
    pub(crate) shared: Shared,
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
            sessions: BTreeMap::new(),
            shared: Shared::default(),
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
        let account = accounts.entry(id.to_owned());
        (account.or_insert_with(|| Account::opened(id, clock.start())), ids)
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
            service: asked.name,
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
        let errors = &asked.service.errors;
        let result = match fault {
            None => result,
            Some(What::TimeoutBefore | What::TimeoutAfter) => {
                return (Some("(timeout)".to_owned()), Answer::Timeout);
            }
            Some(What::HangBefore) => return (Some("(no answer)".to_owned()), Answer::Hang),
            Some(What::CrashBefore | What::CrashAfter) => {
                return (Some("(crash)".to_owned()), Answer::Crash);
            }
            Some(What::ErrorBefore | What::ErrorAfter) => Err(errors.internal()),
            Some(What::Throttle) => Err(errors.throttled()),
            Some(What::Refuse(error)) => Err(error),
        };
        let error = result.as_ref().err().map(|error| error.code.clone());
        let protocol = asked.service.protocol;
        let response = protocol.response(&asked.operation, &self.ids.uuid(), result);
        (error, Answer::Response(response))
    }

    fn perform(&mut self, asked: &Asked, caller: &Caller) -> Result<Body, ApiError> {
        if matches!(asked.parameters, Parameters::Malformed) {
            return Err(ApiError::new(400, "SerializationException", "The body is not JSON."));
        }
        let answer = (asked.service.perform)(self, asked, caller);
        answer.unwrap_or_else(|| {
            Err(asked.service.protocol.unknown_operation(&asked.name, &asked.operation))
        })
    }

    pub(crate) fn advance(&mut self, by: SignedDuration) {
        self.clock.advance(by);
    }
}

/// The role or user who signed, else the key id of a signature that could not be checked.
fn signed_by(caller: Option<&Caller>, signature: Option<&Signature>) -> String {
    match (caller.map(|caller| &caller.principal), signature) {
        (Some(Principal::User { name, .. } | Principal::Role { name, .. }), _) => name.clone(),
        (None, Some(signature)) => signature.access_key_id.clone(),
        (None, None) => "unsigned".to_owned(),
    }
}
