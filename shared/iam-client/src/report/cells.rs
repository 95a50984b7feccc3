//! What the cells of one row say; anything unexpected rejects the row.

use csv::ByteRecord;
use jiff::Timestamp;
use lifecycle::credential::LastUse;
use lifecycle::identifiers::{AccountId, Arn, UserName};
use lifecycle::sweep::{KeyRow, PasswordRow, RootRow, UserRow};

use super::Row;
use super::columns::{CertificateColumns, Column, Columns, KeyColumns};

const ROOT: &str = "<root_account>";
const NONE: &str = "N/A";

/// The report's word for a password that was not used since recording began.
const NOT_USED: &str = "no_information";

/// The report's word for what the root user does not have.
const NOT_SUPPORTED: &str = "not_supported";

/// One row. Faults name the column and quote nothing.
pub(super) struct Cells<'a> {
    columns: &'a Columns,
    record: &'a ByteRecord,
}

impl<'a> Cells<'a> {
    pub(super) fn new(columns: &'a Columns, record: &'a ByteRecord) -> Self {
        Self { columns, record }
    }

    /// The user, if the row says at least that.
    pub(super) fn legible_user(&self) -> Option<UserName> {
        self.text(self.columns.user).ok().filter(|user| !user.is_empty()).map(UserName::new)
    }

    pub(super) fn row(&self, account: &AccountId) -> Result<Row, String> {
        self.check_shape()?;
        let arn: Arn =
            self.text(self.columns.arn)?.parse().map_err(|_| "arn is not an ARN".to_owned())?;
        if arn.service() != "iam" || arn.account() != account {
            return Err("arn is not of IAM in this account".to_owned());
        }
        let user = self.text(self.columns.user)?;
        if user == ROOT {
            return if arn.resource() == "root" {
                self.root().map(Row::Root)
            } else {
                Err("arn is not that of the root user".to_owned())
            };
        }
        let path = arn.resource().strip_prefix("user/").ok_or("arn is not that of a user")?;
        if user.is_empty() || path.rsplit('/').next() != Some(user) {
            return Err("arn does not end in the name of the user".to_owned());
        }
        self.user(UserName::new(user), arn).map(|user| Row::User(Box::new(user)))
    }

    /// A quote that opens in one row and closes in a later one makes one row of the two.
    ///
    /// It has too many cells, or a line break inside one; only a name is left to show where the two do not fit.
    fn check_shape(&self) -> Result<(), String> {
        let (found, expected) = (self.record.len(), self.columns.count);
        if found != expected {
            return Err(format!("it has {found} cells and not {expected}"));
        }
        let named = [self.columns.user.at, self.columns.arn.at];
        for (at, cell) in self.record.iter().enumerate() {
            let text = std::str::from_utf8(cell).map_err(|_| "it is not UTF-8".to_owned())?;
            if text.contains(['\n', '\r']) && !named.contains(&at) {
                return Err("a cell holds a line break".to_owned());
            }
        }
        Ok(())
    }

    fn root(&self) -> Result<RootRow, String> {
        let password = self.columns.password_enabled;
        let password_enabled = match self.text(password)? {
            NOT_SUPPORTED | NONE => None,
            _ => Some(self.boolean(password)?),
        };
        let mut active_access_keys = 0;
        for key in &self.columns.keys {
            active_access_keys += usize::from(self.boolean(key.active)?);
        }
        // Not told on, but read: these are the last cells, and so the first to be cut off.
        for certificate in &self.columns.certificates {
            self.has_certificate(certificate)?;
        }
        let mfa_active = self.boolean(self.columns.mfa_active)?;
        Ok(RootRow { password_enabled, mfa_active, active_access_keys })
    }

