//! Makes checkpoints: in the transaction of the first entry, then at intervals, and at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use taggant_core::Result;

use super::checkpoint::{Checkpoint, LaneHead, origin};
use super::lanes::{self, Head};
use super::note;
use super::vouch::Vouch;
use crate::ledger::CheckpointSigner;
use crate::rows::count;
use crate::sql::{Many, Transaction, Value};

/// How long entries wait for a checkpoint.
const INTERVAL: Duration = Duration::from_secs(60);

/// What a process has signed.
pub(crate) struct Signing {
    signer: Arc<dyn CheckpointSigner>,
    /// The last checkpoint that this process has made.
    last: Option<Made>,
    signed_at: Option<Instant>,
}

/// A checkpoint, and its note.
#[derive(Clone)]
pub(crate) struct Made {
    checkpoint: Checkpoint,
    note: String,
}

const CHECKPOINT: Many =
    Many { head: "INSERT INTO checkpoints", width: 3, tail: "ON CONFLICT DO NOTHING" };

impl Signing {
    pub(crate) fn new(signer: Arc<dyn CheckpointSigner>) -> Self {
        Self { signer, last: None, signed_at: None }
    }

    /// Who vouches for the lanes of a ledger.
    pub(crate) fn vouch(&self, ledger: [u8; 16]) -> Vouch {
        Vouch::new(ledger, Some(self.signer.clone()))
    }

    /// A checkpoint of what the log has now, if one is due. None is made over a log that is not
    /// what this signer knows: `verify` says what is wrong with it.
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
        let Ok(lanes) = lanes::all(transaction) else { return Ok(None) };
        let vouch = self.vouch(ledger);
        if !lanes.iter().all(|lane| vouch.accepts(lane)) {
            return Ok(None);
        }
        let Some(previous) = self.known(transaction, ledger)? else { return Ok(None) };
        let heads = heads(&lanes);
        if previous.as_ref().is_some_and(|known| !goes_on(&heads, &known.checkpoint)) {
            return Ok(None);
        }
        let size = heads.iter().fold(0, |sum: u64, lane| sum.saturating_add(lane.size));
        let (number, signed) = last(transaction)?;
        if size == signed {
            return Ok(None);
        }
        self.make(transaction, ledger, number + 1, heads, previous)
    }

    /// As [`due`](Self::due), whatever is known: the log is believed as it stands.
    pub(crate) fn anew(
        &self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
    ) -> Result<Option<Made>> {
        let lanes = heads(&lanes::all(transaction)?);
        if lanes.is_empty() {
            return Ok(None);
        }
        let (number, _) = last(transaction)?;
        self.make(transaction, ledger, number + 1, lanes, None)
    }

    fn make(
        &self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
        number: u64,
        lanes: Vec<LaneHead>,
        previous: Option<Made>,
    ) -> Result<Option<Made>> {
        let checkpoint = Checkpoint {
            ledger,
            number,
            time_ns: taggant_core::event::now(),
            lanes,
            policy: policy(transaction)?,
            erasures: self.signer.erasures(),
            previous: previous.map(|known| known.checkpoint.point()),
            key: self.signer.public_key(),
        };
        let size = checkpoint.point().size;
        let text = checkpoint.text();
        let sign = |text: &[u8]| self.signer.sign(text);
        let note = note::sign(&text, &origin(&ledger), &checkpoint.key, sign);
        let row = [count(checkpoint.number), count(size), Value::Text(&note)];
        // Another process may have made the one of this number: it has what was committed by then.
        let made = transaction.execute_many(&CHECKPOINT, &row)? == 1;
        Ok(made.then_some(Made { checkpoint, note }))
    }

    /// The newest checkpoint that this signer knows, if it stands in the ledger: the ledger may have
    /// newer ones, but not older ones alone. The outer `None` says that it does not stand there.
    fn known(
        &self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
    ) -> Result<Option<Option<Made>>> {
        let kept = match self.signer.kept()? {
            Some(note) => match self.own(note, ledger) {
                Some(made) => Some(made),
                // One of another ledger or key stands where its own should.
                None => return Ok(None),
            },
            None => None,
        };
        let head = self.signer.head()?;
        // What is kept outside of the ledger is gone, and the ledger says that there was something.
        let has_own = last(transaction)?.0 > 0;
        if kept.is_none() && self.signer.keeps() && (head.is_some() || has_own) {
            return Ok(None);
        }
        if let Some((number, hash)) = head {
            let is_there = note_of(transaction, number)?.is_some_and(|note| digest(&note) == hash);
            if !is_there {
                return Ok(None);
            }
        }
        let newer = |a: &Made, b: &Made| a.checkpoint.number.cmp(&b.checkpoint.number);
        let known = self.last.iter().chain(&kept).max_by(|a, b| newer(a, b)).cloned();
        for one in self.last.iter().chain(&kept) {
            let stored = note_of(transaction, one.checkpoint.number)?;
            if stored.is_none_or(|note| !note::is_same(&note, &one.note)) {
                return Ok(None);
            }
        }
        Ok(Some(known))
    }

    fn own(&self, note: String, ledger: [u8; 16]) -> Option<Made> {
        let (text, _) = note::text_of(&note)?;
        let checkpoint = Checkpoint::parse(text)?;
        note::verified(&note, &origin(&ledger), &self.signer.public_key())?;
        Some(Made { checkpoint, note })
    }

    /// The checkpoint is in the ledger.
    pub(crate) fn made(&mut self, made: Made) {
        self.signer.keep(made.checkpoint.number, &made.note);
        self.signed_at = Some(Instant::now());
        self.last = Some(made);
    }
}

/// Whether lanes are those of a checkpoint, or longer.
fn goes_on(lanes: &[LaneHead], known: &Checkpoint) -> bool {
    known.lanes.iter().all(|known| {
        let own = lanes.binary_search_by(|lane| lane.name.cmp(&known.name));
        own.is_ok_and(|at| lanes[at].size > known.size || lanes[at] == *known)
    })
}

/// All lanes, in the order of names.
fn heads(lanes: &[Head]) -> Vec<LaneHead> {
    let mut all: Vec<LaneHead> = lanes.iter().map(Head::lane_head).collect();
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all
}

/// What the key store keeps of a checkpoint: signatures of others may come later.
fn digest(note: &str) -> [u8; 32] {
    Sha256::digest(note::text_of(note).map_or("", |(text, _)| text)).into()
}

/// The note of a checkpoint.
fn note_of(transaction: &mut dyn Transaction, number: u64) -> Result<Option<String>> {
    let mut found = None;
    let sql = "SELECT note FROM checkpoints WHERE number = $1";
    transaction.rows(sql, &[count(number)], &mut |row| {
        found = row.text(0).ok().map(str::to_owned);
        Ok(())
    })?;
    Ok(found)
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
