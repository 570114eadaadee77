//! How a run ends.

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

/// The exit codes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Nothing to report.
    Fine = 0,
    /// What the command looks for was found.
    Finding = 1,
    /// The command was not called as it must be.
    Usage = 2,
    /// The command could not do its work.
    Failure = 3,
}

impl Exit {
    /// `Finding` if there is one.
    pub(crate) fn finding(is_found: bool) -> Self {
        if is_found { Self::Finding } else { Self::Fine }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a run ended without an answer. Never contains a tagged value.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) exit: Exit,
    pub(crate) what: String,
    /// Nobody listens any more: nothing to say.
    pub(crate) is_silent: bool,
}

impl Failure {
    /// The work could not be done.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { exit: Exit::Failure, what: what.into(), is_silent: false }
    }

    /// The arguments don't fit.
    pub(crate) fn usage(what: impl Into<String>) -> Self {
        Self { exit: Exit::Usage, what: what.into(), is_silent: false }
    }

    /// A file can't be used; one that is not there was named wrongly.
    pub(crate) fn file(path: &Path, error: &io::Error) -> Self {
        let what = format!("{}: {error}", path.display());
        if error.kind() == io::ErrorKind::NotFound { Self::usage(what) } else { Self::new(what) }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)
    }
}

impl From<taggant::Error> for Failure {
    fn from(error: taggant::Error) -> Self {
        Self::new(error.to_string())
    }
}

/// Writing the answer failed. A reader that has seen enough (`| head`) is no failure.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let is_silent = error.kind() == io::ErrorKind::BrokenPipe;
        let exit = if is_silent { Exit::Fine } else { Exit::Failure };
        Self { exit, what: format!("the answer can't be written: {error}"), is_silent }
    }
}
