//! Finds records in bytes, wherever they lie.

use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

use memchr::memmem;
use taggant_core::inventory::{HEAD_LEN, MAGIC, OWNER, VERSION};

use crate::decode;
use crate::record::TaggedType;

/// Bytes that are looked through at once.
const CHUNK: usize = 1 << 20;

/// No type of a program that somebody wrote is described by more bytes.
const LARGEST: usize = 4 << 20;

/// Bytes of records in one binary; a million fields stay below it.
const ALL: u64 = 128 << 20;

/// Damaged records that are listed; more are only counted.
const LISTED: usize = 100;

/// Bytes that are looked at in vain. Without it a hostile file could announce a long record at each
/// of its bytes.
const IN_VAIN: u64 = 256 << 20;

/// What a scan found.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) types: Vec<TaggedType>,
    /// Offset, and what is wrong with the record there.
    pub(crate) damaged: Vec<(u64, &'static str)>,
    pub(crate) damaged_count: u64,
    read: u64,
    in_vain: u64,
}

/// Where bytes come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A section of ours: all that looks like a record is one.
    Section,
    /// Anything: what looks like a damaged record may be the code that looks for records.
    Anywhere,
}

/// Looks through these bytes of a file and adds what it finds.
///
/// # Errors
/// Those of reading; `InvalidData` where records are too many or too long to be a program's.
pub(crate) fn scan<R: Read + Seek>(
    file: &mut R,
    range: Range<u64>,
    place: Place,
    found: &mut Found,
) -> io::Result<()> {
    let finder = memmem::Finder::new(&MAGIC);
    let mut buffer = vec![0; CHUNK];
    let mut at = range.start;
    while at < range.end {
        let wanted = usize::try_from(range.end - at).map_or(CHUNK, |left| left.min(CHUNK));
        file.seek(SeekFrom::Start(at))?;
        let len = fill(file, &mut buffer[..wanted])?;
        let is_last = len < wanted || at + len as u64 == range.end;
        let window = Window { at, bytes: &buffer[..len], end: range.end, place };
        let mut next = len;
        if !is_last {
            // The magic may begin in the last bytes, with the owner before it.
            next -= OWNER.len() + MAGIC.len() - 1;
        }
        let mut from = 0;
        while let Some(index) = finder.find(&window.bytes[from..]).map(|index| from + index) {
            if !is_last && len - index < HEAD_LEN {
                next = index - OWNER.len();
                break;
            }
            from = window.record(file, index, found)?;
            if from >= len {
                next = from;
                break;
            }
            next = next.max(from);
        }
        if is_last && next <= len {
            break;
        }
        at += next as u64;
    }
    Ok(())
}

/// A part of the file in memory.
struct Window<'a> {
    at: u64,
    bytes: &'a [u8],
    /// Where the bytes end that may belong to a record.
    end: u64,
    place: Place,
}

impl Window<'_> {
    /// Reads the record at `index`; gives where to go on.
    fn record<R: Read + Seek>(
        &self,
        file: &mut R,
        index: usize,
        found: &mut Found,
    ) -> io::Result<usize> {
        let at = self.at + index as u64;
        let skip = index + MAGIC.len();
        let parts = match Head::parse(&self.bytes[index..], self.end - at) {
            Ok(head) => head,
            Err(None) => return Ok(skip),
            Err(Some(what)) => {
                self.damage(index, what, found);
                return Ok(skip);
            }
        };
        let start = index + HEAD_LEN;
        let len = parts.body + parts.origin;
        found.count(len)?;
        let far;
        let bytes = if let Some(near) = self.bytes.get(start..start + len) {
            near
        } else {
            far = read_far(file, self.at + start as u64, len)?;
            &far
        };
        match parts.open(bytes) {
            Ok(record) => {
                found.types.push(record);
                Ok(start + len)
            }
            Err(what) => {
                found.in_vain += len as u64;
                self.damage(index, what, found);
                Ok(skip)
            }
        }
    }

    fn damage(&self, index: usize, what: &'static str, found: &mut Found) {
        if self.place == Place::Section || self.bytes[..index].ends_with(&OWNER) {
            found.damage(self.at + index as u64, what);
        }
    }
}

/// A record that goes on behind the window.
fn read_far<R: Read + Seek>(file: &mut R, at: u64, len: usize) -> io::Result<Vec<u8>> {
    file.seek(SeekFrom::Start(at))?;
    let mut bytes = vec![0; len];
    let read = fill(file, &mut bytes)?;
    bytes.truncate(read);
    Ok(bytes)
}

/// What stands before body and origin.
struct Head {
    body: usize,
    body_crc: u32,
    origin: usize,
    origin_crc: u32,
}

impl Head {
    /// `Err(None)` where the magic stands by chance, as in the code of this program.
    fn parse(bytes: &[u8], left: u64) -> Result<Self, Option<&'static str>> {
        let number = |at: usize| {
            let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
            bytes.map(u32::from_le_bytes).ok_or(None)
        };
        if bytes.get(9..12) != Some(&[0; 3]) {
            return Err(None);
        }
        if bytes[8] != VERSION {
            return Err(Some("its version is unknown: use a newer taggant"));
        }
        let len = |at| {
            let len = usize::try_from(number(at)?).ok().filter(|len| *len <= LARGEST);
            len.ok_or(Some("it announces more bytes than any type needs"))
        };
        let (body, origin) = (len(12)?, len(20)?);
        if (HEAD_LEN + body + origin) as u64 > left {
            return Err(Some("it is cut off"));
        }
        Ok(Self { body, body_crc: number(16)?, origin, origin_crc: number(24)? })
    }

    fn open(&self, bytes: &[u8]) -> Result<TaggedType, &'static str> {
        let Some((body, origin)) = bytes.split_at_checked(self.body) else {
            return Err("it is cut off");
        };
        if crc32fast::hash(body) != self.body_crc || crc32fast::hash(origin) != self.origin_crc {
            return Err("its checksum does not hold");
        }
        decode::tagged_type(body, origin).map_err(|decode::Malformed(what)| what)
    }
}

impl Found {
    /// Bytes of one more record.
    fn count(&mut self, len: usize) -> io::Result<()> {
        self.read += len as u64;
        if self.read - self.in_vain > ALL || self.in_vain > IN_VAIN {
            let what = "it has more bytes of records than any program";
            return Err(io::Error::new(io::ErrorKind::InvalidData, what));
        }
        Ok(())
    }

    fn damage(&mut self, at: u64, what: &'static str) {
        self.damaged_count += 1;
        if self.damaged.len() < LISTED {
            self.damaged.push((at, what));
        }
    }
}

/// As many bytes as there are.
fn fill(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut len = 0;
    while len < buffer.len() {
        match file.read(&mut buffer[len..]) {
            Ok(0) => break,
            Ok(read) => len += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(len)
}
