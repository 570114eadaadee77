//! Checkpoints against the tree: what each says of a size must be what is there at that size.

use std::collections::{BTreeMap, HashMap};

use rusqlite::Connection;

use super::checkpoint::{Checkpoint, Point, origin};
use super::merkle::Tree;
use super::note;
use super::verify::{Findings, VerifyOptions, text};

/// What somebody says of a size of the log.
struct Claim {
    who: String,
    point: Point,
    /// The whole checkpoint, if it is not just a mention of one.
    checkpoint: Option<Checkpoint>,
    is_outside: bool,
}

/// What was counted up to some size.
#[derive(Default)]
pub(super) struct Counted {
    pub(super) events: u64,
    pub(super) instances: HashMap<i64, [u8; 16]>,
    /// By row id of the instance: the number after its last event.
    pub(super) next: HashMap<i64, u64>,
}

/// All that is claimed.
pub(super) struct Heads {
    claims: BTreeMap<u64, Vec<Claim>>,
    against: Option<(Checkpoint, String)>,
    key: Option<[u8; 32]>,
    key_from: &'static str,
    count: u64,
    valid: u64,
    last: Option<Checkpoint>,
}

impl Heads {
    /// `None` where the checkpoint from elsewhere is none, or is not of the key.
    pub(super) fn new(options: &VerifyOptions) -> Option<Self> {
        let mut heads = Self {
            claims: BTreeMap::new(),
            against: None,
            key: options.public_key,
            key_from: "given",
            count: 0,
            valid: 0,
            last: None,
        };
        if let Some(outside) = &options.against {
            let outside = outside.replace("\r\n", "\n");
            let checkpoint = Checkpoint::parse(note::text_of(&outside)?.0)?;
            let key = options.public_key.unwrap_or(checkpoint.key);
            note::verified(&outside, &origin(&checkpoint.ledger), &key)?;
            if options.public_key.is_none() {
                (heads.key, heads.key_from) = (Some(key), "against");
            }
            heads.claim("the checkpoint kept elsewhere", checkpoint.clone(), true);
            heads.against = Some((checkpoint, outside));
        }
        Some(heads)
    }

    fn claim(&mut self, who: &str, checkpoint: Checkpoint, is_outside: bool) {
        if let Some(point) = checkpoint.previous {
            let who = format!("what {who} follows");
            let claim = Claim { who, point, checkpoint: None, is_outside };
            self.claims.entry(point.size).or_default().push(claim);
        }
        let (who, point) = (who.to_owned(), checkpoint.point);
        let claim = Claim { who, point, checkpoint: Some(checkpoint), is_outside };
        self.claims.entry(point.size).or_default().push(claim);
    }

