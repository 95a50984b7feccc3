#![doc = include_str!("../README.md")]

mod error;
mod members;

pub use error::{Error, Operation};
pub use members::{Member, Members, State};
pub use sdk_error::{CallCounter, ErrorKind};
