//! Whole flows: real handlers and real SDK clients against the simulated account.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test fails by panicking"
)]

mod desk;
mod estate;
mod guardian;
mod memory;
mod notify_attacks;
mod notify_attacks_edges;
mod notify_attacks_time;
mod notify_delivery;
mod notify_receipts;
mod notify_story;
mod notify_trouble;
mod notify_trust;
mod rotation;
mod rotation_crashes;
mod rotation_cross_account;
mod rotation_interleavings;
mod rotation_live_keys;
mod rotation_refusals;
mod rotation_rollback;
mod round;
mod round_accounts;
mod round_binding;
mod round_crashes;
mod round_memory;
mod support;
mod sweep_accounts;
mod sweep_attacks;
mod sweep_bound;
mod sweep_calls;
mod sweep_crashes;
mod sweep_exposure;
mod sweep_exposure_attacks;
mod sweep_exposure_table;
mod sweep_histories;
mod sweep_kinds;
mod sweep_ladder;
mod sweep_limits;
mod sweep_memory_lost;
mod sweep_overtaken;
mod sweep_permissions;
mod sweep_reminders;
mod sweep_report;
mod sweep_table_trouble;
mod sweep_tags_removed;
mod sweep_unreadable;
