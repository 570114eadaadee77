//! [`KeyStore`] on SQLite. Several processes of one host may share the file.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension, Transaction, params};
use taggant_core::key::{
    Assigned, BranchRow, DataKeyRow, EraseWork, ErasureRow, Groups, KeyStore, OwnerKind, RootWrap,
    ServiceRow,
};
use taggant_core::tag::{KeyId, SubjectTag};
use taggant_core::{Outcome, Result};

use super::rows;
use crate::sqlite::Database;

const MIGRATIONS: &[&str] = &[include_str!("0001_keys.sql")];

/// A key store in one SQLite file.
pub struct SqliteKeyStore {
    database: Database,
}

impl SqliteKeyStore {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// `KeyUnavailable` where it can't be used.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Database::open(path, MIGRATIONS, true, Outcome::KeyUnavailable)?;
        Ok(Self { database })
    }
}

fn moved(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute("UPDATE version SET value = value + 1", []).map(drop)
}

impl KeyStore for SqliteKeyStore {
    fn branches(&self, tenant: &str) -> Result<Vec<BranchRow>> {
        self.database.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT id, key_group, generation FROM branch_keys WHERE tenant = ?1",
            )?;
            let found = statement.query_map([tenant], |row| {
                Ok(BranchRow {
                    id: row.get(0)?,
                    tenant: tenant.to_owned(),
                    group: row.get(1)?,
                    generation: row.get(2)?,
                    wraps: Vec::new(),
                })
            })?;
            let mut branches = found.collect::<rusqlite::Result<Vec<_>>>()?;
            for branch in &mut branches {
                branch.wraps = wraps(connection, branch.id)?;
            }
            Ok(branches)
        })
    }

    fn insert_branch(&self, row: &BranchRow) -> Result<bool> {
        self.database.write(|transaction| {
            let inserted = transaction.execute(
                "INSERT OR IGNORE INTO branch_keys VALUES (?1, ?2, ?3, ?4)",
                params![row.id, row.tenant, row.group, row.generation],
            )?;
            if inserted == 1 {
                insert_wraps(transaction, row.id, &row.wraps)?;
            }
            Ok(inserted == 1)
        })
    }

    fn set_root_wraps(&self, branch: [u8; 16], wraps: &[RootWrap]) -> Result<()> {
        self.database.write(|transaction| {
            transaction.execute("DELETE FROM root_wraps WHERE branch = ?1", [branch])?;
            insert_wraps(transaction, branch, wraps)
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

    fn insert_service_key(&self, row: &ServiceRow) -> Result<bool> {
        self.database.write(|transaction| {
            let inserted = transaction.execute(
                "INSERT OR IGNORE INTO service_keys VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                params![row.tenant, row.kind, row.scope, row.generation, row.branch, row.wrapped],
            )?;
            Ok(inserted == 1)
        })
    }

    fn data_key(&self, id: KeyId) -> Result<Option<DataKeyRow>> {
        self.database.read(|connection| {
            let sql = format!("SELECT {} FROM data_keys WHERE id = ?1", rows::DATA_KEY);
            connection.prepare_cached(&sql)?.query_row([id.0], rows::data_key).optional()
        })
    }

    fn active_keys(
        &self,
        tenant: &str,
        group: &str,
        kind: OwnerKind,
        owners: &[&[u8]],
    ) -> Result<Vec<DataKeyRow>> {
        self.database.read(|connection| {
            let transaction = connection.transaction()?;
            let mut found = Vec::new();
            for owner in owners {
                found.extend(active_key(&transaction, tenant, group, kind, owner)?);
            }
            Ok(found)
        })
    }

    fn assign(&self, proposed: &[DataKeyRow]) -> Result<Vec<Assigned>> {
        self.database
            .write(|transaction| proposed.iter().map(|row| assign_one(transaction, row)).collect())
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
            statement.query_map(params![tenant, after, limit], rows::data_key)?.collect()
        })
    }

    fn update(&self, changed: &[DataKeyRow]) -> Result<()> {
        if changed.is_empty() {
            return Ok(());
        }
        self.database.write(|transaction| {
            changed.iter().try_for_each(|row| rows::update_data_key(transaction, row))?;
            moved(transaction)
        })
    }

    fn erase(
        &self,
        tenant: &str,
        subject: SubjectTag,
        groups: &Groups,
        plan: &mut dyn FnMut(EraseWork) -> Result<(ErasureRow, Vec<DataKeyRow>)>,
    ) -> Result<()> {
        self.database.try_write(|transaction| {
            let work = erase_work(transaction, tenant, subject, groups)
                .map_err(|error| self.database.explain(&error))?;
            let (row, destroyed) = plan(work)?;
            rows::insert_erasure(transaction, &row)
                .and_then(|()| {
                    destroyed.iter().try_for_each(|row| rows::update_data_key(transaction, row))
                })
                .and_then(|()| moved(transaction))
                .map_err(|error| self.database.explain(&error))
        })?;
        // The log still holds the pages as they were. A reader of another process may keep it for
        // now; then the next checkpoint takes it.
        self.database.read(|connection| {
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
        })
    }

    fn erasures(&self, from: u64) -> Result<Vec<ErasureRow>> {
        self.database.read(|connection| {
            let sql = format!(
                "SELECT {} FROM erasures WHERE number >= ?1 ORDER BY number",
                rows::ERASURE
            );
            let mut statement = connection.prepare_cached(&sql)?;
            statement.query_map([from.cast_signed()], rows::erasure)?.collect()
        })
    }

    fn head(&self) -> Result<(u64, Option<ErasureRow>)> {
        self.database.read(|connection| {
            let count: i64 =
                connection.query_row("SELECT count(*) FROM erasures", [], |row| row.get(0))?;
            Ok((count.cast_unsigned(), last_erasure(connection)?))
        })
    }

    fn set_hold(&self, tenant: &str, subject: SubjectTag, mac: Option<[u8; 32]>) -> Result<()> {
        self.database.write(|transaction| {
            match mac {
                Some(mac) => transaction.execute(
                    "INSERT OR REPLACE INTO holds VALUES (?1, ?2, ?3)",
                    params![tenant, subject.0, mac],
                ),
                None => transaction.execute(
                    "DELETE FROM holds WHERE tenant = ?1 AND subject = ?2",
                    params![tenant, subject.0],
                ),
            }
            .map(drop)
        })
    }

    fn version(&self) -> Result<u64> {
        self.database.read(|connection| {
            connection
                .query_row("SELECT value FROM version", [], |row| row.get::<_, i64>(0))
                .map(i64::cast_unsigned)
        })
    }
}

