//! The shop's own database: sealed rows in SQLite.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, params};
use serde::Serialize;
use serde_json::{Map, Value};
use taggant::{Flow, IndexValue};

use crate::model::{Customer, Order};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const SCHEMA: &str = "
    CREATE TABLE customers (
        id INTEGER PRIMARY KEY, name TEXT, email TEXT, email_index TEXT, phone TEXT, address TEXT,
        born TEXT, card TEXT
    );
    CREATE INDEX customers_by_email ON customers (email_index);
    CREATE TABLE orders (
        id INTEGER PRIMARY KEY, customer_id INTEGER, item TEXT, amount_cents TEXT, ordered_on TEXT
    );
    CREATE INDEX orders_by_customer ON orders (customer_id);
";

/// The namespace of the shop's tables.
pub(crate) const DATABASE: &str = "sqlite://shop";

pub(crate) struct Storage {
    connection: Connection,
}

impl Storage {
    pub(crate) fn open(path: &Path) -> Result<Self> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // What was replaced is overwritten: an index value outlives the person's key.
        connection.pragma_update(None, "secure_delete", true)?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection })
    }

    /// Writes records under a flow to their table: tagged fields arrive as envelopes.
    pub(crate) fn insert_customers<'a>(
        &mut self,
        customers: impl Iterator<Item = &'a Customer>,
    ) -> Result<()> {
        let flow = sink("customers");
        let transaction = self.connection.transaction()?;
        for customer in customers {
            let row = columns(&flow.seal(customer))?;
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO customers VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute(params![
                    customer.id.cast_signed(),
                    text(&row, "name"),
                    text(&row, "email"),
                    text(&row, "email_index"),
                    text(&row, "phone"),
                    row["address"].to_string(),
                    text(&row, "born"),
                    text(&row, "card"),
                ])?;
        }
        transaction.commit()?;
        Ok(())
    }

    pub(crate) fn insert_orders<'a>(
        &mut self,
        orders: impl Iterator<Item = &'a Order>,
    ) -> Result<()> {
        let flow = sink("orders");
        let transaction = self.connection.transaction()?;
        for order in orders {
            let row = columns(&flow.seal(order))?;
            transaction
                .prepare_cached("INSERT OR REPLACE INTO orders VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![
                    order.id.cast_signed(),
                    order.customer_id.cast_signed(),
                    text(&row, "item"),
                    text(&row, "amount_cents"),
                    text(&row, "ordered_on"),
                ])?;
        }
        transaction.commit()?;
        Ok(())
    }

    /// Reads a customer under a flow from the table, which the caller describes: for what purpose,
    /// and who asks.
    pub(crate) fn customer(&self, id: u64, flow: &Flow) -> Result<Customer> {
        let document = self.connection.query_row(
            "SELECT name, email, email_index, phone, address, born, card FROM customers
             WHERE id = ?1",
            [id.cast_signed()],
            |row| {
                let address: Option<String> = row.get(4)?;
                Ok(serde_json::json!({
                    "id": id,
                    "name": row.get::<_, Option<String>>(0)?,
                    "email": row.get::<_, Option<String>>(1)?,
                    "email_index": row.get::<_, Option<String>>(2)?,
                    "phone": row.get::<_, Option<String>>(3)?,
                    "address": address.and_then(|text| serde_json::from_str::<Value>(&text).ok()),
                    "born": row.get::<_, Option<String>>(5)?,
                    "card": row.get::<_, Option<String>>(6)?,
                }))
            },
        )?;
        Ok(flow.read(document)?)
    }

    /// The customer whose e-mail address has one of these index values.
    pub(crate) fn find_by_email(&self, values: &[IndexValue]) -> Result<Option<u64>> {
        for value in values {
            let found = self
                .connection
                .query_row(
                    "SELECT id FROM customers WHERE email_index = ?1",
                    [value.to_hex()],
                    |row| row.get::<_, i64>(0),
                )
                .optional()?;
            if let Some(id) = found {
                return Ok(Some(id.cast_unsigned()));
            }
        }
        Ok(None)
    }

    /// Removes an index value: it outlives the person's key, and still confirms a guess.
    pub(crate) fn clear_email_index(&self, id: u64) -> Result<()> {
        self.connection
            .execute("UPDATE customers SET email_index = NULL WHERE id = ?1", [id.cast_signed()])?;
        Ok(())
    }

    pub(crate) fn first_order(&self, customer: u64) -> Result<u64> {
        let id: i64 = self.connection.query_row(
            "SELECT min(id) FROM orders WHERE customer_id = ?1",
            [customer.cast_signed()],
            |row| row.get(0),
        )?;
        Ok(id.cast_unsigned())
    }

    /// Puts everything into the main file.
    pub(crate) fn checkpoint(&self) -> Result<()> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }
}

fn sink(table: &str) -> Flow {
    Flow::to(DATABASE, table).purpose("essential.service.operations").actor("svc:shop")
}

fn columns<T: Serialize>(record: &T) -> Result<Map<String, Value>> {
    match serde_json::to_value(record)? {
        Value::Object(columns) => Ok(columns),
        _ => Err("a record is an object".into()),
    }
}

fn text<'a>(row: &'a Map<String, Value>, column: &str) -> Option<&'a str> {
    row.get(column).and_then(Value::as_str)
}
