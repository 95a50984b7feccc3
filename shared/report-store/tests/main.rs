//! Reports and results of runs in a simulated bucket.
#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod map_run;
mod objects;
