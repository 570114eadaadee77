//! What code logs and prints.

use std::cell::RefCell;
use std::io::{self, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::Command;
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::FmtSpan;

use crate::probe::LeakProbe;
use crate::stdio::Watch;

/// What was caught of a closure.
#[derive(Clone, Default)]
pub struct Captured {
    /// What reached stdout and stderr, `tracing` events and spans with all their fields, `log`
    /// records, panic messages.
    pub output: Vec<u8>,
    /// Whether a test harness took what `print!` and `eprint!` wrote, so that it is not in `output`:
    /// tests that run without `--nocapture`. [`LeakProbe::run`] sees it all the same.
    pub prints_elsewhere: bool,
}

impl std::fmt::Debug for Captured {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // It may hold the very values that must not be printed.
        write!(f, "Captured({} bytes)", self.output.len())
    }
}

#[derive(Clone, Default)]
struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Sink {
    type Writer = Self;
    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

thread_local! {
    /// The sinks of this thread, inner last.
    static SINKS: RefCell<Vec<Sink>> = const { RefCell::new(Vec::new()) };
}

struct ThreadLog;

impl log::Log for ThreadLog {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        note(format_args!("{} {} {}\n", record.level(), record.target(), record.args()));
    }
    fn flush(&self) {}
}

fn note(line: std::fmt::Arguments<'_>) {
    // Destructors of other thread-locals may log or panic when this one is gone: a panic in the
    // panic hook would end the process.
    let sink = SINKS.try_with(|sinks| sinks.borrow().last().cloned());
    if let Ok(Some(mut sink)) = sink {
        let _ = sink.write_fmt(line);
    }
}

/// Hooks that serve all threads, set once. A program that sets its own logger keeps it: of its `log`
/// records only what reaches stdout and stderr is caught.
fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        if log::set_logger(&ThreadLog).is_ok() {
            log::set_max_level(log::LevelFilter::Trace);
        }
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |panic| {
            note(format_args!("{panic}\n"));
            before(panic);
        }));
    });
}

struct Leave;

impl Drop for Leave {
    fn drop(&mut self) {
        let _ = SINKS.try_with(|sinks| sinks.borrow_mut().pop());
    }
}

impl LeakProbe {
    /// Runs a closure and asserts that nothing it writes shows a watched value: stdout and stderr
    /// by whatever way and thread; on this thread `tracing` events and spans with all their fields,
    /// `log` records and panic messages (a panic of the closure goes on after the search).
    ///
    /// Tests may run in parallel. What they write meanwhile appears when the last of the closures
    /// that are watched is done.
    ///
    /// A test harness takes what `print!` and `eprint!` write, unless the tests run with
    /// `--nocapture`. There the first `run` of a test runs the whole test once more in a process of
    /// its own and looks at that one's output too.
    ///
    /// # Panics
    /// Where a value shows, where the closure panics, and where what the closure writes can't be
    /// seen.
    #[track_caller]
    pub fn run<R>(&self, work: impl FnOnce() -> R) -> R {
        let (captured, result) = capture(work);
        let leaks = self.list(&captured.output);
        crate::alone::report(&leaks);
        assert!(leaks.is_empty(), "{leaks}");
        if captured.prints_elsewhere {
            let leaks = crate::alone::run_again().unwrap_or_else(|why| panic!("{why}"));
            assert!(leaks.is_empty(), "{leaks}");
        }
        result.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    /// Runs a program to its end and asserts that neither its stdout nor its stderr shows a watched
    /// value.
    ///
    /// # Panics
    /// Where a value shows, and where the program can't be started.
    #[track_caller]
    pub fn run_command(&self, command: &mut Command) -> std::process::Output {
        let output = command.output().unwrap_or_else(|error| panic!("not started: {error}"));
        self.assert_sealed(&output.stdout);
        self.assert_sealed(&output.stderr);
        output
    }
}

impl Captured {
    /// Runs a closure and keeps what it writes, logs and panics with, as [`LeakProbe::run`] does.
    ///
    /// # Panics
    /// Where stdout and stderr can't be watched.
    pub fn of<R>(work: impl FnOnce() -> R) -> (Self, std::thread::Result<R>) {
        capture(work)
    }
}

fn capture<R>(work: impl FnOnce() -> R) -> (Captured, std::thread::Result<R>) {
    install();
    let sink = Sink::default();
    SINKS.with_borrow_mut(|sinks| sinks.push(sink.clone()));
    let leave = Leave;
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(FmtSpan::FULL)
        .with_ansi(false)
        .with_writer(sink.clone())
        .finish();
    let watch = Watch::begin().unwrap_or_else(|error| panic!("stdout can't be watched: {error}"));
    let result =
        tracing::subscriber::with_default(subscriber, || catch_unwind(AssertUnwindSafe(work)));
    let written = watch.end().unwrap_or_else(|error| panic!("stdout can't be read: {error}"));
    drop(leave);
    if let Err(panic) = &result {
        // The hook wrote it already, unless the program put another in its place since.
        let text = panic.downcast_ref::<String>().map(String::as_str);
        let text = text.or_else(|| panic.downcast_ref::<&str>().copied());
        let _ = writeln!(sink.clone(), "{}", text.unwrap_or_default());
    }
    let mut output = sink.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    output.extend_from_slice(&written.bytes);
    (Captured { output, prints_elsewhere: written.prints_elsewhere }, result)
}
