//! The state that Keysteward keeps in tags of the IAM user, next to the credential it is about.
//!
//! A tag value is a line of space-separated `key=value` words, because IAM allows neither commas nor braces there.
//! Words this version does not know are ignored, so that a later version may add some.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use crate::identifiers::{AccessKeyId, CredentialId, VersionId};

/// The tag that names the one secret which may hold the user's keys; its value is the secret's ARN.
pub const SECRET_TAG: &str = "keysteward:secret";

/// The tag that holds the [`Intent`] of a rotation under way.
pub const INTENT_TAG: &str = "keysteward:pending";

/// The key of the tag that holds the [`Record`] of one credential, an access key or any other.
pub fn record_tag(id: impl fmt::Display) -> String {
    format!("keysteward:{id}")
}

/// The id of the credential that a tag is the record of; `None` for every other tag.
pub fn recorded_credential(tag: &str) -> Option<CredentialId> {
    let id = tag.strip_prefix("keysteward:")?;
    let ours = ["secret", "pending", "exempt"].contains(&id) || id.contains(':') || id.is_empty();
    (!ours).then(|| CredentialId::new(id))
}

/// What Keysteward last did to a credential, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// The state the credential was brought to.
    pub state: RecordedState,
    /// When it was brought there.
    pub at: Timestamp,
    /// When the next rung of the ladder is due.
    pub due: Option<Timestamp>,
    /// When the owner was last told of `due`; where it is missing, nobody was told since the record was first written.
    pub told: Option<Timestamp>,
    /// When the credential was created: matches a row of the credential report to its record.
    pub created: Option<Timestamp>,
    /// The version whose promotion superseded the key: the record counts only while that version is current.
    pub version: Option<VersionId>,
    /// Which function wrote the record; [`BY_EXPOSURE`] stays, whoever writes it again.
    pub by: String,
    /// What AWS calls the event behind the record, for exposures.
    pub event: Option<String>,
}

/// Who wrote the record of an exposed credential.
pub const BY_EXPOSURE: &str = "exposure";

impl Record {
    /// Whether the credential was deactivated because its secret is known to others.
    pub fn is_of_exposure(&self) -> bool {
        self.by == BY_EXPOSURE
    }
}

/// The states a credential can be recorded in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordedState {
    /// Its owner was told that it will be deactivated.
    Warned,
    /// A rotation replaced it; it still works.
    Superseded,
    /// It is about to be deactivated; written before the call, so that an interrupted one is recognised.
    Deactivating,
    /// It was deactivated and waits for deletion.
    Deactivated,
    /// It is inactive, and its owner was told lately that it will be deleted; `at` is still that of the deactivation.
    Announced,
    /// It is about to be deleted; `at` and `due` are still those of the deactivation.
    Deleting,
    /// An operator took the deactivation back.
    Reactivated,
}

impl RecordedState {
    const ALL: [Self; 7] = [
        Self::Warned,
        Self::Superseded,
        Self::Deactivating,
        Self::Deactivated,
        Self::Announced,
        Self::Deleting,
        Self::Reactivated,
    ];

    /// The state as it is written in the tag.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Warned => "warned",
            Self::Superseded => "superseded",
            Self::Deactivating => "deactivating",
            Self::Deactivated => "deactivated",
            Self::Announced => "announced",
            Self::Deleting => "deleting",
            Self::Reactivated => "reactivated",
        }
    }
}

impl fmt::Display for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "state={} at={}", self.state.as_str(), self.at)?;
        if let Some(due) = self.due {
            write!(f, " due={due}")?;
        }
        if let Some(told) = self.told {
            write!(f, " told={told}")?;
        }
        if let Some(created) = self.created {
            write!(f, " created={created}")?;
        }
        if let Some(version) = &self.version {
            write!(f, " version={version}")?;
        }
        write!(f, " by={}", self.by)?;
        self.event.as_ref().map_or(Ok(()), |event| write!(f, " event={event}"))
    }
}

impl FromStr for Record {
    type Err = UnreadableTag;

