//! A key ring on files, and who meddles with them.
#![allow(dead_code, reason = "each test crate needs a part of it")]

use std::path::Path;
use std::sync::Arc;

use rusqlite::Connection;
use taggant_core::key::{KeyConfig, KeyRing, LocalRoot, Owner};
use taggant_core::tag::{KeyId, SubjectTag};
use taggant_core::{Outcome, Result};
use taggant_store::keys::{FileAnchor, SqliteKeyStore};

pub(crate) fn open_with(folder: &Path, config: KeyConfig) -> Result<KeyRing> {
    KeyRing::open(
        Arc::new(SqliteKeyStore::open(&folder.join("keys.db"))?),
        Arc::new(LocalRoot::new(&[7; 32])),
        Box::new(FileAnchor::new(&folder.join("anchor.log"))),
        config,
    )
}

pub(crate) fn open(folder: &Path) -> Result<KeyRing> {
    open_with(folder, KeyConfig::default())
}

pub(crate) fn person(ring: &KeyRing, id: &str) -> SubjectTag {
    ring.tenant("t").unwrap().subject_tag("customer", id.as_bytes()).unwrap()
}

pub(crate) fn seal(ring: &KeyRing, id: &str) -> Result<KeyId> {
    let owner = Owner::Subject(person(ring, id));
    Ok(ring.tenant("t")?.seal_key("main", owner)?.id())
}

/// An insider with the database file and without keys. What they keep for later is in `aside`.
pub(crate) fn insider(folder: &Path, sql: &str) {
    let connection = Connection::open(folder.join("keys.db")).unwrap();
    let aside = folder.join("insider.db");
    connection.execute("ATTACH ?1 AS aside", [aside.to_str().unwrap()]).unwrap();
    connection.execute_batch(sql).unwrap();
}

pub(crate) fn outcome<T>(result: Result<T>) -> Outcome {
    result.err().expect("it is refused").outcome()
}

/// Whether a wrapped key stands in the raw files, the log too. SQLite may remove its log between the
/// listing and the reading: what is gone holds nothing.
pub(crate) fn is_on_disk(folder: &Path, wrapped: &[u8]) -> bool {
    std::fs::read_dir(folder).unwrap().any(|entry| {
        let bytes = match std::fs::read(entry.unwrap().path()) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return false,
            bytes => bytes.unwrap(),
        };
        bytes.windows(24).any(|window| window == &wrapped[24..48])
    })
}
