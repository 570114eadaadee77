//! The tables against those of the scratch ledger, row by row, in the order of their keys.

use std::cmp::Ordering;

use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, Rows};

use super::handles::link;
use super::verify::Findings;

/// A table: its name, its columns, how many of these are its key.
struct Table(&'static str, &'static str, usize);

const TABLES: &[Table] = &[
    Table(
        "instances",
        "id, instance, started_ns, program, build, pid, boot, policy, next_number",
        1,
    ),
    Table("names", "id, text", 1),
    Table("dictionary", "instance, number, kind, target", 2),
    Table("datasets", "id, description, dataset, key_group, first_ns", 1),
    Table("fields", "id, dataset, position, field_id, path, role, categories", 1),
    Table(
        "edges",
        "field, kind, action, location, purpose, actor, on_behalf, tenant, outcome, unknown, \
         first_ns, last_ns, count",
        10,
    ),
    Table("derivations", "origin, field, action, location, first_ns, last_ns, count", 4),
    Table(
        "subject_locations",
        "handle, dataset, location, kind, form, first_ns, last_ns, count",
        5,
    ),
    Table("outcomes", "kind, outcome, count", 2),
    Table("policies", "digest, text, first_ns", 1),
    Table("policy_changes", "instance, number, time_ns, digest", 2),
    Table("erasures", "number, handle, time_ns, key_groups, final_ns", 1),
    Table("erasure_lines", "erasure, line, dataset, location, what, confirmed_ns", 2),
    Table("findings", "instance, number, what", 2),
    Table("runs", "leaf, instance, first, next, content", 1),
    Table("handles", "id, handle, salt, tenant, tag", 1),
];

/// Tables, indices, views and triggers are those that they should be, and the file is whole.
pub(super) fn schema(
    ledger: &Connection,
    scratch: &Connection,
    findings: &mut Findings,
) -> rusqlite::Result<()> {
    let list = |connection: &Connection| -> rusqlite::Result<Vec<(String, Option<String>)>> {
        let mut statement = connection.prepare(
            "SELECT type || ' ' || name, sql FROM sqlite_schema WHERE name NOT GLOB 'sqlite_stat*'
             ORDER BY 1, 2",
        )?;
        statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect()
    };
    let (found, expected) = (list(ledger)?, list(scratch)?);
    for (name, _) in found.iter().filter(|entry| !expected.contains(entry)) {
        findings.add("schema", "sqlite_schema", format!("{name} is not the ledger's"));
    }
    for (name, _) in expected.iter().filter(|entry| !found.contains(entry)) {
        findings.add("schema", "sqlite_schema", format!("{name} is missing or was changed"));
    }
    let whole: String = ledger.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
    if whole != "ok" {
        findings.add(
            "schema",
            "sqlite_schema",
            "the file is damaged: an index and its table differ",
        );
    }
    Ok(())
}

/// All tables. Returns how many rows were compared.
pub(super) fn tables(
    ledger: &Connection,
    scratch: &Connection,
    findings: &mut Findings,
) -> rusqlite::Result<u64> {
    TABLES.iter().map(|table| one(ledger, scratch, table, findings)).sum()
}

