//! Who signs the ledger's checkpoints, where the newest one is kept, and what it is compared with.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use taggant_core::cipher::sign::SigningKey;
use taggant_core::flow::DEFAULT_TENANT;
use taggant_core::key::KeyRing;
use taggant_core::{Result, hex};
use taggant_ledger::answers::{Tampering, Verification};
use taggant_ledger::{CheckpointSigner, Ledger, VerifyOptions};

use crate::runtime::Builder;

/// What the files of checkpoints beside the anchor begin with; the ledger's id follows.
const PREFIX: &str = "checkpoint.";

/// Signs with a key of the key store, and keeps what it signed beside the anchor of erasures.
struct KeptSigner {
    key: SigningKey,
    keys: Arc<KeyRing>,
    file: PathBuf,
}

/// Has a ledger's checkpoints signed.
pub(crate) fn sign(ledger: &dyn Ledger, keys: &Arc<KeyRing>, anchor: &Path) -> Result<()> {
    let id = ledger.id()?;
    let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
    ledger.sign_with(Arc::new(KeptSigner { key, keys: keys.clone(), file: file(anchor, &id) }));
    Ok(())
}

fn file(anchor: &Path, ledger: &[u8; 16]) -> PathBuf {
    anchor.with_file_name(format!("{PREFIX}{}", hex::encode(ledger)))
}

/// How many entries the log of a checkpoint has.
fn entries(note: &str) -> Option<u64> {
    note.lines().nth(1)?.parse().ok()
}

impl KeptSigner {
    fn try_keep(&self, note: &str) -> std::io::Result<()> {
        let fresh = self.file.with_extension(format!("{}.new", std::process::id()));
        let mut out = std::fs::File::create(&fresh)?;
        out.write_all(note.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(fresh, &self.file)
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

    fn kept(&self) -> Option<String> {
        std::fs::read_to_string(&self.file).ok()
    }

    /// Where another process has kept a newer one, that stays. A file that can't be written must
    /// not stop the ledger: the checkpoint stands there too.
    fn keep(&self, note: &str) {
        let is_newer = self.kept().is_none_or(|kept| entries(&kept) < entries(note));
        if is_newer {
            let _ = self.try_keep(note);
        }
    }
}

impl Builder {
    /// Verifies the ledger of the folder: against itself, the key store, the checkpoint that is kept
    /// beside the anchor, and one that was kept elsewhere, if there is one. Records nothing.
    ///
    /// # Errors
    /// As [`build`](Self::build); `Invalid` where `against` is no checkpoint of this key.
    pub fn verify(mut self, against: Option<String>) -> Result<Verification> {
        let (keys, anchor) = self.open_keys(None)?;
        let ledger = taggant_store::ledger::open_read_only(&self.folder().join("ledger.db"))?;
        let id = ledger.id()?;
        let key = keys.tenant(DEFAULT_TENANT)?.checkpoint_key(&id)?;
        let erasures = keys.erasures(1)?.iter().map(|row| (row.number, row.hash)).collect();
        let mut options = VerifyOptions {
            public_key: Some(key.public()),
            erasures: Some(erasures),
            against: std::fs::read_to_string(file(&anchor, &id)).ok(),
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
        found.findings.extend(others(&anchor, &file(&anchor, &id)));
        Ok(found)
    }
}

/// Ledgers that this key store has signed for and that are not here any more.
fn others(anchor: &Path, own: &Path) -> Vec<Tampering> {
    let Some(entries) = anchor.parent().and_then(|folder| std::fs::read_dir(folder).ok()) else {
        return Vec::new();
    };
    let mut found: Vec<Tampering> = entries
        .flatten()
        .filter(|entry| entry.path() != own)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            let id = name.strip_prefix(PREFIX)?;
            (hex::decode(id)?.len() == 16).then(|| {
                let what = format!("the anchor knows a ledger {id}, and this one is another");
                Tampering::new("rolled_back", "log", what)
            })
        })
        .collect();
    found.sort_by(|a, b| a.what.cmp(&b.what));
    found
}
