//! The rows of a table, one at a time, in the order of its key, from any database.

use std::collections::VecDeque;

use taggant_core::Result;

use crate::schema::Table;
use crate::sql::{Cell, Transaction, Value};

/// Rows that are read at once.
const PAGE: usize = 1024;

/// Where one is in a table.
pub(super) struct Cursor {
    table: &'static Table,
    first: String,
    next: String,
    rows: VecDeque<Vec<Cell>>,
    last: Option<Vec<Cell>>,
    is_done: bool,
}

impl Cursor {
    pub(super) fn new(table: &'static Table) -> Self {
        let (columns, key) = (table.names(table.covered), table.names(table.key));
        let holes: Vec<String> = (1..=table.key).map(|number| format!("${number}")).collect();
        let select = format!("SELECT {columns} FROM {}", table.name);
        let order = format!("ORDER BY {key} LIMIT {PAGE}");
        Self {
            table,
            first: format!("{select} {order}"),
            next: format!("{select} WHERE ({key}) > ({}) {order}", holes.join(", ")),
            rows: VecDeque::new(),
            last: None,
            is_done: false,
        }
    }

    /// The row that comes next.
    pub(super) fn peek(&mut self, transaction: &mut dyn Transaction) -> Result<Option<&[Cell]>> {
        if self.rows.is_empty() && !self.is_done {
            self.fill(transaction)?;
        }
        Ok(self.rows.front().map(Vec::as_slice))
    }

    /// Takes the row that [`peek`](Self::peek) has shown.
    pub(super) fn take(&mut self) -> Vec<Cell> {
        self.rows.pop_front().unwrap_or_default()
    }

    fn fill(&mut self, transaction: &mut dyn Transaction) -> Result<()> {
        let (sql, values): (&str, Vec<Value<'_>>) = match &self.last {
            Some(last) => (&self.next, last.iter().map(Cell::value).collect()),
            None => (&self.first, Vec::new()),
        };
        let (rows, width) = (&mut self.rows, self.table.covered);
        transaction.rows(sql, &values, &mut |row| {
            rows.push_back((0..width).map(|column| row.value(column).to_cell()).collect());
            Ok(())
        })?;
        self.is_done = self.rows.len() < PAGE;
        self.last = self.rows.back().map(|row| row[..self.table.key].to_vec());
        Ok(())
    }
}
