//! [`KeyStore`] on SQLite. Several processes of one host may share the file.

use std::path::Path;
use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use taggant_core::key::{
    BranchRow, Change, DataKeyRow, EraseWork, EventRow, Folder, Groups, KeyStore, OwnerKind,
    Proposal, RootWrap, ServiceRow, Standing, Swap, Watermark,
};
use taggant_core::tag::{KeyId, SubjectTag};
use taggant_core::{Outcome, Result};

use super::overwrite::{self, Overwriting};
use super::{rows, write};
use crate::sqlite::Database;

const MIGRATIONS: &[&str] = &[include_str!("0001_keys.sql")];

/// A key store in one SQLite file.
pub struct SqliteKeyStore {
    database: Arc<Database>,
    overwriting: Arc<Overwriting>,
}

impl SqliteKeyStore {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be used or a newer version of taggant wrote it; `Tampered`
    /// where it has a table, view, index or trigger that is not ours.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Database::open(path, MIGRATIONS, true, Outcome::KeyUnavailable)?;
        let database = Arc::new(database.guarded(MIGRATIONS)?);
        let store = Self { database, overwriting: Arc::new(Overwriting::new()) };
        // What a process that died has left.
        store.overwritten()?;
        Ok(store)
    }

    /// Writes a copy of what is committed now to a file that is empty or not there. Others go on
    /// meanwhile; nothing of deleted rows is in the copy.
    ///
    /// # Errors
    /// `KeyUnavailable`.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        self.database.copy_to(path)
    }
}

impl KeyStore for SqliteKeyStore {
    fn folder(&self) -> Result<Option<Folder>> {
        self.database.read(|connection| {
            let read =
                |row: &rusqlite::Row<'_>| Ok(Folder { id: row.get(0)?, format: row.get(1)? });
            connection.query_row("SELECT id, format FROM folder", [], read).optional()
        })
    }

