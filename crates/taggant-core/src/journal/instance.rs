//! One process's journal: a folder with a lock and a ring.

use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::collect::Source;
use super::dictionary::Dictionary;
use super::header::{Header, boot_id};
use super::mac::{SlotKeys, SlotMac};
use super::map::Map;
use super::ring::{Ring, Slot};
use crate::cipher::fork::{self, AtFork};
use crate::cipher::random;
use crate::error::{Error, Outcome, Result};
use crate::hex;

/// Random id of a journal instance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct InstanceId(pub [u8; 16]);

impl std::fmt::Display for InstanceId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        hex::Display(&self.0).fmt(f)
    }
}

impl InstanceId {
    pub(super) fn parse(text: &str) -> Option<Self> {
        hex::decode_array(text).map(Self)
    }
}

pub(super) const RING_FILE: &str = "events.ring";
pub(super) const LOCK_FILE: &str = "lock";
/// Held, in the folder of all instances, while one is made or looked for: between making its lock
/// file and locking it, an instance looks like that of a dead process.
const FOLDER_LOCK: &str = "folder.lock";

/// After the id, in the name of a folder: its instance is being made, and has no event yet.
pub(super) const MAKING: &str = ".new";
/// After the id, in the name of a folder: everything is in the ledger, and the folder goes.
pub(super) const REMOVING: &str = ".old";

/// What an instance is made of.
pub(super) struct Plan<'a> {
    /// The folder of all instances.
    pub(super) parent: &'a Path,
    /// The id of the data folder.
    pub(super) folder: [u8; 16],
    pub(super) slots: usize,
    pub(super) service: &'a str,
    pub(super) keys: &'a dyn SlotKeys,
}

/// A journal instance. It is locked as long as its process lives.
pub(super) struct Instance {
    pub(super) id: InstanceId,
    pub(super) ring: Ring,
    pub(super) dictionary: Dictionary,
    /// The process generation that it belongs to.
    pub(super) generation: u64,
    folder: PathBuf,
    header: Mutex<Header>,
    /// Set when the process is about to end: nothing can be recorded any more.
    closed: AtomicBool,
    /// Lock file and ring, locked as long as the journal is open; threads may keep the instance for
    /// longer. Both, since a lock file can be taken away beneath a living process.
    locks: Mutex<Option<[File; 2]>>,
}

impl Instance {
    /// Makes a fresh instance.
    pub(super) fn create(plan: &Plan<'_>) -> Result<Self> {
        let mut id = InstanceId::default();
        random::fill(&mut id.0)?;
        let mac = SlotMac::new(&*plan.keys.instance_key(id)?);
        let making = plan.parent.join(format!("{id}{MAKING}"));
        Self::make(plan, id, mac, &making).map_err(|error| {
            // Half of an instance is none.
            let _ = std::fs::remove_dir_all(&making);
            unavailable(plan.parent, &error)
        })
    }

    /// The folder gets its name when all of it is on the disk: one of that name without a ring is no
    /// process's that died early.
    fn make(plan: &Plan<'_>, id: InstanceId, mac: SlotMac, making: &Path) -> io::Result<Self> {
        let looking = lock_folder(plan.parent)?;
        std::fs::create_dir_all(making)?;
        let lock = open_file(&making.join(LOCK_FILE), true)?;
        lock.lock()?;
        drop(looking);
        let file = open_file(&making.join(RING_FILE), true)?;
        file.lock()?;
        Map::reserve(&file, plan.slots)?;
        let ring = Ring::new(Map::new(&file, plan.slots)?, mac);
        let folder = plan.parent.join(id.to_string());
        let header = Header {
            slots: plan.slots as u64,
            folder: plan.folder,
            instance: id,
            boot: boot_id(),
            service: plan.service.to_owned(),
            ..Header::default()
        };
        let made = Self {
            id,
            ring,
            dictionary: Dictionary::default(),
            generation: fork::generation(),
            folder,
            header: Mutex::new(header),
            closed: AtomicBool::new(false),
            locks: Mutex::new(None),
        };
        made.note(0);
        file.sync_all()?;
        *made.locks.lock().unwrap_or_else(PoisonError::into_inner) = Some([lock, file]);
        File::open(making)?.sync_all()?;
        std::fs::rename(making, &made.folder)?;
        // A flush of events is worth nothing if power loss takes the file's name.
        File::open(plan.parent)?.sync_all()?;
        Ok(made)
    }

    /// Takes no more events.
    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Release);
    }

    pub(super) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Relaxed)
    }

    /// The folder of all instances.
    pub(super) fn parent(&self) -> &Path {
        self.folder.parent().expect("made below a folder")
    }

    /// Writes the header, if it has anything new to say. Everything before `flushed` is on the disk;
    /// what the ledger took is so too.
    pub(super) fn note(&self, flushed: u64) {
        let mut header = self.header.lock().unwrap_or_else(PoisonError::into_inner);
        // A slower thread must not take back what a faster one has said.
        let flushed = header.flushed.max(flushed).max(self.ring.drained());
        let committed = self.ring.settle();
        let said = (self.ring.next(), committed, flushed);
        if header.writes > 0 && said == (header.claimed, header.committed, header.flushed) {
            return;
        }
        (header.claimed, header.committed, header.flushed) = said;
        header.writes += 1;
        let bytes = header.encode(self.ring.mac());
        // The other copy stays whole if the process is killed in between.
        self.ring.memory().write_header(usize::from(header.writes.is_multiple_of(2)), &bytes);
    }

    /// Waits until everything that was written is on stable storage.
    pub(super) fn flush(&self) -> io::Result<()> {
        let committed = self.ring.settle();
        self.ring.memory().sync_slots()?;
        // Only now: what the header says is there must be on the disk before it.
        self.note(committed);
        self.ring.memory().sync_headers()
    }

    /// Lets the next start pick up what is left.
    pub(super) fn unlock(&self) {
        for file in
            self.locks.lock().unwrap_or_else(PoisonError::into_inner).take().into_iter().flatten()
        {
            // Closing is not enough: a forked child may have the file open as well.
            let _ = file.unlock();
        }
    }

    /// Removes the folder, once everything is in the ledger.
    pub(super) fn remove(&self) -> io::Result<()> {
        remove(&self.folder)
    }
}

impl Source for Instance {
    fn slot(&self, number: u64) -> Slot {
        self.ring.read(number)
    }
}

impl AtFork for Instance {
    /// The parent's lock must end with the parent.
    fn in_child(&self) {
        if let Ok(mut locks) = self.locks.try_lock() {
            drop(locks.take());
        }
    }
}

/// Removes an instance's folder under a name that says so: what is half gone is no finding.
pub(super) fn remove(folder: &Path) -> io::Result<()> {
    let removing = folder.with_extension(&REMOVING[1..]);
    std::fs::rename(folder, &removing)?;
    std::fs::remove_dir_all(removing)
}

/// The folder of all instances, for as long as it lives.
pub(super) struct FolderLock(File);

pub(super) fn lock_folder(folder: &Path) -> io::Result<FolderLock> {
    let file = open_file(&folder.join(FOLDER_LOCK), true)?;
    file.lock()?;
    Ok(FolderLock(file))
}

impl Drop for FolderLock {
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

/// Opens a file of ours. A link that somebody put in its place leads nowhere.
pub(super) fn open_file(path: &Path, create: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(create);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600).custom_flags(libc::O_NOFOLLOW);
    }
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
