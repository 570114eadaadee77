//! Copies of the stores of a data folder, and how they are put back. docs/KEYS.md has the procedure.
//!
//! A backup has the key store, the ledger and the policy. It never has the root key, which would open
//! all of it, nor the anchor, which must be newer than any backup: it tells an old copy from the
//! present, so that what was erased since is erased again.

use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use taggant_core::key::Anchor;
use taggant_core::{Error, Outcome, Result, hex};

use crate::keys::{FileAnchor, SqliteKeyStore};
use crate::private;
use crate::sqlite::{Database, sync_folder};

/// The file that says what a backup has.
const LIST: &str = "backup.txt";
const HEAD: &str = "taggant backup 1 ";

/// What a backup has, in the order in which it is put back: a key store is never there before its
/// ledger.
const FILES: [&str; 3] = ["policy.toml", "ledger.db", "keys.db"];

/// What a backup is of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Backup {
    /// The id of the data folder.
    pub folder: [u8; 16],
    /// How many entries the history of keys had.
    pub history: u64,
    /// Its files: name, length, SHA-256.
    pub files: Vec<(String, u64, [u8; 32])>,
}

/// Copies the stores of a data folder, as each is now, into a new folder. Services may run meanwhile:
/// what they do later is not in it. The key store is copied first, so that the ledger is never behind.
///
/// # Errors
/// `KeyUnavailable`, `JournalUnavailable` where a store can't be copied, `Invalid` where `to` is not
/// empty.
pub fn write(home: &Path, to: &Path) -> Result<Backup> {
    make_folder(to)?;
    let is_empty = std::fs::read_dir(to).map_err(|error| failed(to, &error))?.next().is_none();
    if !is_empty {
        return Err(refused(to, "is not empty; name a new folder for each backup"));
    }
    let keys = home.join("keys.db");
    if !keys.is_file() {
        return Err(refused(home, "has no key store"));
    }
    SqliteKeyStore::open(&keys)?.copy_to(&to.join("keys.db"))?;
    let ledger = home.join("ledger.db");
    if ledger.is_file() {
        let ledger = Database::existing(&ledger, Outcome::JournalUnavailable);
        ledger.copy_to(&to.join("ledger.db"))?;
    }
    if home.join("policy.toml").is_file() {
        copy(&home.join("policy.toml"), &to.join("policy.toml"))?;
    }
    let (folder, history) = head(&to.join("keys.db"))?;
    let mut backup = Backup { folder, history, files: Vec::new() };
    for name in FILES.iter().filter(|name| to.join(name).is_file()) {
        let (length, hash) = digest(&to.join(name))?;
        backup.files.push(((*name).to_owned(), length, hash));
    }
    // Last: a backup that was cut off has no list.
    place(&to.join(LIST), backup.to_text().as_bytes())?;
    Ok(backup)
}

/// Reads what a backup has, and compares its files with that.
///
/// # Errors
/// `Invalid` where it is no backup or one that was cut off, `Tampered` where a file is another.
pub fn check(from: &Path) -> Result<Backup> {
    let list = from.join(LIST);
    let text = std::fs::read_to_string(&list).map_err(|error| failed(&list, &error))?;
    let backup = Backup::parse(&text).ok_or_else(|| refused(&list, "is no list of a backup"))?;
    for (name, length, hash) in &backup.files {
        let path = from.join(name);
        if digest(&path)? != (*length, *hash) {
            return Err(Error::new(
                Outcome::Tampered,
                format!("{} is not the file that was backed up; take another copy", path.display()),
            ));
        }
    }
    let (folder, history) = head(&from.join("keys.db"))?;
    if (folder, history) != (backup.folder, backup.history) {
        return Err(refused(&list, "is the list of another backup"));
    }
    Ok(backup)
}

