//! The ledger of one host, in SQLite.

use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use taggant_core::cipher::fork::Mutex;
use taggant_core::{Error, Outcome, Result};
use taggant_ledger::SqlLedger;
use taggant_ledger::schema::{self, Words};
use taggant_ledger::sql::{Many, Row, Sql, Transaction, Value, Work};

use crate::schema::OURS;
use crate::sqlite::{Database, because};

const WORDS: Words = Words { int: "INTEGER", bytes: "BLOB", table_end: " STRICT, WITHOUT ROWID" };

/// Opens a ledger in one SQLite file, or makes it.
///
/// # Errors
/// `JournalUnavailable` where it can't be used.
pub fn open(path: &Path) -> Result<SqlLedger> {
    SqlLedger::new(database(path)?)
}

/// The database of a ledger in one SQLite file, made where there is none.
///
/// # Errors
/// `JournalUnavailable` where it can't be used.
pub fn database(path: &Path) -> Result<Arc<dyn Sql>> {
    let schema = schema::statements(&WORDS).join(";\n");
    let database = Database::open(path, &[&schema], false, Outcome::JournalUnavailable)?;
    Ok(Arc::new(Sqlite { database }))
}

/// Opens a ledger that is there, a copy of one for instance, to ask it and never to change it.
///
/// # Errors
/// `JournalUnavailable` where it is not there, or is none of this version.
pub fn open_read_only(path: &Path) -> Result<SqlLedger> {
    let schema = schema::statements(&WORDS).join(";\n");
    let database = Database::open_read_only(path, &[&schema], Outcome::JournalUnavailable)?;
    SqlLedger::read_only(Arc::new(Sqlite { database }))
}

/// The port for databases on one SQLite file.
struct Sqlite {
    database: Database,
}

impl Sql for Sqlite {
    fn read(&self, work: &mut Work<'_>) -> Result<()> {
        let mut done = Ok(());
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            done = work(&mut Open(&transaction));
            Ok(())
        })?;
        done
    }

    fn write(&self, work: &mut Work<'_>) -> Result<()> {
        self.database.try_write(|transaction| work(&mut Open(transaction)))?;
        // It is committed: what fails here is tried with the next.
        let _ = self.database.bound_log();
        Ok(())
    }

    fn scratch(&self) -> Result<Box<dyn Sql>> {
        Ok(Box::new(Scratch::new()?))
    }

    fn foreign_objects(&self, transaction: &mut dyn Transaction) -> Result<Vec<String>> {
        let expected = Scratch::new()?;
        let mut right = Vec::new();
        expected.read(&mut |transaction| {
            right = objects(transaction)?;
            Ok(())
        })?;
        let found = objects(transaction)?;
        let foreign = found.iter().filter(|object| !right.contains(object));
        let mut what: Vec<String> =
            foreign.map(|(name, _)| format!("{name} is not the ledger's")).collect();
        let gone = right.iter().filter(|object| !found.contains(object));
        what.extend(gone.map(|(name, _)| format!("{name} is missing or was changed")));
        let mut is_whole = false;
        transaction.rows("PRAGMA integrity_check(1)", &[], &mut |row| {
            is_whole = row.text(0)? == "ok";
            Ok(())
        })?;
        if !is_whole {
            what.push("the file is damaged: an index and its table differ".to_owned());
        }
        Ok(what)
    }
}

/// Tables, indices, views and triggers, with what made them.
fn objects(transaction: &mut dyn Transaction) -> Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    let sql =
        format!("SELECT type || ' ' || name, sql FROM sqlite_schema WHERE {OURS} ORDER BY 1, 2");
    transaction.rows(&sql, &[], &mut |row| {
        found.push((row.text(0)?.to_owned(), row.text(1)?.to_owned()));
        Ok(())
    })?;
    Ok(found)
}

/// A database for as long as it lives: what does not fit memory goes to a file without a name.
///
/// SQLite has locks of the whole process: the lock holds off forks while one may be taken.
#[derive(Default)]
struct Scratch(Mutex<Option<Connection>>);

impl Drop for Scratch {
    fn drop(&mut self) {
        drop(self.0.lock().take());
    }
}

impl Scratch {
    fn new() -> Result<Self> {
        let make = || -> rusqlite::Result<Connection> {
            let connection = Connection::open("")?;
            connection.pragma_update(None, "journal_mode", "OFF")?;
            connection.pragma_update(None, "synchronous", "OFF")?;
            connection.pragma_update(None, "cache_size", -128 * 1024)?;
            connection.execute_batch(&schema::statements(&WORDS).join(";\n"))?;
            connection.set_prepared_statement_cache_capacity(64);
            Ok(connection)
        };
        let made = Self::default();
        {
            let mut open = made.0.lock();
            *open = Some(make().map_err(|error| failed(&error))?);
        }
        Ok(made)
    }

