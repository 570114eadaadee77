//! What is written to stdout and stderr while a closure runs, by whichever thread and however.
//!
//! Both descriptors lead into temporary files while at least one closure is watched; what stands
//! there goes to where it belongs when the last one is done.

use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::sync::{Mutex, PoisonError};

/// Written with `print!` at the beginning, to see whether a test harness takes such text away. It
/// has no width, and is not passed on.
const MARK: &str = "\u{200b}\u{2060}\u{200b}\u{2060}";

static WATCHED: Mutex<Option<Watched>> = Mutex::new(None);

struct Watched {
    runs: usize,
    out: Stream,
    err: Stream,
}

struct Stream {
    file: File,
    before: OwnedFd,
}

impl Stream {
    fn redirect(
        descriptor: &impl AsFd,
        point: impl FnOnce(&File) -> rustix::io::Result<()>,
    ) -> io::Result<Self> {
        let before = descriptor.as_fd().try_clone_to_owned()?;
        let file = tempfile::tempfile()?;
        point(&file)?;
        Ok(Self { file, before })
    }

    fn len(&self) -> io::Result<u64> {
        self.file.metadata().map(|data| data.len())
    }

    fn from(&self, start: u64) -> io::Result<Vec<u8>> {
        let length = self.len()?.saturating_sub(start);
        let mut bytes = vec![0; usize::try_from(length).map_err(io::Error::other)?];
        self.file.read_exact_at(&mut bytes, start)?;
        Ok(bytes)
    }

    fn give_back(self) -> io::Result<()> {
        let text = without_marks(&self.from(0)?);
        File::from(self.before).write_all(&text)
    }
}

fn without_marks(bytes: &[u8]) -> Vec<u8> {
    let (mut rest, mut text) = (bytes, Vec::with_capacity(bytes.len()));
    while let Some(at) = rest.windows(MARK.len()).position(|part| part == MARK.as_bytes()) {
        text.extend_from_slice(&rest[..at]);
        rest = &rest[at + MARK.len()..];
    }
    text.extend_from_slice(rest);
    text
}

/// A closure that is being watched.
pub(crate) struct Watch {
    out: u64,
    err: u64,
}

/// What was written meanwhile.
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// Whether `print!` and `eprint!` of this thread go elsewhere: into the memory of a harness.
    pub(crate) prints_elsewhere: bool,
}

impl Watch {
    #[allow(clippy::print_stdout)]
    pub(crate) fn begin() -> io::Result<Self> {
        let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        flush();
        if watched.is_none() {
            let out = Stream::redirect(&io::stdout(), |to| rustix::stdio::dup2_stdout(to))?;
            let err = Stream::redirect(&io::stderr(), |to| rustix::stdio::dup2_stderr(to))
                .inspect_err(|_| {
                    let _ = rustix::stdio::dup2_stdout(&out.before);
                })?;
            *watched = Some(Watched { runs: 0, out, err });
        }
        let state = watched.as_mut().expect("it was just made");
        let watch = Self { out: state.out.len()?, err: state.err.len()? };
        state.runs += 1;
        print!("{MARK}");
        Ok(watch)
    }

    pub(crate) fn end(self) -> io::Result<Written> {
        let mut watched = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
        flush();
        let state = watched.as_mut().expect("a watch keeps it");
        let out = state.out.from(self.out);
        let err = state.err.from(self.err);
        state.runs -= 1;
        if state.runs == 0 {
            let state = watched.take().expect("it was just there");
            rustix::stdio::dup2_stdout(&state.out.before)?;
            rustix::stdio::dup2_stderr(&state.err.before)?;
            state.out.give_back()?;
            state.err.give_back()?;
        }
        let mut bytes = out?;
        let prints_elsewhere = !bytes.windows(MARK.len()).any(|part| part == MARK.as_bytes());
        bytes.push(b'\n');
        bytes.append(&mut err?);
        Ok(Written { bytes, prints_elsewhere })
    }
}

fn flush() {
    let _ = io::stdout().flush();
    let _ = io::stderr().flush();
}
