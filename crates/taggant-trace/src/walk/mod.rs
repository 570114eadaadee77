//! Files, folders, and what is packed in them.

mod format;
mod memory;
mod pg_dump;
mod read;
mod sqlite;
mod tar;
mod zip;

use std::cell::Cell;
use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use crate::detect::Detect;
use crate::finder::{Finder, Hit};
use crate::found::Findings;
use crate::patterns::Encoding;
use crate::source::{Format, Options, Source};
use crate::stream::{BLOCK, Search, trace_blocks};
use crate::values::Values;
use taggant_core::envelope::HEADER_LEN;

use memory::Memory;
use read::{Bounded, Counted, Peeked};

/// So many files of a folder are searched in the order of their names at once.
const SORTED: usize = 10_000;
/// Names of entries are cut to so many bytes: a hostile archive may have a million long ones.
const MAX_NAME: usize = 1024;

/// Searches files and folders, and what is packed in them.
#[derive(Default)]
pub struct Tracer {
    finder: Finder,
    options: Options,
    values: Option<Values>,
    detect: bool,
}

impl Tracer {
    /// A search for envelopes.
    #[must_use]
    pub fn new(options: Options) -> Self {
        Self { finder: Finder::new(), options, values: None, detect: false }
    }

    /// Looks for these values in plaintext, too.
    #[must_use]
    pub fn values(mut self, values: Values) -> Self {
        self.values = Some(values);
        self
    }

    /// Looks for what has the form of personal data, too.
    #[must_use]
    pub fn detect(mut self) -> Self {
        self.detect = true;
        self
    }

    /// Searches a file, or all files below a folder; symbolic links in it are not followed, and
    /// special files are left alone. Reports every place where something was found or that could not
    /// be read. `progress` is told how many bytes of files were read so far.
    ///
    /// # Errors
    /// Where the path itself can't be read.
    pub fn path(
        &self,
        path: &Path,
        report: &mut dyn FnMut(Source),
        progress: &mut dyn FnMut(u64),
    ) -> io::Result<u64> {
        let kind = fs::metadata(path)?;
        // A pipe can be opened only once.
        if kind.is_file() {
            File::open(path)?;
        }
        let done = Rc::new(Cell::new(0));
        let mut files = Files { tracer: self, report, progress, done: done.clone() };
        if kind.is_dir() {
            files.folder(path)?
        } else {
            files.file(path)
        }
        Ok(done.get())
    }

    /// Searches a stream under a name.
    pub fn reader(&self, name: &str, reader: &mut dyn Read, report: &mut dyn FnMut(Source)) {
        Walk::new(self, report).stream(name, reader, 0);
    }
}

struct Files<'a> {
    tracer: &'a Tracer,
    report: &'a mut dyn FnMut(Source),
    progress: &'a mut dyn FnMut(u64),
    done: Rc<Cell<u64>>,
}

impl Files<'_> {
    fn folder(&mut self, path: &Path) -> io::Result<()> {
        let mut entries = fs::read_dir(path)?.peekable();
        while entries.peek().is_some() {
            // Sorted, but a folder may hold millions.
            let mut some = Vec::new();
            for entry in entries.by_ref().take(SORTED) {
                match entry {
                    Ok(entry) => some.push(entry),
                    Err(error) => self.unreadable(path, &error),
                }
            }
            some.sort_by_key(fs::DirEntry::file_name);
            for entry in some {
                self.entry(&entry);
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &fs::DirEntry) {
        let path = entry.path();
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => {
                if let Err(error) = self.folder(&path) {
                    self.unreadable(&path, &error);
                }
            }
            Ok(kind) if kind.is_file() => self.file(&path),
            Ok(_) => {}
            Err(error) => self.unreadable(&path, &error),
        }
    }

    fn file(&mut self, path: &Path) {
        if let Err(error) = self.try_file(path) {
            self.unreadable(path, &error);
        }
        (self.progress)(self.done.get());
    }

    fn try_file(&mut self, path: &Path) -> io::Result<()> {
        let name = path.display().to_string();
        let mut file = File::open(path)?;
        let mut head = [0; 16];
        let read = file.read(&mut head)?;
        let head = &head[..read];
        let is_sqlite = format::of(head) == Format::Sqlite && file.seek(SeekFrom::Start(0)).is_ok();
        // What cannot go back, as a pipe, goes on.
        let head = if is_sqlite { &[] } else { head };
        let counted = Counted { inner: head.chain(file), count: self.done.clone() };
        let mut counted = Reported { inner: counted, progress: &mut *self.progress };
        let mut walk = Walk::new(self.tracer, &mut *self.report);
        if is_sqlite {
            walk.sqlite(&name, &mut counted, path);
        } else {
            walk.stream(&name, &mut counted, 0);
        }
        Ok(())
    }

    fn unreadable(&mut self, path: &Path, error: &io::Error) {
        let mut source = Source::new(&path.display().to_string(), Format::Bytes);
        source.remarks.push(format!("not read: {error}"));
        (self.report)(source);
    }
}

