//! One mail address, and nothing else.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};

/// An address that can be written to: a local part, `@`, and a domain, all in printable ASCII.
///
/// SES takes no other local parts, and a domain in another script may look like a trusted one; as `xn--…` the difference shows.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Address(String);

/// A text that is no single mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a single mail address in ASCII, without a name, quotes or comments")]
pub struct NotAnAddress;

impl Address {
    /// The domain, in lower case.
    pub fn domain(&self) -> &str {
        self.0.rsplit_once('@').map_or("", |(_, domain)| domain)
    }

    /// The address.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What two spellings of one mailbox have in common.
    pub fn mailbox(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

impl FromStr for Address {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        // RFC 5322 allows quotes, comments and literals that mail systems read differently from each other; and behind `%`
        // and `!` old relays find another domain to hand the mail on to.
        let plain = |c: char| c.is_ascii_alphanumeric() || "#$&'*+-/=?^_`{|}~.@".contains(c);
        if !text.chars().all(plain) || text.matches('@').count() != 1 {
            return Err(NotAnAddress);
        }
        let options =
            Options::default().without_display_text().without_domain_literal().with_required_tld();
        EmailAddress::parse_with_options(text, options).map_err(|_| NotAnAddress)?;
        let (local, domain) = text.split_once('@').ok_or(NotAnAddress)?;
        let label = |label: &str| {
            let bytes = label.as_bytes();
            !label.is_empty()
                && label.len() <= 63
                && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
                && !label.starts_with('-')
                && !label.ends_with('-')
        };
        // A last label of digits is an IP address, not a domain.
        let named = domain
            .rsplit('.')
            .next()
            .is_some_and(|last| last.contains(|c: char| c.is_ascii_alphabetic()));
        if local.len() > 64 || text.len() > 254 || !named || !domain.split('.').all(label) {
            return Err(NotAnAddress);
        }
        Ok(Self(format!("{local}@{}", domain.to_ascii_lowercase())))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Addresses are personal: logs show that there is one, not which.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Address(…@{})", self.domain())
    }
}

/// A domain to which mail may go: `example.com`, or `*.example.com` for every domain below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllowedDomain {
    domain: String,
    below: bool,
}

impl AllowedDomain {
    /// Whether mail to `address` is allowed.
    pub fn allows(&self, address: &Address) -> bool {
        let domain = address.domain();
        if self.below {
            domain.strip_suffix(&self.domain).is_some_and(|rest| rest.ends_with('.'))
        } else {
            domain == self.domain
        }
    }
}

impl FromStr for AllowedDomain {
    type Err = NotAnAddress;

    fn from_str(text: &str) -> Result<Self, NotAnAddress> {
        let (domain, below) = match text.strip_prefix("*.") {
            Some(domain) => (domain, true),
            None => (text, false),
        };
        // A wildcard over a whole top-level domain is no restriction.
        let address: Address = format!("x@{domain}").parse()?;
        Ok(Self { domain: address.domain().to_owned(), below })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plain_address_is_an_address() {
        for text in [
            "a@example.com",
            "a+b@example.com",
            "o'neil@example.com",
            "first.last@sub.example.co",
            "x@xn--bcher-kva.example",
            "team_1#x@example.com",
        ] {
            assert_eq!(text.parse::<Address>().map(|a| a.to_string()).as_deref(), Ok(text));
        }
    }

    #[test]
    fn anything_else_is_none() {
        for text in [
            "",
            "a",
            "@",
            "a@",
            "@example.com",
            "a@b@example.com",
            "a@example.com,b@example.com",
            "a@example.com;b@example.com",
            "a@example.com b@example.com",
            " a@example.com",
            "a@example.com\n",
            "a@example.com\r\nBcc: b@example.com",
            "a@example.com\u{2028}",
            "a\u{202e}@example.com",
            "Ana <a@example.com>",
            "<a@example.com>",
            "\"a b\"@example.com",
            "\"a\"@example.com",
            "a(comment)@example.com",
            "a@[127.0.0.1]",
            "a@127.0.0.1",
            "a@localhost",
            "a@ex\u{e4}mple.com",
            "a@\u{0435}xample.com",
            "\u{430}na@example.com",
            "a@example\u{ff0e}com",
            "a@-example.com",
            "a@example-.com",
            "a@example..com",
            "a@.example.com",
            "a@example.com.",
            "a..b@example.com",
            ".a@example.com",
            "a.@example.com",
            "a@exa_mple.com",
            "a%example.net@example.com",
            "example.net!a@example.com",
            "mailto:a@example.com",
            "a@example.com?bcc=b@example.com",
        ] {
            assert_eq!(text.parse::<Address>(), Err(NotAnAddress), "{text:?}");
        }
        let local = format!("{}@example.com", "x".repeat(65));
        assert_eq!(local.parse::<Address>(), Err(NotAnAddress));
    }

    #[test]
    fn the_case_of_a_mailbox_tells_nobody_apart() {
        let address: Address = "Ana@Example.COM".parse().unwrap();
        assert_eq!((address.as_str(), address.domain()), ("Ana@example.com", "example.com"));
        assert_eq!(address.mailbox(), "ana@example.com");
    }

    #[test]
    fn a_domain_allows_itself_and_a_star_what_is_below() {
        let allows = |domain: &str, address: &str| {
            domain.parse::<AllowedDomain>().unwrap().allows(&address.parse().unwrap())
        };
        assert!(allows("Example.com", "a@example.com"));
        for other in
            ["a@sub.example.com", "a@notexample.com", "a@example.com.evil.net", "a@example.co"]
        {
            assert!(!allows("example.com", other), "{other}");
        }
        assert!(allows("*.example.com", "a@sub.example.com"));
        assert!(allows("*.example.com", "a@deep.sub.example.com"));
        for other in ["a@example.com", "a@notexample.com"] {
            assert!(!allows("*.example.com", other), "{other}");
        }
        for bad in ["", "com", "*.com", "*", "*.", "a@example.com", "exa mple.com", "*example.com"]
        {
            assert!(bad.parse::<AllowedDomain>().is_err(), "{bad}");
        }
    }

    #[test]
    fn an_address_is_not_in_its_debug_form() {
        let address: Address = "ana@example.com".parse().unwrap();
        assert!(!format!("{address:?}").contains("ana"));
    }
}
