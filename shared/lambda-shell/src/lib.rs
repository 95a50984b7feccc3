#![doc = include_str!("../README.md")]

mod deadline;
mod environment;
mod metrics;
mod runtime;
mod telemetry;

pub use deadline::Deadline;
pub use environment::{Environment, InvalidConfiguration, variables};
pub use metrics::{metrics_of_account, print_metrics};
pub use runtime::{Failure, chain, run, start};
pub use telemetry::init_telemetry;

use aws_config::{BehaviorVersion, SdkConfig};

// Tools that build for Lambda set "abort" where the profile does not say otherwise.
#[cfg(panic = "abort")]
compile_error!(
    "a function must unwind: with panic = \"abort\" it would die half-way through a rotation instead of cleaning up"
);

/// The SDK's configuration from the function's environment, with its behaviour pinned to one version.
pub async fn sdk_config() -> SdkConfig {
    aws_config::defaults(BehaviorVersion::v2026_01_12()).load().await
}