/// Tells how far the reading of a file is.
struct Reported<'a, R> {
    inner: Counted<R>,
    progress: &'a mut dyn FnMut(u64),
}

impl<R: Read> Read for Reported<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        (self.progress)(self.inner.count.get());
        Ok(read)
    }
}

/// The search of one file, with what its archives may still cost.
struct Walk<'a> {
    tracer: &'a Tracer,
    report: &'a mut dyn FnMut(Source),
    entries: u64,
    budget: Rc<Cell<u64>>,
    memory: Memory,
}

impl<'a> Walk<'a> {
    fn new(tracer: &'a Tracer, report: &'a mut dyn FnMut(Source)) -> Self {
        let Options { max_entries, max_expanded, .. } = tracer.options;
        let budget = Rc::new(Cell::new(max_expanded));
        Self { tracer, report, entries: max_entries, budget, memory: Memory::default() }
    }

    fn report(&mut self, source: Source) {
        if !source.is_empty() {
            (self.report)(source);
        }
    }

    /// Counts an entry of an archive; `false` where there are too many.
    fn enter(&mut self, archive: &str, format: Format) -> bool {
        if self.entries > 0 {
            self.entries -= 1;
            return true;
        }
        let mut source = Source::new(archive, format);
        source.remarks.push("the archives of this file have too many entries".to_owned());
        self.report(source);
        false
    }

    /// Searches a stream, whatever it is.
    fn stream(&mut self, name: &str, reader: &mut dyn Read, depth: u32) {
        let mut reader = Peeked::new(reader);
        let format = format::of(reader.head());
        if matches!(format, Format::Bytes | Format::Sqlite) {
            return self.raw(name, &mut reader, format);
        }
        if depth >= self.tracer.options.depth() {
            let mut source = Source::new(name, format);
            source.remarks.push(format!("archives in archives, {depth} deep: not opened"));
            return self.report(source);
        }
        match format {
            Format::Tar => tar::walk(self, name, &mut reader, depth),
            Format::Zip => zip::walk(self, name, &mut reader, depth),
            Format::PgDump => pg_dump::walk(self, name, &mut reader, depth),
            _ => {
                let inner = inside(name, inner_name(name));
                self.expand(&inner, &mut reader, format, depth);
            }
        }
    }

    /// Searches what compressed bytes hold.
    fn expand(&mut self, name: &str, reader: &mut dyn Read, format: Format, depth: u32) {
        let mut reader = Peeked::new(reader);
        let Some(granted) = self.memory.take(format, reader.head()) else {
            let mut source = Source::new(name, format);
            source.remarks.push("packed too often: its memory would not be bounded".to_owned());
            return self.report(source);
        };
        self.expand_within(name, &mut reader, format, depth, granted);
        self.memory.give_back(granted);
    }

