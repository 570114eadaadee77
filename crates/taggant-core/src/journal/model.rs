//! The ring, model-checked: loom runs each test over and over, once for each way in which the
//! accesses of its threads can follow each other, with each value that a load may see.
//! docs/TESTING.md, section "Model checking", has the command.
//!
//! A slot's body is a cell that loom watches: an access to it that another thread's has not
//! happened before is reported, whatever the bytes were.

use std::rc::Rc;
use std::sync::atomic::Ordering;

use loom::cell::Cell;
use loom::sync::atomic::{AtomicU64, fence};
use loom::thread;

use super::collect::{Source, collect};
use super::instance::InstanceId;
use super::mac::SlotMac;
use super::map::BODY;
use super::memory::{Atomic, Memory};
use super::ring::{Ring, Slot};
use crate::event::{RecordEvent, RecordKind, encode_record};

/// How often a thread is interrupted where it did not ask for it, unless `LOOM_MAX_PREEMPTIONS` says
/// otherwise. Errors of orderings show with one or two; each more makes the tests many times as long.
const INTERRUPTIONS: usize = 2;

/// The fewest slots that two writers can fill at once.
const SLOTS: usize = 2;

/// Events that take one slot and two.
const SHORT: [&str; 3] = ["alpha", "bravo", "charlie"];
const LONG: &str =
    "a reason which is too long for the slot of its event, and so goes on in another";

/// Slots of loom's types.
struct Watched(Vec<(AtomicU64, Cell<[u8; BODY]>)>);

impl Memory for Watched {
    type Word = AtomicU64;

    fn slots(&self) -> usize {
        self.0.len()
    }

    fn word(&self, index: usize) -> &AtomicU64 {
        &self.0[index].0
    }

    fn write(&self, index: usize, body: &[u8; BODY]) {
        self.0[index].1.set(*body);
    }

    fn read(&self, index: usize, body: &mut [u8; BODY]) {
        *body = self.0[index].1.get();
    }
}

impl Atomic for AtomicU64 {
    fn new(value: u64) -> Self {
        Self::new(value)
    }

    fn load(&self, order: Ordering) -> u64 {
        self.load(order)
    }

    fn store(&self, value: u64, order: Ordering) {
        self.store(value, order);
    }

    fn compare_exchange_weak(
        &self,
        current: u64,
        new: u64,
        success: Ordering,
        failure: Ordering,
    ) -> Result<u64, u64> {
        self.compare_exchange_weak(current, new, success, failure)
    }

    fn fetch_max(&self, value: u64, order: Ordering) -> u64 {
        self.fetch_max(value, order)
    }

    fn fence(order: Ordering) {
        fence(order);
    }
}

/// Numbers and reasons of events.
type Events = Vec<(u64, String)>;

/// A ring that the threads of a test share. Loom's threads are never at work at once, and a count
/// that it watched would make their accesses look ordered.
#[derive(Clone)]
struct Shared(Rc<Ring<Watched>>);

impl Source for Shared {
    fn slot(&self, number: u64) -> Slot {
        self.0.read(number)
    }
}

impl Shared {
    fn new() -> Self {
        let slots = (0..SLOTS).map(|_| (AtomicU64::new(0), Cell::new([0; BODY]))).collect();
        Self(Rc::new(Ring::new(Watched(slots), SlotMac::new(&[7; 32]))))
    }

