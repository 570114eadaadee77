//! What a terminal shows: tables, times, numbers.

mod table;
mod text;
mod time;

pub(crate) use table::{Table, Tone};
pub(crate) use text::{count, hex, visible};
pub(crate) use time::{moment, parse_moment};

/// The terminal's width in columns; wide where there is none, so that text goes unbroken to files.
pub(crate) fn width() -> usize {
    terminal_size::terminal_size().map_or(200, |(width, _)| usize::from(width.0).max(40))
}
