//! Whether a database has the schema that its migrations make, and nothing beside it: a trigger
//! could undo an erasure, a view could stand in for a table.

use rusqlite::{Connection, Transaction};
use taggant_core::cipher::fork;

/// Kind, name, table and text of what a schema has, by name.
pub(crate) type Schema = Vec<(String, String, String, Option<String>)>;

/// The schema that migrations make.
pub(crate) fn expected(migrations: &[&str]) -> rusqlite::Result<Schema> {
    // SQLite has locks of the whole process: a child must not find one taken.
    let _hold = fork::hold();
    let fresh = Connection::open_in_memory()?;
    for migration in migrations {
        fresh.execute_batch(migration)?;
    }
    found(&fresh)
}

/// What counts of a schema, as a condition. SQLite's own statistics of tables say nothing; anything
/// else under such a name does.
pub(crate) const OURS: &str = "(type <> 'table' OR name NOT IN
    ('sqlite_stat1', 'sqlite_stat2', 'sqlite_stat3', 'sqlite_stat4'))";

/// The schema that a database has.
pub(crate) fn found(connection: &Connection) -> rusqlite::Result<Schema> {
    let mut statement = connection.prepare(&format!(
        "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE {OURS} ORDER BY type, name"
    ))?;
    let rows =
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))?;
    rows.collect()
}

/// A schema is a list of steps; `user_version` counts those that were made, and is returned.
pub(crate) fn migrate(
    transaction: &Transaction<'_>,
    migrations: &[&str],
) -> rusqlite::Result<usize> {
    let done: u32 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    for (number, migration) in (1_u32..).zip(migrations).skip(done as usize) {
        transaction.execute_batch(migration)?;
        transaction.pragma_update(None, "user_version", number)?;
    }
    Ok(migrations.len().max(done as usize))
}
