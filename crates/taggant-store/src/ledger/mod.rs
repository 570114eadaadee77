//! The ledger of one host: what moved where, who saw it, in SQLite.

mod actors;
mod apply;
mod define;
mod erasures;
mod fold;
mod known;
mod proof;
mod queries;
mod retain;
mod types;

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use taggant_core::cipher::fork;
use taggant_core::journal::{Batch, InstanceId, Ledger};
use taggant_core::{Outcome, Result};

pub use proof::{CheckpointSigner, Tampering, Verification, VerifyOptions};
pub use types::{
    Access, ActorSum, Derivation, FieldInfo, Finding, FlowEdge, Handle, Place, Receipt, ReceiptLine,
};

use crate::sqlite::Database;
use known::Known;
use proof::{Recorder, Signing};

const MIGRATIONS: &[&str] = &[include_str!("0001_ledger.sql")];

/// A ledger in one SQLite file.
pub struct SqliteLedger {
    database: Database,
    /// The numbers of instances that this process has drained.
    known: Mutex<HashMap<InstanceId, Known>>,
    signing: Mutex<Option<Signing>>,
}

impl SqliteLedger {
    /// Opens or makes the file.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be used.
    pub fn open(path: &Path) -> Result<Self> {
        let database = Database::open(path, MIGRATIONS, false, Outcome::JournalUnavailable)?;
        database.write(proof::begin)?;
        Ok(Self { database, known: Mutex::default(), signing: Mutex::default() })
    }

    /// Opens a ledger that is there, a copy of one for instance, to ask it and never to change it.
    ///
    /// # Errors
    /// `JournalUnavailable` where it is not there, or is none of this version.
    pub fn open_read_only(path: &Path) -> Result<Self> {
        let outcome = Outcome::JournalUnavailable;
        let database = Database::open_read_only(path, MIGRATIONS, outcome)?;
        Ok(Self { database, known: Mutex::default(), signing: Mutex::default() })
    }

    /// The random id of this ledger.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn id(&self) -> Result<[u8; 16]> {
        self.database
            .read(|connection| connection.query_row("SELECT id FROM log", [], |row| row.get(0)))
    }

    /// Has checkpoints signed from now on.
    pub fn sign_with(&self, signer: Arc<dyn CheckpointSigner>) {
        let _hold = fork::hold();
        *self.signing.lock().unwrap_or_else(PoisonError::into_inner) = Some(Signing::new(signer));
    }

    /// Changes covered tables in one transaction, as one entry of the log.
    fn record<R>(&self, work: impl FnOnce(&mut Recorder<'_>) -> rusqlite::Result<R>) -> Result<R> {
        self.signed(false, |transaction| {
            let mut recorder = Recorder::new(transaction);
            let done = work(&mut recorder)?;
            recorder.finish(None)?;
            Ok(done)
        })
    }

    /// Runs a transaction and makes a checkpoint in it if one is due.
    fn signed<R>(
        &self,
        at_once: bool,
        work: impl FnOnce(&rusqlite::Transaction<'_>) -> rusqlite::Result<R>,
    ) -> Result<R> {
        // Before a lock that another thread may hold when it waits for a fork to pass.
        let _hold = fork::hold();
        let mut signing = self.signing.lock().unwrap_or_else(PoisonError::into_inner);
        let (done, made) = self.database.write(|transaction| {
            let done = work(transaction)?;
            let made = match &*signing {
                Some(signing) => signing.due(transaction, at_once)?,
                None => None,
            };
            Ok((done, made))
        })?;
        if let (Some(signing), Some(made)) = (&mut *signing, made) {
            signing.made(made);
        }
        Ok(done)
    }
}

impl Ledger for SqliteLedger {
    fn apply(&self, batch: &Batch) -> Result<()> {
        // Before a lock that another thread may hold when it waits for a fork to pass.
        let _hold = fork::hold();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut own = known.remove(&batch.instance).unwrap_or_default();
        // If the transaction fails, what was learnt in it is forgotten with `own`.
        self.signed(false, |transaction| apply::apply(transaction, &mut own, batch))?;
        known.insert(batch.instance, own);
        Ok(())
    }

    fn idle(&self, instance: InstanceId, through_ns: u64, ended: bool) -> Result<()> {
        if ended {
            let _hold = fork::hold();
            self.known.lock().unwrap_or_else(PoisonError::into_inner).remove(&instance);
        }
        self.signed(ended, |transaction| {
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
