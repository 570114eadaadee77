//! Instances whose processes are dead: where they are, and into the ledger with what they left.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use super::collect::collect;
use super::instance::{
    self, InstanceId, LOCK_FILE, MAKING, REMOVING, RING_FILE, lock_folder, open_file, unavailable,
};
use super::left::{Expected, Left};
use super::mac::{SlotKeys, SlotMac};
use super::map;
use super::sink::{Batch, EventSink, Flaw};
use crate::cipher::fork;
use crate::error::{Outcome, Result};
use crate::event::now;

/// Drains what the processes left that are dead. Returns the number of their events.
pub(super) fn recover(
    parent: &Path,
    folder: [u8; 16],
    keys: &dyn SlotKeys,
    sink: &dyn EventSink,
) -> Result<u64> {
    let _hold = fork::hold();
    let mut count = 0;
    for dead in find(parent)? {
        let first = sink.next_sequence(dead.id)?;
        let expected = Expected { id: dead.id, folder, first };
        match dead.left(keys, &expected)? {
            Found::Nothing => {}
            Found::NoRing => sink.apply(&flawed(dead.id, first, &[Flaw::Header]))?,
            Found::Ring(left) => count += take(&left, dead.id, sink)?,
        }
        sink.idle(dead.id, now(), true)?;
        // The folder stays if it can't be removed; the ledger knows that it was drained.
        let _ = instance::remove(&dead.path);
    }
    Ok(count)
}

/// Folds a ring into the ledger.
fn take(left: &Left, id: InstanceId, sink: &dyn EventSink) -> Result<u64> {
    if left.first == left.end && !left.flaws.is_empty() {
        sink.apply(&flawed(id, left.first, &left.flaws))?;
        return Ok(0);
    }
    let (mut number, mut count) = (left.first, 0);
    while number < left.end {
        let mut batch = collect(id, left, number, left.end);
        if number == left.first {
            batch.flaws.extend(left.flaws.iter().map(|flaw| (number, *flaw)));
            batch.flaws.sort_unstable();
            batch.flaws.dedup();
        }
        sink.apply(&batch)?;
        count += batch.events.len() as u64;
        number = batch.next;
    }
    Ok(count)
}

/// A run without events: the flaws take the place of one.
fn flawed(id: InstanceId, number: u64, flaws: &[Flaw]) -> Batch {
    let mut batch = Batch::new(id, number);
    batch.next = number + 1;
    batch.flaws = flaws.iter().map(|flaw| (number, *flaw)).collect();
    batch.flaws.sort_unstable();
    batch
}

/// How far the folder of an instance had come, by its name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    Making,
    Whole,
    Removing,
}

/// The instance of a dead process, locked by us now.
struct Dead {
    id: InstanceId,
    path: PathBuf,
    stage: Stage,
    _lock: File,
}

enum Found {
    /// A process that died before its first event, or an instance that was drained.
    Nothing,
    /// There were events, or there may have been, and where they stood is gone.
    NoRing,
    Ring(Box<Left>),
}

pub(super) fn parse(name: &OsStr) -> Option<(InstanceId, Stage)> {
    let name = name.to_str()?;
    let (id, stage) = match (name.strip_suffix(MAKING), name.strip_suffix(REMOVING)) {
        (Some(id), _) => (id, Stage::Making),
        (_, Some(id)) => (id, Stage::Removing),
        _ => (name, Stage::Whole),
    };
    Some((InstanceId::parse(id)?, stage))
}

fn find(parent: &Path) -> Result<Vec<Dead>> {
    let entries = match std::fs::read_dir(parent) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unavailable(parent, &error)),
    };
    let looking = lock_folder(parent).map_err(|error| unavailable(parent, &error))?;
    let mut found = Vec::new();
    for entry in entries.flatten() {
        let Some((id, stage)) = parse(&entry.file_name()) else { continue };
        let path = entry.path();
        // Made anew where a process died while it removed its instance.
        let Ok(lock) = open_file(&path.join(LOCK_FILE), true) else { continue };
        // A live process holds its lock; another process may be picking this one up already.
        if lock.try_lock().is_ok() {
            found.push(Dead { id, path, stage, _lock: lock });
        }
    }
    drop(looking);
    Ok(found)
}

impl Dead {
    fn left(&self, keys: &dyn SlotKeys, expected: &Expected) -> Result<Found> {
        let absent = match (self.stage, expected.first) {
            (Stage::Removing, _) | (Stage::Making, 0) => Found::Nothing,
            // One that the ledger knows was made long ago, whatever its folder is called.
            _ => Found::NoRing,
        };
        let failed = |error: &io::Error| unavailable(&self.path, error);
        let file = match open_file(&self.path.join(RING_FILE), false) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(absent),
            // No file of ours: a link, a folder.
            Err(error) if is_no_file(&error) => return Ok(Found::NoRing),
            Err(error) => return Err(failed(&error)),
        };
        let length = file.metadata().map_err(|error| failed(&error))?.len();
        if length < map::length(0).expect("the first page") as u64 {
            return Ok(absent);
        }
        if self.stage == Stage::Making && is_zero(&file).map_err(|error| failed(&error))? {
            return Ok(absent);
        }
        let mac = match keys.instance_key(self.id) {
            Ok(key) => Some(SlotMac::new(&key)),
            Err(error) if error.outcome() == Outcome::KeyNotFound => None,
            Err(error) => return Err(error),
        };
        let left = Left::read(&file, mac, expected).map_err(|error| failed(&error))?;
        Ok(Found::Ring(Box::new(left)))
    }
}

fn is_no_file(error: &io::Error) -> bool {
    let codes = [libc::ELOOP, libc::EISDIR, libc::ENXIO];
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}

fn is_zero(mut file: &File) -> io::Result<bool> {
    let mut bytes = vec![0; 1 << 16];
    loop {
        match file.read(&mut bytes)? {
            0 => return Ok(true),
            read if bytes[..read].iter().any(|byte| *byte != 0) => return Ok(false),
            _ => {}
        }
    }
}