fn one(
    ledger: &Connection,
    scratch: &Connection,
    Table(name, columns, keys): &Table,
    findings: &mut Findings,
) -> rusqlite::Result<u64> {
    let names: Vec<&str> = columns.split(", ").collect();
    let sql = format!("SELECT {columns} FROM {name} ORDER BY {}", names[..*keys].join(", "));
    let (mut found, mut expected) = (ledger.prepare(&sql)?, scratch.prepare(&sql)?);
    let is_handles = *name == "handles";
    let mut found = Cursor::new(found.query([])?, names.len(), is_handles)?;
    let mut expected = Cursor::new(expected.query([])?, names.len(), false)?;
    let mut count = 0;
    loop {
        let order = match (&found.row, &expected.row) {
            (None, None) => return Ok(count),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(found), Some(expected)) => compare(&found[..*keys], &expected[..*keys]),
        };
        count += 1;
        let at = |row: &[Cell]| {
            let parts: Vec<String> = names[..*keys]
                .iter()
                .zip(row)
                .map(|(n, cell)| format!("{n} {}", shown(cell)))
                .collect();
            parts.join(", ")
        };
        match order {
            Ordering::Less => {
                findings.add(
                    "inserted",
                    name,
                    format!("row {} was never written", at(&found.row())),
                );
                found.next()?;
            }
            Ordering::Greater => {
                findings.add("missing", name, format!("row {} is gone", at(&expected.row())));
                expected.next()?;
            }
            Ordering::Equal => {
                let (own, right) = (found.row(), expected.row());
                let other: Vec<&str> = (0..names.len())
                    .filter(|column| own[*column] != right[*column])
                    .map(|column| names[column])
                    .collect();
                if !other.is_empty() {
                    let what = format!("row {}: {}", at(&own), other.join(", "));
                    findings.add("changed", name, what);
                }
                found.next()?;
                expected.next()?;
            }
        }
    }
}

/// The rows of a table, one at a time.
struct Cursor<'s> {
    rows: Rows<'s>,
    width: usize,
    is_handles: bool,
    row: Option<Vec<Cell>>,
}

impl<'s> Cursor<'s> {
    fn new(rows: Rows<'s>, width: usize, is_handles: bool) -> rusqlite::Result<Self> {
        let mut cursor = Self { rows, width, is_handles, row: None };
        cursor.next()?;
        Ok(cursor)
    }

    fn next(&mut self) -> rusqlite::Result<()> {
        self.row = match self.rows.next()? {
            Some(row) => {
                let cells = (0..self.width).map(|column| row.get_ref(column).map(cell));
                let mut cells = cells.collect::<rusqlite::Result<Vec<Cell>>>()?;
                if self.is_handles {
                    linked(&mut cells);
                }
                Some(cells)
            }
            None => None,
        };
        Ok(())
    }

    fn row(&self) -> Vec<Cell> {
        self.row.clone().unwrap_or_default()
    }
}

/// Text that is no text must not stop the comparison.
fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(number) => Cell::Integer(number),
        ValueRef::Real(number) => Cell::Real(number),
        ValueRef::Blob(bytes) => Cell::Blob(bytes.to_vec()),
        ValueRef::Text(bytes) => String::from_utf8(bytes.to_vec())
            .map_or_else(|error| Cell::Blob(error.into_bytes()), Cell::Text),
    }
}

/// Puts the link in the place of salt, tenant and tag, as it stands in the log.
fn linked(cells: &mut [Cell]) {
    if let [_, _, salt, tenant, tag] = cells
        && let (Cell::Blob(own), Cell::Text(name), Cell::Blob(person)) = (&*salt, &*tenant, &*tag)
    {
        let link = link(own, name.as_bytes(), person);
        (*salt, *tenant, *tag) = (Cell::Blob(link.to_vec()), Cell::Null, Cell::Null);
    }
}

/// As SQLite orders keys: numbers, then texts, then bytes.
fn compare(a: &[Cell], b: &[Cell]) -> Ordering {
    let rank = |cell: &Cell| match cell {
        Cell::Null => 0,
        Cell::Integer(_) | Cell::Real(_) => 1,
        Cell::Text(_) => 2,
        Cell::Blob(_) => 3,
    };
    let cells = a.iter().zip(b).map(|pair| match pair {
        (Cell::Integer(a), Cell::Integer(b)) => a.cmp(b),
        (Cell::Text(a), Cell::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
        (Cell::Blob(a), Cell::Blob(b)) => a.cmp(b),
        (a, b) => rank(a).cmp(&rank(b)),
    });
    cells.fold(Ordering::Equal, Ordering::then)
}

/// A key, for people. Keys are numbers and digests.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Integer(number) => number.to_string(),
        Cell::Text(text) => text.chars().take(64).flat_map(char::escape_default).collect(),
        Cell::Blob(bytes) => taggant_core::hex::encode(bytes),
        _ => "?".to_owned(),
    }
}
