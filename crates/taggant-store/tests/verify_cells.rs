//! Any single cell of a covered table, changed to anything that the schema takes, shows.

mod proof;

use proof::{Folder, clean};
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;
use taggant_ledger::Ledger;

/// Columns of all tables but those that say how far a process has come.
fn columns(connection: &Connection) -> Vec<(String, String, String)> {
    let mut statement = connection
        .prepare(
            "SELECT tables.name, columns.name, columns.type FROM sqlite_schema AS tables,
             pragma_table_info(tables.name) AS columns WHERE tables.type = 'table'",
        )
        .unwrap();
    let all = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap();
    let uncovered = ["drained_ns", "ended", "holder", "held_until_ns", "folder"];
    all.map(Result::unwrap)
        .filter(|(_, name, _): &(_, String, _)| !uncovered.contains(&name.as_str()))
        .collect()
}

/// Changes one cell; `None` where the schema refuses, or the cell was so before.
fn change(connection: &Connection, picks: (usize, usize), seed: i64) -> Option<String> {
    let columns = columns(connection);
    let (table, column, kind) = &columns[picks.0 % columns.len()];
    let keys: Vec<String> = connection
        .prepare("SELECT name FROM pragma_table_info(?1) WHERE pk > 0")
        .unwrap()
        .query_map([table], |row| row.get(0))
        .unwrap()
        .map(Result::unwrap)
        .collect();
    let count: i64 = connection
        .query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0))
        .unwrap();
    if count == 0 {
        return None;
    }
    let keys = keys.join(", ");
    let which = format!(
        "({keys}) = (SELECT {keys} FROM {table} ORDER BY {keys} LIMIT 1 OFFSET {})",
        picks.1 as i64 % count
    );
    let read = format!("SELECT {column} FROM {table} WHERE {which}");
    let before: Value = connection.query_row(&read, [], |row| row.get(0)).unwrap();
    let after = match (kind.as_str(), &before) {
        ("INTEGER", Value::Integer(number)) => Value::Integer(number.wrapping_add(seed % 7 + 1)),
        ("INTEGER", _) => Value::Integer(seed),
        ("TEXT", Value::Text(text)) => Value::Text(format!("{text}{seed}")),
        ("TEXT", _) => Value::Text(seed.to_string()),
        (_, Value::Blob(bytes)) if !bytes.is_empty() => {
            let mut bytes = bytes.clone();
            let at = picks.1 % bytes.len();
            bytes[at] ^= (seed % 255 + 1) as u8;
            Value::Blob(bytes)
        }
        _ => Value::Blob(seed.to_be_bytes().to_vec()),
    };
    let write = format!("UPDATE {table} SET {column} = ?1 WHERE {which}");
    match connection.execute(&write, [&after]) {
        Ok(1) => Some(format!("{table}.{column}: {before:?} to {after:?}")),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]
    #[test]
    fn any_changed_cell_is_found(column: usize, row: usize, seed in 0_i64..1_000_000) {
        thread_local!(static FOLDER: Folder = Folder::new());
        FOLDER.with(|folder| {
            let mut changed = None;
            let copy = folder.tampered(|connection| changed = change(connection, (column, row), seed));
            if let Some(changed) = changed {
                let found = copy.verify(&folder.options()).unwrap();
                prop_assert!(!found.is_clean(), "{changed}");
            } else {
                clean(&copy, &folder.options());
            }
            Ok(())
        })?;
    }
}

#[test]
fn every_cell_of_a_small_ledger() {
    let folder = Folder::new();
    let connection = Connection::open(folder.path()).unwrap();
    for (number, (table, column, _)) in columns(&connection).into_iter().enumerate() {
        let count = format!("SELECT count(*) FROM {table}");
        let rows: i64 = connection.query_row(&count, [], |row| row.get(0)).unwrap();
        for row in 0..rows.min(4) as usize {
            let mut changed = None;
            let copy = folder.tampered(|copy| changed = change(copy, (number, row), 5));
            let found = copy.verify(&folder.options()).unwrap();
            assert_eq!(found.is_clean(), changed.is_none(), "{table}.{column}: {changed:?}");
        }
    }
}
