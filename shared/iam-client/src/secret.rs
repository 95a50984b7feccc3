//! The secret half of an access key.

use std::fmt;

use zeroize::Zeroizing;

/// A secret access key: it is wiped from memory when dropped, and has no `Display`, no `Serialize`, no `Clone`.
pub struct SecretAccessKey(Zeroizing<String>);

impl SecretAccessKey {
    /// Takes the secret over.
    pub fn new(secret: String) -> Self {
        Self(Zeroizing::new(secret))
    }

    /// The secret itself, to be stored or signed with, and never to be printed.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretAccessKey(redacted)")
    }
}
