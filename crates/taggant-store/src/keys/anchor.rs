//! The anchor file: one line per entry of the history of keys, kept outside the backups of the key
//! store.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use taggant_core::key::{Anchor, Anchored, EventRow, Folder};
use taggant_core::{Error, Outcome, Result, hex};

use crate::private::with_end;
use crate::sqlite::sync_folder;

/// The first words of the file. The folder's format and id follow.
const HEAD: &str = "taggant keys ";

/// How much of the end is read before lines are added; a longer last line makes it more.
const TAIL: u64 = 64 * 1024;

/// An anchor in an append-only text file. Several processes may share it.
pub struct FileAnchor {
    path: PathBuf,
}

/// Why lines can't be added.
enum Failed {
    Io(std::io::Error),
    /// The file is of another folder.
    Foreign,
    /// Its last line can't be read, or the new lines don't follow it.
    Damaged,
}

impl From<std::io::Error> for Failed {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
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

    fn parse(&self, text: &str) -> Result<Option<Anchored>> {
        let Some((head, body)) = text.split_once('\n') else {
            // The power went while the file was made: nothing was acknowledged.
            let is_begun = HEAD.starts_with(text) || text.starts_with(HEAD);
            return if is_begun { Ok(None) } else { Err(self.damaged(1)) };
        };
        let folder = parse_head(head).ok_or_else(|| self.damaged(1))?;
        // A line without its end was never acknowledged: the power went while it was written.
        let whole = body.rfind('\n').map_or("", |end| &body[..end]);
        let events: Result<Vec<EventRow>> = whole
            .lines()
            .enumerate()
            .map(|(index, line)| parse_line(line).ok_or_else(|| self.damaged(index + 2)))
            .collect();
        Ok(Some(Anchored { folder, events: events? }))
    }

    fn append(&self, folder: &Folder, rows: &[EventRow]) -> std::result::Result<(), Failed> {
        let mut file = open_private(&self.path)?;
        file.lock()?;
        begin(&mut file, folder)?;
        let (end, last) = last_line(&mut file)?;
        let last = match last {
            Some(line) => Some(parse_line(&line).ok_or(Failed::Damaged)?),
            None => None,
        };
        let number = last.as_ref().map_or(0, |row| row.number);
        let fresh: Vec<&EventRow> = rows.iter().filter(|row| row.number > number).collect();
        // A gap, or a branch of another history, would make the whole file unreadable.
        let follows = |first: &&&EventRow| first.follows(last.as_ref(), folder);
        if !fresh.is_empty() && fresh.first().filter(follows).is_none() {
            return Err(Failed::Damaged);
        }
        let lines: String = fresh.into_iter().map(line).collect();
        file.set_len(end)?;
        file.seek(SeekFrom::Start(end))?;
        file.write_all(lines.as_bytes())?;
        file.sync_all()?;
        sync_folder(&self.path)?;
        Ok(())
    }
}

impl Anchor for FileAnchor {
    fn read(&self) -> Result<Option<Anchored>> {
        match std::fs::read_to_string(&self.path) {
            Ok(text) => self.parse(&text),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) if error.kind() == std::io::ErrorKind::InvalidData => Err(self.damaged(1)),
            Err(error) => Err(self.failed(&error)),
        }
    }

    fn extend(&self, folder: &Folder, events: &[EventRow]) -> Result<()> {
        self.append(folder, events).map_err(|failed| match failed {
            Failed::Io(error) => self.failed(&error),
            Failed::Damaged => self.damaged(1),
            Failed::Foreign => Error::new(
                Outcome::KeyStoreRolledBack,
                format!(
                    "the anchor file {} belongs to another data folder; restore the one of this \
                     key store",
                    self.path.display()
                ),
            ),
        })
    }

    fn set_aside(&self) -> Result<()> {
        let Some(held) = self.read()? else { return Ok(()) };
        let name = with_end(&self.path, &format!(".{}", hex::encode(&held.folder.id)));
        let moved = std::fs::rename(&self.path, &name).and_then(|()| sync_folder(&self.path));
        moved.map_err(|error| self.failed(&error))
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

/// Writes the first line where there is none yet; compares it where there is.
fn begin(file: &mut File, folder: &Folder) -> std::result::Result<(), Failed> {
    let own = format!("{HEAD}{} {}\n", folder.format, hex::encode(&folder.id));
    let mut there = vec![0; own.len()];
    file.seek(SeekFrom::Start(0))?;
    let mut length = 0;
    while length < there.len() {
        match file.read(&mut there[length..])? {
            0 => break,
            more => length += more,
        }
    }
    let there = &there[..length];
    if there == own.as_bytes() {
        return Ok(());
    }
    let is_cut_short = !there.contains(&b'\n')
        && (HEAD.as_bytes().starts_with(there) || there.starts_with(HEAD.as_bytes()))
        && length < own.len();
    if !is_cut_short {
        return Err(Failed::Foreign);
    }
    file.set_len(0)?;
    file.seek(SeekFrom::Start(0))?;
    file.write_all(own.as_bytes())?;
    Ok(())
}

/// Where the last whole line ends, and that line, if it is not the first of the file.
fn last_line(file: &mut File) -> std::io::Result<(u64, Option<String>)> {
    let length = file.metadata()?.len();
    let mut from = length.saturating_sub(TAIL);
    loop {
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let mut ends = tail.iter().enumerate().rev().filter(|(_, byte)| **byte == b'\n');
        let end = ends.next().map(|(at, _)| at);
        let before = ends.next().map(|(at, _)| at);
        if let (Some(end), Some(before)) = (end, before) {
            let line = String::from_utf8_lossy(&tail[before + 1..end]).into_owned();
            return Ok((from + end as u64 + 1, Some(line)));
        }
        if from == 0 {
            return Ok((end.map_or(0, |end| end as u64 + 1), None));
        }
        from = 0;
    }
}

fn parse_head(line: &str) -> Option<Folder> {
    let (format, id) = line.strip_prefix(HEAD)?.split_once(' ')?;
    Some(Folder { id: hex::decode(id)?.try_into().ok()?, format: format.parse().ok()? })
}

/// Number, time, kind, tenant and body (in hex: they may hold anything), previous, hash, MAC.
fn line(row: &EventRow) -> String {
    format!(
        "{} {} {} {} {} {} {} {}\n",
        row.number,
        row.time_ns,
        row.kind,
        hex::encode(row.tenant.as_bytes()),
        hex::encode(&row.body),
        hex::encode(&row.previous),
        hex::encode(&row.hash),
        hex::encode(&row.mac),
    )
}

fn parse_line(line: &str) -> Option<EventRow> {
    let mut parts = line.split(' ');
    let bytes = |part: Option<&str>| hex::decode(part?);
    let row = EventRow {
        number: parts.next()?.parse().ok()?,
        time_ns: parts.next()?.parse().ok()?,
        kind: parts.next()?.parse().ok()?,
        tenant: String::from_utf8(bytes(parts.next())?).ok()?,
        body: bytes(parts.next())?,
        previous: bytes(parts.next())?.try_into().ok()?,
        hash: bytes(parts.next())?.try_into().ok()?,
        mac: bytes(parts.next())?.try_into().ok()?,
    };
    parts.next().is_none().then_some(row)
}