    fn from_str(text: &str) -> Result<Self, UnreadableTag> {
        let words = Words(text);
        let state = words.required("state")?;
        let state = RecordedState::ALL
            .into_iter()
            .find(|known| known.as_str() == state)
            .ok_or(UnreadableTag { word: "state", text: text.to_owned() })?;
        Ok(Self {
            state,
            at: words.time("at")?.ok_or_else(|| words.missing("at"))?,
            due: words.time("due")?,
            told: words.time("told")?,
            created: words.time("created")?,
            version: words.get("version").map(VersionId::new),
            by: words.required("by")?.to_owned(),
            event: words.get("event").map(ToOwned::to_owned),
        })
    }
}

/// The promise written down before a key is created: a key made in this span of time that nobody holds is ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Intent {
    /// The rotation that wants the key.
    pub token: VersionId,
    /// When the attempt started.
    pub from: Timestamp,
    /// When the attempt is certain to have ended: its Lambda deadline.
    pub until: Timestamp,
    /// When the key that the rotation replaces was created; goes into that key's record.
    pub created: Timestamp,
    /// The key, once it is made. Until then any key made in the span may be it; from then on no other is.
    pub key: Option<AccessKeyId>,
}

impl fmt::Display for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token, from, until, created, key } = self;
        write!(f, "token={token} from={from} until={until} created={created}")?;
        key.as_ref().map_or(Ok(()), |key| write!(f, " key={key}"))
    }
}

impl FromStr for Intent {
    type Err = UnreadableTag;

    fn from_str(text: &str) -> Result<Self, UnreadableTag> {
        let words = Words(text);
        Ok(Self {
            token: VersionId::new(words.required("token")?),
            from: words.time("from")?.ok_or_else(|| words.missing("from"))?,
            until: words.time("until")?.ok_or_else(|| words.missing("until"))?,
            created: words.time("created")?.ok_or_else(|| words.missing("created"))?,
            key: words.get("key").map(AccessKeyId::new),
        })
    }
}

struct Words<'a>(&'a str);

impl<'a> Words<'a> {
    fn get(&self, key: &str) -> Option<&'a str> {
        self.0.split_ascii_whitespace().find_map(|word| word.strip_prefix(key)?.strip_prefix('='))
    }

    fn required(&self, key: &'static str) -> Result<&'a str, UnreadableTag> {
        self.get(key).filter(|value| !value.is_empty()).ok_or_else(|| self.missing(key))
    }

    fn time(&self, key: &'static str) -> Result<Option<Timestamp>, UnreadableTag> {
        self.get(key).map(|text| text.parse().map_err(|_| self.missing(key))).transpose()
    }

    fn missing(&self, word: &'static str) -> UnreadableTag {
        UnreadableTag { word, text: self.0.to_owned() }
    }
}

/// A tag value that somebody else wrote, or that was damaged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnreadableTag {
    word: &'static str,
    text: String,
}

impl fmt::Display for UnreadableTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the word `{}=` is missing or malformed in {:?}", self.word, self.text)
    }
}

impl std::error::Error for UnreadableTag {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_survives_being_written_and_read() {
        let text = "state=warned at=2026-11-21T03:00:00Z due=2026-12-05T03:00:00Z created=2026-08-01T10:00:00Z by=sweep";
        let record: Record = text.parse().unwrap();
        assert_eq!(record.state, RecordedState::Warned);
        assert_eq!(record.to_string(), text);
    }

    #[test]
    fn a_record_tells_when_its_owner_was_last_told() {
        let text = "state=warned at=2026-11-21T03:00:00Z due=2026-12-05T03:00:00Z told=2026-11-28T03:00:00Z by=sweep";
        let record: Record = text.parse().unwrap();
        assert_eq!(record.told, Some("2026-11-28T03:00:00Z".parse().unwrap()));
        assert_eq!(record.to_string(), text);
        let earlier = text.replace(" told=2026-11-28T03:00:00Z", "");
        assert_eq!(earlier.parse::<Record>().unwrap(), Record { told: None, ..record });
    }

    #[test]
    fn a_record_names_the_version_it_counts_under() {
        let text = "state=superseded at=2026-11-21T03:00:00Z created=2026-08-01T10:00:00Z version=a8e3f6c2-0000-4000-8000-000000000001 by=rotate-key";
        let record: Record = text.parse().unwrap();
        assert_eq!(record.version, Some("a8e3f6c2-0000-4000-8000-000000000001".into()));
        assert_eq!(record.to_string(), text);
        let earlier = "state=superseded at=2026-11-21T03:00:00Z by=rotate-key";
        assert_eq!(earlier.parse::<Record>().unwrap().version, None);
    }

