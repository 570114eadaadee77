//! The journal of a process: an instance of its own in every process, forked ones included.

use std::borrow::Cow;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use super::config::{JournalConfig, StartInfo};
use super::dead;
use super::dictionary::{Defined, MAX_NAMES};
use super::drain::{Drainer, Shared};
use super::held::Held;
use super::instance::{Instance, Plan, unavailable};
use super::mac::SlotKeys;
use super::sink::EventSink;
use crate::cipher::fork::{self, AtFork};
use crate::error::{Error, Outcome, Result};
use crate::event::{DefineKind, RecordEvent, Unit, encode_record};

/// The journal of a process.
pub struct Journal {
    number: u64,
    folder: PathBuf,
    start: Held<StartInfo>,
    config: JournalConfig,
    keys: Arc<dyn SlotKeys>,
    sink: Arc<dyn EventSink>,
    current: Held<Option<Running>>,
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
    /// `JournalUnavailable` where there is no room, or folder or ledger can't be used; and what the
    /// keys say where an instance's key can't be had.
    pub fn open(
        folder: &Path,
        start: StartInfo,
        config: JournalConfig,
        keys: Arc<dyn SlotKeys>,
        sink: Arc<dyn EventSink>,
    ) -> Result<Self> {
        std::fs::create_dir_all(folder).map_err(|error| unavailable(folder, &error))?;
        let journal = Self {
            number: NEXT_NUMBER.fetch_add(1, Ordering::Relaxed),
            folder: folder.to_owned(),
            start: Held::new(start),
            config: JournalConfig { slots: config.slots.max(64), ..config },
            keys,
            sink,
            current: Held::default(),
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
    /// `JournalUnavailable` where folder or ledger can't be used; and what the keys say where an
    /// instance's key can't be had for now.
    pub fn recover(&self) -> Result<u64> {
        dead::recover(&self.folder, self.config.folder, &*self.keys, &*self.sink)
    }

    /// This process's instance; a forked child starts its own.
    pub(super) fn instance(&self) -> Result<Arc<Instance>> {
        let generation = fork::generation();
        let mut current = self.current.lock();
        if let Some(running) = &*current {
            if running.instance.generation == generation {
                return Ok(running.instance.clone());
            }
            // The parent's drainer thread does not live here, and its slots are the parent's.
            std::mem::forget(current.take());
        }
        let start = self.start.lock().clone();
        let instance = Arc::new(Instance::create(&Plan {
            parent: &self.folder,
            folder: self.config.folder,
            slots: self.config.slots,
            service: &start.service,
            keys: &*self.keys,
        })?);
        let at_fork: Arc<dyn AtFork> = instance.clone();
        fork::register(&at_fork);
        let drainer = self.drainer(&instance);
        *current = Some(Running { instance: instance.clone(), drainer });
        drop(current);
        let append = |unit: &Unit<'_>| self.put(&instance, unit);
        instance.dictionary.number(DefineKind::Start, &start.text(), usize::MAX, append)?;
        Ok(instance)
    }

    fn drainer(&self, instance: &Arc<Instance>) -> Drainer {
        let (keys, sink, folder) = (self.keys.clone(), self.sink.clone(), self.config.folder);
        let parent = instance.parent().to_owned();
        let look_after = move || {
            let _ = dead::recover(&parent, folder, &*keys, &*sink);
        };
        Drainer::start(instance.clone(), self.sink.clone(), self.config.interval, look_after)
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

    /// The number of a text in this process's events. Of purposes, actors and tenants those beyond
    /// [`MAX_NAMES`] have one number: what events say of them is [`MANY`](super::MANY).
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal is full.
    pub fn define(&self, kind: DefineKind, text: &str) -> Result<u32> {
        let named = matches!(kind, DefineKind::Purpose | DefineKind::Actor | DefineKind::Tenant);
        let most = if named { MAX_NAMES } else { usize::MAX };
        self.define_within(kind, text, most).map(|defined| defined.number)
    }

    /// The number of a text, of which at most so many of its kind are told apart.
    ///
    /// # Errors
    /// As [`define`](Self::define).
    pub fn define_within(&self, kind: DefineKind, text: &str, most: usize) -> Result<Defined> {
        let instance = self.instance()?;
        instance.dictionary.number(kind, text, most, |unit| self.put(&instance, unit))
    }

    /// Records that a policy came into force, be it for the second time.
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal is full.
    pub fn policy(&self, digest: &[u8; 32], text: &str) -> Result<()> {
        let text = format!("{}\n{text}", crate::hex::Display(digest));
        let instance = self.instance()?;
        let append = |unit: &Unit<'_>| self.put(&instance, unit);
        instance.dictionary.again(DefineKind::Policy, &text, append)?;
        // A forked child says in its own start event what is in force then.
        self.start.lock().policy = *digest;
        Ok(())
    }

    /// Records an event. When it returns, the event survives `kill -9`.
    ///
    /// # Errors
    /// `JournalUnavailable` where the journal stays full for longer than it may block.
    pub fn append(&self, event: &RecordEvent) -> Result<u64> {
        let unit = encode_record(event);
        self.with(|instance| self.put(instance, &unit))?
    }

    fn put(&self, instance: &Instance, unit: &Unit<'_>) -> Result<u64> {
        if instance.is_closed() {
            return Err(self.hold_back(
                "the runtime was shut down: nothing is done any more that would have to be recorded",
            ));
        }
        match instance.ring.append(unit) {
            Some(number) => Ok(number),
            None => self.wait(instance, unit),
        }
    }

    #[cold]
    fn wait(&self, instance: &Instance, unit: &Unit<'_>) -> Result<u64> {
        if !instance.ring.has_room_for(unit.slots()) {
            return Err(self.hold_back(format!(
                "a text takes {} slots and the journal has {}: give it more",
                unit.slots(),
                self.config.slots
            )));
        }
        let until = Instant::now() + self.config.block;
        loop {
            if let Some(number) = instance.ring.append(unit) {
                return Ok(number);
            }
            if Instant::now() >= until {
                return Err(self.hold_back(
                    "the journal is full and its ledger takes nothing: check the ledger's disk; \
                     nothing is done that can't be recorded",
                ));
            }
            // The drainer may be asleep, or its last try may have failed.
            if let Some(running) = &*self.current.lock() {
                running.drainer.wake();
            }
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
    }

    fn hold_back(&self, why: impl Into<Cow<'static, str>>) -> Error {
        self.held_back.fetch_add(1, Ordering::Relaxed);
        Error::new(Outcome::JournalUnavailable, why)
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
        instance.flush().map_err(|error| unavailable(&self.folder, &error))
    }

    /// Folds every event so far into the ledger, now.
    ///
    /// # Errors
    /// `JournalUnavailable` where the ledger can't be written.
    pub fn drain(&self) -> Result<()> {
        self.instance()?;
        self.drainer_of().map_or(Ok(()), |shared| shared.drain().map(drop))
    }

    /// What drains. A slow ledger must not keep other threads from their first event: the lock ends
    /// here.
    pub(super) fn drainer_of(&self) -> Option<Arc<Shared>> {
        self.current.lock().as_ref().map(|running| running.drainer.shared())
    }
}

impl Drop for Journal {
    fn drop(&mut self) {
        let Some(running) = self.current.get_mut().take() else { return };
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
