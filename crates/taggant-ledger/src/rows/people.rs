//! People: handles to row ids and back.

use taggant_core::Result;

use super::statements as sql;
use crate::answers::Handle;
use crate::sql::{Many, Transaction, Value};
use crate::wire::Link;

/// Who knows which row a handle has.
pub(crate) trait People {
    /// The row id of a person.
    fn person(&self, transaction: &mut dyn Transaction, handle: Handle) -> Result<i64>;
}

/// A row of `people`.
#[derive(Clone, Debug)]
pub(crate) struct PersonRow {
    pub(crate) person: i64,
    pub(crate) handle: Handle,
    pub(crate) link: Option<Link>,
    /// Salt, tenant and tag, where they are known.
    pub(crate) tag: Option<([u8; 16], String, [u8; 16])>,
}

/// The row id that was given last; 0 where there is nobody.
pub(crate) fn last_person(transaction: &mut dyn Transaction) -> Result<i64> {
    let mut last = 0;
    transaction.rows("SELECT coalesce(max(person), 0) FROM people", &[], &mut |row| {
        last = row.int(0)?;
        Ok(())
    })?;
    Ok(last)
}

/// Adds people who must not be there. Returns how many of them were not.
pub(crate) fn insert_people(transaction: &mut dyn Transaction, rows: &[PersonRow]) -> Result<u64> {
    put(transaction, &sql::PEOPLE, rows)
}

/// Adds what is known of people who may be there. A handle that is there keeps its row.
pub(crate) fn introduce(transaction: &mut dyn Transaction, rows: &[PersonRow]) -> Result<()> {
    put(transaction, &sql::INTRODUCED, rows).map(drop)
}

fn put(transaction: &mut dyn Transaction, many: &Many, rows: &[PersonRow]) -> Result<u64> {
    let mut values = Vec::with_capacity(rows.len() * many.width);
    for row in rows {
        values.extend([Value::Int(row.person), Value::Bytes(&row.handle.0), Value::Int(0)]);
        values.push(row.link.as_ref().map_or(Value::Null, |link| Value::Bytes(link)));
        match &row.tag {
            Some((salt, tenant, tag)) => {
                values.extend([Value::Bytes(salt), Value::Text(tenant), Value::Bytes(tag)]);
            }
            None => values.extend([Value::Null; 3]),
        }
    }
    if values.is_empty() {
        return Ok(0);
    }
    transaction.execute_many(many, &values)
}
