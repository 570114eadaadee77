//! One process's journal: a folder with a lock and a ring.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::dictionary::Dictionary;
use super::map::Map;
use super::ring::{Ring, SLOT};
use crate::cipher::fork::{self, AtFork};
use crate::cipher::random;
use crate::error::{Error, Outcome, Result};
use crate::hex;

/// Random id of a journal instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct InstanceId(pub [u8; 16]);

impl std::fmt::Display for InstanceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        hex::Display(&self.0).fmt(f)
    }
}

impl InstanceId {
    fn parse(text: &str) -> Option<Self> {
        hex::decode_array(text).map(Self)
    }
}

/// What a process says of itself in its start event.
#[derive(Clone, Debug, Default)]
pub struct StartInfo {
    /// Name of the program.
    pub program: String,
    /// Build id, if the program knows one.
    pub build: String,
    /// SHA-256 of the policy in force.
    pub policy: [u8; 32],
}

impl StartInfo {
    /// The text of the start event: one line per item.
    pub(super) fn text(&self) -> String {
        let boot = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        format!(
            "program\t{}\nbuild\t{}\npid\t{}\nboot\t{}\npolicy\t{}\n",
            one_line(&self.program),
            one_line(&self.build),
            std::process::id(),
            boot.trim(),
            hex::Display(&self.policy),
        )
    }
}

fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

const RING_FILE: &str = "events.ring";
const LOCK_FILE: &str = "lock";
/// Held, in the folder of all instances, while one is made or looked for: between making its lock
/// file and locking it, an instance looks like that of a dead process.
const FOLDER_LOCK: &str = "folder.lock";

/// A journal instance. It is locked as long as its process lives.
pub(super) struct Instance {
    pub(super) id: InstanceId,
    pub(super) ring: Ring,
    pub(super) dictionary: Dictionary,
    /// The process generation that it belongs to.
    pub(super) generation: u64,
    folder: PathBuf,
    /// Held as long as the journal is open; threads may keep the instance for longer.
    lock: Mutex<Option<File>>,
}

impl Instance {
    /// Makes a fresh instance below `folder`.
    pub(super) fn create(folder: &Path, slots: usize) -> Result<Self> {
        let mut id = InstanceId([0; 16]);
        random::fill(&mut id.0)?;
        let own = folder.join(id.to_string());
        Self::make(id, folder, &own, slots).map_err(|error| {
            // Half of an instance is none.
            let _ = std::fs::remove_dir_all(&own);
            unavailable(folder, &error)
        })
    }

    fn make(id: InstanceId, folder: &Path, own: &Path, slots: usize) -> io::Result<Self> {
        let making = lock_folder(folder)?;
        std::fs::create_dir_all(own)?;
        let lock = open_file(&own.join(LOCK_FILE), true)?;
        lock.lock()?;
        drop(making);
        let file = open_file(&own.join(RING_FILE), true)?;
        Map::reserve(&file, slots * SLOT)?;
        let ring = Ring::new(Map::new(&file, slots)?, 0);
        file.sync_all()?;
        // A flush of events is worth nothing if power loss takes the file's name.
        File::open(own)?.sync_all()?;
        File::open(folder)?.sync_all()?;
        Ok(Self {
            id,
            ring,
            dictionary: Dictionary::default(),
            generation: fork::generation(),
            folder: own.to_owned(),
            lock: Mutex::new(Some(lock)),
        })
    }

    /// The folder of all instances.
    pub(super) fn parent(&self) -> &Path {
        self.folder.parent().expect("made below a folder")
    }

    /// Lets the next start pick up what is left.
    pub(super) fn unlock(&self) {
        if let Some(lock) = self.lock.lock().unwrap_or_else(PoisonError::into_inner).take() {
            // Closing is not enough: a forked child may have the file open as well.
            let _ = lock.unlock();
        }
    }

    /// Removes the folder, once everything is in the ledger.
    pub(super) fn remove(&self) -> io::Result<()> {
        std::fs::remove_dir_all(&self.folder)
    }
}

impl AtFork for Instance {
    /// The parent's lock must end with the parent.
    fn in_child(&self) {
        if let Ok(mut lock) = self.lock.try_lock() {
            drop(lock.take());
        }
    }
}

/// The instances below a folder whose processes are dead, locked by us now.
pub(super) fn dead(
    folder: &Path,
    first: impl Fn(InstanceId) -> Result<u64>,
) -> Result<Vec<Instance>> {
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(unavailable(folder, &error)),
    };
    let looking = lock_folder(folder).map_err(|error| unavailable(folder, &error))?;
    let mut free = Vec::new();
    for entry in entries.flatten() {
        let Some(id) = entry.file_name().to_str().and_then(InstanceId::parse) else { continue };
        let own = entry.path();
        // Made anew where a process died while it removed its instance.
        let Ok(lock) = open_file(&own.join(LOCK_FILE), true) else { continue };
        // A live process holds its lock; another process may be picking this one up already.
        if lock.try_lock().is_ok() {
            free.push((id, own, lock));
        }
    }
    drop(looking);
    let mut found = Vec::new();
    for (id, own, lock) in free {
        match pick_up(id, &own, lock, first(id)?) {
            Ok(Some(instance)) => found.push(instance),
            Ok(None) => {
                let _ = std::fs::remove_dir_all(&own);
            }
            Err(error) => return Err(unavailable(&own, &error)),
        }
    }
    Ok(found)
}

/// `None` where the process died before it had a ring.
fn pick_up(id: InstanceId, own: &Path, lock: File, first: u64) -> io::Result<Option<Instance>> {
    let file = match open_file(&own.join(RING_FILE), false) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let length = usize::try_from(file.metadata()?.len()).map_err(io::Error::other)?;
    if length < SLOT {
        return Ok(None);
    }
    Ok(Some(Instance {
        id,
        ring: Ring::left_behind(Map::new(&file, length / SLOT)?, first),
        dictionary: Dictionary::default(),
        generation: fork::generation(),
        folder: own.to_owned(),
        lock: Mutex::new(Some(lock)),
    }))
}

/// The folder of all instances, for as long as it lives.
struct FolderLock(File);

fn lock_folder(folder: &Path) -> io::Result<FolderLock> {
    let file = open_file(&folder.join(FOLDER_LOCK), true)?;
    file.lock()?;
    Ok(FolderLock(file))
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

fn open_file(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

pub(super) fn unavailable(folder: &Path, error: &io::Error) -> Error {
    Error::new(
        Outcome::JournalUnavailable,
        format!(
            "the journal in {} can't be used ({}); make room or give it another folder: nothing \
             is done that can't be recorded",
            folder.display(),
            error.kind()
        ),
    )
}
