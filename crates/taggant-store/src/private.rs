//! Files that only their owner may read.

use std::fs::{File, OpenOptions};
use std::io::{Error, ErrorKind, Result};
use std::path::{Path, PathBuf};

fn options() -> OpenOptions {
    let mut options = OpenOptions::new();
    // `create_new` follows no link and opens nothing that is there. SQLite's locks on a file are lost
    // as soon as the process closes any other handle of it.
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Makes an empty file where there is none.
pub(crate) fn make(path: &Path) -> Result<()> {
    match options().open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The path of a file beside another, whose name has something more at its end.
pub(crate) fn with_end(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    PathBuf::from(name)
}

/// Makes a file beside another, under a name that nobody can know before, to be moved to its place.
pub(crate) fn beside(path: &Path) -> Result<(PathBuf, File)> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| Error::other("no randomness"))?;
    let mut name = path.file_name().ok_or(ErrorKind::InvalidInput)?.to_owned();
    name.push(format!(".new-{}", taggant_core::hex::encode(&random)));
    let fresh = path.with_file_name(name);
    let file = options().open(&fresh)?;
    Ok((fresh, file))
}

/// Lets the owner write the files beside another that it may write. SQLite makes them with the rights
/// that the file has then: where it was read-only for a while, they would stay so for good.
pub(crate) fn as_writable(path: &Path, ends: &[&str]) {
    #[cfg(unix)]
    for end in ends {
        use std::os::unix::fs::PermissionsExt as _;
        const OWNER_WRITES: u32 = 0o200;
        let name = with_end(path, end);
        let (Ok(file), Ok(other)) = (std::fs::metadata(path), std::fs::metadata(&name)) else {
            continue;
        };
        let writable = file.permissions().mode() & OWNER_WRITES != 0;
        if writable && other.permissions().mode() & OWNER_WRITES == 0 {
            // Another user's stays as it is, and SQLite says so.
            let _ = std::fs::set_permissions(&name, file.permissions());
        }
    }
    #[cfg(not(unix))]
    let _ = (path, ends);
}
