//! Which column is where.

use std::collections::BTreeSet;

use csv::ByteRecord;

use super::ReportFault;

/// One column: its name, and its place in each row.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) name: &'static str,
    pub(super) at: usize,
}

/// The columns of one access key.
pub(super) struct KeyColumns {
    pub(super) active: Column,
    pub(super) last_rotated: Column,
    pub(super) last_used: Column,
}

/// The columns of one signing certificate.
pub(super) struct CertificateColumns {
    pub(super) active: Column,
    pub(super) last_rotated: Column,
}

/// The columns that are read.
pub(super) struct Columns {
    pub(super) count: usize,
    pub(super) user: Column,
    pub(super) arn: Column,
    pub(super) created: Column,
    pub(super) password_enabled: Column,
    pub(super) password_last_used: Column,
    pub(super) password_last_changed: Column,
    pub(super) mfa_active: Column,
    pub(super) keys: [KeyColumns; 2],
    pub(super) certificates: [CertificateColumns; 2],
    /// AWS documents it, and leaves it out of reports where no user has more than two keys.
    pub(super) additional: Option<Column>,
}

impl Columns {
    pub(super) fn find(header: &ByteRecord) -> Result<Self, ReportFault> {
        let names: Vec<&[u8]> = header.iter().map(<[u8]>::trim_ascii).collect();
        if names.iter().collect::<BTreeSet<_>>().len() < names.len() {
            return Err(ReportFault::ColumnTwice);
        }
        let find = |name: &'static str| {
            let at = names.iter().position(|found| *found == name.as_bytes())?;
            Some(Column { name, at })
        };
        let need = |name| find(name).ok_or(ReportFault::ColumnMissing(name));
        Ok(Self {
            count: names.len(),
            user: need("user")?,
            arn: need("arn")?,
            created: need("user_creation_time")?,
            password_enabled: need("password_enabled")?,
            password_last_used: need("password_last_used")?,
            password_last_changed: need("password_last_changed")?,
            mfa_active: need("mfa_active")?,
            keys: [
                KeyColumns {
                    active: need("access_key_1_active")?,
                    last_rotated: need("access_key_1_last_rotated")?,
                    last_used: need("access_key_1_last_used_date")?,
                },
                KeyColumns {
                    active: need("access_key_2_active")?,
                    last_rotated: need("access_key_2_last_rotated")?,
                    last_used: need("access_key_2_last_used_date")?,
                },
            ],
            certificates: [
                CertificateColumns {
                    active: need("cert_1_active")?,
                    last_rotated: need("cert_1_last_rotated")?,
                },
                CertificateColumns {
                    active: need("cert_2_active")?,
                    last_rotated: need("cert_2_last_rotated")?,
                },
            ],
            additional: find("additional_credentials_info"),
        })
    }
}
