//! The credential report: what IAM tells of all users at once, as a CSV file.

mod cells;
mod columns;
mod fault;
mod fetch;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::io::Read;

use csv::ByteRecord;
use jiff::Timestamp;
use lifecycle::identifiers::{AccountId, UserName};
use lifecycle::sweep::{CredentialReport, RejectedRow, RootRow, UserRow};

use cells::Cells;
use columns::Columns;
pub use fault::ReportFault;

/// Read after the report: a report that was cut inside quotes swallows it, and so gives itself away.
const AFTER: &[u8] = b"\nafter the report";

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// A row that could be read.
enum Row {
    Root(RootRow),
    User(Box<UserRow>),
}

/// The rows of a credential report of `account` that was `generated` then.
///
/// Columns are found by name, in any order, and unknown ones are left out. A row that cannot be read is among the rejected ones:
/// it says nothing of its user, least of all that a credential is unused.
///
/// The format has no end mark and no final newline. A cut inside a row is found by its last row. **A cut between two rows cannot
/// be seen in the bytes**: compare the users with the account's own list of users before relying on one that is missing.
///
/// # Errors
///
/// When nothing of it can be relied on: no rows, a missing or doubled column, a last row that may have been cut.
/// No fault quotes the report.
pub fn parse_report(
    content: &[u8],
    generated: Timestamp,
    account: &AccountId,
) -> Result<CredentialReport, ReportFault> {
    let mut records = Records::new(content.strip_prefix(BYTE_ORDER_MARK).unwrap_or(content));
    let (_, header) = records.next()?.ok_or(ReportFault::Empty)?;
    let columns = Columns::find(&header)?;
    let mut rows = Vec::new();
    while let Some((line, record)) = records.next()? {
        let cells = Cells::new(&columns, &record);
        rows.push((line, cells.legible_user(), cells.row(account)));
    }
    if let Some((line, _, Err(fault))) = rows.last() {
        return Err(ReportFault::Truncated { line: *line, fault: fault.clone() });
    }
    collect(rows, generated)
}

/// The rows of the report with their numbers, one by one.
struct Records<'a> {
    reader: csv::Reader<std::io::Chain<&'a [u8], &'a [u8]>>,
    line: u64,
    /// One row is read ahead, because only the last one may be what was put after the report.
    ahead: Option<ByteRecord>,
}

impl<'a> Records<'a> {
    fn new(content: &'a [u8]) -> Self {
        let mut builder = csv::ReaderBuilder::new();
        let reader = builder.has_headers(false).flexible(true).from_reader(content.chain(AFTER));
        Self { reader, line: 0, ahead: None }
    }

    /// The next row, or `None` after the last one.
    fn next(&mut self) -> Result<Option<(u64, ByteRecord)>, ReportFault> {
        let record = match self.ahead.take() {
            Some(record) => record,
            None => self.read()?.ok_or(ReportFault::Empty)?,
        };
        self.ahead = self.read()?;
        self.line += 1;
        if self.ahead.is_some() {
            return Ok(Some((self.line, record)));
        }
        let after = record.len() == 1 && record.get(0) == AFTER.get(1..);
        if after { Ok(None) } else { Err(self.cut()) }
    }

    fn read(&mut self) -> Result<Option<ByteRecord>, ReportFault> {
        let mut record = ByteRecord::new();
        let more = self.reader.read_byte_record(&mut record).map_err(|_| self.cut())?;
        Ok(more.then_some(record))
    }

    fn cut(&self) -> ReportFault {
        ReportFault::Truncated { line: self.line, fault: "it ends inside quotes".to_owned() }
    }
}

/// Sorts the rows, and rejects all rows of a user that has several: nobody can tell which one is right.
fn collect(
    rows: Vec<(u64, Option<UserName>, Result<Row, String>)>,
    generated: Timestamp,
) -> Result<CredentialReport, ReportFault> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    for (_, user, _) in &rows {
        if let Some(user) = user {
            *seen.entry(user.as_str().to_lowercase()).or_default() += 1;
        }
    }
    if rows.is_empty() {
        return Err(ReportFault::Empty);
    }
    let mut report = CredentialReport { generated, root: None, users: vec![], rejected: vec![] };
    for (line, user, row) in rows {
        let times = user.as_ref().and_then(|user| seen.get(&user.as_str().to_lowercase()));
        let row = match row {
            Ok(_) if times.is_some_and(|times| *times > 1) => {
                Err("the report has several rows of this user".to_owned())
            }
            row => row,
        };
        match row {
            Ok(Row::Root(root)) => report.root = Some(root),
            Ok(Row::User(user)) => report.users.push(*user),
            Err(fault) => report.rejected.push(RejectedRow { line, user, fault }),
        }
    }
    if report.root.is_none() && report.users.is_empty() {
        return Err(ReportFault::NothingReadable);
    }
    Ok(report)
}
