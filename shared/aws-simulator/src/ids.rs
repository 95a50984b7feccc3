//! Identifiers and secrets of the shapes AWS gives them: the same in every run.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

/// Makes ids, each different, each the same in every run.
#[derive(Debug, Default)]
pub(crate) struct Ids(u64);

impl Ids {
    fn next(&mut self, kind: &str) -> String {
        self.0 += 1;
        format!("{kind}/{}", self.0)
    }

    /// A prefix and 16 characters, as access key ids have (`AKIA…`).
    pub(crate) fn access_key(&mut self, prefix: &str) -> String {
        let seed = self.next("access-key");
        shaped(prefix, &seed)[..20].to_owned()
    }

    /// A prefix and 17 characters, as user ids have (`AIDA…`).
    pub(crate) fn entity(&mut self, prefix: &str) -> String {
        let seed = self.next("entity");
        shaped(prefix, &seed)
    }

    /// 32 characters, as the ids of signing certificates have.
    pub(crate) fn certificate(&mut self) -> String {
        let seed = self.next("certificate");
        let both = [shaped("", &seed), shaped("", &format!("{seed}/2"))].concat();
        both.chars().take(32).collect()
    }

    /// 40 characters, as secret access keys have.
    pub(crate) fn secret_access_key(&mut self) -> String {
        let seed = self.next("secret-access-key");
        STANDARD.encode(digest(&seed)).chars().take(40).collect()
    }

    /// The six characters at the end of a secret's ARN.
    pub(crate) fn suffix(&mut self) -> String {
        let seed = self.next("suffix");
        STANDARD.encode(digest(&seed)).chars().filter(char::is_ascii_alphanumeric).take(6).collect()
    }

    /// A version 4 UUID.
    pub(crate) fn uuid(&mut self) -> String {
        let seed = self.next("uuid");
        let hex = crate::signature::hex(&digest(&seed));
        format!(
            "{}-{}-4{}-a{}-{}",
            &hex[..8],
            &hex[8..12],
            &hex[13..16],
            &hex[17..20],
            &hex[20..32]
        )
    }
}

/// A prefix and 17 upper-case characters that follow from `seed`.
pub(crate) fn shaped(prefix: &str, seed: &str) -> String {
    const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let letters = digest(seed)
        .into_iter()
        .take(17)
        .filter_map(|byte| ALPHABET.get(usize::from(byte % 32)).copied().map(char::from));
    prefix.chars().chain(letters).collect()
}

fn digest(seed: &str) -> Vec<u8> {
    Sha256::digest(format!("keysteward simulated account/{seed}")).to_vec()
}
