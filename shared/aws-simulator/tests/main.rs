//! The facts about AWS that the simulated account imitates, each stated by real SDK clients.
//!
//! The comment above a test names where the fact is from: the API reference or user guide of a service, or "observed", which is
//! the behaviour of real accounts in September 2026.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod access_keys;
mod faults;
mod iam;
mod last_used;
mod rotation_driver;
mod secret_versions;
mod secrets_manager;
mod server;
mod sns;
mod sts;
mod support;
