//! What can go wrong with a call, and when.

use crate::error::ApiError;

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
}

/// How many calls a fault strikes once it has begun.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Just the one; the SDK's own retry meets a healthy service.
    Once,
    /// Every call of the same operation until the invocation ends, so that the SDK's retries fail too.
    UntilInvocationEnds,
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
    active_on: Option<String>,
    spent: bool,
}

/// The faults still to come.
#[derive(Debug, Default)]
pub(crate) struct FaultPlan(Vec<Planned>);

impl FaultPlan {
    pub(crate) fn add(&mut self, fault: Fault, calls_so_far: u64) {
        self.0.push(Planned { fault, planned_at: calls_so_far, active_on: None, spent: false });
    }

    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether every planned fault has struck.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.iter().all(|planned| planned.spent || planned.active_on.is_some())
    }

    /// The fault that strikes call `number` of `operation`.
    pub(crate) fn strike(&mut self, number: u64, operation: &str) -> Option<What> {
        let planned = self.0.iter_mut().find(|planned| {
            !planned.spent
                && match (&planned.active_on, &planned.fault.when) {
                    (Some(active), _) => active == operation,
                    (None, When::Call(k)) => number == planned.planned_at + k,
                    (None, When::Operation(name)) => *name == operation,
                }
        })?;
        match planned.fault.times {
            Times::Once => planned.spent = true,
            Times::UntilInvocationEnds => planned.active_on = Some(operation.to_owned()),
        }
        Some(planned.fault.what.clone())
    }

    pub(crate) fn invocation_ended(&mut self) {
        for planned in &mut self.0 {
            planned.spent |= planned.active_on.is_some();
        }
    }
}
