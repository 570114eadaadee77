//! The journal of a process: an instance of its own in every process, forked ones included.

use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use super::drain::Drainer;
use super::instance::{Instance, StartInfo, unavailable};
use super::sink::EventSink;
use crate::cipher::fork::{self, AtFork};
use crate::error::{Error, Outcome, Result};
use crate::event::{DefineKind, PAYLOAD, RecordEvent, encode_record};
use crate::hex;

/// How a journal behaves.
#[derive(Clone, Debug)]
pub struct JournalConfig {
    /// How many events wait for the drainer at most; each takes 256 bytes of disk, reserved ahead.
    pub slots: usize,
    /// How long an event waits for room before it, and what it would record, fails.
    pub block: Duration,
    /// How often the journal is drained and flushed to disk.
    pub interval: Duration,
}

impl Default for JournalConfig {
    fn default() -> Self {
        Self {
            slots: 64 * 1024,
            block: Duration::from_secs(5),
            interval: Duration::from_millis(200),
        }
    }
}

/// The journal of a process.
pub struct Journal {
    number: u64,
    folder: PathBuf,
    start: Mutex<StartInfo>,
    config: JournalConfig,
    ledger: Arc<dyn EventSink>,
    current: Mutex<Option<Running>>,
    held_back: AtomicU64,
}

struct Running {
    instance: Arc<Instance>,
    drainer: Drainer,
}

static NEXT_NUMBER: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// The instance that this thread wrote to last: journal, process generation, instance.
    static LAST: RefCell<Option<(u64, u64, Arc<Instance>)>> = const { RefCell::new(None) };
}

