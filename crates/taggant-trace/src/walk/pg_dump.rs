//! Data blocks of `pg_dump --format=custom`.
//!
//! The layout is that of PostgreSQL's `pg_backup_archiver.c` and `pg_backup_custom.c`, versions 1.12
//! to 1.16 (PostgreSQL 9.0 to 18): a header, a table of contents, then one block per table, each a
//! sequence of chunks with a length.

use std::collections::HashMap;
use std::io::{self, Read};

use super::{Walk, inside};
use crate::source::{Format, Source};

/// Texts of the table of contents beyond this are a damaged file.
const MAX_TEXT: i64 = 256 << 20;
/// So many bytes of names of blocks are kept.
const MAX_NAMES: usize = 4 << 20;

struct Dump<'a> {
    reader: &'a mut dyn Read,
    version: (u8, u8),
    int_size: usize,
    offset_size: usize,
    compression: Compression,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Compression {
    None,
    Zlib,
    Lz4,
    Zstd,
}

pub(super) fn walk(walk: &mut Walk<'_>, name: &str, reader: &mut dyn Read, depth: u32) {
    if let Err(error) = blocks(walk, name, reader, depth) {
        let mut source = Source::new(name, Format::PgDump);
        source.remarks.push(format!("the dump is damaged, cut or of an unknown version: {error}"));
        walk.report(source);
    }
}

