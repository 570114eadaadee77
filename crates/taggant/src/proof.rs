//! Who signs the ledger's checkpoints, where the newest one is kept, and what it is compared with.

use std::sync::Arc;

use sha2::{Digest, Sha256};
use taggant_core::cipher::sign::{self, SigningKey};
use taggant_core::flow::DEFAULT_TENANT;
use taggant_core::key::KeyRing;
use taggant_core::{Error, Outcome, Result, hex};
use taggant_ledger::answers::{Tampering, Verification};
use taggant_ledger::{CheckpointKeeper, CheckpointSigner, KeptHead, Ledger, VerifyOptions};

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

/// What the key store keeps of a ledger: number of its newest checkpoint [8], SHA-256 of its text
/// [32], when a process refused to sign [8], numbers big-endian, and a signature [64] over all.
fn sealed_head(key: &SigningKey, ledger: &[u8; 16], head: &KeptHead) -> Vec<u8> {
    let (number, refused) = (head.number.to_be_bytes(), head.refused_ns.to_be_bytes());
    let said = [&number[..], &head.hash, &refused].concat();
    let signature = key.sign(&signed(ledger, &said));
    [&said[..], &signature].concat()
}

/// What is signed of it: no checkpoint begins like this.
fn signed(ledger: &[u8; 16], said: &[u8]) -> Vec<u8> {
    [b"taggant/head/", hex::encode(ledger).as_bytes(), b"\n", said].concat()
}

/// What it says, if the signature is right.
fn read_head(key: &[u8; 32], ledger: &[u8; 16], head: &[u8]) -> Option<KeptHead> {
    let (said, signature) = head.split_at_checked(48)?;
    if !sign::verify(key, &signed(ledger, said), signature.try_into().ok()?) {
        return None;
    }
    let (number, rest) = said.split_first_chunk::<8>()?;
    let (hash, refused) = rest.split_first_chunk::<32>()?;
    let refused_ns = u64::from_be_bytes(refused.try_into().ok()?);
    Some(KeptHead { number: u64::from_be_bytes(*number), hash: *hash, refused_ns })
}

impl KeptSigner {
    /// Keeps what is known in the key store. What fails here must not stop the ledger: the next
    /// checkpoint is kept again.
    fn keep_head(&self, head: &KeptHead) {
        let sealed = sealed_head(&self.key, &self.ledger, head);
        let _ = self.keys.keep_ledger_head(self.ledger, head.number, &sealed);
    }
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

    fn head(&self) -> Result<Option<KeptHead>> {
        let Some(head) = self.keys.ledger_head(self.ledger)? else { return Ok(None) };
        read_head(&self.key.public(), &self.ledger, &head).map(Some).ok_or_else(|| {
            Error::new(
                Outcome::Tampered,
                "what the key store keeps of the ledger's newest checkpoint was not signed with \
                 the ledger's key: it was changed by somebody without keys; restore the key store",
            )
        })
    }

    fn begin(&self) {
        if let Ok(None) = self.head() {
            self.keep_head(&KeptHead::default());
        }
    }

    /// Where another process has kept a newer one, that stays. What fails here must not stop the
    /// ledger: the checkpoint stands there too, and the next one is kept again.
    fn keep(&self, number: u64, note: &str, anew: bool) {
        let before = self.head().ok().flatten().unwrap_or_default();
        let hash = Sha256::digest(taggant_ledger::text(note)).into();
        let refused_ns = if anew { 0 } else { before.refused_ns };
        self.keep_head(&KeptHead { number, hash, refused_ns });
        let Some(keeper) = &self.keeper else { return };
        // What can't be read is no checkpoint that is newer.
        let kept = self.kept().ok().flatten();
        let is_newer = kept.is_none_or(|kept| taggant_ledger::number(&kept) < Some(number));
        if is_newer {
            let _ = keeper.keep(&self.ledger, note);
        }
    }

    fn refused(&self) {
        let Ok(head) = self.head() else { return };
        let mut head = head.unwrap_or_default();
        if head.refused_ns == 0 {
            head.refused_ns = taggant_core::event::now();
            self.keep_head(&head);
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
        let is_lost = keeper.is_some() && kept.is_none();
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
    let finding = |what: String| Ok(Some(Tampering::new("rolled_back", "checkpoints", what)));
    let newest = ledger.checkpoint()?.unwrap_or_default();
    let own = taggant_ledger::number(&newest).unwrap_or(0);
    let Some(head) = keys.ledger_head(*id)? else {
        return match own {
            0 => Ok(None),
            _ => finding("the ledger has checkpoints, and the key store knows of none".to_owned()),
        };
    };
    let Some(KeptHead { number, hash, refused_ns, .. }) = read_head(key, id, &head) else {
        return finding(
            "what the key store keeps of the newest checkpoint is not signed".to_owned(),
        );
    };
    let text = taggant_ledger::text(&newest);
    let is_other = own == number && number > 0 && <[u8; 32]>::from(Sha256::digest(text)) != hash;
    if own < number || is_other {
        return finding(format!(
            "the key store knows checkpoint {number}, and the ledger has another one or none: it is \
             an older copy, or was made anew"
        ));
    }
    if is_lost && number > 0 {
        return finding(format!(
            "the checkpoint that was kept beside the anchor is gone, and the key store knows number \
             {number}: nothing is signed until it is put back, or the ledger is trusted anew"
        ));
    }
    if refused_ns > 0 {
        return finding(format!(
            "since {refused_ns} (Unix nanoseconds) a process has refused to sign: the ledger was not \
             the one that was known, or had rows that nobody with a key has written"
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
