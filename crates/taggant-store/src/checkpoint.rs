//! Files of checkpoints, kept beside the anchor.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use taggant_core::{Error, Outcome, Result, hex};
use taggant_ledger::CheckpointKeeper;

use crate::private;
use crate::sqlite::sync_folder;

/// What the names of the files begin with; the ledger's id in hex follows.
const PREFIX: &str = "checkpoint.";

/// A file per ledger in a folder, which should be outside of the ledger's backups.
#[derive(Clone, Debug)]
pub struct CheckpointFiles {
    folder: PathBuf,
}

impl CheckpointFiles {
    /// In a folder, which must be there when the first checkpoint is kept.
    #[must_use]
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }

    /// In the folder of an anchor file.
    #[must_use]
    pub fn beside(anchor: &Path) -> Self {
        Self::new(anchor.parent().unwrap_or(Path::new(".")))
    }

    /// Writes a checkpoint to a file of any name, durably; one that is there is replaced whole.
    ///
    /// # Errors
    /// What the system says.
    pub fn write(path: &Path, note: &str) -> std::io::Result<()> {
        if path.metadata().is_ok_and(|known| !known.is_file()) {
            // A pipe or a terminal takes it as it is, and must not be replaced.
            return std::fs::write(path, note);
        }
        let (fresh, mut out) = private::beside(path)?;
        out.write_all(note.as_bytes())?;
        out.sync_all()?;
        std::fs::rename(fresh, path)?;
        sync_folder(path)
    }

    fn file(&self, ledger: &[u8; 16]) -> PathBuf {
        self.folder.join(format!("{PREFIX}{}", hex::encode(ledger)))
    }
}

impl CheckpointKeeper for CheckpointFiles {
    fn kept(&self, ledger: &[u8; 16]) -> Result<Option<String>> {
        let path = self.file(ledger);
        match std::fs::read_to_string(&path) {
            Ok(note) => Ok(Some(note)),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(failed(&path, &error)),
        }
    }

    fn keep(&self, ledger: &[u8; 16], note: &str) -> Result<()> {
        let path = self.file(ledger);
        Self::write(&path, note).map_err(|error| failed(&path, &error))
    }

    fn ledgers(&self) -> Result<Vec<[u8; 16]>> {
        let entries = match std::fs::read_dir(&self.folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(failed(&self.folder, &error)),
        };
        let id = |name: String| hex::decode(name.strip_prefix(PREFIX)?)?.try_into().ok();
        let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
        let mut found: Vec<[u8; 16]> = names.filter_map(id).collect();
        found.sort_unstable();
        Ok(found)
    }
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Outcome::JournalUnavailable,
        format!(
            "the checkpoint at {} can't be used: {}; see who may read and write there",
            path.display(),
            error.kind()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_checkpoint_of_each_ledger_is_kept_and_nothing_else_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let files = CheckpointFiles::beside(&folder.path().join("erasures"));
        assert_eq!(files.kept(&[1; 16]).unwrap(), None);
        files.keep(&[1; 16], "one").unwrap();
        files.keep(&[2; 16], "two").unwrap();
        files.keep(&[1; 16], "three").unwrap();
        assert_eq!(files.kept(&[1; 16]).unwrap().as_deref(), Some("three"));
        for other in ["erasures", "checkpoint.txt", "checkpoint.00"] {
            std::fs::write(folder.path().join(other), "x").unwrap();
        }
        assert_eq!(files.ledgers().unwrap(), [[1; 16], [2; 16]]);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 5, "nothing half is left");
    }

    #[test]
    fn a_folder_that_is_not_there_keeps_nothing_and_says_so() {
        let folder = tempfile::tempdir().unwrap();
        let files = CheckpointFiles::new(folder.path().join("gone"));
        assert!(files.ledgers().unwrap().is_empty());
        let error = files.keep(&[1; 16], "one").unwrap_err();
        assert_eq!(error.outcome(), Outcome::JournalUnavailable);
    }
}
