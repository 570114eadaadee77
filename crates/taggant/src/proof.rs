//! Who signs the ledger's checkpoints, where the newest one is kept, and what it is compared with.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use taggant_core::cipher::sign::{self, SigningKey};
use taggant_core::flow::DEFAULT_TENANT;
use taggant_core::key::KeyRing;
use taggant_core::{Error, Outcome, Result, hex};
use taggant_ledger::answers::{Tampering, Verification};
use taggant_ledger::{CheckpointKeeper, CheckpointSigner, Ledger, VerifyOptions};

use crate::builder::{Builder, missing};

/// Signs with a key of the key store, and keeps what it signed outside of the ledger.
struct KeptSigner {
    ledger: [u8; 16],
    key: SigningKey,
    keys: Arc<KeyRing>,
    keeper: Option<Arc<dyn CheckpointKeeper>>,
}

/// Has a ledger's checkpoints signed. With `anew` the ledger is believed as it stands.
pub(crate) fn sign(
    ledger: &dyn Ledger,
    keys: &Arc<KeyRing>,
    keeper: Option<Arc<dyn CheckpointKeeper>>,
    anew: bool,
) -> Result<()> {
    let id = ledger.id()?;
    let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
    ledger.sign_with(Arc::new(KeptSigner { ledger: id, key, keys: keys.clone(), keeper }));
    if anew { ledger.trust_anew() } else { Ok(()) }
}

/// What the key store keeps of a checkpoint: its number [8], big-endian, the SHA-256 of its text
/// [32], and a signature [64] over both.
fn head(key: &SigningKey, ledger: &[u8; 16], number: u64, note: &str) -> Vec<u8> {
    let hash: [u8; 32] = Sha256::digest(taggant_ledger::text(note)).into();
    let said = [&number.to_be_bytes()[..], &hash].concat();
    let signature = key.sign(&signed(ledger, &said));
    [&said[..], &signature].concat()
}

/// What is signed of it: no checkpoint begins like this.
fn signed(ledger: &[u8; 16], said: &[u8]) -> Vec<u8> {
    [b"taggant/head/", hex::encode(ledger).as_bytes(), b"\n", said].concat()
}

/// Number and hash, if the signature is right.
fn read_head(key: &[u8; 32], ledger: &[u8; 16], head: &[u8]) -> Option<(u64, [u8; 32])> {
    let (said, signature) = head.split_at_checked(40)?;
    let (number, hash) = said.split_first_chunk::<8>()?;
    let is_right = sign::verify(key, &signed(ledger, said), signature.try_into().ok()?);
    is_right.then_some((u64::from_be_bytes(*number), hash.try_into().ok()?))
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

    fn kept(&self) -> Result<Option<String>> {
        self.keeper.as_ref().map_or(Ok(None), |keeper| keeper.kept(&self.ledger))
    }

    fn keeps(&self) -> bool {
        self.keeper.is_some()
    }

    fn head(&self) -> Result<Option<(u64, [u8; 32])>> {
        let Some(head) = self.keys.ledger_head(self.ledger)? else { return Ok(None) };
        read_head(&self.key.public(), &self.ledger, &head).map(Some).ok_or_else(|| {
            Error::new(
                Outcome::Tampered,
                "what the key store keeps of the ledger's newest checkpoint was not signed with \
                 the ledger's key: it was changed by somebody without keys; restore the key store",
            )
        })
    }

    /// Where another process has kept a newer one, that stays. What fails here must not stop the
    /// ledger: the checkpoint stands there too, and the next one is kept again.
    fn keep(&self, number: u64, note: &str) {
        let own = head(&self.key, &self.ledger, number, note);
        let _ = self.keys.keep_ledger_head(self.ledger, number, &own);
        let Some(keeper) = &self.keeper else { return };
        let is_newer = match self.kept() {
            Ok(kept) => kept.is_none_or(|kept| taggant_ledger::number(&kept) < Some(number)),
            Err(_) => false,
        };
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
        let kept_is_lost = kept.is_none();
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
        let is_lost = keeper.is_some() && kept_is_lost;
        if let Some(keeper) = keeper {
            found.findings.extend(others(&*keeper, &id)?);
        }
        found.findings.extend(of_head(&keys, &key.public(), &id, &*ledger, is_lost)?);
        Ok(found)
    }
}

/// What the key store knows of the ledger's checkpoints, against the ledger and what is kept.
fn of_head(
    keys: &KeyRing,
    key: &[u8; 32],
    id: &[u8; 16],
    ledger: &dyn Ledger,
    is_lost: bool,
) -> Result<Option<Tampering>> {
    let Some(head) = keys.ledger_head(*id)? else { return Ok(None) };
    let finding = |what: String| Ok(Some(Tampering::new("rolled_back", "checkpoints", what)));
    let Some((number, hash)) = read_head(key, id, &head) else {
        return finding(
            "what the key store keeps of the newest checkpoint is not signed".to_owned(),
        );
    };
    let newest = ledger.checkpoint()?.unwrap_or_default();
    let own = taggant_ledger::number(&newest).unwrap_or(0);
    if own < number
        || (own == number
            && <[u8; 32]>::from(Sha256::digest(taggant_ledger::text(&newest))) != hash)
    {
        return finding(format!(
            "the key store knows checkpoint {number}, and the ledger has another one or none: it is \
             an older copy, or was made anew"
        ));
    }
    if is_lost {
        return finding(format!(
            "the checkpoint that was kept beside the anchor is gone, and the key store knows number \
             {number}: nothing is signed until it is put back, or the ledger is trusted anew"
        ));
    }
    Ok(None)
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