/// Puts the files of a backup into a data folder that has no stores. Open a runtime on it afterwards:
/// that erases again what was erased since, before a key is served.
///
/// # Errors
/// As [`check`]; `Invalid` where stores are there, `KeyUnavailable` where the root key or the anchor is
/// not, `KeyStoreRolledBack` where the anchor is of another folder.
pub fn restore(from: &Path, home: &Path, anchor: &Path, adopt_anchor: bool) -> Result<Backup> {
    let backup = check(from)?;
    for name in ["keys.db", "keys.db-wal", "ledger.db", "ledger.db-wal"] {
        let path = home.join(name);
        // A link that leads nowhere is there too.
        if path.symlink_metadata().is_ok() {
            return Err(refused(
                &path,
                "is there: stop the services, and move the stores and their -wal and -shm files \
                 away first",
            ));
        }
    }
    match FileAnchor::new(anchor).read()? {
        Some(anchored) if anchored.folder.id == backup.folder => {}
        Some(_) => {
            return Err(Error::new(
                Outcome::KeyStoreRolledBack,
                format!(
                    "the anchor {} is of another data folder than the backup",
                    anchor.display()
                ),
            ));
        }
        None if adopt_anchor => {}
        None => {
            return Err(Error::new(
                Outcome::KeyUnavailable,
                format!(
                    "there is no anchor {}: without it nobody can tell who was erased since the \
                     backup; put it back first",
                    anchor.display()
                ),
            ));
        }
    }
    make_folder(home)?;
    for (name, ..) in &backup.files {
        let path = home.join(name);
        // A policy that is there is newer.
        if !path.exists() {
            copy(&from.join(name), &path)?;
        }
    }
    Ok(backup)
}

impl Backup {
    fn to_text(&self) -> String {
        let mut text = format!("{HEAD}{} {}\n", hex::encode(&self.folder), self.history);
        for (name, length, hash) in &self.files {
            text += &format!("{name} {length} {}\n", hex::encode(hash));
        }
        text
    }

    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.strip_suffix('\n')?.lines();
        let (folder, history) = lines.next()?.strip_prefix(HEAD)?.split_once(' ')?;
        let (folder, history) = (hex::decode_array(folder)?, history.parse().ok()?);
        let file = |line: &str| {
            let mut parts = line.split(' ');
            let name = parts.next().filter(|name| FILES.contains(name))?;
            let (length, hash) = (parts.next()?.parse().ok()?, hex::decode_array(parts.next()?)?);
            parts.next().is_none().then(|| (name.to_owned(), length, hash))
        };
        let files = lines.map(file).collect::<Option<Vec<_>>>()?;
        files.iter().any(|(name, ..)| name == "keys.db").then_some(Self { folder, history, files })
    }
}

/// Which folder a copy of a key store belongs to, and how long its history is.
fn head(path: &Path) -> Result<([u8; 16], u64)> {
    let sql = "SELECT id, (SELECT max(number) FROM key_events) FROM folder";
    let read = || {
        let _hold = taggant_core::cipher::fork::hold();
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get::<_, i64>(1)?));
        connection.query_row(sql, [], row)
    };
    let (id, number) = read().map_err(|_: rusqlite::Error| refused(path, "is no key store"))?;
    Ok((id, number.cast_unsigned()))
}

fn digest(path: &Path) -> Result<(u64, [u8; 32])> {
    let mut file = File::open(path).map_err(|error| failed(path, &error))?;
    let (mut hash, mut length, mut buffer) = (Sha256::new(), 0, vec![0; 64 * 1024]);
    loop {
        let read = file.read(&mut buffer).map_err(|error| failed(path, &error))?;
        if read == 0 {
            return Ok((length, hash.finalize().into()));
        }
        hash.update(&buffer[..read]);
        length += read as u64;
    }
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut source = File::open(from).map_err(|error| failed(from, &error))?;
    placed(to, |file| std::io::copy(&mut source, file).map(drop))
}

fn place(to: &Path, content: &[u8]) -> Result<()> {
    placed(to, |file| file.write_all(content))
}

/// A file that is there whole or not at all.
fn placed(to: &Path, fill: impl FnOnce(&mut File) -> std::io::Result<()>) -> Result<()> {
    let written = || -> std::io::Result<()> {
        let (fresh, mut file): (PathBuf, File) = private::beside(to)?;
        let filled = fill(&mut file).and_then(|()| file.sync_all());
        match filled.and_then(|()| std::fs::rename(&fresh, to)) {
            Ok(()) => sync_folder(to),
            Err(error) => {
                let _ = std::fs::remove_file(&fresh);
                Err(error)
            }
        }
    };
    written().map_err(|error| failed(to, &error))
}

fn make_folder(path: &Path) -> Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &std::io::Error) -> Error {
    let what = match error.kind() {
        ErrorKind::NotFound => "is not there".to_owned(),
        kind => format!("can't be used: {kind}"),
    };
    refused(path, &what)
}

fn refused(path: &Path, why: &str) -> Error {
    Error::new(Outcome::Invalid, format!("{} {why}", path.display()))
}
