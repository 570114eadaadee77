//! The embedded way: everything that no port is given for, in one folder, on SQLite.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use taggant_core::policy::Policy;
use taggant_core::{Error, Outcome, Result};
use taggant_store::checkpoint::CheckpointFiles;
use taggant_store::keys::{FileAnchor, SqliteKeyStore};
use taggant_store::ledger;

use crate::builder::{Builder, Ports, make_folder};
use crate::runtime::Runtime;

impl Runtime {
    /// Keys, policy, journal and ledger in one folder; no server.
    ///
    /// # Errors
    /// As [`Builder::build`].
    pub fn embedded(folder: impl Into<PathBuf>) -> Result<Self> {
        Self::builder(folder).build()
    }

    /// An embedded runtime with other settings.
    pub fn builder(folder: impl Into<PathBuf>) -> Builder {
        let home = folder.into();
        let mut builder = Builder::new(home.join("journal"));
        builder.home = Some(home);
        builder
    }
}

impl Builder {
    /// The anchor file, which must be outside the backups of the folder. Checkpoints are kept beside
    /// it, where nothing else is said. Default: `anchor/erasures` in the folder.
    #[must_use]
    pub fn anchor_file(mut self, file: impl Into<PathBuf>) -> Self {
        let file = file.into();
        let beside = || Arc::new(CheckpointFiles::beside(&file)) as _;
        self.ports.checkpoints.get_or_insert_with(beside);
        self.anchor_file = Some(file.clone());
        self.anchor(Arc::new(FileAnchor::new(&file)))
    }

    /// What of the key ring is not given comes from the folder.
    pub(crate) fn fill_keys(&mut self) -> Result<()> {
        let Some(home) = &self.home else { return Ok(()) };
        make_folder(home)?;
        self.refuse_new_store(home)?;
        let ports = &mut self.ports;
        // Before the root-key file: a cut in between must not look like a lost key store.
        if ports.key_store.is_none() {
            ports.key_store = Some(Arc::new(SqliteKeyStore::open(&home.join("keys.db"))?));
        }
        if ports.root.is_none() {
            refuse_new_root(ports, &home.join("root.key"))?;
            ports.root = Some(Arc::new(taggant_store::root::from_file(&home.join("root.key"))?));
        }
        let anchor = home.join("anchor");
        if ports.anchor.is_none() || ports.checkpoints.is_none() {
            make_folder(&anchor)?;
        }
        if ports.anchor.is_none() {
            ports.anchor = Some(Arc::new(FileAnchor::new(&anchor.join("erasures"))));
        }
        if ports.checkpoints.is_none() {
            ports.checkpoints = Some(Arc::new(CheckpointFiles::new(&anchor)));
        }
        Ok(())
    }

    /// A key store that is not there is not made beside what belongs to one.
    fn refuse_new_store(&self, home: &Path) -> Result<()> {
        let store = home.join("keys.db");
        // A file of no length is one that was lost, or was emptied.
        let is_there = store.metadata().is_ok_and(|file| file.len() > 0);
        if self.ports.key_store.is_some() || self.keys.begin_anew || is_there {
            return Ok(());
        }
        let anchor = self
            .anchor_file
            .clone()
            .or_else(|| self.ports.anchor.is_none().then(|| home.join("anchor").join("erasures")));
        let ledger = self.ports.ledger.is_none().then(|| home.join("ledger.db"));
        let root = self.ports.root.is_none().then(|| home.join("root.key"));
        let mut parts = [anchor, ledger, root].into_iter().flatten();
        let Some(part) = parts.find(|part| part.exists()) else { return Ok(()) };
        Err(Error::new(
            Outcome::KeyUnavailable,
            format!(
                "there is no key store {} and there is {}: restore the key store that it belongs \
                 to; for a new data folder, or where the old key store is lost for good, build \
                 once with begin_anew",
                store.display(),
                part.display()
            ),
        ))
    }

    /// A ledger that has signed checkpoints is not begun anew because its file is gone.
    fn refuse_new_ledger(&self, path: &Path) -> Result<()> {
        let is_there = path.metadata().is_ok_and(|file| file.len() > 0);
        let kept = self.ports.checkpoints.as_ref().filter(|_| !is_there && !self.keys.begin_anew);
        let Some(keeper) = kept else { return Ok(()) };
        if keeper.ledgers()?.is_empty() {
            return Ok(());
        }
        Err(Error::new(
            Outcome::JournalUnavailable,
            format!(
                "there is no ledger {} and there is a checkpoint of one beside the anchor: restore \
                 the ledger; where it is lost for good, move the checkpoint away",
                path.display()
            ),
        ))
    }

    /// So does the ledger, which is then one of the folder.
    pub(crate) fn fill_ledger(&mut self, folder: [u8; 16]) -> Result<()> {
        if let (Some(home), None) = (&self.home, &self.ports.ledger) {
            let path = home.join("ledger.db");
            self.refuse_new_ledger(&path)?;
            let ledger = ledger::open(&path)?;
            ledger.belong_to(folder, self.keys.begin_anew)?;
            self.ports.ledger = Some(Arc::new(ledger));
        }
        Ok(())
    }

    /// So does the ledger that is only asked.
    pub(crate) fn fill_ledger_read_only(&mut self) -> Result<()> {
        if let (Some(home), None) = (&self.home, &self.ports.ledger) {
            let ledger = ledger::open_read_only(&home.join("ledger.db"))?;
            self.ports.ledger = Some(Arc::new(ledger));
        }
        Ok(())
    }
}

/// Whether nothing is left in a key store's files of the keys that an erasure destroyed, by its number.
/// Needs no key: it tells what the store says.
///
/// # Errors
/// `KeyUnavailable`, `Tampered`.
pub fn is_overwritten(key_store: &Path, erasure: u64) -> Result<bool> {
    taggant_core::key::is_overwritten(&SqliteKeyStore::open(key_store)?, erasure)
}

/// A root key is not made beside a key store that was made under another.
fn refuse_new_root(ports: &Ports, file: &Path) -> Result<()> {
    let Some(store) = &ports.key_store else { return Ok(()) };
    if file.symlink_metadata().is_ok() || store.folder()?.is_none() {
        return Ok(());
    }
    Err(Error::new(
        Outcome::KeyUnavailable,
        format!(
            "there is a key store and no root-key file {}: put back the one that the key store was \
             made under; without it nothing can be opened",
            file.display()
        ),
    ))
}

pub(crate) fn read_policy(path: &Path) -> Result<Policy> {
    match std::fs::read_to_string(path) {
        Ok(text) => Policy::from_toml(&text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Policy::from_toml(""),
        Err(error) => Err(Error::new(
            Outcome::Invalid,
            format!("the policy file {} can't be read: {}", path.display(), error.kind()),
        )),
    }
}
