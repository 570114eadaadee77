//! Keeping up with the store, and the anchor with it.

use super::history::EventRow;
use super::mac;
use super::shared::{Known, Shared, rolled_back};
use crate::error::{Error, Outcome, Result};

impl Shared {
    /// Asks the store now what has happened.
    pub(super) fn refresh_now(&self) -> Result<()> {
        self.refresh(&mut self.known.lock())
    }

    /// The lock is for those who ask the store: who finds a key in memory does not take it.
    pub(super) fn refresh(&self, known: &mut Known) -> Result<()> {
        let mark = self.store().watermark()?;
        let number = mark.head.as_ref().map_or(0, |row| row.number);
        if mark.count != number || number < known.number() {
            self.reconcile(known)?;
        } else if number > known.number() || known.anchored < number {
            self.advance(known)?;
        } else if mark.head != known.head {
            self.reconcile(known)?;
        }
        self.now_fresh();
        Ok(())
    }

    /// Takes in what the store has beyond what is known, and hands it to the anchor, together with
    /// what the anchor could not take before. Returns whether the anchor has everything.
    pub(super) fn advance(&self, known: &mut Known) -> Result<bool> {
        let from = known.number().min(known.anchored);
        let rows = self.store().history(from + 1)?;
        let fresh = self.beyond(known, from, &rows)?;
        self.learn(fresh)?;
        if let Some(last) = fresh.last() {
            known.head = Some(last.clone());
        }
        let behind = &rows[usize::try_from(known.anchored - from).unwrap_or(usize::MAX)..];
        // An anchor that can't be written for now must not stop the keys: the next refresh, or the
        // next start, hands it what it lacks.
        if self.ports.anchor.ask().extend(&self.folder, behind).is_ok() {
            known.anchored = known.number();
        }
        Ok(known.anchored == known.number())
    }

    /// The rows after the known head; those before are checked to be what was known.
    fn beyond<'a>(&self, known: &Known, from: u64, rows: &'a [EventRow]) -> Result<&'a [EventRow]> {
        let old = usize::try_from(known.number() - from).unwrap_or(usize::MAX);
        if rows.len() < old || (old > 0 && rows.get(old - 1) != known.head.as_ref()) {
            return Err(rolled_back());
        }
        let (old, fresh) = rows.split_at(old);
        for row in old {
            mac::check_event(&self.history, row)?;
        }
        self.check(fresh, known.head.as_ref(), "the key store")?;
        Ok(fresh)
    }

    /// Checks that entries are whole, in order and genuine.
    pub(super) fn check<'a>(
        &self,
        rows: &'a [EventRow],
        mut before: Option<&'a EventRow>,
        place: &str,
    ) -> Result<()> {
        for row in rows {
            if !row.follows(before, &self.folder) {
                return Err(Error::new(
                    Outcome::Tampered,
                    format!(
                        "the history of keys in {place} has a gap or a changed entry; restore it"
                    ),
                ));
            }
            mac::check_event(&self.history, row)?;
            before = Some(row);
        }
        Ok(())
    }
}
