//! What stands in a row.

use taggant_core::{Error, Outcome, Result};

/// A value that is given to a statement, or read from a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(&'a str),
    /// Bytes.
    Bytes(&'a [u8]),
    /// Read only: something that no column of the ledger can hold.
    Foreign,
}

impl Value<'_> {
    /// A copy that lives on its own.
    #[must_use]
    pub fn to_cell(self) -> Cell {
        match self {
            Self::Null => Cell::Null,
            Self::Int(number) => Cell::Int(number),
            Self::Text(text) => Cell::Text(text.to_owned()),
            Self::Bytes(bytes) => Cell::Bytes(bytes.to_vec()),
            Self::Foreign => Cell::Foreign,
        }
    }
}

/// A number that may be missing.
impl From<Option<i64>> for Value<'_> {
    fn from(number: Option<i64>) -> Self {
        number.map_or(Self::Null, Self::Int)
    }
}

/// A [`Value`] that lives on its own. The order is that of databases: numbers, texts, bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A number.
    Int(i64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Something that no column of the ledger can hold.
    Foreign,
}

impl Cell {
    /// The value of it.
    #[must_use]
    pub fn value(&self) -> Value<'_> {
        match self {
            Self::Null => Value::Null,
            Self::Int(number) => Value::Int(*number),
            Self::Text(text) => Value::Text(text),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::Foreign => Value::Foreign,
        }
    }
}

/// One row of an answer. Columns count from 0.
pub trait Row {
    /// The value of a column.
    fn value(&self, column: usize) -> Value<'_>;

    /// A number.
    ///
    /// # Errors
    /// `JournalUnavailable` where it is none: somebody changed it. So do all of these.
    fn int(&self, column: usize) -> Result<i64> {
        match self.value(column) {
            Value::Int(number) => Ok(number),
            _ => Err(unexpected(column)),
        }
    }

    /// A number or nothing.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn maybe_int(&self, column: usize) -> Result<Option<i64>> {
        match self.value(column) {
            Value::Null => Ok(None),
            Value::Int(number) => Ok(Some(number)),
            _ => Err(unexpected(column)),
        }
    }

    /// A number that counts, or a time.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn count(&self, column: usize) -> Result<u64> {
        self.int(column).map(i64::cast_unsigned)
    }

    /// A code of one byte; what is larger is 0, which no code is.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn code(&self, column: usize) -> Result<u8> {
        Ok(u8::try_from(self.int(column)?).unwrap_or(0))
    }

    /// A text; nothing reads as the empty one.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn text(&self, column: usize) -> Result<&str> {
        match self.value(column) {
            Value::Text(text) => Ok(text),
            Value::Null => Ok(""),
            _ => Err(unexpected(column)),
        }
    }

    /// Bytes.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn bytes(&self, column: usize) -> Result<&[u8]> {
        match self.value(column) {
            Value::Bytes(bytes) => Ok(bytes),
            _ => Err(unexpected(column)),
        }
    }

    /// Bytes or nothing.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn maybe_bytes(&self, column: usize) -> Result<Option<&[u8]>> {
        match self.value(column) {
            Value::Null => Ok(None),
            Value::Bytes(bytes) => Ok(Some(bytes)),
            _ => Err(unexpected(column)),
        }
    }
}

impl dyn Row + '_ {
    /// So many bytes.
    ///
    /// # Errors
    /// `JournalUnavailable` where there are more or fewer.
    pub fn fixed<const N: usize>(&self, column: usize) -> Result<[u8; N]> {
        self.bytes(column)?.try_into().map_err(|_| unexpected(column))
    }
}

fn unexpected(column: usize) -> Error {
    Error::new(
        Outcome::JournalUnavailable,
        format!(
            "a row of the ledger has in column {} what no version of taggant has written there: \
             verify the ledger to see what was changed",
            column + 1
        ),
    )
}
