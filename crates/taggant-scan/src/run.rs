//! A whole scan: list, read on all cores, judge, count.

use std::collections::{BTreeMap, HashSet};
use std::fs::File;
use std::io::Read;
use std::num::NonZero;
use std::path::Path;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::thread;

use crate::error::Error;
use crate::files::{self, Source};
use crate::judge::{self, Verdict};
use crate::model::{Field, FileTypes, TypeDef};
use crate::read;
use crate::report::{Coverage, Finding, Kind, Level, Report, Unread};
use crate::resolve::Types;

/// What is scanned.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Options {
    /// Folders `tests` and `benches` too, which are left out otherwise. What `#[cfg(test)]` keeps
    /// out of a build is always left out.
    pub include_tests: bool,
    /// Larger files are listed as unread, in bytes.
    pub max_file: u64,
    /// Threads; `None` for as many as there are cores.
    pub threads: Option<NonZero<usize>>,
}

impl Default for Options {
    fn default() -> Self {
        Self { include_tests: false, max_file: 8 << 20, threads: None }
    }
}

/// Enough for the longest type that the reader's guard lets pass.
pub(crate) const STACK: usize = 64 << 20;

/// Scans the crates in a folder.
///
/// All packages below it count, members or not; `target`, hidden folders, vendored crates and, by
/// default, folders of tests and benches are left out. A file or type that cannot be read is listed
/// in [`Report::unread`], and the rest is scanned.
///
/// # Errors
/// [`Error::Io`] where the folder cannot be listed, [`Error::NothingToScan`] where it holds no Rust
/// source.
pub fn scan(workspace: &Path, options: &Options) -> Result<Report, Error> {
    scan_watched(workspace, options, &|_, _| {})
}

/// The same as [`scan`], and tells how far it is: bytes of source read, bytes of source in all.
/// It is told from several threads.
///
/// # Errors
/// Those of [`scan`].
pub fn scan_watched(
    workspace: &Path,
    options: &Options,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> Result<Report, Error> {
    let mut files = files::list(workspace, options)?;
    let (read, mut unread) = read_all(&files.sources, options, watch);
    unread.append(&mut files.unread);
    Ok(report(read, &files.packages, &files.taggant, unread))
}

/// Judges files that were read.
pub(crate) fn report(
    mut read: Vec<FileTypes>,
    packages: &[String],
    renamed: &[String],
    mut unread: Vec<Unread>,
) -> Report {
    leave_out_tests(&mut read);
    for file in &read {
        unread.extend(file.unread.iter().map(|&(line, column, reason)| Unread {
            path: file.path.clone(),
            line,
            column,
            reason,
        }));
    }
    unread.sort();
    let types = Types::new(&read, renamed);
    let mut tally = Tally { packages, findings: Vec::new(), coverage: BTreeMap::new(), fields: 0 };
    for (at, file) in read.iter().enumerate() {
        for def in &file.types {
            tally.add(&types, at, def);
        }
    }
    let mut total = Coverage::default();
    for crate_coverage in tally.coverage.values() {
        total.tagged += crate_coverage.tagged;
        total.untagged += crate_coverage.untagged;
        total.clear += crate_coverage.clear;
    }
    Report {
        schema: "taggant.scan.v1",
        findings: tally.findings,
        coverage: tally.coverage.into_values().map(Coverage::finish).collect(),
        total: total.finish(),
        unread,
        files: read.len(),
        lines: read.iter().map(|file| file.lines).sum(),
        fields: tally.fields,
    }
}

/// `#[cfg(test)] mod tests;` keeps a file, and those below it, out of the build.
fn leave_out_tests(read: &mut Vec<FileTypes>) {
    let mut stems = HashSet::new();
    for file in read.iter() {
        let base = file.path.strip_suffix(".rs").unwrap_or(&file.path);
        let (folder, stem) = base.rsplit_once('/').unwrap_or(("", base));
        let folder = if matches!(stem, "mod" | "lib" | "main") { folder } else { base };
        stems.extend(
            file.test_modules.iter().map(|name| {
                if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") }
            }),
        );
    }
    if stems.is_empty() {
        return;
    }
    read.retain(|file| {
        let base = file.path.strip_suffix(".rs").unwrap_or(&file.path);
        !base
            .match_indices('/')
            .map(|(end, _)| &base[..end])
            .chain([base])
            .any(|s| stems.contains(s))
    });
}

struct Tally<'p> {
    packages: &'p [String],
    findings: Vec<Finding>,
    coverage: BTreeMap<String, Coverage>,
    fields: u64,
}

