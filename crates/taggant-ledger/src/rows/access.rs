//! Rows of accesses.

use taggant_core::Result;

use super::{People, count, statements as sql};
use crate::answers::Handle;
use crate::sql::{Row, Transaction, Value};
use crate::wire::AccessRow;

/// Adds the access rows of a run. Returns how many of them were not there.
pub(crate) fn insert_accesses(
    transaction: &mut dyn Transaction,
    lane: i64,
    instance: u64,
    rows: &[AccessRow],
    people: &dyn People,
) -> Result<u64> {
    let mut values = Vec::with_capacity(rows.len() * sql::ACCESSES.width);
    for row in rows {
        let person = match row.person {
            Some(handle) => Some(people.person(transaction, handle)?),
            None => None,
        };
        values.extend([Value::Int(lane), count(instance), count(row.number)]);
        values.extend([row.time_ns, row.kind.into(), row.outcome.into()].map(Value::Int));
        values.extend([count(row.dataset), Value::Int(row.first_field.into())]);
        values.push(Value::Bytes(&row.actions));
        values.push(row.field.map(i64::from).into());
        let names = [row.location, row.purpose, row.actor, row.on_behalf, row.tenant];
        values.extend(names.map(count));
        values.extend([row.scope, row.origin].map(count));
        values.extend([person.into(), count(row.refers), Value::Text(&row.reason)]);
        values.push(Value::Bytes(&row.trace));
    }
    if values.is_empty() {
        return Ok(0);
    }
    transaction.execute_many(&sql::ACCESSES, &values)
}

const READ: &str = "SELECT accesses.number, time_ns, kind, outcome, dataset, first_field, actions,
        field, location, purpose, actor, on_behalf, accesses.tenant, scope, origin, handle, refers,
        reason, trace, accesses.person
    FROM accesses LEFT JOIN people ON people.person = accesses.person
    WHERE lane = $1 AND instance = $2 AND accesses.number >= $3 AND accesses.number < $4
    ORDER BY accesses.number";

/// The access rows of a run; `None` stands for a row that none can be.
pub(crate) fn read_accesses(
    transaction: &mut dyn Transaction,
    lane: i64,
    instance: u64,
    first: u64,
    next: u64,
) -> Result<Vec<Option<AccessRow>>> {
    let mut rows = Vec::new();
    let values = [Value::Int(lane), count(instance), count(first), count(next)];
    transaction.rows(READ, &values, &mut |row| {
        rows.push(access(row));
        Ok(())
    })?;
    Ok(rows)
}

fn access(row: &dyn Row) -> Option<AccessRow> {
    let number = |column| row.count(column).ok();
    let code = |column| u8::try_from(row.int(column).ok()?).ok();
    let short = |column| u16::try_from(row.int(column).ok()?).ok();
    let person = match row.maybe_bytes(15).ok()? {
        Some(handle) => Some(Handle(handle.try_into().ok()?)),
        // A person without a row of their own is none that was written.
        None if row.maybe_int(19).ok()?.is_some() => return None,
        None => None,
    };
    Some(AccessRow {
        number: number(0)?,
        time_ns: row.int(1).ok()?,
        kind: code(2)?,
        outcome: code(3)?,
        dataset: number(4)?,
        first_field: short(5)?,
        actions: row.bytes(6).ok()?.to_vec(),
        field: match row.maybe_int(7).ok()? {
            Some(field) => Some(u16::try_from(field).ok()?),
            None => None,
        },
        location: number(8)?,
        purpose: number(9)?,
        actor: number(10)?,
        on_behalf: number(11)?,
        tenant: number(12)?,
        scope: number(13)?,
        origin: number(14)?,
        person,
        refers: number(16)?,
        reason: match row.value(17) {
            Value::Text(text) => text.to_owned(),
            _ => return None,
        },
        trace: row.bytes(18).ok()?.to_vec(),
    })
}
