//! Who signs the ledger's checkpoints, where the newest one is kept, and what it is compared with.

use std::sync::Arc;

use taggant_core::cipher::sign::SigningKey;
use taggant_core::flow::DEFAULT_TENANT;
use taggant_core::key::KeyRing;
use taggant_core::{Result, hex};
use taggant_ledger::answers::{Tampering, Verification};
use taggant_ledger::{CheckpointKeeper, CheckpointSigner, Ledger, VerifyOptions};

use crate::builder::Builder;

/// Signs with a key of the key store, and keeps what it signed outside of the ledger.
struct KeptSigner {
    key: SigningKey,
    keys: Arc<KeyRing>,
    ledger: [u8; 16],
    keeper: Arc<dyn CheckpointKeeper>,
}

/// Has a ledger's checkpoints signed.
pub(crate) fn sign(
    ledger: &dyn Ledger,
    keys: &Arc<KeyRing>,
    keeper: Arc<dyn CheckpointKeeper>,
) -> Result<()> {
    let id = ledger.id()?;
    let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
    ledger.sign_with(Arc::new(KeptSigner { key, keys: keys.clone(), ledger: id, keeper }));
    Ok(())
}

/// How many entries the log of a checkpoint has.
fn entries(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

impl CheckpointSigner for KeptSigner {
    fn public_key(&self) -> [u8; 32] {
        self.key.public()
    }

    fn sign(&self, text: &[u8]) -> [u8; 64] {
        self.key.sign(text)
    }

    fn erasures(&self) -> (u64, [u8; 32]) {
        self.keys.head().map_or((0, [0; 32]), |head| (head.number, head.hash))
    }

    fn kept(&self) -> Option<String> {
        self.keeper.kept(&self.ledger)
    }

    /// Where another process has kept a newer one, that stays.
    fn keep(&self, note: &str) {
        let is_newer = self.kept().is_none_or(|kept| entries(&kept) < entries(note));
        if is_newer {
            self.keeper.keep(&self.ledger, note);
        }
    }
}

impl Builder {
    /// Verifies the ledger: against itself, the key store, the checkpoint that is kept beside the
    /// anchor, and one that was kept elsewhere, if there is one. Records nothing.
    ///
    /// # Errors
    /// As [`build`](Self::build); `Invalid` where `against` is no checkpoint of this key.
    pub fn verify(mut self, against: Option<String>) -> Result<Verification> {
        let keys = self.open_keys(None)?;
        let ledger = self.ledger_to_read()?;
        let keeper = self.checkpoint_keeper();
        let id = ledger.id()?;
        let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
        let erasures = keys.erasures(1)?.iter().map(|row| (row.number, row.hash)).collect();
        let mut options = VerifyOptions {
            public_key: Some(key.public()),
            erasures: Some(erasures),
            against: keeper.kept(&id),
            ..VerifyOptions::default()
        };
        let mut found = ledger.verify(&options)?;
        if against.is_some() && against != options.against {
            options.against = against;
            let outside = ledger.verify(&options)?;
            let fresh = outside.findings.into_iter().filter(|one| !found.findings.contains(one));
            let fresh: Vec<Tampering> = fresh.collect();
            found.findings.extend(fresh);
        }
        found.findings.extend(others(&*keeper, &id));
        Ok(found)
    }
}

/// Ledgers that this key store has signed for and that are not here any more.
fn others(keeper: &dyn CheckpointKeeper, own: &[u8; 16]) -> Vec<Tampering> {
    let gone = |id: [u8; 16]| {
        let id = hex::encode(&id);
        let what = format!("the anchor knows a ledger {id}, and this one is another");
        Tampering::new("rolled_back", "log", what)
    };
    let mut others: Vec<[u8; 16]> = keeper.ledgers();
    others.retain(|id| id != own);
    others.sort_unstable();
    others.into_iter().map(gone).collect()
}
