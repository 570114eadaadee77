//! Whether the files of a database are still those that were opened.

use std::io::{ErrorKind, Result};
use std::path::Path;

use crate::private;

/// Which file a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Identity(u64, u64);

/// What was seen of a database file and its log.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Seen {
    file: Option<Identity>,
    log: Option<Identity>,
}

impl Seen {
    /// The log goes with the last connection, and comes with the next.
    pub(crate) fn forget_log(&mut self) {
        self.log = None;
    }

    /// Looks again. `false` where a file has gone or another one stands under its name: what is
    /// written then goes to a file that the next start does not find.
    pub(crate) fn look_again(&mut self, path: &Path) -> Result<bool> {
        let log = identity(&private::with_end(path, "-wal"))?;
        let now = Self { file: identity(path)?, log };
        let same = |was: Option<Identity>, is: Option<Identity>| was.is_none() || was == is;
        let is_same = same(self.file, now.file) && same(self.log, now.log);
        if is_same {
            *self = now;
        }
        Ok(is_same)
    }
}

fn identity(path: &Path) -> Result<Option<Identity>> {
    match std::fs::symlink_metadata(path) {
        Ok(metadata) => Ok(Some(of(&metadata))),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(unix)]
fn of(metadata: &std::fs::Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Identity(metadata.dev(), metadata.ino())
}

/// Files that are open can't be replaced there.
#[cfg(not(unix))]
fn of(_: &std::fs::Metadata) -> Identity {
    Identity(0, 0)
}
