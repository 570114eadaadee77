//! One binary: where its records lie, and what they say.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;

use object::read::{FileKind, ReadCache, ReadRef};
use object::{Object, ObjectSection};
use serde::Serialize;
use taggant_core::inventory::{ELF_SECTION, MACHO_SECTION, PE_SECTION};

use crate::error::ReadError;
use crate::record::TaggedType;
use crate::scan::{Found, Place, scan};

/// Bytes of headers and tables that are read to find the sections.
const TABLES: u64 = 256 << 20;

/// Sections that are looked at. Object files may have one for each function.
const SECTIONS: usize = 1 << 20;

/// What a binary declares.
#[derive(Clone, Debug, Serialize)]
#[non_exhaustive]
pub struct Binary {
    /// The file's name as it was given.
    pub path: String,
    /// `elf`, `macho`, `macho_fat`, `pe`, `coff`, `archive`, `wasm`, or `unknown`.
    pub format: &'static str,
    /// The processor: `x86_64`, `aarch64`, ..; empty where that is not known.
    pub architecture: String,
    /// `section`, or `bytes` where there is no such section and the whole file was looked through.
    pub found_in: &'static str,
    /// Tagged types, in the order of the file.
    #[serde(skip)]
    pub types: Vec<TaggedType>,
    /// Records that can't be read; at most the first 100.
    pub damaged: Vec<Damaged>,
    /// How many there are.
    pub damaged_count: u64,
}

/// A record that can't be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Damaged {
    /// Where it begins, in bytes from the start of the file.
    pub offset: u64,
    /// What is wrong.
    pub what: &'static str,
}

impl Binary {
    /// Reads a file, without running it.
    ///
    /// # Errors
    /// Where it can't be read, or is made to use up memory.
    pub fn read(path: &Path) -> Result<Self, ReadError> {
        let failed = |error| ReadError::new(path, error);
        let file = File::open(path).map_err(failed)?;
        if !file.metadata().map_err(failed)?.is_file() {
            let what = io::Error::other("it is no file: name a binary");
            return Err(failed(what));
        }
        Self::from_reader(&path.display().to_string(), file).map_err(failed)
    }

    /// Reads something that is like a file. `name` stands in answers.
    ///
    /// # Errors
    /// Those of the reader; `InvalidData` where the content is made to use up memory.
    pub fn from_reader(name: &str, reader: impl Read + Seek) -> io::Result<Self> {
        Self::read_as(name, reader, true)
    }

    /// Without `anywhere` only what stands in a section counts.
    pub(crate) fn read_as(
        name: &str,
        reader: impl Read + Seek,
        anywhere: bool,
    ) -> io::Result<Self> {
        let mut reader = BufReader::with_capacity(1 << 16, reader);
        let len = reader.seek(SeekFrom::End(0))?;
        let layout = Layout::of(&mut reader)?;
        let mut found = Found::default();
        let in_section = !layout.ranges.is_empty() || !anywhere;
        for range in layout.ranges {
            scan(&mut reader, range, Place::Section, &mut found)?;
        }
        if !in_section {
            scan(&mut reader, 0..len, Place::Anywhere, &mut found)?;
        }
        let mut types = found.types;
        if !in_section {
            // An archive or a file for several processors has a type more than once.
            let mut seen = std::collections::HashSet::new();
            types.retain(|record| seen.insert(record.clone()));
        }
        let damaged = found.damaged.into_iter().map(|(offset, what)| Damaged { offset, what });
        Ok(Self {
            path: name.to_owned(),
            format: layout.format,
            architecture: layout.architecture,
            found_in: if in_section { "section" } else { "bytes" },
            types,
            damaged: damaged.collect(),
            damaged_count: found.damaged_count,
        })
    }
}

/// What the headers of a file say. Those of a broken or strange one say nothing.
#[derive(Default)]
struct Layout {
    format: &'static str,
    architecture: String,
    /// In order, none overlapping another: hostile headers may name the same bytes often.
    ranges: Vec<Range<u64>>,
}

