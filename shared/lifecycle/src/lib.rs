#![doc = include_str!("../README.md")]
#![warn(clippy::wildcard_enum_match_arm)]

pub mod identifiers;
pub mod key;
pub mod record;
pub mod rotation;
