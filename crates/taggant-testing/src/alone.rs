//! A test once more, in a process of its own.
//!
//! A test harness takes what `print!` and `eprint!` write before it reaches stdout, and no stable
//! way leads to where it keeps it. So the test runs again with `--nocapture`, where the same probe
//! looks at its own output; what it finds comes back in a file.

use std::cell::Cell;
use std::ffi::OsString;
use std::io::Write;
use std::process::{Command, Stdio};

/// Names the file in which a process that runs alone says what it found.
const REPORT: &str = "TAGGANT_PROBE_REPORT";
/// Stands in the report of a process that has run a probe.
const RAN: &str = "ran";

thread_local! {
    static DONE: Cell<bool> = const { Cell::new(false) };
}

/// Tells the process that waits, if there is one, what a probe found.
pub(crate) fn report(leaks: &str) {
    let Some(path) = std::env::var_os(REPORT) else { return };
    let file = std::fs::OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| writeln!(file, "{RAN}{leaks}")).expect("the report's folder is there");
}

/// Runs this test alone, once, and returns what its probes found there.
pub(crate) fn run_again() -> Result<String, String> {
    // In there, nothing is kept away from stdout; if it is, there is no third try.
    if DONE.replace(true) || std::env::var_os(REPORT).is_some() {
        return Ok(String::new());
    }
    let thread = std::thread::current();
    let name = thread.name().unwrap_or_default();
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    let path = folder.path().join("report");
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let arguments = ["--exact", "--nocapture", "--include-ignored", "--test-threads=1"];
    Command::new(program)
        .arg(name)
        .args(arguments.map(OsString::from))
        .env(REPORT, &path)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .map_err(|error| error.to_string())?;
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    if !found.contains(RAN) {
        return Err(format!(
            "what print! wrote was taken by the test harness before the probe could see it, and \
             the thread `{name}` is no test that could be run alone: call the probe on the test's \
             own thread, or run the tests with --nocapture"
        ));
    }
    Ok(found.replace(RAN, "").trim().to_owned())
}
