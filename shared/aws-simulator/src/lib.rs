#![doc = include_str!("../README.md")]

mod authentication;
mod authorization;
mod call;
mod call_samples;
mod clock;
mod connector;
mod dynamodb;
mod error;
mod failures;
mod faults;
mod gate;
mod iam;
mod ids;
mod lambda_host;
mod message_attributes;
mod object_request;
mod organizations;
mod policy;
mod rate;
mod request;
mod s3;
mod secrets_manager;
mod seed;
mod server;
mod service;
mod services;
mod ses;
mod settings;
mod signature;
mod simulator;
mod sns;
mod sqs;
mod sts;
mod view;
mod wire;
mod world;

pub use call::LoggedCall;
pub use dynamodb::TableSnapshot;
pub use error::ApiError;
pub use faults::{Fault, Times, What, When};
pub use gate::Gate;
pub use lambda_host::{FunctionError, LambdaHost};
pub use secrets_manager::{Invocation, Retries, RotationResult, STEPS};
pub use seed::NewKey;
pub use server::Server;
pub use ses::Mail;
pub use settings::Settings;
pub use simulator::{Crashed, Simulator};
pub use sns::Published;
pub use sts::TrustPolicy;
pub use view::{CredentialView, KeyView, ObjectView, QueuedMessage, TableItem, VersionView, View};

/// The account that everything is seeded into.
pub const ACCOUNT: &str = "123456789012";

/// The table that every world has, in [`ACCOUNT`] and [`REGION`].
pub const TABLE_ARN: &str = "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward";

/// The Region of the simulated secrets, topics, queues and mail.
pub const REGION: &str = "eu-west-1";