    #[test]
    fn every_state_survives_being_written_and_read() {
        for state in RecordedState::ALL {
            let text = format!("state={} at=2026-11-21T03:00:00Z by=sweep", state.as_str());
            let record: Record = text.parse().unwrap();
            assert_eq!((record.state, record.to_string()), (state, text));
        }
    }

    #[test]
    fn the_record_of_an_exposure_names_its_event() {
        let text = "state=deactivated at=2026-11-21T03:00:00Z by=exposure event=AWS_RISK_CREDENTIALS_EXPOSED";
        let record: Record = text.parse().unwrap();
        assert!(record.is_of_exposure());
        assert_eq!(record.event.as_deref(), Some("AWS_RISK_CREDENTIALS_EXPOSED"));
        assert_eq!(record.to_string(), text);
        let other = text.replace("by=exposure", "by=sweep");
        assert!(!other.parse::<Record>().unwrap().is_of_exposure());
    }

    #[test]
    fn words_of_a_later_version_are_ignored() {
        let record: Record =
            "v=2 state=deactivated at=2026-11-21T03:00:00Z by=sweep prior=Active".parse().unwrap();
        assert_eq!(record.state, RecordedState::Deactivated);
    }

    #[test]
    fn a_damaged_record_is_an_error_that_names_the_word() {
        for (text, word) in [
            ("", "state"),
            ("state=gone at=2026-11-21T03:00:00Z by=sweep", "state"),
            ("state=superseded by=sweep", "at"),
            ("state=superseded at=yesterday by=sweep", "at"),
            ("state=superseded at=2026-11-21T03:00:00Z due=soon by=sweep", "due"),
            ("state=warned at=2026-11-21T03:00:00Z told=often by=sweep", "told"),
            ("state=superseded at=2026-11-21T03:00:00Z", "by"),
        ] {
            assert_eq!(text.parse::<Record>().unwrap_err().word, word, "{text}");
        }
    }

    #[test]
    fn an_intent_survives_being_written_and_read() {
        let text = "token=a8e3f6c2-0000-4000-8000-000000000001 from=2026-11-21T03:00:00Z until=2026-11-21T03:02:00Z created=2026-08-01T10:00:00Z";
        assert_eq!(text.parse::<Intent>().unwrap().to_string(), text);
        assert_eq!(text.parse::<Intent>().unwrap().key, None);
        assert!("token=x from=2026-11-21T03:00:00Z".parse::<Intent>().is_err());
    }

    #[test]
    fn an_intent_names_its_key_once_there_is_one() {
        let text = "token=a8e3f6c2-0000-4000-8000-000000000001 from=2026-11-21T03:00:00Z until=2026-11-21T03:02:00Z created=2026-08-01T10:00:00Z key=AKIAEXAMPLEEXAMPLE02";
        let intent: Intent = text.parse().unwrap();
        assert_eq!(intent.key, Some("AKIAEXAMPLEEXAMPLE02".into()));
        assert_eq!(intent.to_string(), text);
        assert!(text.len() <= 256);
    }

    #[test]
    fn the_longest_records_fit_into_a_tag_that_iam_allows() {
        // An exposure knows no version: the record it writes replaces the one of the rotation.
        let version = format!("version={} by=rotate-key", "v".repeat(64));
        let event = format!("by=exposure event={}", "e".repeat(80));
        for (state, last) in
            [("superseded", &version), ("announced", &version), ("announced", &event)]
        {
            let at = "2026-11-21T03:00:00.123456789Z";
            let text = format!(
                "state={state} at={at} due={at} told={at} created=2026-08-01T10:00:00Z {last}"
            );
            assert_eq!(text.parse::<Record>().unwrap().to_string(), text);
            assert!(text.chars().all(|c| c.is_ascii_alphanumeric() || " _.:/=+-@".contains(c)));
            assert!(text.len() <= 256, "{} characters: {text}", text.len());
        }
    }
}
