//! A ledger on any database that has the port [`Sql`].

mod drain;

mod import;
mod people;
mod receipts;
mod retain;
mod verbs;
mod work;

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use taggant_core::cipher::fork;
use taggant_core::{Error, Outcome, Result};

use crate::sql::{Sql, Value};
pub use import::Imported;
use work::State;

/// A ledger whose tables are in a database.
///
/// It knows no driver: open one with a crate that has one, such as `taggant-store` for SQLite.
pub struct SqlLedger {
    sql: Arc<dyn Sql>,
    id: [u8; 16],
    state: Mutex<State>,
}

impl SqlLedger {
    /// A ledger on a database that has the tables of [`crate::schema`]. Gives it its id where it
    /// has none yet.
    ///
    /// # Errors
    /// `JournalUnavailable` where it can't be used.
    pub fn new(sql: Arc<dyn Sql>) -> Result<Self> {
        let fresh = crate::log::fresh()?;
        sql.write(&mut |transaction| {
            let row = [Value::Int(1), Value::Bytes(&fresh), Value::Null];
            let insert = "INSERT INTO ledger VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
            transaction.execute(insert, &row).map(drop)
        })?;
        Self::read_only(sql)
    }

    /// A ledger that is there, to ask it and never to change it.
    ///
    /// # Errors
    /// `JournalUnavailable` where it is none.
    pub fn read_only(sql: Arc<dyn Sql>) -> Result<Self> {
        let mut id = None;
        sql.read(&mut |transaction| {
            transaction.rows("SELECT id FROM ledger", &[], &mut |row| {
                id = Some(row.fixed(0)?);
                Ok(())
            })
        })?;
        let id = id.ok_or_else(|| {
            let what = "the database has the tables of a ledger, and no ledger in them";
            Error::new(Outcome::JournalUnavailable, what)
        })?;
        Ok(Self { sql, id, state: Mutex::new(State::new()?) })
    }

    /// Says which data folder the ledger is of, by the id that key store, anchor and journal have
    /// too. With `anew` a ledger of another folder becomes one of this.
    ///
    /// # Errors
    /// `JournalUnavailable` where it is of another folder.
    pub fn belong_to(&self, folder: [u8; 16], anew: bool) -> Result<()> {
        let mut found = None;
        self.sql.write(&mut |transaction| {
            let set = "UPDATE ledger SET folder = $1 WHERE folder IS NULL OR $2 = 1";
            transaction.execute(set, &[Value::Bytes(&folder), Value::Int(anew.into())])?;
            transaction.rows("SELECT folder FROM ledger", &[], &mut |row| {
                found = Some(row.fixed(0)?);
                Ok(())
            })
        })?;
        if found == Some(folder) {
            return Ok(());
        }
        Err(Error::new(
            Outcome::JournalUnavailable,
            "the ledger belongs to another data folder than the key store beside it: restore the \
             one that belongs here, or move it away, and a new one is made",
        ))
    }

    /// The database.
    pub(crate) fn sql(&self) -> &dyn Sql {
        &*self.sql
    }

    /// The ledger's id.
    pub(crate) fn own_id(&self) -> [u8; 16] {
        self.id
    }

    /// Who writes. No child of a fork finds it locked.
    fn lock(&self) -> Locked<'_> {
        let hold = fork::hold();
        Locked { state: self.state.lock().unwrap_or_else(PoisonError::into_inner), _hold: hold }
    }
}

/// The state, locked, and no fork until it is not.
struct Locked<'s> {
    state: MutexGuard<'s, State>,
    _hold: fork::Hold,
}
