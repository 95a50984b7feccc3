#![doc = include_str!("../README.md")]

mod publisher;

use jiff::Timestamp;
use lifecycle::identifiers::{AccessKeyId, AccountId, Arn, UserName, VersionId};
use serde::Serialize;

pub use publisher::{NoticePublisher, PublishError};

/// The schema of the notices this version writes.
pub const SCHEMA: &str = "keysteward/notice/v1";

/// One piece of news about one credential.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Notice {
    schema: &'static str,
    id: String,
    kind: Kind,
    severity: Severity,
    account: String,
    user: String,
    at: String,
    credential: Credential,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded: Option<Credential>,
    #[serde(skip_serializing_if = "Option::is_none")]
    superseded_kept_until: Option<String>,
    secret: String,
}

/// What happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A new key is current; the old one works until its overlap is over.
    Rotated,
}

impl Kind {
    fn as_str(self) -> &'static str {
        match self {
            Self::Rotated => "rotated",
        }
    }
}

/// How soon somebody should look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Nothing is to be done.
    Info,
}

impl Severity {
    fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Credential {
    kind: &'static str,
    id: String,
}

impl Credential {
    fn access_key(id: &AccessKeyId) -> Self {
        Self { kind: "access-key", id: id.to_string() }
    }
}

/// The facts of a finished rotation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotation {
    /// The account of the user.
    pub account: AccountId,
    /// The user whose key was rotated.
    pub user: UserName,
    /// The secret that holds the key.
    pub secret: Arn,
    /// The rotation's token.
    pub token: VersionId,
    /// The key that is current now.
    pub key: AccessKeyId,
    /// The key it replaced, and until when that is kept at least.
    pub superseded: Option<(AccessKeyId, Timestamp)>,
    /// When the rotation was finished.
    pub at: Timestamp,
}

impl Notice {
    /// The news that a rotation was finished.
    pub fn rotated(rotation: &Rotation) -> Self {
        Self {
            schema: SCHEMA,
            id: format!("rotated/{}/{}/{}", rotation.account, rotation.key, rotation.token),
            kind: Kind::Rotated,
            severity: Severity::Info,
            account: rotation.account.to_string(),
            user: rotation.user.to_string(),
            at: rotation.at.to_string(),
            credential: Credential::access_key(&rotation.key),
            superseded: rotation.superseded.as_ref().map(|(key, _)| Credential::access_key(key)),
            superseded_kept_until: rotation.superseded.as_ref().map(|(_, until)| until.to_string()),
            secret: rotation.secret.to_string(),
        }
    }

    /// A line for the subject of a mail: ASCII, under 100 characters.
    pub fn subject(&self) -> String {
        let line = match self.kind {
            Kind::Rotated => format!("Access key rotated: {} in {}", self.user, self.account),
        };
        line.chars().filter(|c| c.is_ascii() && !c.is_ascii_control()).take(99).collect()
    }

    /// Attributes that subscribers can filter by.
    pub fn attributes(&self) -> [(&'static str, String); 4] {
        [
            ("kind", self.kind.as_str().to_owned()),
            ("severity", self.severity.as_str().to_owned()),
            ("account", self.account.clone()),
            ("credential", self.credential.kind.to_owned()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rotated() -> Notice {
        Notice::rotated(&Rotation {
            account: "123456789012".into(),
            user: "ci".into(),
            secret: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf"
                .parse()
                .unwrap(),
            token: "a8e3f6c2-0000-4000-a000-000000000001".into(),
            key: "AKIANEW".into(),
            superseded: Some(("AKIAOLD".into(), "2026-04-08T00:00:00Z".parse().unwrap())),
            at: "2026-04-01T00:00:00Z".parse().unwrap(),
        })
    }

    #[test]
    fn a_rotation_is_told_in_the_documented_form() {
        insta::assert_snapshot!(serde_json::to_string_pretty(&rotated()).unwrap(), @r#"
        {
          "schema": "keysteward/notice/v1",
          "id": "rotated/123456789012/AKIANEW/a8e3f6c2-0000-4000-a000-000000000001",
          "kind": "rotated",
          "severity": "info",
          "account": "123456789012",
          "user": "ci",
          "at": "2026-04-01T00:00:00Z",
          "credential": {
            "kind": "access-key",
            "id": "AKIANEW"
          },
          "superseded": {
            "kind": "access-key",
            "id": "AKIAOLD"
          },
          "superseded_kept_until": "2026-04-08T00:00:00Z",
          "secret": "arn:aws:secretsmanager:eu-west-1:123456789012:secret:ci-AbCdEf"
        }
        "#);
    }

    #[test]
    fn the_words_in_attributes_are_those_in_the_message() {
        let message = serde_json::to_value(rotated()).unwrap();
        for (name, value) in rotated().attributes() {
            let told =
                if name == "credential" { &message["credential"]["kind"] } else { &message[name] };
            assert_eq!(told, &serde_json::Value::from(value), "{name}");
        }
    }

    #[test]
    fn a_hostile_user_name_leaves_a_legal_subject() {
        let hostile = Notice {
            user: format!("a\r\nBcc: x@example.com\u{2028}{}", "x".repeat(200)),
            ..rotated()
        };
        assert!(hostile.subject().len() < 100);
        assert!(hostile.subject().bytes().all(|byte| (b' '..=b'~').contains(&byte)));
    }
}
