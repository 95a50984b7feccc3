//! The password for SES over SMTP, which is derived from a secret access key.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

/// Regions that offer SES over SMTP; a Region that the secret names is tried besides.
pub(crate) const SMTP_REGIONS: [&str; 29] = [
    "af-south-1",
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-south-2",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-southeast-3",
    "ap-southeast-5",
    "ca-central-1",
    "ca-west-1",
    "eu-central-1",
    "eu-central-2",
    "eu-north-1",
    "eu-south-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-gov-east-1",
    "us-gov-west-1",
    "us-west-1",
    "us-west-2",
];

/// The SMTP password that belongs to `secret_access_key` in `region`.
///
/// The steps are those of "Obtaining Amazon SES SMTP credentials" in the SES developer guide: Signature Version 4's key
/// derivation with a fixed date, a version byte in front, in base 64.
pub fn smtp_password(secret_access_key: &str, region: &str) -> Zeroizing<String> {
    let mut signature = Zeroizing::new(format!("AWS4{secret_access_key}").into_bytes());
    for part in ["11111111", region, "ses", "aws4_request", "SendRawEmail"] {
        signature = hmac(&signature, part.as_bytes());
    }
    signature.insert(0, 0x04);
    Zeroizing::new(STANDARD.encode(&*signature))
}

fn hmac(key: &[u8], data: &[u8]) -> Zeroizing<Vec<u8>> {
    // HMAC takes a key of any length.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else {
        return Zeroizing::new(Vec::new());
    };
    mac.update(data);
    Zeroizing::new(mac.finalize().into_bytes().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_is_the_one_that_awss_published_script_prints() {
        let password = smtp_password("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1");
        assert_eq!(password.as_str(), "BLBM/9hSUELfq8Gw+rU1YcBjkOxGbhT2XG763xVLGWL9");
    }

    #[test]
    fn every_region_has_a_password_of_its_own() {
        assert_ne!(smtp_password("secret", "us-east-1"), smtp_password("secret", "us-west-2"));
    }
}