    /// Takes the checkpoints of the ledger.
    pub(super) fn load(
        &mut self,
        ledger: &Connection,
        id: Option<[u8; 16]>,
        findings: &mut Findings,
    ) -> rusqlite::Result<()> {
        if let Some((outside, _)) = &self.against
            && id.is_some_and(|id| id != outside.ledger)
        {
            let what = "the checkpoint kept elsewhere is of another ledger";
            findings.add("rolled_back", "log", what);
        }
        let mut statement =
            ledger.prepare("SELECT number, size, note FROM checkpoints ORDER BY number")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let (number, size): (i64, i64) = (row.get(0)?, row.get(1)?);
            let note = text(row, 2)?;
            self.count += 1;
            if number.cast_unsigned() != self.count {
                let what = format!("checkpoints before number {number} are missing");
                findings.add("checkpoint", "checkpoints", what);
                self.count = number.cast_unsigned();
            }
            if let Some((outside, text)) = &self.against
                && outside.number == self.count
                && *text != note
            {
                let what = format!("checkpoint {number} is not the one that was kept elsewhere");
                findings.add("checkpoint", "checkpoints", what);
            }
            let checkpoint = self.judge(&note, id).filter(|checkpoint| {
                checkpoint.number == self.count && checkpoint.point.size == size.cast_unsigned()
            });
            match checkpoint {
                Some(checkpoint) => {
                    self.valid += 1;
                    self.last = Some(checkpoint.clone());
                    self.claim(&format!("checkpoint {number}"), checkpoint, false);
                }
                None => {
                    let what = format!(
                        "checkpoint {number} is none of this ledger's, or its signature is not of \
                         its key"
                    );
                    findings.add("checkpoint", "checkpoints", what);
                }
            }
        }
        Ok(())
    }

    fn judge(&mut self, note: &str, id: Option<[u8; 16]>) -> Option<Checkpoint> {
        let (text, signatures) = note::text_of(note)?;
        let checkpoint = Checkpoint::parse(text)?;
        // Outside, others may add their signatures; here none has business.
        if signatures.matches('\n').count() != 1 || !signatures.ends_with('\n') {
            return None;
        }
        if self.key.is_none() {
            // Nobody says whose key it must be: all must be of the first one's, at least.
            (self.key, self.key_from) = (Some(checkpoint.key), "ledger");
        }
        note::verified(note, &origin(&id.unwrap_or(checkpoint.ledger)), &self.key?)?;
        Some(checkpoint)
    }

    /// The tree has reached a size.
    pub(super) fn reached(&mut self, tree: &Tree, counted: &Counted, findings: &mut Findings) {
        for claim in self.claims.remove(&tree.size()).unwrap_or_default() {
            let who = &claim.who;
            if claim.point.root != tree.root() {
                let kind = if claim.is_outside { "rolled_back" } else { "changed" };
                let size = tree.size();
                let what = format!("the first {size} entries are not those of {who}");
                findings.add(kind, "leaves", what);
            } else if claim.checkpoint.is_some_and(|checkpoint| !is_counted(&checkpoint, counted)) {
                let what = format!("{who} has other counts than the entries");
                findings.add("checkpoint", "checkpoints", what);
            }
        }
    }

    /// The log has ended.
    pub(super) fn finish(&mut self, options: &VerifyOptions, size: u64, findings: &mut Findings) {
        for claim in std::mem::take(&mut self.claims).into_values().flatten() {
            let kind = if claim.is_outside { "rolled_back" } else { "missing" };
            let what = format!(
                "{} has {} entries, the ledger {size}: it was cut, or is an old copy",
                claim.who, claim.point.size
            );
            findings.add(kind, "leaves", what);
        }
        if size > 0 && self.valid == 0 && self.key_from != "ledger" && self.key.is_some() {
            let what = "there is no checkpoint that is signed with the right key";
            findings.add("checkpoint", "checkpoints", what);
        }
        if let (Some(erasures), Some(last)) = (&options.erasures, &self.last)
            && last.erasures.0 > 0
            && !erasures.contains(&last.erasures)
        {
            let what = format!(
                "the last checkpoint knows erasure number {}, and the key store has none or \
                 another of that number",
                last.erasures.0
            );
            findings.add("erasures", "checkpoints", what);
        }
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn last_size(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.point.size)
    }

    pub(super) fn ledger(&self) -> Option<[u8; 16]> {
        let outside = self.against.as_ref().map(|(checkpoint, _)| checkpoint.ledger);
        self.last.as_ref().map(|last| last.ledger).or(outside)
    }

    pub(super) fn key(&self) -> Option<[u8; 32]> {
        self.key
    }

    pub(super) fn key_from(&self) -> &'static str {
        if self.key.is_some() { self.key_from } else { "" }
    }
}

fn is_counted(checkpoint: &Checkpoint, counted: &Counted) -> bool {
    let next: HashMap<[u8; 16], u64> = counted
        .instances
        .iter()
        .filter_map(|(id, instance)| Some((*instance, *counted.next.get(id)?)))
        .collect();
    checkpoint.events == counted.events
        && checkpoint.instances == counted.instances.len() as u64
        && checkpoint.moved.iter().all(|(instance, at)| next.get(instance) == Some(at))
}
