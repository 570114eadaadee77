//! The root-key file: readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use taggant_core::key::LocalRoot;
use taggant_core::{Error, Outcome, Result};
use zeroize::Zeroizing;

use super::text;
use crate::sqlite::sync_folder;

/// Reads the root-key file; makes it, with a fresh key, where there is none.
///
/// # Errors
/// `KeyUnavailable` where others than its owner may read or write it, where it is no plain file, or
/// where it holds no root key.
pub fn from_file(path: &Path) -> Result<LocalRoot> {
    match File::open(path) {
        Ok(file) => read(path, file),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            create(path)?;
            // Two starting processes agree on the file that was there first.
            read(path, File::open(path).map_err(|error| failed(path, &error))?)
        }
        Err(error) => Err(failed(path, &error)),
    }
}

fn read(path: &Path, mut file: File) -> Result<LocalRoot> {
    // The opened file is judged, not the path: it can't be exchanged in between.
    let metadata = file.metadata().map_err(|error| failed(path, &error))?;
    if !metadata.is_file() {
        return Err(refused(path, "it is no plain file"));
    }
    check_permissions(path, &metadata)?;
    let mut content = Zeroizing::new(String::with_capacity(256));
    Read::take(&mut file, 4096)
        .read_to_string(&mut content)
        .map_err(|error| failed(path, &error))?;
    text::parse(&content, &format!("the root-key file {}", path.display()))
}

#[cfg(unix)]
fn check_permissions(path: &Path, metadata: &std::fs::Metadata) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(refused(
        path,
        &format!("others than its owner have access to it (mode {mode:04o}); run chmod 600 on it"),
    ))
}

#[cfg(not(unix))]
fn check_permissions(_: &Path, _: &std::fs::Metadata) -> Result<()> {
    Ok(())
}

/// Writes a whole file under another name, then links it into place: nobody sees half a key.
fn create(path: &Path) -> Result<()> {
    let key = text::generate()?;
    let mut suffix = [0; 8];
    getrandom::fill(&mut suffix).map_err(|_| refused(path, "there is no randomness for it"))?;
    let fresh = path.with_extension(format!("new-{}", taggant_core::hex::encode(&suffix)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options
        .open(&fresh)
        .and_then(|mut file| file.write_all(key.as_bytes()).and_then(|()| file.sync_all()))
        .and_then(|()| match std::fs::hard_link(&fresh, path) {
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        })
        .and_then(|()| std::fs::remove_file(&fresh))
        .and_then(|()| sync_folder(path));
    written.map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        format!("the root-key file {} can't be used: {}", path.display(), error.kind()),
    )
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        format!("the root-key file {} is refused: {why}", path.display()),
    )
}
