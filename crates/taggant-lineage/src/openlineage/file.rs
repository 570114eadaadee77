//! Events in a file, one per line.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use super::{ExportError, Target};

/// A file that events are added to, one JSON document per line.
pub struct FileTarget {
    path: PathBuf,
    file: File,
}

impl FileTarget {
    /// Opens or makes the file; events are added at its end.
    ///
    /// # Errors
    /// Where it can't be opened.
    pub fn open(path: &Path) -> Result<Self, ExportError> {
        let opened = OpenOptions::new().create(true).append(true).open(path);
        let file = opened.map_err(|error| ExportError(format!("{}: {error}", path.display())))?;
        Ok(Self { path: path.to_owned(), file })
    }
}

impl Target for FileTarget {
    fn send(&mut self, event: &[u8]) -> Result<(), ExportError> {
        // One write: a line is there whole, or not at all.
        let line = [event, b"\n"].concat();
        let written = self.file.write_all(&line);
        written.map_err(|error| ExportError(format!("{}: {error}", self.path.display())))
    }
}

impl Drop for FileTarget {
    fn drop(&mut self) {
        let _ = self.file.sync_all();
    }
}
