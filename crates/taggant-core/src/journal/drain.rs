//! From the journal to the ledger.

use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::collect::collect;
use super::held::Held;
use super::instance::Instance;
use super::sink::EventSink;
use crate::error::{Error, Outcome, Result};
use crate::event::now;

/// The thread that drains an instance.
pub(super) struct Drainer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

pub(super) struct Shared {
    instance: Arc<Instance>,
    sink: Arc<dyn EventSink>,
    /// One drain at a time.
    work: Held<()>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    awake: bool,
    stopped: bool,
}

impl Drainer {
    /// Starts a thread that drains at each interval, and looks after others' journals now and then.
    pub(super) fn start(
        instance: Arc<Instance>,
        sink: Arc<dyn EventSink>,
        interval: Duration,
        look_after: impl Fn() + Send + 'static,
    ) -> Self {
        let shared = Arc::new(Shared {
            instance,
            sink,
            work: Held::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let own = shared.clone();
        let thread = std::thread::Builder::new()
            .name("taggant-drain".to_owned())
            .spawn(move || own.run(interval, &look_after))
            // Without a thread, `drain` and `stop` still do the work.
            .ok();
        Self { shared, thread }
    }

    pub(super) fn wake(&self) {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).awake = true;
        self.shared.changed.notify_all();
    }

    /// What drains, for as long as that takes.
    pub(super) fn shared(&self) -> Arc<Shared> {
        self.shared.clone()
    }

    pub(super) fn stop(mut self) -> Result<()> {
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner).stopped = true;
        self.shared.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.shared.end()
    }
}

/// How often an instance says that it is alive while it has nothing to drain, and looks for what
/// others left behind: a process that is forked never starts anew.
const IDLE: Duration = Duration::from_secs(10);

/// A writer fills its slot at once. Where one stays empty for so long, its thread was stopped, or
/// somebody else empties it.
const STUCK: Duration = Duration::from_secs(5);

impl Shared {
    fn run(&self, interval: Duration, look_after: &dyn Fn()) {
        let mut told = Instant::now();
        // What a ledger has taken is on the disk: nothing is flushed while it keeps up.
        let mut keeps_up = true;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        while !state.stopped {
            if !state.awake {
                state = self
                    .changed
                    .wait_timeout(state, interval)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            }
            state.awake = false;
            drop(state);
            if !keeps_up {
                let _ = self.instance.flush();
            }
            let started = Instant::now();
            // A ledger that is down is tried again; until then events wait, and then are refused.
            let drained = self.drain();
            keeps_up = drained.is_ok() && started.elapsed() < interval;
            if drained.is_err() {
                let _ = self.instance.flush();
            }
            // What was not drained must not pass for drained: receipts rely on it.
            if let Ok(through_ns) = drained
                && told.elapsed() >= IDLE
            {
                let _ = self.sink.idle(self.instance.id, through_ns, false);
                look_after();
                told = Instant::now();
            }
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Drains everything, and tells the ledger that there will be no more.
    pub(super) fn end(&self) -> Result<()> {
        let through_ns = self.drain()?;
        self.sink.idle(self.instance.id, through_ns, true)
    }

    /// Whether everything was drained.
    pub(super) fn is_empty(&self) -> bool {
        self.instance.ring.drained() >= self.instance.ring.next()
    }

    /// Drains what was claimed so far. Returns a time before which every event is in the ledger.
    pub(super) fn drain(&self) -> Result<u64> {
        let ring = &self.instance.ring;
        let through_ns = now();
        let target = ring.next();
        let mut moved = Instant::now();
        loop {
            let _one = self.work.lock();
            let first = ring.drained();
            if first >= target {
                return Ok(through_ns);
            }
            // A ledger must never have more than the header says was claimed.
            self.instance.note(0);
            let mut batch = collect(self.instance.id, &*self.instance, first, target);
            if batch.next == first {
                // A writer has claimed a slot and not filled it yet.
                if moved.elapsed() > STUCK {
                    return Err(stuck());
                }
                std::thread::yield_now();
                continue;
            }
            if batch.next >= target {
                batch.through_ns = through_ns;
            }
            self.sink.apply(&batch)?;
            ring.release(batch.next);
            moved = Instant::now();
        }
    }
}

fn stuck() -> Error {
    Error::new(
        Outcome::JournalUnavailable,
        "a slot of the journal was claimed and stays empty: a thread of this process was stopped \
         while it wrote, or somebody changes the journal's file; restart the process",
    )
}
