//! The anchor file: one line per erasure, kept outside the backups of the key store.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use taggant_core::key::{Anchor, ErasureRow, Groups};
use taggant_core::tag::SubjectTag;
use taggant_core::{Error, Outcome, Result};

use crate::sqlite::sync_folder;
use taggant_core::hex;

/// First line of the file.
const HEAD: &str = "taggant erasures 1\n";

/// An anchor in an append-only text file. Several processes may share it.
pub struct FileAnchor {
    path: PathBuf,
}

impl FileAnchor {
    /// Names the file; a key ring makes it when it is opened first.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    fn failed(&self, error: &std::io::Error) -> Error {
        Error::new(
            Outcome::KeyUnavailable,
            format!("the anchor file {} can't be used: {}", self.path.display(), error.kind()),
        )
    }

    fn damaged(&self, line: usize) -> Error {
        Error::new(
            Outcome::Tampered,
            format!(
                "the anchor file {} is damaged at line {line}; restore it",
                self.path.display()
            ),
        )
    }

    fn parse(&self, text: &str) -> Result<Vec<ErasureRow>> {
        if HEAD.starts_with(text) {
            // The power went while the file was made.
            return Ok(Vec::new());
        }
        let body = text.strip_prefix(HEAD).ok_or_else(|| self.damaged(1))?;
        // A line without its end was never acknowledged: the power went while it was written.
        let whole = body.rfind('\n').map_or("", |end| &body[..end]);
        whole
            .lines()
            .enumerate()
            .map(|(index, line)| parse_line(line).ok_or_else(|| self.damaged(index + 2)))
            .collect()
    }

    fn append(&self, rows: &[ErasureRow]) -> std::io::Result<Option<usize>> {
        let mut file = open_private(&self.path)?;
        file.lock()?;
        let mut text = String::new();
        file.read_to_string(&mut text)?;
        if text.len() < HEAD.len() && HEAD.starts_with(&text) {
            HEAD.clone_into(&mut text);
            file.set_len(0)?;
            file.seek(SeekFrom::Start(0))?;
            file.write_all(HEAD.as_bytes())?;
        }
        let end = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(end as u64)?;
        file.seek(SeekFrom::Start(end as u64))?;
        let Ok(known) = self.parse(&text[..end]) else { return Ok(None) };
        let last = known.last().map_or(0, |row| row.number);
        let fresh: Vec<&ErasureRow> = rows.iter().filter(|row| row.number > last).collect();
        // A gap would make the whole file unreadable.
        if fresh.first().is_some_and(|row| row.number != last + 1) {
            return Ok(None);
        }
        let lines: String = fresh.into_iter().map(line).collect();
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        sync_folder(&self.path)?;
        Ok(Some(lines.len()))
    }
}

impl Anchor for FileAnchor {
    fn read(&self) -> Result<Option<Vec<ErasureRow>>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => self.parse(&text).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn extend(&self, rows: &[ErasureRow]) -> Result<()> {
        match self.append(rows) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(self.damaged(1)),
            Err(error) => Err(self.failed(&error)),
        }
    }
}

/// Opens or makes a file that only its owner may read.
fn open_private(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Number, time, tenant (in hex: it may hold anything), subject tag, groups, previous, hash, MAC.
fn line(row: &ErasureRow) -> String {
    format!(
        "{} {} {} {} {} {} {} {}\n",
        row.number,
        row.time_ns,
        hex::encode(row.tenant.as_bytes()),
        row.subject,
        hex::encode(row.groups.to_text().as_bytes()),
        hex::encode(&row.previous),
        hex::encode(&row.hash),
        hex::encode(&row.mac),
    )
}

fn parse_line(line: &str) -> Option<ErasureRow> {
    let mut parts = line.split(' ');
    let bytes = |part: Option<&str>| hex::decode(part?);
    let number = parts.next()?.parse().ok()?;
    let time_ns = parts.next()?.parse().ok()?;
    let tenant = String::from_utf8(bytes(parts.next())?).ok()?;
    let subject = SubjectTag(bytes(parts.next())?.try_into().ok()?);
    let groups = Groups::from_text(&String::from_utf8(bytes(parts.next())?).ok()?);
    let previous = bytes(parts.next())?.try_into().ok()?;
    let hash = bytes(parts.next())?.try_into().ok()?;
    let mac = bytes(parts.next())?.try_into().ok()?;
    parts.next().is_none().then_some(ErasureRow {
        number,
        time_ns,
        tenant,
        subject,
        groups,
        previous,
        hash,
        mac,
    })
}
