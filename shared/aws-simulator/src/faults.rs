//! What can go wrong with a call, and when.

use crate::error::ApiError;
use crate::request::Asked;

/// A fault to inject.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Which call it strikes first.
    pub when: When,
    /// How many calls it strikes.
    pub times: Times,
    /// What happens to the call.
    pub what: What,
}

/// Which call a fault strikes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// The k-th call since the fault was planned, counted from one.
    Call(u64),
    /// The next call of this operation.
    Operation(&'static str),
    /// The next call of this operation with this user name, credential id or recipient among its parameters.
    OperationOn(&'static str, String),
    /// The next call of this operation that acts in this account.
    OperationIn(&'static str, String),
}

/// How many calls a fault strikes once it has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Just the one; the SDK's own retry meets a healthy service.
    Once,
    /// This many calls that fit, the first one included.
    Count(u32),
    /// Every call of the same operation until the invocation ends, so that the SDK's retries fail too.
    UntilInvocationEnds,
    /// Every call that fits from then on, until the faults are forgotten.
    Always,
}

/// What happens to a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// The service answers 500 and does nothing.
    ErrorBefore,
    /// The service does its work, then answers 500.
    ErrorAfter,
    /// Nothing is done, and no answer comes.
    TimeoutBefore,
    /// The service does its work, and no answer comes.
    TimeoutAfter,
    /// Nothing is done, and the caller waits for an answer until it gives up: unlike the other two, this takes the caller's time.
    HangBefore,
    /// The service answers that the rate is exceeded.
    Throttle,
    /// The function dies before the request reaches the service.
    CrashBefore,
    /// The function dies when the service has done its work.
    CrashAfter,
    /// The service refuses with this error.
    Refuse(ApiError),
}

impl What {
    /// The six faults of the crash enumeration.
    pub const ENUMERATED: [Self; 6] = [
        Self::ErrorBefore,
        Self::ErrorAfter,
        Self::TimeoutAfter,
        Self::Throttle,
        Self::CrashBefore,
        Self::CrashAfter,
    ];

    pub(crate) fn has_effect(&self) -> bool {
        matches!(self, Self::ErrorAfter | Self::TimeoutAfter | Self::CrashAfter)
    }
}

#[derive(Debug)]
struct Planned {
    fault: Fault,
    planned_at: u64,
    /// The operation of the first call it struck.
    struck: Option<String>,
    strikes: u32,
    spent: bool,
}

impl Planned {
    fn fits(&self, number: u64, asked: &Asked, account: &str) -> bool {
        let operation = asked.operation.as_str();
        match (&self.fault.when, &self.struck) {
            (When::Call(_), Some(struck)) => struck == operation,
            (When::Call(k), None) => number == self.planned_at + k,
            (When::Operation(name), _) => *name == operation,
            (When::OperationOn(name, subject), _) => {
                *name == operation && asked.parameters.mention(subject)
            }
            (When::OperationIn(name, where_), _) => *name == operation && where_ == account,
        }
    }
}

/// The faults still to come.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan(Vec<Planned>);

impl FaultPlan {
    pub(crate) fn add(&mut self, fault: Fault, calls_so_far: u64) {
        self.0.push(Planned {
            fault,
            planned_at: calls_so_far,
            struck: None,
            strikes: 0,
            spent: false,
        });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether every planned fault has struck, as often as its count says.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.iter().all(|planned| match planned.fault.times {
            Times::Once | Times::Count(_) => planned.spent,
            Times::UntilInvocationEnds | Times::Always => planned.struck.is_some(),
        })
    }

    /// The fault that strikes call `number`, which acts in `account`.
    pub(crate) fn strike(&mut self, number: u64, asked: &Asked, account: &str) -> Option<What> {
        let planned = self
            .0
            .iter_mut()
            .find(|planned| !planned.spent && planned.fits(number, asked, account))?;
        planned.struck.get_or_insert_with(|| asked.operation.clone());
        planned.strikes = planned.strikes.saturating_add(1);
        planned.spent = match planned.fault.times {
            Times::Once => true,
            Times::Count(times) => planned.strikes >= times,
            Times::UntilInvocationEnds | Times::Always => false,
        };
        Some(planned.fault.what.clone())
    }

    pub(crate) fn invocation_ended(&mut self) {
        for planned in &mut self.0 {
            planned.spent |=
                planned.struck.is_some() && planned.fault.times == Times::UntilInvocationEnds;
        }
    }
}
