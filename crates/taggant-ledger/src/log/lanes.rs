//! Lanes: logs of their own, so that processes never wait for each other.
//!
//! A process leases one for each service whose events it drains. A lease is a courtesy: where two
//! processes write to one lane all the same, the condition on its size lets one of them through.

use taggant_core::event::now;
use taggant_core::{Error, Outcome, Result};

use super::merkle::Tree;
use crate::rows::count;
use crate::sql::{Row, Transaction, Value};
use crate::wire::LaneName;

/// Lanes of a service at most; further processes share.
const MOST: i64 = 64;

/// How long a lane is kept for a process that does not come back.
const LEASE_NS: u64 = 60_000_000_000;

/// A lane and how long it is.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    /// Its row id.
    pub(crate) lane: i64,
    pub(crate) name: LaneName,
    pub(crate) tree: Tree,
    pub(crate) events: u64,
}

const COLUMNS: &str = "lane, source, service, number, size, roots, events";

/// The name of a service as lanes and heads have it: letters, digits, `.`, `_` and `-`, 64 at most.
pub(crate) fn service_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let name: String = text.chars().map(plain).take(64).collect();
    if name.is_empty() { "unnamed".to_owned() } else { name }
}

fn head_of(row: &dyn Row) -> Result<Head> {
    let size = row.count(4)?;
    let tree = Tree::from_bytes(size, row.bytes(5)?).ok_or_else(|| {
        Error::new(
            Outcome::JournalUnavailable,
            "the row of a lane of the ledger's log is none that was written: verify the ledger",
        )
    })?;
    let number = row.code(3)?;
    let name = LaneName { source: row.fixed(1)?, service: row.text(2)?.to_owned(), number };
    Ok(Head { lane: row.int(0)?, name, tree, events: row.count(6)? })
}

/// All lanes, by row id.
pub(crate) fn all(transaction: &mut dyn Transaction) -> Result<Vec<Head>> {
    let mut found = Vec::new();
    let sql = format!("SELECT {COLUMNS} FROM lanes ORDER BY lane");
    transaction.rows(&sql, &[], &mut |row| {
        found.push(head_of(row)?);
        Ok(())
    })?;
    Ok(found)
}

/// A lane by its name, made if there is none.
pub(crate) fn find(transaction: &mut dyn Transaction, name: &LaneName) -> Result<Head> {
    let sql =
        format!("SELECT {COLUMNS} FROM lanes WHERE source = $1 AND service = $2 AND number = $3");
    let key =
        [Value::Bytes(&name.source), Value::Text(&name.service), Value::Int(name.number.into())];
    let mut found = None;
    transaction.rows(&sql, &key, &mut |row| {
        found = Some(head_of(row)?);
        Ok(())
    })?;
    match found {
        Some(head) => Ok(head),
        None => make(transaction, name),
    }
}

fn make(transaction: &mut dyn Transaction, name: &LaneName) -> Result<Head> {
    let mut last = 0;
    transaction.rows("SELECT coalesce(max(lane), 0) FROM lanes", &[], &mut |row| {
        last = row.int(0)?;
        Ok(())
    })?;
    let lane = last + 1;
    transaction.execute(
        "INSERT INTO lanes VALUES ($1, $2, $3, $4, 0, $5, 0, NULL, 0)",
        &[
            Value::Int(lane),
            Value::Bytes(&name.source),
            Value::Text(&name.service),
            Value::Int(name.number.into()),
            Value::Bytes(&[]),
        ],
    )?;
    Ok(Head { lane, name: name.clone(), tree: Tree::default(), events: 0 })
}

/// Leases a lane of a service: the one that `holder` has, the first that nobody holds, a new one,
/// or, where all are held, one to share.
pub(crate) fn lease(
    transaction: &mut dyn Transaction,
    source: [u8; 16],
    service: &str,
    holder: &[u8; 16],
) -> Result<Head> {
    let now = now().cast_signed();
    let key = [Value::Bytes(&source), Value::Text(service)];
    let mut lanes: Vec<(i64, bool)> = Vec::new();
    transaction.rows(
        "SELECT number, holder, held_until_ns FROM lanes WHERE source = $1 AND service = $2
         ORDER BY number",
        &key,
        &mut |row| {
            let is_ours = row.maybe_bytes(1)? == Some(holder);
            let is_free = row.maybe_bytes(1)?.is_none() || row.int(2)? < now;
            lanes.push((row.int(0)?, is_ours || is_free));
            Ok(())
        },
    )?;
    let free = lanes.iter().find(|(_, is_free)| *is_free).map(|(number, _)| *number);
    let unused = || (0..MOST).find(|number| !lanes.iter().any(|(taken, _)| taken == number));
    let number = free.or_else(unused).unwrap_or_else(|| i64::from(holder[0]) % MOST);
    let number = u8::try_from(number).unwrap_or(0);
    let head = find(transaction, &LaneName { source, service: service.to_owned(), number })?;
    renew(transaction, head.lane, holder)?;
    Ok(head)
}

/// Keeps a lane for `holder` for as long again.
pub(crate) fn renew(transaction: &mut dyn Transaction, lane: i64, holder: &[u8; 16]) -> Result<()> {
    let until = count(now().saturating_add(LEASE_NS));
    transaction
        .execute(
            "UPDATE lanes SET holder = $2, held_until_ns = $3 WHERE lane = $1",
            &[Value::Int(lane), Value::Bytes(holder), until],
        )
        .map(drop)
}

/// Gives back all lanes that `holder` has.
pub(crate) fn release(transaction: &mut dyn Transaction, holder: &[u8; 16]) -> Result<()> {
    transaction
        .execute(
            "UPDATE lanes SET holder = NULL, held_until_ns = 0 WHERE holder = $1",
            &[Value::Bytes(holder)],
        )
        .map(drop)
}
