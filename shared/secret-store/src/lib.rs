#![doc = include_str!("../README.md")]

mod document;
mod error;
mod json_object;
mod smtp;
mod store;

pub use document::{DocumentError, HeldKey, SecretDocument};
pub use error::{Error, Operation};
pub use sdk_error::ErrorKind;
pub use smtp::smtp_password;
pub use store::{RotationToken, SecretSettings, SecretStore};
