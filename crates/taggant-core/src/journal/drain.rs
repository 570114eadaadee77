//! From the journal to the ledger.

use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::dictionary::{Assembler, Taken};
use super::instance::{self, Instance};
use super::ring::Slot;
use super::sink::{Batch, Definition, EventSink};
use crate::cipher::fork;
use crate::error::Result;
use crate::event::{Event, PAYLOAD, decode, now};

/// Events of one transaction at most: half of what a journal holds by default. What events have in
/// common is written once per transaction, so a drainer that has to catch up gets faster.
const BATCH: usize = 32 * 1024;

/// The thread that drains an instance.
pub(super) struct Drainer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

pub(super) struct Shared {
    instance: Arc<Instance>,
    ledger: Arc<dyn EventSink>,
    /// One drain at a time.
    work: Mutex<()>,
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    awake: bool,
    stopped: bool,
}

impl Drainer {
    pub(super) fn start(
        instance: Arc<Instance>,
        ledger: Arc<dyn EventSink>,
        interval: Duration,
    ) -> Self {
        let shared = Arc::new(Shared {
            instance,
            ledger,
            work: Mutex::default(),
            state: Mutex::default(),
            changed: Condvar::new(),
        });
        let own = shared.clone();
        let thread = std::thread::Builder::new()
            .name("taggant-drain".to_owned())
            .spawn(move || own.run(interval))
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
        let through_ns = self.shared.drain()?;
        self.shared.ledger.idle(self.shared.instance.id, through_ns, true)
    }
}

/// How often an instance says that it is alive while it has nothing to drain, and looks for what
/// others left behind: a process that is forked never starts anew.
const IDLE: Duration = Duration::from_secs(10);

impl Shared {
    fn run(&self, interval: Duration) {
        let mut told = Instant::now();
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
            // A ledger that is down is tried again; until then events wait, and then are refused.
            let _ = self.instance.ring.sync();
            // What was not drained must not pass for drained: receipts rely on it.
            if let Ok(through_ns) = self.drain()
                && told.elapsed() >= IDLE
            {
                let _ = self.ledger.idle(self.instance.id, through_ns, false);
                let _ = recover(self.instance.parent(), &*self.ledger);
                told = Instant::now();
            }
            state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Drains what was claimed so far. Returns a time before which every event is in the ledger.
    pub(super) fn drain(&self) -> Result<u64> {
        let ring = &self.instance.ring;
        let through_ns = now();
        let target = ring.next();
        loop {
            // Before the lock: who waits for a fork to pass must not keep others from finishing.
            let _hold = fork::hold();
            let _one = self.work.lock().unwrap_or_else(PoisonError::into_inner);
            if ring.drained() >= target {
                return Ok(through_ns);
            }
            let mut batch = collect(&self.instance, target, false);
            if batch.next == batch.first {
                // A writer has claimed a slot and not filled it yet.
                std::thread::yield_now();
                continue;
            }
            if batch.next >= target {
                batch.through_ns = through_ns;
            }
            self.ledger.apply(&batch)?;
            ring.release(batch.next);
        }
    }
}

/// The events from the first that is not drained. A dead process fills no slot any more: what it
/// claimed and did not commit is a gap.
fn collect(instance: &Instance, end: u64, dead: bool) -> Batch {
    let first = instance.ring.drained();
    let mut batch = Batch {
        instance: instance.id,
        first,
        next: first,
        through_ns: 0,
        definitions: Vec::new(),
        events: Vec::new(),
        gaps: Vec::new(),
        damaged: Vec::new(),
    };
    let mut texts = Assembler::default();
    // Where the last whole text ended: a batch never ends inside one.
    let mut whole = (first, 0);
    let mut number = first;
    while number < end && (texts.is_open() || number - first < BATCH as u64) {
        match instance.ring.read(number) {
            Slot::Empty if !dead => break,
            Slot::Empty => {
                texts.interrupt();
                batch.gaps.push(number);
            }
            Slot::Damaged => {
                texts.interrupt();
                batch.damaged.push(number);
            }
            Slot::Event(payload) => take(&mut batch, &mut texts, number, &payload),
        }
        number += 1;
        if !texts.is_open() {
            whole = (number, batch.damaged.len());
        }
    }
    if texts.is_open() && !dead {
        // Its writer is at work on the next slot. Nothing but parts came after `whole`.
        batch.damaged.truncate(whole.1);
        number = whole.0;
    }
    batch.next = number;
    batch
}

fn take(batch: &mut Batch, texts: &mut Assembler, number: u64, payload: &[u8; PAYLOAD]) {
    match decode(payload) {
        Some(Event::Record(event)) => {
            texts.interrupt();
            batch.events.push((number, *event));
        }
        Some(Event::Text(part)) => match texts.take(&part) {
            Taken::Whole(text) => {
                let (kind, time_ns) = (part.kind, part.time_ns);
                batch.definitions.push(Definition { kind, number: part.number, text, time_ns });
            }
            Taken::Part => {}
            Taken::Broken => batch.damaged.push(number),
        },
        None => {
            texts.interrupt();
            batch.damaged.push(number);
        }
    }
}

/// Drains the journals of dead processes below a folder.
pub(super) fn recover(folder: &Path, ledger: &dyn EventSink) -> Result<u64> {
    let _hold = fork::hold();
    let mut count = 0;
    for instance in instance::dead(folder, |id| ledger.next_sequence(id))? {
        let end = instance.ring.last_committed().map_or(0, |last| last + 1);
        while instance.ring.drained() < end {
            let batch = collect(&instance, end, true);
            ledger.apply(&batch)?;
            count += batch.events.len() as u64;
            instance.ring.release(batch.next);
        }
        ledger.idle(instance.id, now(), true)?;
        // The folder stays if it can't be removed; the ledger knows that it was drained.
        let _ = instance.remove();
    }
    Ok(count)
}
