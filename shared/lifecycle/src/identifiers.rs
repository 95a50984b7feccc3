//! Names that AWS gives to things, each with a type of its own so that they cannot be mixed up.

use std::fmt;

macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Wraps a name as AWS spells it; nothing is checked or changed.
            pub fn new(name: impl Into<String>) -> Self {
                Self(name.into())
            }

            /// The name as AWS spells it.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl From<&str> for $name {
            fn from(name: &str) -> Self {
                Self::new(name)
            }
        }

        impl From<String> for $name {
            fn from(name: String) -> Self {
                Self(name)
            }
        }
    };
}

identifier! {
    /// The id of an access key (`AKIA…`): an identifier, not a secret.
    AccessKeyId
}
identifier! {
    /// The id of a credential of any kind (`AKIA…`, `APKA…`, `ACCA…`, …), or the word `password`.
    CredentialId
}
identifier! {
    /// The name of an IAM user, unique in its account whatever the case of its letters.
    UserName
}
identifier! {
    /// The id of an IAM user (`AIDA…`), which a user recreated under the same name does not share.
    UserId
}
identifier! {
    /// The twelve digits of an AWS account.
    AccountId
}
identifier! {
    /// The id of one version of a secret; during a rotation it equals the rotation's `ClientRequestToken`.
    VersionId
}

impl CredentialId {
    /// The id of every console password: a user has one at most.
    pub fn password() -> Self {
        Self::new("password")
    }
}

impl From<&AccessKeyId> for CredentialId {
    fn from(id: &AccessKeyId) -> Self {
        Self::new(id.as_str())
    }
}

/// An Amazon resource name taken apart: `arn:partition:service:region:account:resource`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Arn {
    text: String,
    colons: [u16; 5],
}

impl Arn {
    /// The partition: `aws`, `aws-cn`, `aws-us-gov`, …
    pub fn partition(&self) -> &str {
        self.part(0)
    }

    /// The service: `iam`, `secretsmanager`, …
    pub fn service(&self) -> &str {
        self.part(1)
    }

    /// The Region, empty for global services.
    pub fn region(&self) -> &str {
        self.part(2)
    }

    /// The account that owns the resource.
    pub fn account(&self) -> AccountId {
        AccountId::new(self.part(3))
    }

    /// Everything after the account: `user/team/alice`, `secret:name-AbCdEf`, …
    pub fn resource(&self) -> &str {
        self.text.get(usize::from(self.colons[4]) + 1..).unwrap_or_default()
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    fn part(&self, index: usize) -> &str {
        match (self.colons.get(index), self.colons.get(index + 1)) {
            (Some(&start), Some(&end)) => {
                self.text.get(usize::from(start) + 1..end.into()).unwrap_or_default()
            }
            _ => "",
        }
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::str::FromStr for Arn {
    type Err = NotAnArn;

    fn from_str(text: &str) -> Result<Self, NotAnArn> {
        let mut found = text.match_indices(':').map(|(at, _)| at);
        let mut colons = [0; 5];
        for colon in &mut colons {
            *colon = found.next().and_then(|at| at.try_into().ok()).ok_or(NotAnArn)?;
        }
        let arn = Self { text: text.to_owned(), colons };
        let complete =
            text.starts_with("arn:") && !arn.partition().is_empty() && !arn.service().is_empty();
        if complete && !arn.resource().is_empty() { Ok(arn) } else { Err(NotAnArn) }
    }
}

/// A text that is not an Amazon resource name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAnArn;

impl fmt::Display for NotAnArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not an ARN: expected `arn:partition:service:region:account:resource`")
    }
}

impl std::error::Error for NotAnArn {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_of_any_partition_is_taken_apart() {
        let arn: Arn = "arn:aws-us-gov:secretsmanager:us-gov-west-1:123456789012:secret:a:b-AbCdEf"
            .parse()
            .unwrap();
        assert_eq!(arn.partition(), "aws-us-gov");
        assert_eq!(arn.service(), "secretsmanager");
        assert_eq!(arn.region(), "us-gov-west-1");
        assert_eq!(arn.account(), AccountId::new("123456789012"));
        assert_eq!(arn.resource(), "secret:a:b-AbCdEf");
    }

    #[test]
    fn text_that_is_no_arn_is_refused() {
        for text in [
            "",
            "arn",
            "my-secret",
            "arn:aws:iam::1",
            "arn:aws:iam::1:",
            "arn::iam::1:user/a",
            "x:aws:iam::1:user/a",
        ] {
            assert_eq!(text.parse::<Arn>(), Err(NotAnArn), "{text}");
        }
    }
}
