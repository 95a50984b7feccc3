//! The adapter against the simulated organization.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod members;
