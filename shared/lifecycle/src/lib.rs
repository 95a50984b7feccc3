#![doc = include_str!("../README.md")]

pub mod identifiers;
pub mod key;
pub mod record;
pub mod rotation;