fn wraps(connection: &Connection, branch: [u8; 16]) -> rusqlite::Result<Vec<RootWrap>> {
    let mut statement = connection
        .prepare_cached("SELECT root, check_value, wrapped FROM root_wraps WHERE branch = ?1")?;
    let found = statement.query_map([branch], |row| {
        Ok(RootWrap { root: row.get(0)?, check: row.get(1)?, wrapped: row.get(2)? })
    })?;
    found.collect()
}

fn insert_wraps(
    transaction: &Transaction<'_>,
    branch: [u8; 16],
    wraps: &[RootWrap],
) -> rusqlite::Result<()> {
    for wrap in wraps {
        transaction.execute(
            "INSERT INTO root_wraps VALUES (?1, ?2, ?3, ?4)",
            params![branch, wrap.root, wrap.check, wrap.wrapped],
        )?;
    }
    Ok(())
}

fn active_key(
    connection: &Connection,
    tenant: &str,
    group: &str,
    kind: OwnerKind,
    owner: &[u8],
) -> rusqlite::Result<Option<DataKeyRow>> {
    let sql = format!(
        "SELECT {} FROM data_keys
         WHERE tenant = ?1 AND owner = ?2 AND owner_kind = ?3 AND key_group = ?4 AND state = 1",
        rows::DATA_KEY
    );
    connection
        .prepare_cached(&sql)?
        .query_row(params![tenant, owner, kind as u8, group], rows::data_key)
        .optional()
}

fn assign_one(transaction: &Transaction<'_>, row: &DataKeyRow) -> rusqlite::Result<Assigned> {
    let DataKeyRow { tenant, group, owner_kind, owner, .. } = row;
    // The transaction excludes every other writer: nobody is fenced between this look and the
    // insert.
    if *owner_kind == OwnerKind::Subject && is_fenced(transaction, tenant, owner, group)? {
        return Ok(Assigned::Erased);
    }
    if let Some(theirs) = active_key(transaction, tenant, group, *owner_kind, owner)? {
        return Ok(Assigned::Existing(theirs));
    }
    rows::insert_data_key(transaction, row)?;
    Ok(Assigned::New)
}

fn is_fenced(
    transaction: &Transaction<'_>,
    tenant: &str,
    subject: &[u8],
    group: &str,
) -> rusqlite::Result<bool> {
    let mut statement = transaction
        .prepare_cached("SELECT key_groups FROM erasures WHERE tenant = ?1 AND subject = ?2")?;
    let mut found = statement.query_map(params![tenant, subject], |row| row.get::<_, String>(0))?;
    found
        .try_fold(false, |fenced, groups| Ok(fenced || Groups::from_text(&groups?).contains(group)))
}

fn erase_work(
    transaction: &Transaction<'_>,
    tenant: &str,
    subject: SubjectTag,
    groups: &Groups,
) -> rusqlite::Result<EraseWork> {
    let sql = format!(
        "SELECT {} FROM data_keys
         WHERE tenant = ?1 AND owner = ?2 AND owner_kind = 1 AND wrapped IS NOT NULL",
        rows::DATA_KEY
    );
    let mut statement = transaction.prepare_cached(&sql)?;
    let found = statement.query_map(params![tenant, subject.0], rows::data_key)?;
    let mut keys = found.collect::<rusqlite::Result<Vec<_>>>()?;
    keys.retain(|key| groups.contains(&key.group));
    let hold = transaction
        .query_row(
            "SELECT mac FROM holds WHERE tenant = ?1 AND subject = ?2",
            params![tenant, subject.0],
            |row| row.get(0),
        )
        .optional()?;
    Ok(EraseWork { head: last_erasure(transaction)?, keys, hold })
}

fn last_erasure(connection: &Connection) -> rusqlite::Result<Option<ErasureRow>> {
    let sql = format!("SELECT {} FROM erasures ORDER BY number DESC LIMIT 1", rows::ERASURE);
    connection.prepare_cached(&sql)?.query_row([], rows::erasure).optional()
}
