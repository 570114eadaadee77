//! Makes checkpoints: in the transaction of the first entry, then at intervals, and at the end.

use std::sync::Arc;
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};
use taggant_core::Result;

use super::checkpoint::{Checkpoint, LaneHead, origin};
use super::lanes::{self, Head};
use super::note;
use super::vouch::Vouch;
use crate::ledger::{CheckpointSigner, KeptHead};
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

/// No ledger makes so many checkpoints: a row beyond was not made by one.
const MOST: u64 = 1 << 62;

/// The ledger is not the one that is known, or nobody can tell.
struct Refused;

impl From<taggant_core::Error> for Refused {
    fn from(_: taggant_core::Error) -> Self {
        Self
    }
}

const CHECKPOINT: Many =
    Many { head: "INSERT INTO checkpoints", width: 3, tail: "ON CONFLICT DO NOTHING" };

impl Signing {
    pub(crate) fn new(signer: Arc<dyn CheckpointSigner>) -> Self {
        signer.begin();
        Self { signer, last: None, signed_at: None }
    }

    /// Who vouches for the lanes of a ledger.
    pub(crate) fn vouch(&self, ledger: [u8; 16]) -> Vouch {
        Vouch::new(ledger, Some(self.signer.clone()))
    }

    /// A checkpoint of what the log has now, if one is due. None is made over a log that is not
    /// what this signer knows: that is kept outside of the ledger, and `verify` says what is wrong.
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
        let made = self.follow(transaction, ledger);
        if made.is_err() {
            self.signer.refused();
        }
        Ok(made.unwrap_or(None))
    }

    /// The checkpoint that follows those that are known.
    fn follow(
        &self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
    ) -> std::result::Result<Option<Made>, Refused> {
        let all = lanes::all(transaction)?;
        let vouch = self.vouch(ledger);
        let own: Vec<Head> = all.iter().filter(|lane| vouch.accepts(lane)).cloned().collect();
        if own.len() < all.len() {
            // What others have added is left out, and does not keep the rest from being signed.
            self.signer.refused();
        }
        let newest = self.known(transaction, ledger)?;
        let heads = heads(&own);
        let (mut number, mut signed) = (0, 0);
        if let Some(known) = &newest {
            if !goes_on(&heads, &known.checkpoint) {
                return Err(Refused);
            }
            (number, signed) = (known.checkpoint.number, known.checkpoint.point().size);
        }
        let size = heads.iter().fold(0, |sum: u64, lane| sum.saturating_add(lane.size));
        if size == signed || number >= MOST {
            return Ok(None);
        }
        Ok(self.make(transaction, ledger, number + 1, heads, newest)?)
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
        transaction.execute("DELETE FROM checkpoints WHERE number > $1", &[count(MOST)])?;
        let stored = newest(transaction)?.map_or(0, |(number, _)| number);
        let kept = self.signer.kept().ok().flatten().and_then(|note| self.own(note, ledger));
        let kept = kept.map_or(0, |made| made.checkpoint.number);
        let head = self.signer.head().ok().flatten().map_or(0, |head| head.number);
        let number = stored.max(kept.min(MOST)).max(head.min(MOST));
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

    /// The newest checkpoint of the ledger, where it is of this signer, and those that are kept
    /// outside stand in the ledger too: the ledger may have newer ones, but not older ones alone.
    fn known(
        &self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
    ) -> std::result::Result<Option<Made>, Refused> {
        let newest = match newest(transaction)? {
            Some((number, note)) => {
                let own = self.own(note, ledger).filter(|own| own.checkpoint.number == number);
                Some(own.ok_or(Refused)?)
            }
            None => None,
        };
        let head = self.signer.head()?;
        let kept = match self.signer.kept()? {
            // One of another ledger or key may stand where its own should.
            Some(note) => Some(self.own(note, ledger).ok_or(Refused)?),
            None => None,
        };
        for one in self.last.iter().chain(&kept) {
            let stored = note_of(transaction, one.checkpoint.number)?;
            if stored.is_none_or(|note| !note::is_same(&note, &one.note)) {
                return Err(Refused);
            }
        }
        if let Some(head) = head.filter(|head| head.number > 0) {
            let stored = note_of(transaction, head.number)?;
            if stored.is_none_or(|note| digest(&note) != head.hash) {
                return Err(Refused);
            }
        }
        if kept.is_none() && self.signer.keeps() {
            self.keep_again(newest.as_ref(), head)?;
        }
        Ok(newest)
    }

    /// Nothing is kept beside the anchor. Where this process has made the last checkpoint, or the key
    /// store says that the first one could not be kept yet, it is kept now; else it has gone.
    fn keep_again(
        &self,
        newest: Option<&Made>,
        head: Option<KeptHead>,
    ) -> std::result::Result<(), Refused> {
        let Some(newest) = newest else {
            return if head.is_none_or(|head| head.number == 0) { Ok(()) } else { Err(Refused) };
        };
        let is_first = newest.checkpoint.number == 1 && head.is_some_and(|head| head.number == 0);
        if !is_first && self.last.is_none() {
            return Err(Refused);
        }
        self.signer.keep(newest.checkpoint.number, &newest.note, false);
        Ok(())
    }

    fn own(&self, note: String, ledger: [u8; 16]) -> Option<Made> {
        let (text, _) = note::text_of(&note)?;
        let checkpoint = Checkpoint::parse(text)?;
        note::verified(&note, &origin(&ledger), &self.signer.public_key())?;
        Some(Made { checkpoint, note })
    }

    /// The checkpoint is in the ledger.
    pub(crate) fn made(&mut self, made: Made, anew: bool) {
        self.signer.keep(made.checkpoint.number, &made.note, anew);
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

/// Number and note of the newest checkpoint.
fn newest(transaction: &mut dyn Transaction) -> Result<Option<(u64, String)>> {
    let mut found = None;
    let sql = "SELECT number, note FROM checkpoints ORDER BY number DESC LIMIT 1";
    transaction.rows(sql, &[], &mut |row| {
        found = Some((row.count(0)?, row.text(1).unwrap_or_default().to_owned()));
        Ok(())
    })?;
    Ok(found)
}

/// The policy that came into force last.
pub(crate) fn policy(transaction: &mut dyn Transaction) -> Result<String> {
    let mut found = String::new();
    let sql = "SELECT digest FROM policy_changes ORDER BY time_ns DESC, digest LIMIT 1";
    transaction.rows(sql, &[], &mut |row| {
        row.text(0)?.clone_into(&mut found);
        Ok(())
    })?;
    // What a program says of its policy must not break the line.
    found.retain(|c| c.is_ascii_hexdigit());
    Ok(found)
}