impl Journal {
    /// Opens a journal below a folder: drains what dead processes left, then starts an instance,
    /// and makes it known to the ledger.
    ///
    /// # Errors
    /// `JournalUnavailable` where there is no room, or folder or ledger can't be used.
    pub fn open(
        folder: &Path,
        start: StartInfo,
        config: JournalConfig,
        ledger: Arc<dyn EventSink>,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| unavailable(folder, &error))?;
        let journal = Self {
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            folder: folder.to_owned(),
            start: Mutex::new(start),
            config,
            ledger,
            current: Mutex::default(),
            held_back: AtomicU64::new(0),
        };
        journal.recover()?;
        journal.instance()?;
        // From now on erasures wait for this process. Where the ledger is down, nobody erases.
        let _ = journal.drain();
        Ok(journal)
    }

    /// Drains the journals of processes that are dead. Returns the number of their events.
    ///
    /// # Errors
    /// `JournalUnavailable` where folder or ledger can't be used.
    pub fn recover(&self) -> Result<u64> {
        super::drain::recover(&self.folder, &*self.ledger)
    }

    /// This process's instance; a forked child starts its own.
    fn instance(&self) -> Result<Arc<Instance>> {
        // No child finds the lock taken.
        let _hold = fork::hold();
        let generation = fork::generation();
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(running) = &*current {
            if running.instance.generation == generation {
                return Ok(running.instance.clone());
            }
            // The parent's drainer thread does not live here, and its slots are the parent's.
            std::mem::forget(current.take());
        }
        let instance = Arc::new(Instance::create(&self.folder, self.config.slots.max(64))?);
        let at_fork: Arc<dyn AtFork> = instance.clone();
        fork::register(&at_fork);
        let drainer = Drainer::start(instance.clone(), self.ledger.clone(), self.config.interval);
        *current = Some(Running { instance: instance.clone(), drainer });
        drop(current);
        let text = self.lock_start().text();
        self.number_of(&instance, DefineKind::Start, &text)?;
        Ok(instance)
    }

    fn lock_start(&self) -> MutexGuard<'_, StartInfo> {
        self.start.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs with this process's instance, without a lock if this thread knows it already.
    fn with<R>(&self, work: impl FnOnce(&Instance) -> R) -> Result<R> {
        let generation = fork::generation();
        LAST.with_borrow_mut(|last| {
            if let Some((number, made, instance)) = last
                && *number == self.number
                && *made == generation
            {
                return Ok(work(instance));
            }
            let instance = self.instance()?;
            let result = work(&instance);
            *last = Some((self.number, generation, instance));
            Ok(result)
        })
    }

    /// The number of a text in this process's events.
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal is full.
    pub fn define(&self, kind: DefineKind, text: &str) -> Result<u32> {
        let instance = self.instance()?;
        self.number_of(&instance, kind, text)
    }

    fn number_of(&self, instance: &Instance, kind: DefineKind, text: &str) -> Result<u32> {
        instance.dictionary.number(kind, text, |parts| self.put(instance, parts))
    }

    /// Records that a policy came into force, be it for the second time.
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal is full.
    pub fn policy(&self, digest: &[u8; 32], text: &str) -> Result<()> {
        let text = format!("{}\n{text}", hex::Display(digest));
        let instance = self.instance()?;
        let append = |parts: &[[u8; PAYLOAD]]| self.put(&instance, parts);
        instance.dictionary.again(DefineKind::Policy, &text, append)?;
        // A forked child says in its own start event what is in force then.
        let _hold = fork::hold();
        self.lock_start().policy = *digest;
        Ok(())
    }

    /// Records an event. When it returns, the event survives `kill -9`.
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal stays full for longer than it may block.
    pub fn append(&self, event: &RecordEvent) -> Result<u64> {
        let payload = [encode_record(event)];
        self.with(|instance| self.put(instance, &payload))?
    }

    fn put(&self, instance: &Instance, payloads: &[[u8; PAYLOAD]]) -> Result<u64> {
        match instance.ring.append(payloads) {
            Some(number) => Ok(number),
            None => self.wait(instance, payloads),
        }
    }

    #[cold]
    fn wait(&self, instance: &Instance, payloads: &[[u8; PAYLOAD]]) -> Result<u64> {
        if !instance.ring.has_room_for(payloads.len()) {
            self.held_back.fetch_add(1, Ordering::Relaxed);
            return Err(Error::new(
                Outcome::JournalUnavailable,
                format!(
                    "a text takes {} slots and the journal has {}: give it more",
                    payloads.len(),
                    self.config.slots.max(64)
                ),
            ));
        }
        let until = Instant::now() + self.config.block;
        loop {
            if let Some(number) = instance.ring.append(payloads) {
                return Ok(number);
            }
            if Instant::now() >= until {
                self.held_back.fetch_add(1, Ordering::Relaxed);
                return Err(Error::new(
                    Outcome::JournalUnavailable,
                    "the journal is full and its ledger takes nothing: check the ledger's disk; \
                     nothing is done that can't be recorded",
                ));
            }
            // The drainer may be asleep, or its last try may have failed.
            let hold = fork::hold();
            if let Some(running) = &*self.current.lock().unwrap_or_else(PoisonError::into_inner) {
                running.drainer.wake();
            }
            drop(hold);
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// How many events could not be recorded, so that what they were about was refused.
    #[must_use]
    pub fn held_back(&self) -> u64 {
        self.held_back.load(Ordering::Relaxed)
    }

    /// Waits until every event so far is on stable storage.
    ///
    /// # Errors
    /// `JournalUnavailable` where the disk fails.
    pub fn flush(&self) -> Result<()> {
        let instance = self.instance()?;
        instance.ring.sync().map_err(|error| unavailable(&self.folder, &error))
    }

    /// Folds every event so far into the ledger, now.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be written.
    pub fn drain(&self) -> Result<()> {
        self.instance()?;
        let hold = fork::hold();
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = current.as_ref().map(|running| running.drainer.shared());
        // A slow ledger must not keep other threads from their first event.
        drop((current, hold));
        shared.map_or(Ok(()), |shared| shared.drain().map(drop))
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let current = self.current.get_mut().unwrap_or_else(PoisonError::into_inner);
        let Some(running) = current.take() else { return };
        if running.instance.generation != fork::generation() {
            std::mem::forget(running);
            return;
        }
        // What can't be drained now is picked up by the next start.
        if running.drainer.stop().is_ok()
            && running.instance.ring.drained() == running.instance.ring.next()
        {
            let _ = running.instance.remove();
        }
        running.instance.unlock();
    }
}
