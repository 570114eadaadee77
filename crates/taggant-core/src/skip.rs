//! Tests that can't run on a machine, for the tests of all crates.

use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

static COUNT: AtomicU32 = AtomicU32::new(0);

/// Says on standard error that a test is skipped, and the how manyth of its program it is; the
/// harness does not swallow it. The caller returns then.
///
/// # Panics
/// Where the environment says `CI=true`: there everything must run.
pub fn skip(why: &str) {
    let is_ci = std::env::var_os("CI").is_some_and(|value| value == "true");
    assert!(!is_ci, "{why}: the test can't run, and under CI=true none is skipped");
    let number = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    // Where nobody reads standard error, nobody misses it.
    let _ = writeln!(std::io::stderr(), "skipped, number {number} of this test program: {why}");
}
