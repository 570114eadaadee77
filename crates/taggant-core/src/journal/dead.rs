//! Instances whose processes are dead: where they are, and into the ledger with what they left.

use std::ffi::OsStr;
use std::fs::{DirEntry, File, ReadDir};
use std::io;
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
            // One bad instance keeps neither the others nor this process back.
            Found::Unreadable => continue,
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
enum Stage {
    Making,
    Whole,
    Removing,
}

/// The instance of a dead process, locked by us now.
struct Dead {
    id: InstanceId,
    path: PathBuf,
    stage: Stage,
    ring: io::Result<File>,
    _lock: Option<File>,
}

enum Found {
    /// A process that died before its first event, or an instance that was drained.
    Nothing,
    /// There were events, or there may have been, and where they stood is gone.
    NoRing,
    /// The disk does not give it now. It stays where it is and is tried again; until then the ledger
    /// does not say that the instance has ended, so that no receipt becomes final without it.
    Unreadable,
    Ring(Box<Left>),
}

fn parse(name: &OsStr) -> Option<(InstanceId, Stage)> {
    let name = name.to_str()?;
    let (id, stage) = match (name.strip_suffix(MAKING), name.strip_suffix(REMOVING)) {
        (Some(id), _) => (id, Stage::Making),
        (_, Some(id)) => (id, Stage::Removing),
        _ => (name, Stage::Whole),
    };
    Some((InstanceId::parse(id)?, stage))
}

/// What is in the folder of all instances; `None` where there is no such folder.
pub(super) fn entries(parent: &Path) -> Result<Option<ReadDir>> {
    match std::fs::read_dir(parent) {
        Ok(entries) => Ok(Some(entries)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(unavailable(parent, &error)),
    }
}

/// Whether an entry is the folder of an instance.
pub(super) fn is_instance(entry: &DirEntry) -> bool {
    parse(&entry.file_name()).is_some() && entry.file_type().is_ok_and(|kind| kind.is_dir())
}

/// What a live process holds of its instance. Both, so that it does not look dead where its lock file
/// was taken away.
pub(super) struct Locks {
    /// What is no file of ours in its place must not hide what the process left.
    lock: Option<File>,
    ring: io::Result<File>,
}

impl Locks {
    /// Opens both; `make` makes a lock file that is not there.
    pub(super) fn open(instance: &Path, make: bool) -> Self {
        Self {
            lock: open_file(&instance.join(LOCK_FILE), make).ok(),
            ring: open_file(&instance.join(RING_FILE), false),
        }
    }

    /// Whether nobody holds either, as `is_free` finds out.
    pub(super) fn is_free(&self, is_free: impl Fn(&File) -> bool) -> bool {
        self.lock.as_ref().is_none_or(&is_free) && self.ring.as_ref().map_or(true, &is_free)
    }
}

fn find(parent: &Path) -> Result<Vec<Dead>> {
    let Some(entries) = entries(parent)? else { return Ok(Vec::new()) };
    let looking = lock_folder(parent).map_err(|error| unavailable(parent, &error))?;
    let mut found = Vec::new();
    for entry in entries.flatten().filter(is_instance) {
        let Some((id, stage)) = parse(&entry.file_name()) else { continue };
        let path = entry.path();
        // The lock file is made anew where a process died while it removed its instance.
        let locks = Locks::open(&path, true);
        // Another process may be picking this one up already.
        if locks.is_free(|file| file.try_lock().is_ok()) {
            found.push(Dead { id, path, stage, ring: locks.ring, _lock: locks.lock });
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
        let file = match &self.ring {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(absent),
            // No file of ours: a link, a folder.
            Err(error) if is_no_file(error) => return Ok(Found::NoRing),
            Err(_) => return Ok(Found::Unreadable),
        };
        let Ok(length) = file.metadata().map(|about| about.len()) else {
            return Ok(Found::Unreadable);
        };
        if length < map::length(0).expect("the first page") as u64 {
            return Ok(absent);
        }
        let mac = match keys.instance_key(self.id) {
            Ok(key) => Some(SlotMac::new(&key)),
            Err(error) if error.outcome() == Outcome::KeyNotFound => None,
            Err(error) => return Err(error),
        };
        match Left::read(file, mac, expected) {
            Ok(left) if self.stage == Stage::Making && left.is_blank => Ok(absent),
            Ok(left) => Ok(Found::Ring(Box::new(left))),
            Err(_) => Ok(Found::Unreadable),
        }
    }
}

fn is_no_file(error: &io::Error) -> bool {
    let codes = [libc::ELOOP, libc::EISDIR, libc::ENXIO];
    error.raw_os_error().is_some_and(|code| codes.contains(&code))
}
