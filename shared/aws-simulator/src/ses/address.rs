//! Mail addresses, with and without a name before them.

use super::outgoing::bad_request;
use crate::error::ApiError;

/// The address alone, without the name that may be written before it.
pub(super) fn bare(written: &str) -> &str {
    let written = written.trim();
    match written.strip_suffix('>').and_then(|start| start.rsplit_once('<')) {
        Some((_, address)) => address,
        None => written,
    }
}

/// What follows the last `@`.
pub(super) fn domain_of(address: &str) -> &str {
    address.rsplit_once('@').map_or(address, |(_, domain)| domain)
}

/// Checks an address: neither its local part nor its name may have anything beyond 7-bit ASCII.
pub(super) fn check(written: &str) -> Result<(), ApiError> {
    let address = bare(written);
    let Some((local, domain)) = address.rsplit_once('@') else {
        return Err(bad_request("Missing final '@domain'"));
    };
    if local.is_empty() {
        return Err(bad_request("Missing local name"));
    }
    if !local.chars().all(|c| c.is_ascii_graphic()) || local.len() > 64 {
        return Err(bad_request("Local address contains control or whitespace"));
    }
    let label = |label: &str| {
        !label.is_empty() && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    if !domain.split('.').all(label) {
        return Err(bad_request("Domain contains illegal character"));
    }
    if !written.chars().all(|c| c.is_ascii() && !c.is_ascii_control()) {
        return Err(bad_request("Address contains a name that is not encoded"));
    }
    Ok(())
}
