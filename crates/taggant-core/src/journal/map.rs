//! The one place where the journal's memory is touched: a file mapped into memory, seen as slots.
//!
//! A slot is 256 bytes: a commit word of 8, then 248 that belong to whoever claimed the slot until
//! the word is stored. Claims are exclusive (see `ring`), so plain copies don't race.

use std::fs::File;
use std::io;
use std::sync::atomic::AtomicU64;

use super::ring::SLOT;

/// Bytes of a slot after its commit word.
pub(super) const BODY: usize = SLOT - 8;

/// A mapped file of whole slots.
pub(super) struct Map {
    start: *mut u8,
    slots: usize,
}

// SAFETY: the mapping is shared memory that lives as long as `Map`; commit words are atomics, and
// bodies are written and read under the protocol of `ring` only.
unsafe impl Send for Map {}
// SAFETY: as above.
unsafe impl Sync for Map {}

impl Map {
    /// Maps `slots` slots of a file that is at least as long.
    pub(super) fn new(file: &File, slots: usize) -> io::Result<Self> {
        use std::os::fd::AsRawFd;
        // SAFETY: a fresh mapping of a file that we hold; the arguments are in range.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                slots * SLOT,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_SHARED,
                file.as_raw_fd(),
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        Ok(Self { start: start.cast(), slots })
    }

    /// Makes room on the disk for `bytes` bytes, so that no write to the mapping can fail later.
    pub(super) fn reserve(file: &File, bytes: usize) -> io::Result<()> {
        use std::os::fd::AsRawFd;
        let length = libc::off_t::try_from(bytes).map_err(io::Error::other)?;
        // SAFETY: a plain call on a descriptor that we hold.
        match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, length) } {
            0 => Ok(()),
            code => Err(io::Error::from_raw_os_error(code)),
        }
    }

    pub(super) fn slots(&self) -> usize {
        self.slots
    }

    fn slot(&self, index: usize) -> *mut u8 {
        assert!(index < self.slots, "a slot of this map");
        // SAFETY: within the mapping, as just checked.
        unsafe { self.start.add(index * SLOT) }
    }

    /// The commit word of a slot.
    pub(super) fn word(&self, index: usize) -> &AtomicU64 {
        // SAFETY: slots are 256 bytes in a page-aligned mapping, so the word is aligned; it is only
        // ever used as an atomic.
        unsafe { &*self.slot(index).cast::<AtomicU64>() }
    }

    /// Fills a slot's body. Only for the one who claimed the slot and has not committed it.
    pub(super) fn write(&self, index: usize, body: &[u8; BODY]) {
        // SAFETY: the body is within the slot; the claim makes this the only access until the
        // commit word is stored with Release.
        unsafe { self.slot(index).add(8).copy_from_nonoverlapping(body.as_ptr(), BODY) }
    }

    /// Copies a slot's body. Only after its commit word was loaded with Acquire, and before it is
    /// given back.
    pub(super) fn read(&self, index: usize) -> [u8; BODY] {
        let mut body = [0; BODY];
        // SAFETY: as for `write`; nobody writes a committed slot until it was drained.
        unsafe { body.as_mut_ptr().copy_from_nonoverlapping(self.slot(index).add(8), BODY) }
        body
    }

    /// Waits until what was written is on stable storage.
    pub(super) fn sync(&self) -> io::Result<()> {
        // SAFETY: exactly the mapping.
        match unsafe { libc::msync(self.start.cast(), self.slots * SLOT, libc::MS_SYNC) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping; nobody can hold a reference into it any more.
        unsafe { libc::munmap(self.start.cast(), self.slots * SLOT) };
    }
}
