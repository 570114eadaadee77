//! Makes checkpoints: in the transaction of the first entry, then at intervals, and at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use taggant_core::Result;

use super::checkpoint::{Checkpoint, LaneHead, Point, origin};
use super::lanes;
use super::note;
use crate::ledger::CheckpointSigner;
use crate::rows::count;
use crate::sql::{Many, Transaction, Value};

/// How long entries wait for a checkpoint.
const INTERVAL: Duration = Duration::from_secs(60);

/// What a process has signed.
pub(crate) struct Signing {
    signer: Arc<dyn CheckpointSigner>,
    /// The last state that this process has seen signed.
    last: Option<Point>,
    signed_at: Option<Instant>,
}

/// A checkpoint whose transaction has to be committed yet.
pub(crate) struct Made {
    point: Point,
    note: String,
}

const CHECKPOINT: Many =
    Many { head: "INSERT INTO checkpoints", width: 3, tail: "ON CONFLICT DO NOTHING" };

impl Signing {
    pub(crate) fn new(signer: Arc<dyn CheckpointSigner>) -> Self {
        let kept = signer.kept();
        let last = kept.and_then(|note| {
            let (text, _) = note::text_of(&note)?;
            let checkpoint = Checkpoint::parse(text)?;
            note::verified(&note, &origin(&checkpoint.ledger), &signer.public_key())?;
            Some(checkpoint.point())
        });
        Self { signer, last, signed_at: None }
    }

    /// A checkpoint of what the log has now, if one is due.
    pub(crate) fn due(
        &self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
        at_once: bool,
    ) -> Result<Option<Made>> {
        let is_due = at_once || self.signed_at.is_none_or(|at| at.elapsed() >= INTERVAL);
        if !is_due {
            return Ok(None);
        }
        let (number, size) = last(transaction)?;
        let checkpoint = Checkpoint {
            ledger,
            number: number + 1,
            time_ns: taggant_core::event::now(),
            lanes: heads(transaction)?,
            policy: policy(transaction)?,
            erasures: self.signer.erasures(),
            previous: self.last,
            key: self.signer.public_key(),
        };
        let point = checkpoint.point();
        if point.size == size {
            return Ok(None);
        }
        let text = checkpoint.text();
        let sign = |text: &[u8]| self.signer.sign(text);
        let note = note::sign(&text, &origin(&ledger), &checkpoint.key, sign);
        let row = [count(checkpoint.number), count(point.size), Value::Text(&note)];
        // Another process may have made the one of this number: it has what was committed by then.
        let made = transaction.execute_many(&CHECKPOINT, &row)? == 1;
        Ok(made.then_some(Made { point, note }))
    }

    /// The checkpoint is in the ledger.
    pub(crate) fn made(&mut self, made: &Made) {
        self.signer.keep(&made.note);
        self.last = Some(made.point);
        self.signed_at = Some(Instant::now());
    }
}

/// All lanes, in the order of names.
fn heads(transaction: &mut dyn Transaction) -> Result<Vec<LaneHead>> {
    let mut all: Vec<LaneHead> = lanes::all(transaction)?
        .into_iter()
        .map(|lane| LaneHead {
            size: lane.tree.size(),
            root: lane.tree.root(),
            events: lane.events,
            name: lane.name,
        })
        .collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(all)
}

/// Number and size of the last checkpoint.
fn last(transaction: &mut dyn Transaction) -> Result<(u64, u64)> {
    let mut found = (0, 0);
    let sql = "SELECT number, size FROM checkpoints ORDER BY number DESC LIMIT 1";
    transaction.rows(sql, &[], &mut |row| {
        found = (row.count(0)?, row.count(1)?);
        Ok(())
    })?;
    Ok(found)
}

/// The policy that came into force last.
fn policy(transaction: &mut dyn Transaction) -> Result<String> {
    let mut found = String::new();
    let sql = "SELECT digest FROM policy_changes ORDER BY time_ns DESC LIMIT 1";
    transaction.rows(sql, &[], &mut |row| {
        row.text(0)?.clone_into(&mut found);
        Ok(())
    })?;
    // What a program says of its policy must not break the line.
    found.retain(|c| c.is_ascii_hexdigit());
    Ok(found)
}
