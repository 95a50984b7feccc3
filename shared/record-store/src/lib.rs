#![doc = include_str!("../README.md")]

mod attributes;
mod error;
mod keys;
mod loaded;
mod mails;
mod readers;
mod receipt;
mod record;
mod revision;
mod rotation;
mod store;
mod table;

pub use attributes::Fault;
pub use error::{Error, Operation};
pub use loaded::{Loaded, Revisions};
pub use mails::MAIL_LIFETIME;
pub use readers::READER_LIFETIME;
pub use revision::{Expected, Revision};
pub use sdk_error::{CallCounter, ErrorKind};
pub use store::RecordStore;
pub use table::{NotATable, TableArn};
