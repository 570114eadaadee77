//! Events in a file, one per line.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use super::{ExportError, Target};

/// A file that events are added to, one JSON document per line.
pub struct FileTarget {
    path: PathBuf,
    file: File,
}

impl FileTarget {
    /// Opens or makes the file; events are added at its end. Half a line, left by a crash, is ended: its
    /// event comes again.
    ///
    /// # Errors
    /// Where it can't be opened.
    pub fn open(path: &Path) -> Result<Self, ExportError> {
        let opened = OpenOptions::new().create(true).read(true).append(true).open(path);
        let opened = opened.and_then(|mut file| {
            end_line(&mut file)?;
            Ok(file)
        });
        let file = opened.map_err(|error| failed(path, &error))?;
        Ok(Self { path: path.to_owned(), file })
    }
}

/// Pipes and devices have no end to look at.
fn end_line(file: &mut File) -> std::io::Result<()> {
    if !file.metadata()?.is_file() || file.seek(SeekFrom::End(0))? == 0 {
        return Ok(());
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    if last == *b"\n" { Ok(()) } else { file.write_all(b"\n") }
}

fn failed(path: &Path, error: &std::io::Error) -> ExportError {
    ExportError(format!("{}: {error}", path.display()))
}

impl Target for FileTarget {
    fn send(&mut self, event: &[u8]) -> Result<(), ExportError> {
        let line = [event, b"\n"].concat();
        self.file.write_all(&line).map_err(|error| failed(&self.path, &error))
    }

    fn keep(&mut self) -> Result<(), ExportError> {
        let kept = match self.file.sync_all() {
            // Pipes and devices keep nothing.
            Err(error) if error.kind() == std::io::ErrorKind::InvalidInput => Ok(()),
            other => other,
        };
        kept.map_err(|error| failed(&self.path, &error))
    }
}
