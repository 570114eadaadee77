//! Writers of several processes take turns.
//!
//! SQLite has no queue: who finds the file busy sleeps and tries again, and may be passed for seconds.
//! Here they stand in line at two lock files: who waits for the second holds the first, so that nobody
//! who has just had a turn is faster. The kernel frees the locks of a process that dies.
//!
//! It is a courtesy. SQLite's own lock is what keeps writers apart, also where the files can't be made.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use crate::private;

/// Where writers of a database stand in line.
pub(crate) struct Turns {
    entry: PathBuf,
    turn: PathBuf,
    /// How often this process has passed without waiting, one time after the other.
    streak: AtomicU32,
}

/// The kernel wakes who waits, and lets whoever is faster have the lock: a busy process would pass
/// those of others for ever. After so many turns without waiting it leaves them a moment.
const STREAK: u32 = 16;
const MOMENT: Duration = Duration::from_millis(5);

/// The right to write, until it is dropped.
pub(crate) struct Turn(Option<File>);

impl Drop for Turn {
    fn drop(&mut self) {
        // Also where a child of a bare fork still has the handle.
        if let Some(file) = &self.0 {
            let _ = file.unlock();
        }
    }
}

impl Turns {
    pub(crate) fn beside(path: &Path) -> Self {
        let named = |end| private::with_end(path, end);
        Self { entry: named("-entry"), turn: named("-turn"), streak: AtomicU32::new(0) }
    }

    /// Waits for the turn, `longest` at most: then a process holds it that does nothing, and SQLite
    /// says what is to be said.
    pub(crate) fn wait(&self, longest: Duration) -> Turn {
        let (Some(entry), Some(turn)) = (open(&self.entry), open(&self.turn)) else {
            return Turn(None);
        };
        if self.streak.fetch_add(1, Ordering::Relaxed) >= STREAK {
            self.streak.store(0, Ordering::Relaxed);
            std::thread::sleep(MOMENT);
        }
        if entry.try_lock().is_ok() && turn.try_lock().is_ok() {
            let _ = entry.unlock();
            return Turn(Some(turn));
        }
        self.streak.store(0, Ordering::Relaxed);
        // A lock of a file has no time-out. Whoever gives up leaves the thread behind, which leaves
        // the line when it is its turn.
        let (sender, receiver) = mpsc::sync_channel(0);
        let waiting = std::thread::Builder::new().spawn(move || {
            let is_mine = entry.lock().and_then(|()| turn.lock()).is_ok();
            let _ = entry.unlock();
            let _ = sender.send(Turn(is_mine.then_some(turn)));
        });
        match waiting {
            Ok(_) => receiver.recv_timeout(longest).unwrap_or(Turn(None)),
            Err(_) => Turn(None),
        }
    }
}

fn open(path: &Path) -> Option<File> {
    File::open(path).or_else(|_| private::make(path).and_then(|()| File::open(path))).ok()
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn one_has_the_turn_and_nobody_waits_for_ever() {
        let folder = tempfile::tempdir().expect("a folder");
        let turns = Turns::beside(&folder.path().join("keys.db"));
        let inside = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..20 {
                        let turn = turns.wait(Duration::from_secs(30));
                        assert!(turn.0.is_some(), "the line moves");
                        assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "one at a time");
                        inside.fetch_sub(1, Ordering::SeqCst);
                    }
                });
            }
        });
        let held = turns.wait(Duration::from_secs(30));
        assert!(held.0.is_some());
        assert!(turns.wait(Duration::from_millis(20)).0.is_none(), "it gives up");
        drop(held);
        assert!(turns.wait(Duration::from_secs(30)).0.is_some(), "who gave up left the line");
    }
}
