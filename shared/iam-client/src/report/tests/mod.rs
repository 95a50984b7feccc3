mod properties;
mod rows;

use jiff::Timestamp;
use lifecycle::sweep::CredentialReport;

use super::{ReportFault, parse_report};

const ACCOUNT: &str = "123456789012";

/// The header of a live report.
const HEADER: &str = "user,arn,user_creation_time,password_enabled,password_last_used,password_last_changed,\
password_next_rotation,mfa_active,access_key_1_active,access_key_1_last_rotated,access_key_1_last_used_date,\
access_key_1_last_used_region,access_key_1_last_used_service,access_key_2_active,access_key_2_last_rotated,\
access_key_2_last_used_date,access_key_2_last_used_region,access_key_2_last_used_service,cert_1_active,\
cert_1_last_rotated,cert_2_active,cert_2_last_rotated";

/// The root user's row, as it is in a live report.
const ROOT: &str = "<root_account>,arn:aws:iam::123456789012:root,2020-01-01T00:00:00Z,true,2026-09-01T08:00:00Z,\
2020-01-01T00:00:00Z,not_supported,true,false,N/A,N/A,N/A,N/A,false,N/A,N/A,N/A,N/A,false,N/A,false,N/A";

fn generated() -> Timestamp {
    "2026-11-21T03:00:00Z".parse().unwrap()
}

fn parse(text: &str) -> Result<CredentialReport, ReportFault> {
    parse_report(text.as_bytes(), generated(), &ACCOUNT.parse().unwrap())
}

/// The row of a user with a used password, an active key that was used, and an inactive one that was not.
fn row(user: &str) -> String {
    format!(
        "{user},arn:aws:iam::123456789012:user/team/{user},2026-01-01T00:00:00Z,true,2026-11-01T00:00:00Z,2026-01-02T00:00:00Z,N/A,\
true,true,2026-02-01T00:00:00Z,2026-11-02T00:00:00Z,eu-west-1,s3,false,2026-03-01T00:00:00Z,N/A,N/A,N/A,false,N/A,false,N/A"
    )
}

/// As [`row`], with the cell of `column` replaced.
fn row_with(user: &str, column: &str, cell: &str) -> String {
    let at = HEADER.split(',').position(|name| name == column).unwrap();
    let row = row(user);
    let mut cells: Vec<&str> = row.split(',').collect();
    cells[at] = cell;
    cells.join(",")
}

/// A report of these rows, with the root user's row in the end.
fn report(rows: &[String]) -> String {
    format!("{HEADER}\n{}\n{ROOT}", rows.join("\n"))
}
