//! Where a person's data is, and what everybody saw.

use std::collections::BTreeMap;

use taggant_core::Result;
use taggant_core::event::RecordKind;
use taggant_core::tag::SubjectTag;

use crate::answers::{ActorSum, Handle, Kind, Place, Protection};
use crate::sql::{Transaction, Value};
use crate::wire::{Seen, clean};

/// The handle of a person, if there is one.
pub(crate) fn handle(
    transaction: &mut dyn Transaction,
    tenant: &str,
    tag: SubjectTag,
) -> Result<Option<Handle>> {
    let (mut found, tenant) = (None, clean(tenant, &[]));
    let sql = "SELECT handle FROM people WHERE tag = $1 AND tenant = $2";
    transaction.rows(sql, &[Value::Bytes(&tag.0), Value::Text(&tenant)], &mut |row| {
        found = Some(Handle(row.fixed(0)?));
        Ok(())
    })?;
    Ok(found)
}

const PLACES: &str = "SELECT datasets.dataset, texts.text, kind, form, subject_locations.first_ns,
        last_ns, count
    FROM people
    JOIN subject_locations ON subject_locations.person = people.person
    JOIN datasets ON datasets.lane = subject_locations.lane
        AND datasets.number = subject_locations.dataset
    LEFT JOIN texts ON texts.lane = subject_locations.lane
        AND texts.number = subject_locations.location
    WHERE people.handle = $1";

/// Where a person's data is or was, the oldest first.
pub(crate) fn places(transaction: &mut dyn Transaction, handle: Handle) -> Result<Vec<Place>> {
    let mut sums: BTreeMap<(String, String, Kind, Protection), Seen> = BTreeMap::new();
    transaction.rows(PLACES, &[Value::Bytes(&handle.0)], &mut |row| {
        let seen = Seen { first_ns: row.int(4)?, last_ns: row.int(5)?, count: row.count(6)? };
        let (kind, form) = (Kind::from_code(row.code(2)?), Protection::from_code(row.code(3)?));
        let key = (row.text(0)?.to_owned(), row.text(1)?.to_owned(), kind, form);
        sums.entry(key).and_modify(|sum| sum.merge(seen)).or_insert(seen);
        Ok(())
    })?;
    let mut places: Vec<Place> = sums
        .into_iter()
        .map(|((dataset, location, kind, form), seen)| Place {
            dataset,
            location,
            kind,
            form,
            first_ns: seen.first_ns.cast_unsigned(),
            last_ns: seen.last_ns.cast_unsigned(),
            count: seen.count,
        })
        .collect();
    places.sort_by_key(|place| place.first_ns);
    Ok(places)
}

/// Accesses that hand something out, or refuse to, since a time; by whom and for whom.
const SEEN: &str = "FROM accesses
    LEFT JOIN texts a ON a.lane = accesses.lane AND a.number = accesses.actor
    LEFT JOIN texts b ON b.lane = accesses.lane AND b.number = accesses.on_behalf
    WHERE time_ns >= $1 AND kind IN ($2, $3, $4, $5)";

/// What everybody saw since a time: one row per principal.
pub(crate) fn actors(transaction: &mut dyn Transaction, since_ns: u64) -> Result<Vec<ActorSum>> {
    let kinds = [RecordKind::Write, RecordKind::Read, RecordKind::Access, RecordKind::Lookup];
    let mut values = vec![Value::Int(i64::try_from(since_ns).unwrap_or(i64::MAX))];
    values.extend(kinds.map(|kind| Value::Int(i64::from(kind as u8))));
    let mut found: BTreeMap<String, ActorSum> = BTreeMap::new();
    let sql = format!(
        "SELECT coalesce(b.text, a.text, ''),
             count(DISTINCT CASE WHEN outcome = 0 THEN person END),
             count(CASE WHEN outcome = 0 THEN 1 END), count(CASE WHEN outcome <> 0 THEN 1 END),
             min(time_ns), max(time_ns)
         {SEEN} GROUP BY coalesce(b.text, a.text, '')"
    );
    transaction.rows(&sql, &values, &mut |row| {
        let mut sum = ActorSum::new(row.text(0)?);
        (sum.people, sum.accesses, sum.refused) = (row.count(1)?, row.count(2)?, row.count(3)?);
        (sum.first_ns, sum.last_ns) = (row.count(4)?, row.count(5)?);
        found.insert(sum.principal.clone(), sum);
        Ok(())
    })?;
    let sql = format!(
        "SELECT DISTINCT coalesce(b.text, a.text, ''), coalesce(a.text, '') {SEEN} ORDER BY 1, 2"
    );
    transaction.rows(&sql, &values, &mut |row| {
        if let Some(sum) = found.get_mut(row.text(0)?) {
            sum.actors.push(row.text(1)?.to_owned());
        }
        Ok(())
    })?;
    Ok(found.into_values().collect())
}
