//! Which table.

use std::fmt;
use std::str::FromStr;

use lifecycle::identifiers::Arn;

/// The ARN of a DynamoDB table: `arn:aws:dynamodb:<Region>:<account>:table/<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableArn(Arn);

/// An ARN that is not one of a table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotATable;

impl TableArn {
    /// The table that `arn` names.
    ///
    /// # Errors
    ///
    /// When `arn` names something else, such as an index of a table, or no Region.
    pub fn new(arn: Arn) -> Result<Self, NotATable> {
        let name = arn.resource().strip_prefix("table/").unwrap_or_default();
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let named = (3..=255).contains(&name.len()) && name.bytes().all(legal);
        let complete = arn.service() == "dynamodb" && !arn.region().is_empty() && named;
        if complete { Ok(Self(arn)) } else { Err(NotATable) }
    }

    /// The whole ARN.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// The Region of the table.
    pub fn region(&self) -> &str {
        self.0.region()
    }
}

impl FromStr for TableArn {
    type Err = NotATable;

    fn from_str(text: &str) -> Result<Self, NotATable> {
        text.parse().map_err(|_| NotATable).and_then(Self::new)
    }
}

impl fmt::Display for TableArn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Display for NotATable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "not the ARN of a table: expected `arn:aws:dynamodb:<Region>:<account>:table/<name>`",
        )
    }
}

impl std::error::Error for NotATable {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_arn_of_a_table_in_any_partition_is_taken() {
        for text in [
            "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward",
            "arn:aws-us-gov:dynamodb:us-gov-west-1:123456789012:table/a.b_c-d",
        ] {
            assert_eq!(text.parse::<TableArn>().unwrap().as_str(), text);
        }
    }

    #[test]
    fn every_other_arn_is_refused() {
        for text in [
            "",
            "keysteward",
            "arn:aws:dynamodb::123456789012:table/keysteward",
            "arn:aws:dynamodb:eu-west-1:12345678901:table/keysteward",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/ab",
            "arn:aws:dynamodb:eu-west-1:123456789012:table/keysteward/index/by-user",
            "arn:aws:dynamodb:eu-west-1:123456789012:global-table/keysteward",
            "arn:aws:s3:eu-west-1:123456789012:table/keysteward",
        ] {
            assert_eq!(text.parse::<TableArn>(), Err(NotATable), "{text}");
        }
    }
}
