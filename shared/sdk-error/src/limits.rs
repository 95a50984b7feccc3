//! How patient every call is, so that a function can tell beforehand how long one may take.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// The longest a call takes, retries included.
pub const LONGEST_CALL: Duration = Duration::from_secs(15);

/// The longest one attempt at a call takes.
pub const LONGEST_ATTEMPT: Duration = Duration::from_secs(5);

/// The longest a call takes that is made with [`patient_retries`] and [`patient_timeouts`], retries and pauses included.
///
/// Eight attempts that are answered within a few seconds, and seven pauses of at most twenty seconds, fit in.
pub const LONGEST_PATIENT_CALL: Duration = Duration::from_secs(180);

/// The longest one attempt at a patient call takes: a page of a thousand users with their tags may need some seconds.
pub const LONGEST_PATIENT_ATTEMPT: Duration = Duration::from_secs(20);

/// The longest a call takes that is made with [`brief_retries`] and [`brief_timeouts`], retries and pauses included.
pub const LONGEST_BRIEF_CALL: Duration = Duration::from_secs(5);

/// The longest one attempt at a brief call takes.
pub const LONGEST_BRIEF_ATTEMPT: Duration = Duration::from_secs(2);

/// Six attempts, whose pauses sum to at most 7.5 seconds: a service that keeps refusing is heard out within [`LONGEST_CALL`],
/// so that its own error is reported and not a timeout of ours.
pub fn retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(6)
        .with_initial_backoff(Duration::from_millis(500))
        .with_max_backoff(Duration::from_secs(2))
}

/// The time limits of a call and of each attempt at it.
pub fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(LONGEST_ATTEMPT)
        .operation_timeout(LONGEST_CALL)
        .build()
}

/// Eight attempts, for a function that makes thousands of calls and has minutes to wait.
///
/// The adaptive mode slows the whole client down once the service says that the rate was exceeded. Its time comes from the
/// client's time source, and its pauses from the client's sleep: under a paused clock both must be of that clock.
pub fn patient_retries() -> RetryConfig {
    RetryConfig::adaptive()
        .with_max_attempts(8)
        .with_initial_backoff(Duration::from_secs(1))
        .with_max_backoff(Duration::from_secs(20))
}

/// The time limits of a patient call and of each attempt at it.
pub fn patient_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(LONGEST_PATIENT_ATTEMPT)
        .operation_timeout(LONGEST_PATIENT_CALL)
        .build()
}

/// Two attempts, for a call that something more important waits for.
pub fn brief_retries() -> RetryConfig {
    RetryConfig::standard().with_max_attempts(2).with_initial_backoff(Duration::from_millis(200))
}

/// The time limits of a brief call and of each attempt at it.
pub fn brief_timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(LONGEST_BRIEF_ATTEMPT)
        .operation_timeout(LONGEST_BRIEF_CALL)
        .build()
}
