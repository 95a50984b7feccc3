//! The mark by which a bounce leads back to the notices of its mail.

use lifecycle::identifiers::AccountId;
use sha2::{Digest as _, Sha256};

use crate::digest::Destination;

/// The name of the message tag that holds it; events of SES repeat the tags of their mail.
pub(crate) const TAG: &str = "keysteward-mail";

/// The mark of a mail: the same for the same notices to the same reader.
///
/// It is known before the mail is sent, as the id that SES gives is not: so no mail is ever sent whose bounce would lead nowhere.
pub(crate) fn id(destination: &Destination, notices: &[(AccountId, String)]) -> String {
    let mut hash = Sha256::new();
    hash.update(destination.name());
    for (account, notice) in notices {
        // No id holds a line break of its own that could make two lists look like one: each is preceded by its length.
        hash.update(format!("\n{} {account} {notice}", notice.len()));
    }
    hash.finalize().iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
