//! The tables of a ledger, written once: drivers make them, the fold fills them, `verify` compares
//! them. docs/LEDGER.md says what each is for.

mod tables;

use std::fmt::Write as _;

pub use tables::{INDICES, TABLES};

/// The number of this schema; a driver keeps it beside the tables.
pub const VERSION: u32 = 1;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holds {
    /// A 64-bit number: times, counts, codes, numbers of a lane.
    Int,
    /// A text.
    Text,
    /// Bytes.
    Bytes,
}

/// A column. `Option` columns may be empty.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub holds: Holds,
    /// Whether it may be empty.
    pub nullable: bool,
}

/// A table.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name.
    pub name: &'static str,
    /// Its columns; the first `key` of them are the primary key.
    pub columns: &'static [Column],
    /// How many columns the key has.
    pub key: usize,
    /// Sets of columns that are unique besides, by name.
    pub unique: &'static [&'static str],
    /// How many of the columns the log covers, from the first; 0 where it does not cover the table.
    pub covered: usize,
}

impl Table {
    /// The names of the first so many columns, separated by commas.
    #[must_use]
    pub fn names(&self, count: usize) -> String {
        let names: Vec<&str> = self.columns[..count].iter().map(|column| column.name).collect();
        names.join(", ")
    }
}

/// What an engine calls things.
#[derive(Clone, Copy, Debug)]
pub struct Words {
    /// The type of a 64-bit number.
    pub int: &'static str,
    /// The type of bytes.
    pub bytes: &'static str,
    /// What stands after the closing parenthesis of a table.
    pub table_end: &'static str,
}

/// The statements that make all tables and indices.
#[must_use]
pub fn statements(words: &Words) -> Vec<String> {
    let indices = INDICES.iter().map(|sql| (*sql).to_owned());
    TABLES.iter().map(|table| create(table, words)).chain(indices).collect()
}

fn create(table: &Table, words: &Words) -> String {
    let mut sql = format!("CREATE TABLE {} (\n", table.name);
    for column in table.columns {
        let holds = match column.holds {
            Holds::Int => words.int,
            Holds::Text => "TEXT",
            Holds::Bytes => words.bytes,
        };
        let end = if column.nullable { "" } else { " NOT NULL" };
        let _ = writeln!(sql, "    {} {holds}{end},", column.name);
    }
    for unique in table.unique {
        let _ = writeln!(sql, "    UNIQUE ({unique}),");
    }
    let _ = write!(sql, "    PRIMARY KEY ({})\n){}", table.names(table.key), words.table_end);
    sql
}