    fn run(&self, work: &mut Work<'_>) -> Result<()> {
        let mut open = self.0.lock();
        let connection = open.as_mut().expect("open until it is dropped");
        let transaction = connection.transaction().map_err(|error| failed(&error))?;
        work(&mut Open(&transaction))?;
        transaction.commit().map_err(|error| failed(&error))
    }
}

impl Sql for Scratch {
    fn read(&self, work: &mut Work<'_>) -> Result<()> {
        self.run(work)
    }

    fn write(&self, work: &mut Work<'_>) -> Result<()> {
        self.run(work)
    }

    fn scratch(&self) -> Result<Box<dyn Sql>> {
        Ok(Box::new(Self::new()?))
    }

    fn foreign_objects(&self, _: &mut dyn Transaction) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

/// What runs in a transaction of a connection.
struct Open<'c>(&'c Connection);

/// A value as SQLite takes it.
struct Given<'a>(Value<'a>);

impl ToSql for Given<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.0 {
            Value::Int(number) => ValueRef::Integer(number),
            Value::Text(text) => ValueRef::Text(text.as_bytes()),
            Value::Bytes(bytes) => ValueRef::Blob(bytes),
            Value::Null | Value::Foreign => ValueRef::Null,
        }))
    }
}

/// A row as SQLite gives it.
struct Got<'r>(&'r rusqlite::Row<'r>);

impl Row for Got<'_> {
    fn value(&self, column: usize) -> Value<'_> {
        match self.0.get_ref(column) {
            Ok(ValueRef::Null) => Value::Null,
            Ok(ValueRef::Integer(number)) => Value::Int(number),
            // Text that is none must not stop a comparison.
            Ok(ValueRef::Text(text)) => {
                std::str::from_utf8(text).map_or(Value::Bytes(text), Value::Text)
            }
            Ok(ValueRef::Blob(bytes)) => Value::Bytes(bytes),
            Ok(ValueRef::Real(_)) | Err(_) => Value::Foreign,
        }
    }
}

/// SQLite's own numbered parameters.
fn dialect(sql: &str) -> String {
    sql.replace('$', "?")
}

impl Transaction for Open<'_> {
    fn execute(&mut self, sql: &str, values: &[Value<'_>]) -> Result<u64> {
        let run = || -> rusqlite::Result<usize> {
            let mut statement = self.0.prepare_cached(&dialect(sql))?;
            statement.execute(params_from_iter(values.iter().copied().map(Given)))
        };
        run().map(|count| count as u64).map_err(|error| failed(&error))
    }

    /// One statement per row: there are no round trips to save.
    fn execute_many(&mut self, many: &Many, values: &[Value<'_>]) -> Result<u64> {
        let run = || -> rusqlite::Result<usize> {
            let holes: Vec<String> = (1..=many.width).map(|number| format!("?{number}")).collect();
            let sql = format!("{} VALUES ({}) {}", many.head, holes.join(", "), many.tail);
            let mut statement = self.0.prepare_cached(&sql)?;
            let mut count = 0;
            for row in values.chunks_exact(many.width) {
                count += statement.execute(params_from_iter(row.iter().copied().map(Given)))?;
            }
            Ok(count)
        };
        run().map(|count| count as u64).map_err(|error| failed(&error))
    }

    fn rows(
        &mut self,
        sql: &str,
        values: &[Value<'_>],
        each: &mut dyn FnMut(&dyn Row) -> Result<()>,
    ) -> Result<()> {
        let mut run = || -> rusqlite::Result<Result<()>> {
            let mut statement = self.0.prepare_cached(&dialect(sql))?;
            let mut rows = statement.query(params_from_iter(values.iter().copied().map(Given)))?;
            while let Some(row) = rows.next()? {
                if let Err(error) = each(&Got(row)) {
                    return Ok(Err(error));
                }
            }
            Ok(Ok(()))
        };
        run().unwrap_or_else(|error| Err(failed(&error)))
    }
}

/// SQLite's own message may quote a row; only its code is passed on.
fn failed(error: &rusqlite::Error) -> Error {
    let what = match error.sqlite_error_code() {
        Some(code) => format!("{code:?}"),
        None => "unexpected content".to_owned(),
    };
    let failed = Error::new(
        Outcome::JournalUnavailable,
        format!(
            "the ledger's database can't be used ({what}); check that the file is there, whole and \
             writable, and that its disk is not full"
        ),
    );
    because(error, failed)
}
