//! What can go wrong with a whole scan; what goes wrong with one file is in the report.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why there is no report, or no baseline.
#[derive(Debug)]
#[non_exhaustive]
pub enum Error {
    /// The workspace cannot be listed.
    Io {
        /// What could not be read or written.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// There is no Rust source below the folder.
    NothingToScan(PathBuf),
    /// A baseline that this version cannot read.
    Baseline {
        /// Line in it, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A labelled file that cannot be measured against.
    Label {
        /// The file.
        path: String,
        /// Line in it, from 1.
        line: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
}

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io { path, source } => write!(out, "{}: {source}", path.display()),
            Self::NothingToScan(path) => {
                write!(
                    out,
                    "{}: no Rust source here; name the folder of a workspace",
                    path.display()
                )
            }
            Self::Baseline { line, reason } => {
                write!(out, "baseline, line {line}: {reason}; write it anew or restore the line")
            }
            Self::Label { path, line, reason } => write!(out, "{path}:{line}: {reason}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Io { source, .. } => Some(source),
            _ => None,
        }
    }
}
