//! Rows to structs.

use rusqlite::Row;
use taggant_core::key::{BranchRow, DataKeyRow, EventRow, KeyState, OwnerKind, RootWrap};
use taggant_core::tag::KeyId;

pub(super) const DATA_KEY: &str = "id, tenant, key_group, generation, branch, owner_kind, owner, \
                                   state, wrapped, created_ns, mac";

pub(super) fn data_key(row: &Row<'_>) -> rusqlite::Result<DataKeyRow> {
    let unknown =
        |column: usize, value: u8| rusqlite::Error::IntegralValueOutOfRange(column, value.into());
    let kind: u8 = row.get(5)?;
    let state: u8 = row.get(7)?;
    Ok(DataKeyRow {
        id: KeyId(row.get(0)?),
        tenant: row.get(1)?,
        group: row.get(2)?,
        generation: row.get(3)?,
        branch: row.get(4)?,
        owner_kind: match kind {
            1 => OwnerKind::Subject,
            2 => OwnerKind::Dataset,
            _ => return Err(unknown(5, kind)),
        },
        owner: row.get(6)?,
        state: KeyState::from_code(state).ok_or_else(|| unknown(7, state))?,
        wrapped: row.get(8)?,
        created_ns: row.get::<_, i64>(9)?.cast_unsigned(),
        mac: row.get(10)?,
    })
}

pub(super) const EVENT: &str = "number, time_ns, kind, tenant, body, previous, hash, mac";

pub(super) fn event(row: &Row<'_>) -> rusqlite::Result<EventRow> {
    Ok(EventRow {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        time_ns: row.get::<_, i64>(1)?.cast_unsigned(),
        kind: row.get(2)?,
        tenant: row.get(3)?,
        body: row.get(4)?,
        previous: row.get(5)?,
        hash: row.get(6)?,
        mac: row.get(7)?,
    })
}

/// A branch key without its wraps.
pub(super) fn branch(row: &Row<'_>) -> rusqlite::Result<BranchRow> {
    Ok(BranchRow {
        id: row.get(0)?,
        tenant: row.get(1)?,
        group: row.get(2)?,
        generation: row.get(3)?,
        wraps: Vec::new(),
    })
}

pub(super) fn root_wrap(row: &Row<'_>) -> rusqlite::Result<RootWrap> {
    Ok(RootWrap { root: row.get(0)?, check: row.get(1)?, wrapped: row.get(2)? })
}