    fn user(&self, user: UserName, arn: Arn) -> Result<UserRow, String> {
        let mut access_keys = Vec::new();
        for key in &self.columns.keys {
            access_keys.extend(self.key(key)?);
        }
        let mut certificates = 0;
        for certificate in &self.columns.certificates {
            certificates += usize::from(self.has_certificate(certificate)?);
        }
        Ok(UserRow {
            user,
            arn,
            created: self
                .date(self.columns.created)?
                .ok_or_else(|| no_date(self.columns.created))?,
            password: self.password()?,
            mfa_active: self.boolean(self.columns.mfa_active)?,
            access_keys,
            certificates,
            has_more: self.has_more()?,
        })
    }

    fn password(&self) -> Result<Option<PasswordRow>, String> {
        let (used, changed) = (self.columns.password_last_used, self.columns.password_last_changed);
        let changed_at = self.date(changed)?;
        let last_use = match self.text(used)? {
            NOT_USED => Some(LastUse::NoneRecorded),
            _ => self.date(used)?.map(LastUse::At),
        };
        if !self.boolean(self.columns.password_enabled)? {
            return Ok(None);
        }
        Ok(Some(PasswordRow {
            changed: changed_at.ok_or_else(|| no_date(changed))?,
            last_use: last_use.ok_or_else(|| no_date(used))?,
        }))
    }

    /// An inactive key keeps its date; only a key that does not exist has none.
    fn key(&self, key: &KeyColumns) -> Result<Option<KeyRow>, String> {
        let active = self.boolean(key.active)?;
        let last_use = self.date(key.last_used)?.map_or(LastUse::NoneRecorded, LastUse::At);
        match self.date(key.last_rotated)? {
            Some(created) => Ok(Some(KeyRow { active, created, last_use })),
            None if active => Err(no_date(key.last_rotated)),
            None => Ok(None),
        }
    }

    fn has_certificate(&self, certificate: &CertificateColumns) -> Result<bool, String> {
        let active = self.boolean(certificate.active)?;
        match self.date(certificate.last_rotated)? {
            None if active => Err(no_date(certificate.last_rotated)),
            date => Ok(date.is_some()),
        }
    }

    fn has_more(&self) -> Result<bool, String> {
        let Some(column) = self.columns.additional else { return Ok(false) };
        let text = self.text(column)?.trim();
        Ok(!text.is_empty() && text != NONE)
    }

    fn boolean(&self, column: Column) -> Result<bool, String> {
        let text = self.text(column)?;
        if text.eq_ignore_ascii_case("true") {
            Ok(true)
        } else if text.eq_ignore_ascii_case("false") {
            Ok(false)
        } else {
            Err(format!("{} is neither true nor false", column.name))
        }
    }

    /// The date, or `None` for `N/A`.
    fn date(&self, column: Column) -> Result<Option<Timestamp>, String> {
        match self.text(column)? {
            NONE => Ok(None),
            text => date(text).map(Some).ok_or_else(|| no_date(column)),
        }
    }

    fn text(&self, column: Column) -> Result<&'a str, String> {
        let cell =
            self.record.get(column.at).ok_or_else(|| format!("{} is missing", column.name))?;
        std::str::from_utf8(cell).map_err(|_| format!("{} is not UTF-8", column.name))
    }
}

fn no_date(column: Column) -> String {
    format!("{} does not say when", column.name)
}

/// A date with time and offset, whole: jiff alone would also take some that lost their end.
fn date(text: &str) -> Option<Timestamp> {
    let (head, rest) = (text.get(..19)?, text.get(19..)?);
    let matches = |text: &str, shape: &str| {
        text.len() == shape.len()
            && text.bytes().zip(shape.bytes()).all(|(found, expected)| match expected {
                b'0' => found.is_ascii_digit(),
                expected => found == expected,
            })
    };
    let offset = match rest.strip_prefix('.') {
        Some(rest) => rest.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let whole = matches(head, "0000-00-00T00:00:00")
        && ["Z", "+00:00", "-00:00"].into_iter().any(|shape| matches(offset, shape));
    whole.then(|| text.parse().ok()).flatten()
}
