//! A stream in blocks; what stands across two of them is found too.

use std::io::{self, Read};

use super::finder::{Finder, Hit};

/// Bytes that are read at once.
pub const BLOCK: usize = 1 << 20;

/// Something that is searched for, whatever else is.
pub(crate) trait Search {
    /// How much before a match it looks at.
    fn before(&self) -> usize;
    /// How much it needs from the beginning of a match on.
    fn after(&self) -> usize;
    /// Takes what begins from `from` up to `until` in a window that stands at `base`.
    fn search(&mut self, window: &[u8], from: usize, until: usize, base: u64);
}

/// Reports every envelope of a stream. Returns how many bytes it had.
///
/// # Errors
/// Those of the reader; what was reported until then holds.
pub fn trace_reader<R: Read + ?Sized>(
    finder: &Finder,
    reader: &mut R,
    sink: &mut dyn FnMut(Hit),
) -> io::Result<u64> {
    let mut read = 0;
    trace_blocks(reader, BLOCK, &mut [&mut finder.with(sink)], &mut read)?;
    Ok(read)
}

/// Searches a stream for several things in one reading. `total` counts its bytes, also where it
/// breaks off.
pub(crate) fn trace_blocks<R: Read + ?Sized>(
    reader: &mut R,
    block: usize,
    searches: &mut [&mut dyn Search],
    total: &mut u64,
) -> io::Result<()> {
    let before = searches.iter().map(|search| search.before()).max().unwrap_or(0);
    let after = searches.iter().map(|search| search.after()).max().unwrap_or(0);
    let mut window = vec![0; before + after + block];
    // Bytes in the window, those before `from` were searched; where the window stands in the stream.
    let (mut filled, mut from, mut base) = (0, 0, 0_u64);
    loop {
        let (read, end) = fill(reader, &mut window[filled..]);
        filled += read;
        *total += read as u64;
        let is_last = filled < window.len();
        let until = if is_last { filled } else { filled - after };
        for search in searches.iter_mut() {
            search.search(&window[..filled], from, until, base);
        }
        end?;
        if is_last {
            return Ok(());
        }
        let keep = until - before;
        window.copy_within(keep..filled, 0);
        base += keep as u64;
        (filled, from) = (filled - keep, before);
    }
}

/// Fills the buffer unless the stream ends or breaks off: what came until then counts.
fn fill<R: Read + ?Sized>(reader: &mut R, buffer: &mut [u8]) -> (usize, io::Result<()>) {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return (filled, Err(error)),
        }
    }
    (filled, Ok(()))
}

#[cfg(test)]
mod tests;
