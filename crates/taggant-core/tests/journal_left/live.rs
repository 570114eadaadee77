//! What somebody does to the files of a process that lives.

use std::fs::{create_dir, read_dir, remove_dir_all, remove_file, rename};
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

use super::*;

/// A process of which nothing is drained unless it is told.
struct Live {
    journal: Journal,
    sink: Arc<Ledger>,
    ring: PathBuf,
}

#[derive(Default)]
struct Ledger(Mutex<Vec<Batch>>);

impl EventSink for Ledger {
    fn apply(&self, batch: &Batch) -> Result<()> {
        self.0.lock().unwrap().push(batch.clone());
        Ok(())
    }
    fn next_sequence(&self, instance: InstanceId) -> Result<u64> {
        let batches = self.0.lock().unwrap();
        let of = batches.iter().filter(|batch| batch.instance == instance);
        Ok(of.map(|batch| batch.next).max().unwrap_or(0))
    }
    fn idle(&self, _: InstanceId, _: u64, _: bool) -> Result<()> {
        Ok(())
    }
}

impl Live {
    fn start(folder: &Path, sink: Arc<Ledger>, slots: usize) -> Self {
        let before: Vec<_> = rings(folder);
        let interval = Duration::from_secs(3600);
        let config = JournalConfig { folder: FOLDER, slots, interval, ..JournalConfig::default() };
        let keys = Arc::new(|id| Ok(key(id)));
        let journal =
            Journal::open(folder, StartInfo::default(), config, keys, sink.clone()).unwrap();
        let ring = rings(folder).into_iter().find(|ring| !before.contains(ring)).unwrap();
        Self { journal, sink, ring }
    }

    /// Accesses, each under its own number.
    fn write(&self, count: u64) -> std::ops::Range<u64> {
        let first = self.journal.append(&access(0)).unwrap() + 1;
        (first..first + count).for_each(|number| {
            assert_eq!(self.journal.append(&access(number)).unwrap(), number);
        });
        first..first + count
    }

    fn change(&self, number: u64, bytes: &[u8], at: usize) {
        let index = usize::try_from(number).unwrap();
        let place = 4096 * (1 + index / 21) + 192 * (index % 21) + at;
        let file = std::fs::File::options().write(true).open(&self.ring).unwrap();
        file.write_all_at(bytes, place as u64).unwrap();
    }

    fn told(&self) -> Outcomes {
        Outcomes(self.sink.0.lock().unwrap().clone())
    }
}

fn rings(folder: &Path) -> Vec<PathBuf> {
    let entries = read_dir(folder).unwrap();
    entries.map(|entry| entry.unwrap().path().join("events.ring")).filter(|p| p.exists()).collect()
}

#[test]
fn a_living_process_is_not_taken_for_dead_where_its_lock_file_was_changed() {
    let removed: fn(&Path) = |lock| remove_file(lock).unwrap();
    let another: fn(&Path) = |lock| {
        std::fs::write(lock.with_extension("new"), "").unwrap();
        rename(lock.with_extension("new"), lock).unwrap();
    };
    let folder: fn(&Path) = |lock| {
        remove_file(lock).unwrap();
        create_dir(lock).unwrap();
    };
    for change in [removed, another, folder] {
        let place = Place::new();
        let (one, other) = (Arc::new(Ledger::default()), Arc::new(Ledger::default()));
        let live = Live::start(place.path(), one, 64);
        let first = live.write(3);
        change(&live.ring.with_file_name("lock"));
        let second = Live::start(place.path(), other, 64);
        assert_eq!(second.journal.recover().unwrap(), 0, "nobody is dead");
        assert_eq!(live.journal.recover().unwrap(), 0, "it does not take itself for dead");
        assert!(live.ring.exists());
        let waiting = taggant_core::journal::waiting(place.path()).unwrap();
        assert_eq!((waiting.ended, waiting.running), (0, 2), "nor does who counts");
        let later = live.write(3);
        live.journal.drain().unwrap();
        let events = live.told().0.iter().map(|batch| batch.events.len()).sum::<usize>();
        assert_eq!((events, live.told().flaws()), (8, vec![]), "{first:?} {later:?}");
        assert!(second.told().0.iter().all(|batch| batch.events.is_empty()));
    }
}

#[test]
fn what_a_process_left_arrives_where_its_lock_file_is_no_file() {
    let place = Place::with(&Ring::of(0..5).bytes);
    let lock = place.path().join(DEAD.to_string()).join("lock");
    remove_file(&lock).unwrap();
    create_dir(&lock).unwrap();
    let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
    assert_eq!((outcomes.events(), outcomes.flaws()), ((0..5).collect(), vec![]));
    assert_eq!(place.left(), [""; 0]);
}

