//! What is written: each statement has what was read before in its condition, and says whether it
//! was still so.

use rusqlite::{Transaction, params};
use taggant_core::key::{
    BranchRow, Change, DataKeyRow, EventRow, Fence, Folder, OwnerKind, Proposal, RootWrap,
    ServiceRow, Swap,
};
use taggant_core::tag::SubjectTag;

/// All of a change, or `false`.
pub(super) fn change(
    transaction: &Transaction<'_>,
    head: Option<&EventRow>,
    change: &Change,
) -> rusqlite::Result<bool> {
    if !event(transaction, head, &change.event)? {
        return Ok(false);
    }
    if let Some(made) = &change.folder
        && !folder(transaction, made)?
    {
        return Ok(false);
    }
    for row in &change.branches {
        if !branch(transaction, row)? {
            return Ok(false);
        }
    }
    for row in &change.services {
        if !service(transaction, row)? {
            return Ok(false);
        }
    }
    for one in &change.keys {
        if !swap(transaction, one)? {
            return Ok(false);
        }
    }
    change.fence.as_ref().map_or(Ok(true), |around| fence(transaction, around))
}

/// The next entry, if the head is the last one: an entry of its number is what shows another.
fn event(
    transaction: &Transaction<'_>,
    head: Option<&EventRow>,
    row: &EventRow,
) -> rusqlite::Result<bool> {
    let (number, hash) = head.map_or((0, [0; 32]), |head| (head.number, head.hash));
    let mut statement = transaction.prepare_cached(
        "INSERT INTO key_events (number, time_ns, kind, tenant, body, previous, hash, mac)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
         WHERE ?9 = 0 OR EXISTS (SELECT 1 FROM key_events WHERE number = ?9 AND hash = ?10)
         ON CONFLICT DO NOTHING",
    )?;
    let inserted = statement.execute(params![
        row.number.cast_signed(),
        row.time_ns.cast_signed(),
        row.kind,
        row.tenant,
        row.body,
        row.previous,
        row.hash,
        row.mac,
        number.cast_signed(),
        hash,
    ])?;
    Ok(inserted == 1 && row.number == number + 1)
}

fn folder(transaction: &Transaction<'_>, folder: &Folder) -> rusqlite::Result<bool> {
    let inserted = transaction.execute(
        "INSERT INTO folder (only, id, format) VALUES (1, ?1, ?2) ON CONFLICT DO NOTHING",
        params![folder.id, folder.format],
    )?;
    Ok(inserted == 1)
}

fn branch(transaction: &Transaction<'_>, row: &BranchRow) -> rusqlite::Result<bool> {
    let inserted = transaction.execute(
        "INSERT INTO branch_keys (id, tenant, key_group, generation) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT DO NOTHING",
        params![row.id, row.tenant, row.group, row.generation],
    )?;
    if inserted == 1 {
        root_wraps(transaction, row.id, &row.wraps)?;
    }
    Ok(inserted == 1)
}

pub(super) fn root_wraps(
    transaction: &Transaction<'_>,
    branch: [u8; 16],
    wraps: &[RootWrap],
) -> rusqlite::Result<()> {
    for wrap in wraps {
        transaction.execute(
            "INSERT INTO root_wraps (branch, root, check_value, wrapped) VALUES (?1, ?2, ?3, ?4)",
            params![branch, wrap.root, wrap.check, wrap.wrapped],
        )?;
    }
    Ok(())
}

fn service(transaction: &Transaction<'_>, row: &ServiceRow) -> rusqlite::Result<bool> {
    let inserted = transaction.execute(
        "INSERT INTO service_keys (tenant, kind, scope, generation, branch, wrapped)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT DO NOTHING",
        params![row.tenant, row.kind, row.scope, row.generation, row.branch, row.wrapped],
    )?;
    Ok(inserted == 1)
}

/// Replaces a data key, if it is what was read. `secure_delete` overwrites what the row held.
pub(super) fn swap(transaction: &Transaction<'_>, swap: &Swap) -> rusqlite::Result<bool> {
    let ((state, mac), row) = (swap.was, &swap.row);
    let mut statement = transaction.prepare_cached(
        "UPDATE data_keys SET branch = ?2, state = ?3, wrapped = ?4, mac = ?5
         WHERE id = ?1 AND state = ?6 AND mac = ?7",
    )?;
    let changed = statement.execute(params![
        row.id.0,
        row.branch,
        row.state as u8,
        row.wrapped,
        row.mac,
        state as u8,
        mac,
    ])?;
    Ok(changed == 1)
}

/// Counts a person's version up, if it is what was read.
fn count_up(
    transaction: &Transaction<'_>,
    tenant: &str,
    tag: &[u8],
    version: u64,
) -> rusqlite::Result<bool> {
    let sql = if version == 0 {
        "INSERT INTO subjects (tenant, tag, version, fenced) VALUES (?1, ?2, ?3 + 1, '')
         ON CONFLICT DO NOTHING"
    } else {
        "UPDATE subjects SET version = version + 1 WHERE tenant = ?1 AND tag = ?2 AND version = ?3"
    };
    let mut statement = transaction.prepare_cached(sql)?;
    Ok(statement.execute(params![tenant, tag, version.cast_signed()])? == 1)
}

fn fence(transaction: &Transaction<'_>, fence: &Fence) -> rusqlite::Result<bool> {
    let Fence { tenant, subject: SubjectTag(tag), version, groups } = fence;
    if !count_up(transaction, tenant, tag, *version)? {
        return Ok(false);
    }
    let changed = transaction.execute(
        "UPDATE subjects SET fenced = ?3 WHERE tenant = ?1 AND tag = ?2",
        params![tenant, tag, groups.to_text()],
    )?;
    Ok(changed == 1)
}

/// Gives a key to its owner, if they stand as they did.
pub(super) fn assign(transaction: &Transaction<'_>, proposal: &Proposal) -> rusqlite::Result<bool> {
    let Proposal { row, version } = proposal;
    let is_person = row.owner_kind == OwnerKind::Subject;
    if is_person && !count_up(transaction, &row.tenant, &row.owner, *version)? {
        return Ok(false);
    }
    data_key(transaction, row)
}

fn data_key(transaction: &Transaction<'_>, row: &DataKeyRow) -> rusqlite::Result<bool> {
    let mut statement = transaction.prepare_cached(
        "INSERT INTO data_keys (id, tenant, key_group, generation, branch, owner_kind, owner,
             state, wrapped, created_ns, mac)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11) ON CONFLICT DO NOTHING",
    )?;
    let inserted = statement.execute(params![
        row.id.0,
        row.tenant,
        row.group,
        row.generation,
        row.branch,
        row.owner_kind as u8,
        row.owner,
        row.state as u8,
        row.wrapped,
        row.created_ns.cast_signed(),
        row.mac,
    ])?;
    Ok(inserted == 1)
}
