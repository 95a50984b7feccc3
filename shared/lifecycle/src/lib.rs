#![doc = include_str!("../README.md")]
#![warn(clippy::wildcard_enum_match_arm)]

pub mod credential;
pub mod exemption;
pub mod exposure;
pub mod identifiers;
pub mod memory;
pub mod record;
pub mod rotation;
pub mod sweep;
pub mod undo;
