//! What SQLite said, as the source of an error.

use std::error::Error as _;

use rusqlite::ErrorCode;
use taggant_core::Error;

/// SQLite's code, as the source of an error: its own message may quote a row.
#[derive(Debug)]
struct Cause(Option<ErrorCode>);

impl std::fmt::Display for Cause {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.0 {
            Some(code) => write!(f, "SQLite says {code:?}"),
            None => f.write_str("a row or a statement is not what was expected"),
        }
    }
}

impl std::error::Error for Cause {}

/// Whether an error says that a file may not be written.
pub(crate) fn is_read_only(error: &Error) -> bool {
    let cause = error.source().and_then(|cause| cause.downcast_ref::<Cause>());
    cause.is_some_and(|cause| cause.0 == Some(ErrorCode::ReadOnly))
}

/// Says of an error what SQLite said, and whether trying again can help: not where the file is
/// damaged, is none, or may not be written.
pub(crate) fn because(error: &rusqlite::Error, what: Error) -> Error {
    let code = error.sqlite_error_code();
    let passes = matches!(
        code,
        Some(
            ErrorCode::DatabaseBusy
                | ErrorCode::DatabaseLocked
                | ErrorCode::DiskFull
                | ErrorCode::SystemIoFailure
                | ErrorCode::CannotOpen
                | ErrorCode::OperationInterrupted
                | ErrorCode::FileLockingProtocolFailed
                | ErrorCode::OutOfMemory
        )
    );
    what.retryable(passes).with_source(Cause(code))
}
