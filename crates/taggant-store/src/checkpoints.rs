//! The newest checkpoint of each ledger, in files beside the anchor: outside of the ledger and of
//! its backups.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use taggant_core::hex;
use taggant_ledger::CheckpointKeeper;

/// What the names of the files begin with; the ledger's id follows.
const PREFIX: &str = "checkpoint.";

/// Files named `checkpoint.<id of the ledger>` in one folder.
pub struct CheckpointFiles {
    folder: PathBuf,
}

impl CheckpointFiles {
    /// In the folder of an anchor file.
    #[must_use]
    pub fn beside(anchor: &Path) -> Self {
        let folder = anchor.parent().filter(|parent| !parent.as_os_str().is_empty());
        Self { folder: folder.unwrap_or(Path::new(".")).to_owned() }
    }

    fn file(&self, ledger: &[u8; 16]) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}", hex::encode(ledger)))
    }

    fn write(&self, ledger: &[u8; 16], note: &str) -> std::io::Result<()> {
        let file = self.file(ledger);
        let fresh = file.with_extension(format!("{}.new", std::process::id()));
        let mut out = File::create(&fresh)?;
        out.write_all(note.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(fresh, file)
    }
}

impl CheckpointKeeper for CheckpointFiles {
    fn kept(&self, ledger: &[u8; 16]) -> Option<String> {
        std::fs::read_to_string(self.file(ledger)).ok()
    }

    /// A file that can't be written must not stop the ledger: the checkpoint stands there too.
    fn keep(&self, ledger: &[u8; 16], note: &str) {
        let _ = self.write(ledger, note);
    }

    fn ledgers(&self) -> Vec<[u8; 16]> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        entries
            .flatten()
            .filter_map(|entry| {
                hex::decode_array(entry.file_name().to_str()?.strip_prefix(PREFIX)?)
            })
            .collect()
    }
}
