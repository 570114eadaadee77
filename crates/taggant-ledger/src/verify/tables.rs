//! The tables against those of the scratch database, row by row, in the order of their keys.

use std::cmp::Ordering;

use taggant_core::{Result, hex};

use super::Findings;
use super::compare::Cursor;
use super::refold::is_own;
use crate::answers::Handle;
use crate::schema::{TABLES, Table};
use crate::sql::{Cell, Transaction};
use crate::wire::link;

/// All tables that the log covers. Returns how many rows were compared.
pub(super) fn compare(
    found: &mut dyn Transaction,
    expected: &mut dyn Transaction,
    findings: &mut Findings,
) -> Result<u64> {
    let covered = TABLES.iter().filter(|table| table.covered > 0);
    let mut count = 0;
    for table in covered {
        count += one(found, expected, table, findings)?;
    }
    Ok(count)
}

fn one(
    ledger: &mut dyn Transaction,
    scratch: &mut dyn Transaction,
    table: &'static Table,
    findings: &mut Findings,
) -> Result<u64> {
    let (mut found, mut expected) = (Cursor::new(table), Cursor::new(table));
    let mut count = 0;
    loop {
        let order = match (found.peek(ledger)?, expected.peek(scratch)?) {
            (None, None) => return Ok(count),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(found), Some(expected)) => found[..table.key].cmp(&expected[..table.key]),
        };
        count += 1;
        match order {
            Ordering::Less => {
                let row = found.take();
                let what = format!("row {} was never written", at(table, &row));
                findings.add("inserted", table.name, what);
            }
            Ordering::Greater => {
                let row = expected.take();
                findings.add("missing", table.name, format!("row {} is gone", at(table, &row)));
            }
            Ordering::Equal => {
                let (own, right) = (found.take(), expected.take());
                let names = table.columns.iter().zip(own.iter().zip(&right));
                let other: Vec<&str> = names
                    .filter(|(_, (own, right))| own != right)
                    .map(|(column, _)| column.name)
                    .collect();
                if !other.is_empty() {
                    let what = format!("row {}: {}", at(table, &own), other.join(", "));
                    findings.add("changed", table.name, what);
                }
            }
        }
    }
}

/// The key of a row, for people.
fn at(table: &Table, row: &[Cell]) -> String {
    let parts: Vec<String> = table.columns[..table.key]
        .iter()
        .zip(row)
        .map(|(column, cell)| format!("{} {}", column.name, shown(cell)))
        .collect();
    parts.join(", ")
}

/// Keys are numbers and digests.
fn shown(cell: &Cell) -> String {
    match cell {
        Cell::Int(number) => number.to_string(),
        Cell::Text(text) => text.chars().take(64).flat_map(char::escape_default).collect(),
        Cell::Bytes(bytes) => hex::encode(bytes),
        Cell::Null | Cell::Foreign => "?".to_owned(),
    }
}

/// Salt, tenant and tag of people are those that their links were made of. Of people whom only other
/// ledgers have introduced they may be missing.
pub(super) fn links(
    ledger: &mut dyn Transaction,
    scratch: &mut dyn Transaction,
    findings: &mut Findings,
) -> Result<()> {
    let sql = "SELECT handle, link, salt, tenant, tag FROM people";
    ledger.rows(sql, &[], &mut |row| {
        let cells: [Cell; 4] = std::array::from_fn(|column| row.value(column + 1).to_cell());
        let is_right = match &cells {
            [Cell::Null, Cell::Null, Cell::Null, Cell::Null] => true,
            [Cell::Bytes(_), Cell::Null, Cell::Null, Cell::Null] => match row.bytes(0) {
                Ok(handle) => !is_own(scratch, handle)?,
                Err(_) => false,
            },
            [Cell::Bytes(own), Cell::Bytes(salt), Cell::Text(tenant), Cell::Bytes(tag)] => {
                salt.len() == 16 && own[..] == link(salt, tenant.as_bytes(), tag)
            }
            _ => false,
        };
        if !is_right {
            let handle = row.fixed(0).map_or_else(|_| "?".to_owned(), |h| Handle(h).to_string());
            let what =
                format!("row handle {handle}: salt, tenant or tag are not those of its link");
            findings.add("changed", "people", what);
        }
        Ok(())
    })
}