fn damaged(what: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

fn blocks(walk: &mut Walk<'_>, name: &str, reader: &mut dyn Read, depth: u32) -> io::Result<()> {
    let mut dump = Dump::open(reader)?;
    let names = dump.contents()?;
    if dump.compression == Compression::Lz4 {
        return Err(damaged("its blocks are compressed with lz4, which is not read"));
    }
    while let Some(kind) = dump.byte_or_end()? {
        let id = dump.int()?;
        let table = names.get(&id).map_or("(unknown block)", String::as_str);
        if !walk.enter(name, Format::PgDump) {
            return Ok(());
        }
        match kind {
            1 => dump.block(walk, &inside(name, table), depth)?,
            3 => {
                // Large objects: an object id before each, zero at the end.
                loop {
                    let object = dump.int()?;
                    if object == 0 {
                        break;
                    }
                    if !walk.enter(name, Format::PgDump) {
                        return Ok(());
                    }
                    dump.block(walk, &format!("{name}!large object {object}"), depth)?;
                }
            }
            _ => return Err(damaged("unknown kind of block")),
        }
    }
    Ok(())
}

impl<'a> Dump<'a> {
    fn open(reader: &'a mut dyn Read) -> io::Result<Self> {
        let mut magic = [0; 5];
        reader.read_exact(&mut magic)?;
        let mut dump = Self {
            reader,
            version: (0, 0),
            int_size: 4,
            offset_size: 8,
            compression: Compression::None,
        };
        dump.version = (dump.byte()?, dump.byte()?);
        dump.byte()?; // revision
        if dump.version < (1, 12) || dump.version > (1, 16) {
            return Err(damaged("its version is none of 1.12 to 1.16"));
        }
        dump.int_size = usize::from(dump.byte()?);
        dump.offset_size = usize::from(dump.byte()?);
        if !(1..=8).contains(&dump.int_size) || !(1..=8).contains(&dump.offset_size) {
            return Err(damaged("wrong sizes of numbers"));
        }
        if dump.byte()? != 1 {
            return Err(damaged("it is not in the custom format"));
        }
        dump.compression = if dump.version >= (1, 15) {
            match dump.byte()? {
                0 => Compression::None,
                1 => Compression::Zlib,
                2 => Compression::Lz4,
                3 => Compression::Zstd,
                _ => return Err(damaged("unknown compression")),
            }
        } else if dump.int()? == 0 {
            Compression::None
        } else {
            Compression::Zlib
        };
        for _ in 0..7 {
            dump.int()?; // parts of the time
        }
        for _ in 0..3 {
            dump.text(0)?; // database, server's version, pg_dump's version
        }
        Ok(dump)
    }

    /// The names of the blocks: schema and table by dump id.
    fn contents(&mut self) -> io::Result<HashMap<i64, String>> {
        let (mut names, mut kept) = (HashMap::new(), 0);
        for _ in 0..self.int()? {
            let id = self.int()?;
            self.int()?; // whether it has data
            self.text(0)?; // oid of its catalogue
            self.text(0)?; // its own oid
            let tag = self.text(256)?.unwrap_or_default();
            self.text(0)?; // description
            self.int()?; // section
            for _ in 0..3 {
                self.text(0)?; // definition, drop and copy statements
            }
            let schema = self.text(256)?.unwrap_or_default();
            self.text(0)?; // tablespace
            if self.version >= (1, 14) {
                self.text(0)?; // access method
            }
            if self.version >= (1, 16) {
                self.int()?; // kind of relation
            }
            self.text(0)?; // owner
            self.text(0)?; // with oids
            while self.text(0)?.is_some() {} // dependencies
            let mut offset = [0; 9];
            let size = 1 + self.offset_size;
            self.reader.read_exact(&mut offset[..size])?;
            let dot = if schema.is_empty() { "" } else { "." };
            let name = format!("{schema}{dot}{tag}");
            // What an entry of the table costs besides.
            kept += name.len() + 64;
            if kept <= MAX_NAMES {
                names.insert(id, name);
            }
        }
        Ok(names)
    }

    fn byte(&mut self) -> io::Result<u8> {
        let mut byte = [0];
        self.reader.read_exact(&mut byte)?;
        Ok(byte[0])
    }

    fn byte_or_end(&mut self) -> io::Result<Option<u8>> {
        let mut byte = [0];
        Ok((self.reader.read(&mut byte)? == 1).then_some(byte[0]))
    }

    /// A sign byte, then the magnitude, the low byte first.
    fn int(&mut self) -> io::Result<i64> {
        let is_negative = self.byte()? != 0;
        let mut bytes = [0; 8];
        self.reader.read_exact(&mut bytes[..self.int_size])?;
        let magnitude = i64::from_le_bytes(bytes);
        Ok(if is_negative { magnitude.wrapping_neg() } else { magnitude })
    }

    /// A text of which `keep` bytes are kept; none where its length is negative.
    fn text(&mut self, keep: u64) -> io::Result<Option<String>> {
        let length = self.int()?;
        if length < 0 {
            return Ok(None);
        }
        if length > MAX_TEXT {
            return Err(damaged("a text is too long"));
        }
        let mut body = (&mut *self.reader).take(length.cast_unsigned());
        let mut kept = Vec::new();
        (&mut body).take(keep).read_to_end(&mut kept)?;
        io::copy(&mut body, &mut io::sink())?;
        Ok(Some(String::from_utf8_lossy(&kept).into_owned()))
    }

    fn block(&mut self, walk: &mut Walk<'_>, own: &str, depth: u32) -> io::Result<()> {
        let compression = self.compression;
        let mut chunks = Chunks { dump: self, left: 0, is_done: false };
        match compression {
            Compression::Zlib => {
                let mut inner = walk.bounded(|count| {
                    flate2::read::ZlibDecoder::new(super::read::Counted {
                        inner: &mut chunks,
                        count,
                    })
                });
                walk.raw(own, &mut inner, Format::PgDump);
            }
            Compression::Zstd => walk.expand(own, &mut chunks, Format::Zstd, depth),
            Compression::None | Compression::Lz4 => walk.raw(own, &mut chunks, Format::PgDump),
        }
        // What a decoder left, so that the next block is found.
        io::copy(&mut chunks, &mut io::sink()).map(drop)
    }
}

/// The chunks of a block as one stream.
struct Chunks<'d, 'a> {
    dump: &'d mut Dump<'a>,
    left: u64,
    is_done: bool,
}

impl Read for Chunks<'_, '_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_done || buffer.is_empty() {
            return Ok(0);
        }
        if self.left == 0 {
            let length = self.dump.int()?;
            self.left = u64::try_from(length).map_err(|_| damaged("a chunk of negative length"))?;
            if self.left == 0 {
                self.is_done = true;
                return Ok(0);
            }
        }
        let most = buffer.len().min(usize::try_from(self.left).unwrap_or(usize::MAX));
        let read = self.dump.reader.read(&mut buffer[..most])?;
        if read == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        Ok(read)
    }
}
