//! A stream in blocks; what stands across two of them is found too.

use std::io::{self, Read};

use super::finder::{AFTER, BEFORE, Finder, Hit};

/// Bytes that are read at once.
pub const BLOCK: usize = 1 << 20;

/// Reports every envelope of a stream. Returns how many bytes it had.
///
/// # Errors
/// Those of the reader; what was reported until then holds.
pub fn trace_reader<R: Read + ?Sized>(
    finder: &Finder,
    reader: &mut R,
    sink: &mut dyn FnMut(Hit),
) -> io::Result<u64> {
    trace_blocks(finder, reader, BLOCK, sink)
}

pub(crate) fn trace_blocks<R: Read + ?Sized>(
    finder: &Finder,
    reader: &mut R,
    block: usize,
    sink: &mut dyn FnMut(Hit),
) -> io::Result<u64> {
    let mut window = vec![0; BEFORE + AFTER + block];
    // Bytes in the window, those before `from` were searched; where the window stands in the stream.
    let (mut filled, mut from, mut base) = (0, 0, 0_u64);
    loop {
        let read = fill(reader, &mut window[filled..])?;
        filled += read;
        let is_last = filled < window.len();
        let until = if is_last { filled } else { filled - AFTER };
        finder.search(&window[..filled], from, until, base, sink);
        if is_last {
            return Ok(base + filled as u64);
        }
        let keep = until - BEFORE;
        window.copy_within(keep..filled, 0);
        base += keep as u64;
        (filled, from) = (filled - keep, BEFORE);
    }
}

/// Fills the buffer unless the stream ends.
fn fill<R: Read + ?Sized>(reader: &mut R, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match reader.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests;
