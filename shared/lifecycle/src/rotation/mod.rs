//! The rotation of one access key: what each of Secrets Manager's four steps may do next.
//!
//! **Invariant:** no move ever touches the key under `AWSCURRENT`, and a key is removed only when it is certain that nobody relies on it.

mod admit;
mod facts;
mod identity;
mod moves;
mod next;
mod refusal;
mod round;
mod spare;
#[cfg(test)]
mod tests;

use std::fmt;
use std::str::FromStr;

pub use admit::{Admission, Stages, admit};
pub use facts::{CurrentVersion, Facts, KeySlot, Policy, StagedKey, Versions};
pub(crate) use facts::{earlier, later};
pub use identity::{Claims, Identity, confirm_identity};
pub use moves::{Abandonment, Completion, Done, Move, Removal, RemovalReason, SupersededKey};
pub use next::next;
pub use refusal::Refusal;
pub use round::{LostBinding, binding_to_remember, lost_binding, round};

/// One of the four invocations that make up a rotation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RotationStep {
    /// Make the new key and store it as the pending version.
    CreateSecret,
    /// Put the new credential into the service it is for; IAM has it already, so identities are checked.
    SetSecret,
    /// Prove that the pending key works.
    TestSecret,
    /// Make the pending version the current one.
    FinishSecret,
}

impl RotationStep {
    /// The four steps in the order Secrets Manager takes them.
    pub const ALL: [Self; 4] =
        [Self::CreateSecret, Self::SetSecret, Self::TestSecret, Self::FinishSecret];

    /// The step as Secrets Manager spells it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateSecret => "createSecret",
            Self::SetSecret => "setSecret",
            Self::TestSecret => "testSecret",
            Self::FinishSecret => "finishSecret",
        }
    }

    fn as_documented(self) -> &'static str {
        match self {
            Self::CreateSecret => "create_secret",
            Self::SetSecret => "set_secret",
            Self::TestSecret => "test_secret",
            Self::FinishSecret => "finish_secret",
        }
    }
}

impl fmt::Display for RotationStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for RotationStep {
    type Err = UnknownStep;

    /// Reads `createSecret`, as the service sends it, and `create_secret`, as one page of its guide spells it.
    fn from_str(text: &str) -> Result<Self, UnknownStep> {
        Self::ALL
            .into_iter()
            .find(|step| text == step.as_str() || text == step.as_documented())
            .ok_or(UnknownStep)
    }
}

/// A step that is none of the four.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownStep;

impl fmt::Display for UnknownStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("unknown step: expected createSecret, setSecret, testSecret or finishSecret")
    }
}

impl std::error::Error for UnknownStep {}

/// A staging label of a secret's version.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum VersionStage {
    /// `AWSCURRENT`: what consumers read.
    Current,
    /// `AWSPENDING`: what a rotation prepares.
    Pending,
    /// `AWSPREVIOUS`: what consumers read before the last rotation.
    Previous,
    /// A label of the user's own.
    Custom(String),
}

impl VersionStage {
    /// The label as Secrets Manager spells it.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Current => "AWSCURRENT",
            Self::Pending => "AWSPENDING",
            Self::Previous => "AWSPREVIOUS",
            Self::Custom(label) => label,
        }
    }
}

impl From<&str> for VersionStage {
    fn from(label: &str) -> Self {
        match label {
            "AWSCURRENT" => Self::Current,
            "AWSPENDING" => Self::Pending,
            "AWSPREVIOUS" => Self::Previous,
            custom => Self::Custom(custom.to_owned()),
        }
    }
}

impl fmt::Display for VersionStage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
