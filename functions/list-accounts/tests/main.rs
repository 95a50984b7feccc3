//! The function against the simulated organization, in process and as the real binary.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod binary;
mod faults;
mod list;
mod summarize;
mod support;