#[test]
fn a_ring_that_is_rewritten_beneath_its_process_is_a_finding() {
    let place = Place::new();
    let live = Live::start(place.path(), Arc::default(), 512);
    let numbers = live.write(192);
    // Each access said to be somebody else's: the payload, not the MAC.
    let moved = numbers.start..numbers.start + 183;
    for number in moved.clone() {
        live.change(number, &[0xA5; 16], 100);
    }
    live.journal.drain().unwrap();
    let flaws: Vec<_> = moved.clone().map(|number| (number, Flaw::Changed)).collect();
    let events: Vec<u64> = live.told().0.iter().flat_map(|b| &b.events).map(|(n, _)| *n).collect();
    assert_eq!(live.told().flaws(), flaws);
    assert!(events.iter().all(|number| !moved.contains(number)));
    assert!((moved.end..numbers.end).all(|number| events.contains(&number)));
}

#[test]
fn a_tail_that_is_zeroed_beneath_its_process_is_a_finding() {
    let place = Place::new();
    let live = Live::start(place.path(), Arc::default(), 512);
    let numbers = live.write(256);
    live.journal.flush().unwrap();
    for number in numbers.clone() {
        live.change(number, &[0; 192], 0);
    }
    live.journal.drain().unwrap();
    let flaws: Vec<_> = numbers.map(|number| (number, Flaw::Changed)).collect();
    assert_eq!(live.told().flaws(), flaws);
}

/// A receipt relies on it: what is from before that time must be in the ledger.
#[test]
fn a_run_that_leaves_events_behind_says_no_time_before_which_all_is_there() {
    let place = Place::new();
    let live = Live::start(place.path(), Arc::default(), 64 * 1024);
    live.write(40_000);
    live.journal.drain().unwrap();
    let runs: Vec<Batch> =
        live.told().0.into_iter().filter(|batch| !batch.events.is_empty()).collect();
    assert_eq!(runs.len(), 2, "more than one transaction takes");
    assert_eq!(runs[0].through_ns, 0, "more of them wait");
    let last = runs[1].events.last().unwrap().1.time_ns;
    assert!(runs[1].through_ns >= last && last > 0);
}

/// The kernel says which pages of the ring are not on the disk.
#[cfg(target_os = "linux")]
#[test]
fn a_flush_leaves_nothing_of_the_ring_in_memory_alone() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
    let live = Live::start(folder.path(), Arc::default(), 512);
    live.write(200);
    assert!(dirty(&live.ring) > 0, "what was just written");
    live.journal.flush().unwrap();
    assert_eq!(dirty(&live.ring), 0);
    live.write(1);
    assert!(dirty(&live.ring) > 0);
}

#[cfg(target_os = "linux")]
fn dirty(ring: &Path) -> u64 {
    let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
    let own = maps.split_once(&*ring.to_string_lossy()).expect("the ring is mapped").1;
    let lines = own.lines().skip(1).take_while(|line| !line.starts_with("VmFlags"));
    let dirty = lines.filter(|line| line.contains("_Dirty:"));
    dirty.filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).sum()
}

#[test]
fn one_bad_instance_does_not_keep_a_process_from_starting() {
    let place = Place::with(&Ring::of(0..5).bytes);
    let name = |byte: u8| InstanceId([byte; 16]).to_string();
    create_dir(place.leave(&name(1), None).join("events.ring")).unwrap();
    place.leave(&name(2), Some(&[0xA5; 3]));
    place.leave(&name(3), Some(&[0xA5; 4096 * 3]));
    std::fs::write(place.path().join(name(4)), "a file and no folder").unwrap();
    let own = place.leave(&name(5), None);
    remove_dir_all(own.join("lock")).unwrap_or_else(|_| remove_file(own.join("lock")).unwrap());
    let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
    assert_eq!((outcomes.events(), outcomes.flaws()), ((0..5).collect(), vec![]));
    assert_eq!(place.left(), [name(4)]);
}

#[test]
fn a_huge_file_of_holes_does_not_hang_a_start() {
    for name in [DEAD.to_string(), format!("{DEAD}.new")] {
        let place = Place::new();
        let own = place.leave(&name, Some(&[]));
        let ring = std::fs::File::options().write(true).open(own.join("events.ring")).unwrap();
        ring.set_len(1 << 40).unwrap();
        let started = Instant::now();
        let outcomes = place.start(0, |id| Ok(key(id))).unwrap();
        assert!(started.elapsed() < Duration::from_secs(30), "{:?}", started.elapsed());
        assert_eq!(outcomes.events(), [0; 0]);
        let expected = if name.ends_with("new") { vec![] } else { vec![(0, Flaw::Header)] };
        assert_eq!(outcomes.flaws(), expected);
    }
}