    /// Runs a thread that works with the ring.
    fn spawn<T: 'static>(&self, work: impl FnOnce(Self) -> T + 'static) -> thread::JoinHandle<T> {
        let shared = self.clone();
        thread::spawn(move || work(shared))
    }

    /// Appends an event, or not where the ring is full.
    fn try_append(&self, reason: &str) -> Option<(u64, String)> {
        let mut event = RecordEvent::new(RecordKind::Access);
        event.set_reason(reason);
        self.0.append(&encode_record(&event)).map(|number| (number, reason.to_owned()))
    }

    /// Appends events, as soon as there is room.
    fn append(&self, reasons: &[&str]) -> Events {
        let soon = |reason: &&str| {
            loop {
                match self.try_append(reason) {
                    Some(acknowledged) => return acknowledged,
                    None => thread::yield_now(),
                }
            }
        };
        reasons.iter().map(soon).collect()
    }

    /// Drains as `drain` does it, until so many numbers were, and does something before each time.
    fn drain(&self, until: u64, before: fn(&Self)) -> Events {
        let mut all = Events::new();
        loop {
            let first = self.0.drained();
            if first >= until {
                return all;
            }
            let target = self.0.next();
            before(self);
            let batch = collect(InstanceId::default(), self, first, target);
            assert_eq!(batch.flaws, [], "nobody meddles with this ring");
            if batch.next == first {
                thread::yield_now();
                continue;
            }
            let reason =
                |(number, event): &(u64, RecordEvent)| (*number, event.reason().to_owned());
            all.extend(batch.events.iter().map(reason));
            self.0.release(batch.next);
        }
    }

    /// What a header is made of, and what it may never say.
    fn note(&self) {
        let drained = self.0.drained();
        let settled = self.0.settle();
        let claimed = self.0.next();
        assert!(drained <= settled, "{drained} drained, and {settled} written");
        assert!(settled <= claimed, "{settled} written, and {claimed} claimed");
    }
}

fn check(test: impl Fn() + Send + Sync + 'static) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound.get_or_insert(INTERRUPTIONS);
    model.check(test);
}

/// What was drained is what was acknowledged: each event once, in order, with its own content.
fn assert_same(drained: &Events, acknowledged: impl IntoIterator<Item = Events>) {
    let mut acknowledged: Events = acknowledged.into_iter().flatten().collect();
    acknowledged.sort();
    assert_eq!(*drained, acknowledged);
}

#[test]
fn two_writers_and_a_drainer_share_a_ring_that_wraps_around() {
    check(|| {
        let ring = Shared::new();
        let one = ring.spawn(|ring| ring.append(&SHORT[..2]));
        let other = ring.spawn(|ring| ring.append(&SHORT[2..]));
        let drained = ring.drain(3, |_| ());
        assert_same(&drained, [one.join().unwrap(), other.join().unwrap()]);
    });
}

#[test]
fn an_event_of_two_slots_is_read_whole_beside_one_of_one() {
    check(|| {
        let ring = Shared::new();
        let long = ring.spawn(|ring| ring.append(&[LONG]));
        let short = ring.spawn(|ring| ring.append(&SHORT[..1]));
        let drained = ring.drain(3, Shared::note);
        assert_same(&drained, [long.join().unwrap(), short.join().unwrap()]);
    });
}

#[test]
fn what_one_thread_settles_is_not_taken_for_emptied_by_another() {
    check(|| {
        let ring = Shared::new();
        let writer = ring.spawn(|ring| ring.append(&SHORT[..2]));
        let flusher = ring.spawn(|ring| ring.note());
        let drained = ring.drain(2, Shared::note);
        flusher.join().unwrap();
        assert_same(&drained, [writer.join().unwrap()]);
    });
}

#[test]
fn a_full_ring_refuses_and_nothing_of_what_it_refused_is_read() {
    check(|| {
        let ring = Shared::new();
        let first = ring.append(&SHORT[..1]);
        let [one, other] = [1, 2].map(|which: usize| {
            ring.spawn(move |ring| ring.try_append(SHORT[which]).into_iter().collect::<Events>())
        });
        let (one, other) = (one.join().unwrap(), other.join().unwrap());
        assert_eq!(one.len() + other.len(), 1, "there was room for one");
        assert_eq!(ring.try_append(LONG), None, "there is room for none");
        let drained = ring.drain(2, |_| ());
        assert_same(&drained, [first, one, other]);
        assert_eq!(ring.append(&[LONG]), [(2, LONG.to_owned())], "there is room again");
    });
}
