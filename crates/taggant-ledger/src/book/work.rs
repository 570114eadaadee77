//! What a process knows of the lanes that it writes to, and how it adds to them.

use std::collections::HashMap;

use taggant_core::{Error, Outcome, Result};

use super::SqlLedger;
use super::people::Cache;
use crate::fold::Names;
use crate::log::{self, Appended, Head, Signing, Vouch, fresh};
use crate::rows;
use crate::rows::People;
use crate::sql::{Transaction, Value};
use crate::wire::Entry;

/// What is kept between transactions. All of it can be read again from the database.
pub(super) struct State {
    /// By service.
    pub(super) lanes: HashMap<String, Lane>,
    pub(super) people: Cache,
    pub(super) signing: Option<Signing>,
    /// How many entries there were in the lanes where deletions stand, before the people that are
    /// known here were looked up.
    pub(super) deletions: u64,
    /// Who this process is to the leases of lanes.
    pub(super) holder: [u8; 16],
}

/// A lane that this process has leased.
pub(super) struct Lane {
    pub(super) head: Head,
    pub(super) names: Names,
}

/// The service under which a ledger itself adds: work lists, confirmations, deletions.
pub(super) const OWN: &str = "taggant";

/// How often a transaction is tried whose lane was written to by others meanwhile.
const ATTEMPTS: u32 = 64;

/// What became of a try.
pub(super) enum Try<R> {
    /// It is committed.
    Done(R),
    /// The lane has moved: read it again, and try again.
    Again,
}

impl State {
    pub(super) fn new() -> Result<Self> {
        Ok(Self {
            lanes: HashMap::new(),
            people: Cache::default(),
            signing: None,
            deletions: 0,
            holder: fresh()?,
        })
    }

    /// Forgets what is known of lanes: others have written to one, or a transaction has failed.
    pub(super) fn forget(&mut self) {
        self.lanes.clear();
        self.people.clear();
    }
}

impl SqlLedger {
    /// Tries work until no other process is in its way.
    pub(super) fn retry<R>(
        &self,
        state: &mut State,
        mut work: impl FnMut(&mut State) -> Result<Try<R>>,
    ) -> Result<R> {
        for _ in 0..ATTEMPTS {
            match work(state) {
                Ok(Try::Done(done)) => return Ok(done),
                Ok(Try::Again) => state.forget(),
                Err(error) => {
                    // What was learnt in the transaction was not committed.
                    state.forget();
                    return Err(error);
                }
            }
        }
        Err(Error::new(
            Outcome::JournalUnavailable,
            "other processes write to the same lane of the ledger all the time; try again",
        ))
    }

    /// The lane of a service, leased.
    pub(super) fn lane(&self, state: &mut State, service: &str) -> Result<()> {
        if state.lanes.contains_key(service) {
            return Ok(());
        }
        let (mut lane, vouch) = (None, self.vouch(state));
        self.sql.write(&mut |transaction| {
            let head = log::lease(transaction, self.id, service, &state.holder, &vouch)?;
            let names = Names::load(transaction, head.lane)?;
            lane = Some(Lane { head, names });
            Ok(())
        })?;
        state.lanes.insert(service.to_owned(), lane.expect("set by the transaction"));
        Ok(())
    }

    /// Who vouches for the lanes.
    pub(super) fn vouch(&self, state: &State) -> Vouch {
        match &state.signing {
            Some(signing) => signing.vouch(self.id),
            None => Vouch::new(self.id, None),
        }
    }

    /// Signs all lanes as they stand, and makes a checkpoint over them.
    pub(super) fn sign_anew(&self) -> Result<()> {
        let mut locked = self.lock();
        let state = &mut *locked.state;
        let (mut made, vouch) = (None, self.vouch(state));
        self.sql.write(&mut |transaction| {
            made = None;
            log::sign_all(transaction, &vouch)?;
            if let Some(signing) = &state.signing {
                made = signing.anew(transaction, self.id)?;
            }
            Ok(())
        })?;
        if let (Some(signing), Some(made)) = (&mut state.signing, made) {
            signing.made(made, true);
        }
        state.forget();
        Ok(())
    }

    /// Adds an entry to the lane of a service in one transaction, with a checkpoint if one is due.
    pub(super) fn add(
        &self,
        state: &mut State,
        service: &str,
        addition: &mut Addition<'_>,
    ) -> Result<Try<()>> {
        let Some(lane) = state.lanes.get(service) else { return Ok(Try::Again) };
        let (head, holder) = (&lane.head, &state.holder);
        let (mut appended, mut made, vouch) = (None, None, self.vouch(state));
        let written = self.sql.write(&mut |transaction| {
            (appended, made) = (None, None);
            let Appended::Yes(next) =
                log::append(transaction, head, addition.entry, addition.access_salt, &vouch)?
            else {
                return Err(moved());
            };
            let key = (head.lane, head.tree.size());
            if !rows::write(transaction, key, addition.entry, addition.people)? {
                return Err(foreign_rows());
            }
            if !(addition.more)(transaction)? {
                return Err(moved());
            }
            log::renew(transaction, head.lane, holder)?;
            appended = Some(next);
            if let Some(signing) = &state.signing {
                made = signing.due(transaction, self.id, false)?;
            }
            Ok(())
        });
        match written {
            Ok(()) => {}
            Err(error) if is_moved(&error) => return Ok(Try::Again),
            Err(error) => return Err(error),
        }
        if let (Some(signing), Some(made)) = (&mut state.signing, made) {
            signing.made(made, false);
        }
        if let (Some(lane), Some(next)) = (state.lanes.get_mut(service), appended) {
            lane.head = next;
        }
        Ok(Try::Done(()))
    }
}

/// How many entries there are in the lanes where deletions stand.
pub(super) fn deletions(transaction: &mut dyn Transaction) -> Result<u64> {
    let mut entries: u64 = 0;
    let sql = "SELECT size FROM lanes WHERE service = $1";
    transaction.rows(sql, &[Value::Text(OWN)], &mut |row| {
        entries = entries.saturating_add(row.count(0)?);
        Ok(())
    })?;
    Ok(entries)
}

/// What one transaction adds.
pub(super) struct Addition<'a> {
    pub(super) entry: &'a Entry,
    pub(super) access_salt: Option<[u8; 16]>,
    pub(super) people: &'a dyn People,
    /// What else belongs to the transaction; `false` where others were faster.
    pub(super) more: &'a mut dyn FnMut(&mut dyn Transaction) -> Result<bool>,
}

/// Nothing else belongs to the transaction.
pub(super) fn nothing_more(_: &mut dyn Transaction) -> Result<bool> {
    Ok(true)
}

const MOVED: &str = "the lane has moved";

/// Rolls a transaction back whose lane was written to by others; never seen outside.
fn moved() -> Error {
    Error::new(Outcome::JournalUnavailable, MOVED)
}

/// There are rows that no process can have written: what comes would be lost among them.
pub(super) fn foreign_rows() -> Error {
    Error::new(
        Outcome::JournalUnavailable,
        "the ledger has rows that taggant has not written, in the place of those that come now: \
         verify it, and restore it from before they were added",
    )
}

fn is_moved(error: &Error) -> bool {
    error.outcome() == Outcome::JournalUnavailable && error.to_string().ends_with(MOVED)
}
