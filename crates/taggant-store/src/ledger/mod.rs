//! The ledger of one host: what moved where, who saw it, in SQLite.

mod actors;
mod apply;
mod erasures;
mod fold;
mod queries;
mod types;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use taggant_core::cipher::fork;
use taggant_core::journal::{Batch, InstanceId, Ledger};
use taggant_core::{Outcome, Result};

pub use types::{
    Access, ActorSum, Derivation, FieldInfo, Finding, FlowEdge, Handle, Place, Receipt, ReceiptLine,
};

use crate::sqlite::Database;
use apply::Known;

const MIGRATIONS: &[&str] = &[include_str!("0001_ledger.sql")];

/// A ledger in one SQLite file.
pub struct SqliteLedger {
    database: Database,
    /// The numbers of instances that this process has drained.
    known: Mutex<HashMap<InstanceId, Known>>,
}

impl SqliteLedger {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be used.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Database::open(path, MIGRATIONS, false, Outcome::JournalUnavailable)?;
        Ok(Self { database, known: Mutex::default() })
    }

    /// Opens a ledger that is there, a copy of one for instance, to ask it and never to change it.
    ///
    /// # Errors
    /// `JournalUnavailable` where it is not there, or is none of this version.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let outcome = Outcome::JournalUnavailable;
        let database = Database::open_read_only(path, MIGRATIONS, outcome)?;
        Ok(Self { database, known: Mutex::default() })
    }
}

impl Ledger for SqliteLedger {
    fn apply(&self, batch: &Batch) -> Result<()> {
        // Before a lock that another thread may hold when it waits for a fork to pass.
        let _hold = fork::hold();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = known.remove(&batch.instance).unwrap_or_default();
        // If the transaction fails, what was learnt in it is forgotten with `own`.
        self.database.write(|transaction| apply::apply(transaction, &mut own, batch))?;
        known.insert(batch.instance, own);
        Ok(())
    }

    fn idle(&self, instance: InstanceId, through_ns: u64, ended: bool) -> Result<()> {
        if ended {
            let _hold = fork::hold();
            self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
        }
        self.database.write(|transaction| {
            transaction
                .execute(
                    "UPDATE instances SET drained_ns = max(drained_ns, ?2), ended = max(ended, ?3)
                     WHERE instance = ?1",
                    rusqlite::params![instance.0, through_ns.cast_signed(), ended],
                )
                .map(drop)
        })
    }

    fn next_sequence(&self, instance: InstanceId) -> Result<u64> {
        self.database.read(|connection| apply::next_number(connection, instance))
    }
}
