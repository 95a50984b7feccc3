#![doc = include_str!("../README.md")]

mod error;
mod map_run;
mod members;

pub use error::{Error, Operation};
pub use map_run::{Child, MapRuns, Outcome};
pub use members::{Member, Members, State};
pub use sdk_error::{CallCounter, ErrorKind};
