//! A file with a key: readable by its owner only.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;

use taggant_core::{Error, Outcome, Result};
use zeroize::Zeroizing;

use super::text::{self, Form};
use crate::sqlite::sync_folder;

/// Reads the file; `None` where there is none.
pub(crate) fn read(form: Form, path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>> {
    match File::open(path) {
        Ok(file) => read_open(form, path, file).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(form, path, &error)),
    }
}

fn read_open(form: Form, path: &Path, mut file: File) -> Result<Zeroizing<[u8; 32]>> {
    // The opened file is judged, not the path: it can't be exchanged in between.
    let metadata = file.metadata().map_err(|error| failed(form, path, &error))?;
    if !metadata.is_file() {
        return Err(refused(form, path, "it is no plain file"));
    }
    check_permissions(form, path, &metadata)?;
    let mut content = Zeroizing::new(String::with_capacity(256));
    Read::take(&mut file, 4096)
        .read_to_string(&mut content)
        .map_err(|error| failed(form, path, &error))?;
    text::parse(form, &content, &format!("the {} file {}", form.what, path.display()))
}

#[cfg(unix)]
fn check_permissions(form: Form, path: &Path, metadata: &std::fs::Metadata) -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = metadata.permissions().mode() & 0o777;
    if mode & 0o077 == 0 {
        return Ok(());
    }
    Err(refused(
        form,
        path,
        &format!("others than its owner have access to it (mode {mode:04o}); run chmod 600 on it"),
    ))
}

#[cfg(not(unix))]
fn check_permissions(_: Form, _: &Path, _: &std::fs::Metadata) -> Result<()> {
    Ok(())
}

/// Makes the file, with a fresh key. One that is there stays: two starting processes agree on the
/// one that was there first. It is written whole under another name and then linked into place, so
/// that nobody sees half a key.
pub(crate) fn create(form: Form, path: &Path) -> Result<()> {
    let key = text::fresh(form)?;
    let mut suffix = [0; 8];
    getrandom::fill(&mut suffix)
        .map_err(|_| refused(form, path, "there is no randomness for it"))?;
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
    written.map_err(|error| failed(form, path, &error))
}

fn failed(form: Form, path: &Path, error: &std::io::Error) -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        format!("the {} file {} can't be used: {}", form.what, path.display(), error.kind()),
    )
}

pub(crate) fn refused(form: Form, path: &Path, why: &str) -> Error {
    Error::new(
        Outcome::KeyUnavailable,
        format!("the {} file {} is refused: {why}", form.what, path.display()),
    )
}
