//! The one place where the journal's memory is touched: a file mapped into memory, seen as two
//! headers and slots. docs/JOURNAL.md, section "The file".
//!
//! A slot is 192 bytes: a commit word of 8, then 184 that belong to whoever claimed the slot until
//! the word is stored. Claims are exclusive (see `ring`), so plain copies don't race.

use std::fs::File;
use std::io;
use std::sync::atomic::AtomicU64;

use super::memory::Memory;

/// Bytes of a slot: commit word, MAC, payload.
pub const SLOT: usize = 192;

/// Bytes of a slot after its commit word.
pub(super) const BODY: usize = SLOT - 8;

/// Bytes of a copy of the header: no more than a disk writes at once.
pub const HEADER: usize = 512;

/// The file is used in pieces of this size. No slot stands in two of them, so that power loss, which
/// keeps whole pieces, never keeps half of an event.
const PAGE: usize = 4096;

/// Where the copies of the header stand in the first page.
const HEADERS: [usize; 2] = [0, PAGE / 2];

/// Slots of a page.
const PER_PAGE: usize = PAGE / SLOT;

/// A mapped file of headers and slots.
pub(super) struct Map {
    start: *mut u8,
    slots: usize,
}

// SAFETY: the mapping is shared memory that lives as long as `Map`; commit words are atomics, and
// bodies are written and read under the protocol of `ring` only.
unsafe impl Send for Map {}
// SAFETY: as above.
unsafe impl Sync for Map {}

/// Bytes of a file of so many slots; `None` where no file is as long.
pub(super) fn length(slots: usize) -> Option<usize> {
    slots.div_ceil(PER_PAGE).checked_add(1)?.checked_mul(PAGE)
}

/// How many slots a file of this length has room for.
pub(super) fn capacity(length: u64) -> u64 {
    (length / PAGE as u64).saturating_sub(1).saturating_mul(PER_PAGE as u64)
}

/// Where a slot stands in the file.
fn offset(index: usize) -> usize {
    PAGE * (1 + index / PER_PAGE) + SLOT * (index % PER_PAGE)
}

impl Map {
    /// Maps a file that is long enough for so many slots.
    pub(super) fn new(file: &File, slots: usize) -> io::Result<Self> {
        use std::os::fd::AsRawFd;
        let length = length(slots).ok_or(io::ErrorKind::FileTooLarge)?;
        // Touching what is beyond the file's end would end the process.
        if file.metadata()?.len() < length as u64 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        // SAFETY: a fresh mapping of a file that we hold; the arguments are in range.
        let start = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                length,
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

    /// Makes room on the disk for so many slots, so that no write to the mapping can fail later.
    #[cfg(target_vendor = "apple")]
    pub(super) fn reserve(mut file: &File, slots: usize) -> io::Result<()> {
        use std::io::{Seek, Write};
        // There is no `posix_fallocate`: what is written has room.
        let length = length(slots).ok_or(io::ErrorKind::FileTooLarge)?;
        file.rewind()?;
        let zeros = [0; 1 << 16];
        let mut left = length;
        while left > 0 {
            let some = left.min(zeros.len());
            file.write_all(&zeros[..some])?;
            left -= some;
        }
        Ok(())
    }

    /// Makes room on the disk for so many slots, so that no write to the mapping can fail later.
    #[cfg(not(target_vendor = "apple"))]
    pub(super) fn reserve(file: &File, slots: usize) -> io::Result<()> {
        use std::os::fd::AsRawFd;
        let length = length(slots).and_then(|length| libc::off_t::try_from(length).ok());
        let length = length.ok_or(io::ErrorKind::FileTooLarge)?;
        // SAFETY: a plain call on a descriptor that we hold.
        match unsafe { libc::posix_fallocate(file.as_raw_fd(), 0, length) } {
            0 => Ok(()),
            code => Err(io::Error::from_raw_os_error(code)),
        }
    }

    fn length(&self) -> usize {
        length(self.slots).expect("it was mapped")
    }

    fn slot(&self, index: usize) -> *mut u8 {
        assert!(index < self.slots, "a slot of this map");
        // SAFETY: within the mapping, as just checked.
        unsafe { self.start.add(offset(index)) }
    }

    /// Replaces a copy of the header. Only one thread at a time.
    pub(super) fn write_header(&self, copy: usize, header: &[u8; HEADER]) {
        let at = HEADERS[copy];
        // SAFETY: within the first page, which no slot is in.
        unsafe { self.start.add(at).copy_from_nonoverlapping(header.as_ptr(), HEADER) }
    }

    /// The copies of the header. Only while nobody writes one.
    pub(super) fn headers(&self) -> [[u8; HEADER]; 2] {
        HEADERS.map(|at| {
            let mut header = [0; HEADER];
            // SAFETY: as for `write_header`.
            unsafe { header.as_mut_ptr().copy_from_nonoverlapping(self.start.add(at), HEADER) }
            header
        })
    }

    /// Waits until the slots as they are now are on stable storage.
    pub(super) fn sync_slots(&self) -> io::Result<()> {
        self.sync(PAGE, self.length() - PAGE)
    }

    /// Waits until the headers are on stable storage.
    pub(super) fn sync_headers(&self) -> io::Result<()> {
        self.sync(0, PAGE)
    }

    fn sync(&self, from: usize, length: usize) -> io::Result<()> {
        // The call takes whole pages of the machine's own size only.
        let (from, length) = if page_size() == PAGE { (from, length) } else { (0, self.length()) };
        // SAFETY: within the mapping.
        match unsafe { libc::msync(self.start.add(from).cast(), length, libc::MS_SYNC) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }
}

impl Memory for Map {
    type Word = AtomicU64;

    #[inline]
    fn slots(&self) -> usize {
        self.slots
    }

    #[inline]
    fn word(&self, index: usize) -> &AtomicU64 {
        // SAFETY: slots begin at multiples of 64 bytes in a page-aligned mapping, so the word is
        // aligned; it is only ever used as an atomic.
        unsafe { &*self.slot(index).cast::<AtomicU64>() }
    }

    #[inline]
    fn write(&self, index: usize, body: &[u8; BODY]) {
        // SAFETY: the body is within the slot; the claim makes this the only access until the
        // commit word is stored with Release.
        unsafe { self.slot(index).add(8).copy_from_nonoverlapping(body.as_ptr(), BODY) }
    }

    #[inline]
    fn read(&self, index: usize, body: &mut [u8; BODY]) {
        // SAFETY: as for `write`; nobody writes a committed slot until it was drained.
        unsafe { body.as_mut_ptr().copy_from_nonoverlapping(self.slot(index).add(8), BODY) }
    }
}

fn page_size() -> usize {
    // SAFETY: a plain question.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(0)
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: exactly the mapping; nobody can hold a reference into it any more.
        unsafe { libc::munmap(self.start.cast(), self.length()) };
    }
}
