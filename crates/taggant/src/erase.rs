//! Crypto-shredding: keys first, then the event, then the receipt.

use taggant_core::flow::DEFAULT_TENANT;
use taggant_core::key::{ErasureRow, Groups};
use taggant_core::seal::SubjectId;
use taggant_core::{Error, Outcome, Result};
use taggant_ledger::ErasureOpened;
use taggant_ledger::answers::Receipt;

use crate::runtime::Runtime;

impl Runtime {
    /// Destroys the keys of a person of the default tenant, in all key groups: their sealed values
    /// can be neither read nor written any more, wherever they are.
    ///
    /// The receipt lists what a destroyed key does not reach.
    ///
    /// # Errors
    /// `Denied` under a legal hold, `KeyUnavailable`, `JournalUnavailable`, `Invalid` for a kind
    /// that is not in the taxonomy or an id that is `None`.
    pub fn erase<I: SubjectId + ?Sized>(&self, kind: &str, id: &I) -> Result<Receipt> {
        self.erase_in(DEFAULT_TENANT, kind, id, &Groups::All)
    }

    /// As [`erase`](Self::erase), of another tenant or some key groups.
    ///
    /// # Errors
    /// As [`erase`](Self::erase).
    pub fn erase_in<I: SubjectId + ?Sized>(
        &self,
        tenant: &str,
        kind: &str,
        id: &I,
        groups: &Groups,
    ) -> Result<Receipt> {
        let tag = self.tag(tenant, kind, id)?.ok_or_else(|| {
            Error::new(Outcome::Invalid, "there is nobody to erase: the id is None")
        })?;
        let erasure = self.core.keys().erase(tenant, tag, groups)?;
        // It has happened: where the rest fails, the next start opens the receipt.
        self.receipt_of(&erasure.row).map_err(|error| {
            Error::new(
                error.outcome(),
                format!(
                    "the person was erased (number {}), but its receipt could not be opened: \
                     {error}; the next start does it",
                    erasure.row.number
                ),
            )
        })
    }

    fn receipt_of(&self, row: &ErasureRow) -> Result<Receipt> {
        self.core.record_erasure(&row.tenant, row.subject, row.number)?;
        // What the person's records did until now belongs to the work list.
        self.drain()?;
        self.open_receipt(row)?;
        self.receipt(row.number)
    }

    /// The receipt of an erasure, by its number: it is final when no process and no file of the key
    /// store can hold the keys any more.
    ///
    /// # Errors
    /// `KeyUnavailable`, `JournalUnavailable`, `Invalid` where there is none of this number.
    pub fn receipt(&self, number: u64) -> Result<Receipt> {
        let mut receipt = self.ledger.receipt(number)?;
        receipt.overwritten = self.core.keys().is_overwritten(number)?;
        Ok(receipt)
    }

    /// Puts a person of the default tenant under legal hold, or ends it: meanwhile erasure is
    /// refused.
    ///
    /// # Errors
    /// `KeyUnavailable`, `Invalid`.
    pub fn hold<I: SubjectId + ?Sized>(&self, kind: &str, id: &I, on: bool) -> Result<()> {
        match self.tag(DEFAULT_TENANT, kind, id)? {
            Some(tag) => self.core.keys().hold(DEFAULT_TENANT, tag, on),
            None => Err(Error::new(Outcome::Invalid, "there is nobody to hold: the id is None")),
        }
    }

    /// Opens the receipts of erasures whose process died before it could.
    pub(crate) fn open_missing_receipts(&self) -> Result<()> {
        let erased = self.core.keys().head().map_or(0, |head| head.number);
        // What other ledgers that were brought here say of theirs is not about these.
        let receipts = self.ledger.receipts_of(self.core.keys().folder())?;
        if receipts.len() as u64 == erased {
            return Ok(());
        }
        for row in self.core.keys().erasures(1)? {
            if receipts.binary_search(&row.number).is_err() {
                self.open_receipt(&row)?;
            }
        }
        Ok(())
    }

    fn open_receipt(&self, row: &ErasureRow) -> Result<()> {
        let handle = self.ledger.handle_or_new(&row.tenant, row.subject)?;
        let life = u64::try_from(self.cache_life.as_nanos()).unwrap_or(u64::MAX);
        let final_ns = row.time_ns.saturating_add(life);
        self.ledger.open_receipt(&ErasureOpened {
            store: self.core.keys().folder(),
            number: row.number,
            handle,
            time_ns: row.time_ns,
            groups: &row.groups.to_text(),
            final_ns,
        })
    }
}
