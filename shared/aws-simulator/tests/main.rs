//! The facts about AWS that the simulated account imitates, each stated by real SDK clients.
//!
//! The comment above a test names where the fact is from: the API reference or user guide of a service, or "observed", which is
//! the behaviour of real accounts in September 2026.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_keys;
mod accounts;
mod assumed_roles;
mod credential_report;
mod dynamodb;
mod faults;
mod faults_limited;
mod groups;
mod iam;
mod last_used;
mod login_profiles;
mod organizations;
mod policies;
mod public_credentials;
mod rotation_driver;
mod s3;
mod secret_versions;
mod secrets_manager;
mod server;
mod service_credentials;
mod ses;
mod sns;
mod sqs;
mod sts;
mod subscriptions;
mod support;
mod topic_attributes;
