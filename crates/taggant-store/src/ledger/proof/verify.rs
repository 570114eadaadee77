//! Folds the log again and compares it with the tables and the checkpoints.

use rusqlite::{Connection, Row};
use serde::Serialize;
use taggant_core::{Error, Outcome, Result, hex};

use super::checkpoint::origin;
use super::heads::Heads;
use super::log::Log;
use super::{compare, note, refold};
use crate::ledger::SqliteLedger;

/// What a ledger is compared with besides itself.
#[derive(Clone, Debug)]
pub struct VerifyOptions {
    /// The key that its checkpoints must be signed with, from the key store.
    pub public_key: Option<[u8; 32]>,
    /// A checkpoint of it that was kept elsewhere. Without `public_key` its key is believed.
    pub against: Option<String>,
    /// Number and hash of all erasures, from the key store, in order.
    pub erasures: Option<Vec<(u64, [u8; 32])>>,
    /// How many findings are listed; the others are counted.
    pub max_findings: usize,
}

impl Default for VerifyOptions {
    fn default() -> Self {
        Self { public_key: None, against: None, erasures: None, max_findings: 100 }
    }
}

/// Something that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Tampering {
    /// `changed`, `missing`, `inserted`, `checkpoint`, `rolled_back`, `erasures`, `journal`,
    /// `schema` or `log`.
    pub kind: String,
    /// The table that it is about.
    pub table: String,
    /// What is wrong. Rows are named by their numbers.
    pub what: String,
}

/// What was found, and how much was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verification {
    /// The ledger's id in hex.
    pub ledger: String,
    /// Entries of the log.
    pub entries: u64,
    /// Events that they add up to.
    pub events: u64,
    /// Rows that were compared.
    pub rows: u64,
    /// Checkpoints.
    pub checkpoints: u64,
    /// Entries after the last checkpoint: a change of these can't be found.
    pub unsigned: u64,
    /// Entries whose rows were dropped, lawfully.
    pub dropped: u64,
    /// Numbers of events that a process claimed and was killed before it wrote them.
    pub gaps: u64,
    /// The key that checkpoints were checked with, as other tools take it; empty if there is none.
    pub key: String,
    /// Where that key came from: `given`, `against`, or `ledger`: believed without a reason.
    pub key_from: String,
    /// What is not as it was written.
    pub findings: Vec<Tampering>,
    /// Findings that are not listed.
    pub more: u64,
}

impl Verification {
    /// Whether everything is as it was written.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty()
    }
}

/// Collects findings up to a number.
pub(super) struct Findings {
    list: Vec<Tampering>,
    most: usize,
    more: u64,
}

impl Findings {
    pub(super) fn add(&mut self, kind: &str, table: &str, what: impl Into<String>) {
        if self.list.len() < self.most {
            let (kind, table) = (kind.to_owned(), table.to_owned());
            self.list.push(Tampering { kind, table, what: what.into() });
        } else {
            self.more += 1;
        }
    }
}

impl SqliteLedger {
    /// Folds every entry again, from the first, and compares what comes out with the tables, the
    /// tree with the checkpoints, and these with what was kept elsewhere. Needs temporary disk
    /// space of about the ledger's size; others may go on writing meanwhile.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be read, `Invalid` where `against` is no
    /// checkpoint.
    pub fn verify(&self, options: &VerifyOptions) -> Result<Verification> {
        let heads = Heads::new(options).ok_or_else(|| {
            Error::new(
                Outcome::Invalid,
                "the checkpoint to compare with is none, or is not signed with the key that it \
                 should be; give the file as it was exported",
            )
        })?;
        self.database.read(|connection| {
            // All is read from one state, whoever writes.
            let transaction = connection.transaction()?;
            verify(&transaction, options, heads)
        })
    }

    /// The newest checkpoint, as a signed note to be kept elsewhere; `None` where there is none.
    ///
    /// # Errors
    /// `JournalUnavailable`.
    pub fn checkpoint(&self) -> Result<Option<String>> {
        self.database.read(|connection| {
            let mut statement = connection
                .prepare_cached("SELECT note FROM checkpoints ORDER BY number DESC LIMIT 1")?;
            let mut rows = statement.query([])?;
            rows.next()?.map(|row| row.get(0)).transpose()
        })
    }
}

fn verify(
    ledger: &Connection,
    options: &VerifyOptions,
    mut heads: Heads,
) -> rusqlite::Result<Verification> {
    let mut findings = Findings { list: Vec::new(), most: options.max_findings.max(1), more: 0 };
    let scratch = refold::scratch()?;
    let log = match Log::load(ledger) {
        Ok(log) => Some(log),
        // No row, or none that could have been written.
        Err(error) if error.sqlite_error_code().is_none() => {
            findings.add("log", "log", "the row with the size and roots of the log is no such row");
            None
        }
        Err(error) => return Err(error),
    };
    compare::schema(ledger, &scratch, &mut findings)?;
    heads.load(ledger, log.as_ref().map(|log| log.id), &mut findings)?;
    let folded = refold::refold(ledger, &scratch, &mut heads, &mut findings)?;
    heads.finish(options, folded.tree.size(), &mut findings);
    if let Some(log) = &log
        && (log.tree != folded.tree || log.events != folded.events)
    {
        findings.add("log", "log", "size, roots or number of events are not those of the entries");
    }
    let rows = folded.accesses + compare::tables(ledger, &scratch, &mut findings)?;
    let gaps = journal(ledger, &mut findings)?;
    let name = heads.ledger().map(|id| origin(&id)).unwrap_or_default();
    Ok(Verification {
        ledger: log.map(|log| hex::encode(&log.id)).unwrap_or_default(),
        entries: folded.tree.size(),
        events: folded.events,
        rows,
        checkpoints: heads.count(),
        unsigned: folded.tree.size().saturating_sub(heads.last_size()),
        dropped: folded.dropped,
        gaps,
        key: heads.key().map(|key| note::verifier_key(&name, &key)).unwrap_or_default(),
        key_from: heads.key_from().to_owned(),
        findings: findings.list,
        more: findings.more,
    })
}

/// A text, whatever stands there: what is none must not stop the comparison.
pub(super) fn text(row: &Row<'_>, column: usize) -> rusqlite::Result<String> {
    let bytes = row.get_ref(column)?.as_bytes_or_null()?.unwrap_or_default();
    Ok(String::from_utf8_lossy(bytes).into_owned())
}

/// What the drainer found wrong; returns how many gaps of killed processes there are.
fn journal(ledger: &Connection, findings: &mut Findings) -> rusqlite::Result<u64> {
    let mut statement =
        ledger.prepare("SELECT instance, number, what FROM findings ORDER BY instance, number")?;
    let mut rows = statement.query([])?;
    let mut gaps = 0;
    while let Some(row) = rows.next()? {
        let (instance, number, what): (i64, i64, _) = (row.get(0)?, row.get(1)?, text(row, 2)?);
        if what == crate::ledger::apply::GAP {
            gaps += 1;
        } else {
            let what = format!("instance {instance}, number {number}: {what}");
            findings.add("journal", "findings", what);
        }
    }
    Ok(gaps)
}
