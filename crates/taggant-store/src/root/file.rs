//! A file with a key: readable by its owner only.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;

use taggant_core::{Error, Outcome, Result};
use zeroize::Zeroizing;

use super::text::{self, Form};
use crate::private;
use crate::sqlite::sync_folder;

/// Reads the file; `None` where there is none.
pub(crate) fn read(form: Form, path: &Path) -> Result<Option<Zeroizing<[u8; 32]>>> {
    match open(path) {
        Ok(None) => Err(refused(form, path, "it is a symbolic link; name the file itself")),
        Ok(Some(file)) => read_open(form, path, file).map(Some),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(failed(form, path, &error)),
    }
}

/// `None` for a symbolic link: who may change the link, or a folder on its way, would choose the key.
#[cfg(unix)]
fn open(path: &Path) -> std::io::Result<Option<File>> {
    use std::os::unix::fs::OpenOptionsExt;
    let flags = rustix::fs::OFlags::NOFOLLOW | rustix::fs::OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).expect("two bits");
    match std::fs::OpenOptions::new().read(true).custom_flags(flags).open(path) {
        Err(_) if path.is_symlink() => Ok(None),
        opened => opened.map(Some),
    }
}

#[cfg(not(unix))]
fn open(path: &Path) -> std::io::Result<Option<File>> {
    if path.is_symlink() { Ok(None) } else { File::open(path).map(Some) }
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
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let (owner, own) = (metadata.uid(), rustix::process::geteuid().as_raw());
    if owner != own {
        return Err(refused(
            form,
            path,
            &format!("it belongs to user {owner} and this process runs as {own}; run chown on it"),
        ));
    }
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
    let (fresh, mut file) = private::beside(path).map_err(|error| failed(form, path, &error))?;
    let written = file
        .write_all(key.as_bytes())
        .and_then(|()| file.sync_all())
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
