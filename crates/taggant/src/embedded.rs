//! What stands in the data folder where no port was given: no server is needed.

use std::path::PathBuf;
use std::sync::Arc;

use taggant_core::{Error, Outcome, Result};
use taggant_store::checkpoints::CheckpointFiles;
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

use crate::builder::{Builder, make_folder};

/// Key store, root key and anchor, where they were not given.
pub(crate) fn keys(builder: &mut Builder) -> Result<()> {
    let anchor = anchor_file(builder);
    if builder.ports.key_store.is_none() {
        refuse_new_store(builder, &anchor)?;
        // Before the root-key file: a cut in between must not look like a lost key store.
        let store = SqliteKeyStore::open(&builder.folder.join("keys.db"))?;
        builder.ports.key_store = Some(Arc::new(store));
    }
    if builder.ports.root.is_none() {
        let root = taggant_store::root::from_file(&builder.folder.join("root.key"))?;
        builder.ports.root = Some(Arc::new(root));
    }
    if builder.ports.anchor.is_none() {
        if builder.ports.anchor_file.is_none() {
            make_folder(&builder.folder.join("anchor"))?;
        }
        builder.ports.anchor = Some(Box::new(FileAnchor::new(&anchor)));
    }
    Ok(())
}

/// The ledger of the folder, which belongs to its key store.
pub(crate) fn ledger(builder: &mut Builder, folder: [u8; 16]) -> Result<()> {
    let ledger = taggant_store::ledger::open(&builder.folder.join("ledger.db"))?;
    ledger.belong_to(folder, builder.keys.begin_anew)?;
    builder.ports.ledger = Some(Arc::new(ledger));
    Ok(())
}

/// The ledger of the folder, to be asked and never changed.
pub(crate) fn ledger_to_read(builder: &mut Builder) -> Result<()> {
    let ledger = taggant_store::ledger::open_read_only(&builder.folder.join("ledger.db"))?;
    builder.ports.ledger = Some(Arc::new(ledger));
    Ok(())
}

/// Checkpoints are kept beside the anchor file.
pub(crate) fn checkpoints(builder: &mut Builder) {
    if builder.ports.checkpoints.is_none() {
        let files = CheckpointFiles::beside(&anchor_file(builder));
        builder.ports.checkpoints = Some(Arc::new(files));
    }
}

fn anchor_file(builder: &Builder) -> PathBuf {
    let default = || builder.folder.join("anchor").join("erasures");
    builder.ports.anchor_file.clone().unwrap_or_else(default)
}

/// A key store that is not there is not made beside what belongs to one.
fn refuse_new_store(builder: &Builder, anchor: &std::path::Path) -> Result<()> {
    let store = builder.folder.join("keys.db");
    if builder.keys.begin_anew || store.exists() {
        return Ok(());
    }
    let mut parts = Vec::new();
    if builder.ports.anchor.is_none() {
        parts.push(anchor.to_owned());
    }
    if builder.ports.ledger.is_none() {
        parts.push(builder.folder.join("ledger.db"));
    }
    if builder.ports.root.is_none() {
        parts.push(builder.folder.join("root.key"));
    }
    let Some(part) = parts.iter().find(|part| part.exists()) else { return Ok(()) };
    Err(Error::new(
        Outcome::KeyUnavailable,
        format!(
            "there is no key store {} and there is {}: restore the key store that it belongs to; \
             for a new data folder, or where the old key store is lost for good, build once with \
             begin_anew",
            store.display(),
            part.display()
        ),
    ))
}
