//! Tells a forked child that it is one, without a system call.
#![allow(unsafe_code)]

mod hold;
mod lock;

pub use hold::{AtFork, Hold, hold, register};
pub use lock::{Guard, Mutex, Port, RwLock};

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

/// How many forks lie between the first process and this one, plus one. Randomness, caches and
/// journals that were made under another number belong to another process.
#[inline]
pub fn generation() -> u64 {
    static MARKER: OnceLock<&'static AtomicU64> = OnceLock::new();
    static GENERATION: AtomicU64 = AtomicU64::new(1);
    let marker = MARKER.get_or_init(marker::make);
    if marker.load(Ordering::Acquire) == 0 {
        // The kernel has wiped the marker: this is a child, and has one thread.
        GENERATION.fetch_add(1, Ordering::AcqRel);
        marker.store(1, Ordering::Release);
    }
    GENERATION.load(Ordering::Acquire)
}

/// A number that is 1 and becomes 0 in every forked child, by whatever call it was forked.
#[cfg(target_os = "linux")]
mod marker {
    use std::sync::atomic::AtomicU64;

    pub(super) fn make() -> &'static AtomicU64 {
        const SIZE: usize = 4096;
        // SAFETY: an anonymous private mapping of a fresh page; no memory of ours is named.
        let page = unsafe {
            libc::mmap(
                std::ptr::null_mut(),
                SIZE,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        assert!(page != libc::MAP_FAILED, "no memory for one page");
        // SAFETY: `page` is the mapping above, of `SIZE` bytes.
        let advised = unsafe { libc::madvise(page, SIZE, libc::MADV_WIPEONFORK) };
        // Linux has had it since 4.14. Going on without would repeat nonces in a child.
        assert!(advised == 0, "the kernel lacks MADV_WIPEONFORK (Linux 4.14)");
        // SAFETY: the page is aligned, zeroed, writable and never unmapped.
        let marker = unsafe { &*page.cast::<AtomicU64>() };
        marker.store(1, std::sync::atomic::Ordering::Release);
        marker
    }
}

#[cfg(all(unix, not(target_os = "linux")))]
mod marker {
    use std::sync::atomic::{AtomicU64, Ordering};

    static MARKER: AtomicU64 = AtomicU64::new(1);

    extern "C" fn in_child() {
        MARKER.store(0, Ordering::Release);
    }

    pub(super) fn make() -> &'static AtomicU64 {
        // SAFETY: the handler only stores to an atomic, which is safe in a forked child.
        let registered = unsafe { libc::pthread_atfork(None, None, Some(in_child)) };
        assert!(registered == 0, "no memory for a fork handler");
        &MARKER
    }
}

#[cfg(not(unix))]
mod marker {
    use std::sync::atomic::AtomicU64;

    /// There is no fork.
    pub(super) fn make() -> &'static AtomicU64 {
        static MARKER: AtomicU64 = AtomicU64::new(1);
        &MARKER
    }
}
