//! What checkpoints say of the lanes, to be held against them while they are folded again.

use std::collections::{BTreeMap, HashMap};

use taggant_core::Result;

use super::Findings;
use crate::ledger::VerifyOptions;
use crate::log::{
    Checkpoint, Hash, Point, Tree, are_signatures, is_same, origin, text_of, verified,
};
use crate::sql::Transaction;
use crate::wire::LaneName;

/// What somebody says a lane was at some size.
struct Claim {
    who: String,
    root: Hash,
    events: u64,
    is_outside: bool,
}

/// The checkpoints of a ledger and one from elsewhere.
pub(super) struct Heads {
    claims: HashMap<LaneName, BTreeMap<u64, Vec<Claim>>>,
    key: Option<[u8; 32]>,
    key_from: &'static str,
    against: Option<(Checkpoint, String)>,
    /// Of the checkpoints in the ledger.
    count: u64,
    valid: u64,
    points: Vec<Point>,
    last: Option<Checkpoint>,
}

impl Heads {
    /// `None` where the checkpoint from elsewhere is none, or not of the key that it must be of.
    pub(super) fn new(options: &VerifyOptions) -> Option<Self> {
        let against = match &options.against {
            Some(note) => Some((outside(note, options.public_key)?, note.clone())),
            None => None,
        };
        let outside_key = against.as_ref().map(|(checkpoint, _)| checkpoint.key);
        let key_from = if options.public_key.is_some() { "given" } else { "against" };
        let mut heads = Self {
            claims: HashMap::new(),
            key: options.public_key.or(outside_key),
            key_from,
            against: None,
            count: 0,
            valid: 0,
            points: Vec::new(),
            last: None,
        };
        if let Some((checkpoint, _)) = &against {
            heads.claim("the checkpoint kept elsewhere", checkpoint, true);
        }
        heads.against = against;
        Some(heads)
    }

    fn claim(&mut self, who: &str, checkpoint: &Checkpoint, is_outside: bool) {
        for lane in &checkpoint.lanes {
            let claim =
                Claim { who: who.to_owned(), root: lane.root, events: lane.events, is_outside };
            let sizes = self.claims.entry(lane.name.clone()).or_default();
            sizes.entry(lane.size).or_default().push(claim);
        }
    }

    /// Takes the checkpoints of the ledger.
    pub(super) fn load(
        &mut self,
        transaction: &mut dyn Transaction,
        ledger: [u8; 16],
        findings: &mut Findings,
    ) -> Result<()> {
        if let Some((outside, _)) = &self.against
            && outside.ledger != ledger
        {
            let what = "the checkpoint kept elsewhere is of another ledger";
            findings.add("rolled_back", "ledger", what);
        }
        let sql = "SELECT number, size, note FROM checkpoints ORDER BY number";
        transaction.rows(sql, &[], &mut |row| {
            // What is no text is no checkpoint.
            let note = row.text(2).unwrap_or("");
            self.take(row.count(0)?, row.count(1)?, note, ledger, findings);
            Ok(())
        })
    }

    fn take(
        &mut self,
        number: u64,
        size: u64,
        note: &str,
        ledger: [u8; 16],
        findings: &mut Findings,
    ) {
        self.count += 1;
        if number != self.count {
            let what = format!("checkpoints before number {number} are missing");
            findings.add("checkpoint", "checkpoints", what);
            self.count = number;
        }
        if let Some((outside, text)) = &self.against
            && outside.number == number
            && outside.ledger == ledger
            && !is_same(text, note)
        {
            let what = format!("checkpoint {number} is not the one that was kept elsewhere");
            findings.add("checkpoint", "checkpoints", what);
        }
        let checkpoint =
            self.judge(note, ledger).filter(|own| own.number == number && own.point().size == size);
        let Some(checkpoint) = checkpoint else {
            let what = format!(
                "checkpoint {number} is none of this ledger's, or its signature is not of its key"
            );
            return findings.add("checkpoint", "checkpoints", what);
        };
        if let Some(previous) = checkpoint.previous
            && !self.points.contains(&previous)
        {
            let what = format!(
                "checkpoint {number} goes on from a state of {} entries that this ledger does not \
                 have: it was put back to an earlier one, and written to again",
                previous.size
            );
            findings.add("rolled_back", "checkpoints", what);
        }
        self.valid += 1;
        self.points.push(checkpoint.point());
        self.claim(&format!("checkpoint {number}"), &checkpoint, false);
        self.last = Some(checkpoint);
    }