impl Layout {
    fn of<R: Read + Seek>(reader: &mut R) -> io::Result<Self> {
        reader.seek(SeekFrom::Start(0))?;
        let cache = ReadCache::new(reader);
        let left = Cell::new(TABLES);
        let data = Bounded { cache: &cache, left: &left };
        let kind = FileKind::parse(data).ok();
        let format = kind.map_or("unknown", format);
        let Ok(file) = object::File::parse(data) else {
            return Ok(Self { format: format_of_magic(data, format), ..Self::default() });
        };
        let mut ranges = Vec::new();
        for section in file.sections().take(SECTIONS) {
            if is_ours(&section)
                && let Some((offset, size)) = section.file_range()
                && let Some(end) = offset.checked_add(size)
                && size > 0
            {
                ranges.push(offset..end);
            }
        }
        let architecture = format!("{:?}", file.architecture()).to_lowercase();
        Ok(Self { format, architecture, ranges: disjoint(ranges) })
    }
}

fn format(kind: FileKind) -> &'static str {
    match kind {
        FileKind::Elf32 | FileKind::Elf64 => "elf",
        FileKind::MachO32 | FileKind::MachO64 => "macho",
        FileKind::MachOFat32 | FileKind::MachOFat64 => "macho_fat",
        FileKind::Pe32 | FileKind::Pe64 => "pe",
        FileKind::Coff | FileKind::CoffBig => "coff",
        FileKind::Archive => "archive",
        _ => "unknown",
    }
}

/// What is recognised and looked through, but not taken apart.
fn format_of_magic<'a>(data: impl ReadRef<'a>, otherwise: &'static str) -> &'static str {
    match data.read_bytes_at(0, 4) {
        Ok(b"\0asm") => "wasm",
        _ => otherwise,
    }
}

fn is_ours<'a>(section: &impl ObjectSection<'a>) -> bool {
    let Ok(name) = section.name_bytes() else { return false };
    let segment = section.segment_name_bytes().ok().flatten();
    match segment {
        Some(segment) if segment == MACHO_SECTION.0.as_bytes() => {
            name == MACHO_SECTION.1.as_bytes()
        }
        _ => name == ELF_SECTION.as_bytes() || name == PE_SECTION.as_bytes(),
    }
}

fn disjoint(mut ranges: Vec<Range<u64>>) -> Vec<Range<u64>> {
    ranges.sort_unstable_by_key(|range| (range.start, range.end));
    let mut out: Vec<Range<u64>> = Vec::new();
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => out.push(range),
        }
    }
    out
}

/// Gives `object` what it asks for until it has asked for too much.
struct Bounded<'a, R: Read + Seek> {
    cache: &'a ReadCache<R>,
    left: &'a Cell<u64>,
}

impl<R: Read + Seek> Clone for Bounded<'_, R> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<R: Read + Seek> Copy for Bounded<'_, R> {}

impl<R: Read + Seek> Bounded<'_, R> {
    fn spend(&self, size: u64) -> Result<(), ()> {
        self.left.set(self.left.get().checked_sub(size).ok_or(())?);
        Ok(())
    }
}

impl<'a, R: Read + Seek> ReadRef<'a> for Bounded<'a, R> {
    fn len(self) -> Result<u64, ()> {
        self.cache.len()
    }

    fn read_bytes_at(self, offset: u64, size: u64) -> Result<&'a [u8], ()> {
        self.spend(size)?;
        self.cache.read_bytes_at(offset, size)
    }

    fn read_bytes_at_until(self, range: Range<u64>, delimiter: u8) -> Result<&'a [u8], ()> {
        let text = self.cache.read_bytes_at_until(range, delimiter)?;
        self.spend(text.len() as u64 + 64)?;
        Ok(text)
    }
}
