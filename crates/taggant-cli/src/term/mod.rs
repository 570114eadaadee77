//! What a terminal shows: tables, times, numbers.

mod table;
mod text;
mod time;

pub(crate) use table::{Table, Tone};
pub(crate) use text::{count, visible, visible_lines};
pub(crate) use time::{moment, parse_moment};

/// The width of the terminal that stdout is, in columns. Only stdout counts: an answer that goes to
/// a file or a pipe is read by programs, which broken cells would mislead.
pub(crate) fn width() -> Option<usize> {
    let (width, _) = terminal_size::terminal_size_of(std::io::stdout())?;
    Some(usize::from(width.0).max(40))
}
