//! Who signs the ledger's checkpoints, where the newest one is kept, and what it is compared with.

use std::sync::Arc;

use taggant_core::cipher::sign::SigningKey;
use taggant_core::flow::DEFAULT_TENANT;
use taggant_core::key::KeyRing;
use taggant_core::{Result, hex};
use taggant_ledger::answers::{Tampering, Verification};
use taggant_ledger::{CheckpointKeeper, CheckpointSigner, Ledger, VerifyOptions, entries};

use crate::builder::{Builder, missing};

/// Signs with a key of the key store, and keeps what it signed outside of the ledger.
struct KeptSigner {
    ledger: [u8; 16],
    key: SigningKey,
    keys: Arc<KeyRing>,
    keeper: Option<Arc<dyn CheckpointKeeper>>,
}

/// Has a ledger's checkpoints signed.
pub(crate) fn sign(
    ledger: &dyn Ledger,
    keys: &Arc<KeyRing>,
    keeper: Option<Arc<dyn CheckpointKeeper>>,
) -> Result<()> {
    let id = ledger.id()?;
    let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
    ledger.sign_with(Arc::new(KeptSigner { ledger: id, key, keys: keys.clone(), keeper }));
    Ok(())
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
        self.keeper.as_ref()?.kept(&self.ledger).ok()?
    }

    /// Where another process has kept a newer one, that stays. A keeper that fails must not stop the
    /// ledger: the checkpoint stands there too.
    fn keep(&self, note: &str) {
        let Some(keeper) = &self.keeper else { return };
        let is_newer = self.kept().is_none_or(|kept| entries(&kept) < entries(note));
        if is_newer {
            let _ = keeper.keep(&self.ledger, note);
        }
    }
}

impl Builder {
    /// Verifies the ledger: against itself, the key store, the checkpoint that is kept besides it,
    /// and one that was kept elsewhere, if there is one. Records nothing.
    ///
    /// # Errors
    /// As [`build`](Self::build); `Invalid` where `against` is no checkpoint of this key.
    pub fn verify(mut self, against: Option<String>) -> Result<Verification> {
        let keys = self.open_keys()?;
        #[cfg(feature = "embedded")]
        self.fill_ledger_read_only()?;
        let ledger = self.ports.ledger.take().ok_or_else(|| missing("ledger", "ledger"))?;
        let keeper = self.ports.checkpoints.take();
        let id = ledger.id()?;
        let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
        let erasures = keys.erasures(1)?.iter().map(|row| (row.number, row.hash)).collect();
        let kept = match &keeper {
            Some(keeper) => keeper.kept(&id)?,
            None => None,
        };
        let mut options = VerifyOptions {
            public_key: Some(key.public()),
            erasures: Some(erasures),
            against: kept,
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
        if let Some(keeper) = keeper {
            found.findings.extend(others(&*keeper, &id)?);
        }
        Ok(found)
    }
}

/// Ledgers that this key store has signed for and that are not here any more.
fn others(keeper: &dyn CheckpointKeeper, own: &[u8; 16]) -> Result<Vec<Tampering>> {
    let others = keeper.ledgers()?.into_iter().filter(|id| id != own);
    let finding = |id: [u8; 16]| {
        let id = hex::encode(&id);
        let what = format!("the anchor knows a ledger {id}, and this one is another");
        Tampering::new("rolled_back", "log", what)
    };
    Ok(others.map(finding).collect())
}
