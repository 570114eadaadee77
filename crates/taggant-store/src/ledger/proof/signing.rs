//! Makes checkpoints: in the transaction of the first entry, then at intervals, and at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::{OptionalExtension, Transaction, params};

use super::checkpoint::{Checkpoint, Point, origin};
use super::log::Log;
use super::note;

/// Who signs the checkpoints of a ledger. The key must not be where the ledger is.
pub trait CheckpointSigner: Send + Sync {
    /// The key to check signatures with.
    fn public_key(&self) -> [u8; 32];

    /// An Ed25519 signature over a text.
    fn sign(&self, text: &[u8]) -> [u8; 64];

    /// Number and hash of the last erasure: 0 and zeros if there is none.
    fn erasures(&self) -> (u64, [u8; 32]);

    /// The newest checkpoint that was kept outside of the ledger, if there is one.
    fn kept(&self) -> Option<String>;

    /// Keeps a checkpoint outside of the ledger, in the place of the one before.
    fn keep(&self, note: &str);
}

/// How long entries wait for a checkpoint.
const INTERVAL: Duration = Duration::from_secs(60);

/// What a process has signed.
pub(in crate::ledger) struct Signing {
    signer: Arc<dyn CheckpointSigner>,
    /// The last state that this process has seen signed.
    last: Option<Point>,
    signed_at: Option<Instant>,
}

/// A checkpoint whose transaction has to be committed yet.
pub(in crate::ledger) struct Made {
    point: Point,
    note: String,
}

impl Signing {
    pub(in crate::ledger) fn new(signer: Arc<dyn CheckpointSigner>) -> Self {
        let kept = signer.kept();
        let last = kept.and_then(|note| {
            let (text, _) = note::text_of(&note)?;
            let checkpoint = Checkpoint::parse(text)?;
            note::verified(&note, &origin(&checkpoint.ledger), &signer.public_key())?;
            Some(checkpoint.point)
        });
        Self { signer, last, signed_at: None }
    }

    /// A checkpoint of what the log has now, if one is due.
    pub(in crate::ledger) fn due(
        &self,
        transaction: &Transaction<'_>,
        at_once: bool,
    ) -> rusqlite::Result<Option<Made>> {
        let is_due = at_once || self.signed_at.is_none_or(|at| at.elapsed() >= INTERVAL);
        if !is_due {
            return Ok(None);
        }
        let log = Log::load(transaction)?;
        let (number, size) = last(transaction)?;
        if log.tree.size() == size {
            return Ok(None);
        }
        let point = Point { size: log.tree.size(), root: log.tree.root() };
        let checkpoint = Checkpoint {
            ledger: log.id,
            point,
            number: number + 1,
            time_ns: taggant_core::event::now(),
            events: log.events,
            instances: count(transaction)?,
            moved: moved(transaction, size)?,
            policy: policy(transaction)?,
            erasures: self.signer.erasures(),
            previous: self.last,
            key: self.signer.public_key(),
        };
        let text = checkpoint.text();
        let sign = |text: &[u8]| self.signer.sign(text);
        let note = note::sign(&text, &origin(&log.id), &checkpoint.key, sign);
        transaction
            .prepare_cached("INSERT INTO checkpoints VALUES (?1, ?2, ?3)")?
            .execute(params![checkpoint.number.cast_signed(), point.size.cast_signed(), note])?;
        Ok(Some(Made { point, note }))
    }

    /// The checkpoint is in the ledger.
    pub(in crate::ledger) fn made(&mut self, made: Made) {
        self.signer.keep(&made.note);
        self.last = Some(made.point);
        self.signed_at = Some(Instant::now());
    }
}

/// Number and size of the last checkpoint.
fn last(transaction: &Transaction<'_>) -> rusqlite::Result<(u64, u64)> {
    let found = transaction
        .prepare_cached("SELECT number, size FROM checkpoints ORDER BY number DESC LIMIT 1")?
        .query_row([], |row| {
            Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get::<_, i64>(1)?.cast_unsigned()))
        })
        .optional()?;
    Ok(found.unwrap_or_default())
}

fn count(transaction: &Transaction<'_>) -> rusqlite::Result<u64> {
    transaction
        .prepare_cached("SELECT coalesce(max(id), 0) FROM instances")?
        .query_row([], |row| row.get::<_, i64>(0))
        .map(i64::cast_unsigned)
}

fn moved(transaction: &Transaction<'_>, since: u64) -> rusqlite::Result<Vec<([u8; 16], u64)>> {
    let mut statement = transaction.prepare_cached(
        "SELECT instances.instance, max(runs.next) FROM runs
         JOIN instances ON instances.id = runs.instance
         WHERE leaf >= ?1 GROUP BY runs.instance ORDER BY 1",
    )?;
    let found = statement.query_map([since.cast_signed()], |row| {
        Ok((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned()))
    })?;
    found.collect()
}

fn policy(transaction: &Transaction<'_>) -> rusqlite::Result<String> {
    let mut statement = transaction
        .prepare_cached("SELECT digest FROM policy_changes ORDER BY time_ns DESC LIMIT 1")?;
    let found = statement.query_row([], |row| row.get(0)).optional()?;
    // What a program says of its policy must not break the line.
    Ok(found
        .filter(|digest: &String| digest.bytes().all(|b| b.is_ascii_hexdigit()))
        .unwrap_or_default())
}
