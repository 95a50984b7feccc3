//! Exemptions that are written on the IAM user, as tags.
//!
//! `keysteward:exempt` exempts the user's credentials, `keysteward:exempt:<credential id>` one of them; the value is
//! `until=2027-01-31 reason=quarterly batch job`. Both words may be missing. An exemption that cannot be read counts.

use std::collections::BTreeMap;
use std::fmt;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::identifiers::CredentialId;

/// The tag that exempts all credentials of a user.
pub const EXEMPT_TAG: &str = "keysteward:exempt";

/// The tag that exempts one credential.
pub fn exempt_tag(id: &CredentialId) -> String {
    format!("{EXEMPT_TAG}:{id}")
}

/// What an exemption tag says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exemption {
    /// The tag's key.
    pub tag: String,
    /// When it stops counting: the end of the named day in UTC, or the named instant. `None` means never.
    pub until: Option<Timestamp>,
    /// Why it was granted, in the words of whoever did.
    pub reason: Option<String>,
    /// Whether the value could not be understood; it counts all the same.
    pub unreadable: bool,
}

impl Exemption {
    /// Reads one tag. Text that is neither `until=` nor `reason=` makes it unreadable, and so without an end.
    pub fn read(tag: &str, value: &str) -> Self {
        let (head, reason) = match value.split_once("reason=") {
            Some((head, reason)) => (head, Some(reason.trim())),
            None => (value, None),
        };
        let mut unreadable = false;
        let mut until = None;
        for word in head.split_ascii_whitespace() {
            match word.strip_prefix("until=").map(end_of) {
                Some(Some(end)) if until.is_none() => until = Some(end),
                _ => unreadable = true,
            }
        }
        let reason = reason.filter(|reason| !reason.is_empty()).map(ToOwned::to_owned);
        Self { tag: tag.to_owned(), until: until.filter(|_| !unreadable), reason, unreadable }
    }

    /// Whether it still counts.
    pub fn counts(&self, now: Timestamp) -> bool {
        self.until.is_none_or(|until| now < until)
    }

    /// The exemptions among a user's tags that bear on `credential`: the user's own first.
    ///
    /// IAM compares tag keys without regard to case, and so does this.
    pub fn find<'a>(
        tags: &'a BTreeMap<String, String>,
        credential: &'a CredentialId,
    ) -> impl Iterator<Item = Self> + 'a {
        let own = exempt_tag(credential);
        let bears =
            move |tag: &str| tag.eq_ignore_ascii_case(EXEMPT_TAG) || tag.eq_ignore_ascii_case(&own);
        tags.iter().filter(move |(tag, _)| bears(tag)).map(|(tag, value)| Self::read(tag, value))
    }

    /// Every exemption among a user's tags.
    pub fn all(tags: &BTreeMap<String, String>) -> impl Iterator<Item = Self> + '_ {
        let is_one = |tag: &str| {
            let head = tag.get(..EXEMPT_TAG.len());
            let rest = tag.get(EXEMPT_TAG.len()..).unwrap_or_default();
            head.is_some_and(|head| head.eq_ignore_ascii_case(EXEMPT_TAG))
                && (rest.is_empty() || rest.starts_with(':'))
        };
        tags.iter().filter(move |(tag, _)| is_one(tag)).map(|(tag, value)| Self::read(tag, value))
    }
}

impl fmt::Display for Exemption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tag {}", self.tag)?;
        match (&self.until, self.unreadable) {
            (_, true) => f.write_str(" (unreadable, so without an end)")?,
            (Some(until), _) => write!(f, " until {until}")?,
            (None, _) => {}
        }
        match &self.reason {
            Some(reason) => write!(f, ": {reason}"),
            None => Ok(()),
        }
    }
}

/// The end of a day, or an instant as it is.
fn end_of(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let day: Date = text.parse().ok()?;
    let next = day.checked_add(1.day()).ok()?;
    next.to_zoned(TimeZone::UTC).ok().map(|zoned| zoned.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::CredentialKind;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_exemption_counts_until_the_end_of_its_day() {
        let exemption = Exemption::read(EXEMPT_TAG, "until=2027-01-31 reason=quarterly batch job");
        assert_eq!(exemption.until, Some(at("2027-02-01T00:00:00Z")));
        assert_eq!(exemption.reason.as_deref(), Some("quarterly batch job"));
        assert!(exemption.counts(at("2027-01-31T23:59:59Z")));
        assert!(!exemption.counts(at("2027-02-01T00:00:00Z")));
    }

    #[test]
    fn an_instant_is_taken_as_it_is() {
        let exemption = Exemption::read(EXEMPT_TAG, "until=2027-01-31T12:00:00Z");
        assert!(!exemption.counts(at("2027-01-31T12:00:00Z")));
    }

    #[test]
    fn an_exemption_that_cannot_be_read_counts_for_ever() {
        for value in [
            "until=soon",
            "until=31.01.2027",
            "til=2027-01-31",
            "yes",
            "until=2020-01-01 until=2020-01-02",
            "until=2020-01-01 x reason=y",
            "UNTIL=2020-01-01",
        ] {
            let exemption = Exemption::read(EXEMPT_TAG, value);
            assert!(exemption.unreadable, "{value}");
            assert!(exemption.counts(Timestamp::MAX), "{value}");
        }
    }

    #[test]
    fn an_empty_exemption_has_no_end_and_is_readable() {
        for value in ["", "reason=", "reason=until=2020-01-01"] {
            let exemption = Exemption::read(EXEMPT_TAG, value);
            assert!(!exemption.unreadable && exemption.counts(Timestamp::MAX), "{value}");
        }
    }

    #[test]
    fn the_tag_of_another_credential_does_not_count() {
        let key = |id| CredentialId::new(CredentialKind::AccessKey, id).unwrap();
        let tags = [
            ("Keysteward:Exempt:AKIAONE".to_owned(), String::new()),
            ("keysteward:exempt:AKIAONETWO".to_owned(), String::new()),
            ("keysteward:exempted".to_owned(), String::new()),
        ]
        .into();
        assert_eq!(Exemption::find(&tags, &key("AKIAONE")).count(), 1);
        assert_eq!(Exemption::find(&tags, &key("AKIA")).count(), 0);
        assert_eq!(Exemption::all(&tags).count(), 2);
    }
}