    fn expand_within(
        &mut self,
        name: &str,
        reader: &mut dyn Read,
        format: Format,
        depth: u32,
        granted: u64,
    ) {
        let opened: io::Result<Box<dyn Read + '_>> = match format {
            Format::Gzip => Ok(Box::new(self.bounded(|count| {
                flate2::read::MultiGzDecoder::new(Counted { inner: reader, count })
            }))),
            Format::Bzip2 => Ok(Box::new(self.bounded(|count| {
                bzip2::read::MultiBzDecoder::new(Counted { inner: reader, count })
            }))),
            Format::Xz => self.xz(reader, granted),
            _ => self.zstd(reader, granted),
        };
        match opened {
            Ok(mut inner) => self.stream(name, &mut inner, depth + 1),
            Err(error) => {
                let mut source = Source::new(name, format);
                source.remarks.push(format!("not read: {error}"));
                self.report(source);
            }
        }
    }

    fn xz<'r>(&self, reader: &'r mut dyn Read, memory: u64) -> io::Result<Box<dyn Read + 'r>> {
        let flags = liblzma::stream::CONCATENATED;
        let stream = liblzma::stream::Stream::new_stream_decoder(memory, flags)?;
        Ok(Box::new(self.bounded(|count| {
            liblzma::read::XzDecoder::new_stream(Counted { inner: reader, count }, stream)
        })))
    }

    fn zstd<'r>(&self, reader: &'r mut dyn Read, memory: u64) -> io::Result<Box<dyn Read + 'r>> {
        let count = Rc::new(Cell::new(0));
        let counted = BufReader::new(Counted { inner: reader, count: count.clone() });
        let mut inner = zstd::Decoder::with_buffer(counted)?;
        inner.window_log_max(memory.ilog2())?;
        Ok(Box::new(self.bounded_by(inner, count)))
    }

    fn bounded<R>(&self, open: impl FnOnce(Rc<Cell<u64>>) -> R) -> Bounded<R> {
        let count = Rc::new(Cell::new(0));
        self.bounded_by(open(count.clone()), count)
    }

    fn bounded_by<R>(&self, inner: R, read: Rc<Cell<u64>>) -> Bounded<R> {
        let max_ratio = self.tracer.options.max_ratio;
        Bounded { inner, read, written: 0, max_ratio, budget: self.budget.clone() }
    }

    /// Searches a stream as it is.
    fn raw(&mut self, name: &str, reader: &mut dyn Read, format: Format) {
        let mut findings = Findings::default();
        let source = self.search(name, reader, format, &mut |hit| findings.add(&hit));
        self.found(source, findings);
    }

    fn search(
        &self,
        name: &str,
        reader: &mut dyn Read,
        format: Format,
        sink: &mut dyn FnMut(Hit),
    ) -> Source {
        let mut source = Source::new(name, format);
        let mut envelopes = self.tracer.finder.with(sink);
        let mut values = self.tracer.values.as_ref().map(Values::search);
        let mut detect = self.tracer.detect.then(Detect::default);
        let mut searches: Vec<&mut dyn Search> = vec![&mut envelopes];
        searches.extend(values.as_mut().map(|values| values as &mut dyn Search));
        searches.extend(detect.as_mut().map(|detect| detect as &mut dyn Search));
        if let Err(error) = trace_blocks(reader, BLOCK, &mut searches, &mut source.bytes) {
            source.remarks.push(format!("read up to byte {}: {error}", source.bytes));
        }
        source.values = values.map(|values| values.into_found()).unwrap_or_default();
        source.patterns = detect.map(Detect::into_found).unwrap_or_default();
        source
    }

    fn found(&mut self, mut source: Source, findings: Findings) {
        source.of_further_fields = findings.of_further_fields();
        source.fields = findings.into_fields();
        self.report(source);
    }

    /// A database file: its bytes, and what stands across its pages.
    fn sqlite(&mut self, name: &str, reader: &mut dyn Read, path: &Path) {
        let mut findings = Findings::default();
        let page = File::open(path).map_or(1, |mut file| sqlite::page_size(&mut file));
        // Bytes that run on into the next page belong to something else; the chain is followed below.
        let is_whole = |hit: &Hit| {
            hit.encoding != Encoding::Raw
                || hit.offset / page == (hit.offset + HEADER_LEN as u64 - 1) / page
        };
        let mut sink = |hit: Hit| {
            if is_whole(&hit) {
                findings.add(&hit);
            }
        };
        let mut source = self.search(name, reader, Format::Sqlite, &mut sink);
        let mut sink = |hit: Hit| findings.add(&hit);
        let across = File::open(path)
            .and_then(|mut file| sqlite::across_pages(&self.tracer.finder, &mut file, &mut sink));
        if let Err(error) = across {
            source.remarks.push(format!("its overflow pages could not be followed: {error}"));
        }
        self.found(source, findings);
    }
}

/// What an entry is called, behind what it is packed in.
fn inside(name: &str, own: &str) -> String {
    let end = (0..=own.len().min(MAX_NAME)).rev().find(|end| own.is_char_boundary(*end));
    let cut = &own[..end.unwrap_or(0)];
    format!("{name}!{cut}{}", if cut.len() < own.len() { "..." } else { "" })
}

/// What a compressed file is called inside: its name without the last ending.
fn inner_name(name: &str) -> &str {
    let own = name.rsplit(['/', '!']).next().unwrap_or(name);
    match own.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => own,
    }
}
