//! Why a binary can't be read.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// A file from which nothing could be learned. Which file, why, and what to do.
#[derive(Debug)]
pub struct ReadError {
    path: PathBuf,
    source: io::Error,
}

impl ReadError {
    pub(crate) fn new(path: &Path, source: io::Error) -> Self {
        Self { path: path.to_owned(), source }
    }

    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.source)
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Fewer or more types are declared than were expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CountMismatch {
    /// How many should be there.
    pub expected: usize,
    /// How many are.
    pub found: usize,
}

impl fmt::Display for CountMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { expected, found } = self;
        write!(f, "{found} tagged types are declared, not {expected}")?;
        if found < expected {
            f.write_str(
                ": a crate that the program names nowhere is not linked; name it, with \
                 `use that_crate as _;`",
            )?;
        }
        Ok(())
    }
}

impl std::error::Error for CountMismatch {}
