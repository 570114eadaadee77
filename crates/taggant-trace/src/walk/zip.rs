//! Entries of a ZIP archive, read from its beginning to its end: local headers only, so that it
//! works in a stream and the directory takes no memory (APPNOTE 6.3.10, section 4.3).

use std::io::{self, BufRead, BufReader, Read};

use super::read::Counted;
use super::{Walk, inside};
use crate::source::{Format, Source};

const LOCAL: [u8; 4] = *b"PK\x03\x04";

/// What a local header says.
struct Entry {
    name: String,
    method: u16,
    is_encrypted: bool,
    /// Unknown where sizes follow the data.
    size: Option<u64>,
}

pub(super) fn walk(walk: &mut Walk<'_>, name: &str, reader: &mut dyn Read, depth: u32) {
    let mut reader = BufReader::with_capacity(1 << 16, reader);
    if let Err(error) = entries(walk, name, &mut reader, depth) {
        remark(walk, name, format!("the archive is damaged or cut: {error}"));
    }
}

fn remark(walk: &mut Walk<'_>, name: &str, what: String) {
    let mut source = Source::new(name, Format::Zip);
    source.remarks.push(what);
    walk.report(source);
}

fn entries(
    walk: &mut Walk<'_>,
    name: &str,
    reader: &mut dyn BufRead,
    depth: u32,
) -> io::Result<()> {
    while next_header(reader)? {
        let entry = header(reader)?;
        let own = inside(name, &entry.name);
        if !walk.enter(name, Format::Zip) {
            return Ok(());
        }
        one(walk, &own, &entry, reader, depth)?;
    }
    Ok(())
}

/// Skips to the next local header: a data descriptor may stand before it, the directory behind the
/// last one.
fn next_header(reader: &mut dyn BufRead) -> io::Result<bool> {
    let mut matched = 0;
    loop {
        let buffer = reader.fill_buf()?;
        if buffer.is_empty() {
            return Ok(false);
        }
        let mut used = 0;
        for byte in buffer {
            used += 1;
            matched = match *byte {
                byte if byte == LOCAL[matched] => matched + 1,
                b'P' => 1,
                _ => 0,
            };
            if matched == LOCAL.len() {
                break;
            }
        }
        reader.consume(used);
        if matched == LOCAL.len() {
            return Ok(true);
        }
    }
}

fn header(reader: &mut dyn BufRead) -> io::Result<Entry> {
    let mut fixed = [0; 26];
    reader.read_exact(&mut fixed)?;
    let short = |at: usize| u16::from_le_bytes([fixed[at], fixed[at + 1]]);
    let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
    let (flags, method) = (short(2), short(4));
    let (packed, unpacked) = (long(14), long(18));
    let mut name = vec![0; usize::from(short(22))];
    reader.read_exact(&mut name)?;
    let mut extra = vec![0; usize::from(short(24))];
    reader.read_exact(&mut extra)?;
    let size = match packed {
        u32::MAX => zip64_size(&extra, unpacked == u32::MAX),
        packed => Some(u64::from(packed)),
    };
    Ok(Entry {
        name: String::from_utf8_lossy(&name).into_owned(),
        method,
        is_encrypted: flags & 1 != 0,
        size: size.filter(|_| flags & 8 == 0),
    })
}

/// The compressed size in the ZIP64 extra field.
fn zip64_size(mut extra: &[u8], has_unpacked: bool) -> Option<u64> {
    while extra.len() >= 4 {
        let id = u16::from_le_bytes([extra[0], extra[1]]);
        let length = usize::from(u16::from_le_bytes([extra[2], extra[3]]));
        let body = extra.get(4..4 + length)?;
        if id == 1 {
            let at = if has_unpacked { 8 } else { 0 };
            return Some(u64::from_le_bytes(body.get(at..at + 8)?.try_into().ok()?));
        }
        extra = &extra[4 + length..];
    }
    None
}

fn one(
    walk: &mut Walk<'_>,
    own: &str,
    entry: &Entry,
    reader: &mut dyn BufRead,
    depth: u32,
) -> io::Result<()> {
    let is_known = matches!(entry.method, 0 | 8 | 12 | 93 | 95);
    if entry.is_encrypted || !is_known {
        let what = if entry.is_encrypted { "is encrypted" } else { "has an unknown method" };
        remark(walk, own, format!("the entry {what}: not read"));
        return match entry.size {
            Some(size) => io::copy(&mut reader.take(size), &mut io::sink()).map(drop),
            None => Ok(()),
        };
    }
    let Some(size) = entry.size else {
        if entry.method == 8 {
            inflate(walk, own, reader, depth);
        } else {
            // Where it ends can't be told; what is in it is searched with all that follows.
            walk.raw(own, reader, Format::Bytes);
        }
        return Ok(());
    };
    let mut body = BufReader::with_capacity(1 << 16, reader.take(size));
    match entry.method {
        0 => walk.stream(own, &mut body, depth + 1),
        8 => inflate(walk, own, &mut body, depth),
        12 => walk.expand(own, &mut body, Format::Bzip2, depth),
        93 => walk.expand(own, &mut body, Format::Zstd, depth),
        _ => walk.expand(own, &mut body, Format::Xz, depth),
    }
    // What a decoder left, so that the next header is found.
    io::copy(&mut body, &mut io::sink()).map(drop)
}

/// Takes exactly the deflated bytes from the reader.
fn inflate(walk: &mut Walk<'_>, own: &str, reader: &mut dyn BufRead, depth: u32) {
    let mut bounded = walk.bounded(|count| {
        let counted = CountedBuf(Counted { inner: reader, count });
        flate2::bufread::DeflateDecoder::new(counted)
    });
    walk.stream(own, &mut bounded, depth + 1);
    // An entry that was not read to its end must not be taken for headers.
    let _ = io::copy(&mut bounded, &mut io::sink());
}

/// Counts what is consumed of a buffered reader.
struct CountedBuf<R>(Counted<R>);

impl<R: BufRead> Read for CountedBuf<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.0.read(buffer)
    }
}

impl<R: BufRead> BufRead for CountedBuf<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.0.inner.fill_buf()
    }
    fn consume(&mut self, amount: usize) {
        self.0.count.set(self.0.count.get() + amount as u64);
        self.0.inner.consume(amount);
    }
}
