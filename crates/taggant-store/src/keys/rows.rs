//! Rows to structs and back.

use rusqlite::{Row, Transaction, params};
use taggant_core::key::{DataKeyRow, ErasureRow, Groups, KeyState, OwnerKind};
use taggant_core::tag::{KeyId, SubjectTag};

pub(super) const DATA_KEY: &str =
    "id, tenant, key_group, branch, owner_kind, owner, state, wrapped, created_ns, mac";

pub(super) fn data_key(row: &Row<'_>) -> rusqlite::Result<DataKeyRow> {
    let state: u8 = row.get(6)?;
    let kind: u8 = row.get(4)?;
    Ok(DataKeyRow {
        id: KeyId(row.get(0)?),
        tenant: row.get(1)?,
        group: row.get(2)?,
        branch: row.get(3)?,
        owner_kind: match kind {
            1 => OwnerKind::Subject,
            2 => OwnerKind::Dataset,
            _ => return Err(rusqlite::Error::IntegralValueOutOfRange(4, kind.into())),
        },
        owner: row.get(5)?,
        state: KeyState::from_code(state)
            .ok_or(rusqlite::Error::IntegralValueOutOfRange(6, state.into()))?,
        wrapped: row.get(7)?,
        created_ns: row.get::<_, i64>(8)?.cast_unsigned(),
        mac: row.get(9)?,
    })
}

pub(super) fn insert_data_key(
    transaction: &Transaction<'_>,
    row: &DataKeyRow,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO data_keys
             (id, tenant, key_group, branch, owner_kind, owner, state, wrapped, created_ns, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
    )?;
    statement.execute(params![
        row.id.0,
        row.tenant,
        row.group,
        row.branch,
        row.owner_kind as u8,
        row.owner,
        row.state as u8,
        row.wrapped,
        row.created_ns.cast_signed(),
        row.mac,
    ])?;
    Ok(())
}

pub(super) fn update_data_key(
    transaction: &Transaction<'_>,
    row: &DataKeyRow,
) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached(
        // An erasure that came in between stays: its key must not come back.
        "UPDATE data_keys SET branch = ?2, state = ?3, wrapped = ?4, mac = ?5
         WHERE id = ?1 AND wrapped IS NOT NULL",
    )?;
    // `secure_delete` overwrites what the row held before.
    statement.execute(params![row.id.0, row.branch, row.state as u8, row.wrapped, row.mac])?;
    Ok(())
}

pub(super) const ERASURE: &str =
    "number, time_ns, tenant, subject, key_groups, previous, hash, mac";

pub(super) fn erasure(row: &Row<'_>) -> rusqlite::Result<ErasureRow> {
    Ok(ErasureRow {
        number: row.get::<_, i64>(0)?.cast_unsigned(),
        time_ns: row.get::<_, i64>(1)?.cast_unsigned(),
        tenant: row.get(2)?,
        subject: SubjectTag(row.get(3)?),
        groups: Groups::from_text(&row.get::<_, String>(4)?),
        previous: row.get(5)?,
        hash: row.get(6)?,
        mac: row.get(7)?,
    })
}

pub(super) fn insert_erasure(
    transaction: &Transaction<'_>,
    row: &ErasureRow,
) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO erasures VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        params![
            row.number.cast_signed(),
            row.time_ns.cast_signed(),
            row.tenant,
            row.subject.0,
            row.groups.to_text(),
            row.previous,
            row.hash,
            row.mac,
        ],
    )?;
    Ok(())
}
