//! Values that an SQLite file keeps in several pieces: overflow chains
//! (<https://www.sqlite.org/fileformat2.html>, sections 1.5 and 1.6).
//!
//! A page as such is searched like any bytes. Here only what stands across two pieces of a chain is
//! looked for: the end of one with the beginning of the next.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};

use crate::finder::{Finder, Hit};

/// More than an envelope's header in any encoding, with what may stand before it.
const EDGE: usize = 1100;
/// A page has at most so many cells.
const MAX_CELLS: usize = 65_536 / 4;

/// Reports the envelopes that stand across pieces, at the offset of their beginning.
pub(super) fn across_pages(
    finder: &Finder,
    file: &mut File,
    sink: &mut dyn FnMut(Hit),
) -> io::Result<()> {
    let Some((size, reserved)) = layout(file)? else { return Ok(()) };
    let pages = Pages { size, usable: size.saturating_sub(reserved) };
    let mut page = vec![0; size];
    let mut next = vec![0; size];
    file.seek(SeekFrom::Start(0))?;
    let mut number = 0_u64;
    while file.read_exact(&mut page).is_ok() {
        let mut edges = pages.edges(&page, number == 0);
        // Any page may be a piece of a chain; if it is none, its first bytes name no page.
        edges.push((u32::from_be_bytes([page[0], page[1], page[2], page[3]]), pages.usable));
        for (target, end) in edges {
            let Some(start) = u64::from(target).checked_sub(1).map(|page| page * size as u64)
            else {
                continue;
            };
            if file.seek(SeekFrom::Start(start)).is_err() || file.read_exact(&mut next).is_err() {
                continue;
            }
            let before = &page[end.saturating_sub(EDGE)..end];
            let after = &next[4..pages.usable.min(4 + EDGE)];
            let base = number * size as u64 + (end - before.len()) as u64;
            across(finder, before, after, base, sink);
        }
        number += 1;
        file.seek(SeekFrom::Start(number * size as u64))?;
    }
    Ok(())
}

/// The size of a page and how many bytes at its end are reserved; none where the header is damaged.
fn layout(file: &mut File) -> io::Result<Option<(usize, usize)>> {
    let mut head = [0; 100];
    file.seek(SeekFrom::Start(0))?;
    file.read_exact(&mut head)?;
    let size = match u16::from_be_bytes([head[16], head[17]]) {
        1 => 65_536,
        size => usize::from(size),
    };
    let is_valid = size >= 512 && size.is_power_of_two();
    Ok(is_valid.then_some((size, usize::from(head[20]))))
}

/// The size of a page; the largest where the header is damaged.
pub(super) fn page_size(file: &mut File) -> u64 {
    layout(file).ok().flatten().map_or(65_536, |(size, _)| size as u64)
}

/// What is found at both sides together, begins before the edge, and is whole at neither side.
fn across(finder: &Finder, before: &[u8], after: &[u8], base: u64, sink: &mut dyn FnMut(Hit)) {
    let whole: Vec<u64> = finder.find(before).iter().map(|hit| hit.offset).collect();
    // Where the edge is in `tgt1.`, what follows it was taken for base64 by itself.
    let begins = finder.find(after);
    let begins = begins.first().filter(|hit| hit.offset < 5);
    for hit in finder.find(&[before, after].concat()) {
        let is_counted = whole.contains(&hit.offset)
            || hit.offset + 5 >= before.len() as u64
                && begins.is_some_and(|other| other.header == hit.header);
        if hit.offset < before.len() as u64 && !is_counted {
            sink(Hit { offset: base + hit.offset, ..hit });
        }
    }
}

struct Pages {
    size: usize,
    usable: usize,
}

impl Pages {
    /// The cells of a page that go on in a chain: its first page, and where the cell's own part ends.
    fn edges(&self, page: &[u8], is_first: bool) -> Vec<(u32, usize)> {
        let start = if is_first { 100 } else { 0 };
        let kind = page[start];
        let (is_table, header) = match kind {
            0x0D => (true, 8),
            0x0A => (false, 8),
            0x02 => (false, 12),
            _ => return Vec::new(),
        };
        let short =
            |at: usize| page.get(at..at + 2).map(|b| usize::from(u16::from_be_bytes([b[0], b[1]])));
        let cells = short(start + 3).unwrap_or(0).min(MAX_CELLS);
        let pointers = (0..cells).filter_map(|cell| short(start + header + 2 * cell));
        let edges = pointers.filter_map(|at| self.edge(page, at, is_table, kind == 0x02));
        self.apart(edges.collect())
    }

    /// Cells of a sound page do not overlap. In a forged one thousands could name the same few bytes,
    /// and each costs the reading of a page.
    fn apart(&self, mut edges: Vec<(u32, usize)>) -> Vec<(u32, usize)> {
        edges.sort_unstable_by_key(|(_, end)| *end);
        let mut next = 0;
        edges.retain(|(_, end)| {
            let is_apart = *end >= next;
            if is_apart {
                next = end + self.least();
            }
            is_apart
        });
        edges
    }

    /// What a cell that goes on in a chain has of its own, at least.
    fn least(&self) -> usize {
        (self.usable - 12) * 32 / 255 - 23
    }

    fn edge(
        &self,
        page: &[u8],
        at: usize,
        is_table: bool,
        is_interior: bool,
    ) -> Option<(u32, usize)> {
        let mut at = if is_interior { at + 4 } else { at };
        let payload = usize::try_from(varint(page, &mut at)?).ok()?;
        if is_table {
            varint(page, &mut at)?; // row id
        }
        let usable = self.usable;
        let most = if is_table {
            usable.checked_sub(35)?
        } else {
            (usable.checked_sub(12)?) * 64 / 255 - 23
        };
        if payload <= most {
            return None;
        }
        let least = self.least();
        let wanted = least + (payload - least) % (usable - 4);
        let end = at.checked_add(if wanted <= most { wanted } else { least })?;
        let pointer = page.get(end..end + 4)?;
        debug_assert!(end <= self.size);
        Some((u32::from_be_bytes(pointer.try_into().ok()?), end))
    }
}

fn varint(page: &[u8], at: &mut usize) -> Option<u64> {
    let mut value = 0_u64;
    for index in 0..9 {
        let byte = *page.get(*at)?;
        *at += 1;
        if index == 8 {
            return Some(value << 8 | u64::from(byte));
        }
        value = value << 7 | u64::from(byte & 0x7F);
        if byte < 0x80 {
            return Some(value);
        }
    }
    None
}