    fn judge(&mut self, note: &str, ledger: [u8; 16]) -> Option<Checkpoint> {
        let (text, signatures) = text_of(note)?;
        let checkpoint = Checkpoint::parse(text)?;
        // Witnesses may have added theirs; whose they are is for them to say who know their keys.
        if !are_signatures(signatures) {
            return None;
        }
        if self.key.is_none() {
            // Nobody says whose key it must be: all must be of the first one's, at least.
            (self.key, self.key_from) = (Some(checkpoint.key), "ledger");
        }
        verified(note, &origin(&ledger), &self.key?)?;
        Some(checkpoint)
    }

    /// A lane has reached a size.
    pub(super) fn reached(
        &mut self,
        lane: &LaneName,
        tree: &Tree,
        events: u64,
        findings: &mut Findings,
    ) {
        let Some(sizes) = self.claims.get_mut(lane) else { return };
        for claim in sizes.remove(&tree.size()).unwrap_or_default() {
            let (who, size) = (&claim.who, tree.size());
            let at = format!("lane {} of {}", lane.number, lane.service);
            if claim.root != tree.root() {
                let kind = if claim.is_outside { "rolled_back" } else { "changed" };
                let what = format!("the first {size} entries of {at} are not those of {who}");
                findings.add(kind, "leaves", what);
            } else if claim.events != events {
                let what = format!("{who} counts other events in {at} than its entries");
                findings.add("checkpoint", "checkpoints", what);
            }
        }
    }

    /// All lanes have ended.
    pub(super) fn finish(&mut self, options: &VerifyOptions, size: u64, findings: &mut Findings) {
        let mut left: Vec<(LaneName, BTreeMap<u64, Vec<Claim>>)> =
            std::mem::take(&mut self.claims).into_iter().collect();
        left.sort_by(|a, b| a.0.cmp(&b.0));
        for (lane, sizes) in left {
            for (claimed, claim) in
                sizes.into_iter().flat_map(|(s, all)| all.into_iter().map(move |c| (s, c)))
            {
                let kind = if claim.is_outside { "rolled_back" } else { "missing" };
                let what = format!(
                    "{} has {claimed} entries in lane {} of {}, and the ledger fewer: it was cut, \
                     or is an old copy",
                    claim.who, lane.number, lane.service
                );
                findings.add(kind, "leaves", what);
            }
        }
        if let Some((outside, _)) = &self.against
            && self
                .last
                .as_ref()
                .is_none_or(|last| last.ledger == outside.ledger && last.number < outside.number)
        {
            let what = format!(
                "the checkpoint kept elsewhere is number {}, and the ledger has none of that number",
                outside.number
            );
            findings.add("rolled_back", "checkpoints", what);
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

    /// The policy of the newest checkpoint, if it covers all entries.
    pub(super) fn last_policy(&self, entries: u64) -> Option<String> {
        let last = self.last.as_ref()?;
        (last.point().size == entries).then(|| last.policy.clone())
    }

    pub(super) fn count(&self) -> u64 {
        self.count
    }

    pub(super) fn last_size(&self) -> u64 {
        self.last.as_ref().map_or(0, |last| last.point().size)
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

/// A checkpoint from elsewhere, signed with the key that it must be, or with its own.
fn outside(note: &str, key: Option<[u8; 32]>) -> Option<Checkpoint> {
    let checkpoint = Checkpoint::parse(text_of(note)?.0)?;
    verified(note, &origin(&checkpoint.ledger), &key.unwrap_or(checkpoint.key))?;
    Some(checkpoint)
}