impl Tally<'_> {
    fn add(&mut self, types: &Types<'_>, at: usize, def: &TypeDef) {
        let file = &types.files[at];
        let groups = def.groups();
        for ((variant, fields), verdicts) in groups.iter().zip(judge::fields(types, at, def)) {
            for (field, verdict) in fields.iter().zip(verdicts) {
                self.fields += 1;
                let (kind, guess) = match verdict {
                    Verdict::Nothing => continue,
                    Verdict::Protected => {
                        self.coverage_of(file).tagged += 1;
                        continue;
                    }
                    Verdict::Open(guess) => (Kind::Untagged, guess),
                    Verdict::Clear(guess) => (Kind::Clear, guess),
                };
                let Some(level) = Level::of(guess.confidence) else { continue };
                match kind {
                    Kind::Untagged => self.coverage_of(file).untagged += 1,
                    Kind::Clear => self.coverage_of(file).clear += 1,
                }
                let package = self.packages[file.package].clone();
                self.findings
                    .push(finding(package, file, def, *variant, field, kind, level, guess));
            }
        }
    }

    fn coverage_of(&mut self, file: &FileTypes) -> &mut Coverage {
        let package = &self.packages[file.package];
        self.coverage
            .entry(package.clone())
            .or_insert_with(|| Coverage { package: package.clone(), ..Coverage::default() })
    }
}

#[expect(clippy::too_many_arguments, reason = "each is a part of the finding")]
fn finding(
    package: String,
    file: &FileTypes,
    def: &TypeDef,
    variant: Option<&str>,
    field: &Field,
    kind: Kind,
    level: Level,
    guess: judge::Guess,
) -> Finding {
    let parts = [file.module.as_str(), &def.inline_module, &def.name];
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    Finding {
        kind,
        level,
        confidence: (guess.confidence * 100.0).round() / 100.0,
        package,
        path: file.path.clone(),
        line: field.line,
        column: field.column,
        type_path: parts.join("::"),
        field: variant.map_or_else(|| field.member.clone(), |v| format!("{v}.{}", field.member)),
        field_type: field.ty.text.clone(),
        category: guess.category,
        reasons: guess.reasons,
    }
}

fn read_all(
    sources: &[Source],
    options: &Options,
    watch: &(dyn Fn(u64, u64) + Sync),
) -> (Vec<FileTypes>, Vec<Unread>) {
    let total = sources.iter().map(|source| source.size).sum();
    let done = AtomicU64::new(0);
    let cores = options.threads.or_else(|| thread::available_parallelism().ok());
    let threads = cores.map_or(1, NonZero::get).clamp(1, sources.len().max(1)).min(64);
    let next = AtomicUsize::new(0);
    let work = || {
        let mut read = Vec::new();
        let mut unread = Vec::new();
        while let Some(source) = sources.get(next.fetch_add(1, Ordering::Relaxed)) {
            match read_one(source, options.max_file) {
                Ok(file) => read.push(file),
                Err(reason) => {
                    let path = source.shown.clone();
                    unread.push(Unread { path, line: 0, column: 0, reason });
                }
            }
            watch(done.fetch_add(source.size, Ordering::Relaxed) + source.size, total);
        }
        (read, unread)
    };
    let mut parts = on_threads(threads, &work);
    if parts.is_empty() {
        // Threads cannot be had: the work is done here.
        parts.push(work());
    }
    let (read, unread): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
    let mut read: Vec<FileTypes> = read.into_iter().flatten().collect();
    read.sort_by(|left, right| left.path.cmp(&right.path));
    (read, unread.into_iter().flatten().collect())
}

/// Runs the same work on several threads; on fewer where there are no more to be had.
fn on_threads<T: Send>(threads: usize, work: &(impl Fn() -> T + Sync)) -> Vec<T> {
    thread::scope(|scope| {
        let start = |_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, work).ok();
        let running: Vec<_> = (0..threads).map_while(start).collect();
        let finish = |thread: thread::ScopedJoinHandle<'_, T>| {
            thread.join().expect("reading a file does not panic")
        };
        running.into_iter().map(finish).collect()
    })
}

fn read_one(source: &Source, max: u64) -> Result<FileTypes, &'static str> {
    let file = File::open(&source.path).map_err(|_| "a file that cannot be opened")?;
    let mut text = String::new();
    let read = file.take(max + 1).read_to_string(&mut text).map_err(|_| "not text in UTF-8")?;
    if read as u64 > max {
        return Err("larger than what is read");
    }
    let mut out = FileTypes {
        package: source.package,
        path: source.shown.clone(),
        module: source.module.clone(),
        ..FileTypes::default()
    };
    read::file(&text, &mut out);
    Ok(out)
}
