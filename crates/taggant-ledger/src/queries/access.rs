//! Who saw what of whom, one by one.

use std::collections::{HashMap, HashSet};

use taggant_core::Result;

use super::fields_done;
use crate::answers::{Access, Action, Ended, Handle, Kind};
use crate::rows::count;
use crate::sql::{Row, Transaction, Value};

const ACCESSES: &str =
    "SELECT time_ns, kind, outcome, coalesce(datasets.dataset, ''), accesses.lane,
        accesses.dataset, actions, first_field, field, place.text, purpose.text, actor.text,
        behalf.text, handle, reason, service
    FROM accesses
    JOIN lanes ON lanes.lane = accesses.lane
    LEFT JOIN datasets ON datasets.lane = accesses.lane AND datasets.number = accesses.dataset
    LEFT JOIN people ON people.person = accesses.person
    LEFT JOIN texts place ON place.lane = accesses.lane AND place.number = accesses.location
    LEFT JOIN texts purpose ON purpose.lane = accesses.lane AND purpose.number = accesses.purpose
    LEFT JOIN texts actor ON actor.lane = accesses.lane AND actor.number = accesses.actor
    LEFT JOIN texts behalf ON behalf.lane = accesses.lane AND behalf.number = accesses.on_behalf";

/// Of a person, newest first.
pub(crate) fn accesses_of(
    transaction: &mut dyn Transaction,
    handle: Handle,
) -> Result<Vec<Access>> {
    let which = "WHERE accesses.person = (SELECT person FROM people WHERE handle = $1)";
    accesses(transaction, which, "", &[Value::Bytes(&handle.0)])
}

/// By somebody, as the actor or through one; newest first.
pub(crate) fn accesses_by(transaction: &mut dyn Transaction, who: &str) -> Result<Vec<Access>> {
    let mut found = accesses(transaction, &by("actor"), "", &[Value::Text(who)])?;
    let through = accesses(transaction, &by("on_behalf"), "", &[Value::Text(who)])?;
    found.extend(through.into_iter().filter(|access| access.actor != who));
    found.sort_by_key(|access| std::cmp::Reverse(access.time_ns));
    Ok(found)
}

/// By the lane's number of a text: there is an index of each.
fn by(column: &str) -> String {
    format!(
        "WHERE (accesses.lane, accesses.{column}) IN
             (SELECT lane, number FROM texts WHERE text = $1)"
    )
}

/// To a dataset, newest first.
pub(crate) fn accesses_to(transaction: &mut dyn Transaction, dataset: &str) -> Result<Vec<Access>> {
    let which = "WHERE (accesses.lane, accesses.dataset) IN
                     (SELECT lane, number FROM datasets WHERE dataset = $1)";
    accesses(transaction, which, "", &[Value::Text(dataset)])
}

/// The newest.
pub(crate) fn recent_accesses(
    transaction: &mut dyn Transaction,
    limit: u32,
) -> Result<Vec<Access>> {
    accesses(transaction, "", "LIMIT $1", &[Value::Int(limit.into())])
}

/// Newest first; of those of one time, in an order that is the same in every ledger.
const ORDER: &str = "ORDER BY time_ns DESC, source, service, lanes.number, accesses.instance,
    accesses.number DESC";

/// An access whose fields have no names yet.
struct Unnamed {
    access: Access,
    dataset: (i64, u64),
    fields: Vec<(usize, u8)>,
}

fn accesses(
    transaction: &mut dyn Transaction,
    which: &str,
    end: &str,
    values: &[Value<'_>],
) -> Result<Vec<Access>> {
    let (mut found, mut datasets) = (Vec::new(), HashSet::new());
    transaction.rows(&format!("{ACCESSES} {which} {ORDER} {end}"), values, &mut |row| {
        let one = unnamed(row)?;
        datasets.insert(one.dataset);
        found.push(one);
        Ok(())
    })?;
    let mut paths = HashMap::new();
    for dataset in datasets {
        paths.insert(dataset, paths_of(transaction, dataset)?);
    }
    let named = |one: Unnamed| {
        let paths: &[String] = paths.get(&one.dataset).map_or(&[], Vec::as_slice);
        let fields = one.fields.iter().filter_map(|(position, action)| {
            Some((paths.get(*position)?.clone(), Action::from_code(*action)))
        });
        Access { fields: fields.collect(), ..one.access }
    };
    Ok(found.into_iter().map(named).collect())
}

fn unnamed(row: &dyn Row) -> Result<Unnamed> {
    let first_field = u16::try_from(row.int(7)?).unwrap_or(u16::MAX);
    let done = fields_done(first_field, row.bytes(6)?);
    let fields = match row.maybe_int(8)? {
        // The one action stands for the one field.
        Some(field) => {
            let position = usize::try_from(field).unwrap_or(usize::MAX);
            done.take(1).map(|(_, action)| (position, action)).collect()
        }
        None => done.collect(),
    };
    let text = |column| row.text(column).map(str::to_owned);
    Ok(Unnamed {
        dataset: (row.int(4)?, row.count(5)?),
        fields,
        access: Access {
            time_ns: row.count(0)?,
            kind: Kind::from_code(row.code(1)?),
            outcome: Ended::from_code(row.code(2)?),
            dataset: text(3)?,
            fields: Vec::new(),
            location: text(9)?,
            purpose: text(10)?,
            actor: text(11)?,
            on_behalf: text(12)?,
            service: text(15)?,
            handle: match row.maybe_bytes(13)? {
                Some(_) => Some(Handle(row.fixed(13)?)),
                None => None,
            },
            reason: text(14)?,
        },
    })
}

fn paths_of(transaction: &mut dyn Transaction, (lane, dataset): (i64, u64)) -> Result<Vec<String>> {
    let mut paths = Vec::new();
    let sql = "SELECT path FROM fields WHERE lane = $1 AND dataset = $2 ORDER BY position";
    transaction.rows(sql, &[Value::Int(lane), count(dataset)], &mut |row| {
        paths.push(row.text(0)?.to_owned());
        Ok(())
    })?;
    Ok(paths)
}
