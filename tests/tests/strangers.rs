//! Strangers of a real pool and a real runtime of tasks: a worker that waits inside a verb takes up
//! other people's jobs, and a task that blocks inside one lets others through. They find no flow.

use std::io::{self, Write};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::de::DeserializeOwned;
use taggant::{Error, Flow, Outcome, Tagged};
use taggant_testing::{Recorder, canary};

const POLICY: &str = r#"
[[allow]]
action = "open"
category = "user"
"#;

#[derive(Clone, PartialEq, Tagged)]
#[tagged(dataset = "strangers.people", subject(customer = id), row = id)]
struct Person {
    #[clear]
    id: u64,
    #[tag("user.name")]
    name: String,
}

fn table() -> Flow {
    Flow::to("postgres://db", "people")
}
fn stored() -> Flow {
    Flow::from("postgres://db", "people")
}

fn person(id: u64) -> Person {
    Person { id, name: canary::name() }
}

fn seal(person: &Person) -> String {
    serde_json::to_string(&table().seal(person)).expect("JSON")
}

/// Somebody's job, which says under no flow where its row comes from.
fn read<T: DeserializeOwned>(row: &str) -> Result<T, Outcome> {
    serde_json::from_str(row).map_err(|_| Error::last().expect("a typed error").outcome())
}

/// What happens wherever the record that is sealed writes to its writer, and the record that is read
/// asks its reader.
struct Through<F: FnMut()> {
    meanwhile: F,
    bytes: Vec<u8>,
    read: usize,
}

impl<F: FnMut()> Through<F> {
    fn new(bytes: &str, meanwhile: F) -> Self {
        Self { meanwhile, bytes: bytes.as_bytes().to_vec(), read: 0 }
    }
}

impl<F: FnMut()> Write for Through<F> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        (self.meanwhile)();
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<F: FnMut()> io::Read for Through<F> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        (self.meanwhile)();
        let rest = &self.bytes[self.read..];
        let length = rest.len().min(buffer.len()).min(16);
        buffer[..length].copy_from_slice(&rest[..length]);
        self.read += length;
        Ok(length)
    }
}

/// Jobs of others, counted by what became of them.
#[derive(Default)]
struct Seen {
    opened: AtomicUsize,
    no_flow: AtomicUsize,
    other: AtomicUsize,
}

impl Seen {
    fn job(&self, row: &str) {
        let counter = match read::<Person>(row) {
            Ok(_) => &self.opened,
            Err(Outcome::NoFlow) => &self.no_flow,
            Err(_) => &self.other,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    fn take(&self) -> [usize; 3] {
        [&self.opened, &self.no_flow, &self.other].map(|counter| counter.swap(0, Ordering::Relaxed))
    }
}

#[test]
fn a_worker_that_waits_inside_a_verb_does_not_open_other_peoples_rows() {
    let recorder = Recorder::new(POLICY);
    let runtime = recorder.runtime();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let (mine, theirs) = runtime.scope(|| (person(1), person(2)));
    let (my_row, their_row) = runtime.scope(|| (seal(&mine), seal(&theirs)));
    let seen = Seen::default();
    // The one worker has others' jobs behind it in its queue, and takes them up where it waits.
    let in_the_pool = |work: &(dyn Fn(&(dyn Fn() + Sync)) + Sync)| {
        pool.install(|| {
            runtime.scope(|| {
                work(&|| {
                    rayon::scope(|scope| {
                        for _ in 0..4 {
                            scope.spawn(|_| seen.job(&their_row));
                        }
                    });
                });
            });
        });
        seen.take()
    };

    let sealed = in_the_pool(&|wait| {
        let mut out = Through::new("", wait);
        serde_json::to_writer(&mut out, &table().seal(&mine)).expect("it is sealed");
        let row = String::from_utf8(out.bytes).expect("UTF-8");
        assert!(stored().read_json::<Person>(&row).expect("it opens") == mine);
    });
    assert!(sealed[1] >= 40, "jobs ran meanwhile: {sealed:?}");
    assert_eq!([sealed[0], sealed[2]], [0, 0]);

    let opened = in_the_pool(&|wait| {
        let reader = Through::new(&my_row, wait);
        let mut format = serde_json::Deserializer::from_reader(io::BufReader::new(reader));
        assert!(stored().read::<Person, _>(&mut format).expect("it opens") == mine);
    });
    assert!(opened[1] >= 4, "jobs ran meanwhile: {opened:?}");
    assert_eq!([opened[0], opened[2]], [0, 0]);

    // What the guide says of `run`: all that runs inside is under its flow, and this test sees it.
    let ambient = in_the_pool(&|wait| stored().run(wait));
    assert_eq!(ambient, [4, 0, 0]);
}

#[test]
fn a_task_that_is_let_through_inside_a_verb_finds_no_flow() {
    let recorder = Recorder::new(POLICY);
    let (mine, theirs) = recorder.run(|| (person(1), person(2)));
    let their_row = recorder.run(|| seal(&theirs));
    let seen = std::sync::Arc::new(Seen::default());
    let tasks = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let others = || {
        for _ in 0..4 {
            let (seen, row) = (seen.clone(), their_row.clone());
            tasks.spawn(async move { seen.job(&row) });
        }
        // Whoever blocks on the runtime drives everybody's tasks.
        tasks.block_on(async {
            for _ in 0..16 {
                tokio::task::yield_now().await;
            }
        });
    };
    recorder.run(|| {
        let mut out = Through::new("", others);
        serde_json::to_writer(&mut out, &table().seal(&mine)).expect("it is sealed");
        let [opened, no_flow, other] = seen.take();
        assert!(no_flow >= 40, "tasks ran meanwhile: {no_flow}");
        assert_eq!([opened, other], [0, 0]);
        stored().run(others);
        assert_eq!(seen.take(), [4, 0, 0], "what the guide says of `run`");
    });
}