    fn watermark(&self) -> Result<Watermark> {
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            let sql =
                format!("SELECT {} FROM key_events ORDER BY number DESC LIMIT 1", rows::EVENT);
            let head = transaction.prepare_cached(&sql)?.query_row([], rows::event).optional()?;
            let count: i64 =
                transaction.query_row("SELECT count(*) FROM key_events", [], |row| row.get(0))?;
            Ok(Watermark { count: count.cast_unsigned(), head })
        })
    }

    fn history(&self, from: u64) -> Result<Vec<EventRow>> {
        self.database.read(|connection| {
            let sql = format!(
                "SELECT {} FROM key_events WHERE number >= ?1 ORDER BY number",
                rows::EVENT
            );
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map([from.cast_signed()], rows::event)?.collect()
        })
    }

    fn commit(&self, head: Option<&EventRow>, change: &Change) -> Result<bool> {
        let is_done =
            self.database.change(|transaction| write::change(transaction, head, change))?;
        if is_done && change.fence.is_some() {
            // It has happened, whatever fails from here on: `overwritten` tells.
            let _ = self.overwritten();
        }
        Ok(is_done)
    }

    fn ledger_head(&self, ledger: [u8; 16]) -> Result<Option<Vec<u8>>> {
        self.database.read(|connection| {
            let sql = "SELECT head FROM ledger_heads WHERE ledger = ?1";
            connection.query_row(sql, [ledger], |row| row.get(0)).optional()
        })
    }

    fn keep_ledger_head(&self, ledger: [u8; 16], number: u64, head: &[u8]) -> Result<()> {
        self.database.write(|transaction| {
            let sql = "INSERT INTO ledger_heads VALUES (?1, ?2, ?3)
                       ON CONFLICT (ledger) DO UPDATE SET number = excluded.number,
                           head = excluded.head
                       WHERE ledger_heads.number <= excluded.number";
            transaction.execute(sql, params![ledger, number.cast_signed(), head]).map(drop)
        })
    }

    fn overwritten(&self) -> Result<u64> {
        overwrite::start(&self.database, &self.overwriting)
    }

    fn tenants(&self) -> Result<Vec<String>> {
        self.database.read(|connection| {
            let mut statement =
                connection.prepare_cached("SELECT DISTINCT tenant FROM branch_keys")?;
            statement.query_map([], |row| row.get(0))?.collect()
        })
    }

    fn branches(&self, tenant: &str) -> Result<Vec<BranchRow>> {
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            let mut statement = transaction.prepare_cached(
                "SELECT id, tenant, key_group, generation FROM branch_keys WHERE tenant = ?1",
            )?;
            let found = statement.query_map([tenant], rows::branch)?;
            let mut branches = found.collect::<rusqlite::Result<Vec<_>>>()?;
            for branch in &mut branches {
                branch.wraps = wraps(&transaction, branch.id)?;
            }
            Ok(branches)
        })
    }

    fn swap_root_wraps(
        &self,
        branch: [u8; 16],
        was: &[RootWrap],
        wraps: &[RootWrap],
    ) -> Result<bool> {
        self.database.change(|transaction| {
            if self::wraps(transaction, branch)? != was {
                return Ok(false);
            }
            let gone = transaction.execute("DELETE FROM root_wraps WHERE branch = ?1", [branch])?;
            write::root_wraps(transaction, branch, wraps)?;
            Ok(gone == was.len())
        })
    }

    fn service_keys(&self, tenant: &str, kind: &str, scope: &[u8]) -> Result<Vec<ServiceRow>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT generation, branch, wrapped FROM service_keys
                 WHERE tenant = ?1 AND kind = ?2 AND scope = ?3",
            )?;
            let found = statement.query_map(params![tenant, kind, scope], |row| {
                Ok(ServiceRow {
                    kind: kind.to_owned(),
                    tenant: tenant.to_owned(),
                    scope: scope.to_vec(),
                    generation: row.get(0)?,
                    branch: row.get(1)?,
                    wrapped: row.get(2)?,
                })
            })?;
            found.collect()
        })
    }

    fn data_keys(&self, ids: &[KeyId]) -> Result<Vec<DataKeyRow>> {
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            let sql = format!("SELECT {} FROM data_keys WHERE id = ?1", rows::DATA_KEY);
            let mut statement = transaction.prepare_cached(&sql)?;
            let mut found = Vec::new();
            for id in ids {
                let row = statement.query_row([id.0], rows::data_key).optional()?;
                found.extend(row);
            }
            Ok(found)
        })
    }

    fn list(&self, tenant: &str, after: Option<KeyId>, limit: usize) -> Result<Vec<DataKeyRow>> {
        self.database.read(|connection| {
            let sql = format!(
                "SELECT {} FROM data_keys WHERE tenant = ?1 AND id > ?2 ORDER BY id LIMIT ?3",
                rows::DATA_KEY
            );
            let after: &[u8] = after.as_ref().map_or(&[], |id| &id.0);
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let mut statement = connection.prepare_cached(&sql)?;
            let found = statement.query_map(params![tenant, after, limit], rows::data_key)?;
            found.collect()
        })
    }

    fn standings(
        &self,
        tenant: &str,
        group: &str,
        generation: u32,
        kind: OwnerKind,
        owners: &[&[u8]],
    ) -> Result<Vec<Standing>> {
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            let standing = |owner: &&[u8]| {
                let mut standing = match kind {
                    OwnerKind::Subject => subject(&transaction, tenant, owner)?,
                    OwnerKind::Dataset => Standing::default(),
                };
                if kind == OwnerKind::Subject {
                    standing.keys = count_keys(&transaction, tenant, owner)?;
                }
                standing.key = active_key(&transaction, tenant, group, generation, kind, owner)?;
                Ok(standing)
            };
            owners.iter().map(standing).collect()
        })
    }

    fn assign(&self, proposals: &[Proposal]) -> Result<Vec<bool>> {
        self.database.write(|transaction| {
            proposals.iter().map(|proposal| write::assign(transaction, proposal)).collect()
        })
    }

    fn assign_in_turn(&self, proposed: &mut dyn FnMut() -> Vec<Proposal>) -> Result<Vec<bool>> {
        let turn = self.database.turn();
        let proposals = proposed();
        self.database.write_in_turn(&turn, |transaction| {
            proposals.iter().map(|proposal| write::assign(transaction, proposal)).collect()
        })
    }

    fn knows(&self, tenant: &str, subjects: &[SubjectTag]) -> Result<Vec<bool>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM subjects WHERE tenant = ?1 AND tag = ?2)
                     OR EXISTS (SELECT 1 FROM data_keys
                                WHERE tenant = ?1 AND owner = ?2 AND owner_kind = 1)",
            )?;
            let mut knows = |SubjectTag(tag): &SubjectTag| {
                statement.query_row(params![tenant, tag], |row| row.get(0))
            };
            subjects.iter().map(&mut knows).collect()
        })
    }

    fn swap(&self, swaps: &[Swap]) -> Result<usize> {
        self.database.write(|transaction| {
            let mut changed = 0;
            for swap in swaps {
                changed += usize::from(write::swap(transaction, swap)?);
            }
            Ok(changed)
        })
    }

    fn erase_work(&self, tenant: &str, subject: SubjectTag, groups: &Groups) -> Result<EraseWork> {
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            let Standing { version, .. } = self::subject(&transaction, tenant, &subject.0)?;
            let sql = format!(
                "SELECT {} FROM data_keys
                 WHERE tenant = ?1 AND owner = ?2 AND owner_kind = 1 AND wrapped IS NOT NULL",
                rows::DATA_KEY
            );
            let mut statement = transaction.prepare_cached(&sql)?;
            let found = statement.query_map(params![tenant, subject.0], rows::data_key)?;
            let mut keys = found.collect::<rusqlite::Result<Vec<_>>>()?;
            keys.retain(|key| groups.contains(&key.group));
            Ok(EraseWork { version, keys })
        })
    }
}

