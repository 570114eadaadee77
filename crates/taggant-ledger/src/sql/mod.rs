//! The port for databases: four verbs, one dialect.
//!
//! Statements are written in what SQLite and the engines that speak PostgreSQL's protocol share:
//! numbered parameters `$1`, `ON CONFLICT (..) DO`, row values, no functions that only one of them
//! has. Times and counts are 64-bit integers. Nothing relies on more isolation than
//! `READ COMMITTED`: what must not happen twice is guarded by a condition of the statement itself,
//! and the number of changed rows is checked.

mod value;

use taggant_core::Result;

pub use value::{Cell, Row, Value};

/// A statement that inserts many rows: `head` names table and columns and ends before `VALUES`,
/// `tail` says what happens where a row is there already.
#[derive(Clone, Copy, Debug)]
pub struct Many {
    /// `INSERT INTO t (a, b)`.
    pub head: &'static str,
    /// How many columns `head` names.
    pub width: usize,
    /// `ON CONFLICT ..`, or nothing.
    pub tail: &'static str,
}

/// What runs in a transaction.
pub trait Transaction {
    /// Runs a statement; returns how many rows it changed.
    ///
    /// # Errors
    /// `JournalUnavailable` where the database can't do it; so do all methods.
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64>;

    /// Inserts many rows, whose values stand one after the other; returns how many rows were
    /// inserted or changed.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn execute_many(&mut self, many: &Many, values: &[Value<'_>]) -> Result<u64>;

    /// Hands each row of a query to `each`, in order.
    ///
    /// # Errors
    /// `JournalUnavailable`, or what `each` reports.
    fn rows(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()>;
}

/// What runs in a transaction, and may be run again from its beginning where the database asks for
/// that: it must not have an effect but through its transaction.
pub type Work<'w> = dyn FnMut(&mut dyn Transaction) -> Result<()> + 'w;

/// A database with the tables of [`crate::schema`].
pub trait Sql: Send + Sync {
    /// Runs work that sees one state of the database throughout, and writes nothing.
    ///
    /// # Errors
    /// `JournalUnavailable`, or what `work` reports.
    fn read(&self, work: &mut Work<'_>) -> Result<()>;

    /// Runs work in a transaction and commits it; where it or `work` fails, nothing has changed.
    ///
    /// # Errors
    /// `JournalUnavailable`, or what `work` reports.
    fn write(&self, work: &mut Work<'_>) -> Result<()>;

    /// An empty database with the same tables, for as long as it lives; `verify` folds into it.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn scratch(&self) -> Result<Box<dyn Sql>>;

    /// What is wrong with the database itself, in words: tables, indices, views or triggers that
    /// are not the ledger's or were changed, an index that differs from its table.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    fn foreign_objects(&self, transaction: &mut dyn Transaction) -> Result<Vec<String>>;
}
