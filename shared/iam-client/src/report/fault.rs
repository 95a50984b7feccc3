//! Why a credential report is worth nothing.

/// What is wrong with a credential report as a whole. The text names columns and rows, and quotes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReportFault {
    /// There is nothing in it, or nothing but the header.
    #[error("the credential report is empty")]
    Empty,
    /// A column that is needed is missing.
    #[error("the credential report has no column {0}")]
    ColumnMissing(&'static str),
    /// Two columns have one name: nobody can tell which one is right.
    #[error("the credential report has two columns of one name")]
    ColumnTwice,
    /// The last row is not whole, so nobody knows how many rows should follow it.
    #[error("the credential report seems to be cut off in its last row, number {line}: {fault}")]
    Truncated {
        /// The row's number; the header is number one.
        line: u64,
        /// What is wrong with it.
        fault: String,
    },
    /// There are rows, and none of them can be read.
    #[error("no row of the credential report can be read")]
    NothingReadable,
}
