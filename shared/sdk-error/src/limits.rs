//! How patient every call is, so that a function can tell beforehand how long one may take.

use std::time::Duration;

use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;

/// The longest a call takes, retries included.
pub const LONGEST_CALL: Duration = Duration::from_secs(15);

/// The longest one attempt at a call takes.
pub const LONGEST_ATTEMPT: Duration = Duration::from_secs(5);

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