fn wraps(connection: &Connection, branch: [u8; 16]) -> rusqlite::Result<Vec<RootWrap>> {
    let mut statement = connection.prepare_cached(
        "SELECT root, check_value, wrapped FROM root_wraps WHERE branch = ?1 ORDER BY root",
    )?;
    statement.query_map([branch], rows::root_wrap)?.collect()
}

/// Version and fence of a person.
fn subject(transaction: &Transaction<'_>, tenant: &str, tag: &[u8]) -> rusqlite::Result<Standing> {
    let mut statement = transaction
        .prepare_cached("SELECT version, fenced FROM subjects WHERE tenant = ?1 AND tag = ?2")?;
    let found = statement.query_row(params![tenant, tag], |row| {
        let version = row.get::<_, i64>(0)?.cast_unsigned();
        let fenced: String = row.get(1)?;
        let fenced = (!fenced.is_empty()).then(|| Groups::from_text(&fenced));
        Ok(Standing { version, fenced, ..Standing::default() })
    });
    Ok(found.optional()?.unwrap_or_default())
}

/// How many data keys a person has a row of.
fn count_keys(transaction: &Transaction<'_>, tenant: &str, tag: &[u8]) -> rusqlite::Result<u64> {
    let mut statement = transaction.prepare_cached(
        "SELECT count(*) FROM data_keys WHERE tenant = ?1 AND owner = ?2 AND owner_kind = 1",
    )?;
    let count: i64 = statement.query_row(params![tenant, tag], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

fn active_key(
    transaction: &Transaction<'_>,
    tenant: &str,
    group: &str,
    generation: u32,
    kind: OwnerKind,
    owner: &[u8],
) -> rusqlite::Result<Option<DataKeyRow>> {
    let mut statement = transaction.prepare_cached(
        "SELECT id, tenant, key_group, generation, branch, owner_kind, owner, state, wrapped,
             created_ns, mac
         FROM data_keys
         WHERE tenant = ?1 AND owner = ?2 AND owner_kind = ?3 AND key_group = ?4
             AND generation = ?5 AND state = 1",
    )?;
    let values = params![tenant, owner, kind as u8, group, generation];
    statement.query_row(values, rows::data_key).optional()
}
